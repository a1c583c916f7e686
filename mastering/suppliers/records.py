"""Supplier records made comparable: names read, numbers checked, addresses in one form, values that prove nothing marked.

Belongs here: one record at a time, and which values too many differing names share. Not here: comparing two records.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pyarrow as pa

from mastering.identifiers import Unreadable, read_identifier
from mastering.rules import read_rules
from mastering.suppliers.aliases import Aliases, Reason, Standing
from mastering.suppliers.likeness import NameIndex, NameLevel
from mastering.suppliers.names import RULES, SupplierName, read_name
from mastering.text import clean, words
from mastering.vocabulary import record_key

# One row per supplier record of a source. tax_id_hash: keyed hash of the normalised tax number; bank_token: of the account.
# remit_to_key, parent_key: source_supplier_key, in the same instance, of whom it is paid at and of whom it belongs to.
SUPPLIER_RECORDS = pa.schema(
    [(name, pa.string()) for name in (
        "source_system", "source_instance", "source_supplier_key", "name", "tax_id_hash", "duns", "gln", "lei", "street",
        "city", "region", "postal_code", "country_code", "bank_token", "remit_to_key", "parent_key", "role",
    )]
    + [("is_one_time", pa.bool_()), ("created_at", pa.timestamp("us")), ("changed_at", pa.timestamp("us")),
       ("is_active", pa.bool_())]
)  # fmt: skip
REMIT_TO = "REMIT_TO"
# What may name one legal entity, and what may tell where it is paid; each says nothing where differing names share it.
NUMBERS = ("tax_id", "lei", "duns", "gln")
PLACES = ("bank", "address", "town_address")
# What so many unlike names share is a placeholder, a factoring company, an office tower. Some firms have many names.
SHARED_BY = {**dict.fromkeys(NUMBERS, 5), **dict.fromkeys(PLACES, 3)}

_STREET_WORDS = {tuple(row["short"].split()): row["full"] for row in read_rules("address_words", RULES)}
_UNITS = {row["full"] for row in read_rules("address_words", RULES) if row["is_unit"]}
_BOX = "BOX"
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")


@dataclass
class SupplierRecord:
    """A record as it is compared. values: of NUMBERS and PLACES, those it has and that may prove something."""

    key: str
    source: tuple[str, str, str]
    name: SupplierName
    standing: Standing | None
    values: dict[str, str]
    postal_code: str | None
    # Whether it is known by what door one gets in: a post office box says only which post office.
    has_door: bool
    remit_to: str | None
    parent: str | None
    is_remittance: bool
    is_one_time: bool
    # A place it shares with other names: it may still speak for two records of the same name.
    shared: dict[str, str] = field(default_factory=dict)
    # The tax id that stands for all those of one company: another than its own after an attested acquisition.
    legal_entity: str | None = None

    @property
    def instance(self) -> tuple[str, str]:
        return self.source[:2]


@dataclass(frozen=True)
class QualityEvent:
    """A value of a source that cannot be what its column says."""

    record: SupplierRecord
    kind: str
    raw_value: str
    detail: str


def read_records(rows: pa.Table, aliases: Aliases) -> tuple[list[SupplierRecord], list[QualityEvent]]:
    """Rows of SUPPLIER_RECORDS by record key. Raises ValueError for a record that comes twice."""
    events: list[QualityEvent] = []
    records = sorted((_read(row, aliases, events) for row in rows.to_pylist()), key=lambda record: record.key)
    for one, other in pairwise(records):
        if one.key == other.key:
            raise ValueError(f"supplier record {one.key} comes twice")
    return records, events


def mark_shared(records: Sequence[SupplierRecord], index: NameIndex) -> list[QualityEvent]:
    """Takes from records the numbers and places that SHARED_BY unlike names share; places go to `shared`.

    index: of the names of these records, in their order.
    """
    events = []
    place_of = {record.key: place for place, record in enumerate(records)}
    for kind in (*NUMBERS, *PLACES):
        for value, holders in sorted(_holders_by_value(records, kind).items()):
            names = {holder.name.key: place_of[holder.key] for holder in holders}
            if len(names) < SHARED_BY[kind] or not _are_unlike(list(names.values()), SHARED_BY[kind], index):
                continue
            for holder in holders:
                del holder.values[kind]
                if kind in PLACES:
                    holder.shared[kind] = value
            detail = f"{len(holders)} records with differing names share it, so that it proves nothing"
            events.append(QualityEvent(holders[0], f"SHARED_{kind.upper()}", value, detail))
    return events


def join_acquired(records: Sequence[SupplierRecord]) -> None:
    """Sets legal_entity. Two companies that became one keep their tax ids for a while: a record whose name stands for
    another by acquisition is of that one's legal entity, where all who bear that name have one tax id."""
    bearers: dict[str, set[str]] = {}
    for record in records:
        record.legal_entity = record.values.get("tax_id")
        if record.legal_entity:
            bearers.setdefault(record.name.key, set()).add(record.legal_entity)
    entity_of: dict[str, str] = {}
    for record in records:
        if record.legal_entity and record.standing and record.standing.reason == Reason.ACQUIRED:
            buyers = bearers.get(record.standing.name.key, set())
            if len(buyers) == 1 and record.legal_entity not in buyers:
                entity_of[record.legal_entity] = min(buyers)
    for record in records:
        if record.legal_entity:
            record.legal_entity = entity_of.get(record.legal_entity, record.legal_entity)


