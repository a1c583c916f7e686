"""Spend of hospital.py to the cent, and its tie-out to the ledger."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

Rows = Callable[[str], list[tuple[Any, ...]]]


def test_spend_equals_the_posted_supplier_invoices_of_the_ledger_to_the_cent(rows: Rows) -> None:
    ((spend,),) = rows("select sum(spend_net_amount) from mart_procurement.mart_spend_cube")
    ((ledger,),) = rows(
        "select -sum(functional_amount) from canonical.fct_gl_line join canonical.dim_gl_account using (gl_account_key) "
        "where is_payables_control"
    )
    # By hand, in dollars. Prices: 500 + 336 + 303 + 5050 + 5000 + 1985.01 + 240 + 500 + 100 (92.00 EUR) = 14014.01.
    # Quantities: 250 + 150 + 250 + 300 + 96 + 696 = 1742. Corrections: 400 - 100 + 200 - 50 - 3970 + 100 + 100 + 102
    # - 102 + 100 = -3220. Without order: 50 + 1850 + 50 + 50 (46.00 EUR) = 2000. Charges: 31.90 + 63.40 + 54.50 = 149.80.
    # References: 250 + 250 = 500. The void invoice of 420 and the draft of 50 count nothing.
    assert spend == ledger == Decimal("15185.81")


def test_no_document_differs_from_its_ledger_entry(rows: Rows) -> None:
    assert rows("select invoice_number from mart_finance.mart_ap_reconciliation where difference_amount <> 0") == []


def test_freight_falls_on_the_lines_by_the_largest_remainder(rows: Rows) -> None:
    found = rows("select spend_gross_amount, spend_freight_amount, spend_tax_amount, spend_net_amount "
                 "from mart_procurement.mart_spend_cube where invoice_number = 'I60' order by 2 desc")  # fmt: skip
    # 0.10 on three equal lines: 3 cents each and one cent left, to the first; 1.80 of tax divides evenly.
    assert found == [
        (Decimal("10.00"), Decimal("0.04"), Decimal("0.60"), Decimal("10.64")),
        (Decimal("10.00"), Decimal("0.03"), Decimal("0.60"), Decimal("10.63")),
        (Decimal("10.00"), Decimal("0.03"), Decimal("0.60"), Decimal("10.63")),
    ]


def test_freight_without_items_is_a_row_of_its_own(rows: Rows) -> None:
    found = rows("select freight_alloc_method, spend_gross_amount, spend_freight_amount "
                 "from mart_procurement.mart_spend_cube where invoice_number = 'I61'")  # fmt: skip
    assert found == [("OWN_LINE", Decimal("0.00"), Decimal("63.40"))]


def test_credits_are_apart_from_gross_spend(rows: Rows) -> None:
    ((gross, credits),) = rows(
        "select sum(spend_gross_amount), sum(credit_amount) from mart_procurement.mart_spend_cube"
    )
    # Credits: 100 + 50 + 3970 + 102. Gross is the rest less freight (0.10 + 63.40) and tax (1.80 + 4.50).
    assert credits == Decimal("-4222.00")
    assert gross == Decimal("15185.81") + Decimal("4222.00") - Decimal("63.50") - Decimal("6.30")


def test_euros_are_dollars_at_the_rate_of_the_posting_date(rows: Rows) -> None:
    found = rows("select spend_net_amount, average_base_price from mart_procurement.mart_spend_cube "
                 "where invoice_number = 'I9'")  # fmt: skip
    assert found == [(Decimal("100.00"), Decimal("25.000000"))]


def test_supply_expense_leaves_services_out(rows: Rows) -> None:
    ((supply,),) = rows("select sum(supply_expense_ahrmm_amount) from mart_procurement.mart_spend_cube")
    # Services: 696.00 of cleaning and 1850.00 without an order.
    assert supply == Decimal("15185.81") - Decimal("2546.00")


def test_unknown_members_keep_every_cent(rows: Rows) -> None:
    ((without_order,),) = rows(
        "select sum(spend_net_amount) from mart_procurement.mart_spend_cube where po_line_key = '-1'"
    )
    # 50 + 1850 + 50 (an order nobody knows) + 63.40 of freight.
    assert without_order == Decimal("2013.40")


def test_a_payment_is_applied_to_its_invoice_and_a_requisition_leads_to_its_order(rows: Rows) -> None:
    assert rows("select invoice_number, applied_amount from canonical.fct_payment_application join "
                "(select distinct invoice_key, invoice_number from canonical.fct_invoice_line) using (invoice_key)"
                ) == [("I1", Decimal("500.00"))]  # fmt: skip
    assert rows("select requisition_number, po_number, r.base_qty from canonical.fct_requisition_line r "
                "join canonical.fct_po_line using (po_line_key)") == [("R1", "PO1", Decimal("20.000000"))]  # fmt: skip


def test_units_convert_as_the_source_itself_converts_them(rows: Rows) -> None:
    packs = rows("select item_code, source_uom_code, qty_num, qty_den from canonical.xref_item_unit "
                 "join canonical.dim_item using (item_key) where item_code in ('GLV', 'SUT') and source_uom_code in "
                 "('u', 'cs100', 'dz') and not is_canonical_code order by 1, 2")  # fmt: skip
    assert packs == [
        ("GLV", "cs100", 100, 1), ("GLV", "dz", 12, 1), ("GLV", "u", 1, 1),
        ("SUT", "cs100", 25, 3), ("SUT", "dz", 1, 1), ("SUT", "u", 1, 12),
    ]  # fmt: skip
