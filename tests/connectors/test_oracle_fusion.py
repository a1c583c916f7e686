"""Oracle Fusion: the network's documents as they are served, and a small office of its own whose documents change."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.page import AuthenticationError, SourceError
from ingestion.settings import SettingsError
from ingestion.sources.oracle_fusion import open_source
from simulator.serve.clock import set_clock
from simulator.serve.credentials import credentials
from simulator.serve.faults import switch
from simulator.serve.loopback import serving
from simulator.serve.network import network_app
from simulator.serve.oracle.resources import RESOURCES
from simulator.serve.systems import SYSTEMS
from simulator.systems.truth import open_truth, write_rows
from tests.connectors.conftest import Network
from tests.connectors.landed import Landed, pseudonym

CONTRACT = load_contract("oracle_fusion")
RESOURCE = {obj.name: obj.source_object for obj in CONTRACT.roots}
BY_NAME = {resource.name: resource for resource in RESOURCES}


def see_everything(landed: Landed) -> None:
    for obj in CONTRACT.roots:
        children = (f"raw_oracle_fusion.{child.name}" for child in CONTRACT.children(obj.name))
        landed.see_current(f"raw_oracle_fusion.{obj.name}", *children)


# The network: what is served, whole and exact.


@pytest.fixture(scope="module")
def landed(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    """Everything that the network's Oracle serves, read once."""
    logon = network.credentials["oracle_fusion"]
    instance = network.instance("oracle_main", "oracle_fusion", logon["password"], user=logon["user"])
    with Landed(tmp_path_factory.mktemp("oracle")) as landed:
        report = landed.load(instance, "full")
        assert report.is_clean, report
        see_everything(landed)
        yield landed


@pytest.fixture(scope="module")
def served(network: Network) -> duckdb.DuckDBPyConnection:
    """A view of each resource as it was made to be shown now."""
    connection = duckdb.connect()
    now = connection.sql(f"SELECT now::TIMESTAMPTZ AT TIME ZONE 'UTC' FROM '{network.world}/clock.json'").fetchall()[0][
        0
    ]
    for name in BY_NAME:
        connection.execute(
            f"CREATE VIEW {name} AS FROM '{network.world}/systems/oracle_fusion/{name}.parquet' "
            f"WHERE _from <= TIMESTAMP '{now}' AND coalesce(_until > TIMESTAMP '{now}', true)"
        )
    return connection