def _holders_by_value(records: Iterable[SupplierRecord], kind: str) -> dict[str, list[SupplierRecord]]:
    """The records of each value of a number or place, in their order."""
    holders: dict[str, list[SupplierRecord]] = {}
    for record in records:
        if kind in record.values:
            holders.setdefault(record.values[kind], []).append(record)
    return holders


def _are_unlike(places: Sequence[int], count: int, index: NameIndex) -> bool:
    """Whether there are so many names, by their places in the index, of which none is like another."""
    apart: list[int] = []
    for place in places:
        shares = index.in_common([(place, other) for other in apart])
        levels = [
            index.compare(index.names[place], index.names[other], share).level
            for other, share in zip(apart, shares, strict=True)
        ]
        if all(level == NameLevel.DIFFERS for level in levels):
            apart.append(place)
        if len(apart) == count:
            return True
    return False


def _read(row: Mapping[str, Any], aliases: Aliases, events: list[QualityEvent]) -> SupplierRecord:
    source = (row["source_system"], row["source_instance"] or "", row["source_supplier_key"])
    name = read_name(row["name"])
    remit_to, parent = (
        record_key(*source[:2], row[column]) if row[column] and row[column] != source[2] else None
        for column in ("remit_to_key", "parent_key")
    )
    street, postal_code, town = street_key(row["street"]), _postal_key(row["postal_code"]), clean(row["city"])
    has_door = street is not None and _BOX not in street.split()
    record = SupplierRecord(
        record_key(*source), source, name, aliases.standing(name), {}, postal_code, has_door, remit_to, parent,
        name.has_remittance_mark or row["role"] == REMIT_TO, bool(row["is_one_time"]),
    )  # fmt: skip
    values = {
        "tax_id": row["tax_id_hash"],
        "bank": row["bank_token"],
        "address": f"{street}, {postal_code}" if street and postal_code else None,
        "town_address": f"{street}, {town}" if street and town else None,
        **{kind: _number(kind, row[kind], record, events) for kind in ("lei", "duns", "gln")},
    }
    record.values |= {kind: value for kind, value in values.items() if value}
    return record


def street_key(raw: str | None) -> str | None:
    """A street and number as one text, abbreviations written out, without suite and floor; None for nothing."""
    parts = words(clean(raw) or "")
    full: list[str] = []
    place = 0
    while place < len(parts):
        length = next((n for n in (3, 2, 1) if tuple(parts[place : place + n]) in _STREET_WORDS), 0)
        word = _STREET_WORDS[tuple(parts[place : place + length])] if length else parts[place]
        is_unit = word in _UNITS and full
        full += [] if is_unit else [word]
        # A unit goes with its number.
        place += max(length, 1) + bool(is_unit)
    return " ".join(full) or None


def _postal_key(raw: str | None) -> str | None:
    """Five digits of a ZIP+4, any other code without blanks."""
    code = "".join(words(clean(raw) or ""))
    return (code[:5] if len(code) == 9 and code.isdigit() else code) or None


def _number(kind: str, raw: str | None, record: SupplierRecord, events: list[QualityEvent]) -> str | None:
    """The number in its normal form; one that cannot be right is told and left out."""
    text = clean(raw)
    if text is None:
        return None
    value, detail = _READ[kind](text)
    if value is None:
        events.append(QualityEvent(record, f"BAD_{kind.upper()}", text, detail))
    return value


def _gln(text: str) -> tuple[str | None, str]:
    reading = read_identifier(text, "GLN")
    return (None, reading.detail) if isinstance(reading, Unreadable) else (reading.value, "")


def _duns(text: str) -> tuple[str | None, str]:
    """Nine digits; number columns lose the zeros in front."""
    digits = "".join(words(text)).zfill(9)
    is_one = digits.isdigit() and len(digits) == 9 and len(set(digits)) > 1
    return (digits, "") if is_one else (None, "a D-U-N-S number has nine digits")


def _lei(text: str) -> tuple[str | None, str]:
    """Twenty characters whose number is 1 modulo 97 (ISO 17442)."""
    code = "".join(words(text))
    if _LEI.fullmatch(code) and int("".join(str(int(character, 36)) for character in code)) % 97 == 1:
        return code, ""
    return None, "an LEI has twenty characters and a check number"


_READ = {"gln": _gln, "duns": _duns, "lei": _lei}
