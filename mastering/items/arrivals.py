"""Which item records are new or changed since they were last read; only these are read again.

Belongs here: rows with their identifiers, told apart by a hash. Not here: reading one (records.py).
"""

from collections.abc import Mapping
from typing import NamedTuple

import duckdb
import pyarrow as pa

from mastering.items.records import ReadRecords, read_records
from mastering.vocabulary import record_key_sql

RECORD_COLUMNS = (
    "source_system", "source_instance", "source_item_key", "description", "manufacturer_name", "manufacturer_key",
    "manufacturer_part_number", "vendor_name", "vendor_catalogue_number", "ndc", "is_implant",
)  # fmt: skip


class Steering(NamedTuple):
    """What stewards say of records: a manufacturer's name as written -> whose it is; (record key, attribute) -> value."""

    aliases: Mapping[str, str]
    fixes: Mapping[tuple[str, str], str]


def read_arrivals(
    connection: duckdb.DuckDBPyConnection,
    records: pa.Table,
    identifiers: pa.Table,
    steering: Steering,
    known: ReadRecords,
) -> ReadRecords:
    """Every record of item_record read; of those whose row and identifiers are what they were, what is known stays."""
    connection.register("item_record", records)
    connection.register("item_record_identifier", identifiers)
    connection.register("known_feature", known.features)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE raw AS
        WITH ids AS (
            SELECT source_system, coalesce(source_instance, '') AS instance, source_item_key,
                list({{'id_type': id_type, 'value': value}} ORDER BY id_type, value) AS ids
            FROM item_record_identifier GROUP BY ALL),
            whole AS (
                SELECT {", ".join(f"item_record.{column}" for column in RECORD_COLUMNS)}, ids
                FROM item_record LEFT JOIN ids ON ids.source_system = item_record.source_system
                    AND ids.instance = coalesce(item_record.source_instance, '')
                    AND ids.source_item_key = item_record.source_item_key)
        SELECT whole.* REPLACE (coalesce(source_instance, '') AS source_instance), hash(whole)::VARCHAR AS row_hash
        FROM whole"""
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE unchanged AS SELECT record_key FROM known_feature"
        f" SEMI JOIN (SELECT {record_key_sql('source_item_key')} AS record_key, row_hash FROM raw) AS raw"
        f" USING (record_key, row_hash)"
    )
    changed = connection.execute(
        f"SELECT raw.* FROM raw ANTI JOIN unchanged ON record_key = {record_key_sql('source_item_key')}"
        " ORDER BY source_system, source_instance, source_item_key"
    ).to_arrow_table()
    parts = []
    for kept, new in zip(known, read_records(changed, *steering), strict=True):
        connection.register("known_rows", kept)
        unchanged = connection.execute(
            "SELECT * FROM known_rows SEMI JOIN unchanged USING (record_key)"
        ).to_arrow_table()
        parts.append(pa.concat_tables([unchanged.cast(new.schema), new]))
    return ReadRecords(*parts)
