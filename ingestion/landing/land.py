"""One load of one source instance: every object through the one path, reconciled, and accounted for.

Belongs here: the sequence, and what happens when something of it fails. Not here: any step (object_load.py and what it
calls), when loads run (orchestration).
"""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
from dlt.common.exceptions import DltException

from ingestion.contracts import ContractError, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.archive import Archive
from ingestion.landing.identity import LoadStamp, split_key
from ingestion.landing.ledger import Ledger, LoadReport, ObjectReport, Quarantined
from ingestion.landing.minimise import Minimiser
from ingestion.landing.object_load import Batches, ObjectLoad
from ingestion.landing.page import Page, Part, Refused, Source, SourceError, UnreachableError, Window
from ingestion.landing.raw import RawTables
from ingestion.landing.read_ahead import ReadAhead
from ingestion.landing.reconciliation import Reconciliation
from ingestion.landing.schema_changes import SchemaChange
from ingestion.registry import open_source
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse

Mode = Literal["incremental", "full", "reconcile"]

# What one object may fail with while the others go on. Anything else is a bug and stops the load.
OBJECT_ERRORS = (SourceError, ContractError, DltException, duckdb.Error, pa.ArrowException, OSError)
SHOWN = 500


def land(
    warehouse: Warehouse,
    instance: Instance,
    settings: Settings,
    objects: Iterable[str] | None = None,
    mode: Mode = "incremental",
    progress: Callable[[str], None] = lambda message: None,
    accept_fewer: bool = False,
    run_id: str | None = None,
) -> LoadReport:
    """Load an instance's objects (all of its contract, or those named) and account for every row.

    mode: `incremental` reads what changed since the watermark less the lag, `full` everything, `reconcile` only keys,
    and what they show to be missing, stale or deleted. accept_fewer: let a snapshot shrink below its floor, once.
    run_id: the run that asks for the load, kept in ops.load.
    Raises SettingsError or ContractError when nothing can be done at all; one object's failure is in the report.
    """
    source, contract = open_source(instance)
    try:
        landing = Landing(
            warehouse, instance, settings, source, RawTables(warehouse.connection, contract), progress, run_id
        )
        wanted = set(objects or instance.objects or [obj.name for obj in contract.roots])
        unknown = wanted - {obj.name for obj in contract.roots}
        if unknown:
            raise ContractError(f"{contract.file}:1: no object {', '.join(sorted(unknown))} to load by itself")
        with landing:
            landing.load([obj for obj in contract.roots if obj.name in wanted], mode, accept_fewer)
        return landing.report
    finally:
        source.close()


