"""What the cloud services show: versioned documents with nested children, written from SQL over the truth.

Belongs here: what these services share: the numbers by which they know SAP's masters, local office hours, rows of a
service written as they are selected. Not here: any one service.
"""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from simulator.systems.masters import master_records
from simulator.systems.truth import empty_where_missing, open_truth

ROWS_IN_PART, CHILDREN_IN_PART, ROWS_IN_GROUP = 2_000_000, 80_000, 10_000
# Every part reads the whole truth once more: a large world has larger parts, not more of them.
MOST_PARTS = 12

# The network's cloud services stand beside its SAP company and know suppliers, items and orders by SAP's numbers.
# Every time is UTC; the sites are on Eastern time, so a day of theirs is from 05:00 to 05:00 (04:00 in summer).
MACROS = """
    CREATE TEMP MACRO sap_order(number) AS '45' || right(number, 8);
    CREATE TEMP MACRO sap_receipt(number) AS '50' || right(number, 8);
    CREATE TEMP MACRO spread(document, many) AS (hash(document) % many)::BIGINT;
    -- Between eight and five of a day, always at the same second for the same document.
    CREATE TEMP MACRO in_office(day, document) AS
        (day::DATE + INTERVAL 13 HOUR + INTERVAL (spread(document, 28800)) SECOND)::TIMESTAMP;
    CREATE TEMP MACRO in_part(document) AS hash(document) % getvariable('parts') = getvariable('part');
    CREATE TEMP VIEW site AS SELECT code AS site, name, company FROM truth_site WHERE erp = 'sap';
"""
FIRST_NUMBERS = """
    CREATE TEMP TABLE first_number AS
        SELECT item_id, first(source_pk ORDER BY from_thousandth NULLS LAST, source_pk) AS sap_number
        FROM item_record GROUP BY item_id;
"""


def open_documents(truth: Path, columns: dict[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to the truth with the macros above. A table named in `columns` that this truth lacks is empty."""
    connection = open_truth(truth)
    empty_where_missing(connection, columns or {})
    connection.execute(MACROS)
    return connection


def sap_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables item_record and supplier_record of SAP's catalogue (masters.py), and first_number: the number that each
    golden item had there first, for what knows only one of it."""
    master_records(connection, "sap_s4")
    connection.execute(FIRST_NUMBERS)


def write_documents(
    connection: duckdb.DuckDBPyConnection, selects: dict[str, str], folder: Path, parts: int = 1
) -> dict[str, int]:
    """Write each SELECT, which has `_from` and `_until`, as `<name>.parquet`; returns the rows of each.

    A SELECT that asks `in_part(document)` is written in so many parts: those of a large world would not fit at once, nested
    rows least of all."""
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute("SET VARIABLE parts = ?", [parts])
    rows = dict.fromkeys(selects, 0)
    for name, select in selects.items():
        writer = None
        for part in range(parts if "in_part(" in select else 1):
            connection.execute("SET VARIABLE part = ?", [part])
            reader = connection.sql(select).to_arrow_reader(ROWS_IN_GROUP)
            writer = writer or pq.ParquetWriter(folder / f"{name}.parquet", reader.schema, compression="zstd")
            for batch in reader:
                writer.write_batch(batch)
                rows[name] += batch.num_rows
        if writer:
            writer.close()
    return rows


def parts_of(connection: duckdb.DuckDBPyConnection, table: str, rows: int = CHILDREN_IN_PART) -> int:
    """In how many parts to write what is made of the rows of this table, so many of them in each while they are few."""
    return min(1 + int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]) // rows, MOST_PARTS)
