"""A closed month's partition: the controller's sheet, and the proof that what was known at the close stands."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import dagster as dg
import duckdb
import openpyxl
import pytest
from typer.testing import CliRunner

from ingestion.settings import Settings
from orchestration import audit
from orchestration.assets.close import MART, MONTHS, STANDS_CHECK, close_asset, close_job, month_closed, unwritten
from orchestration.cli import app

ROWS = [
    # key, figure, company, month, as known, as final
    ("a", "SPEND", "1000", "2026-09", "120.00", "150.00"),
    ("b", "GR_IR", "1000", "2026-09", "-20.00", "-20.00"),
    ("c", "SPEND", "2000", "2026-09", "7.50", "7.50"),
    ("d", "SPEND", "1000", "2026-10", "9.99", "9.99"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home")
    made.published_dir.mkdir(parents=True)
    publish(made, ROWS)
    return made


def publish(settings: Settings, rows: list[tuple]) -> None:
    path = settings.published_dir / "analytics.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA mart_finance")
        connection.execute(
            f"""CREATE TABLE {MART} (period_figure_key VARCHAR, figure VARCHAR, company_key VARCHAR, period VARCHAR,
                as_known_amount DECIMAL(18,2), as_final_amount DECIMAL(18,2), adjustment_amount DECIMAL(18,2),
                currency_code VARCHAR, closed_as_of_date DATE)"""
        )
        connection.executemany(
            f"INSERT INTO {MART} VALUES (?, ?, ?, ?, ?, ?, ?, 'USD', ?)",
            [(*row, Decimal(row[5]) - Decimal(row[4]), date(2026, 10, 9)) for row in rows],
        )


def materialize(settings: Settings, month: str) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(MONTHS.name), [month])
        return dg.materialize([close_asset(settings)], instance=instance, partition_key=month, raise_on_error=False)


def stands(result: dg.ExecuteInProcessResult) -> tuple[bool, str | None]:
    [check] = [one for one in result.get_asset_check_evaluations() if one.check_name == STANDS_CHECK]
    return check.passed, check.description


def test_a_sheet_has_what_was_known_what_is_known_and_the_adjustment(settings):
    assert stands(materialize(settings, "2026-09")) == (True, None)
    sheet = openpyxl.load_workbook(settings.home / "close" / "2026-09" / "closed-2026-09.xlsx").active
    header, *rows = sheet.iter_rows(values_only=True)
    place = [header.index(name) for name in ("figure", "company_key", "as_known_amount", "adjustment_amount")]
    assert [tuple(row[one] for one in place) for row in rows] == [
        ("SPEND", "1000", 120, 30),
        ("GR_IR", "1000", -20, 0),
        ("SPEND", "2000", 7.5, 0),
    ]


def test_a_later_adjustment_changes_no_close(settings):
    materialize(settings, "2026-09")
    publish(settings, [("a", "SPEND", "1000", "2026-09", "120.00", "999.00"), *ROWS[1:]])
    assert stands(materialize(settings, "2026-09")) == (True, None)


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "SPEND", "1000", "2026-09", "120.01", "150.00"), *ROWS[1:]],  # another amount
        ROWS[1:],  # a figure less
        [*ROWS, ("e", "INVENTORY", "1000", "2026-09", "1.00", "1.00")],  # one more
        ROWS[2:],  # the company gone
    ],
)
def test_a_closed_month_that_says_something_else_fails_and_names_the_company(settings, rows):
    materialize(settings, "2026-09")
    publish(settings, rows)
    passed, because = stands(materialize(settings, "2026-09"))
    assert not passed
    assert "2026-09 no longer says what was known at the close of 1000:" in because


def test_a_company_that_closes_later_is_added_once(settings):
    publish(settings, ROWS[:2])
    materialize(settings, "2026-09")
    publish(settings, ROWS)
    assert unwritten(settings) == {"2026-09": ["2000"], "2026-10": ["1000"]}
    assert stands(materialize(settings, "2026-09")) == (True, None)
    assert [entry["detail"]["company"] for entry in audit.entries(settings)] == ["1000", "2000"]
    assert unwritten(settings) == {"2026-10": ["1000"]}


def test_a_month_that_has_not_closed_has_no_sheet(settings):
    assert not materialize(settings, "2026-11").success
    assert not list((settings.home / "close").rglob("*.xlsx"))


def test_the_sensor_asks_for_each_closed_month_once(settings):
    with dg.DagsterInstance.ephemeral() as instance:
        sensor = month_closed(settings, close_job(close_asset(settings)))
        asked = sensor(dg.build_sensor_context(instance=instance))
        assert [request.partition_key for request in asked.run_requests] == ["2026-09", "2026-10"]
        for month in ("2026-09", "2026-10"):
            materialize(settings, month)
        assert isinstance(sensor(dg.build_sensor_context(instance=instance)), dg.SkipReason)


def test_before_anything_is_published_nothing_has_closed(tmp_path):
    assert unwritten(Settings(home=tmp_path / "empty")) == {}


def test_the_command_names_the_months_that_have_closed(settings, monkeypatch):
    monkeypatch.setenv("PARLINE_HOME", str(settings.home))
    answer = CliRunner().invoke(app, ["close", "--month", "2026-13"])
    assert answer.exit_code == 1
    assert "Not closed: 2026-13. Closed: 2026-09, 2026-10" in answer.stderr
