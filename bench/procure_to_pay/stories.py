"""The planted stories that these marts tell: the published questions, asked of a warehouse and held against the truth.

Belongs here: which question tells which story. Not here: the questions (the marts' own YAML), what is true of them
(tests/simulator/network_stories.py).
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from bench.procure_to_pay.scores import Score
from bench.questions import Questions
from tests.simulator.network_stories import STORIES, open_truth

# A share and a count of a story may be off by so much: single lines of it may be hidden by other dirt.
NEAR = 0.05


def stories(warehouse: Path, world: Path) -> Iterator[Score]:
    """One score a figure of a story, 1 of 1 where the mart says it."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        ask, truth = Questions(connection, "procurement"), open_truth(world / "truth")
        found = ask("Which cases cost more in implants than their cap allows, and how much more?")
        [(true_cases, true_over)] = truth(STORIES["a"].query)
        yield _told("a: cases over the cap", len(found) == true_cases)
        yield _told(
            "a: dollars over the cap", abs(float(sum(row[-1] for row in found) - true_over)) <= NEAR * float(true_over)
        )
        (facility, _, share), *_ = ask("Which facility's receiving makes most of the receipts that are missing?")
        [(true_site, _, true_share)] = truth(STORIES["c"].query)
        yield _told("c: the hospital that receives late", facility == true_site)
        yield _told("c: its share of missing receipts", abs(share - true_share) <= NEAR)
        (_, lines, too_much), *_ = ask(
            "Which supplier bills boxes at the price of the case, and for how much too much?"
        )
        [(_, true_lines, true_too_much)] = truth(STORIES["d"].query)
        yield _told("d: lines billed as cases", abs(lines - true_lines) <= NEAR * true_lines)
        yield _told("d: dollars too much", abs(float(too_much - true_too_much)) <= NEAR * float(true_too_much))
        (contract, _, share, threshold, saving), *_ = ask(
            "Which tier was missed by a few points, and what would it have saved in the year?"
        )
        [(true_contract, true_share, true_threshold, true_saving)] = truth(STORIES["e"].query)
        yield _told("e: the contract and its tier", (contract, threshold) == (true_contract, true_threshold))
        yield _told("e: percent of the market basket", abs(float(share) - true_share) <= 1)
        yield _told("e: dollars missed", abs(float(saving - true_saving)) <= NEAR * float(true_saving))
        found = ask("What was paid twice because two ERPs had the same invoice?")
        [(true_invoices, true_dollars)] = truth(STORIES["f"].query)
        yield _told("f: invoices paid twice", sum(row[1] for row in found) == true_invoices)
        yield _told("f: dollars paid twice", sum(row[2] for row in found) == true_dollars)


def _told(name: str, is_told: bool) -> Score:
    return Score(f"story {name}", int(is_told), 1, 1.0)
