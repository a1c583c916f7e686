"""The stewards' desk on a warehouse: what waits for a decision, and the decisions made.

Belongs here: reading the queue that the last run left, keeping decisions. Not here: what a decision does (stewardship.py),
how a sheet looks (review_sheet.py), which pairs wait (items, suppliers).
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from mastering import tables
from mastering.review_sheet import Answers, read_sheet, write_sheet
from mastering.stewardship import Decision, record_decisions

KINDS = ("item", "supplier")


def queue(connection: duckdb.DuckDBPyConnection, kind: str) -> pa.Table:
    """What waits, the most useful first: one row per pair, with what both records say side by side."""
    tables.ensure(connection)
    return connection.execute(f"SELECT * FROM mastering.{kind}_review ORDER BY rank").to_arrow_table()


def pair(connection: duckdb.DuckDBPyConnection, kind: str, left: str, right: str) -> dict[str, Any] | None:
    """One row of the queue, whichever of the two records is named first."""
    rows: list[dict[str, Any]] = queue(connection, kind).to_pylist()
    for row in rows:
        if {row["left_key"], row["right_key"]} == {left, right}:
            return row
    return None


def decisions(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Every decision ever made, the latest first."""
    tables.ensure(connection)
    return connection.execute(
        'SELECT * FROM mastering.decision ORDER BY "at" DESC, left_key, right_key'
    ).to_arrow_table()


def decide(connection: duckdb.DuckDBPyConnection, made: list[Decision]) -> int:
    """Keeps decisions, and says how many were new. Raises ValueError for one that has a fault: none is kept then."""
    before = decisions(connection)
    after = record_decisions(before, made)
    connection.register("_decided", after.slice(before.num_rows))
    connection.execute("INSERT INTO mastering.decision BY NAME FROM _decided")
    connection.unregister("_decided")
    return int(after.num_rows - before.num_rows)


def export(connection: duckdb.DuckDBPyConnection, kind: str, path: Path) -> int:
    """The queue as a sheet to fill in (.csv, .xlsx); returns its rows. Raises ValueError for another ending."""
    rows = queue(connection, kind)
    write_sheet(rows, path)
    return int(rows.num_rows)


def take_in(connection: duckdb.DuckDBPyConnection, kind: str, path: Path, at: datetime) -> tuple[int, Answers]:
    """The decisions of a sheet, kept; how many were new, and what could not be taken and why."""
    answers = read_sheet(path, queue(connection, kind), decisions(connection), at)
    return decide(connection, answers.decisions), answers
