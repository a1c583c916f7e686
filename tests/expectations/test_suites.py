"""Suites on small tables whose measures are known by counting."""

from datetime import datetime

import duckdb
import pytest

from expectations.docs import write_docs
from expectations.marts import Baseline, mart_suites
from expectations.raw import raw_suite
from expectations.results import keep, of_suite
from expectations.suite import Outcome
from expectations.validate import validate
from ingestion.landing.ledger import Ledger

MATCH = ("mart_procurement", "mart_three_way_match")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA raw_erp")
    connection.execute(
        "CREATE TABLE raw_erp.party AS SELECT 'main' AS _source_instance, i::VARCHAR AS _row_key, 'UPSERT' AS _op, "
        "CASE WHEN i < 25 THEN 'load1' ELSE 'load2' END AS _load_id, TIMESTAMP '2026-11-01' AS _changed_at, "
        "CASE WHEN i >= 25 AND i < 35 THEN NULL ELSE 'x' END AS name FROM range(45) AS t(i)"
    )
    return connection


def outcome_of(connection, suite):
    [(_, outcome)] = validate(connection, [suite])
    return outcome


def party_suite(null_limit: float, minimum_rows: int = 0):
    return raw_suite("raw_erp", "party", "main", minimum_rows, {"name": null_limit}, has_versions=True)


def test_a_column_that_vanished_from_the_last_load_is_critical_however_long_the_history(connection):
    # 10 of the 20 rows of load2 are null, 10 of all 45.
    assert outcome_of(connection, party_suite(0.4)).failed_critical == (
        "name_nulls: more than 40% of the last load is null",
    )
    assert outcome_of(connection, party_suite(0.5)).passed


def test_a_load_of_few_rows_proves_nothing_about_nulls(connection):
    connection.execute(
        "INSERT INTO raw_erp.party SELECT 'main', 'late', 'UPSERT', 'load3', TIMESTAMP '2026-11-02', NULL"
    )
    assert outcome_of(connection, party_suite(0.5)).passed


def test_a_doubled_row_is_critical_and_too_few_rows_are_a_warning(connection):
    connection.execute("INSERT INTO raw_erp.party SELECT * FROM raw_erp.party WHERE _row_key = '1'")
    outcome = outcome_of(connection, party_suite(0.5, minimum_rows=100))
    assert outcome.failed_critical == ("doubled_rows: a raw row is written once",)
    assert outcome.failed_warning == ("row_count: the contract promises at least 100 rows",)
    assert outcome.measures["row_count"] == "46"


def test_rows_of_another_instance_do_not_count(connection):
    connection.execute("UPDATE raw_erp.party SET _source_instance = 'other' WHERE _row_key <> '1'")
    assert outcome_of(connection, party_suite(0.5)).measures["row_count"] == "1"


def test_a_table_that_does_not_exist_is_a_warning_and_not_an_error(connection):
    [suite] = mart_suites([("mart_x", "mart_y")], Baseline())
    outcome = outcome_of(connection, suite)
    assert outcome.failed_critical == ()
    assert outcome.failed_warning == ("not measured: mart_x.mart_y does not exist yet",)


@pytest.mark.parametrize(("without_supplier", "is_critical"), [(1, False), (2, True)])
def test_money_without_a_supplier_is_critical_beyond_one_per_cent(connection, without_supplier, is_critical):
    connection.execute("CREATE SCHEMA mart_procurement")
    connection.execute(
        "CREATE TABLE mart_procurement.mart_three_way_match AS SELECT 'MATCHED_EXACT' AS match_status, "
        "NULL::VARCHAR AS primary_exception_code, 1.00::DECIMAL(18,2) AS functional_amount, "
        f"CASE WHEN i < {without_supplier} THEN '-1' ELSE 's' END AS supplier_key FROM range(100) AS t(i)"
    )
    [suite] = mart_suites([MATCH], Baseline())
    assert bool(outcome_of(connection, suite).failed_critical) is is_critical


@pytest.mark.parametrize(("last_rows", "is_critical"), [(50, False), (51, True), (0, False)])
def test_a_mart_may_shrink_by_a_tenth_and_no_more(connection, last_rows, is_critical):
    # There are 45 rows: 90 % of 50, and less than 90 % of 51, which are 45.9.
    [suite] = mart_suites([("raw_erp", "party")], Baseline({("raw_erp", "party"): [last_rows]}))
    assert bool(outcome_of(connection, suite).failed_critical) is is_critical


@pytest.fixture
def compared(connection) -> duckdb.DuckDBPyConnection:
    """A mart of a hundred rows as the last build had it, attached, and the same one now."""
    connection.execute("ATTACH ':memory:' AS last_published")
    for database in ("memory", "last_published"):
        connection.execute(f"CREATE SCHEMA {database}.mart_procurement")
        connection.execute(
            f"CREATE TABLE {database}.mart_procurement.mart_three_way_match AS SELECT 'x' AS buyer_name, "
            "CASE WHEN i < 30 THEN 'EXCEPTION' ELSE 'MATCHED' END AS match_status, NULL::VARCHAR AS primary_exception_code, "
            "1.00::DECIMAL(18,2) AS functional_amount, 's' || i AS supplier_key, 'i' AS item_key FROM range(100) AS t(i)"
        )
    return connection


