"""The demo network's masters, read over its protocols, resolved, and measured against what each record truly is.

Belongs here: landing what mastering stands on, dbt's records, the figures of records and of their units. Not here: how a
figure is counted (mastering/metrics.py).
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from bench.demo_network import Home, home, served
from bench.measure import peak_bytes
from ingestion.contracts import known_systems, load_contract
from ingestion.landing.land import land
from ingestion.landing.raw import RawTables
from ingestion.warehouse import Warehouse
from mastering import tables
from mastering.accuracy import measure, read_labels
from mastering.metrics import quality
from mastering.registry import Run
from mastering.warehouse import MODEL_VERSION, master
from orchestration.assets.mastering import READ
from orchestration.assets.transformation import load_dbt_manifest
from simulator.labels import write_labels

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
NOON = datetime(2026, 11, 1, 12)  # noqa: DTZ001  # as mastering's tables hold it


# What says whether a stated factor is believed; it stands on receipts, and on the golden items.
VERDICT = "int_item_unit_verdict"


def figures(folder: Path, scale: float, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """`supplier` and its row, `item` and its, `unit factor` and its, of one world.

    World and warehouse are made in the folder; a warehouse that is there is taken as it was landed.
    """
    path = folder / "home" / "warehouse.duckdb"
    if not path.exists():
        with served(folder / "world", scale, seed=seed) as addresses:
            at = home(folder / "home", folder / "world", addresses)
            _land_masters(at)
        path = at.settings.warehouse_path
    with Warehouse(path) as warehouse:
        # Models read every system's tables, those too that nobody serves.
        for system in known_systems():
            RawTables(warehouse.connection, load_contract(system)).ensure()
        tables.ensure(warehouse.connection)
    _dbt(path, "seed")
    _dbt(path, "run", "--select", *(f"+{name}" for name in READ))
    started = time.perf_counter()
    with Warehouse(path) as warehouse:
        done = master(warehouse.connection, Run("bench", NOON, MODEL_VERSION))
        seconds = time.perf_counter() - started
        for kind in ("supplier", "item"):
            labels = folder / f"{kind}.csv"
            write_labels(folder / "world", kind, labels)
            measured = measure(warehouse.connection, kind, read_labels(labels), f"seed {seed}", NOON).to_pylist()
            share = {
                row["measure"]: (row["numerator"], row["denominator"]) for row in measured if row["slice_kind"] == "all"
            }
            found = quality(share)
            yield (
                kind,
                {
                    "set": f"demo network {scale}, seed {seed}, {done[kind].records:,} {kind}s",
                    "setting": "0 labels",
                    **found._asdict(),
                    # Whatever is joined and is not one may be of another size, side or strength.
                    "unsafe": found.wrong,
                    "mastering_seconds": round(seconds, 1),
                    "peak_gigabytes": round(peak_bytes() / 1e9, 2),
                },
            )
    _dbt(path, "run", "--select", f"+{VERDICT}", "--exclude", *(f"+{name}" for name in READ))
    with Warehouse(path) as warehouse:
        yield (
            "unit factor",
            _unit_factors(warehouse.connection, folder / "world") | {"set": f"demo network {scale}, seed {seed}"},
        )


def _unit_factors(connection: duckdb.DuckDBPyConnection, world: Path) -> dict[str, Any]:
    """Records whose pack factor is wrong, and those that are said to be wrong, of the records that state one.

    untold: wrong in a system that states no factor, where nothing is believed. A wrong
    name of a unit (BX for CA) is no wrong factor; how many of those are said to be one is told beside.
    """
    found = connection.execute(
        f"""
        WITH verdict AS (
            SELECT source_instance AS source, item_code AS source_pk, bool_or(is_wrong) AS is_found,
                bool_or(stated_num <> stated_den) AS is_stated
            FROM canonical.{VERDICT} JOIN canonical.int_item_record USING (source_instance, source_item_key) GROUP BY ALL),
        judged AS (
            SELECT pack_label, is_found, is_stated
            FROM '{world}/truth/truth_source_item.parquet' JOIN verdict USING (source, source_pk))
        SELECT count(*) FILTER (pack_label = 'FACTOR' AND is_found) AS hits,
            count(*) FILTER (pack_label = 'FACTOR' AND is_stated) AS wrong, count(*) FILTER (is_found) AS said,
            count(*) FILTER (pack_label = 'FACTOR' AND NOT is_stated) AS untold,
            count(*) FILTER (pack_label = 'UNIT' AND is_found) AS unit_names_said,
            count(*) FILTER (pack_label = 'UNIT') AS unit_names
        FROM judged"""
    )
    row = dict(zip([column[0] for column in found.description], found.fetchone(), strict=True))
    precision, recall = row["hits"] / row["said"], row["hits"] / row["wrong"]
    return {
        "setting": f"{row['wrong']} wrong", "precision": precision, "recall": recall,
        "f1": 2 * precision * recall / (precision + recall), "b_cubed": None, **row,
    }  # fmt: skip


def _land_masters(at: Home) -> None:
    """The objects that dbt's records and the verdicts on their units stand on, of every system."""
    needed = _sources_of_records()
    with Warehouse(at.settings.warehouse_path) as warehouse:
        for name, instance in at.instances.items():
            contract = load_contract(instance.system)
            parents = {obj.name: obj.parent or obj.name for obj in contract.objects}
            objects = {parents[table] for table in needed.get(f"raw_{instance.system}", ())}
            if objects:
                report = land(warehouse, instance, at.settings, sorted(objects))
                print(f"  {name}: {report.status}", file=sys.stderr, flush=True)


def _sources_of_records() -> dict[str, set[str]]:
    """Raw schema and tables that mastering's records and the verdicts on their units are built from; what was spent on them
    decides nothing."""
    manifest = load_dbt_manifest(DBT_PROJECT)
    records = set(READ) - {"int_record_spend"} | {VERDICT}
    waiting = [unique_id for unique_id, node in manifest["nodes"].items() if node["name"] in records]
    seen: set[str] = set()
    found: dict[str, set[str]] = {}
    while waiting:
        unique_id = waiting.pop()
        if unique_id in seen:
            continue
        seen.add(unique_id)
        waiting += manifest["parent_map"].get(unique_id, [])
        if source := manifest["sources"].get(unique_id):
            found.setdefault(source["schema"], set()).add(source["name"])
    return found


def _dbt(warehouse: Path, *command: str) -> None:
    at = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--log-path", str(warehouse.parent)]
    subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", *command, *at, "--target-path", warehouse.parent / "dbt"],
        env=os.environ | {"PARLINE_WAREHOUSE": str(warehouse)},
        check=True,
    )
