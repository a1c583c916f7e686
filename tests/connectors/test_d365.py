"""Dynamics 365 lands as it is served: every company, every line with its header, nulls that are none."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingestion.instances import Instance
from ingestion.registry import open_source
from simulator.serve.loopback import serving
from simulator.serve.odata import d365
from simulator.serve.odata.auth import TokenGuard
from simulator.serve.odata.server import odata_app
from tests.connectors.cloud_services import Clock, load, served
from tests.ingestion.landing_world import World

END = datetime(2026, 10, 1, 6)
BEFORE = datetime(2026, 8, 20, 6)
# Root objects with their entity and its key, as the contract lands them.
KEYS = {
    "vendor": ("VendorsV2", "dataAreaId, VendorAccountNumber"),
    "released_product": ("ReleasedProductsV2", "dataAreaId, ItemNumber"),
    "unit_conversion": ("ProductUnitOfMeasureConversions", "ProductNumber, FromUnitSymbol, ToUnitSymbol"),
    "purchase_order": ("PurchaseOrderHeadersV2", "dataAreaId, PurchaseOrderNumber"),
    "product_receipt": ("ProductReceiptHeaders", "dataAreaId, ProductReceiptNumber, PurchaseOrderNumber"),
    "product_receipt_line": (
        "ProductReceiptLines",
        "dataAreaId, ProductReceiptNumber, PurchaseOrderNumber, LineNumber::BIGINT",
    ),
    "vendor_invoice": ("VendorInvoiceHeaders", "dataAreaId, HeaderReference"),
    "on_hand_inventory": ("InventoryOnhand", "dataAreaId, ItemNumber, InventorySiteId, InventoryWarehouseId"),
    "ledger_entry": ("GeneralJournalAccountEntries", "dataAreaId, SubledgerVoucher, LineNumber::BIGINT"),
}
# As landed, and as the served files have it, where 0 and nothing are one.
ORDER_LINES = """company_code, po_number, line_number, item_number, quantity, unit_price, amount,
    requested_delivery_date, confirmed_delivery_date, status, is_deleted"""
SERVED_ORDER_LINES = """dataAreaId, PurchaseOrderNumber, LineNumber, ItemNumber, OrderedPurchaseQuantity, PurchasePrice,
    LineAmount, RequestedDeliveryDate, ConfirmedDeliveryDate, PurchaseOrderLineStatus, IsDeleted"""

Environment = Callable[..., AbstractContextManager[Instance]]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Serves a folder of entities at a time, to one application that knows the secret."""
    monkeypatch.setenv("TEST_D365_SECRET", "secret")

    @contextmanager
    def environment(folder: Path, clock: Clock, guard: TokenGuard | None = None) -> Iterator[Instance]:
        with serving(odata_app(folder, d365.SERVICES, guard or TokenGuard("client", "secret"), now=clock)) as url:
            options = {"client_id": "client", "token_url": f"{url}/tenant/oauth2/v2.0/token"}
            yield Instance("d365_h7", "d365", url, "TEST_D365_SECRET", options=options)

    return environment


@pytest.fixture(scope="module")
def entities(made_world: Path) -> Path:
    return made_world / "systems" / "d365"


@pytest.fixture
def changed(entities: Path, tmp_path: Path) -> Callable[[str, str], Path]:
    """The entities, with one of them replaced by a SELECT over its rows."""
    folder = tmp_path / "entities"
    shutil.copytree(entities, folder)

    def changed(name: str, select: str) -> Path:
        file = f"{name}.parquet"
        rows = select.format(rows=f"'{entities / file}'")
        duckdb.execute(f"COPY ({rows}) TO '{folder / file}'")
        return folder

    return changed


def current_lines(world: World, lines: str, header: str, columns: str) -> list[tuple]:
    keys = [row[0] for row in world.current(header, "_row_key")]
    return world.rows(
        f"SELECT {columns} FROM raw_d365.{lines} WHERE _parent_row_key IN (SELECT unnest(?)) ORDER BY ALL", keys
    )


def test_every_object_lands_to_the_keys_and_the_count_that_are_served(
    world: World, environment: Environment, entities: Path
) -> None:
    with environment(entities, Clock(END)) as instance:
        report = load(world, instance, "full")
    for name, (entity, key) in KEYS.items():
        expected = [row[0] for row in served(entities, entity, f"concat_ws('|', {key})", END)]
        assert [row[0] for row in world.current(name, "_business_key")] == expected, name
        found = report.objects[name]
        assert (found.source_count, found.difference) == (len(expected), 0), name
        assert len(expected) > (10_000 if name == "ledger_entry" else 10), "the ledger is of more than one page"
    assert world.drift() == []
    assert world.quarantine() == []


