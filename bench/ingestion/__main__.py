"""The bars of the landing path, measured: `python -m bench.ingestion` prints them and keeps bench/results/ingestion.json.

Belongs here: which runs are compared, and what a bar asks. Not here: the sides (sides.py, charge_items.py, change.py).

Marginal cost: a large run less a small one, by the lines between them; what is imported and set up cancels out.
"""

import argparse
import platform
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.ingestion import change, feeds
from bench.ingestion.feed import LINES_PER_PAGE, running_feed
from bench.measure import Sample, alternate, keep, median, run_side

SIDES = "bench.ingestion.sides"
# Pages of a small and a large run: as many as make the difference plain, and the slow sides bearable.
PAGES = {"ours": (4, 40), "raw_limit": (4, 40), "rest_api_parquet": (4, 12), "rest_api_as_shipped": (1, 3)}
MILLION = 1_000_000 // LINES_PER_PAGE
CHARGE_ITEMS = 100_000
# Of the demo network's feeds: what costs a line is what lies between. Its scale is the least at which they are as long.
FEED_LINES, FEED_SCALE = (50_000, 500_000), 0.1
PACKAGES = ("dlt", "duckdb", "pyarrow")


def lines(alternations: int) -> list[dict[str, Any]]:
    """Goals 1 to 4."""
    with running_feed() as url:
        runs: dict[str, Callable[[], Sample]] = {
            f"{side}, {pages} pages": partial(run_side, SIDES, side, url, pages)
            for side, both in PAGES.items()
            for pages in both
        }
        runs["ours_archived, 40 pages"] = partial(run_side, SIDES, "ours_archived", url, 40)
        samples = alternate(runs, alternations)
        million = run_side(SIDES, "ours", url, MILLION)
    cost = {side: _marginal(samples, side) for side in PAGES}
    archive = median(samples["ours_archived, 40 pages"]) - median(samples["ours, 40 pages"])
    microseconds = {side: round(seconds * 1e6, 1) for side, seconds in cost.items()}
    microseconds["the archive on top of ours"] = round(archive / (40 * LINES_PER_PAGE) * 1e6, 1)
    return [
        _goal(
            "dlt rest_api with parquet over ours, a line", cost["rest_api_parquet"] / cost["ours"], 10, at_least=True
        ),
        _goal(
            "dlt rest_api as shipped over ours, a line", cost["rest_api_as_shipped"] / cost["ours"], 50, at_least=True
        ),
        _goal("ours over pyarrow.json straight into DuckDB, a line", cost["ours"] / cost["raw_limit"], 2)
        | {"cpu_microseconds_a_line": microseconds},
        _goal("peak memory at one million lines, GB", million["peak"] / 1e9, 1)
        | {"cpu_seconds": round(million["cpu"], 1)},
    ]


def largest_feeds(alternations: int, world: Path | None = None) -> list[dict[str, Any]]:
    """The three largest feeds of the demo network, against stock dlt rest_api with parquet."""
    goals = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, feeds.fed(Path(folder), world, FEED_SCALE) as home:
        for feed in feeds.FEEDS:
            runs: dict[str, Callable[[], Sample]] = {
                f"{feed}, {side}, {lines}": partial(run_side, "bench.ingestion.feeds", side, home, feed, lines)
                for side in feeds.SIDES
                for lines in FEED_LINES
            }
            samples = alternate(runs, alternations)
            cost = {}
            for side in feeds.SIDES:
                few, many = (samples[f"{feed}, {side}, {lines}"] for lines in FEED_LINES)
                cost[side] = (median(many) - median(few)) / (median(many, "rows") - median(few, "rows"))
            goals += [
                _goal(f"{feed}: dlt over ours, a line", cost["rest_api_parquet"] / cost["ours"], 10, at_least=True)
                | {"cpu_microseconds_a_line": {side: round(seconds * 1e6, 1) for side, seconds in cost.items()}},
                _goal(f"{feed}: peak memory, GB", median(samples[f"{feed}, ours, {FEED_LINES[1]}"], "peak") / 1e9, 1),
            ]
    return goals


def charges(alternations: int) -> list[dict[str, Any]]:
    """FHIR flattening: our decoder on the contract against typed SQL by hand, the same columns."""
    sides = ("by_contract", "typed_sql")
    samples = alternate(
        {side: partial(run_side, "bench.ingestion.charge_items", side, CHARGE_ITEMS) for side in sides}, alternations
    )
    ours, theirs = (median(samples[side]) for side in sides)
    return [
        _goal("flattening of ChargeItem over typed SQL by hand", ours / theirs, 1.5)
        | {"cpu_seconds": {"by_contract": round(ours, 2), "typed_sql": round(theirs, 2)}}
    ]


def changes(alternations: int) -> list[dict[str, Any]]:
    """A thousand changed lines into a short and a long history."""
    samples = change.measure_both(alternations)
    short, long = (median(samples[name]) for name in change.HISTORIES)
    return [
        _goal("a change of 1,000 lines at 20 million over at 1 million", long / short, 2.5)
        | {"cpu_seconds": {name: round(median(samples[name]), 2) for name in change.HISTORIES}}
    ]


def _marginal(samples: Mapping[str, list[Sample]], side: str) -> float:
    small, large = PAGES[side]
    seconds = median(samples[f"{side}, {large} pages"]) - median(samples[f"{side}, {small} pages"])
    return seconds / ((large - small) * LINES_PER_PAGE)


def _goal(name: str, figure: float, bar: float, at_least: bool = False) -> dict[str, Any]:
    met = figure >= bar if at_least else figure <= bar
    return {
        "goal": name,
        "figure": round(figure, 2),
        "bar": f"{'at least' if at_least else 'at most'} {bar}",
        "met": met,
    }


PARTS = {"lines": lines, "charges": charges, "changes": changes, "feeds": largest_feeds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="only these; what is kept of the others stays")
    parser.add_argument("--alternations", type=int, default=3)
    parser.add_argument("--world", type=Path, help=f"of the demo network at {FEED_SCALE} (default: made for it)")
    arguments = parser.parse_args()
    parts = PARTS | {"feeds": partial(largest_feeds, world=arguments.world)}
    for part in arguments.parts or parts:
        record(part, parts[part](arguments.alternations), arguments.alternations)


def record(part: str, goals: list[dict[str, Any]], alternations: int) -> None:
    """Print the figures of a part and keep them."""
    for goal in goals:
        print(f"{'met   ' if goal['met'] else 'MISSED'} {goal['goal']:58} {goal['figure']:8.2f}  ({goal['bar']})")
    versions = {package: version(package) for package in PACKAGES} | {"python": platform.python_version()}
    keep("ingestion", {part: {"alternations": alternations, "versions": versions, "goals": goals}})


if __name__ == "__main__":
    main()
