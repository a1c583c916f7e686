"""What dbt adds: CPU of building models, those of cost or others, against the same compiled SQL on one connection.

Belongs here: the two measurements. A call of dbt may start up: what an empty selection takes is not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.build import dbt, straight
from bench.measure import cpu_seconds

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
    _run(warehouse, as_of, "int_close__month")
    start_up = _run(warehouse, as_of, "int_close__month")
    models = _run(warehouse, as_of, *selected) - start_up
    return Ratio(models, straight(warehouse, as_of, "--select", *selected, "--exclude", *EXCLUDED))


def _run(warehouse: Path, as_of: str, *selection: str) -> float:
    before = cpu_seconds()
    dbt(warehouse, as_of, "run", "--full-refresh", "--select", *selection, "--exclude", *EXCLUDED)
    return cpu_seconds() - before
