"""The tables that costing keeps in the warehouse, and that dbt reads as a source of its own.

Belongs here: their columns, and making them where they are missing, so that models build before costing has ever run.
Not here: what they say.
"""

import duckdb
import pyarrow as pa

_TEXT, _SHARE = pa.string(), pa.decimal128(24, 18)
_MONTH = [("facility_key", _TEXT), ("period", _TEXT)]
_PLACE = [("allocation_method", _TEXT), *_MONTH]
SHARE = pa.schema([
    *_PLACE, ("overhead_cost_center_key", _TEXT), ("receiving_cost_center_key", _TEXT), ("is_receiver_overhead", pa.bool_()),
    ("statistic_code", _TEXT), ("statistic_qty", pa.decimal128(38, 6)), ("step_share", _SHARE), ("reach_share", _SHARE),
])  # fmt: skip
FAULT = pa.schema([*_PLACE, ("fault", _TEXT)])
# What the shares and faults of a month were worked out from.
INPUT = pa.schema([*_MONTH, ("digest", _TEXT)])
TABLES = {"allocation_share": SHARE, "allocation_fault": FAULT, "allocation_input": INPUT}


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Schema `costing` with every table, empty where it was missing."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS costing")
    for name, schema in TABLES.items():
        connection.register("_empty", schema.empty_table())
        connection.execute(f"CREATE TABLE IF NOT EXISTS costing.{name} AS FROM _empty")
        connection.unregister("_empty")