def test_order_lines_land_to_the_last_decimal_and_a_date_of_1900_is_none(
    world: World, environment: Environment, entities: Path
) -> None:
    with environment(entities, Clock(END)) as instance:
        load(world, instance, "full", ["purchase_order", "vendor_invoice"])
    landed = current_lines(world, "purchase_order_line", "purchase_order", ORDER_LINES)
    assert landed == served(entities, "PurchaseOrderLinesV2", SERVED_ORDER_LINES, END)
    assert any(row[5] != row[5].quantize(Decimal("0.01")) for row in landed)
    dates = "po_number, order_date, confirmed_delivery_date, requested_ship_date"
    expected = "PurchaseOrderNumber, AccountingDate, ConfirmedDeliveryDate, RequestedShipDate"
    headers = world.current("purchase_order", dates)
    assert headers == served(entities, "PurchaseOrderHeadersV2", expected, END)
    assert all(isinstance(row[1], date) and row[3] is None for row in headers)
    assert any(row[2] is None for row in headers)
    billed = "invoice_id, line_number, quantity, unit_price, amount"
    expected = """HeaderReference, InvoiceLineNumber, coalesce(ReceiveNow, 0), coalesce(UnitPrice, 0), NetAmount"""
    landed = current_lines(world, "vendor_invoice_line", "vendor_invoice", billed)
    assert landed == served(entities, "VendorInvoiceLines", expected, END)


def test_what_moved_on_comes_with_the_next_load_and_a_line_taken_off_its_order_says_so(
    world: World, environment: Environment, entities: Path
) -> None:
    clock = Clock(BEFORE)
    objects = ["purchase_order", "product_receipt", "product_receipt_line", "vendor_invoice", "on_hand_inventory"]
    with environment(entities, clock) as instance:
        load(world, instance, objects=objects)
        clock.now = END
        report = load(world, instance, objects=objects)
    orders = report.objects["purchase_order"]
    assert orders.fetched < orders.source_count == len(served(entities, "PurchaseOrderHeadersV2", "1", END))
    landed = current_lines(world, "purchase_order_line", "purchase_order", ORDER_LINES)
    assert landed == served(entities, "PurchaseOrderLinesV2", SERVED_ORDER_LINES, END)
    assert {"Yes", "No"} == {row[-1] for row in landed}
    receipts = report.objects["product_receipt_line"]
    assert receipts.fetched < receipts.source_count == receipts.warehouse_count
    assert [found.difference for found in report.objects.values()] == [0] * len(report.objects)
    stock = world.current("on_hand_inventory", "item_number, warehouse_code, on_hand_qty")
    assert stock == served(entities, "InventoryOnhand", "ItemNumber, InventoryWarehouseId, OnHandQuantity", END)


def test_lines_of_receipts_are_found_by_the_receipt_that_changed_whatever_day_it_is_booked_on(
    world: World, environment: Environment, changed: Callable[[str, str], Path]
) -> None:
    """Somebody corrects a line of a receipt of long ago: its header says that it changed, the line does not."""
    at = "TIMESTAMP '2026-09-20 08:00:00'"
    chosen = "SELECT min(ProductReceiptNumber) FROM {rows}"
    corrected = f"ProductReceiptNumber = ({chosen})"
    changed(
        "ProductReceiptHeaders",
        f"SELECT * REPLACE (if({corrected}, {at}, _until) AS _until) FROM {{rows}} UNION ALL "
        f"SELECT * REPLACE ({at} AS _from, {at} AS ModifiedDateTime) FROM {{rows}} WHERE {corrected}",
    )
    folder = changed(
        "ProductReceiptLines",
        f"SELECT * REPLACE (if({corrected}, {at}, _until) AS _until) FROM {{rows}} UNION ALL "
        f"SELECT * REPLACE ({at} AS _from, 7.5 AS ReceivedPurchaseQuantity) FROM {{rows}} WHERE {corrected}",
    )
    clock = Clock(datetime(2026, 9, 19))
    with environment(folder, clock) as instance:
        load(world, instance, objects=["product_receipt_line"])
        clock.now = END
        load(world, instance, objects=["product_receipt_line"])
    first = min(row[0] for row in world.current("product_receipt_line", "receipt_number"))
    landed = world.current("product_receipt_line", "receipt_number, quantity, receipt_date < DATE '2025-12-31'")
    assert {row[1:] for row in landed if row[0] == first} == {(Decimal("7.5"), True)}


