"""What the match says of each document of hospital.py; every figure was worked out by hand."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.mark.parametrize(
    ("invoice", "case", "status", "code"),
    [
        ("I1", "one invoice against two receipts", "MATCHED_EXACT", None),
        ("I2", "twelve per cent over", "EXCEPTION", "PRICE_OVER"),
        ("I3", "one per cent and three dollars over", "MATCHED_WITHIN_TOL", None),
        ("I4", "one per cent over on a large line: the amount does not hold", "EXCEPTION", "PRICE_OVER"),
        ("I5", "a box at ten times its price is a mixed-up unit, not a price exception", "EXCEPTION", "UOM_MISMATCH"),
        ("I6", "one cent over on an implant", "EXCEPTION", "PRICE_OVER"),
        ("I7", "twenty per cent under", "EXCEPTION", "PRICE_UNDER"),
        ("I8", "ten boxes billed as one case at the same price", "MATCHED_EXACT", None),
        ("I9", "in euros", "MATCHED_EXACT", None),
        ("I20", "cancelled line received and billed afterwards", "EXCEPTION", "PO_CANCELLED"),
        ("I21", "nothing received and the grace is over", "EXCEPTION", "RECEIPT_MISSING"),
        ("I22", "five billed of four received", "EXCEPTION", "QTY_OVER_INVOICED"),
        ("I23", "six received and billed of five ordered", "EXCEPTION", "QTY_OVER_ORDERED"),
        ("I24", "a dozen received in three thirds", "MATCHED_EXACT", None),
        ("I25", "a service needs no receipt", "MATCHED_EXACT", None),
        ("I30", "billed, sent back in part and credited", "MATCHED_EXACT", None),
        ("I31", "the credit of what was sent back", "MATCHED_EXACT", None),
        ("I33", "a credit that nothing stands behind", "EXCEPTION", "CREDIT_UNMATCHED"),
        ("I34", "the credit of a return order", "MATCHED_EXACT", None),
        ("I35", "the first of two equal invoices stays good", "MATCHED_EXACT", None),
        ("I36", "0815 billed again as 815-R", "EXCEPTION", "DUPLICATE_SUSPECT"),
        ("I39", "credited in full and billed again under its number", "MATCHED_EXACT", None),
        ("I40", "cancelled after posting", "VOID", None),
        ("I50", "supplies without an order", "EXCEPTION", "NO_PO"),
        ("I51", "a service without an order", "NOT_APPLICABLE", None),
        ("I52", "an order that nobody knows", "EXCEPTION", "PO_NOT_FOUND"),
        ("I54", "another supplier, currency and item: the supplier comes first", "EXCEPTION", "SUPPLIER_MISMATCH"),
        ("I61", "freight above the tolerance", "EXCEPTION", "CHARGE_OVER"),
        ("I70", "names the second receipt", "MATCHED_EXACT", None),
        ("I71", "gets the receipt that is left", "MATCHED_EXACT", None),
    ],
)
def test_a_line_has_the_status_and_the_primary_code_of_its_case(
    rows: Rows, invoice: str, case: str, status: str, code: str | None
) -> None:
    found = rows(
        "select match_status, primary_exception_code from mart_procurement.mart_three_way_match "
        f"where invoice_number = '{invoice}' and line_number = 1 and line_type <> 'TAX'"
    )
    assert found == [(status, code)], case


def test_every_invoice_line_has_exactly_one_status_and_none_is_lost(rows: Rows) -> None:
    ((lines,),) = rows("select count(*) from mart_procurement.mart_three_way_match")
    ((distinct_lines,),) = rows("select count(distinct invoice_line_key) from mart_procurement.mart_three_way_match")
    ((in_source,),) = rows(
        "select (select count(*) from raw_tryton.invoice_line) + (select count(*) from raw_tryton.invoice_tax)"
    )
    assert lines == distinct_lines == in_source


def test_partial_receipts_cover_an_invoice_oldest_first(rows: Rows) -> None:
    assert allocations(rows, "I1") == [("101", "FIFO", Decimal(40), Decimal("200.00")),
                                       ("102", "FIFO", Decimal(60), Decimal("300.00"))]  # fmt: skip


def test_an_explicit_reference_goes_before_the_oldest_receipt(rows: Rows) -> None:
    assert allocations(rows, "I70") == [("7002", "EXPLICIT_REF", Decimal(50), Decimal("250.00"))]
    assert allocations(rows, "I71") == [("7001", "FIFO", Decimal(50), Decimal("250.00"))]


def test_three_thirds_of_a_dozen_are_a_dozen(rows: Rows) -> None:
    found = rows(measures("I24", "matched_base_qty, unmatched_base_qty, price_diff_amount"))
    assert found == [(Decimal(1), Decimal(0), Decimal(0))]


def test_what_is_sent_back_and_credited_leaves_both_sides(rows: Rows) -> None:
    assert rows(measures("I30", "received_base_qty, matched_base_qty, unmatched_base_qty")) == [
        (Decimal(60), Decimal(60), Decimal(0))
    ]


def test_differences_of_price_are_those_of_the_line(rows: Rows) -> None:
    measured = "expected_amount, price_diff_amount, price_diff_pct, at_risk_amount"
    assert rows(measures("I2", measured)) == [(Decimal("300.00"), Decimal("36.00"), Decimal("12"), Decimal("36.00"))]
    assert rows(measures("I7", measured)) == [(Decimal("300.00"), Decimal("-60.00"), Decimal("-20"), Decimal("60.00"))]


def test_what_is_at_risk_of_a_quantity_is_what_is_beyond(rows: Rows) -> None:
    # One box at 50.00 too many: billed and not received, or received and not ordered.
    assert rows(measures("I22", "unmatched_base_qty, at_risk_amount")) == [(Decimal(10), Decimal("50.00"))]
    assert rows(measures("I23", "unmatched_base_qty, at_risk_amount")) == [(Decimal(0), Decimal("50.00"))]


def test_a_mixed_up_unit_is_named(rows: Rows) -> None:
    # Ten boxes at 500.00: ten times the price of a box, the factor between each and box, and between box and case.
    assert rows(measures("I5", "suspected_source_uom_code, at_risk_amount")) == [("bx10", Decimal("5000.00"))]


def test_every_code_of_a_line_is_kept_not_only_the_first(rows: Rows) -> None:
    codes = rows("select exception_code from mart_procurement.mart_invoice_line_exception e "
                 "join mart_procurement.mart_three_way_match m using (invoice_line_key) where m.invoice_number = 'I54' "
                 "order by precedence")  # fmt: skip
    assert codes == [("SUPPLIER_MISMATCH",), ("CURRENCY_MISMATCH",), ("ITEM_MISMATCH",)]


def test_a_tax_is_judged_by_its_rate(rows: Rows) -> None:
    taxes = rows("select invoice_number, match_status, primary_exception_code, at_risk_amount "
                 "from mart_procurement.mart_three_way_match where line_type = 'TAX' order by 1")  # fmt: skip
    assert taxes == [("I60", "MATCHED_EXACT", None, Decimal(0)), ("I62", "EXCEPTION", "TAX_EXCEPTION", Decimal("1.50"))]


def measures(invoice: str, columns: str) -> str:
    return f"select {columns} from mart_procurement.mart_three_way_match where invoice_number = '{invoice}'"


def allocations(rows: Rows, invoice: str) -> list[tuple[Any, ...]]:
    return rows(
        "select r.source_pk, a.allocation_rule, a.matched_base_qty, a.matched_amount from canonical.fct_match_allocation a "
        "join canonical.fct_receipt_line r using (receipt_line_key) "
        f"join canonical.fct_invoice_line i using (invoice_line_key) where i.invoice_number = '{invoice}' order by 1"
    )
