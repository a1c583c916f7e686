"""What dbt adds: CPU of building models, those of cost or others, against the same compiled SQL on one connection.

Belongs here: the two measurements. A call of dbt may start up: what an empty selection takes is not counted.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.procure_to_pay.true_names import DBT_PROJECT

# The models that make and tell costs; closed months are written once and are not built again.
SELECTED = ["path:models/canonical/costing", "path:models/canonical/labor", "path:models/marts/service_line"]
EXCLUDED = ["closed_figure"]


@dataclass(frozen=True)
class Ratio:
    """Seconds of CPU of the models by dbt, and of each one's SQL."""

    models: float
    of_sql: dict[str, float]

    @property
    def sql(self) -> float:
        return sum(self.of_sql.values())

    @property
    def ratio(self) -> float:
        return self.models / self.sql


def cpu_of_models(warehouse: Path, as_of: str, selected: Sequence[str] = SELECTED) -> Ratio:
    """Changes `warehouse`: give it a copy. Both write tables, with two threads."""
    # The first call parses the project, which a run has done before.
    _dbt(warehouse, as_of, "int_close__month")
    start_up = _dbt(warehouse, as_of, "int_close__month")
    models = _dbt(warehouse, as_of, *selected) - start_up
    return Ratio(models, _straight(warehouse))


def _dbt(warehouse: Path, as_of: str, *selection: str) -> float:
    before = _children()
    subprocess.run(
        [
            Path(sys.executable).with_name("dbt"), "--quiet", "run", "--full-refresh", "--select", *selection,
            "--exclude", *EXCLUDED, "--vars", f"{{as_of: '{as_of}'}}", "--project-dir", DBT_PROJECT,
            "--profiles-dir", DBT_PROJECT, "--target-path", warehouse.with_name("dbt"),
            "--log-path", warehouse.with_name("dbt"),
        ],
        env=os.environ | {"PARLINE_WAREHOUSE": str(warehouse)}, check=True,
    )  # fmt: skip
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _straight(warehouse: Path) -> dict[str, float]:
    """Seconds of CPU of each model's compiled SQL, in the order in which dbt ran it."""
    target = warehouse.with_name("dbt")
    run = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    ran = sorted(run["results"], key=lambda result: result["timing"][-1]["completed_at"])
    seconds = {}
    with duckdb.connect(str(warehouse), config={"threads": 2}) as connection:
        for result in ran:
            before = time.process_time()
            node = nodes[result["unique_id"]]
            kind = "VIEW" if node["config"]["materialized"] == "view" else "TABLE"
            relation = f'"{node["schema"]}"."{node["name"]}"'
            connection.execute(f"CREATE OR REPLACE {kind} {relation} AS {result['compiled_code']}")
            seconds[node["name"]] = time.process_time() - before
    return seconds
