"""How right the match, the contract prices and the states of orders are, and which planted stories the marts tell:
`python -m bench.procure_to_pay --warehouse W --world W`.

Twice: end to end, as the home's warehouse stands, and with the true cross-reference of items and suppliers, in a copy of it
that is built again. The bar is for the latter. Prints a table; kept in bench/results/procure_to_pay.json.

Belongs here: the two warehouses and the table. Not here: counting (scores.py).
"""

import argparse
import shutil
import tempfile
from itertools import chain
from pathlib import Path

from bench.measure import keep
from bench.procure_to_pay.scores import Marts, Score
from bench.procure_to_pay.stories import stories
from bench.procure_to_pay.true_names import build, give_true_names
from simulator.serve.clock import Clock

# The day as of which marts are built: a month after the last document, so that every grace is over.
AS_OF = "2026-10-31"


def scores(warehouse: Path, world: Path) -> list[Score]:
    day = Clock(world).now().date().isoformat()
    marts = Marts(warehouse, world, day)
    return list(chain(marts.match(), marts.price(), marts.states(), stories(warehouse, world)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, required=True, help="a warehouse that a run has built")
    parser.add_argument("--world", type=Path, required=True, help="the world that it was read from")
    given = parser.parse_args()
    tell("end to end", scores(given.warehouse, given.world), is_bar=False)
    with tempfile.TemporaryDirectory() as folder:
        # Views name their warehouse by its file's name.
        copy = Path(folder) / given.warehouse.name
        shutil.copyfile(given.warehouse, copy)
        give_true_names(copy, given.world)
        build(copy, AS_OF)
        tell("true names", scores(copy, given.world), is_bar=True)


def tell(name: str, found: list[Score], is_bar: bool) -> None:
    """Prints and keeps them."""
    print(f"\n{name}")
    for score in found:
        verdict = (
            "" if score.bar is None or not is_bar else f"at least {score.bar}: {'met' if score.is_met else 'MISSED'}"
        )
        share = "-" if score.share is None else f"{score.share:.4f}"
        print(f"  {score.name:<42} {share:>7}  {score.right:>9,} of {score.of:>9,}  {verdict}", flush=True)
    keep(
        "procure_to_pay",
        {name: {score.name: {"right": score.right, "of": score.of, "bar": score.bar} for score in found}},
    )


if __name__ == "__main__":
    main()
