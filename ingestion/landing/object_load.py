"""One object of one load: its pages through archive, decode, minimise, validate and split, into its raw tables.

Belongs here: the order of the path and the counts it keeps. Not here: the steps themselves, or a whole load (land.py).
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Contract, ObjectContract
from ingestion.contracts.model import ARRIVAL
from ingestion.landing.archive import Archive
from ingestion.landing.decode import Block, Decoder
from ingestion.landing.drift import DriftWatch
from ingestion.landing.identity import ONE_TICK, Identifier, LoadStamp, Version, tombstones
from ingestion.landing.ledger import ObjectReport, Quarantined
from ingestion.landing.minimise import Minimiser
from ingestion.landing.page import IncompleteAnswerError, Page, Part, Refused
from ingestion.landing.quarantine import QuarantineDesk
from ingestion.landing.raw import RawTables
from ingestion.landing.schema_changes import SchemaChange
from ingestion.landing.validate import failures

# Pages are decoded together up to this size: large enough that the cost of a block vanishes, small enough for memory.
BATCH_BYTES = 8 * 2**20
BATCH_PAGES = 30

Batches = Iterator[dict[str, pa.Table]]


@dataclass
class Tally:
    """Counts of one table in one load."""

    fetched: int = 0
    repeated: int = 0
    quarantined: int = 0
    unchanged: int = 0
    standing: int = 0


@dataclass
class ObjectLoad:
    """Lands one object and its children once.

    `quarantined`, `drift`, `parts` (the files that came whole), `doubted` (those of them of which something was put aside)
    and, with `keeps_keys`, `fetched` (the valid records: business key to latest version) are filled as it goes.
    """

    contract: Contract
    obj: ObjectContract
    stamp: LoadStamp
    raw: RawTables
    archive: Archive
    minimiser: Minimiser
    key: bytes | None
    progress: Callable[[str], None]
    keeps_keys: bool
    quarantined: list[Quarantined] = field(default_factory=list)
    drift: list[SchemaChange] = field(default_factory=list)
    watermark: datetime | None = None
    bytes: int = 0
    announced: int | None = 0
    fetched: dict[str, Version] = field(default_factory=dict)
    parts: set[Part] = field(default_factory=set)
    doubted: set[Part] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.children = self.contract.children(self.obj.name)
        self.members = {member.name: member for member in (self.obj, *self.children)}
        self.tallies = {name: Tally() for name in self.members}
        self._decoder = Decoder(self.obj, self.children, self.contract.not_taken)
        self._desk = QuarantineDesk(self.stamp.instance, self._decoder, self.minimiser, self.key)
        self._identifier = Identifier(self.contract, self.obj, self.stamp)
        self._stamp_watermark: datetime | None = None
        self._page_watermark: datetime | None = None
        self._drift = DriftWatch(self.members.values(), self.key)
        self._pages = 0
        self._read_at: dict[int, datetime] = {}
        self._part_of: dict[int, Part] = {}

    def run(
        self,
        pages: Iterable[Page | Refused],
        working_dir: Path,
        then: Callable[["ObjectLoad"], Batches] | None = None,
        floor: float | None = None,
    ) -> None:
        """Land the pages, then what `then` yields (healed records, tombstones). Raises SourceError and dlt's errors.

        floor: least share of the live records that the pages must bring; fewer, and nothing of them is loaded.
        """
        least = math.ceil(round(floor * len(self._live), 3)) if floor else 0

        def batches() -> Batches:
            yield from self.batches(pages)
            fetched = self.tallies[self.obj.name].fetched
            if self.announced is not None and fetched != self.announced:
                raise IncompleteAnswerError(
                    f"{self.obj.name}: the source announced {self.announced} records and {fetched} came"
                )
            if fetched < least:
                raise IncompleteAnswerError(
                    f"{self.obj.name}: {fetched} records are fewer than {least}, the least that a complete list may "
                    "have; nothing was replaced. If the source really shrank, load it once with --mode full "
                    "--accept-fewer"
                )
            if then is not None:
                yield from then(self)

        try:
            self.raw.load(self.obj, map(self._not_standing, batches()), working_dir)
        finally:
            self._identifier.close()
        self.drift += self._drift.found(self.raw, self.stamp.instance, self.stamp.load_id)

    def batches(self, pages: Iterable[Page | Refused]) -> Batches:
        """Pages as tables ready to be written, some pages at a time."""
        gathered: list[Page] = []
        size = 0
        for page in pages:
            if isinstance(page, Refused):
                self.quarantined.append(self._desk.refused(page))
                self.progress(f"{self.stamp.instance}.{self.obj.name}: {page.part} refused: {page.reason}")
                continue
            if page.part is not None:
                self.parts.add(page.part)
            self.bytes += len(page.body)
            self.announced = None if page.records is None or self.announced is None else self.announced + page.records
            if page.watermark is not None:
                self._page_watermark = max(page.watermark, self._page_watermark or page.watermark)
            is_full = size >= BATCH_BYTES or len(gathered) >= BATCH_PAGES
            if gathered and (is_full or gathered[0].envelope != page.envelope):
                yield from self._batch(gathered)
                gathered, size = [], 0
            gathered.append(page)
            size += len(page.body)
        if gathered:
            yield from self._batch(gathered)

    def revive(self, business_keys: Sequence[str]) -> None:
        """These keys were buried and exist again: what comes of them now is newer than their tombstones."""
        self._identifier.revive(business_keys)

    def tombstones(self, gone: Mapping[str, Version]) -> dict[str, pa.Table]:
        """Rows for keys that the source no longer has."""
        rows = tombstones(self.contract, self.obj, self.stamp, gone)
        fresh = self._identifier.first_seen(rows.append_column("_record", pa.array(range(len(rows)), pa.int64())))
        return {self.obj.name: fresh.drop_columns(["_record"])}

    def finish(self, reports: dict[str, ObjectReport]) -> None:
        """Count in the warehouse what became of every row, and say so in the reports (root and children)."""
        conflicting: set[object] = set()
        for row in self.raw.conflicts(self.obj, self.stamp.load_id):
            payload = {name: value for name, value in row.items() if not name.startswith("_")}
            self.quarantined.append(self._desk.conflict(str(row["_business_key"]), str(row["_payload_hash"]), payload))
            # Which file it came in is not known any more.
            self.doubted |= self.parts
            if row["_load_id"] == self.stamp.load_id:
                conflicting.add(row["_row_key"])
        superseded = self.raw.superseded(self.obj, self.stamp.load_id)
        for name, tally in self.tallies.items():
            report = reports[name]
            written = self.raw.written(self.members[name], self.stamp.load_id)
            in_conflict = len(conflicting) if name == self.obj.name else 0
            report.fetched = tally.fetched
            report.quarantined = tally.quarantined + in_conflict
            report.duplicate = tally.repeated + tally.unchanged + tally.standing
            report.superseded = superseded[name] - in_conflict
            report.landed = written - superseded[name]
            report.unaccounted = tally.fetched - written - report.duplicate - tally.quarantined
        self.watermark = self._page_watermark if self.obj.cursor == ARRIVAL else self._stamp_watermark
        self.watermark = self._page_watermark or self.watermark

    def _batch(self, pages: list[Page]) -> Batches:
        references: dict[int, str | None] = {}
        for number, page in enumerate(pages, self._pages):
            self._drift.page(page)
            self._read_at[number] = page.read_at or self._now
            if page.part is not None:
                self._part_of[number] = page.part
            # What comes from the archive stays where it is: a copy would outlive its time.
            references[number] = page.archive_ref or self.archive.add(
                self.stamp.load_id, self.stamp.instance, self.obj.name, number, page, self._read_at[number]
            )
        first, self._pages = self._pages, self._pages + len(pages)
        for block in self._decoder.blocks(pages, first):
            yield self._land_block(block, references)
        fetched = self.tallies[self.obj.name].fetched
        self.progress(f"{self.stamp.instance}.{self.obj.name}: {fetched:,} records")

    def _land_block(self, block: Block, references: dict[int, str | None]) -> dict[str, pa.Table]:
        self._drift.unknown(block.unknown)
        for bad in block.bad:
            self._drift.unreadable(bad)
            self.quarantined.append(self._desk.unreadable(bad, references[bad.page]))
            self._doubt(bad.page)
        root = self.tallies[self.obj.name]
        root.fetched += len(block) + len(block.bad)
        root.quarantined += len(block.bad)
        for name, rows in block.rows.items():
            rows.table = self.minimiser.table(self.members[name], rows.table)
            self._drift.rows(name, rows.table)
        refused = self._refuse(block, references)
        tables = self._identifier.identify(block.rows, [self._read_at[number] for number in block.pages.tolist()])
        for name in list(self.tallies)[1:]:
            self.tallies[name].fetched += len(tables[name])
        return self._split(tables, refused)

    def _refuse(self, block: Block, references: dict[int, str | None]) -> np.ndarray:
        """Indices of records that break a rule, themselves or with one of their lines: the whole document is held."""
        refused: set[int] = set()
        for name, rows in block.rows.items():
            for failure in failures(self.members[name], rows.table, self.stamp.as_of):
                record = int(rows.parent[failure.row])
                refused.add(record)
                self._drift.refused(name, failure, rows.table)
                number = int(block.pages[record])
                self.quarantined.append(self._desk.invalid(failure, name, block, record, references[number]))
                self._doubt(number)
        return np.array(sorted(refused), dtype=np.int64)

    def _doubt(self, page: int) -> None:
        if page in self._part_of:
            self.doubted.add(self._part_of[page])

    def _split(self, tables: dict[str, pa.Table], refused: np.ndarray) -> dict[str, pa.Table]:
        """The rows to write: not refused, not seen before in this load, not the unchanged part of a snapshot."""
        identified = tables[self.obj.name]
        held = pc.is_in(identified["_record"], pa.array(refused, pa.int64()))
        valid = identified.filter(pc.invert(held))
        fresh = self._identifier.first_seen(valid)
        changed = self._changed(fresh)
        self._remember(valid)
        counts = self.tallies[self.obj.name]
        counts.quarantined += len(refused)
        counts.repeated += len(valid) - len(fresh)
        counts.unchanged += len(fresh) - len(changed)
        out = {self.obj.name: changed.drop_columns(["_record"])}
        for child in self.children:
            rows, tally = tables[child.name], self.tallies[child.name]
            in_held = pc.is_in(rows["_record"], pa.array(refused, pa.int64()))
            kept = rows.filter(pc.is_in(rows["_record"], changed["_record"].combine_chunks()))
            in_fresh = pc.is_in(rows["_record"], fresh["_record"].combine_chunks())
            tally.quarantined += pc.sum(in_held).as_py() or 0
            tally.unchanged += (pc.sum(in_fresh).as_py() or 0) - len(kept)
            tally.repeated += len(rows) - (pc.sum(in_held).as_py() or 0) - (pc.sum(in_fresh).as_py() or 0)
            out[child.name] = kept.drop_columns(["_record"])
        return out

    def _not_standing(self, batch: dict[str, pa.Table]) -> dict[str, pa.Table]:
        """What was read again, as every read overlaps the one before, and stands in the warehouse as it is."""
        left = {}
        for name, rows in batch.items():
            left[name] = self.raw.not_standing(name, rows)
            self.tallies[name].standing += _records(rows) - _records(left[name])
        return left

    def _changed(self, fresh: pa.Table) -> pa.Table:
        """Of what is only as new as its read, what differs from the current version: the rest is no new version."""
        unstamped = self._unstamped(fresh)
        if not pc.any(unstamped).as_py():
            return fresh
        known = pc.binary_join_element_wise(self._live["_business_key"], self._live["_payload_hash"], "|")
        rows = pc.binary_join_element_wise(fresh["_business_key"], fresh["_payload_hash"], "|")
        return fresh.filter(pc.invert(pc.and_(unstamped, pc.is_in(rows, known.combine_chunks()))))

    @cached_property
    def _now(self) -> datetime:
        """The source's clock, but after every earlier read of what is dated by its read: asked twice within one tick of that
        clock (often a second), the newer record would else be the one with the greater hash."""
        last = self.raw.latest_change(self.obj, self.stamp.instance) if self._is_undated else None
        return max(self.stamp.as_of, last + ONE_TICK) if last else self.stamp.as_of

    @property
    def _is_undated(self) -> bool:
        return self.obj.disposition == "snapshot" or self.obj.is_dated_by_read

    @cached_property
    def _live(self) -> pa.Table:
        """The live current versions before this load: nothing of it is written while its pages are read."""
        current = self.raw.current(self.obj, self.stamp.instance)
        return current.filter(pc.equal(current["_op"], "UPSERT"))

    def _unstamped(self, table: pa.Table) -> pa.Array:
        """Which records do not say how old they are."""
        stamps = self.obj.version.changed_at if self.obj.disposition == "document" else ()
        number = (self.obj.version.version_no,) if self.obj.version.version_no else ()
        silent = pa.repeat(self._is_undated or bool(stamps), len(table))
        # When a document was made, by which it is read, says nothing of its age.
        for name in (*(() if self._is_undated else stamps), *number):
            silent = pc.and_(silent, pc.is_null(table[name]))
        return silent

    def _remember(self, valid: pa.Table) -> None:
        """What the load must know of the rows it took: keys (for reconciliation), stamps (for the watermark)."""
        if self.keeps_keys:
            columns = (valid[name].to_pylist() for name in ("_business_key", "_version_no", "_changed_at"))
            for key, number, changed_at in zip(*columns, strict=True):
                version = Version(number, changed_at)
                self.fetched[key] = max(self.fetched.get(key, version), version)
        if self.obj.is_dated_by_read and self.obj.cursor in valid.column_names:
            stamps = valid[self.obj.cursor].cast(pa.timestamp("us"))
        else:
            stamps = valid.filter(pc.invert(self._unstamped(valid)))["_changed_at"]
        if (latest := pc.max(stamps).as_py()) is not None:
            # A stamp ahead of the source's clock must not pull the watermark ahead: rows in between would be lost.
            clamped = min(latest.replace(tzinfo=UTC), self.stamp.as_of)
            self._stamp_watermark = max(clamped, self._stamp_watermark or clamped)


def _records(rows: pa.Table) -> int:
    """How many rows are not tombstones."""
    return pc.sum(pc.equal(rows["_op"], "UPSERT")).as_py() or 0 if "_op" in rows.column_names else len(rows)
