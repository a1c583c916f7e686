"""Hospitals to allocate: one that was worked out by hand, and small ones at random."""

import random
from fractions import Fraction

from costing.allocation import ACCUMULATED_COST, METHODS, RECIPROCAL, STEP_DOWN, Hospital, Overhead

# docs/costing.md works it by hand: plant is spread by square feet, administration by hours; the other four bear them.
SIX_DEPARTMENTS = Hospital(
    "H9 2026-01",
    cost={"plant": 4_400_000, "administration": 9_000_000, "surgery": 0, "ward": 0, "emergency": 0, "gift shop": 0},
    overhead=[
        Overhead("plant", "plant", ("SQUARE_FEET",)),
        Overhead("administration", "administration", ("HOURS_WORKED",)),
    ],
    others=["surgery", "ward", "emergency", "gift shop"],
    statistics={
        "SQUARE_FEET": {"administration": 1000, "surgery": 3600, "ward": 2700, "emergency": 1800, "gift shop": 900},
        "HOURS_WORKED": {"plant": 2000, "surgery": 3000, "ward": 4000, "emergency": 2000, "gift shop": 1000},
    },
)


def random_hospital(seed: int) -> Hospital:
    """Up to seven overhead and six other departments; every statistic that is used reaches another department."""
    draw = random.Random(seed)
    overhead = [f"overhead {number}" for number in range(draw.randint(1, 7))]
    others = [f"other {number}" for number in range(draw.randint(1, 6))]
    named = [f"statistic {number}" for number in range(draw.randint(1, 4))]
    statistics = {
        name: {center: draw.choice([0, 0, draw.randint(-3, 9999)]) for center in [*overhead, *others]} for name in named
    }
    for counted in statistics.values():
        counted[draw.choice(others)] = draw.randint(1, 9999)
    return Hospital(
        f"random {seed}",
        cost={center: draw.randint(-2_000, 90_000_000) for center in [*overhead, *others]} | {others[0]: 5_000_000},
        overhead=[Overhead(center, center, (draw.choice([*named, ACCUMULATED_COST]),)) for center in overhead],
        others=others,
        statistics=statistics,
    )


def reference(hospital: Hospital, method: str) -> dict[str, Fraction]:
    """What each department that is no overhead bears, in cents, found otherwise than by equations: a sheet that is worked
    step by step for DIRECT and STEP_DOWN; for RECIPROCAL departments are taken out one by one, and what went through
    each is sent where it would have gone."""
    assert method in METHODS
    givers = [row.center for row in hospital.overhead]
    cost = {center: Fraction(cents) for center, cents in hospital.cost.items()}
    if method == RECIPROCAL:
        return _one_by_one(hospital, givers, cost)
    for place, row in enumerate(hospital.overhead):
        served = [*(givers[place + 1 :] if method == STEP_DOWN else ()), *hospital.others]
        said = _said(hospital, row, served, cost if method == STEP_DOWN else hospital.cost)
        per_unit = cost.pop(row.center) / sum(said.values())
        for center, quantity in said.items():
            cost[center] += per_unit * quantity
    return {center: cost[center] - hospital.cost[center] for center in hospital.others}


def _one_by_one(hospital: Hospital, givers: list[str], cost: dict[str, Fraction]) -> dict[str, Fraction]:
    flows = {}
    for row in hospital.overhead:
        served = [center for center in [*givers, *hospital.others] if center != row.center]
        said = _said(hospital, row, served, hospital.cost)
        total = sum(said.values())
        flows[row.center] = {center: Fraction(quantity, total) for center, quantity in said.items()}
    for gone in givers:
        onward = flows.pop(gone)
        returning = onward.pop(gone, Fraction())
        onward = {center: share / (1 - returning) for center, share in onward.items()}
        for shares in flows.values():
            through = shares.pop(gone, Fraction())
            for center, share in onward.items():
                shares[center] = shares.get(center, Fraction()) + through * share
        own = cost.pop(gone)
        for center, share in onward.items():
            cost[center] += own * share
    return {center: cost[center] - hospital.cost[center] for center in hospital.others}


def _said(hospital: Hospital, row: Overhead, served: list[str], cost: object) -> dict[str, int]:
    (statistic,) = row.bases
    if statistic == ACCUMULATED_COST:
        assert isinstance(cost, dict)
        whole = {center: (2 * Fraction(cost[center]) + 1) // 2 for center in served}
    else:
        whole = {center: hospital.statistics[statistic].get(center, 0) for center in served}
    return {center: quantity for center, quantity in whole.items() if quantity > 0}
