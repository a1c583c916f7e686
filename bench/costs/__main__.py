"""How right costs are and what they cost to make: `python -m bench.costs --warehouse W --world W [--late] [--cpu]`.

Service lines of visits, the ledger, labor and overhead against the truth, the dollars that dirt moves by kind, the stories that
cost tells; `--late`: what late events do to closed months, in a copy; `--cpu`: the models' CPU against the same SQL straight in
DuckDB, in a copy. Kept in bench/results/costs.json.

Belongs here: the tables. Not here: what is measured (truth.py, books.py, stories.py, late.py, cpu.py).
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from bench.costs.books import Books
from bench.costs.cpu import cpu_of_models
from bench.costs.late import late_events
from bench.costs.stories import stories
from bench.costs.truth import CostTruth
from bench.measure import keep

# The day as of which marts are built, as bench.procure_to_pay has it.
AS_OF = "2026-10-31"
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--warehouse", type=Path, required=True, help="a warehouse that a run has built, costs included"
    )
    parser.add_argument("--world", type=Path, required=True, help="the world that it was read from")
    parser.add_argument("--late", action="store_true", help="late events, in a copy")
    parser.add_argument("--cpu", action="store_true", help="CPU of the models of cost, in a copy")
    given = parser.parse_args()
    truth = CostTruth(given.warehouse, given.world)
    found = [*truth.scores()]
    dirt = [*truth.dirt()]
    truth.connection.close()
    books = Books(given.warehouse, given.world)
    found += books.scores()
    dirt += books.dirt()
    books.connection.close()
    found += stories(given.warehouse, given.world)
    if given.late:
        found += _in_a_copy(given.warehouse, lambda copy: late_events(copy, AS_OF))
    for score in found:
        verdict = "" if score.bar is None else f"at least {score.bar}: {'met' if score.is_met else 'MISSED'}"
        share = "-" if score.share is None else f"{score.share:.5f}"
        print(f"  {score.name:<52} {share:>8}  {score.right:>9,} of {score.of:>9,}  {verdict}")
    print("\n  what dirt moves")
    for each in dirt:
        print(f"  {each.what:<34} {each.reason:<52} {each.rows:>7,} {each.dollars:>14,.2f}")
    results = {
        "scores": {score.name: {"right": score.right, "of": score.of, "bar": score.bar} for score in found},
        "dirt": [
            {"what": each.what, "reason": each.reason, "rows": each.rows, "dollars": str(each.dollars)} for each in dirt
        ],
    }
    if given.cpu:
        [ratio] = _in_a_copy(given.warehouse, lambda copy: iter([cpu_of_models(copy, AS_OF)]))
        print(f"\n  CPU of the models {ratio.models:.1f} s, of their SQL {ratio.sql:.1f} s: {ratio.ratio:.2f} times")
        results["cpu"] = {"models": round(ratio.models, 2), "sql": round(ratio.sql, 2), "ratio": round(ratio.ratio, 3)}
    keep("costs", results)


def _in_a_copy(warehouse: Path, measure: Callable[[Path], Iterator[T]]) -> list[T]:
    with tempfile.TemporaryDirectory() as folder:
        # Views name their warehouse by its file's name.
        copy = Path(folder) / warehouse.name
        shutil.copyfile(warehouse, copy)
        return list(measure(copy))


if __name__ == "__main__":
    main()
