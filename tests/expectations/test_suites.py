"""Suites on small tables whose measures are known by counting."""

import duckdb
import pytest

from expectations.marts import mart_suites
from expectations.raw import raw_suite
from expectations.validate import validate

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
    [suite] = mart_suites([("mart_x", "mart_y")], {})
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
    [suite] = mart_suites([MATCH], {})
    assert bool(outcome_of(connection, suite).failed_critical) is is_critical


@pytest.mark.parametrize(("last_rows", "is_critical"), [(50, False), (51, True), (0, False)])
def test_a_mart_may_shrink_by_a_tenth_and_no_more(connection, last_rows, is_critical):
    # There are 45 rows: 90 % of 50, and less than 90 % of 51, which are 45.9.
    [suite] = mart_suites([("raw_erp", "party")], {("raw_erp", "party"): last_rows})
    assert bool(outcome_of(connection, suite).failed_critical) is is_critical
