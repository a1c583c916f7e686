"""What dbt costs beside the SQL that it runs: `python -m bench.models --warehouse W`.

CPU of all models of a warehouse that a run has built, and of those of cost, against the same compiled SQL straight in
DuckDB, in a copy. What is built a second time from the same records must say the same: marts whose rows differ are named.
Prints the dearest models; kept in bench/results/models.json.

Belongs here: the two selections, their bars, the table. Not here: how it is measured (bench/costs/cpu.py).
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import duckdb

from bench.costs.cpu import SELECTED, cpu_of_models
from bench.measure import keep
from tests.dbt.runs import Project

# The day as of which marts are built, as bench.procure_to_pay has it.
AS_OF = "2026-10-31"
SELECTIONS = {"all": (["*"], 1.5), "costs": (SELECTED, 2.0)}
DEAREST = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, required=True, help="a warehouse that a run has built")
    parser.add_argument("--only", choices=SELECTIONS, help="measure one of the two selections")
    given = parser.parse_args()
    for name in [given.only] if given.only else SELECTIONS:
        selected, bar = SELECTIONS[name]
        with tempfile.TemporaryDirectory() as folder:
            # Views name their warehouse by its file's name.
            copy = Path(folder) / given.warehouse.name
            shutil.copyfile(given.warehouse, copy)
            hashes = Project(Path(folder) / "hashes").row_hashes_sql(copy)
            before = _contents(copy, hashes)
            found = cpu_of_models(copy, AS_OF, selected)
            after = _contents(copy, hashes)
        differing = sorted(mart for mart in before.keys() | after.keys() if before.get(mart) != after.get(mart))
        verdict = "met" if found.ratio <= bar else "MISSED"
        print(f"{name}: {len(found.of_sql)} models {found.models:.1f} s of CPU, their SQL {found.sql:.1f} s:", end=" ")
        print(f"{found.ratio:.2f} times, at most {bar}: {verdict}")
        print(
            f"  {len(after)} marts, built again from the same records; rows differ in: {', '.join(differing) or 'none'}"
        )
        dearest = sorted(found.of_sql.items(), key=lambda model: -model[1])[:DEAREST]
        for model, seconds in dearest:
            print(f"  {model:<44} {seconds:>8.1f}")
        keep("models", {name: {
            "models": len(found.of_sql), "cpu_seconds": round(found.models, 1), "sql_cpu_seconds": round(found.sql, 1),
            "ratio": round(found.ratio, 3), "bar": bar, "differing_marts": differing,
            "dearest": {model: round(took, 1) for model, took in dearest},
        }})  # fmt: skip


def _contents(warehouse: Path, hashes: str) -> dict[str, tuple[int, int]]:
    """By mart: rows, and a sum of their hashes."""
    query = f"SELECT mart, count(*), sum(hash(row_hash))::HUGEINT FROM ({hashes}) GROUP BY mart"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {mart: (rows, total) for mart, rows, total in connection.execute(query).fetchall()}


if __name__ == "__main__":
    main()
