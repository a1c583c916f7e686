"""What a world shows at its time: the rows of every object of every system, counted in the files.

Belongs here: counting. Not here: how a system shows a row, and whether anybody serves it (`network.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Shown:
    """One object of one system: the rows to be seen, and those of a day ago that were not."""

    system: str
    object: str
    rows: int
    changed: int


def shown(world: Path, now: datetime) -> list[Shown]:
    """Every object of a world; `changed` counts rows and versions that are to be seen for less than a day."""
    connection = duckdb.connect(config={"threads": 1})
    found = []
    for path in sorted((world / "systems").glob("*/*.parquet")):
        columns = [row[0] for row in connection.execute(f"DESCRIBE FROM read_parquet('{path}')").fetchall()]
        # A FHIR server keeps a row for what was deleted.
        is_there = "NOT is_deleted" if "is_deleted" in columns else "true"
        if {"_from", "_until"} <= set(columns):
            seen = f"""
                SELECT count(*), count(*) FILTER (_from > TIMESTAMP '{now}' - INTERVAL 1 DAY)
                FROM read_parquet('{path}')
                WHERE {is_there} AND _from <= TIMESTAMP '{now}' AND (_until IS NULL OR _until > TIMESTAMP '{now}')"""
        else:
            seen = f"SELECT count(*), 0 FROM read_parquet('{path}')"
        rows, changed = connection.execute(seen).fetchall()[0]
        found.append(Shown(path.parent.name, path.stem, rows, changed))
    return found
