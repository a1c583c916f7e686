"""What the Dynamics 365 system of the demo network shows is what truly happened at the hospital that was acquired.

Belongs here: sums and states against the truth, and the same question at two times. Not here: the protocol
(`test_odata_dynamics.py`).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from simulator.serve.loopback import serving
from simulator.serve.odata import d365
from simulator.serve.odata.auth import TokenGuard
from simulator.serve.odata.server import odata_app
from simulator.systems.d365 import write_d365
from tests.simulator.odata_client import bought_token, followed

Ask = Callable[[str], list[tuple[Any, ...]]]

END = datetime(2026, 10, 1, 6)
# What never came to H7 was rejected by its supplier on the day after it was ordered, as far as these tests go.
REJECTED = """
    SELECT po_number, line, 1::BIGINT AS sequence, (order_date + INTERVAL 30 HOUR)::TIMESTAMP AS acknowledged_at,
        'REJECT' AS code, NULL::DATE AS promised_date
    FROM truth_order_line ANTI JOIN truth_receipt_line USING (po_number, line)
    WHERE site = 'H7' AND order_date < DATE '2026-09-01'"""


@pytest.fixture(scope="module")
def folder(own_truth: Path) -> Path:
    folder = own_truth.parent
    connection = duckdb.connect()
    for name in ("truth_order_line", "truth_receipt_line"):
        connection.execute(f"CREATE VIEW {name} AS FROM '{folder}/truth/{name}.parquet'")
    (own_truth / "truth_acknowledgement_line.parquet").unlink()
    connection.execute(f"COPY ({REJECTED}) TO '{folder}/truth/truth_acknowledgement_line.parquet'")
    write_d365(folder / "truth", folder / "d365")
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path) -> Ask:
    """SQL over the truth and over the files of Dynamics; `last_...` are the versions that stand in the end."""
    connection = duckdb.connect()
    for file in folder.glob("*/*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
        if file.parent.name == "d365":
            connection.execute(f"CREATE VIEW last_{file.stem} AS FROM '{file}' WHERE _until IS NULL")
    return lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def seen_at(folder: Path) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Every row of an entity at a time, read by its next links over HTTP."""
    now = END
    application = odata_app(folder / "d365", d365.SERVICES, TokenGuard("client", "secret"), now=lambda: now)
    with serving(application) as url:
        headers = {"Authorization": f"Bearer {bought_token(url)}"}
        with httpx.Client(base_url=url, headers=headers, timeout=30) as client:

            def read(at: datetime, entity: str, options: str = "") -> list[dict[str, Any]]:
                nonlocal now
                now = at
                pages = followed(client, f"/data/{entity}?cross-company=true{options}")
                return [row for page in pages for row in page]

            yield read


@pytest.mark.parametrize("entity", d365.SETS, ids=lambda entity: entity.name)
def test_one_version_follows_the_other_without_a_gap(ask: Ask, entity: Any) -> None:
    after = f"lead(_from) OVER (PARTITION BY {', '.join(entity.key)} ORDER BY _from)"
    broken = f"SELECT * FROM (SELECT _from, _until, {after} AS next FROM {entity.name})"
    assert ask(f"{broken} WHERE _from IS NULL OR _until <= _from OR _until IS DISTINCT FROM next") == []
    if "dataAreaId" in entity.by_name:
        assert ask(f"SELECT DISTINCT dataAreaId FROM {entity.name}") == [("3000",)]


def test_every_line_of_the_hospitals_orders_is_there_with_its_quantity_and_price(ask: Ask) -> None:
    shown = """
        SELECT PurchaseOrderNumber, LineNumber, OrderedPurchaseQuantity::BIGINT, PurchasePrice::DECIMAL(18, 4)
        FROM last_PurchaseOrderLinesV2"""
    true = "SELECT 'PO-' || right(po_number, 8), line, packs, price FROM truth_order_line WHERE site = 'H7'"
    assert ask(f"({shown}) EXCEPT ALL ({true})") == []
    assert ask(f"({true}) EXCEPT ALL ({shown})") == []
    assert ask("SELECT count(*) FROM last_PurchaseOrderLinesV2 ANTI JOIN ReleasedProductsV2 USING (ItemNumber)") == [
        (0,)
    ]
    assert ask(
        "SELECT count(*) FROM last_PurchaseOrderHeadersV2 ANTI JOIN VendorsV2 ON OrderVendorAccountNumber = VendorAccountNumber"
    ) == [(0,)]


def test_a_product_converts_what_it_is_bought_in_by_the_factor_that_somebody_entered(ask: Ask) -> None:
    shown = "SELECT ProductNumber, FromUnitSymbol, ToUnitSymbol, Factor::BIGINT FROM ProductUnitOfMeasureConversions"
    true = """
        SELECT source_pk, purchase_uom, base_uom, pack_numerator FROM truth_source_item
        WHERE source = 'd365' AND purchase_uom <> base_uom AND pack_label <> 'MISSING'"""
    assert ask(f"({shown}) EXCEPT ALL ({true})") == []
    assert ask(f"({true}) EXCEPT ALL ({shown})") == []
    assert ask(f"SELECT count(*) > 10 FROM ({shown})") == [(True,)]


def test_what_was_received_is_what_truly_came(ask: Ask) -> None:
    true = "SELECT count(*), sum(r.packs) FROM truth_receipt_line AS r JOIN truth_order_line USING (po_number, line)"
    shown = "SELECT count(*), sum(ReceivedPurchaseQuantity)::BIGINT FROM ProductReceiptLines"
    assert ask(f"{shown} WHERE ProductReceiptNumber LIKE 'PR-%'") == ask(f"{true} WHERE site = 'H7'")
    parent = "ProductReceiptHeaders USING (ProductReceiptNumber, PurchaseOrderNumber)"
    assert ask(f"SELECT count(*) FROM ProductReceiptLines ANTI JOIN {parent}") == [(0,)]


