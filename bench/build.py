"""A warehouse built as a run builds it: what mastering reads, mastering, canonical tables, costing, what stands on it, marts.

Belongs here: the steps, and the CPU of each. Not here: what is compared (daily_change.py and its like).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from bench.measure import cpu_seconds
from costing import tables as costing_tables
from costing.warehouse import share_overhead
from ingestion.contracts import known_systems, load_contract
from ingestion.landing.ledger import Ledger
from ingestion.landing.raw import RawTables
from ingestion.warehouse import Warehouse
from mastering import tables as mastering_tables
from mastering.registry import Run
from mastering.warehouse import MODEL_VERSION, master
from orchestration.assets.costing import READ_BY
from orchestration.assets.mastering import READ

DBT_PROJECT = Path(__file__).parents[1] / "dbt_project"


def dbt(warehouse: Path, as_of: str, *command: str) -> None:
    """One command of dbt in a process of its own, artifacts beside the warehouse. Raises CalledProcessError."""
    subprocess.run(
        [
            Path(sys.executable).with_name("dbt"), "--quiet", "--log-level-file", "info", *command,
            "--vars", f"{{as_of: '{as_of}'}}",
            "--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT,
            "--target-path", warehouse.with_name("dbt"), "--log-path", warehouse.with_name("dbt"),
        ],
        env=os.environ | {"PARLINE_WAREHOUSE": str(warehouse)}, check=True,
    )  # fmt: skip


def build(warehouse: Path, as_of: str, *flags: str) -> dict[str, float]:
    """CPU seconds of each step, in order; `flags` are dbt's (`--full-refresh`)."""
    prepare(warehouse)
    # Set-up parses the project once; here the day is a variable, and each asks for it again.
    dbt(warehouse, as_of, "parse")
    return dict(_steps(warehouse, as_of, flags))


def prepare(warehouse: Path) -> None:
    """The tables that models read, empty where nothing has landed."""
    with Warehouse(warehouse) as opened:
        Ledger(opened.connection)
        for system in known_systems():
            RawTables(opened.connection, load_contract(system)).ensure()
        mastering_tables.ensure(opened.connection)
        costing_tables.ensure(opened.connection)


def _steps(warehouse: Path, as_of: str, flags: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    records = [f"+{name}" for name in READ]
    costs = [f"{name}+" for name in READ_BY]
    marts = "path:models/marts+"

    def master_all() -> None:
        with Warehouse(warehouse) as opened:
            master(opened.connection, Run("bench", datetime.fromisoformat(as_of), MODEL_VERSION))

    def share() -> None:
        with Warehouse(warehouse) as opened:
            share_overhead(opened.connection)

    steps = {
        "seeds": lambda: dbt(warehouse, as_of, "seed"),
        "records": lambda: dbt(warehouse, as_of, "run", *flags, "--select", *records),
        "mastering": master_all,
        "canonical": lambda: dbt(warehouse, as_of, "run", *flags, "--exclude", *records, *costs, marts),
        "costing": share,
        "costs": lambda: dbt(warehouse, as_of, "run", *flags, "--select", *costs, "--exclude", marts),
        "marts": lambda: dbt(warehouse, as_of, "run", *flags, "--select", marts),
    }
    for name, step in steps.items():
        before = cpu_seconds()
        step()
        yield name, cpu_seconds() - before


def straight(warehouse: Path, as_of: str, *selection: str) -> dict[str, float]:
    """CPU seconds of every model's compiled SQL on one connection with two threads, in an order in which it can run; changes
    `warehouse`, which has been built."""
    dbt(warehouse, as_of, "compile", *selection)
    target = warehouse.with_name("dbt")
    compiled = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    code = {result["unique_id"]: result["compiled_code"] for result in compiled if result["unique_id"][:6] == "model."}
    order = TopologicalSorter({key: set(manifest["parent_map"][key]) & code.keys() for key in code}).static_order()
    cpu = {}
    with duckdb.connect(str(warehouse), config={"threads": 2}) as connection:
        for key in order:
            node = manifest["nodes"][key]
            kind = "VIEW" if node["config"]["materialized"] == "view" else "TABLE"
            before = time.process_time()
            connection.execute(f'CREATE OR REPLACE {kind} "{node["schema"]}"."{node["name"]}" AS {code[key]}')
            cpu[node["name"]] = time.process_time() - before
    return cpu
