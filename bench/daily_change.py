"""What a day's change costs: `python -m bench.daily_change --home H --world W [--scale S]`.

The home reads the world, which then goes on by one day and is read again; a home that has read two days is taken as it is. In a
copy, everything is built without that last load, built again with it, again with nothing new, and again from nothing: the first
and the last must say the same. A share is (day - fixed) / (full - fixed), fixed being a run on a warehouse without a row.
Kept in bench/results/daily_change.json.

Belongs here: the day, the builds, the table. Not here: a build's steps (build.py).
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from bench.build import build
from bench.demo_network import home, served
from bench.measure import keep
from ingestion.settings import Settings

# The day as of which marts are built, as bench.procure_to_pay has it; and the day before.
AS_OF, BEFORE = "2026-10-31", "2026-10-30"
CANONICAL = ("records", "mastering", "canonical", "costing", "costs")
BARS = {"canonical": 0.20, "everything": 0.10}
# Loads after which nothing of their instance has landed.
LAST_LOADS = """
    SELECT load_id FROM {source}.ops.load AS load
    WHERE status = 'COMPLETE'
    AND (SELECT count(*) FROM {source}.ops.load AS other
        WHERE other.source_instance = load.source_instance AND status = 'COMPLETE' AND other.load_id < load.load_id) > 0
    AND (SELECT count(*) FROM {source}.ops.load AS other
        WHERE other.source_instance = load.source_instance AND status = 'COMPLETE' AND other.load_id > load.load_id) = 0"""

Cpu = Mapping[str, float]


def landed(folder: Path, world: Path, scale: float) -> Path:
    """The warehouse of a home that has read a world twice, a day apart."""
    settings = Settings(home=folder)
    if settings.warehouse_path.exists() and _loads(settings.warehouse_path) > 1:
        return settings.warehouse_path
    with served(world, scale) as addresses:
        at = home(folder, world, addresses)
        if not at.settings.warehouse_path.exists():
            at.load()
        at.advance(1)
        at.load()
        return at.settings.warehouse_path


def _loads(warehouse: Path) -> int:
    """The fewest complete loads of an instance."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counts = connection.execute(
            "SELECT count(*) FROM ops.load WHERE status = 'COMPLETE' GROUP BY source_instance"
        ).fetchall()
    return min((count for (count,) in counts), default=0)


def measure(warehouse: Path, folder: Path) -> tuple[dict[str, Cpu], list[str], int]:
    """CPU seconds by build and step; which tables say something else than a build from nothing; rows of the day."""
    # Views name their warehouse by its file's name.
    names = {name: folder / name / warehouse.name for name in ("fixed", "full")}
    for path in names.values():
        path.parent.mkdir()
    builds: dict[str, Cpu] = {}

    def run(name: str, path: Path, *flags: str, as_of: str = AS_OF) -> None:
        print(f"  {name}", file=sys.stderr, flush=True)
        builds[name] = build(path, as_of, *flags)

    build(names["fixed"], AS_OF)
    run("fixed", names["fixed"])
    path = names["full"]
    shutil.copyfile(warehouse, path)
    held_back(path)
    run("full", path, as_of=BEFORE)
    rows = given_back(path, warehouse)
    run("day", path)
    run("nothing new", path)
    before = contents(path)
    run("again from nothing", path, "--full-refresh")
    after = contents(path)
    return builds, sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)), rows


def held_back(warehouse: Path) -> None:
    """The warehouse as raw rows alone, without those of every instance's last load."""
    with duckdb.connect(str(warehouse)) as connection:
        catalog = f'"{warehouse.stem}"'
        connection.execute(f"CREATE TEMP TABLE last AS {LAST_LOADS.format(source=catalog)}")
        for schema in connection.execute(
            "SELECT schema_name FROM information_schema.schemata WHERE catalog_name = current_database() "
            "AND NOT (schema_name LIKE 'raw%' OR schema_name IN ('ops', 'main', 'information_schema', 'pg_catalog'))"
        ).fetchall():
            connection.execute(f'DROP SCHEMA "{schema[0]}" CASCADE')
        for table in _tables_of_loads(connection, catalog):
            connection.execute(
                f"DELETE FROM {catalog}.{table} WHERE {_COLUMN[table.startswith('ops.')]} IN (FROM last)"
            )


