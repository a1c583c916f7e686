"""The planted stories that the marts of cost tell: the published questions, asked of a warehouse and held against the truth.

Belongs here: which question tells which story. Not here: the questions (the marts' own YAML), what is true of them
(tests/simulator/network_stories.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from bench.procure_to_pay.scores import Score
from bench.questions import Questions
from simulator.network.statistics import CARDIAC, WOMEN
from tests.simulator.network_stories import STORIES, open_truth, overhead_of

# A ratio and a share of a story may be off by so much, and dollars by this share: dirt hides single lines.
NEAR = 0.05
SITE = "H1"
CLOSED_MONTHS = 22
FIRST_MONTH = (2024, 10)
ORDER = "SELECT department_function FROM seeds.cfg_allocation_order ORDER BY closing_order"
# What the one surgeon's premium cement and implants are called by item masters.
CEMENT_AND_IMPLANTS = {"ORTHOPAEDIC_IMPLANT", "SURGICAL_SUPPLY"}


def stories(warehouse: Path, world: Path) -> Iterator[Score]:
    """One score a figure of a story, right of how many."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        ask, truth = Questions(connection, "service_line"), open_truth(world / "truth")
        yield from _knees(connection, ask, truth, world)
        # In which order departments close is the hospital's own choice, not the truth's.
        order = [row[0] for row in connection.execute(ORDER).fetchall()]
        yield from _overhead(ask, truth, order)


def _knees(connection: duckdb.DuckDBPyConnection, ask: Questions, truth: Any, world: Path) -> Iterator[Score]:
    rows = ask("Which groups of items make the dearest surgeon's difference, and by how much of it?")
    label, whole, own, peers = rows[0][0], rows[0][7], rows[0][8], rows[0][9]
    share = sum((row[4] for row in rows if row[3] in CEMENT_AND_IMPLANTS), Decimal(0)) / whole
    [(surgeon, cases, true_ratio, true_share)] = truth(STORIES["b"].query)
    # A case is known by its room and the second in which the patient entered it.
    of_label = connection.execute(
        f"""
        SELECT count(*) FILTER (truly.provider_id = ?), count(*)
        FROM restricted.int_variation__case JOIN restricted.fct_case USING (case_key)
        JOIN '{world / "truth/truth_case.parquet"}' AS truly
            ON truly.room = room_code AND truly.in_room_at = fct_case.in_room_at
        WHERE surgeon_label = ?""",
        [surgeon, label],
    ).fetchone()
    yield Score("story b: cases of the surgeon", of_label[0] if of_label else 0, cases, 1.0)
    yield _told("b: what a knee costs against the peers'", abs(float(own / peers) - true_ratio) <= NEAR)
    yield _told("b: share of cement and implants", abs(float(share) - true_share) <= NEAR)


def _overhead(ask: Questions, truth: Any, order: list[str]) -> Iterator[Score]:
    """Of every closed month: the dollars that the reciprocal method moves, against an exact reference of its own."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    question = "Which departments bear more or less overhead when departments may serve each other both ways?"
    for facility, period, department, step_down, reciprocal in ask(question):
        # Units of one function are numbered.
        function = department.rstrip("0123456789 ")
        group = "CARDIAC" if function in CARDIAC else "WOMEN" if function in WOMEN else None
        if facility == SITE and group:
            found[period][group] += reciprocal - step_down
    right = {"CARDIAC": 0, "WOMEN": 0}
    for month in range(1, CLOSED_MONTHS + 1):
        year, number = divmod(FIRST_MONTH[0] * 12 + FIRST_MONTH[1] - 2 + month, 12)
        step_down, reciprocal = (overhead_of(truth, SITE, month, both_ways, order) for both_ways in (False, True))
        for group in right:
            moved = reciprocal[group] - step_down[group]
            right[group] += abs(Fraction(found[f"{year}-{number + 1:02}"][group]) - moved) <= abs(moved) * Fraction(
                1, 20
            )
    for group, months in right.items():
        yield Score(f"story h: dollars moved, {group.lower()}", months, CLOSED_MONTHS, 1.0)


def _told(name: str, is_told: bool) -> Score:
    return Score(f"story {name}", int(is_told), 1, 1.0)
