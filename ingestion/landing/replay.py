"""Landing again what was quarantined, or a whole stretch of the archive: the same path, the same result, any number of
times.

Belongs here: where the pages of a replay come from. Not here: the path (land.py).
"""

from collections.abc import Callable, Container, Iterator, Sequence
from datetime import datetime

from ingestion.contracts import ObjectContract
from ingestion.instances import Instance
from ingestion.landing.archive import Archive
from ingestion.landing.identity import split_key
from ingestion.landing.land import Landing
from ingestion.landing.ledger import Ledger, LoadReport, OpenEntry
from ingestion.landing.page import Page, Source
from ingestion.landing.raw import RawTables
from ingestion.registry import open_source
from ingestion.settings import Settings, SettingsError
from ingestion.warehouse import Warehouse


def replay_quarantine(
    warehouse: Warehouse,
    instance: Instance,
    settings: Settings,
    objects: Sequence[str] | None = None,
    quarantine_ids: Sequence[str] | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> LoadReport:
    """Land open quarantine entries of an instance again: from the archived page, else by key from the source.

    An entry whose record now lands is REPLAYED; one that fails again stays OPEN. The other records of a page are
    duplicates and change nothing. Entries that can be found in neither place stay OPEN, and progress names them.
    """
    source, contract = open_source(instance)
    archive = Archive(settings.archive_dir, settings.archive_keys(), settings.archive_days)
    try:
        landing = Landing(warehouse, instance, settings, source, RawTables(warehouse.connection, contract), progress)
        ledger = Ledger(warehouse.connection)
        with landing:
            for obj in contract.roots:
                if objects and obj.name not in objects:
                    continue
                again = _Again(ledger.open_entries(instance.name, obj.name, quarantine_ids), archive, obj, progress)
                if again.entries:
                    load = landing.land_pages(obj, again.pages(source), window=None, compare_keys=False)
                    if load is not None:
                        landing.resolve_unless_seen_again(again.read(load.fetched))
        return landing.report
    finally:
        source.close()


def replay_archive(
    warehouse: Warehouse,
    instance: Instance,
    settings: Settings,
    objects: Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> LoadReport:
    """Land everything that the archive still holds of an instance again: of loads that began since a moment and before
    another, both UTC."""
    source, contract = open_source(instance)
    archive = Archive(settings.archive_dir, settings.archive_keys(), settings.archive_days)
    first, end = (f"{moment:%Y%m%dT%H%M%S%f}" if moment else None for moment in (since, until))
    try:
        landing = Landing(warehouse, instance, settings, source, RawTables(warehouse.connection, contract), progress)
        with landing:
            for obj in contract.roots:
                if objects and obj.name not in objects:
                    continue
                loads = [(name.split("/")[1], name) for name in archive.files(instance.name, obj.name)]
                files = [
                    name for load_id, name in loads if (not first or first <= load_id) and (not end or load_id < end)
                ]
                pages = (page for name in files for _, page in archive.pages(name))
                landing.land_pages(obj, pages, window=None, compare_keys=False)
        return landing.report
    finally:
        source.close()


class _Again:
    """The records of some quarantine entries, once more."""

    def __init__(
        self, entries: Sequence[OpenEntry], archive: Archive, obj: ObjectContract, progress: Callable[[str], None]
    ):
        self.entries, self._archive, self._obj, self._progress = entries, archive, obj, progress
        self._found: list[str] = []
        self._asked_for: dict[str, str] = {}

    def pages(self, source: Source) -> Iterator[Page]:
        """The archived page of each entry once; by key from the source where the archive has it no more."""
        yielded: set[str] = set()
        for entry in self.entries:
            try:
                if entry.archive_ref is None:
                    raise FileNotFoundError("it was never archived")
                if entry.archive_ref not in yielded:
                    yield self._archive.read(entry.archive_ref)
                    yielded.add(entry.archive_ref)
                self._found.append(entry.quarantine_id)
            except (FileNotFoundError, SettingsError) as error:
                self._progress(f"{self._obj.name}: entry {entry.quarantine_id}: {error}")
                if entry.record_key is None or any(c.minimise.rule != "keep" for c in self._obj.key_columns):
                    self._progress(
                        f"{self._obj.name}: entry {entry.quarantine_id} has no key to ask the source by: it stays open. "
                        "Correct the record at the source: its next version will land."
                    )
                    continue
                self._asked_for[entry.quarantine_id] = entry.record_key
        if self._asked_for:
            yield from source.pages_by_key(self._obj, [split_key(key) for key in self._asked_for.values()])

    def read(self, landed: Container[str]) -> list[str]:
        """Entries whose record was read: from its page, or, by key, because it has `landed`."""
        return [*self._found, *(entry for entry, key in self._asked_for.items() if key in landed)]
