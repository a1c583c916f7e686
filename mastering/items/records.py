"""Item records made comparable: one feature row each, the keys they may be found by, and what could not be read.

Belongs here: putting together what identifiers, makers, part numbers and descriptions say of one record. Not here: any
comparison of two records.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import pyarrow as pa

from mastering.identifiers import Unreadable, read_identifier
from mastering.items.batches import BATCH, by_batches
from mastering.items.descriptions import read_description
from mastering.items.makers import Maker, distributor_of, read_maker
from mastering.items.part_numbers import read_part_number
from mastering.items.reading import Description, to_json
from mastering.items.vocabulary import ALWAYS_STERILE, FAMILIES, SEVERITIES
from mastering.text import alphanumeric, clean, words
from mastering.vocabulary import QUALITY_EVENTS, record_key

# One row per record. gtin_core: of the lowest level; gtins: `level:core` of all, blank between; numbers, qualities: what the
# description measures and says, one text each, to compare whole; text_barred: why text alone never joins it; reading: JSON.
FEATURES = pa.schema(
    [(name, pa.string()) for name in (
        "record_key", "source_system", "source_instance", "source_key", "source", "maker", "maker_name", "maker_key",
        "part_number", "gtin_core", "gtins", "identifiers", "numbers", "qualities", "text_barred",
        "cut_word", "reading", "row_hash",
    )]
    + [("is_maker_sure", pa.bool_()), ("words", pa.list_(pa.string()))]
)  # fmt: skip
# One row per record and identifier, whatever its kind: what a search joins on.
KEYS = pa.schema([("record_key", pa.string()), ("kind", pa.string()), ("value", pa.string())])
# One row per packaging of a record: so many (qty_num / qty_den) of its own unit in one of these. origin: where it says so.
PACKAGINGS = pa.schema(
    [("record_key", pa.string()), ("unit_code", pa.string()), ("qty_num", pa.int64()), ("qty_den", pa.int64()),
     ("origin", pa.string())]
)  # fmt: skip
ATTRIBUTES = (
    "description",
    "manufacturer_name",
    "manufacturer_part_number",
    "ndc",
    "vendor_name",
    "vendor_catalogue_number",
)
CUT_OFF = "a description cut off"
# Identifiers that name the product; a GLN or SSCC names a place or a parcel.
_OF_PRODUCTS = ("GTIN", "HIBCC", "ICCBBA", "NDC")
# A record's number in another system, as that system writes it, with the system's name: instance:number. Both carry it.
CROSS_REFERENCE = "ERP_ITEM"


class ReadRecords(NamedTuple):
    """features (FEATURES), keys (KEYS), packagings that descriptions mention (PACKAGINGS), events (QUALITY_EVENTS)."""

    features: pa.Table
    keys: pa.Table
    packagings: pa.Table
    events: pa.Table


NOTHING_READ = ReadRecords(*(schema.empty_table() for schema in (FEATURES, KEYS, PACKAGINGS, QUALITY_EVENTS)))


Fixes = Mapping[tuple[str, str], str]


def read_records(raw: pa.Table, aliases: Mapping[str, str], fixes: Fixes) -> ReadRecords:
    """Raw rows (item_record with `ids`, a list of {id_type, value}, and a row_hash) as features.

    aliases: a manufacturer's name as written -> the name it stands for. fixes: (record key, attribute) -> value.
    """
    batches = ((raw.slice(start, BATCH),) for start in range(0, len(raw), BATCH))
    parts = by_batches(partial(_read_batch, aliases=dict(aliases), fixes=dict(fixes)), batches, len(raw))
    return ReadRecords(*(pa.concat_tables(tables) for tables in zip(NOTHING_READ, *parts, strict=True)))


def _read_batch(batch: pa.Table, aliases: Mapping[str, str], fixes: Fixes) -> ReadRecords:
    rows: tuple[list[dict[str, Any]], ...] = ([], [], [], [])
    for row in batch.to_pylist():
        for found, more in zip(rows, _read_record(row, aliases, fixes), strict=True):
            found += more
    return ReadRecords(
        *(pa.Table.from_pylist(found, empty.schema) for found, empty in zip(rows, NOTHING_READ, strict=True))
    )


def _read_record(row: dict[str, Any], aliases: Mapping[str, str], fixes: Fixes) -> tuple[list[dict[str, Any]], ...]:
    """Rows of the four tables, in their order."""
    place = {"source_system": row["source_system"], "source_instance": row["source_instance"] or ""}
    place["source_key"] = row["source_item_key"]
    key = record_key(*place.values())
    if fixes:
        row = row | {name: fixes[key, name] for name in ATTRIBUTES if (key, name) in fixes}
    events: list[dict[str, Any]] = []

    def refuse(why: Unreadable, raw: str) -> None:
        events.append({"record_key": key, **place, "kind": why.kind, "raw_value": raw, "detail": why.detail})

    name = clean(row["manufacturer_name"])
    maker = read_maker(clean(aliases.get(name, name)) if name else None)
    number = None
    written = clean(row["manufacturer_part_number"])
    if written:
        distributors = tuple(filter(None, (distributor_of(name), distributor_of(clean(row["vendor_name"])))))
        reading = read_part_number(written, row["source_item_key"], distributors)
        if isinstance(reading, Unreadable):
            refuse(reading, row["manufacturer_part_number"])
        else:
            number = reading
    found, references = set(), set()
    for id_type, value in _identifiers(row):
        if id_type == CROSS_REFERENCE:
            references.add("".join(value.split()))
            continue
        identifier = read_identifier(value, id_type)
        if isinstance(identifier, Unreadable):
            refuse(identifier, value)
        elif identifier.kind in _OF_PRODUCTS:
            found.add((identifier.kind, identifier.level, identifier.core))
    description = read_description(clean(row["description"]))
    gtins = sorted((level, core) for kind, level, core in found if kind == "GTIN")
    others = sorted(f"{kind}:{core}" for kind, _, core in found if kind != "GTIN")
    referred = [f"{CROSS_REFERENCE}:{reference}" for reference in sorted(references)]
    catalogue = _catalogue(row)
    feature = {
        "record_key": key, **place, "source": f"{place['source_system']}|{place['source_instance']}",
        **_maker_columns(maker, row["manufacturer_key"]),
        "part_number": number, "gtin_core": gtins[0][1] if gtins else None,
        "gtins": " ".join(f"{level}:{core}" for level, core in gtins) or None,
        "identifiers": " ".join([*others, *referred, *([f"CATALOGUE:{catalogue}"] if catalogue else [])]) or None,
        "numbers": _numbers(description), "qualities": _qualities(description),
        "text_barred": _text_barred(row, description, others), "cut_word": _cut_word(row, description),
        "reading": to_json(description),
        "row_hash": row["row_hash"],
        "words": _telling_words(description),
    }  # fmt: skip
    keys = [{"record_key": key, "kind": kind, "value": core} for kind, _, core in found]
    keys += [{"record_key": key, "kind": CROSS_REFERENCE, "value": reference} for reference in references]
    if number:
        keys.append({"record_key": key, "kind": "PART_NUMBER", "value": number})
    if catalogue:
        keys.append({"record_key": key, "kind": "CATALOGUE", "value": catalogue})
    packagings = [
        {"record_key": key, "unit_code": unit, "qty_num": quantity, "qty_den": 1, "origin": "DESCRIPTION"}
        for unit, quantity in description.packagings
    ]
    return [feature], keys, packagings, events


def _identifiers(row: dict[str, Any]) -> Iterator[tuple[str | None, str]]:
    """Type and raw value of each identifier that says something."""
    for identifier in row["ids"] or ():
        if identifier["value"] and clean(identifier["value"]):
            yield identifier["id_type"], identifier["value"]
    if row["ndc"] and clean(row["ndc"]):
        yield "NDC", row["ndc"]


def _maker_columns(maker: Maker | None, golden_key: str | None) -> dict[str, Any]:
    return {
        "maker": maker.owner if maker else None, "maker_name": maker.name if maker else None,
        "is_maker_sure": bool(maker and maker.is_sure), "maker_key": golden_key,
    }  # fmt: skip


def _catalogue(row: dict[str, Any]) -> str | None:
    """A vendor's own number with the vendor: R5 of the design, an identifier among those who buy from one vendor."""
    vendor, number = clean(row["vendor_name"]), clean(row["vendor_catalogue_number"])
    if not vendor or not number:
        return None
    seller = distributor_of(vendor) or vendor
    return f"{alphanumeric(seller)}/{alphanumeric(number).lstrip('0')}"


