"""What cannot be landed, kept so that somebody can see why and replay it: a reason, a hash, the minimised record.

Belongs here: making entries. Not here: storing them (ledger.py), replaying them (replay.py).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

import orjson
import pyarrow as pa

from ingestion.contracts import Column
from ingestion.landing.decode import BadRecord, Block, Decoder
from ingestion.landing.identity import join_key
from ingestion.landing.ledger import Quarantined
from ingestion.landing.minimise import Minimiser
from ingestion.landing.page import Refused
from ingestion.landing.validate import Failure

REASONS = {
    "TYPE": "does not have the type that the contract says",
    "MALFORMED": "the record has not the form of one: no JSON object, or another number of values than names",
    "DUPLICATE_FIELD": "a field occurs twice in the record",
}
# A long value says no more about the fault than its beginning.
SHOWN = 200


class QuarantineDesk:
    """Makes the quarantine entries of one object in one load."""

    def __init__(self, instance: str, decoder: Decoder, minimiser: Minimiser, key: bytes | None):
        self._instance, self._decoder, self._minimiser, self._key = instance, decoder, minimiser, key
        self._obj = decoder.obj
        self._members = {member.name: member for member in (decoder.obj, *decoder.children)}
        self._is_personal = any(member.is_personal for member in self._members.values())

    def unreadable(self, bad: BadRecord, archive_ref: str | None) -> Quarantined:
        """An entry for a record that could not be decoded: what of it can be read, minimised."""
        decoder = self._decoder.of_text(bad.is_text)
        names = decoder.unreadable(bad.body) if bad.error_class == "TYPE" else []
        payload: dict[str, object] = {}
        record_key = None
        if bad.error_class == "TYPE":
            payload, record_key = self._readable_part(decoder.without(names), bad.body)
            if not self._is_personal:
                kept = [name for name in names if self._column(name).minimise.rule == "keep"]
                payload["_unreadable"] = {name: _raw(bad.body, self._path(name)) for name in kept}
        return self._entry(
            bad.error_class,
            bad.field,
            REASONS[bad.error_class],
            payload_hash(bad.body, self._key),
            record_key,
            payload,
            archive_ref,
        )

    def invalid(self, failure: Failure, member: str, block: Block, record: int, archive_ref: str | None) -> Quarantined:
        """An entry for a record of a decoded, minimised block that breaks a rule."""
        payload = _record_as_dict(block, record)
        field = failure.field if member == self._obj.name else f"{member}.{failure.field}"
        body = orjson.dumps(payload, default=str, option=orjson.OPT_SORT_KEYS)
        return self._entry(
            failure.error_class,
            field,
            failure.reason,
            payload_hash(body, self._key),
            self._key_of(payload),
            payload,
            archive_ref,
        )

    def refused(self, part: Refused) -> Quarantined:
        """An entry for a file that was not taken. It has no key: nobody knows which records were in it."""
        name_hash = hashlib.sha256(part.part.encode()).hexdigest()[:32]
        reason = f"{part.part}: {part.reason}"
        return self._entry(part.error_class, None, reason, name_hash, None, {"part": part.part}, None)

    def conflict(self, record_key: str, row_hash: str, payload: dict[str, object]) -> Quarantined:
        """An entry for the losing one of two payloads with the same key and version."""
        reason = "another payload has the same key and version; the one with the greater hash is current"
        return self._entry("SOURCE_VERSION_CONFLICT", None, reason, row_hash, record_key, payload, None)

    def _changed_at(self, payload: Mapping[str, Any]) -> datetime | None:
        """The document's stamp as landing makes it: the latest of its own and its lines'."""
        rows = [
            (member, row)
            for name, member in self._members.items()
            if name != self._obj.name
            for row in payload.get(name, [])
        ]
        stamps = (_first(row, member.version.changed_at) for member, row in [(self._obj, payload), *rows])
        return max((stamp for stamp in stamps if stamp is not None), default=None)

    def _readable_part(self, decoder: Decoder, body: bytes) -> tuple[dict[str, object], str | None]:
        try:
            block = decoder.decode_one(body, 0)
        except pa.ArrowInvalid:
            return {}, None
        members = {member.name: member for member in (decoder.obj, *decoder.children)}
        for name, rows in block.rows.items():
            rows.table = self._minimiser.table(members[name], rows.table)
        payload = _record_as_dict(block, 0)
        return payload, self._key_of(payload)

    def _key_of(self, payload: dict[str, object]) -> str | None:
        parts = [payload.get(column.name) for column in self._obj.key_columns]
        return None if None in parts else join_key(str(part) for part in parts)

    def _column(self, name: str) -> Column:
        member, _, column = name.rpartition(".")
        return self._members[member or self._obj.name].column(column)

    def _path(self, name: str) -> str:
        member, _, column = name.rpartition(".")
        if not member:
            return self._obj.column(column).path
        child = next(child for child in self._decoder.children if child.name == member)
        return f"{(child.rows_at or '').replace('[]', '[0]')}[0].{child.column(column).path}"

    def _entry(
        self,
        error_class: str,
        field: str | None,
        reason: str,
        record_hash: str,
        record_key: str | None,
        payload: dict[str, object],
        archive_ref: str | None,
    ) -> Quarantined:
        identity = "\x1f".join((self._instance, self._obj.name, record_hash, error_class, field or ""))
        return Quarantined(
            quarantine_id=hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest(),
            object=self._obj.name,
            record_key=record_key,
            payload_hash=record_hash,
            error_class=error_class,
            field=field,
            reason=reason,
            changed_at=self._changed_at(payload),
            payload=json.dumps(payload, default=str, sort_keys=True, ensure_ascii=False),
            archive_ref=archive_ref,
        )


def _first(row: Mapping[str, Any], names: Sequence[str]) -> datetime | None:
    stamp = next((row[name] for name in names if row.get(name)), None)
    return stamp if stamp is None or isinstance(stamp, datetime) else datetime.combine(stamp, time.min)


def payload_hash(body: bytes, key: bytes | None) -> str:
    """The hash of a record's bytes. Keyed where there is a key: the hash of a small record could be found by trying."""
    digest = hmac.new(key, body, "sha256") if key else hashlib.sha256(body)
    return digest.hexdigest()[:32]


def _record_as_dict(block: Block, record: int) -> dict[str, object]:
    """A minimised record as one dictionary, its lines as lists under their table's name."""
    names = iter(block.rows)
    root = next(names)
    # A record of which no column can be read has no row either.
    payload: dict[str, object] = dict(next(iter(block.rows[root].table.slice(record, 1).to_pylist()), {}))
    for name in names:
        rows = block.rows[name]
        lines = rows.table.take(pa.array((rows.parent == record).nonzero()[0])).to_pylist()
        if lines:
            payload[name] = lines
    return payload


def _raw(body: bytes, path: str) -> str | None:
    """The JSON text of a value that does not fit its column, for objects without personal data only."""
    value: object = orjson.loads(body)
    for name in path.replace("[0]", ".0").split("."):
        if isinstance(value, list):
            value = value[0] if value else None
            if name == "0":
                continue
        value = value.get(name) if isinstance(value, dict) else None
    return orjson.dumps(value).decode()[:SHOWN]
