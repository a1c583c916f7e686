"""What the source says exists, against what the warehouse has: fetched, buried or revived where they differ.

Belongs here: comparing keys during a load, and counting what differs after it. Not here: reading changes (land.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingestion.contracts import ObjectContract
from ingestion.landing.identity import ONE_TICK, LoadStamp, Version, join_key
from ingestion.landing.ledger import Ledger, ObjectReport
from ingestion.landing.minimise import Minimiser
from ingestion.landing.object_load import Batches, ObjectLoad
from ingestion.landing.page import IncompleteAnswerError, Source, SourceKey, Window
from ingestion.landing.raw import RawTables

# A list of keys shorter than this share of what is live is a fault (lost rights, a wrong filter), not a day's deletions.
LEAST_SHARE_OF_KEYS = 0.5
# Fewer rows than these may go in a day.
FEW_KEYS = 20


@dataclass
class _SourceKeys:
    """The source's keys as the warehouse writes them, with their stamps and the source's own form."""

    stamps: dict[str, datetime | None] = field(default_factory=dict)
    originals: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Reconciliation:
    """Compares the keys of one object in one load. `summary` is its row of ops.reconciliation."""

    def __init__(
        self,
        obj: ObjectContract,
        stamp: LoadStamp,
        source: Source,
        raw: RawTables,
        ledger: Ledger,
        minimiser: Minimiser,
    ):
        self._obj, self._stamp, self._source = obj, stamp, source
        self._raw, self._ledger, self._minimiser = raw, ledger, minimiser
        self._listed: _SourceKeys | None = None
        self.summary: dict[str, object] | None = None

    def signalled(self, load: ObjectLoad, window: Window) -> Batches:
        """Tombstones for what the source itself says is gone; what is buried already is not buried again."""
        told = {self._key(deletion.key): deletion.deleted_at for deletion in self._source.deletions(self._obj, window)}
        if told:
            live, buried = self._raw.versions(self._obj, self._stamp.instance)
            gone = {
                key: Version((live.get(key) or Version()).number, _plain(deleted_at))
                for key, deleted_at in told.items()
                if key not in buried
            }
            yield load.tombstones(gone)

    def compare(self, load: ObjectLoad, is_complete_list: bool, accept_fewer: bool) -> Batches:
        """Ask the source for its keys; fetch what is missing or stale, bury what is gone.

        is_complete_list: the load has read a whole snapshot, which says itself what exists where the source cannot.
        Raises IncompleteAnswerError when so many keys are missing that the list itself must be doubted.
        """
        listed = self._source.keys(self._obj, self._stamp.as_of)
        held = self._held(load)
        if listed is not None:
            source = self._listed = self._source_keys(listed)
        elif is_complete_list and all(record.record_key is not None for record in load.quarantined):
            source = _SourceKeys(dict.fromkeys([*load.fetched, *held]))
        else:
            return
        live, buried = self._raw.versions(self._obj, self._stamp.instance)
        if not accept_fewer and len(live) >= FEW_KEYS and len(source.stamps) < LEAST_SHARE_OF_KEYS * len(live):
            raise IncompleteAnswerError(
                f"{self._obj.name}: the source lists {len(source.stamps)} keys and {len(live)} are live here; nothing was "
                "buried. If it really shrank, load once with --mode full --accept-fewer"
            )
        missing = [key for key in source.stamps if self._is_missing(key, source, live, buried, held, load)]
        stale = [key for key in source.stamps if self._is_stale(key, source, live, held, load)]
        before = len(load.fetched)
        if self._listed and (missing or stale):
            load.revive([key for key in missing if key in buried])
            originals = [source.originals[key] for key in (*missing, *stale)]
            yield from load.batches(self._source.pages_by_key(self._obj, originals))
        gone = [] if self._obj.deletes == "none" and self._obj.disposition != "snapshot" else [
            key for key in {*live, *load.fetched, *held} if key not in source.stamps and key not in buried
        ]  # fmt: skip
        if gone:
            yield load.tombstones({key: self._end_of(key, live, load) for key in sorted(gone)})
        self.summary = {
            "object": self._obj.name, "as_of": _plain(self._stamp.as_of), "source_count": len(source.stamps),
            "warehouse_count": len(live), "missing": len(missing), "stale": len(stale), "deleted": len(gone),
            "healed": len(load.fetched) - before,
        }  # fmt: skip

    def count(self, load: ObjectLoad, report: ObjectReport) -> None:
        """The source's keys against the warehouse's, after the load. What is in quarantine is known, not lost."""
        if self._listed is None:
            # Without a list of keys there is nothing to compare, and counting would cost as much as the history is long.
            report.source_count = load.announced
            return
        live, _ = self._raw.versions(self._obj, self._stamp.instance)
        listed = self._listed.stamps.keys()
        report.source_count, report.warehouse_count = len(listed), len(live)
        report.difference = len(listed - live.keys() - self._held(load).keys()) + len(live.keys() - listed)

    def _is_missing(
        self, key: str, source: _SourceKeys, live: dict[str, Version], buried: dict[str, Version],
        held: dict[str, datetime | None], load: ObjectLoad,
    ) -> bool:  # fmt: skip
        """Listed and not live: also what was buried and is there again, with the stamp it had before."""
        if key in live or (key in held and not _later(source.stamps[key], held[key])):
            return False
        return key not in load.fetched or (key in buried and not load.fetched[key] > buried[key])

    def _is_stale(
        self,
        key: str,
        source: _SourceKeys,
        live: dict[str, Version],
        held: dict[str, datetime | None],
        load: ObjectLoad,
    ) -> bool:
        if key not in live or key in load.fetched:
            return False
        return _later(source.stamps[key], live[key].changed_at) and not (
            key in held and not _later(source.stamps[key], held[key])
        )

    def _end_of(self, key: str, live: dict[str, Version], load: ObjectLoad) -> Version:
        """When a record that nobody told us of ended: now, and after everything known of it."""
        last = max(live.get(key, Version()), load.fetched.get(key, Version()))
        as_of = _plain(self._stamp.as_of)
        return Version(last.number, max(as_of, last.changed_at + ONE_TICK) if last.changed_at else as_of)

    def _held(self, load: ObjectLoad) -> dict[str, datetime | None]:
        """Keys with an open fault, and the stamp of the latest faulty version."""
        held = self._ledger.open_quarantine_keys(self._stamp.instance, self._obj.name)
        for record in load.quarantined:
            if record.record_key is not None:
                stamps = [stamp for stamp in (held.get(record.record_key), record.changed_at) if stamp is not None]
                held[record.record_key] = max(stamps, default=None)
        return held

    def _source_keys(self, listed: Iterable[SourceKey]) -> _SourceKeys:
        keys = _SourceKeys()
        for item in listed:
            key = self._key(item.key)
            keys.stamps[key] = _plain(item.changed_at) if item.changed_at else None
            keys.originals[key] = item.key
        return keys

    def _key(self, key: tuple[str, ...]) -> str:
        """A source's key as the warehouse writes it: minimised part by part."""
        parts = []
        for column, value in zip(self._obj.key_columns, key, strict=True):
            rule = column.minimise
            parts.append(
                self._minimiser.pseudonym(rule.domain or "", value, rule.is_network_wide)
                if rule.rule == "pseudonym"
                else value
            )
        return join_key(parts)


def _plain(moment: datetime) -> datetime:
    """A moment as raw tables write it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _later(stamp: datetime | None, known: datetime | None) -> bool:
    """Whether the source's stamp is newer than what is known here."""
    return stamp is not None and known is not None and stamp > known
