"""What costing reads from the warehouse and what it leaves there."""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from costing.tables import TABLES
from costing.warehouse import share_overhead

DEPARTMENTS = [
    ("plant", "OVERHEAD", "Plant operation", 1, "44000.00"),
    ("administration", "OVERHEAD", "Finance", 2, "90000.00"),
    ("surgery", "PATIENT", "Operating room", None, "0.00"),
    ("shop", "NON_PATIENT", "Gift shop", None, "10.00"),
    ("nobody", "UNASSIGNED", None, None, "7.00"),
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE SCHEMA canonical; CREATE SCHEMA seeds")
        opened.execute(
            "CREATE TABLE canonical.int_cost__department (facility_key VARCHAR, period VARCHAR, cost_center_key VARCHAR, "
            "cost_center_code VARCHAR, cost_center_name VARCHAR, cost_role VARCHAR, department_function VARCHAR, "
            "closing_order INTEGER, cost_amount DECIMAL(18,2))"
        )
        opened.executemany(
            "INSERT INTO canonical.int_cost__department VALUES ('H9', '2026-01', $1, '100', $1, $2, $3, $4, $5)",
            DEPARTMENTS,
        )
        opened.execute(
            "CREATE TABLE canonical.int_cost__statistic (facility_key VARCHAR, period VARCHAR, cost_center_key VARCHAR, "
            "statistic_code VARCHAR, statistic_qty DECIMAL(18,6))"
        )
        opened.execute(
            "INSERT INTO canonical.int_cost__statistic VALUES ('H9', '2026-01', 'administration', 'SQUARE_FEET', 1), "
            "('H9', '2026-01', 'surgery', 'SQUARE_FEET', 2), ('H9', '2026-01', 'surgery', 'HOURS', 4.5)"
        )
        opened.execute(
            "CREATE TABLE seeds.cfg_allocation_basis AS SELECT * FROM (VALUES ('Plant operation', 1, 'SQUARE_FEET'), "
            "('Finance', 1, 'HOURS')) AS basis (department_function, basis_rank, statistic_code)"
        )
        yield opened


def test_shares_have_eighteen_digits_and_sum_to_one(connection: duckdb.DuckDBPyConnection) -> None:
    assert share_overhead(connection).faults == ()
    steps = connection.execute(
        "SELECT receiving_cost_center_key, statistic_qty, step_share, reach_share FROM costing.allocation_share "
        "WHERE allocation_method = 'STEP_DOWN' AND overhead_cost_center_key = 'plant' ORDER BY ALL"
    ).fetchall()
    third, two_thirds = Decimal("0.333333333333333333"), Decimal("0.666666666666666667")
    assert steps == [("administration", 1, third, third), ("surgery", 2, two_thirds, 1)]


def test_a_pool_that_cannot_be_allocated_is_a_row_and_other_methods_go_on(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Without the surgery's feet plant serves administration only, which the direct method does not know."""
    connection.execute(
        "DELETE FROM canonical.int_cost__statistic WHERE cost_center_key = 'surgery' AND statistic_code = 'SQUARE_FEET'"
    )
    (fault,) = share_overhead(connection).faults
    assert "H9 2026-01: overhead department 100 plant has 44,000.00" in fault
    methods = "SELECT allocation_method, count(*) FROM costing.{} GROUP BY ALL ORDER BY ALL"
    assert connection.execute(methods.format("allocation_fault")).fetchall() == [("DIRECT", 1)]
    shared = connection.execute(methods.format("allocation_share")).fetchall()
    assert [method for method, _ in shared] == ["RECIPROCAL", "STEP_DOWN"]


def test_a_second_run_leaves_the_same_rows(connection: duckdb.DuckDBPyConnection) -> None:
    first = share_overhead(connection)
    assert share_overhead(connection) == first
    assert connection.execute("SELECT count(*) FROM costing.allocation_share").fetchall() == [(first.shares,)]


def test_a_changed_month_is_worked_out_again_a_month_that_is_gone_leaves_nothing_and_others_stay(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    contents = "SELECT * FROM costing.{} ORDER BY ALL"
    for table in ("int_cost__department", "int_cost__statistic"):
        for month in ("2026-02", "2026-03"):
            connection.execute(
                f"INSERT INTO canonical.{table} SELECT * REPLACE ('{month}' AS period) FROM canonical.{table} "
                "WHERE period = '2026-01'"
            )
    share_overhead(connection)
    connection.execute("DELETE FROM canonical.int_cost__department WHERE period = '2026-01'")
    connection.execute(
        "UPDATE canonical.int_cost__statistic SET statistic_qty = 3 "
        "WHERE period = '2026-02' AND cost_center_key = 'surgery' AND statistic_code = 'SQUARE_FEET'"
    )
    again = share_overhead(connection)
    found = {table: connection.execute(contents.format(table)).fetchall() for table in TABLES}
    connection.execute("DROP SCHEMA costing CASCADE")
    assert share_overhead(connection) == again
    assert found == {table: connection.execute(contents.format(table)).fetchall() for table in TABLES}
    plant = connection.execute(
        "SELECT period, step_share FROM costing.allocation_share WHERE allocation_method = 'STEP_DOWN' "
        "AND overhead_cost_center_key = 'plant' AND receiving_cost_center_key = 'surgery' ORDER BY ALL"
    ).fetchall()
    assert plant == [("2026-02", Decimal("0.75")), ("2026-03", Decimal("0.666666666666666667"))]
