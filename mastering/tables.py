"""The tables that mastering keeps in the warehouse, and that dbt reads as sources of its own.

Belongs here: their columns, and making them where they are missing, so that models build before mastering has ever run.
Not here: what they say.
"""

import duckdb
import pyarrow as pa

from mastering.registry import IDS, MERGE_LOG, XREF
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
     ("golden_key", "supplier_name", "parent_supplier_key", "tax_id_token", "duns_number", "gln")]
)  # fmt: skip
_OF_BOTH = {
    "id": IDS, "xref": XREF, "merge_log": MERGE_LOG, "provenance": PROVENANCE, "pair": KEPT_PAIRS, "review": REVIEW_QUEUE,
    "quality_event": QUALITY_EVENTS,
}  # fmt: skip
TABLES: dict[str, pa.Schema] = {
    "decision": DECISIONS,
    "golden_item": GOLDEN_ITEM,
    "golden_supplier": GOLDEN_SUPPLIER,
    **{f"{kind}_{name}": schema for kind in ("item", "supplier") for name, schema in _OF_BOTH.items()},
}


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Schema `mastering` with every table, empty where it was missing."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS mastering")
    for name, schema in TABLES.items():
        connection.register("_empty", schema.empty_table())
        connection.execute(f"CREATE TABLE IF NOT EXISTS mastering.{name} AS FROM _empty")
        connection.unregister("_empty")
