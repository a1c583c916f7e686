"""Reading the truth and writing what a system shows of it, for every system that is rendered by SQL.

Belongs here: the truth's tables as views, what all renderings share, and rows in a system's declared types. Not here:
any one system.
"""

import os
from pathlib import Path

import duckdb

# Megabytes that a rendering may hold: some times what the truth takes on disk, within reason.
MEMORY_OF_TRUTH, LEAST_MEMORY, MOST_MEMORY = 4, 300, 3_000
VERSION_COLUMNS = {"_from": "TIMESTAMP", "_until": "TIMESTAMP"}

MACROS = """
    -- The number in a document's or a master's name: PO00000007 and S-0007 are 7.
    CREATE TEMP MACRO number_of(name) AS regexp_extract(name, '[0-9]+$')::BIGINT;
    -- A change falls somewhere in the working day, always at the same second for the same document.
    CREATE TEMP MACRO at_work(day, document) AS
        (day + INTERVAL 8 HOUR + INTERVAL (hash(document) % 36000) SECOND)::TIMESTAMP;
"""


def open_truth(truth: Path) -> duckdb.DuckDBPyConnection:
    """A connection with each table of the truth as a view of its name; one thread.

    What does not fit into its memory goes to a folder beside the truth, one for each process, and is gone in the end: a
    world of any size needs no more.
    """
    spilled = truth.resolve().parent / f"spilled_{os.getpid()}"
    connection = duckdb.connect(config={"threads": 1, "memory_limit": _memory(truth), "temp_directory": str(spilled)})
    connection.execute("SET enable_progress_bar = false")
    for file in sorted(truth.glob("*.parquet")):
        connection.execute(f"CREATE TEMP VIEW {file.stem} AS FROM '{file}'")
    connection.execute(MACROS)
    return connection


def _memory(truth: Path) -> str:
    megabytes = sum(file.stat().st_size for file in truth.glob("*.parquet")) // 1_000_000
    return f"{min(max(MEMORY_OF_TRUTH * megabytes, LEAST_MEMORY), MOST_MEMORY)}MB"


def has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the truth has this table."""
    return bool(connection.execute(f"SELECT 1 FROM duckdb_views() WHERE view_name = '{name}'").fetchone())


def empty_where_missing(connection: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> None:
    """An empty table with the columns given, for each that this truth does not have."""
    for name, columns in tables.items():
        if not has_table(connection, name):
            connection.execute(f"CREATE TEMP TABLE {name} ({columns})")


def write_rows(
    connection: duckdb.DuckDBPyConnection, select: str, columns: dict[str, str], order: str, file: Path
) -> int:
    """Write a SELECT as Parquet with the declared columns and their versions, in these types; returns the rows.

    What the SELECT does not name is null. Raises duckdb.Error for a value that its column cannot hold.
    """
    rows = ordered_rows(connection, select, columns, order, file.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    written = connection.execute(f"COPY ({rows}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
    return int(written[0]) if written else 0


def ordered_rows(
    connection: duckdb.DuckDBPyConnection, select: str, columns: dict[str, str], order: str, name: str
) -> str:
    """SQL for a SELECT's rows as they are written: the declared columns and their versions, in these types and order."""
    named = {row[0] for row in connection.execute(f"DESCRIBE {select}").fetchall()}
    declared = columns | VERSION_COLUMNS
    if unknown := named - set(declared):
        raise ValueError(f"{name}: nothing declares {sorted(unknown)}")
    typed = ", ".join(
        f'CAST("{column}" AS {kind}) AS "{column}"' if column in named else f'NULL::{kind} AS "{column}"'
        for column, kind in declared.items()
    )
    return f"SELECT {typed} FROM ({select}) ORDER BY {order}, _from"
