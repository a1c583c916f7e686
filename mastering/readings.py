"""What the identifiers of items turned out to be: each value of a source in its normal form, or why it is none.

Belongs here: the table of readings, for people and dbt. Not here: how a value is read (identifiers.py), what it says of two
records (items).
"""

import pyarrow as pa

from mastering.identifiers import Identifier, read_identifier
from mastering.items.records import CROSS_REFERENCE
from mastering.vocabulary import record_key

_TEXT = pa.string()
# One row per identifier of a record, as it was given. kind, value: what it is and its normal form, null where it is none;
# fault, detail: why it is none. level: GTIN packaging indicator. agency: who issues numbers of the kind.
READINGS = pa.schema(
    [(name, _TEXT) for name in
     ("source_system", "source_instance", "source_key", "given_kind", "given_value", "unit_code", "kind", "value", "level",
      "agency", "fault", "detail")]
)  # fmt: skip
AGENCIES = {"GTIN": "GS1", "GLN": "GS1", "SSCC": "GS1", "HIBCC": "HIBCC", "ICCBBA": "ICCBBA", "NDC": "FDA"}


def read_all(identifiers: pa.Table) -> pa.Table:
    """READINGS of all identifiers but references to other systems' items, which name nothing in the world."""
    rows = []
    for row in identifiers.to_pylist():
        if row["id_type"] == CROSS_REFERENCE:
            continue
        read = read_identifier(row["value"], row["id_type"])
        rows.append({
            "source_system": row["source_system"], "source_instance": row["source_instance"],
            "source_key": row["source_item_key"], "given_kind": row["id_type"], "given_value": row["value"],
            "unit_code": row["unit_code"],
            **(
                {"kind": read.kind, "value": read.value, "level": read.level, "agency": AGENCIES[read.kind]}
                if isinstance(read, Identifier)
                else {"fault": read.kind, "detail": read.detail}
            ),
        })  # fmt: skip
    return pa.Table.from_pylist(rows, READINGS)


def valid_gtins(readings: pa.Table) -> pa.Table:
    """One row per record: the valid GTIN of its lowest level, 14 digits."""
    found: dict[str, tuple[str, str]] = {}
    for row in readings.to_pylist():
        if row["kind"] == "GTIN":
            key = record_key(row["source_system"], row["source_instance"], row["source_key"])
            found[key] = min(found.get(key, ("9", "")), (row["level"] or "0", row["value"]))
    rows = [{"record_key": key, "gtin": gtin} for key, (_, gtin) in sorted(found.items())]
    return pa.Table.from_pylist(rows, pa.schema([("record_key", _TEXT), ("gtin", _TEXT)]))