def test_invoices_and_their_lines_amount_to_the_truths_gross_to_the_cent(ask: Ask) -> None:
    true = ask("SELECT sum(gross) FROM truth_invoice WHERE site = 'H7'")
    assert ask("SELECT sum(InvoiceAmount)::DECIMAL(18, 2) FROM VendorInvoiceHeaders") == true
    assert ask("SELECT sum(NetAmount)::DECIMAL(18, 2) FROM VendorInvoiceLines") == true


def test_the_journal_is_the_companys_ledger_and_every_voucher_of_it_adds_up_to_nothing(ask: Ask) -> None:
    shown = "SELECT MainAccount, sum(AccountingCurrencyAmount)::DECIMAL(18, 2) FROM GeneralJournalAccountEntries GROUP BY ALL"
    true = "SELECT account, sum(amount) FROM truth_gl_line WHERE company = '3000' GROUP BY ALL"
    assert sorted(ask(shown)) == sorted(ask(true))
    vouchers = """
        SELECT sum(AccountingCurrencyAmount) FROM GeneralJournalAccountEntries GROUP BY SubledgerVoucher, AccountingDate"""
    assert ask(f"SELECT DISTINCT * FROM ({vouchers})") == [(0,)]
    year_end = (
        "SELECT DISTINCT FiscalYear, FiscalPeriod FROM GeneralJournalAccountEntries WHERE AccountingDate = '2025-10-01'"
    )
    assert ask(year_end) == [("2026", "1")]


def test_stock_on_hand_in_the_end_is_worth_what_the_ledger_says(ask: Ask) -> None:
    worth = """
        SELECT sum(OnHandQuantity * standard_cost)::DECIMAL(18, 2)
        FROM last_InventoryOnhand JOIN truth_source_item ON source = 'd365' AND source_pk = ItemNumber
        JOIN (SELECT DISTINCT item_id, standard_cost FROM truth_inventory) USING (item_id)"""
    ledger = "SELECT sum(amount) FROM truth_gl_line WHERE company = '3000' AND account LIKE '1301%'"
    assert ask(worth) == ask(ledger) != [(None,)]
    assert ask("SELECT count(*) FROM last_InventoryOnhand") >= ask(
        "SELECT count(*) FROM truth_inventory WHERE location LIKE 'H7-%'"
    )


def test_an_order_without_any_line_left_is_canceled_and_a_line_of_one_that_lives_on_is_marked_deleted(ask: Ask) -> None:
    ours = "SELECT po_number, line FROM truth_order_line WHERE site = 'H7'"
    rejected = f"truth_acknowledgement_line SEMI JOIN ({ours}) USING (po_number, line)"
    state = f"""
        SELECT PurchaseOrderStatus, PurchaseOrderLineStatus, IsDeleted, count(*)
        FROM last_PurchaseOrderLinesV2 JOIN last_PurchaseOrderHeadersV2 USING (PurchaseOrderNumber)
        JOIN {rejected} ON PurchaseOrderNumber = 'PO-' || right(po_number, 8) AND LineNumber = line
        GROUP BY ALL"""
    found = ask(state)
    assert sum(row[-1] for row in found) == ask(f"SELECT count(*) FROM {rejected}")[0][0] > 0
    for order, line, deleted, _ in found:
        assert line == "Canceled"
        assert deleted == ("No" if order == "Canceled" else "Yes")
    assert {row[0] == "Canceled" for row in found} == {True, False}


def test_nothing_is_seen_before_the_acquisition_and_an_order_moves_on_over_http(ask: Ask, seen_at: Any) -> None:
    assert seen_at(datetime(2025, 6, 30, 23), "PurchaseOrderHeadersV2") == []
    [(number, opened, closed)] = ask("""
        SELECT PurchaseOrderNumber, min(_from) FILTER (DocumentApprovalStatus = 'Confirmed'),
            min(_from) FILTER (PurchaseOrderStatus = 'Invoiced') AS closed
        FROM PurchaseOrderHeadersV2 GROUP BY ALL HAVING closed < TIMESTAMP '2026-06-01' ORDER BY 1 LIMIT 1""")
    for moment, status in ((opened, "Backorder"), (closed, "Invoiced")):
        filtered = f"&$filter=PurchaseOrderNumber eq '{number}'&$expand=PurchaseOrderLinesV2"
        [order] = seen_at(moment, "PurchaseOrderHeadersV2", filtered)
        assert order["PurchaseOrderStatus"] == status
        assert order["ModifiedDateTime"] == f"{moment:%Y-%m-%dT%H:%M:%S}Z"
        assert {line["PurchaseOrderLineStatus"] for line in order["PurchaseOrderLinesV2"]} == {status}


def test_a_client_that_follows_every_link_reads_each_journal_line_once(ask: Ask, seen_at: Any) -> None:
    lines = seen_at(END, "GeneralJournalAccountEntries", "&$select=SubledgerVoucher,LineNumber")
    assert len(lines) == len({(line["SubledgerVoucher"], line["LineNumber"]) for line in lines}) > 10_000
    stands = f"SELECT count(*) FROM GeneralJournalAccountEntries WHERE _from <= TIMESTAMP '{END}'"
    assert ask(stands) == [(len(lines),)]
