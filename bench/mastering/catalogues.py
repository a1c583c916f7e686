"""The public benchmarks of two catalogues: Abt-Buy, Amazon-Google, DBLP-ACM, as full tables.

Belongs here: reading them, and the labels a steward would have given. Not here: linking (mastering.items.catalogues).
"""

from pathlib import Path
from random import Random
from typing import Any

import duckdb

from bench.mastering.metrics import of_pairs
from mastering.items.catalogues import Entry, link_catalogues
from mastering.metrics import Quality

SHARED = Path(__file__).parents[3] / "shared/data/entity_matching"
NAMES = {"Abt-Buy": "abt_buy", "Amazon-Google": "amazon_google", "DBLP-ACM": "dblp_acm"}
# Numbers of money differ between shops; what a thing is called does not.
_NOT_SAID = ("_id", "price")


def quality(name: str, labels: int = 0) -> Quality:
    """Links of one benchmark against its gold pairs. labels: so many links, drawn at random, that a steward looked at."""
    with duckdb.connect() as connection:
        tables = [_rows(connection, name, table) for table in ("table_a", "table_b")]
        gold = {(int(row["id1"]), int(row["id2"])) for row in _rows(connection, name, "gold")}
    ids = [[int(row["_id"]) for row in rows] for rows in tables]
    left, right = ([_entry(row) for row in rows] for rows in tables)
    found = link_catalogues(left, right)
    if labels:
        sample = Random(1).sample(found, min(labels, len(found)))
        looked_at = {(link.left, link.right): (ids[0][link.left], ids[1][link.right]) in gold for link in sample}
        found = link_catalogues(left, right, looked_at)
    return of_pairs([(ids[0][link.left], ids[1][link.right]) for link in found], gold)


def _rows(connection: duckdb.DuckDBPyConnection, name: str, table: str) -> list[dict[str, Any]]:
    path = SHARED / f"{NAMES[name]}_tables" / f"{table}.parquet"
    rows: list[dict[str, Any]] = (
        connection.execute("SELECT * FROM read_parquet($1)", [str(path)]).to_arrow_table().to_pylist()
    )
    return rows


def _entry(row: dict[str, Any]) -> Entry:
    name = "name" if "name" in row else "title"
    rest = [str(value) for column, value in row.items() if column not in (name, *_NOT_SAID) and value is not None]
    return Entry(row[name] or "", " ".join(rest))