def given_back(warehouse: Path, whole: Path) -> int:
    """The rows that were held back, as landing writes them: after all others. How many."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"ATTACH '{whole}' AS whole (READ_ONLY)")
        connection.execute(f"CREATE TEMP TABLE last AS {LAST_LOADS.format(source='whole')}")
        catalog, rows = f'"{warehouse.stem}"', 0
        for table in _tables_of_loads(connection, "whole"):
            done = connection.execute(
                f"INSERT INTO {catalog}.{table} BY NAME "
                f"SELECT * FROM whole.{table} WHERE {_COLUMN[table.startswith('ops.')]} IN (FROM last)"
            ).fetchall()
            rows += 0 if table.startswith("ops.") else done[0][0]
        return rows


# Where a row says which load wrote it: in a raw table, and in a table about loads.
_COLUMN = {False: "_load_id", True: "load_id"}


def _tables_of_loads(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    found = connection.execute(
        "SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_columns() "
        "WHERE database_name = ? AND (column_name = '_load_id' AND schema_name LIKE 'raw%' "
        "AND schema_name NOT LIKE '%staging' OR column_name = 'load_id' AND schema_name = 'ops') ORDER BY 1",
        [catalog.strip('"')],
    ).fetchall()
    return [name for (name,) in found]


def contents(warehouse: Path) -> dict[str, tuple[int, int]]:
    """By table of a model: rows, and a sum of their hashes, of all columns that are not tagged `audit`."""
    nodes = json.loads((warehouse.with_name("dbt") / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = [node for node in nodes.values() if node["resource_type"] == "model" and node["schema"] != "closed"]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return dict(_content(connection, model) for model in models if model["config"]["materialized"] != "view")


def _content(connection: duckdb.DuckDBPyConnection, model: Mapping[str, object]) -> tuple[str, tuple[int, int]]:
    name, described = f"{model['schema']}.{model['name']}", model["columns"]
    assert isinstance(described, dict)
    columns = [column for (column, *_) in connection.execute(f"DESCRIBE {name}").fetchall()]
    told = [column for column in columns if not described.get(column, {}).get("meta", {}).get("audit")]
    listed = ", ".join(f'"{column}"' for column in told)
    [content] = connection.execute(f"SELECT count(*), sum(hash({listed})::HUGEINT) FROM {name}").fetchall()
    return name, content


def shares(builds: Mapping[str, Cpu]) -> Iterator[tuple[str, float, float]]:
    """What is measured, its share, and the greatest that it may be."""
    for name, bar in BARS.items():
        steps = CANONICAL if name == "canonical" else tuple(builds["full"])
        fixed, full, day = (sum(builds[build][step] for step in steps) for build in ("fixed", "full", "day"))
        yield name, (day - fixed) / (full - fixed), bar


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="a parline home; it is read into where it is new")
    parser.add_argument("--world", type=Path, required=True, help="the world that it reads; made where it is not there")
    parser.add_argument("--scale", type=float, default=0.1, help="of a world that is made")
    given = parser.parse_args()
    warehouse = landed(given.home, given.world, given.scale)
    with tempfile.TemporaryDirectory() as folder:
        builds, others, rows = measure(warehouse, Path(folder))
    print(f"CPU seconds{'':<11}" + "".join(f"{name:>20}" for name in builds))
    for step in (*builds["full"], "all"):
        told = (sum(cpu.values()) if step == "all" else cpu[step] for cpu in builds.values())
        print(f"  {step:<20}" + "".join(f"{seconds:>20.1f}" for seconds in told))
    for name, share, bar in shares(builds):
        print(
            f"a day's change ({rows:,} raw rows), {name}: {share:.3f}, at most {bar}: {'met' if share <= bar else 'MISSED'}"
        )
    print(f"tables that say something else than a build from nothing: {', '.join(others) or 'none'}")
    keep(
        "daily_change",
        {
            "cpu": {name: {step: round(seconds, 1) for step, seconds in cpu.items()} for name, cpu in builds.items()},
            "shares": {name: {"share": round(share, 4), "bar": bar} for name, share, bar in shares(builds)},
            "raw rows": rows,
            "other than from nothing": others,
        },
    )


if __name__ == "__main__":
    main()
