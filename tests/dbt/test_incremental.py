"""What a second run rewrites: nothing without a change, the touched business partitions with one."""

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.dbt.hospital import BOX, GLOVES, Hospital, line
from tests.dbt.raw_world import RawWorld
from tests.dbt.runs import Project, row_hashes

STORED = {
    "int_match__verdict": "match_partition_key",
    "int_match__code": "match_partition_key",
    "int_spend__line": "invoice_key",
}


@pytest.fixture
def warehouse(built_hospital: Path, tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(built_hospital, path)
    return path


def test_a_second_run_on_unchanged_facts_rewrites_nothing(project: Project, warehouse: Path) -> None:
    before, written_before = row_hashes(project, warehouse), written(warehouse)
    with RawWorld(warehouse) as world:
        hospital = Hospital(world)
        world.load("0002")
        hospital.order(3, [(GLOVES, "6", BOX, "1.00")], version=-1)  # an older version, arriving late
        world.load("0003", status="FAILED")
        hospital.order(4, [(GLOVES, "100", BOX, "1.00")], version=1)  # of a load that never completed
    project.run(["run"], warehouse)
    assert written(warehouse) == written_before
    assert row_hashes(project, warehouse) == before


def test_after_a_change_only_the_touched_orders_and_documents_are_rewritten(project: Project, warehouse: Path) -> None:
    before = row_hashes(project, warehouse)
    written_before = written(warehouse)
    with RawWorld(warehouse) as world:
        hospital = Hospital(world)
        world.load("0002")
        hospital.order(2, [(GLOVES, "6", BOX, "56.00")], version=1)  # the order now has the price that was billed
        hospital.order(60, [(GLOVES, "1", BOX, "50.00")], version=1)  # two lines removed, one replaced
        hospital.order(80, [(GLOVES, "1", BOX, "50.00")])  # a new order, not billed
        hospital.bill(100, [line(GLOVES, "-1", BOX, "50.00", "account.invoice.line,11")], "-50.00", day_no=20)
    project.run(["run"], warehouse)

    assert rewritten(warehouse, written_before, "int_match__verdict") == {"I1", "I2", "I60", "I100"}
    assert rewritten(warehouse, written_before, "int_spend__line") == {"I60", "I100"}
    changed = {mart for mart, _ in row_hashes(project, warehouse) ^ before}
    assert changed == {
        "mart_three_way_match",
        "mart_invoice_line_exception",
        "mart_spend_cube",
        "mart_ap_reconciliation",
        "mart_contract_compliance",
        "mart_po_lifecycle",
        "mart_exception_queue",
        "mart_price_variance",
        "mart_spend_bridge",
        "mart_gr_ir",
        "mart_gr_ir_reconciliation",
        "mart_exec_kpi",
        "mart_service_line_cost",
    }
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select match_status from mart_procurement.mart_three_way_match where invoice_number in ('I1', 'I2') order by 1"
        ).fetchall()
    # The price exception of I2 is gone; I1 is still covered, now with one box of it credited.
    assert found == [("MATCHED_EXACT",), ("MATCHED_EXACT",)]


def test_a_record_deleted_at_the_source_leaves_the_marts(project: Project, warehouse: Path) -> None:
    with RawWorld(warehouse) as world:
        world.load("0002")
        world.put("invoice", at=Hospital.deleted_at, op="TOMBSTONE", id=51)
    project.run(["run"], warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for mart in ("mart_three_way_match", "mart_spend_cube"):
            assert connection.execute(
                f"select count(*) from mart_procurement.{mart} where invoice_number = 'I51'"
            ).fetchone() == (0,)


def test_pay_runs_that_come_one_after_the_other_are_all_paid(project: Project, warehouse: Path) -> None:
    """Payroll numbers its runs in `run_id`, the name by which a row of ours says which run of ours wrote it."""
    for load_id, pay_run, amount in (("0002", "PAY-1", Decimal("1250.00")), ("0003", "PAY-2", Decimal("1300.50"))):
        with RawWorld(warehouse, "hcm", "hcm") as world:
            world.load(load_id)
            paid = {"pay_component": "REG", "hours": Decimal(40), "amount": amount, "currency": "USD"}
            world.put("payroll_result", run_id=pay_run, worker_key="w1", lines={"payroll_line": [paid]})
        project.run(["run", "--select", "+fct_labor"], warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("select pay_run_number, labor_amount from canonical.fct_labor order by 1").fetchall()
    assert found == [("PAY-1", Decimal("1250.00")), ("PAY-2", Decimal("1300.50"))]


def written(warehouse: Path) -> dict[str, dict[str, set[str]]]:
    """Per stored table: partition to the runs that wrote its rows."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            table: {
                key: set(runs)
                for key, runs in connection.execute(
                    f"select {key}, list(run_id) from canonical.{table} group by 1"
                ).fetchall()
            }
            for table, key in STORED.items()
        }


def rewritten(warehouse: Path, before: dict[str, dict[str, set[str]]], table: str) -> set[str]:
    """Numbers of the invoices in partitions that were written since."""
    touched = {key for key, runs in written(warehouse)[table].items() if before[table].get(key) != runs}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        numbers = connection.execute(f"select {STORED[table]}, invoice_number from canonical.{table}").fetchall()
    return {number for key, number in numbers if key in touched}
