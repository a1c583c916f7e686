"""The tables that mastering keeps in the warehouse, and that dbt reads as sources of its own.

Belongs here: their columns, and making them where they are missing, so that models build before mastering has ever run.
Not here: what they say.
"""

import duckdb
import pyarrow as pa

from mastering.readings import READINGS
from mastering.registry import BEGINNING, IDS, MERGE_LOG, XREF
from mastering.review_sheet import queue_rows
from mastering.stewardship import DECISIONS
from mastering.survivorship import PROVENANCE
from mastering.vocabulary import KEPT_PAIRS, QUALITY_EVENTS, REVIEW_QUEUE

_TEXT = pa.string()
GOLDEN_ITEM = pa.schema(
    [(name, _TEXT) for name in
     ("golden_key", "item_description", "manufacturer_name", "manufacturer_part_number", "gtin", "unspsc_code")]
)  # fmt: skip
GOLDEN_SUPPLIER = pa.schema(
    [(name, _TEXT) for name in
     ("golden_key", "supplier_name", "parent_supplier_key", "tax_id_token", "duns_number", "gln", "address",
      "supplier_class", "status")]
)  # fmt: skip
# What a steward sees of both records of a pair.
SHOWN = {
    "item": ("description", "manufacturer_name", "manufacturer_part_number", "vendor_name", "vendor_catalogue_number",
             "unit_code", "item_class_hint"),
    "supplier": ("name", "street", "city", "postal_code", "gln", "duns"),
}  # fmt: skip
_OF_BOTH = {
    "id": IDS, "xref": XREF, "merge_log": MERGE_LOG, "provenance": PROVENANCE, "pair": KEPT_PAIRS,
    "quality_event": QUALITY_EVENTS,
}  # fmt: skip


def _review(kind: str) -> pa.Schema:
    """The queue with what is shown of both records: as it is made of no pair."""
    nobody = pa.schema([("record_key", _TEXT), *((name, _TEXT) for name in SHOWN[kind])]).empty_table()
    return queue_rows(REVIEW_QUEUE.empty_table(), nobody, SHOWN[kind], None, None, BEGINNING).schema


# One row per measure and slice of a measurement (accuracy.py).
ACCURACY = pa.schema(
    [("measured_at", pa.timestamp("us")), ("record_kind", _TEXT), ("label_set", _TEXT), ("slice_kind", _TEXT),
     ("slice", _TEXT), ("measure", _TEXT), ("numerator", pa.decimal128(38, 6)), ("denominator", pa.decimal128(38, 6))]
)  # fmt: skip
TABLES: dict[str, pa.Schema] = {
    "accuracy": ACCURACY,
    "decision": DECISIONS,
    "golden_item": GOLDEN_ITEM,
    "golden_supplier": GOLDEN_SUPPLIER,
    "item_identifier": READINGS,
    **{f"{kind}_{name}": schema for kind in SHOWN for name, schema in _OF_BOTH.items()},
    **{f"{kind}_review": _review(kind) for kind in SHOWN},
}


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Schema `mastering` with every table, empty where it was missing."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS mastering")
    for name, schema in TABLES.items():
        connection.register("_empty", schema.empty_table())
        connection.execute(f"CREATE TABLE IF NOT EXISTS mastering.{name} AS FROM _empty")
        connection.unregister("_empty")
