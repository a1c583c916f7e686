"""Landing again what was quarantined, or a whole stretch of the archive: the same path, the same result, any number of
times.

Belongs here: where the pages of a replay come from. Not here: the path (land.py).
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from ingestion.contracts import ObjectContract
from ingestion.instances import Instance
from ingestion.landing.archive import Archive
from ingestion.landing.land import Landing
from ingestion.landing.ledger import Ledger, LoadReport, OpenEntry
from ingestion.landing.page import Page, Source, Window
from ingestion.landing.raw import RawTables
from ingestion.registry import open_source
from ingestion.settings import Settings
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
                entries = ledger.open_entries(instance.name, obj.name, quarantine_ids)
                if entries:
                    pages = _pages_of(entries, archive, source, obj, progress)
                    landing.land_pages(obj, pages, Window(None, landing.as_of), compare_keys=False)
                    landing.resolve_unless_seen_again([entry.quarantine_id for entry in entries], obj.name)
        return landing.report
    finally:
        source.close()


def replay_archive(
    warehouse: Warehouse,
    instance: Instance,
    settings: Settings,
    objects: Sequence[str] | None = None,
    since: datetime | None = None,
    progress: Callable[[str], None] = lambda message: None,
) -> LoadReport:
    """Land everything that the archive still holds of an instance (from loads since a moment) again."""
    source, contract = open_source(instance)
    archive = Archive(settings.archive_dir, settings.archive_keys(), settings.archive_days)
    first_load = f"{since:%Y%m%dT%H%M%S%f}" if since else ""
    try:
        landing = Landing(warehouse, instance, settings, source, RawTables(warehouse.connection, contract), progress)
        with landing:
            for obj in contract.roots:
                if objects and obj.name not in objects:
                    continue
                files = [name for name in archive.files(instance.name, obj.name) if name.split("/")[1] >= first_load]
                pages = (page for name in files for _, page in archive.pages(name))
                landing.land_pages(obj, pages, Window(None, landing.as_of), compare_keys=False)
        return landing.report
    finally:
        source.close()


def _pages_of(
    entries: Sequence[OpenEntry],
    archive: Archive,
    source: Source,
    obj: ObjectContract,
    progress: Callable[[str], None],
) -> Iterator[Page]:
    """The archived page of each entry once; by key from the source where the archive has it no more."""
    lost: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for entry in entries:
        if entry.archive_ref in seen:
            continue
        try:
            if entry.archive_ref is None:
                raise FileNotFoundError
            yield archive.read(entry.archive_ref)
            seen.add(entry.archive_ref)
        except FileNotFoundError:
            if entry.record_key is None or obj.is_personal:
                progress(
                    f"{obj.name}: entry {entry.quarantine_id} is not in the archive, and has no key to ask the source "
                    "by: it stays open. Correct the record at the source: its next version will land."
                )
                continue
            lost.append(tuple(entry.record_key.split("|")))
    if lost:
        yield from source.pages_by_key(obj, lost)