def _numbers(description: Description) -> str | None:
    """The numbers as written, in order of size, each once: what two styles of one description have in common."""
    return " ".join(f"{number:g}" for number in sorted({measure.number for measure in description.measures})) or None


def _qualities(description: Description) -> str | None:
    """Those that no product has two ways; where a family is always sterile, saying so says nothing."""
    is_sterile_anyway = bool(description.contexts & ALWAYS_STERILE)
    said = [
        f"{name}={min(values)}"
        for name, values in sorted(description.qualities.items())
        if SEVERITIES[name] == "hard" and not (name == "sterile" and is_sterile_anyway)
    ]
    return " ".join(said) or None


def _telling_words(description: Description) -> list[str]:
    """Each word once, but single letters: brand and noun are among them."""
    return sorted({word for word in description.words if len(word) > 1})


def _cut_word(row: dict[str, Any], description: Description) -> str | None:
    """The last word of a description that a column may have cut off there."""
    said = words(clean(row["description"]) or "")
    return said[-1] if said and description.is_cut else None


def _states(description: Description, attribute: str) -> bool:
    """Whether a quality or a measure is given, or known without saying."""
    if attribute == "sterile" and description.contexts & ALWAYS_STERILE:
        return True
    return attribute in description.qualities or any(measure.role == attribute for measure in description.measures)


def _text_barred(row: dict[str, Any], description: Description, identifiers: list[str]) -> str | None:
    """Why text alone never joins this record to another, however alike."""
    if row["is_implant"]:
        return "an implant"
    if any(identifier.startswith("NDC") for identifier in identifiers):
        return "a drug"
    if any(" per " in measure.role or measure.role in ("activity", "equivalents") for measure in description.measures):
        return "a drug"
    for context in sorted(description.contexts & FAMILIES.keys()):
        family = FAMILIES[context]
        if family.never_by_text:
            return family.never_by_text
        if family.must_state and not _states(description, family.must_state):
            return f"{context}: {family.must_state} is not stated"
    return CUT_OFF if description.is_cut else None