def drift_of(connection, last_rows=(100,), change=None):
    if change:
        connection.execute(f"UPDATE mart_procurement.mart_three_way_match SET {change}")
    columns = ("buyer_name", "match_status", "supplier_key", "item_key", "is_new")
    known = frozenset(columns) - {"is_new"}
    [suite] = mart_suites([MATCH], Baseline({MATCH: last_rows}, {MATCH: ("last_published", known)}), {MATCH: columns})
    return outcome_of(connection, suite)


def test_the_same_again_has_not_drifted_and_a_new_column_is_not_compared(compared):
    outcome = drift_of(compared)
    assert outcome.passed
    assert outcome.measures["columns_emptied"] == "0"
    assert outcome.measures["match_status_shift"] == "0.0"


@pytest.mark.parametrize(("emptied", "is_told"), [(20, False), (21, True)])
def test_a_column_that_is_empty_all_at_once_is_told_by_name(compared, emptied, is_told):
    # 20 of a hundred are 20 points more than none: as many as may be.
    numbers = ", ".join(f"'s{number}'" for number in range(emptied))
    outcome = drift_of(compared, change=f"buyer_name = NULL WHERE supplier_key IN ({numbers})")
    assert outcome.measures["columns_emptied_names"] == ("buyer_name" if is_told else "")
    assert [said.split(":")[0] for said in outcome.failed_warning] == (["columns_emptied"] if is_told else [])


@pytest.mark.parametrize(("unknown", "is_told"), [(5, False), (6, True)])
def test_members_that_nobody_knows_any_more_are_told_by_column(compared, unknown, is_told):
    numbers = ", ".join(f"'s{number}'" for number in range(unknown))
    outcome = drift_of(compared, change=f"item_key = '-1' WHERE supplier_key IN ({numbers})")
    assert outcome.measures["members_lost_names"] == ("item_key" if is_told else "")
    assert outcome.failed_critical == ()


@pytest.mark.parametrize(("moved", "is_told"), [(20, False), (21, True)])
def test_codes_that_move_are_told_and_by_how_much(compared, moved, is_told):
    # Of a hundred lines so many are exceptions now that were matched.
    numbers = ", ".join(f"'s{number}'" for number in range(30, 30 + moved))
    outcome = drift_of(compared, change=f"match_status = 'EXCEPTION' WHERE supplier_key IN ({numbers})")
    assert float(outcome.measures["match_status_shift"]) == pytest.approx(moved / 100)
    assert [said.split(":")[0] for said in outcome.failed_warning] == (["match_status_shift"] if is_told else [])


def test_more_rows_than_twice_any_kept_build_are_told(compared):
    compared.execute(
        "INSERT INTO mart_procurement.mart_three_way_match SELECT * FROM mart_procurement.mart_three_way_match"
    )
    assert drift_of(compared, (100, 90)).passed
    assert "rows_at_most" in drift_of(compared, (99, 90)).failed_warning[0]


def test_of_a_short_table_nothing_is_compared(compared):
    outcome = drift_of(compared, (49,), "buyer_name = NULL")
    assert outcome.passed
    assert "columns_emptied" not in outcome.measures


def test_results_are_kept_run_after_run_and_forgotten_in_time(compared):
    Ledger(compared)
    suite = party_suite(0.4, minimum_rows=100)
    said = of_suite(suite, outcome_of(compared, suite))
    for day in (1, 2, 31):
        keep(compared, said, f"run {day}", datetime(2026, 10, day), days=29)
    rows = compared.execute(
        "SELECT run_id, check_name, source_instance, severity, outcome, is_blocked, expected, seen FROM ops.quality_results "
        "WHERE outcome = 'FAILED' ORDER BY ALL"
    ).fetchall()
    assert [row[:2] for row in rows] == [
        ("run 2", "name_nulls"), ("run 2", "row_count"), ("run 31", "name_nulls"), ("run 31", "row_count"),
    ]  # fmt: skip
    assert rows[0][2:] == (
        "main",
        "critical",
        "FAILED",
        True,
        "0 to 0.4; else more than 40% of the last load is null",
        "0.5",
    )
    assert rows[1][2:] == (
        "main",
        "warning",
        "FAILED",
        False,
        "at least 100; else the contract promises at least 100 rows",
        "45",
    )


def test_a_table_that_could_not_be_measured_is_a_result_too():
    [suite] = mart_suites([("mart_x", "mart_y")], Baseline(), owners={("mart_x", "mart_y"): "finance-data"})
    [result] = of_suite(suite, Outcome((), ("not measured",), {}))
    assert (result.outcome, result.is_blocked, result.owner) == ("NOT MEASURED", False, "finance-data")


def test_the_pages_tell_what_failed_and_ask_nobody(compared, tmp_path):
    Ledger(compared)
    suite = party_suite(0.4)
    keep(compared, of_suite(suite, outcome_of(compared, suite)), "run 1", datetime(2026, 10, 1), days=29)
    page = write_docs(compared, tmp_path / "quality").read_text(encoding="utf-8")
    assert "4 checks, last asked 2026-10-01 00:00 UTC: 1 not passed" in page
    assert "name_nulls of main" in page
    assert "FAILED, blocks publishing" in page
    assert "http" not in page.replace('"http', "")