def test_a_vendor_deleted_for_good_is_buried(
    world: World, environment: Environment, changed: Callable[[str, str], Path]
) -> None:
    at = "TIMESTAMP '2026-09-20 08:00:00'"
    folder = changed(
        "VendorsV2",
        f"SELECT * REPLACE (if(VendorAccountNumber = 'V-001001', {at}, _until) AS _until) FROM {{rows}}",
    )
    clock = Clock(BEFORE)
    with environment(folder, clock) as instance:
        load(world, instance, objects=["vendor"])
        assert ("V-001001",) in world.current("vendor", "supplier_number")
        clock.now = END
        load(world, instance, objects=["vendor"])
    assert ("V-001001",) not in world.current("vendor", "supplier_number")


def test_a_receipt_from_the_future_does_not_hide_those_that_follow(
    world: World, environment: Environment, changed: Callable[[str, str], Path]
) -> None:
    folder = changed(
        "ProductReceiptHeaders",
        "SELECT * REPLACE (if(ProductReceiptNumber = (SELECT min(ProductReceiptNumber) FROM {rows}), "
        "TIMESTAMP '2199-01-01', ModifiedDateTime) AS ModifiedDateTime) FROM {rows}",
    )
    clock = Clock(BEFORE)
    with environment(folder, clock) as instance:
        first = load(world, instance, objects=["product_receipt_line"]).objects["product_receipt_line"]
        clock.now = END
        second = load(world, instance, objects=["product_receipt_line"]).objects["product_receipt_line"]
    assert first.watermark_to is not None
    assert first.watermark_to.replace(tzinfo=UTC) <= BEFORE.replace(tzinfo=UTC)
    assert second.landed > 0
    assert second.difference == 0


def test_a_tax_number_is_kept_as_a_token_only_and_what_is_empty_has_no_token(
    world: World, environment: Environment, entities: Path
) -> None:
    with environment(entities, Clock(END)) as instance:
        load(world, instance, objects=["vendor", "product_receipt_line"])
    numbers = served(entities, "VendorsV2", "DISTINCT IRS1099FederalTaxId", END)
    tokens = world.rows("SELECT DISTINCT tax_id_token FROM raw_d365.vendor")
    assert len(tokens) == len(numbers) > 1
    assert set(tokens) & set(numbers) == {(None,)}, "some vendors have none"
    lots = world.rows(
        "SELECT count(*) FILTER (lot = ''), count(*) FILTER (lot_token IS NULL) FROM raw_d365.product_receipt_line"
    )
    assert lots[0][0] == lots[0][1] > 0
    assert world.rows("SELECT DISTINCT serial_token FROM raw_d365.product_receipt_line") == [(None,)]


def test_a_spent_budget_of_requests_is_waited_for(world: World, environment: Environment, entities: Path) -> None:
    guard = TokenGuard("client", "secret", requests=3, window_seconds=1)
    with environment(entities, Clock(END), guard) as instance:
        report = load(world, instance, "full", ["vendor", "purchase_order"])
    assert report.objects["vendor"].source_count == len(served(entities, "VendorsV2", "1", END))


def test_a_token_withdrawn_in_mid_load_is_bought_anew(world: World, environment: Environment, entities: Path) -> None:
    guard, clock = TokenGuard("client", "secret"), Clock(END)
    clock.at_request = lambda number: guard._expires_at.clear() if number in (2, 5) else None
    with environment(entities, clock, guard) as instance:
        report = load(world, instance, "full", ["vendor", "purchase_order"])
    assert [found.difference for found in report.objects.values()] == [0] * len(report.objects)
    assert clock.asked > 5


def test_the_check_counts_every_company_and_tells_the_clock(environment: Environment, entities: Path) -> None:
    with environment(entities, Clock(END)) as instance:
        source, _ = open_source(instance)
        receipts = len(served(entities, "ProductReceiptHeaders", "1", END))
        assert source.check().startswith(f"Dynamics 365 answers, {receipts} receipts in all companies, clock ")
        source.close()