def test_every_key_of_every_object_lands(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    for obj in CONTRACT.roots:
        asked = ", ".join(column.path for column in obj.key_columns)
        keys = served.sql(f"SELECT {asked} FROM {obj.source_object} ORDER BY ALL").fetchall()
        held = ", ".join(column.name for column in obj.key_columns)
        # More than one page each, but of suppliers.
        assert len(keys) > (499 if obj.name != "supplier" else 50), obj.name
        assert landed.rows(f"SELECT {held} FROM current_{obj.name} ORDER BY ALL") == keys, obj.name


def test_orders_land_to_the_last_distribution(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    expected = served.sql("""
        WITH line AS (SELECT * EXCLUDE (lines), unnest(lines) AS l FROM purchaseOrders),
            schedule AS (SELECT *, unnest(l.schedules) AS s FROM line),
            distribution AS (SELECT *, unnest(s.distributions) AS d FROM schedule)
        SELECT POHeaderId, OrderNumber, StatusCode, SupplierId, CurrencyCode, OrderDate, PaymentTerms, CreationDate,
            LastUpdateDate, l.POLineId, l.LineNumber, l.StatusCode, l.ItemId, l.Item, l.Description, l.SupplierItem,
            l.Quantity, l.UOMCode, l.Price, l.SourceAgreement, l.SourceAgreementLine, s.LineLocationId, s.Quantity,
            s.ShipToOrganizationCode, s.ShipToLocationCode, s.DestinationTypeCode, s.RequestedDeliveryDate,
            s.PromisedDeliveryDate, s.AccrueAtReceiptFlag, d.PODistributionId, d.POChargeAccount, d.Quantity, d.Percent
        FROM distribution ORDER BY d.PODistributionId""").fetchall()
    assert len(expected) > 1000
    assert expected == landed.rows("""
        SELECT o.purchase_order_id, purchase_order_number, o.status, supplier_id, currency_code, ordered_at, payment_terms,
            created_at, changed_at, l.purchase_order_line_id, line_number, l.status, item_id, item_number, description,
            supplier_item_number, l.qty, uom_code, unit_price, agreement_number, agreement_line_number, s.schedule_id,
            s.qty, ship_to_organization_code, ship_to_location_code, destination_type, requested_date, promised_date,
            is_accrued_at_receipt, distribution_id, charge_account, d.qty, percent
        FROM current_purchase_order AS o JOIN current_purchase_order_line AS l USING (purchase_order_id)
        JOIN current_purchase_order_schedule AS s USING (purchase_order_id, purchase_order_line_id)
        JOIN current_purchase_order_distribution AS d USING (purchase_order_id, purchase_order_line_id, schedule_id)
        ORDER BY distribution_id""")


def test_receipts_land_with_their_lots_as_pseudonyms(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    assert (
        landed.rows("""
        SELECT transaction_id, transaction_type, transacted_at, parent_transaction_id, receipt_number, receipt_line_number,
            purchase_order_line_id, item_number, qty, uom_code, base_qty, base_uom_code, organization_code, subinventory,
            supplier_id, changed_at
        FROM current_receiving_transaction ORDER BY ALL""")
        == served.sql("""
        SELECT TransactionId, TransactionType, TransactionDate, ParentTransactionId, ReceiptNumber, ReceiptLineNumber,
            POLineId, ItemNumber, Quantity, UOMCode, PrimaryQuantity, PrimaryUOMCode, OrganizationCode, Subinventory,
            VendorId, LastUpdateDate
        FROM receivingTransactionsHistory ORDER BY ALL""").fetchall()
    )
    lots = served.sql("""
        SELECT TransactionId, lot.LotNumber, lot.LotExpirationDate, lot.TransactionQuantity
        FROM (SELECT TransactionId, unnest(lots) AS lot FROM receivingTransactionsHistory)""").fetchall()
    assert len(lots) > 500
    expected = sorted((id_, pseudonym("", "device_identifier", lot, True), *rest) for id_, lot, *rest in lots)
    assert expected == landed.rows(
        "SELECT transaction_id, lot_token, expiry_date, qty FROM current_receiving_transaction_lot ORDER BY ALL"
    )


def test_invoices_and_payments_are_exact_to_the_cent(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    assert (
        landed.rows("""
        SELECT invoice_id, invoice_number, l.invoice_type, supplier_number, invoice_amount, amount_paid, invoice_date,
            accounting_date, validation_status, paid_status, is_canceled, changed_at, line_number, line_type, amount, qty,
            uom_code, unit_price, l.purchase_order_number, purchase_order_line_number, receipt_number, receipt_line_number,
            charge_account, due_date, gross_amount, unpaid_amount
        FROM current_invoice JOIN current_invoice_line AS l USING (invoice_id)
        JOIN current_invoice_installment USING (invoice_id) ORDER BY ALL""")
        == served.sql("""
        WITH line AS (SELECT * EXCLUDE (invoiceLines, invoiceInstallments), unnest(invoiceLines) AS l,
            invoiceInstallments[1] AS i FROM invoices)
        SELECT InvoiceId, InvoiceNumber, InvoiceType, SupplierNumber, InvoiceAmount, AmountPaid, InvoiceDate,
            AccountingDate, ValidationStatus, PaidStatus, CanceledFlag, LastUpdateDate, l.LineNumber, l.LineType,
            l.LineAmount, l.Quantity, l.UOM, l.UnitPrice, l.PurchaseOrderNumber, l.PurchaseOrderLineNumber,
            l.ReceiptNumber, l.ReceiptLineNumber, l.DistributionCombination, i.DueDate, i.GrossAmount, i.UnpaidAmount
        FROM line ORDER BY ALL""").fetchall()
    )
    assert (
        landed.rows("""
        SELECT payment_id, payment_number, supplier_number, payment_amount, payment_date, status, i.invoice_id,
            i.invoice_number, i.amount_paid
        FROM current_payment JOIN current_payment_invoice AS i USING (payment_id) ORDER BY ALL""")
        == served.sql("""
        WITH settled AS (SELECT *, unnest(relatedInvoices) AS i FROM payablesPayments)
        SELECT CheckId, PaymentNumber, SupplierNumber, PaymentAmount, PaymentDate, PaymentStatus, i.InvoiceId,
            i.InvoiceNumber, i.AmountPaid
        FROM settled ORDER BY ALL""").fetchall()
    )


def test_tax_numbers_are_pseudonyms_that_join_across_systems(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    expected = [
        (id_, name, pseudonym("", "tax_id", number, True) if number else None, city, terms)
        for id_, name, number, city, terms in served.sql("""
            SELECT SupplierId, Supplier, TaxpayerId, addresses[1].City, sites[1].PaymentTerms
            FROM suppliers ORDER BY ALL""").fetchall()
    ]
    assert (
        landed.rows("""
        SELECT supplier_id, supplier_name, tax_id_token, city, payment_terms FROM current_supplier
        JOIN current_supplier_site USING (supplier_id) JOIN current_supplier_address USING (supplier_id)
        ORDER BY ALL""")
        == expected
    )


def test_items_land_with_their_parts_numbers_and_units(landed: Landed, served: duckdb.DuckDBPyConnection) -> None:
    for name, child in (
        ("item_manufacturer_part", "manufacturerPartNumbers"),
        ("item_gtin", "gtinRelationships"),
        ("item_unit_conversion", "uomConversions"),
    ):
        count = served.sql(f"SELECT sum(len({child})) FROM itemsV2").fetchall()[0][0]
        assert landed.value(f"SELECT count(*) FROM current_{name}") == count > 0, name
    assert (
        landed.rows("""
        SELECT item_id, organization_code, item_number, description, i.base_uom_code, status, base_qty, changed_at
        FROM current_item AS i LEFT JOIN current_item_unit_conversion USING (item_id, organization_code) ORDER BY ALL
        """)
        == served.sql("""
        SELECT ItemId, OrganizationCode, ItemNumber, ItemDescription, PrimaryUOMValue, ItemStatusValue,
            uomConversions[1].ConversionRate, LastUpdateDateTime FROM itemsV2 ORDER BY ALL""").fetchall()
    )


# The office: a few documents made by hand, whose time a test may move.


class Eavesdropper:
    """Keeps the query of every request."""

    def __init__(self, app: ASGIApp):
        self._app, self.heard = app, list[tuple[str, dict[str, str]]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
            self.heard.append((scope["path"].rpartition("/")[2], asked))
        await self._app(scope, receive, send)


@dataclass
class Office:
    """A world with only Oracle in it, empty until a test writes its resources."""

    world: Path
    heard: list[tuple[str, dict[str, str]]]
    address: str = ""
    logon: dict[str, str] = field(default_factory=dict)

    def write(self, resource: str, select: str) -> None:
        """Rows of a resource; `_from` and `_until` say when each is shown."""
        (self.world / "truth").mkdir(exist_ok=True)
        declared = BY_NAME[resource]
        file = self.world / "systems" / "oracle_fusion" / f"{resource}.parquet"
        with open_truth(self.world / "truth") as connection:
            write_rows(connection, select, declared.columns, ", ".join(declared.key), file)

    def at(self, now: str) -> None:
        set_clock(self.world, datetime.fromisoformat(now))

    def instance(self, *objects: str, **options: Any) -> Instance:
        return Instance(
            "office",
            "oracle_fusion",
            self.address,
            "OFFICE_PASSWORD",
            objects or None,
            {"user": self.logon["user"], **options},
        )


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    world = tmp_path / "office"
    (world / "systems" / "oracle_fusion").mkdir(parents=True)
    set_clock(world, datetime(2026, 3, 1))
    app = Eavesdropper(network_app(world))
    office = Office(world, app.heard)
    office.logon = credentials(world, {"oracle_fusion": SYSTEMS["oracle_fusion"].logon})["oracle_fusion"]
    monkeypatch.setenv("OFFICE_PASSWORD", office.logon["password"])
    with serving(app) as address:
        office.address = f"{address}/oracle_fusion"
        yield office


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Landed]:
    with Landed(tmp_path / "warehouse") as landed:
        yield landed


# Twelve hundred orders, three pages: 7 is closed and 8 cancelled on 2 March, 9 is a draft that somebody discards then,
# 1201 is new then; 10 was changed twenty minutes before the latest of the first load, and is seen after it; 5000 an hour
# before, and is seen on 3 March.
ORDERS = """
    SELECT n AS POHeaderId, 'P' || n AS OrderNumber, status AS StatusCode, 'USD' AS CurrencyCode,
        TIMESTAMP '2026-02-20 08:00:00' AS OrderDate, TIMESTAMP '2026-02-20 08:00:00' AS CreationDate, stamp AS LastUpdateDate,
        [{'POLineId': n * 10, 'LineNumber': 1, 'StatusCode': status, 'Quantity': 2.5, 'UOMCode': 'BX', 'Price': price}]
            AS lines,
        shown AS _from, until AS _until
    FROM (
        SELECT n, 'OPEN' AS status, TIMESTAMP '2026-02-28 10:00:00' AS stamp, 0.1235 AS price,
            TIMESTAMP '2026-02-28 10:00:00' AS shown, CASE WHEN n BETWEEN 7 AND 10 THEN TIMESTAMP '2026-03-02' END AS until
        FROM range(1, 1201) AS t(n)
        UNION ALL VALUES
            (7, 'CLOSED', TIMESTAMP '2026-03-02', 0.1235, TIMESTAMP '2026-03-02', NULL),
            (8, 'CANCELED', TIMESTAMP '2026-03-02', 0.1235, TIMESTAMP '2026-03-02', NULL),
            (10, 'OPEN', TIMESTAMP '2026-02-28 09:40:00', 99.99, TIMESTAMP '2026-03-02', NULL),
            (5000, 'OPEN', TIMESTAMP '2026-02-28 09:00:00', 0.1235, TIMESTAMP '2026-03-03', NULL),
            (1201, 'OPEN', TIMESTAMP '2026-03-02', 5, TIMESTAMP '2026-03-02', NULL))"""


def test_the_next_load_brings_what_changed_was_cancelled_or_went(office: Office, warehouse: Landed) -> None:
    office.write("purchaseOrders", ORDERS)
    first = warehouse.load(office.instance("purchase_order")).objects["purchase_order"]
    # Three pages, of which two begin with the last row of the one before.
    assert (first.fetched, first.landed, first.duplicate, first.difference) == (1202, 1200, 2, 0)

    office.at("2026-03-02T00:00:00")
    office.heard.clear()
    report = warehouse.load(office.instance("purchase_order"))
    assert report.is_clean
    see_everything(warehouse)
    assert warehouse.rows(
        "SELECT purchase_order_id, status FROM current_purchase_order WHERE status <> 'OPEN' ORDER BY ALL"
    ) == [(7, "CLOSED"), (8, "CANCELED")]
    assert warehouse.rows(
        "SELECT id FROM (VALUES (9), (1201)) AS t(id) JOIN current_purchase_order ON id = purchase_order_id"
    ) == [(1201,)]
    assert warehouse.rows("SELECT purchase_order_id FROM raw_oracle_fusion.purchase_order WHERE _op = 'TOMBSTONE'") == [
        (9,)
    ]
    assert warehouse.value(
        "SELECT unit_price FROM current_purchase_order_line WHERE purchase_order_id = 1201"
    ) == Decimal(5)
    windows = [asked["q"] for _, asked in office.heard if "LastUpdateDate >= " in asked.get("q", "")]
    # Half an hour before the latest change that was read: who commits late is not missed.
    assert windows[0].startswith("LastUpdateDate >= '2026-02-28T09:30:00.000+00:00' and LastUpdateDate <= '20")


def test_a_late_change_within_the_lag_is_a_version_of_its_time(office: Office, warehouse: Landed) -> None:
    office.write("purchaseOrders", ORDERS)
    warehouse.load(office.instance("purchase_order"))
    office.at("2026-03-02T00:00:00")
    warehouse.load(office.instance("purchase_order"))
    # Stamped twenty minutes before what was read first: an older version, kept as such.
    versions = warehouse.rows("""
        SELECT changed_at, unit_price FROM raw_oracle_fusion.purchase_order AS o
        JOIN raw_oracle_fusion.purchase_order_line AS l ON l._parent_row_key = o._row_key
        WHERE o.purchase_order_id = 10 ORDER BY ALL""")
    assert versions == [
        (datetime(2026, 2, 28, 9, 40), Decimal("99.99")),
        (datetime(2026, 2, 28, 10), Decimal("0.1235")),
    ]


def test_what_came_later_than_the_lag_is_found_by_its_key(office: Office, warehouse: Landed) -> None:
    office.write("purchaseOrders", ORDERS)
    warehouse.load(office.instance("purchase_order"))
    office.at("2026-03-03T00:00:00")
    report = warehouse.load(office.instance("purchase_order"))
    assert report.objects["purchase_order"].difference == 0
    assert warehouse.rows("SELECT missing, healed FROM ops.reconciliation ORDER BY load_id") == [(0, 0), (1, 1)]
    assert warehouse.value("SELECT count(*) FROM raw_oracle_fusion.purchase_order WHERE purchase_order_id = 5000") == 1


def test_a_correction_is_a_transaction_beside_the_one_it_corrects(office: Office, warehouse: Landed) -> None:
    office.write(
        "receivingTransactionsHistory",
        """
        SELECT id AS TransactionId, kind AS TransactionType, shown AS TransactionDate, parent AS ParentTransactionId,
            qty AS Quantity, 'EA' AS UOMCode, shown AS CreationDate, shown AS LastUpdateDate, shown AS _from,
            [] AS lots, [{'SerialNumber': 'SN-77'}] AS serials
        FROM (VALUES
            (1, 'RECEIVE', TIMESTAMP '2026-02-27 12:00:00', NULL, 10),
            (2, 'DELIVER', TIMESTAMP '2026-02-27 12:01:00', 1, 10),
            (3, 'CORRECT', TIMESTAMP '2026-03-01 15:00:00', 1, -4)) AS t(id, kind, shown, parent, qty)""",
    )
    assert warehouse.load(office.instance("receiving_transaction")).objects["receiving_transaction"].landed == 2
    office.at("2026-03-02T00:00:00")
    assert warehouse.load(office.instance("receiving_transaction")).objects["receiving_transaction"].landed == 1
    assert warehouse.rows(
        "SELECT coalesce(parent_transaction_id, transaction_id), sum(qty) FROM raw_oracle_fusion.receiving_transaction "
        "WHERE transaction_type IN ('RECEIVE', 'CORRECT') GROUP BY ALL"
    ) == [(1, Decimal(6))]
    assert warehouse.rows("SELECT DISTINCT serial_token FROM raw_oracle_fusion.receiving_transaction_serial") == [
        (pseudonym("", "device_identifier", "SN-77", True),)
    ]


INVOICES = """
    SELECT id AS InvoiceId, 'V' || id AS InvoiceNumber, kind AS InvoiceType, amount AS InvoiceAmount, 'USD' AS InvoiceCurrency,
        DATE '2026-02-25' AS InvoiceDate, 'Jane Roe' AS Supplier, status AS ValidationStatus, 'Unpaid' AS PaidStatus,
        cancelled IS NOT NULL AS CanceledFlag, cancelled AS CanceledDate, 'clerk@example' AS CanceledBy,
        TIMESTAMP '2026-02-25 08:00:00' AS CreationDate, shown AS LastUpdateDate, shown AS _from, until AS _until,
        [{'LineNumber': 1, 'LineType': 'Item', 'LineAmount': amount, 'Description': said}] AS invoiceLines
    FROM (VALUES
        (1, 'Standard', 1234567890.15, 'Validated', NULL, TIMESTAMP '2026-02-26', TIMESTAMP '2026-03-02', 'Glove'),
        (1, 'Standard', 0, 'Canceled', DATE '2026-03-02', TIMESTAMP '2026-03-02', NULL, 'Glove'),
        (2, 'Payment request', 20.1, 'Validated', NULL, TIMESTAMP '2026-02-26', NULL, 'Refund Jane Roe')
        ) AS t(id, kind, amount, status, cancelled, shown, until, said)"""


def test_a_cancelled_invoice_says_so_and_when(office: Office, warehouse: Landed) -> None:
    office.write("invoices", INVOICES)
    warehouse.load(office.instance("invoice"))
    office.at("2026-03-02T00:00:00")
    assert warehouse.load(office.instance("invoice")).is_clean
    assert warehouse.rows(
        "SELECT invoice_amount, validation_status, is_canceled, canceled_date FROM raw_oracle_fusion.invoice "
        "WHERE invoice_id = 1 ORDER BY changed_at"
    ) == [
        (Decimal("1234567890.15"), "Validated", False, None),
        (Decimal(0), "Canceled", True, date(2026, 3, 2)),
    ]


def test_names_of_persons_and_bank_data_are_never_asked_for(office: Office, warehouse: Landed) -> None:
    office.write("invoices", INVOICES)
    warehouse.load(office.instance("invoice", "payment", "supplier"))
    shown = {
        name
        for _, asked in office.heard
        for part in asked["fields"].split(";")
        for name in part.rpartition(":")[2].split(",")
    }
    assert {"InvoiceId", "CheckId", "SupplierId", "LineAmount"} <= shown
    assert not {name for name in shown if "Bank" in name or name in ("Payee", "CanceledBy", "IBAN")}
    assert [
        asked["fields"] for path, asked in office.heard if path == "invoices" and "Supplier," in asked["fields"]
    ] == []
    assert {asked["onlyData"] for _, asked in office.heard} == {"true"}
    # A refund's line may name its patient; an ordinary line says what was bought.
    assert warehouse.rows("SELECT invoice_id, description FROM raw_oracle_fusion.invoice_line ORDER BY ALL") == [
        (1, "Glove"),
        (2, None),
    ]


def test_a_status_that_nobody_agreed_on_goes_to_quarantine(office: Office, warehouse: Landed) -> None:
    office.write("invoices", INVOICES.replace("'Payment request'", "'Barter'"))
    report = warehouse.load(office.instance("invoice"))
    assert report.objects["invoice"].quarantined == 1
    assert warehouse.rows("SELECT record_key, error_class, field FROM ops.quarantine") == [
        ("2", "NOT_ALLOWED", "invoice_type")
    ]


def test_a_source_that_is_unwell_in_every_way_loses_no_order(office: Office, warehouse: Landed) -> None:
    office.write("purchaseOrders", ORDERS)
    names = ("shifting_page", "empty_page", "repeated_page", "429", "duplicate_rows", "two_versions")
    switch(office.world, {"oracle_fusion": [{"fault": name, "rate": 0.2, "seconds": 0} for name in names]})
    assert warehouse.load(office.instance("purchase_order")).is_clean
    see_everything(warehouse)
    assert warehouse.rows("SELECT count(*), min(changed_at) FROM current_purchase_order") == [
        (1200, datetime(2026, 2, 28, 10))
    ]


@pytest.mark.parametrize("fault", ["truncated", "html_200", "error_body_200"])
def test_an_answer_that_is_none_fails_the_object_and_the_next_load_has_all(
    office: Office, warehouse: Landed, fault: str
) -> None:
    office.write("purchaseOrders", ORDERS)
    # The clock is asked for first; of what is read, the first answer is damaged.
    switch(office.world, {"oracle_fusion": [{"fault": fault, "rate": 1.0, "times": 3}]})
    warehouse.load(office.instance("purchase_order"))
    switch(office.world, {})
    warehouse.load(office.instance("purchase_order"))
    assert warehouse.value("SELECT count(DISTINCT purchase_order_id) FROM raw_oracle_fusion.purchase_order") == 1200


def test_a_field_that_the_source_does_not_know_is_named(office: Office) -> None:
    office.write("purchaseOrders", ORDERS)
    order = CONTRACT.by_name["purchase_order"]
    renamed = replace(order, columns=(*order.columns, replace(order.column("status"), name="mood", path="Mood")))
    source = open_source(office.instance(), CONTRACT)
    with pytest.raises(SourceError, match=r"^purchaseOrders, page 1: .* 400: fields: Mood is no attribute"):
        list(source.pages_by_key(renamed, [("1",)]))
    source.close()


def test_many_keys_are_asked_for_again_in_several_requests(office: Office) -> None:
    office.write(
        "itemsV2",
        """
        SELECT n AS ItemId, 'O''Hare' AS OrganizationCode, 'I' || n AS ItemNumber, TIMESTAMP '2026-02-01' AS CreationDateTime,
            TIMESTAMP '2026-02-01' AS LastUpdateDateTime, TIMESTAMP '2026-02-01' AS _from FROM range(100) AS t(n)""",
    )
    source = open_source(office.instance(), CONTRACT)
    keys = [(str(number), "O'Hare") for number in range(90)]
    pages = list(source.pages_by_key(CONTRACT.by_name["item"], keys))
    assert [page.records for page in pages] == [40, 40, 10]
    source.close()


def test_a_wrong_password_is_told_by_the_check(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    source = open_source(office.instance(), CONTRACT)
    assert source.check().startswith("Oracle Fusion answers, 6 resources, clock 20")
    source.close()
    monkeypatch.setenv("OFFICE_PASSWORD", "guessed")
    source = open_source(office.instance(), CONTRACT)
    with pytest.raises(AuthenticationError, match="the credential is refused"):
        source.check()
    source.close()


def test_an_option_that_nobody_knows_is_refused(office: Office) -> None:
    with pytest.raises(SettingsError, match=r"^office: options\.tenant: "):
        open_source(office.instance(tenant="x"), CONTRACT)
