"""What may be said in other words and must come out the same (P6 to P9): in parts, in another unit, every price times a factor,
other names. What is expected of a changed hospital is what came of the unchanged one.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.hospital import BOX, EACH, GLOVES, SUTURES
from tests.dbt.runs import Project

MARTS = (
    "mart_three_way_match",
    "mart_invoice_line_exception",
    "mart_contract_compliance",
    "mart_spend_cube",
    "mart_po_lifecycle",
)
CLASSES = {
    "match": "select invoice_line_key, match_status, primary_exception_code, invoice_base_qty, matched_base_qty "
             "from mart_procurement.mart_three_way_match",
    "codes": "select invoice_line_key, exception_code, is_exception from mart_procurement.mart_invoice_line_exception",
    "compliance": "select bought_line_key, compliance_class, base_qty from mart_procurement.mart_contract_compliance",
    "states": "select lifecycle_key, workflow_state, ordered_base_qty, received_base_qty, matched_base_qty "
              "from mart_procurement.mart_po_lifecycle",
}  # fmt: skip
MONEY = {
    "match": "select invoice_line_key, line_amount, price_diff_amount, at_risk_amount "
             "from mart_procurement.mart_three_way_match",
    "spend": "select invoice_distribution_key, spend_gross_amount, spend_freight_amount, spend_tax_amount, credit_amount, "
             "spend_net_amount from mart_procurement.mart_spend_cube",
}  # fmt: skip
CENT = Decimal("0.01")
# By document: what the parts of its lines must sum to, or agree on.
DOCUMENTS = {
    "match": """
        select invoice_number, line_type, match_status, primary_exception_code, sum(line_amount), sum(price_diff_amount),
            sum(at_risk_amount), sum(invoice_base_qty), sum(matched_base_qty), sum(unmatched_base_qty)
        from mart_procurement.mart_three_way_match group by all order by all""",
    "spend": """
        select invoice_number, item_key, sum(spend_gross_amount), sum(spend_freight_amount), sum(spend_tax_amount),
            sum(spend_net_amount)
        from mart_procurement.mart_spend_cube group by all order by all""",
    "compliance": "select bought_line_key, compliance_class, base_qty, line_amount from "
                  "mart_procurement.mart_contract_compliance where bought_line_type = 'PO_LINE' order by all",
    "states": "select lifecycle_key, workflow_state, received_base_qty, invoiced_base_qty, matched_base_qty from "
              "mart_procurement.mart_po_lifecycle order by all",
}  # fmt: skip


@pytest.fixture(scope="module")
def unchanged(built_hospital: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    return told(built_hospital)


def test_a_delivery_in_two_parts_is_one_delivery(project, raw_hospital, unchanged, tmp_path):
    # Not what is counted in dozens and came by the piece: a twelfth ends nowhere, and its halves are rounded each.
    whole = f"id < 100000 AND NOT (product_id = {SUTURES} AND uom_id = {EACH})"
    other = "id = id + 100000, _business_key = (id + 100000)::VARCHAR, quantity = quantity / 2"
    changed = built(
        project, raw_hospital, tmp_path,
        halves("stock_move", other, whole), f"UPDATE raw_tryton.stock_move SET quantity = quantity / 2 WHERE {whole}",
    )  # fmt: skip
    assert_same(told(changed), unchanged)


def test_a_line_billed_in_two_parts_is_one_line(project, raw_hospital, built_hospital, tmp_path):
    # Not the credits, nor what they take back or another bill replaces; nor I4, whose halves are each within a tolerance in
    # dollars, and I23, of which the first half is within the order.
    split = "quantity > 0 AND product_id IS NOT NULL AND quantity % 2 = 0 AND invoice_id NOT IN (4, 23, 30, 32, 37, 39)"
    half = "quantity = quantity / 2, amount = amount / 2"
    changed = built(
        project, raw_hospital, tmp_path,
        halves("invoice_line", f"id = id + 100000, _line_no = _line_no + 10, {half}", split),
        f"UPDATE raw_tryton.invoice_line SET {half} WHERE id < 100000 AND {split}",
    )  # fmt: skip
    with (
        duckdb.connect(str(built_hospital), read_only=True) as before,
        duckdb.connect(str(changed), read_only=True) as after,
    ):
        for name, query in DOCUMENTS.items():
            assert after.execute(query).fetchall() == before.execute(query).fetchall(), name


def halves(table: str, other: str, where: str = "true") -> str:
    """SQL that adds to each of the rows a second one, which is `other`."""
    changes = ", ".join(f"{value} AS {column}" for column, value in (each.split(" = ") for each in other.split(", ")))
    return (
        f"INSERT INTO raw_tryton.{table} "
        f"SELECT * REPLACE ({changes}, md5(_row_key) AS _row_key) FROM raw_tryton.{table} WHERE {where}"
    )


def test_documents_said_in_another_unit_come_out_the_same(project, raw_hospital, unchanged, tmp_path):
    # Gloves by the box of ten, said by the piece: ten times the quantity at a tenth of the price.
    said = f"quantity = quantity * 10, uom_id = {EACH}, unit_price = unit_price / 10"
    where = f"uom_id = {BOX} AND product_id = {GLOVES}"
    changed = built(
        project, raw_hospital, tmp_path,
        f"UPDATE raw_tryton.invoice_line SET {said} WHERE {where}",
        f"UPDATE raw_tryton.stock_move SET quantity = quantity * 10, uom_id = {EACH} WHERE {where} AND id % 2 = 0",
    )  # fmt: skip
    assert_same(told(changed), unchanged)


def test_every_price_times_a_factor_is_all_money_times_the_factor(project, raw_hospital, unchanged, tmp_path):
    tables = {
        "purchase_line": ("unit_price", "amount"), "invoice_line": ("unit_price", "amount"), "invoice": ("total_amount",),
        "invoice_tax": ("base", "amount"), "account_move_line": ("debit", "credit"), "payment": ("amount",),
    }  # fmt: skip
    raw = [
        f"UPDATE raw_tryton.{table} SET " + ", ".join(f"{column} = {column} * 1.1" for column in columns)
        for table, columns in tables.items()
    ]
    # A tolerance in money is a price too.
    rules = [
        "UPDATE seeds.cfg_match_policy SET price_tol_abs_up = price_tol_abs_up * 1.1, freight_tol_abs = freight_tol_abs * 1.1, "
        "tax_tol_abs = tax_tol_abs * 1.1",
        "UPDATE seeds.cfg_contract_policy SET price_tol_base_amount = price_tol_base_amount * 1.1",
    ]
    changed = built(project, raw_hospital, tmp_path, *raw, rules=rules)
    assert_same(told(changed), unchanged, factor=Decimal("1.1"))


def test_other_names_of_suppliers_and_items_change_nothing_but_the_names(project, raw_hospital, unchanged, tmp_path):
    changed = built(
        project, raw_hospital, tmp_path,
        "UPDATE raw_tryton.party SET name = 'The house of ' || reverse(name)",
        "UPDATE raw_tryton.product_template SET name = reverse(name)",
    )  # fmt: skip
    assert_same(told(changed), unchanged)


def test_another_name_and_code_of_a_facility_moves_its_rows_whole(
    project, raw_hospital, built_hospital, unchanged, tmp_path
):
    renamed = "facility_code = 'NORTH' WHERE facility_code = 'H1'"
    rules = [f"UPDATE seeds.{seed} SET {renamed}" for seed in ("map_facility", "map_cost_center", "map_department")]
    rules.append(f"UPDATE seeds.cfg_facility SET facility_name = 'North', {renamed}")
    changed = built(project, raw_hospital, tmp_path, rules=rules)
    assert_same(told(changed), unchanged)
    assert spent(changed, "NORTH") == spent(built_hospital, "H1") > 0
    assert spent(changed, "H1") is None


def spent(warehouse: Path, facility: str) -> Any:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        sql = "select sum(spend_net_amount) from mart_procurement.mart_spend_cube where facility_key = ?"
        return connection.execute(sql, [facility]).fetchall()[0][0]


def built(project: Project, raw_hospital: Path, folder: Path, *changes: str, rules: list[str] | None = None) -> Path:
    """The hospital with its raw rows, and its rules, changed by SQL; the marts of this page built."""
    path = folder / "warehouse.duckdb"
    path.write_bytes(raw_hospital.read_bytes())
    with duckdb.connect(str(path)) as connection:
        for change in changes:
            assert connection.execute(change).fetchall()[0][0] > 0, change
    project.run(["seed"], path)
    with duckdb.connect(str(path)) as connection:
        for rule in rules or ():
            connection.execute(rule)
    project.run(["run", "--select", *(f"+{mart}" for mart in MARTS)], path)
    return path


def told(warehouse: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    """By question and key: what the marts say."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = {}
        for kind, queries in (("class", CLASSES), ("money", MONEY)):
            for name, query in queries.items():
                rows = connection.execute(query).fetchall()
                width = 2 if name == "codes" else 1
                found[f"{kind} {name}"] = {"|".join(map(str, row[:width])): row[width:] for row in rows}
        return found


def assert_same(found: dict, unchanged: dict, factor: Decimal = Decimal(1)) -> None:
    """Classes and quantities the same, money times the factor within a cent a line."""
    for name, rows in unchanged.items():
        assert found[name].keys() == rows.keys(), name
        for key, before in rows.items():
            if name.startswith("class"):
                assert found[name][key] == before, (name, key)
            else:
                for amount, was in zip(found[name][key], before, strict=True):
                    assert (amount is None) == (was is None), (name, key)
                    assert amount is None or abs(amount - was * factor) <= CENT, (name, key, amount, was)