class Landing:
    """A load in progress. As a context it opens and closes the load in the ledger."""

    def __init__(
        self,
        warehouse: Warehouse,
        instance: Instance,
        settings: Settings,
        source: Source,
        raw: RawTables,
        progress: Callable[[str], None],
        run_id: str | None = None,
    ):
        self._run_id = run_id
        self.contract = raw.contract
        self._instance, self._settings, self._source, self._raw = instance, settings, source, raw
        self._progress = progress
        needs_key = any(
            obj.is_personal or column.minimise.rule == "pseudonym"
            for obj in self.contract.objects
            for column in obj.columns
        )
        has_key = settings.pseudonym_key is not None or needs_key
        self._key = settings.pseudonym_key_bytes() if has_key else None
        self._minimiser = Minimiser(self._key, instance.assigner or instance.name)
        self._archive = Archive(settings.archive_dir, settings.archive_keys(), settings.archive_days)
        self._ledger = Ledger(warehouse.connection)
        self._quarantined: list[Quarantined] = []
        self._drift: list[SchemaChange] = []
        self._reconciliations: list[dict[str, object]] = []
        now = datetime.now(UTC)
        self._stamp = LoadStamp(f"{now:%Y%m%dT%H%M%S%f}-{instance.name}", instance.name, now, now)
        self.report = LoadReport(self._stamp.load_id, instance.name, self.contract.system, "RUNNING")
        self._unreachable: str | None = None
        self._resolved: list[str] = []
        self._parts: dict[str, set[Part]] = {}

    @property
    def as_of(self) -> datetime:
        """The source's clock when the load began."""
        return self._stamp.as_of

    def resolve_unless_seen_again(self, quarantine_ids: Iterable[str]) -> None:
        """Of entries whose record was read again: those that did not fail again are resolved when the load closes."""
        seen = {record.quarantine_id for record in self._quarantined}
        self._resolved += [entry for entry in quarantine_ids if entry not in seen]

    def __enter__(self) -> "Landing":
        self._ledger.agree(self.contract)
        self._raw.ensure()
        self._recover()
        self._archive.purge()
        self._ledger.open_load(
            self.report.load_id, self._instance.name, self.contract.system, self.contract.version,
            self._settings.pseudonym_key_id if self._key else None, self._run_id,
        )  # fmt: skip
        try:
            as_of = self._source.now()
            self._stamp = LoadStamp(self.report.load_id, self._instance.name, self._stamp.loaded_at, as_of)
        except SourceError as error:
            self._unreachable = str(error)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        shutil.rmtree(self._working_dir, ignore_errors=True)
        if kind is not None:
            return  # the load stays RUNNING: the next one takes its rows back
        failed = [item for item in self.report.objects.values() if item.status == "FAILED"]
        self.report.status = "FAILED" if failed and len(failed) == len(self.report.objects) else "COMPLETE"
        self.report.error = failed[0].error if failed else None
        self._ledger.close_load(
            self.report,
            self.contract,
            self._quarantined,
            self._resolved,
            self._drift,
            self._reconciliations,
            self._parts,
        )

    def load(self, objects: Sequence[ObjectContract], mode: Mode = "incremental", accept_fewer: bool = False) -> None:
        """Read objects from their source, one ahead of the other, and land them."""
        if mode == "reconcile":
            for obj in objects:
                self.land_pages(obj, (), None, compare_keys=True, accept_fewer=accept_fewer)
            return
        since = {
            obj.name: self._ledger.watermark(self._instance.name, obj.name) if obj.cursor else None for obj in objects
        }
        windows = {obj.name: self._window(obj, mode, since[obj.name]) for obj in objects}
        readings = {obj.name: partial(self._source.pages, obj, windows[obj.name]) for obj in objects}
        # Of what does not answer nothing more is asked.
        with ReadAhead({} if self._unreachable else readings) as ahead:
            for obj in objects:
                compare = obj.deletes == "reconcile" or obj.disposition == "snapshot" or mode != "incremental"
                pages, window = ahead.pages(obj.name), windows[obj.name]
                self.land_pages(obj, pages, window, compare, accept_fewer, since[obj.name])

    def _window(self, obj: ObjectContract, mode: Mode, since: datetime | None) -> Window:
        """What changed since the watermark less the lag, and what is held of it already."""
        start = since - (obj.lag or timedelta()) if since and mode == "incremental" else None
        after = self._raw.without_gap(obj, self._instance.name) if obj.sequence and mode == "incremental" else {}
        held = self._ledger.held_parts(self._instance.name, obj.name, self.contract.version) if start else frozenset()
        return Window(start, self._stamp.as_of, after, held)

    def land_pages(
        self,
        obj: ObjectContract,
        pages: Iterable[Page | Refused],
        window: Window | None,
        compare_keys: bool,
        accept_fewer: bool = False,
        since: datetime | None = None,
    ) -> ObjectLoad | None:
        """Land pages of one object, whoever brings them. None when it failed.

        window: the range of changes that the pages are all of; None when they are only some (a replay, single records):
        then nothing may be concluded from what is not among them, and the watermark stays.
        """
        members = [obj.name, *(child.name for child in self.contract.children(obj.name))]
        start = window.start if window else None
        reports = {name: ObjectReport(name, watermark_from=start, watermark_to=since) for name in members}
        self.report.objects |= reports
        started = time.monotonic()
        load = ObjectLoad(
            self.contract, obj, self._stamp, self._raw, self._archive, self._minimiser, self._key, self._progress,
            keeps_keys=compare_keys or window is None or obj.reread is not None,
        )  # fmt: skip
        reconciliation = Reconciliation(obj, self._stamp, self._source, self._raw, self._ledger, self._minimiser)

        def afterwards(load: ObjectLoad) -> Batches:
            if window is not None:
                yield from reconciliation.signalled(load, window)
            if window is not None and window.start is not None and obj.reread is not None:
                yield from load.batches(self._source.pages_by_key(obj, self._open_keys(obj, load)))
            if compare_keys:
                yield from reconciliation.compare(load, window is not None and window.start is None, accept_fewer)

        try:
            if self._unreachable and (window is not None or compare_keys):
                raise UnreachableError(self._unreachable)
            floor = obj.floor if window is not None and not accept_fewer else None
            load.run(pages, self._working_dir / obj.name, afterwards, floor)
            load.finish(reports)
            reconciliation.count(load, reports[obj.name])
            if window is not None and load.watermark is not None:
                reports[obj.name].watermark_to = max(load.watermark, since or load.watermark)
            if reconciliation.summary is not None:
                self._reconciliations.append(reconciliation.summary)
            self._quarantined += load.quarantined
            self._resolved += self._ledger.refused_before(self._instance.name, obj.name, [p.name for p in load.parts])
            # What was put aside may be right when it is read again: its files are not held.
            self._parts[obj.name] = load.parts - load.doubted
            self._drift += load.drift
        except OBJECT_ERRORS as error:
            if isinstance(error, UnreachableError):
                self._unreachable = str(error)
            self._raw.take_back(self.report.load_id, members)
            for report in reports.values():
                # A failed read proves nothing: its counts are not shown, its watermark stays.
                report.__init__(report.object, "FAILED", watermark_to=None, error=_short(error))  # type: ignore[misc]
            self._progress(f"{self._instance.name}.{obj.name}: FAILED: {_short(error)}")
        reports[obj.name].bytes = load.bytes
        reports[obj.name].seconds = round(time.monotonic() - started, 3)
        return load if reports[obj.name].status == "COMPLETE" else None

    def _open_keys(self, obj: ObjectContract, load: ObjectLoad) -> list[tuple[str, ...]]:
        """Of the records that are to be read again those that this load has not brought yet, as the source writes keys."""
        return [split_key(key) for key in self._raw.open_keys(obj, self._instance.name) if key not in load.fetched]

    @property
    def _working_dir(self) -> Path:
        return self._settings.pipelines_dir / self.report.load_id

    def _recover(self) -> None:
        """Take back what a killed load wrote, and what it left in its working folder."""
        for load_id in self._ledger.interrupted_loads(self._instance.name):
            removed = self._raw.take_back(load_id)
            self._ledger.mark_interrupted(load_id)
            self._progress(f"{self._instance.name}: load {load_id} was interrupted; {removed} rows taken back")
        for left in self._settings.pipelines_dir.glob(f"*-{self._instance.name}"):
            shutil.rmtree(left, ignore_errors=True)


def _short(error: BaseException) -> str:
    """One line of an error. dlt wraps the cause in advice and stack traces: the cause's last line is what went wrong."""
    while isinstance(error, DltException) and error.__cause__ is not None:
        error = error.__cause__
    text = [line for line in str(getattr(error, "failed_message", error)).splitlines() if line.strip()]
    line = (text[0] if isinstance(error, SourceError | ContractError) else text[-1]) if text else ""
    return f"{line or type(error).__name__}"[:SHOWN]
