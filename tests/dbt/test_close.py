"""A month whose books have closed: what was known stays as it was, what comes later is listed beside it (D5)."""

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.hospital import BOX, GLOVES, SERVICES, Hospital, line
from tests.dbt.raw_world import RawWorld
from tests.dbt.runs import Project

FIGURES = ["run", "--select", "+mart_closed_month"]
KNOWN = "select * from closed.closed_figure order by period_figure_key"
SPEND_KNOWN = "select sum(amount), sum(row_count) from closed.closed_figure where figure = 'SPEND'"
ADJUSTMENTS = """
    select category, as_known_amount, as_final_amount, adjustment_amount, adjusted_row_count
    from mart_finance.mart_closed_month where figure = 'SPEND' and adjusted_row_count <> 0 order by category"""


@pytest.fixture(scope="module")
def closed(project: Project, built_hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hospital after its books have closed and were built once."""
    path = tmp_path_factory.mktemp("closed") / "warehouse.duckdb"
    shutil.copy(built_hospital, path)
    with RawWorld(path) as world:
        world.load("0002")
        Hospital(world).keep_books("closed", version=1)
    project.run(FIGURES, path)
    return path


def test_nothing_is_known_of_a_month_whose_books_are_open(built_hospital: Path) -> None:
    assert ask(built_hospital, KNOWN) == []


def test_a_closed_month_is_what_its_marts_said(closed: Path) -> None:
    # The sum of test_spend.py, worked out there by hand.
    assert ask(closed, SPEND_KNOWN)[0][0] == Decimal("15185.81")
    assert (
        ask(
            closed,
            "select * from mart_finance.mart_closed_month where adjustment_amount <> 0 or adjusted_row_count <> 0",
        )
        == []
    )


def test_what_comes_after_the_close_is_an_adjustment_and_changes_nothing_that_was_known(
    project: Project, closed: Path, tmp_path: Path
) -> None:
    late = tmp_path / "warehouse.duckdb"
    shutil.copy(closed, late)
    known = ask(late, KNOWN)
    with RawWorld(late) as world:
        hospital = Hospital(world)
        world.load("0003")
        # A service of 75.00, and a bill of 50.00 for gloves that is taken back.
        hospital.bill(110, [line(None, "1", None, "75.00", None, SERVICES)], "75.00", day_no=30)
        hospital.bill(50, [line(GLOVES, "1", BOX, "50.00")], "50.00", state="cancelled", version=1)
    project.run(FIGURES, late)
    assert ask(late, KNOWN) == known
    changed = ask(late, ADJUSTMENTS)
    assert sorted((row[3], row[4]) for row in changed) == [(Decimal("-50.00"), -1), (Decimal("75.00"), 1)]
    assert all(final - as_known == adjustment for _, as_known, final, adjustment, _ in changed)
    # Built from nothing the month is known only as it is now; what was known is never dropped for that.
    project.run([*FIGURES, "--full-refresh"], late)
    assert ask(late, KNOWN) == known


def ask(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()
