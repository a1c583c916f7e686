"""What the Oracle system of the demo network shows is what truly happened at its sites, before and after H5's cut-over.

Belongs here: sums and states against the truth, and the same question at two times. Not here: the protocol
(`test_oracle_server.py`).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from simulator.serve.loopback import serving
from simulator.serve.odata.auth import BasicGuard
from simulator.serve.oracle.resources import RESOURCES
from simulator.serve.oracle.server import BASE, oracle_app
from simulator.systems.oracle import write_oracle

Ask = Callable[[str], list[tuple[Any, ...]]]

END = datetime(2026, 10, 1, 6)
BEFORE_CUT_OVER, AFTER_CUT_OVER = datetime(2025, 2, 28, 23), datetime(2025, 3, 1, 6)

# The sites whose documents Oracle keeps, and from which day. A receipt is settled when it was received and billed before.
SITES = "(VALUES ('H5', DATE '2025-03-01'), ('H6', DATE '1900-01-01')) AS sites(site, first_day)"
SETTLED = f"""
    SELECT r.*, posted_date < first_day AND coalesce(billed_date < first_day, false) AS is_settled
    FROM (SELECT * REPLACE (posted_line AS line) FROM truth_receipt_line) AS r
    JOIN truth_order_line USING (po_number, line) JOIN {SITES} USING (site)
    LEFT JOIN (SELECT receipt_number, receipt_line, min(posted_date) AS billed_date
        FROM truth_exception JOIN truth_invoice USING (invoice_id) GROUP BY ALL) USING (receipt_number, receipt_line)"""


# Answers, returns and contracts as these tests want them: what never came was rejected on the day after its order, the
# rest promised for a week later; of every twentieth receipt line a pack goes back; every other line is on contract.
ANSWERS = """
    SELECT po_number, line, 1::BIGINT AS sequence, (order_date + INTERVAL 36 HOUR)::TIMESTAMP AS acknowledged_at,
        if(receipt_number IS NULL, 'REJECT', 'ACCEPT') AS code,
        if(receipt_number IS NULL, NULL, order_date + 7) AS promised_date
    FROM truth_order_line LEFT JOIN (SELECT po_number, line, min(receipt_number) AS receipt_number
        FROM truth_receipt_line GROUP BY ALL) USING (po_number, line)
    WHERE order_date < DATE '2026-09-01'"""
RETURNS = """
    SELECT 'RT' || right(receipt_number, 8) AS "return", po_number, line, receipt_number, receipt_line,
        (posted_date + INTERVAL 60 HOUR)::TIMESTAMP AS returned_at, 1::BIGINT AS packs
    FROM truth_receipt_line WHERE receipt_line = 1 AND number % 20 = 0"""
CONTRACTS = """
    SELECT po_number, line, 'K-0001' AS contract_number, line AS contract_line
    FROM truth_order_line WHERE line % 2 = 1"""


@pytest.fixture(scope="module")
def folder(own_truth: Path) -> Path:
    truth, folder = own_truth, own_truth.parent
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW truth_order_line AS FROM '{truth}/truth_order_line.parquet'")
    receipts = f"SELECT *, substr(receipt_number, 3)::INTEGER AS number FROM '{truth}/truth_receipt_line.parquet'"
    connection.execute(f"CREATE VIEW truth_receipt_line AS {receipts}")
    tables = {"acknowledgement_line": ANSWERS, "return_line": RETURNS, "contract_price": CONTRACTS}
    for name, select in tables.items():
        (truth / f"truth_{name}.parquet").unlink()
        connection.execute(f"COPY ({select}) TO '{truth}/truth_{name}.parquet'")
    write_oracle(folder / "truth", folder / "oracle")
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path) -> Ask:
    """SQL over the truth and over Oracle's files; `last_...` are the versions that stand in the end."""
    connection = duckdb.connect()
    for file in folder.glob("*/*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
        if file.parent.name == "oracle":
            connection.execute(f"CREATE VIEW last_{file.stem} AS FROM '{file}' WHERE _until IS NULL")
    return lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def seen_at(folder: Path) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Every item of a resource at a time, read page by page over HTTP."""
    now = END
    with (
        serving(oracle_app(folder / "oracle", RESOURCES, BasicGuard("reader", "word"), lambda: now)) as url,
        httpx.Client(base_url=url + BASE, auth=("reader", "word"), timeout=30) as client,
    ):

        def read(at: datetime, resource: str, **parameters: str) -> list[dict[str, Any]]:
            nonlocal now
            now, items = at, list[dict[str, Any]]()
            while True:
                asked = {"limit": "499", "offset": str(len(items)), "onlyData": "true", **parameters}
                page = client.get(f"/{resource}", params=asked).raise_for_status().json()
                items += page["items"]
                if page["count"] < page["limit"]:
                    return items

        yield read


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_one_version_follows_the_other_without_a_gap(ask: Ask, resource: Any) -> None:
    key = ", ".join(resource.key)
    after = f"lead(_from) OVER (PARTITION BY {key} ORDER BY _from)"
    broken = f"SELECT * FROM (SELECT _from, _until, {after} AS next FROM {resource.name})"
    assert ask(f"{broken} WHERE _from IS NULL OR _until <= _from OR _until IS DISTINCT FROM next") == []


def test_every_line_of_an_order_is_shown_with_what_was_open_when_oracle_began_to_keep_it(ask: Ask) -> None:
    shown = """
        SELECT OrderNumber, line.LineNumber, line.Quantity, line.Price
        FROM last_purchaseOrders, unnest(lines) AS t(line)"""
    true = f"""
        SELECT '2' || right(po_number, 8), line, packs - coalesce(settled, 0), price
        FROM truth_order_line JOIN {SITES} USING (site)
        LEFT JOIN (SELECT po_number, line, sum(packs) FILTER (is_settled) AS settled,
            bool_or(NOT is_settled) AS is_open FROM ({SETTLED}) GROUP BY ALL) USING (po_number, line)
        WHERE order_date >= first_day OR packs > coalesce(settled, 0) OR is_open"""
    assert ask(f"({shown}) EXCEPT ALL ({true})") == []
    assert ask(f"({true}) EXCEPT ALL ({shown})") == []
    [(taken_over,)] = ask(
        "SELECT count(DISTINCT POHeaderId) FROM purchaseOrders WHERE OrderDate < CreationDate - INTERVAL 1 DAY"
    )
    assert taken_over > 0


def test_schedules_and_distributions_carry_the_quantity_of_their_line(ask: Ask) -> None:
    wrong = """
        SELECT 1 FROM purchaseOrders, unnest(lines) AS t(line)
        WHERE line.schedules[1].Quantity <> line.Quantity OR line.schedules[1].distributions[1].Quantity <> line.Quantity
            OR len(line.schedules) <> 1 OR line.schedules[1].distributions[1].POChargeAccount IS NULL"""
    assert ask(wrong) == []


def test_every_receipt_that_was_not_settled_before_is_received_and_delivered_once(ask: Ask) -> None:
    true = f"SELECT count(*), sum(packs) FROM ({SETTLED}) WHERE NOT is_settled"
    for kind in ("RECEIVE", "DELIVER"):
        shown = (
            f"SELECT count(*), sum(Quantity)::BIGINT FROM receivingTransactionsHistory WHERE TransactionType = '{kind}'"
        )
        assert ask(shown) == ask(true)
    orphans = """
        SELECT 1 FROM receivingTransactionsHistory AS t
        ANTI JOIN receivingTransactionsHistory AS parent ON parent.TransactionId = t.ParentTransactionId
        WHERE t.TransactionType <> 'RECEIVE'"""
    assert ask(orphans) == []


def test_what_goes_back_to_the_supplier_is_a_transaction_of_its_own_under_its_delivery(ask: Ask) -> None:
    shown = """
        SELECT count(*), sum(t.Quantity)::BIGINT FROM receivingTransactionsHistory AS t
        JOIN receivingTransactionsHistory AS parent ON parent.TransactionId = t.ParentTransactionId
        WHERE t.TransactionType = 'RETURN TO VENDOR' AND parent.TransactionType = 'DELIVER' AND t._from > parent._from"""
    true = f"""
        SELECT count(*), sum(b.packs) FROM truth_return_line AS b JOIN truth_order_line USING (po_number, line)
        JOIN {SITES} USING (site) SEMI JOIN (FROM ({SETTLED}) WHERE NOT is_settled) USING (receipt_number, po_number, line)
        WHERE returned_at >= first_day"""
    assert ask(shown) == ask(true) > [(0, 0)]


def test_a_line_that_its_supplier_rejects_is_cancelled_and_its_order_when_nothing_else_is_left(ask: Ask) -> None:
    lines = "SELECT StatusCode, OrderNumber, unnest(lines) AS line FROM last_purchaseOrders"
    rejected = """
        SELECT '2' || right(po_number, 8) AS OrderNumber, line AS number FROM truth_acknowledgement_line
        WHERE code = 'REJECT'"""
    found = ask(f"""
        SELECT line.StatusCode, line.schedules[1].StatusCode, line.schedules[1].PromisedDeliveryDate, count(*)
        FROM ({lines}) AS l JOIN ({rejected}) AS r ON r.OrderNumber = l.OrderNumber AND r.number = l.line.LineNumber
        GROUP BY ALL""")
    assert [row[:3] for row in found] == [("CANCELED", "CANCELED", None)]
    assert (
        ask(f"""
        SELECT OrderNumber FROM ({lines}) GROUP BY OrderNumber, StatusCode
        HAVING bool_and(line.StatusCode = 'CANCELED') <> (StatusCode = 'CANCELED')""")
        == []
    )


def test_a_promised_date_appears_when_the_supplier_has_answered(ask: Ask) -> None:
    early = """
        SELECT DISTINCT line.schedules[1].PromisedDeliveryDate IS NOT NULL AS promised,
            LastUpdateDate >= OrderDate + INTERVAL 36 HOUR AS answered
        FROM purchaseOrders, unnest(lines) AS t(line)
        WHERE OrderDate BETWEEN TIMESTAMP '2025-04-01' AND TIMESTAMP '2026-08-01' AND line.POLineId IN (
            SELECT POLineId FROM receivingTransactionsHistory)"""
    assert sorted(ask(early)) == [(False, False), (True, True)]


def test_a_line_that_was_bought_on_contract_names_its_agreement(ask: Ask) -> None:
    wrong = """
        SELECT 1 FROM purchaseOrders, unnest(lines) AS t(line)
        WHERE (line.LineNumber % 2 = 1) <> (line.SourceAgreement IS NOT NULL)
            OR line.SourceAgreementLine <> line.LineNumber"""
    assert ask(wrong) == []


def test_what_is_posted_late_happened_earlier_than_it_is_shown(ask: Ask) -> None:
    late = """
        SELECT count(*) FROM receivingTransactionsHistory
        WHERE TransactionType = 'RECEIVE' AND TransactionDate < LastUpdateDate - INTERVAL 36 HOUR"""
    assert ask(late) > [(0,)]


def test_invoices_amount_to_the_truths_gross_to_the_cent(ask: Ask) -> None:
    true = f"""
        SELECT count(*), sum(gross) FROM truth_invoice JOIN {SITES} USING (site)
        LEFT JOIN (SELECT payment_id, payment_date FROM truth_payment) USING (payment_id)
        WHERE posted_date >= first_day OR coalesce(payment_date >= first_day, true)"""
    assert ask("SELECT count(*), sum(InvoiceAmount)::DECIMAL(18, 2) FROM last_invoices") == ask(true)
    own = f"SELECT sum(gross) FROM truth_invoice JOIN {SITES} USING (site) WHERE posted_date >= first_day"
    kept = "SELECT sum(InvoiceAmount)::DECIMAL(18, 2) FROM last_invoices WHERE InvoiceSource <> 'CONVERSION'"
    assert ask(kept) == ask(own)
    assert ask("SELECT count(*) FROM last_invoices WHERE InvoiceSource = 'CONVERSION'") > [(0,)]


def test_the_lines_of_an_invoice_add_up_to_it(ask: Ask) -> None:
    lines = "list_sum(list_transform(invoiceLines, lambda line: line.LineAmount))"
    assert ask(f"SELECT InvoiceId FROM invoices WHERE {lines} IS DISTINCT FROM InvoiceAmount") == []


def test_no_invoice_line_names_an_order_line_or_a_receipt_that_is_not_there(ask: Ask) -> None:
    billed = "SELECT unnest(invoiceLines, recursive := true) FROM last_invoices"
    orders = "SELECT OrderNumber, unnest(lines).LineNumber AS LineNumber FROM last_purchaseOrders"
    assert ask(f"""
        SELECT count(*) FROM ({billed}) AS b ANTI JOIN ({orders}) AS o
            ON b.PurchaseOrderNumber = o.OrderNumber AND b.PurchaseOrderLineNumber = o.LineNumber
        WHERE PurchaseOrderNumber IS NOT NULL""") == [(0,)]
    assert ask(f"""
        SELECT count(*) FROM ({billed}) AS b ANTI JOIN receivingTransactionsHistory AS r
            ON b.ReceiptNumber = r.ReceiptNumber AND b.ReceiptLineNumber = r.ReceiptLineNumber
        WHERE b.ReceiptNumber IS NOT NULL""") == [(0,)]


def test_payments_after_the_cut_over_are_the_truths_and_pay_what_they_relate_to(ask: Ask) -> None:
    true = """
        SELECT payment_id[3:]::BIGINT, amount FROM truth_payment WHERE payment_date >= DATE '2025-03-01' AND payment_id IN (
            SELECT payment_id FROM truth_invoice WHERE site IN ('H5', 'H6'))"""
    shown = """
        SELECT PaymentNumber, PaymentAmount::DECIMAL(18, 2) FROM last_payablesPayments
        WHERE PaymentDate >= DATE '2025-03-01'"""
    assert sorted(ask(shown)) == sorted(ask(true))
    related = "list_sum(list_transform(relatedInvoices, lambda invoice: invoice.AmountPaid))"
    assert ask(f"SELECT 1 FROM payablesPayments WHERE {related} <> PaymentAmount") == []


def test_an_order_that_was_received_and_billed_is_closed_and_stays_so(ask: Ask) -> None:
    states = dict(ask("SELECT StatusCode, count(*) FROM last_purchaseOrders GROUP BY ALL"))
    assert states["CLOSED"] > sum(states.values()) / 2
    assert "PENDING APPROVAL" not in states or states["PENDING APPROVAL"] < sum(states.values()) / 50
    again = """
        SELECT 1 FROM (SELECT StatusCode, lead(StatusCode) OVER (PARTITION BY POHeaderId ORDER BY _from) AS next
            FROM purchaseOrders) WHERE StatusCode = 'CLOSED' AND next <> 'CLOSED'"""
    assert ask(again) == []


def test_before_its_cut_over_h5_is_not_in_oracle_and_the_next_morning_it_is(seen_at: Any) -> None:
    def sites(at: datetime) -> set[str]:
        orders = seen_at(at, "purchaseOrders", expand="lines.schedules")
        return {
            schedule["ShipToOrganizationCode"] for o in orders for line in o["lines"] for schedule in line["schedules"]
        }

    assert sites(BEFORE_CUT_OVER) == {"H6"}
    assert sites(AFTER_CUT_OVER) == {"H5", "H6"}


def test_an_order_is_open_at_first_and_closed_in_the_end_over_http(ask: Ask, seen_at: Any) -> None:
    [(number, opened, closed)] = ask("""
        SELECT OrderNumber, min(_from) FILTER (StatusCode = 'OPEN'), min(_from) FILTER (StatusCode = 'CLOSED')
        FROM purchaseOrders WHERE _from < TIMESTAMP '2026-06-01' GROUP BY ALL HAVING count(DISTINCT StatusCode) >= 3
        ORDER BY 1 LIMIT 1""")
    for moment, status in ((opened, "OPEN"), (closed, "CLOSED")):
        [order] = seen_at(moment, "purchaseOrders", q=f"OrderNumber='{number}'")
        assert order["StatusCode"] == status
        assert order["LastUpdateDate"] == f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"


def test_a_reader_of_every_page_gets_each_order_and_line_that_stands_at_the_end(ask: Ask, seen_at: Any) -> None:
    orders = seen_at(END, "purchaseOrders", expand="lines.schedules.distributions", orderBy="POHeaderId:asc")
    numbers = [order["OrderNumber"] for order in orders]
    stands = f"_from <= TIMESTAMP '{END}' AND coalesce(_until > TIMESTAMP '{END}', true)"
    assert len(numbers) == len(set(numbers)) > 499
    assert ask(f"SELECT count(*), sum(len(lines)) FROM purchaseOrders WHERE {stands}") == [
        (len(orders), sum(len(order["lines"]) for order in orders))
    ]
    changed = seen_at(END, "purchaseOrders", q="LastUpdateDate >= '2026-09-01T00:00:00+00:00'")
    since = "LastUpdateDate >= TIMESTAMP '2026-09-01'"
    assert ask(f"SELECT count(*) FROM purchaseOrders WHERE {stands} AND {since}") == [(len(changed),)]
