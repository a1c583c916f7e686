"""Shares of overhead by three methods: by hand, against another way to find them, and what must hold of any hospital."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.allocation import (
    ACCUMULATED_COST,
    DIRECT,
    METHODS,
    RECIPROCAL,
    STEP_DOWN,
    AllocationError,
    Hospital,
    Overhead,
    allocate,
)
from costing.exact import rounded_to_one, solve
from tests.costing.hospitals import SIX_DEPARTMENTS, random_hospital, reference


def borne(hospital: Hospital, method: str) -> dict[str, Fraction]:
    """Cents of overhead that each other department bears."""
    found = dict.fromkeys(hospital.others, Fraction())
    for share in allocate(hospital, method).shares():
        if share.receiver in found:
            found[share.receiver] += hospital.cost[share.giver] * share.reach
    return found


def dollars(found: dict[str, Fraction]) -> list[int]:
    return [int(cents / 100) for cents in found.values()]


@pytest.mark.parametrize(
    ("method", "surgery", "ward", "emergency", "gift_shop"),
    [
        # 44,000 by 4:3:2:1 and 90,000 by 3:4:2:1.
        (DIRECT, 44_600, 49_200, 26_800, 13_400),
        # A tenth of 44,000 goes to administration, which then spreads 94,400.
        (STEP_DOWN, 44_160, 49_640, 26_800, 13_400),
        # plant = 44,000 + administration / 6 = 60,000; administration = 90,000 + plant / 10 = 96,000.
        (RECIPROCAL, 45_600, 48_200, 26_800, 13_400),
    ],
)
def test_six_departments_come_out_as_worked_by_hand(
    method: str, surgery: int, ward: int, emergency: int, gift_shop: int
) -> None:
    assert dollars(borne(SIX_DEPARTMENTS, method)) == [surgery, ward, emergency, gift_shop]


def test_what_passes_through_a_department_is_what_stands_at_it_when_it_closes() -> None:
    passing = {(share.giver, share.receiver): share.reach for share in allocate(SIX_DEPARTMENTS, RECIPROCAL).shares()}
    # Of plant's 44,000 a sixtieth comes back again and again: 44,000 / 10 * 60 / 59 of it passes through administration.
    assert passing["plant", "administration"] == Fraction(6, 59)
    assert passing["administration", "plant"] == Fraction(10, 59)


def test_cost_accumulates_in_the_order_of_closing_and_without_the_pool_itself() -> None:
    """Housekeeping's 100.00 goes to finance and the ward by 1:3. Finance then spreads 50.00 + 25.00 by what stands at the
    ward (200.00 + 75.00) and at surgery (25.00): 275:25."""
    hospital = Hospital(
        "H9 2026-02",
        cost={"housekeeping": 10_000, "finance": 5_000, "ward": 20_000, "surgery": 2_500},
        overhead=[
            Overhead("housekeeping", "housekeeping", ("SQUARE_FEET",)),
            Overhead("finance", "finance", (ACCUMULATED_COST,)),
        ],
        others=["ward", "surgery"],
        statistics={"SQUARE_FEET": {"finance": 1, "ward": 3}},
    )
    assert borne(hospital, STEP_DOWN) == {"ward": 7_500 + 6_875, "surgery": 625}
    # Without an order it is the ledger's own cost: 200:25 of 50.00.
    assert borne(hospital, DIRECT) == {"ward": 10_000 + Fraction(5_000 * 8, 9), "surgery": Fraction(5_000, 9)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_two_hundred_random_hospitals_agree_with_another_way_to_allocate(first: int, method: str) -> None:
    for seed in range(first, first + 50):
        hospital = random_hospital(seed)
        assert borne(hospital, method) == reference(hospital, method), seed


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(1000, 2000))
def test_nothing_is_lost_and_no_overhead_is_left(method: str, seed: int) -> None:
    hospital = random_hospital(seed)
    allocation = allocate(hospital, method)
    reach = dict.fromkeys(allocation.reach, Fraction())
    step = dict.fromkeys(allocation.reach, Fraction())
    standing = {giver: Fraction(hospital.cost[giver]) for giver in reach}
    for share in allocation.shares():
        step[share.giver] += share.step
        if share.receiver in standing:
            standing[share.receiver] += standing[share.giver] * share.step if method == STEP_DOWN else 0
        else:
            reach[share.giver] += share.reach
    assert set(reach.values()) == set(step.values()) == {Fraction(1)}
    if method == STEP_DOWN:
        own = {giver: Fraction(hospital.cost[giver]) for giver in standing}
        for share in allocation.shares():
            if share.receiver in own:
                own[share.receiver] += hospital.cost[share.giver] * share.reach
        assert own == standing


@pytest.mark.parametrize("method", METHODS)
def test_a_statistic_in_another_unit_changes_no_share(method: str) -> None:
    in_inches = {
        "SQUARE_FEET": {center: 144 * feet for center, feet in SIX_DEPARTMENTS.statistics["SQUARE_FEET"].items()}
    }
    scaled = replace(SIX_DEPARTMENTS, statistics={**SIX_DEPARTMENTS.statistics, **in_inches})
    assert borne(scaled, method) == borne(SIX_DEPARTMENTS, method)


def test_the_next_basis_is_taken_where_the_first_has_nothing() -> None:
    named = [Overhead("plant", "plant", ("PATIENT_DAYS", "SQUARE_FEET")), SIX_DEPARTMENTS.overhead[1]]
    hospital = replace(
        SIX_DEPARTMENTS, overhead=named, statistics={**SIX_DEPARTMENTS.statistics, "PATIENT_DAYS": {"ward": 0}}
    )
    assert borne(hospital, STEP_DOWN) == borne(SIX_DEPARTMENTS, STEP_DOWN)


def test_a_pool_without_a_statistic_is_an_error_that_says_what_to_do() -> None:
    hospital = replace(SIX_DEPARTMENTS, statistics={"HOURS_WORKED": SIX_DEPARTMENTS.statistics["HOURS_WORKED"]})
    with pytest.raises(
        AllocationError, match=r"H9 2026-01: overhead department plant has 44,000\.00 and nobody .* SQUARE_FEET"
    ):
        allocate(hospital, STEP_DOWN)


def test_a_closed_department_gives_and_takes_nothing() -> None:
    """No cost and no statistic: what serves the hospital passes it by, and it is no error."""
    hospital = replace(
        SIX_DEPARTMENTS,
        cost={**SIX_DEPARTMENTS.cost, "laundry": 0},
        overhead=[*SIX_DEPARTMENTS.overhead, Overhead("laundry", "laundry", ("POUNDS",))],
        statistics={
            **SIX_DEPARTMENTS.statistics,
            "SQUARE_FEET": {**SIX_DEPARTMENTS.statistics["SQUARE_FEET"], "laundry": 500},
        },
    )
    assert borne(hospital, RECIPROCAL) == borne(SIX_DEPARTMENTS, RECIPROCAL)


def test_departments_that_serve_only_one_another_are_an_error() -> None:
    hospital = replace(SIX_DEPARTMENTS, statistics={"SQUARE_FEET": {"administration": 1}, "HOURS_WORKED": {"plant": 1}})
    with pytest.raises(AllocationError, match="plant, administration serve only one another"):
        allocate(hospital, RECIPROCAL)


def test_equations_are_solved_without_a_rounding() -> None:
    # 3x + y = 1, x + 2y = 1: x = 1/5, y = 2/5.
    assert solve([[3, 1], [1, 2]], [[1], [1]]) == ([[1], [2]], 5)


def test_a_singular_matrix_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        solve([[1, 2], [2, 4]], [[1], [1]])


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any), st.integers(1, 18))
def test_rounded_shares_sum_to_one(numerators: list[int], digits: int) -> None:
    found = rounded_to_one(numerators, sum(numerators), digits)
    assert sum(found) == 10**digits
    assert all(abs(Fraction(share, 10**digits) - Fraction(part, sum(numerators))) < Fraction(1, 10**digits)
               for share, part in zip(found, numerators, strict=True))  # fmt: skip
