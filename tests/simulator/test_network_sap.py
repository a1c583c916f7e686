"""What the SAP system of the demo network shows, at any time, is what truly happened in its company by then."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from simulator.network.world import write_world
from simulator.serve.loopback import serving
from simulator.serve.odata.auth import BasicGuard
from simulator.serve.odata.sap import SERVICES
from simulator.serve.odata.server import odata_app
from simulator.systems.sap import SETS, write_sap

Ask = Callable[[str], list[tuple[Any, ...]]]

EARLY, LATER, END = "2025-03-14 06:00:00", "2025-11-03 13:30:00", "2026-10-01 06:00:00"
INSTANTS = (EARLY, LATER, END)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(1, 0.005, folder / "truth")
    write_sap(folder / "truth", folder / "sap")
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path) -> Ask:
    """SQL over the truth and over SAP's files; `shown('A_Product', '2025-01-01')` is what SAP shows then."""
    connection = duckdb.connect()
    for file in folder.glob("*/*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    connection.execute("CREATE VIEW sap AS SELECT code AS site FROM truth_site WHERE erp = 'sap'")
    connection.execute("""
        CREATE MACRO shown(name, moment) AS TABLE
            SELECT * EXCLUDE (_from, _until) FROM query_table(name)
            WHERE _from <= moment::TIMESTAMP AND (_until IS NULL OR _until > moment::TIMESTAMP)""")
    return lambda query: connection.execute(query).fetchall()


@pytest.mark.parametrize("name", SETS)
def test_one_version_of_a_record_follows_the_other_and_its_key_is_whole(ask: Ask, name: str) -> None:
    columns = [SETS[name].by_name[part].column for part in SETS[name].key]
    following = f"lead(_from) OVER (PARTITION BY {', '.join(columns)} ORDER BY _from)"
    assert ask(f"SELECT count(*) > 0 FROM {name}") == [(True,)]
    assert ask(f"SELECT count(*) FROM {name} WHERE {' OR '.join(f'{part} IS NULL' for part in columns)}") == [(0,)]
    assert ask(f"SELECT count(*) FROM {name} WHERE _from IS NULL OR _until <= _from") == [(0,)]
    broken = f"FROM (SELECT _until, {following} AS next FROM {name}) WHERE _until IS DISTINCT FROM next"
    assert ask(f"SELECT count(*) {broken}") == [(0,)]


@pytest.mark.parametrize("name", SETS)
def test_a_file_is_in_the_order_of_its_key(ask: Ask, name: str, folder: Path) -> None:
    columns = [SETS[name].by_name[part].column for part in SETS[name].key]
    key = f"({', '.join(columns)}, _from)"
    numbered = (
        f"SELECT *, file_row_number AS place FROM read_parquet('{folder}/sap/{name}.parquet', file_row_number = true)"
    )
    assert (
        ask(f"FROM (SELECT {key} < lag({key}) OVER (ORDER BY place) AS is_back FROM ({numbered})) WHERE is_back") == []
    )


ORDER, CLEARED = "PurchaseOrder", "FiscalYear AccountingDocument LedgerGLLineItem ClearingAccountingDocument"
PARENTS = [
    ("A_PurchaseOrderItem", "A_PurchaseOrder", "PurchaseOrder"),
    ("A_PurchaseOrder", "A_PurchaseOrderItem", "PurchaseOrder"),
    ("A_PurchaseOrderScheduleLine", "A_PurchaseOrderItem", f"PurchasingDocument={ORDER} PurchasingDocumentItem={ORDER}Item"),
    ("A_PurchaseOrderItem", "A_PurchaseOrderScheduleLine", f"{ORDER}=PurchasingDocument {ORDER}Item=PurchasingDocumentItem"),
    ("A_PurOrdAccountAssignment", "A_PurchaseOrderItem", "PurchaseOrder PurchaseOrderItem"),
    ("A_PurOrdPricingElement", "A_PurchaseOrderItem", "PurchaseOrder PurchaseOrderItem"),
    ("A_PurchaseOrder", "A_SupplierPurchasingOrg", "Supplier"),
    ("A_PurchaseOrderItem", "A_ProductPlant", "Material=Product Plant"),
    ("A_ProductPlant", "A_Product", "Product"),
    ("A_ProductUnitsOfMeasure", "A_Product", "Product"),
    ("A_ProductUnitsOfMeasureEAN", "A_ProductUnitsOfMeasure", "Product AlternativeUnit"),
    ("A_Supplier", "A_BusinessPartner", "Supplier"),
    ("A_MaterialDocumentItem", "A_MaterialDocumentHeader", "MaterialDocumentYear MaterialDocument"),
    ("A_MaterialDocumentHeader", "A_MaterialDocumentItem", "MaterialDocumentYear MaterialDocument"),
    ("A_MaterialDocumentItem", "A_ProductPlant", "Material=Product Plant"),
    ("A_SerialNumberMaterialDocument", "A_MaterialDocumentItem", "MaterialDocumentYear MaterialDocument MaterialDocumentItem"),
    ("A_SuplrInvcItemPurOrdRef", "A_SupplierInvoice", "SupplierInvoice FiscalYear"),
    ("A_SuplrInvcItemPurOrdRef", "A_PurchaseOrderItem", "PurchaseOrder PurchaseOrderItem"),
    ("A_SuplrInvcItemAcctAssgmt", "A_SuplrInvcItemPurOrdRef", "SupplierInvoice FiscalYear SupplierInvoiceItem"),
    ("A_SupplierInvoice", "A_SupplierCompany", "InvoicingParty=Supplier CompanyCode"),
    ("A_PurchaseRequisitionItem", "A_PurchaseRequisitionHeader", "PurchaseRequisition"),
    ("A_PurchaseContractItem", "A_PurchaseContract", "PurchaseContract"),
    ("A_PurgInfoRecdOrgPlantData", "A_PurchasingInfoRecord", "PurchasingInfoRecord"),
    ("A_OperationalAcctgDocItemCube", "A_JournalEntryItemBasic", CLEARED),
    ("A_CostCenterText", "A_CostCenter", "CostCenter"),
]  # fmt: skip


@pytest.mark.parametrize(("child", "parent", "on"), PARENTS)
@pytest.mark.parametrize("at", INSTANTS)
def test_no_record_points_to_one_that_is_not_there_at_that_time(
    ask: Ask, child: str, parent: str, on: str, at: str
) -> None:
    pairs = [part.partition("=") for part in on.split()]
    equal = " AND ".join(f"c.{own} = p.{other or own}" for own, _, other in pairs)
    lost = f"FROM shown('{child}', '{at}') AS c ANTI JOIN shown('{parent}', '{at}') AS p ON {equal}"
    assert ask(f"SELECT count(*) {lost}") == [(0,)]


@pytest.mark.parametrize("at", INSTANTS)
def test_a_material_document_names_an_item_of_an_order_that_is_there(ask: Ask, at: str) -> None:
    of_orders = f"SELECT * FROM shown('A_MaterialDocumentItem', '{at}') WHERE PurchaseOrder <> ''"
    items = f"shown('A_PurchaseOrderItem', '{at}')"
    assert ask(f"SELECT count(*) FROM ({of_orders}) ANTI JOIN {items} USING (PurchaseOrder, PurchaseOrderItem)") == [
        (0,)
    ]


# Orders


@pytest.mark.parametrize("at", INSTANTS)
def test_every_line_ordered_by_then_is_shown_at_its_own_quantity_and_price(ask: Ask, at: str) -> None:
    truth = f"FROM truth_order_line SEMI JOIN sap USING (site) WHERE order_date < DATE '{at}'"
    items = f"shown('A_PurchaseOrderItem', '{at[:10]} 01:00:00')"
    assert ask(f"SELECT DISTINCT NetPriceQuantity FROM {items}") == [(100,)]
    value = "sum(round((OrderQuantity * NetPriceAmount)::DECIMAL(38, 6) * 0.01, 2)::DECIMAL(18, 2))"
    assert ask(f"SELECT count(*), {value} FROM {items}") == ask(
        f"SELECT count(*), sum(round(packs * price, 2)::DECIMAL(18, 2)) {truth}"
    )


@pytest.mark.parametrize(
    ("before", "after"), [(EARLY, LATER), (LATER, END), ("2025-06-02 07:00:00", "2025-06-09 12:00:00")]
)
@pytest.mark.parametrize(
    ("part", "order"),
    [
        ("A_PurchaseOrder", "PurchaseOrder"),
        ("A_PurchaseOrderItem", "PurchaseOrder"),
        ("A_PurchaseOrderScheduleLine", "PurchasingDocument"),
        ("A_PurOrdAccountAssignment", "PurchaseOrder"),
    ],
)
def test_nothing_of_an_order_changes_without_its_stamp_moving(
    ask: Ask, before: str, after: str, part: str, order: str
) -> None:
    changed = f"SELECT {order} AS PurchaseOrder FROM (FROM shown('{part}', '{after}') EXCEPT FROM shown('{part}', '{before}'))"
    assert ask(f"SELECT count(*) > 0 FROM ({changed})") == [(True,)]
    stamped = f"SELECT PurchaseOrder FROM shown('A_PurchaseOrder', '{after}') WHERE LastChangeDateTime > '{before}'"
    assert ask(f"SELECT count(*) FROM (({changed}) EXCEPT ({stamped}))") == [(0,)]


def test_an_order_is_released_hours_after_it_is_entered(ask: Ask) -> None:
    first = (
        "SELECT ReleaseIsNotCompleted, PurchasingProcessingStatus FROM A_PurchaseOrder QUALIFY 1 = row_number() OVER"
    )
    assert ask(f"SELECT DISTINCT * FROM ({first} (PARTITION BY PurchaseOrder ORDER BY _from))") == [(True, "03")]
    assert ask(f"SELECT DISTINCT * FROM ({first} (PARTITION BY PurchaseOrder ORDER BY _from DESC))") == [(False, "05")]


@pytest.mark.parametrize("at", INSTANTS)
def test_a_line_is_complete_when_all_of_it_was_posted_by_then(ask: Ask, at: str) -> None:
    received = f"""
        SELECT po_number, posted_line AS line, sum(packs) AS came FROM truth_receipt_line
        WHERE posted_date < DATE '{at}' GROUP BY ALL"""
    complete = f"""
        SELECT '45' || right(po_number, 8), lpad((line * 10)::VARCHAR, 5, '0')
        FROM truth_order_line SEMI JOIN sap USING (site) JOIN ({received}) USING (po_number, line) WHERE came >= packs"""
    shown = f"""
        SELECT PurchaseOrder, PurchaseOrderItem FROM shown('A_PurchaseOrderItem', '{at[:10]} 01:00:00')
        WHERE IsCompletelyDelivered"""
    assert ask(f"SELECT count(*) > 0 FROM ({shown})") == [(True,)]
    assert ask(f"({shown}) EXCEPT ({complete})") == ask(f"({complete}) EXCEPT ({shown})") == []


def test_an_answer_moves_the_promised_day_and_leaves_the_one_that_was_asked_for(ask: Ask) -> None:
    moved = """
        SELECT min(ScheduleLineDeliveryDate) AS first, arg_max(ScheduleLineDeliveryDate, _from) AS last,
            count(DISTINCT SchedLineStscDeliveryDate) AS asked, any_value(SchedLineStscDeliveryDate) AS statistic
        FROM A_PurchaseOrderScheduleLine GROUP BY PurchasingDocument, PurchasingDocumentItem HAVING count(*) > 1"""
    assert ask(f"SELECT count(*) > 0, count(*) FILTER (asked > 1 OR statistic = last) FROM ({moved})") == [(True, 0)]


def test_what_was_cancelled_is_deleted(ask: Ask) -> None:
    """Lines that the supplier rejected, and such as never came; a receipt that was posted on one by mistake keeps it."""
    cancelled = """
        SELECT DISTINCT po_number, line FROM truth_order_change
        ANTI JOIN (SELECT po_number, posted_line AS line FROM truth_receipt_line) AS came USING (po_number, line)
        JOIN truth_order_line USING (po_number, line) SEMI JOIN sap USING (site) WHERE kind = 'CANCELLED'"""
    deleted = "SELECT count(*) FROM A_PurchaseOrderItem WHERE _until IS NULL AND PurchasingDocumentDeletionCode = 'L'"
    assert ask(deleted) == ask(f"SELECT count(*) FROM ({cancelled})") != [(0,)]


# Goods


def test_what_was_received_is_what_truly_came_and_in_stock_is_worth_what_the_ledger_says(ask: Ask) -> None:
    receipts = "FROM A_MaterialDocumentItem WHERE GoodsMovementType = '101'"
    assert ask(f"SELECT count(*), sum(QuantityInEntryUnit)::BIGINT, sum(QuantityInBaseUnit)::BIGINT {receipts}") == ask("""
        SELECT count(*), sum(r.packs), sum(r.packs * eaches_per_pack)
        FROM truth_receipt_line AS r JOIN truth_order_line AS o ON o.po_number = r.po_number AND o.line = posted_line
        SEMI JOIN sap USING (site)""")
    # Where no line was posted on another's: the ledger books what truly came.
    right = """
        SELECT receipt_number FROM truth_receipt_line GROUP BY receipt_number HAVING NOT bool_or(posted_line <> line)"""
    booked = f"""
        SELECT sum(GdsMvtExtAmtInCoCodeCrcy)::DECIMAL(18, 2) {receipts} AND StorageLocation <> ''
            AND MaterialDocument IN (SELECT '50' || right(receipt_number, 8) FROM ({right}))"""
    assert ask(booked) == ask(f"""
        SELECT sum(amount) FROM truth_gl_line WHERE company = '1000' AND account LIKE '1301%' AND source = 'RECEIPT'
            AND document + 1 IN (SELECT right(receipt_number, 8)::BIGINT FROM ({right}))""")


@pytest.mark.parametrize(
    ("types", "source"),
    [("'561'", "OPENING"), ("'201'", "STOCK_USE"), ("'551'", "EXPIRY"), ("'701', '702'", "COUNT")],
)
def test_what_is_booked_of_stock_is_worth_what_the_ledger_says(ask: Ask, types: str, source: str) -> None:
    booked = f"""
        SELECT sum(if(GoodsMovementType IN ('561', '701'), 1, -1) * GdsMvtExtAmtInCoCodeCrcy)::DECIMAL(18, 2)
        FROM A_MaterialDocumentItem WHERE GoodsMovementType IN ({types}) AND InventorySpecialStockType = ''"""
    ledger = f"""
        SELECT sum(amount) FROM truth_gl_line
        WHERE company = '1000' AND account LIKE '1301%' AND source = '{source}'"""
    assert ask(booked) == ask(ledger) != [(None,)]


def test_what_leaves_for_another_companys_plant_leaves_the_ledger(ask: Ask) -> None:
    booked = """
        SELECT -sum(GdsMvtExtAmtInCoCodeCrcy)::DECIMAL(18, 2) FROM A_MaterialDocumentItem
        WHERE GoodsMovementType = '303' AND IssuingOrReceivingPlant NOT IN (SELECT site FROM sap)"""
    ledger = """
        SELECT sum(amount) FROM truth_gl_line
        WHERE company = '1000' AND account LIKE '1301%' AND source = 'TRANSFER'"""
    assert ask(booked) == ask(ledger) != [(None,)]


@pytest.mark.parametrize("at", INSTANTS)
def test_all_documents_of_a_place_amount_to_what_is_there(ask: Ask, at: str) -> None:
    day = f"DATE '{at}'"
    booked = f"""
        SELECT Plant, item_id,
            sum(if(GoodsMovementType IN ('201', '551', '702', '303', '313'), -1, 1) * QuantityInBaseUnit)::BIGINT
        FROM shown('A_MaterialDocumentItem', '{at[:10]} 01:00:00')
        JOIN (SELECT source_pk AS Material, item_id FROM truth_source_item WHERE source = 'sap_s4') USING (Material)
        WHERE StorageLocation <> '' AND InventorySpecialStockType = '' AND GoodsMovementType <> '122' GROUP BY ALL"""
    # Receipts are booked when they are posted, on the line on which they are; the rest as SAP is told of it.
    true = f"""
        WITH moved AS (
            SELECT location, item_id, opening AS quantity FROM truth_inventory
            UNION ALL
            SELECT erp_location, item_id, erp_quantity * if(erp_fault = 'DUPLICATE', 2, 1) FROM truth_stock_movement
            WHERE movement NOT IN ('RECEIPT', 'RETURN') AND erp_fault <> 'MISSING' AND date < {day}
            UNION ALL SELECT location, item_id, r.packs * eaches_per_pack
            FROM truth_receipt_line AS r JOIN truth_order_line AS o ON o.po_number = r.po_number AND o.line = posted_line
            WHERE posted_date < {day} AND location IS NOT NULL)
        SELECT site, item_id, sum(quantity)::BIGINT FROM moved JOIN truth_location ON code = location SEMI JOIN sap USING (site)
        GROUP BY ALL HAVING sum(abs(quantity)) > 0"""
    assert ask(f"({booked}) EXCEPT ({true})") == ask(f"({true}) EXCEPT ({booked})") == []


def test_what_went_back_names_the_receipt_that_it_came_with(ask: Ask) -> None:
    lost = """
        FROM A_MaterialDocumentItem AS back ANTI JOIN A_MaterialDocumentItem AS came
            ON came.MaterialDocument = back.InvtryMgmtReferenceDocument
            AND came.MaterialDocumentItem = back.InvtryMgmtRefDocumentItem AND came.PurchaseOrder = back.PurchaseOrder
        WHERE back.GoodsMovementType = '122'"""
    assert ask(f"SELECT count(*) {lost}") == [(0,)]
    assert ask("SELECT count(*) > 0 FROM A_MaterialDocumentItem WHERE GoodsMovementType = '122'") == [(True,)]


# Invoices


@pytest.mark.parametrize("at", INSTANTS)
def test_invoices_are_what_the_ledger_of_the_company_owes_by_then(ask: Ask, at: str) -> None:
    early = f"{at[:10]} 01:00:00"
    sign = "if(SupplierInvoiceIsCreditMemo = 'X', -1, 1)"
    owed = ask(f"""
        SELECT -sum(amount) FROM truth_gl_line
        WHERE company = '1000' AND account = '200100' AND source = 'INVOICE' AND posting_date < DATE '{at}'""")
    shown = f"SELECT sum({sign} * InvoiceGrossAmount)::DECIMAL(18, 2) FROM shown('A_SupplierInvoice', '{early}')"
    assert ask(shown) == owed != [(None,)]
    parts = 0
    for name, amount in (
        ("A_SuplrInvcItemPurOrdRef", "SupplierInvoiceItemAmount"),
        ("A_SupplierInvoiceItemGLAcct", "SupplierInvoiceItemAmount"),
        ("A_SupplierInvoiceTax", "TaxAmount"),
        ("A_SupplierInvoice", "UnplannedDeliveryCost"),
    ):
        found = ask(f"""
            SELECT sum({sign} * {amount})
            FROM (SELECT SupplierInvoice, FiscalYear, {amount} FROM shown('{name}', '{early}'))
            JOIN (SELECT SupplierInvoice, FiscalYear, SupplierInvoiceIsCreditMemo FROM shown('A_SupplierInvoice', '{early}'))
                USING (SupplierInvoice, FiscalYear)""")
        parts += found[0][0] or Decimal(0)
    assert [(parts,)] == owed


def test_what_bills_no_order_says_which_account_and_department_bear_it(ask: Ask) -> None:
    amount = "sum(if(DebitCreditCode = 'H', -1, 1) * SupplierInvoiceItemAmount)::DECIMAL(18, 2)"
    assert ask(f"SELECT {amount} FROM A_SupplierInvoiceItemGLAcct WHERE GLAccount <> '' AND CostCenter <> ''") == ask("""
        SELECT sum(amount) FROM truth_exception JOIN truth_invoice USING (invoice_id) SEMI JOIN sap USING (site)
        WHERE po_number IS NULL""")


def test_an_invoice_that_does_not_match_is_blocked_until_somebody_looked_into_it(ask: Ask) -> None:
    faulty = """
        SELECT DISTINCT '51' || right(invoice_id, 8) FROM truth_exception JOIN truth_invoice USING (invoice_id)
        SEMI JOIN sap USING (site) WHERE code <> 'CLEAN'"""
    blocked = "SELECT SupplierInvoice FROM A_SupplierInvoice WHERE PaymentBlockingReason = 'R'"
    assert ask(f"SELECT count(*) > 0 FROM ({blocked})") == [(True,)]
    assert ask(f"({blocked}) EXCEPT ({faulty})") == []
    clean = f"SELECT PaymentBlockingReason FROM A_SupplierInvoice WHERE SupplierInvoice NOT IN ({faulty})"
    assert ask(f"SELECT DISTINCT * FROM ({clean})") == [("",)]
    paid = """
        SELECT invoice.PaymentBlockingReason FROM A_OperationalAcctgDocItemCube AS item JOIN A_SupplierInvoice AS invoice
            ON OriginalReferenceDocument = invoice.SupplierInvoice || invoice.FiscalYear
            AND invoice._from <= item._from AND (invoice._until IS NULL OR invoice._until > item._from)
        WHERE ClearingAccountingDocument <> ''"""
    assert ask(f"SELECT DISTINCT * FROM ({paid})") == [("",)]


def test_a_copy_bears_its_originals_number_unless_it_was_altered(ask: Ask) -> None:
    again = """
        SELECT count(*) FROM (
            SELECT 1 FROM A_SupplierInvoice WHERE _until IS NULL GROUP BY InvoicingParty, SupplierInvoiceIDByInvcgParty
            HAVING count(*) > 1)"""
    copies = (
        "SELECT count(*) FROM truth_invoice SEMI JOIN sap USING (site) WHERE copy_of IS NOT NULL AND NOT is_altered"
    )
    assert ask(again) == ask(copies) != [(0,)]


# Books


def test_the_journal_is_the_companys_ledger_and_every_document_of_it_balances(ask: Ask) -> None:
    lines = "SELECT * FROM A_JournalEntryItemBasic WHERE _until IS NULL"
    shown = f"""
        SELECT GLAccount, CostCenter, FiscalYear, FiscalPeriod, sum(AmountInCompanyCodeCurrency)::DECIMAL(18, 2), count(*)
        FROM ({lines}) GROUP BY ALL"""
    true = """
        SELECT account, coalesce(cost_center, ''), year(posting_date + INTERVAL 3 MONTH)::VARCHAR,
            lpad(month(posting_date + INTERVAL 3 MONTH)::VARCHAR, 3, '0'), sum(amount), count(*)
        FROM truth_gl_line WHERE company = '1000' GROUP BY ALL"""
    assert ask(f"({shown}) EXCEPT ({true})") == ask(f"({true}) EXCEPT ({shown})") == []
    documents = (
        f"SELECT sum(AmountInCompanyCodeCurrency) FROM ({lines}) GROUP BY FiscalYear, AccountingDocument, PostingDate"
    )
    assert ask(f"SELECT DISTINCT * FROM ({documents})") == [(0,)]


@pytest.mark.parametrize("at", INSTANTS)
def test_what_is_not_cleared_by_then_is_what_the_company_still_owes(ask: Ask, at: str) -> None:
    early = f"{at[:10]} 01:00:00"
    for name in ("A_OperationalAcctgDocItemCube", "A_JournalEntryItemBasic"):
        opened = f"""
            SELECT sum(AmountInCompanyCodeCurrency)::DECIMAL(18, 2) FROM shown('{name}', '{early}')
            WHERE GLAccount = '200100' AND ClearingAccountingDocument = ''"""
        assert ask(opened) == ask(f"""
            SELECT sum(amount) FROM truth_gl_line
            WHERE company = '1000' AND account = '200100' AND posting_date < DATE '{at}'""")


def test_an_item_is_cleared_by_a_payment_to_its_supplier(ask: Ask) -> None:
    lost = """
        FROM A_OperationalAcctgDocItemCube AS item ANTI JOIN A_OperationalAcctgDocItemCube AS payment
            ON payment.AccountingDocument = item.ClearingAccountingDocument AND payment.AccountingDocumentType = 'ZP'
            AND payment.FiscalYear = item.ClearingDocFiscalYear AND payment.PostingDate = item.ClearingDate
        WHERE item.ClearingAccountingDocument <> ''"""
    assert ask(f"SELECT count(*) {lost}") == [(0,)]


# Masters and sourcing


@pytest.mark.parametrize(("before", "after"), [(EARLY, LATER), (LATER, END)])
def test_a_product_whose_bar_code_or_state_changes_moves_its_stamp(ask: Ask, before: str, after: str) -> None:
    changed = f"SELECT Product FROM (FROM shown('A_Product', '{after}') EXCEPT FROM shown('A_Product', '{before}'))"
    stamped = f"SELECT Product FROM shown('A_Product', '{after}') WHERE LastChangeDateTime > '{before}'"
    assert ask(f"SELECT count(*) > 0 FROM ({changed})") == [(True,)]
    assert ask(f"({changed}) EXCEPT ({stamped})") == []


def test_products_say_what_is_recorded_of_them_and_a_missing_factor_stays_missing(ask: Ask) -> None:
    recorded = "FROM truth_source_item WHERE source = 'sap_s4'"
    last = "SELECT Product, ProductStandardID, IsMarkedForDeletion FROM A_Product WHERE _until IS NULL"
    assert ask(f"({last}) EXCEPT (SELECT source_pk, coalesce(gtin, ''), NOT is_active {recorded})") == []
    assert ask(f"SELECT count(*) FROM ({last})") == ask(f"SELECT count(*) {recorded}")
    packs = """
        SELECT Product, AlternativeUnit, QuantityNumerator::BIGINT FROM A_ProductUnitsOfMeasure
        WHERE AlternativeUnit <> BaseUnit"""
    true = f"SELECT source_pk, purchase_uom, pack_numerator {recorded} AND purchase_uom <> base_uom"
    assert ask(f"({packs}) EXCEPT ({true})") == []
    assert ask(f"SELECT count(*) FROM ({packs})") == ask(
        f"SELECT count(*) FROM ({true}) WHERE pack_numerator IS NOT NULL"
    )
    assert ask(f"SELECT count(*) > 0 FROM ({true}) WHERE pack_numerator IS NULL") == [(True,)]


def test_a_requisition_names_its_order_from_the_moment_on_which_that_is_there(ask: Ask) -> None:
    for at in INSTANTS:
        named = (
            f"SELECT PurchasingDocument FROM shown('A_PurchaseRequisitionItem', '{at}') WHERE PurchasingDocument <> ''"
        )
        assert ask(f"({named}) EXCEPT (SELECT PurchaseOrder FROM shown('A_PurchaseOrder', '{at}'))") == []
    assert ask(
        "SELECT count(*) FROM A_PurchaseRequisitionItem WHERE _until IS NULL AND PurchasingDocument <> ''"
    ) == ask("SELECT count(*) FROM truth_requisition_line SEMI JOIN sap USING (site) WHERE po_number IS NOT NULL")


def test_no_price_is_known_before_it_was_entered_and_what_never_was_is_never(ask: Ask) -> None:
    before = "SELECT count(*) FROM shown('A_PurchaseContractItem', '{at}')"
    entered = """
        SELECT count(*) FROM truth_contract_line
        SEMI JOIN (SELECT contract_number, tier FROM truth_contract_eligibility SEMI JOIN sap USING (site)) AS eligible
            USING (contract_number, tier)
        SEMI JOIN (SELECT item_id FROM truth_item_in_use WHERE source = 'sap_s4') AS used USING (item_id)
        JOIN (SELECT contract_number, supplier_id FROM truth_contract) USING (contract_number)
        SEMI JOIN (SELECT supplier_id FROM truth_supplier_in_use WHERE source = 'sap_s4') AS known USING (supplier_id)
        WHERE loaded_on < DATE '{at}'"""
    for at in INSTANTS:
        assert ask(before.format(at=f"{at[:10]} 01:00:00")) == ask(entered.format(at=at)) != [(0,)]


# Served


def test_a_client_that_follows_every_link_reads_each_order_of_then_once_with_its_items(ask: Ask, folder: Path) -> None:
    at = datetime.fromisoformat(LATER)
    with serving(odata_app(folder / "sap", SERVICES, BasicGuard("reader", "word"), now=lambda: at)) as root:
        seen, items, expected = [], 0, None
        link = (
            f"{root}/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
            "?$expand=to_PurchaseOrderItem/to_ScheduleLine&$inlinecount=allpages&$format=json"
        )
        with httpx.Client(auth=("reader", "word"), timeout=30) as client:
            while link:
                page = client.get(link).raise_for_status().json()["d"]
                expected = expected or int(page["__count"])
                seen += [order["PurchaseOrder"] for order in page["results"]]
                items += sum(len(order["to_PurchaseOrderItem"]["results"]) for order in page["results"])
                link = page.get("__next")
            for service in SERVICES:
                for entity_set in service.sets:
                    client.get(f"{root}{service.path}/{entity_set.name}?$top=1&$format=json").raise_for_status()
    assert len(seen) == len(set(seen)) == expected > 1000
    assert ask(f"SELECT count(*) FROM shown('A_PurchaseOrderItem', '{LATER}')") == [(items,)]
