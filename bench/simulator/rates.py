"""Every rate that the demo network promises, counted in its truth: `python -m bench.simulator.rates` prints them.

Belongs here: counting, and saying whether a rate is met. Not here: what is promised (planted.py, volumes.py).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from bench.measure import keep
from bench.simulator.planted import ELSEWHERE, RATES, Rate
from bench.simulator.volumes import VOLUMES, Volume

Ask = Callable[[str], list[tuple[Any, ...]]]
DAYS_OF_A_YEAR = 365


class Found(NamedTuple):
    """What was counted of a rate: rows, or what else its population is measured in."""

    population: int
    target: int
    actual: int
    met: str


def asking(truth: Path) -> Ask:
    """Questions to the tables of a world's truth."""
    connection = duckdb.connect()
    for file in truth.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    return lambda query: connection.execute(query).fetchall()


def count(ask: Ask, rate: Rate) -> Found:
    """Whether a rate is met: exactly ("yes"), as nearly as it can be ("about"), or not."""
    [(population, actual)] = ask(
        f"SELECT {rate.measure} FILTER ({rate.of}), {rate.measure} FILTER ({rate.has}) FROM {rate.source}"
    )
    population, actual = (float(found or 0) for found in (population, actual))
    target = round(population * rate.rate)
    off = abs(round(actual) - target)
    # Of a handful, one row is more than any share.
    is_near = bool(rate.about) and off <= max(1, target * rate.within)
    return Found(round(population), target, round(actual), "yes" if not off else "about" if is_near else "no")


def volume(ask: Ask, wanted: Volume, scale: float, days: int) -> tuple[float, float]:
    """What is wanted of a world of this scale and so many days, and what there is."""
    of = {"year": scale * days / DAYS_OF_A_YEAR, "scale": scale, "fixed": 1}[wanted.grows_with]
    [(found,)] = ask(f"SELECT {wanted.measure} FROM {wanted.source}")
    return wanted.at_scale_1 * of, float(found or 0)


def table(truth: Path) -> dict[str, Any]:
    """Prints what there is of a truth, and returns it."""
    ask, manifest = asking(truth), json.loads((truth / "manifest.json").read_text(encoding="utf-8"))
    scale = manifest["scale"]
    [(days,)] = ask(f"SELECT DATE '{manifest['last_day']}' - DATE '{manifest['first_day']}' + 1")
    rates, volumes = [], []
    print(f"{'pattern':46} {'of':57} {'n':>13} {'rate':>7} {'is':>7} {'target':>10} {'actual':>10} met    labelled in")
    for rate in RATES:
        found = count(ask, rate)
        print(
            f"{rate.pattern:46} {rate.population:57} {found.population:>13,} {rate.rate:>7.2%}"
            f" {found.actual / max(found.population, 1):>7.2%} {found.target:>10,} {found.actual:>10,} {found.met:6}"
            f" {rate.label}" + (f" ({rate.about})" if found.met == "about" else "")
        )
        rates.append(
            {"pattern": rate.pattern, "of": rate.population, "rate": rate.rate, "label": rate.label, **found._asdict()}
        )
    print("\nnot rates of the data")
    for pattern, where in ELSEWHERE.items():
        print(f"{pattern:72} {where}")
    print(f"\n{'volume':48} {'at scale 1':>12} {'wanted':>12} {'found':>12} {'share':>6}")
    for wanted in VOLUMES:
        due, there = volume(ask, wanted, scale, days)
        a_year = " a year" if wanted.grows_with == "year" else ""
        print(f"{wanted.name + a_year:48} {wanted.at_scale_1:>12,} {due:>12,.6g} {there:>12,.6g} {there / due:>6.0%}")
        volumes.append({"volume": wanted.name, "wanted": round(due, 2), "found": round(there, 2)})
    missed = [rate["pattern"] for rate in rates if rate["met"] == "no"]
    print(f"\n{len(rates) - len(missed)} of {len(rates)} rates are met; missed: {', '.join(missed) or 'none'}")
    sys.stdout.flush()
    return {"scale": scale, "seed": manifest["seed"], "rates": rates, "elsewhere": ELSEWHERE, "volumes": volumes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", type=Path, help="the folder of a world that is there; nothing is kept of it")
    parser.add_argument("--scale", type=float, default=0.1, help="of the world that is made for it")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    if wanted.world:
        table(wanted.world / "truth")
        return
    from simulator.network.world import write_world

    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth"
        write_world(wanted.seed, wanted.scale, truth)
        keep("rates", table(truth))


if __name__ == "__main__":
    main()
