"""SAP S/4HANA lands as it is served: documents with all that lies below them, and later what changed, however it is told."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.ledger import LoadReport
from ingestion.landing.page import SourceError
from ingestion.protocols import odata, odata_objects
from ingestion.registry import open_source
from ingestion.settings import SettingsError
from ingestion.sources import sap_s4
from tests.connectors.landed import Landed, pseudonym
from tests.connectors.part_of_network import START, PartOfNetwork, cut, served_part

LATER = START + timedelta(days=6)
DEVICE = "device_identifier"
CONTRACT = load_contract("sap_s4")
# Each object that is read by itself, with the entity it is read from, and below it every object that it brings along.
LINES = {
    "business_partner": {
        "business_partner_address": "A_BusinessPartnerAddress",
        "business_partner_tax_number": "A_BusinessPartnerTaxNumber",
        "business_partner_identification": "A_BuPaIdentification",
        "supplier_company": "A_SupplierCompany",
        "supplier_purchasing_organization": "A_SupplierPurchasingOrg",
    },
    "product": {
        "product_description": "A_ProductDescription",
        "product_unit": "A_ProductUnitsOfMeasure",
        "product_unit_gtin": "A_ProductUnitsOfMeasureEAN",
        "product_plant": "A_ProductPlant",
    },
    "product_valuation": {},
    "cost_center": {"cost_center_text": "A_CostCenterText"},
    "requisition_header": {},
    "requisition_item": {"requisition_account_assignment": "A_PurReqnAcctAssgmt"},
    "purchase_order": {
        "purchase_order_item": "A_PurchaseOrderItem",
        "purchase_order_schedule_line": "A_PurchaseOrderScheduleLine",
        "purchase_order_account_assignment": "A_PurOrdAccountAssignment",
        "purchase_order_pricing_element": "A_PurOrdPricingElement",
    },
    "material_document": {
        "material_document_item": "A_MaterialDocumentItem",
        "material_document_serial": "A_SerialNumberMaterialDocument",
    },
    "supplier_invoice": {
        "supplier_invoice_item": "A_SuplrInvcItemPurOrdRef",
        "supplier_invoice_item_account_assignment": "A_SuplrInvcItemAcctAssgmt",
        "supplier_invoice_gl_item": "A_SupplierInvoiceItemGLAcct",
        "supplier_invoice_tax": "A_SupplierInvoiceTax",
    },
    "purchase_contract": {"purchase_contract_item": "A_PurchaseContractItem"},
    "info_record": {"info_record_price": "A_PurgInfoRecdOrgPlantData"},
    "journal_item": {},
    "payable_item": {},
}
# What changes in a document after it was made: landed, and as the served files have it.
CHANGING = {
    "product": ("product, standard_id, is_marked_for_deletion", "Product, ProductStandardID, IsMarkedForDeletion"),
    "info_record": ("info_record, changed_at", "PurchasingInfoRecord, LastChangeDateTime"),
    "requisition_item": (
        "requisition, item, release_status, is_deleted, is_closed, purchase_order",
        "PurchaseRequisition, PurchaseRequisitionItem, PurReqnReleaseStatus, IsDeleted, IsClosed, PurchasingDocument",
    ),
    "purchase_order": (
        "purchase_order, processing_status, release_is_not_completed, changed_at",
        "PurchaseOrder, PurchasingProcessingStatus, ReleaseIsNotCompleted, LastChangeDateTime",
    ),
    "supplier_invoice": ("supplier_invoice, payment_block", "SupplierInvoice, PaymentBlockingReason"),
    "payable_item": (
        "accounting_document, item, clearing_date, clearing_document",
        "AccountingDocument, AccountingDocumentItem, ClearingDate, ClearingAccountingDocument",
    ),
    "journal_item": (
        "accounting_document, ledger_line, clearing_date, clearing_document",
        "AccountingDocument, LedgerGLLineItem, ClearingDate, ClearingAccountingDocument",
    ),
}
CHANGING_LINES = {
    "purchase_order_item": (
        "purchase_order, item, qty, net_price, is_completely_delivered, is_finally_invoiced",
        "PurchaseOrder, PurchaseOrderItem, OrderQuantity, NetPriceAmount, IsCompletelyDelivered, IsFinallyInvoiced",
    ),
    "purchase_order_schedule_line": (
        "purchase_order, item, schedule_line, delivery_date",
        "PurchasingDocument, PurchasingDocumentItem, ScheduleLine, ScheduleLineDeliveryDate",
    ),
    "info_record_price": ("info_record, net_price", "PurchasingInfoRecord, NetPriceAmount"),
    "product_unit_gtin": ("product, uom, standard_id", "Product, AlternativeUnit, ProductStandardID"),
}


def entity(name: str) -> str:
    return CONTRACT.by_name[name].source_object.rpartition("/")[2]


def recent(made_world: Path) -> dict[str, str]:
    """Documents of the weeks around the start, whole: what lies below a document comes with it."""
    folder = made_world / "systems" / "sap_s4"

    def below(head: str, condition: str, *key: str) -> str:
        """What belongs to documents; `key` as it is named here, and there where that differs."""
        here, there = ", ".join(part.split("=")[0] for part in key), ", ".join(part.split("=")[-1] for part in key)
        return (
            f"SELECT * FROM whole WHERE ({here}) IN (SELECT ({there}) FROM '{folder}/{head}.parquet' WHERE {condition})"
        )

    numbered = (
        f"SELECT MaterialDocument FROM '{folder}/A_SerialNumberMaterialDocument.parquet' WHERE SerialNumber LIKE '%7'"
    )
    moved = f"(CreationDate >= DATE '2026-09-30' OR MaterialDocument IN ({numbered}))"
    tables = {path.stem: "SELECT * FROM whole" for path in folder.glob("*.parquet")}
    for root, condition, *key in (
        ("product", "Product LIKE '%7'", "Product"),
        ("purchase_contract", "PurchaseContract LIKE '%1'", "PurchaseContract"),
        ("info_record", "PurchasingInfoRecord LIKE '%7'", "PurchasingInfoRecord"),
        ("purchase_order", "CreationDate >= DATE '2026-09-20'", "PurchaseOrder"),
        ("supplier_invoice", "CreationDate >= DATE '2026-09-15'", "SupplierInvoice", "FiscalYear"),
        ("requisition_item", "CreationDate >= DATE '2026-09-20'", "PurchaseRequisition", "PurchaseRequisitionItem"),
        ("material_document", moved, "MaterialDocumentYear", "MaterialDocument"),
    ):
        tables[entity(root)] = f"SELECT * FROM whole WHERE {condition}"
        for name in LINES[root].values():
            tables[name] = below(entity(root), condition, *key)
    ordered = "PurchasingDocument=PurchaseOrder"
    tables["A_PurchaseOrderScheduleLine"] = below("A_PurchaseOrder", "CreationDate >= DATE '2026-09-20'", ordered)
    asked = below("A_PurchaseRequisitionItem", "CreationDate >= DATE '2026-09-20'", "PurchaseRequisition")
    tables["A_PurchaseRequisitionHeader"] = asked
    # One document was entered the evening before, and is shown half a day too late.
    head = f"'{folder}/A_MaterialDocumentHeader.parquet'"
    late = f"(SELECT max(MaterialDocument) FROM {head} WHERE CreationDate = DATE '2026-09-30')"
    for name in ("A_MaterialDocumentHeader", "A_MaterialDocumentItem"):
        shown = f"CASE WHEN MaterialDocument = {late} THEN TIMESTAMP '{START + timedelta(hours=12)}' ELSE _from END"
        tables[name] = f"SELECT * REPLACE ({shown} AS _from) FROM ({tables[name]})"
    tables["A_JournalEntryItemBasic"] = (
        "SELECT * FROM whole WHERE PostingDate BETWEEN DATE '2026-09-29' AND DATE '2026-10-03'"
    )
    tables["A_OperationalAcctgDocItemCube"] = "SELECT * FROM whole WHERE PostingDate >= DATE '2026-09-01'"
    return tables


@pytest.fixture(scope="module")
def part(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartOfNetwork]:
    world = cut(made_world, tmp_path_factory.mktemp("sap") / "world", "sap_s4", recent(made_world))
    with served_part(world, "sap_s4") as part:
        yield part


@pytest.fixture
def sap(part: PartOfNetwork) -> PartOfNetwork:
    part.at(START)
    part.fail()
    return part


@pytest.fixture
def landed(tmp_path: Path) -> Iterator[Landed]:
    with Landed(tmp_path / "home") as landed:
        yield landed


@pytest.fixture(scope="module")
def all_landed(part: PartOfNetwork, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Landed, LoadReport]]:
    """A full load of everything at the start. The last test of this file goes on from there."""
    part.at(START)
    with Landed(tmp_path_factory.mktemp("landed") / "home") as landed:
        yield landed, landed.load(part.instance("sap_main", {}), "full")


def compare(landed: Landed, sap: PartOfNetwork, now: datetime) -> None:
    """Every object has the keys, every line table the number of rows, and what changes the values that are served."""
    for root, lines in LINES.items():
        tables = [f"raw_sap_s4.{name}" for name in lines]
        landed.see_current(f"raw_sap_s4.{root}", *tables)
        key = ", '|', ".join(column.path + "::VARCHAR" for column in CONTRACT.by_name[root].key_columns)
        served = landed.rows(f"SELECT concat({key}) FROM {sap.served(entity(root), now)} ORDER BY 1")
        assert landed.rows(f"SELECT _business_key FROM current_{root} ORDER BY 1") == served, root
        for name, source in lines.items():
            counted = landed.value(f"SELECT count(*) FROM {sap.served(source, now)}")
            assert landed.value(f"SELECT count(*) FROM current_{name}") == counted > 0, name
    for name, (columns, served_columns) in (CHANGING | CHANGING_LINES).items():
        served = landed.rows(f"SELECT {served_columns} FROM {sap.served(entity(name), now)} ORDER BY ALL")
        assert landed.rows(f"SELECT {columns} FROM current_{name} ORDER BY ALL") == served, name


def one_object(sap: PartOfNetwork, *objects: str, name: str = "sap_main") -> Instance:
    block = sap.instance(name, {})
    return Instance(block.name, block.system, block.base_url, block.secret, objects, block.options)


def test_every_object_lands_with_its_lines(sap: PartOfNetwork, all_landed: tuple[Landed, LoadReport]) -> None:
    landed, report = all_landed
    assert {name: (item.status, item.quarantined) for name, item in report.objects.items()} == {
        name: ("COMPLETE", 0) for root, lines in LINES.items() for name in (root, *lines)
    }
    assert all(report.objects[root].difference == 0 for root in LINES)
    assert all(report.objects[root].source_count == report.objects[root].fetched for root in LINES)
    assert landed.rows("SELECT object, field FROM ops.drift") == []
    compare(landed, sap, START)


def test_values_land_to_the_last_decimal_and_the_second(
    sap: PartOfNetwork, all_landed: tuple[Landed, LoadReport]
) -> None:
    landed, _ = all_landed
    columns = "accounting_document, ledger_line, amount, posting_date, changed_at"
    served = "AccountingDocument, LedgerGLLineItem, AmountInCompanyCodeCurrency, PostingDate, LastChangeDateTime"
    table = sap.served("A_JournalEntryItemBasic", START)
    lines = landed.rows(f"SELECT {columns} FROM raw_sap_s4.journal_item ORDER BY ALL")
    assert lines == landed.rows(f"SELECT {served} FROM {table} ORDER BY ALL")
    assert {type(line[2]) for line in lines} == {Decimal}
    assert landed.value("SELECT DISTINCT valid_to_date FROM raw_sap_s4.cost_center") == date(9999, 12, 31)
    entered = "SELECT min(CreationDate + CreationTime), max(CreationDate + CreationTime)"
    headers = sap.served("A_MaterialDocumentHeader", START)
    landed_at = landed.rows("SELECT min(created_at), max(created_at) FROM raw_sap_s4.material_document")
    assert landed_at == landed.rows(f"{entered} FROM {headers}")
    priced = sap.served("A_ProductValuation", START)
    assert landed.value("SELECT sum(standard_price) FROM raw_sap_s4.product_valuation") == landed.value(
        f"SELECT sum(StandardPrice) FROM {priced}"
    )


def test_numbers_of_persons_and_devices_are_pseudonyms_and_bank_data_is_not_asked_for(
    sap: PartOfNetwork, all_landed: tuple[Landed, LoadReport]
) -> None:
    landed, _ = all_landed
    for source, number, table, token, domain in (
        ("A_BusinessPartnerTaxNumber", "BPTaxNumber", "business_partner_tax_number", "tax_number_token", "tax_id"),
        ("A_SerialNumberMaterialDocument", "SerialNumber", "material_document_serial", "serial_token", DEVICE),
        ("A_MaterialDocumentItem", "Batch", "material_document_item", "batch_token", DEVICE),
    ):
        shown = landed.rows(f"SELECT DISTINCT {number} FROM {sap.served(source, START)} WHERE {number} <> ''")
        tokens = landed.rows(f"SELECT DISTINCT {token} FROM raw_sap_s4.{table} WHERE {token} IS NOT NULL")
        assert sorted(tokens) == sorted((pseudonym("any", domain, each, True),) for (each,) in shown) != []
    for column in (column for obj in CONTRACT.objects for column in obj.columns):
        assert "Bank" not in column.path
        assert "TaxNumber" not in column.path or column.minimise.rule == "pseudonym"


def test_a_large_object_is_read_in_parts_that_miss_nothing(
    sap: PartOfNetwork, landed: Landed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odata, "ROWS_A_SLICE", 500)
    monkeypatch.setattr(odata_objects, "ROWS_A_SLICE", 500)
    monkeypatch.setattr(odata_objects, "FILTER_CHARACTERS", 200)
    instance = one_object(sap, "journal_item", "business_partner", "supplier_invoice")
    report = landed.load(instance, "full")
    for name, served in (("journal_item", "A_JournalEntryItemBasic"), ("business_partner", "A_BusinessPartner")):
        counted = landed.value(f"SELECT count(*) FROM {sap.served(served, START)}")
        assert report.objects[name].landed == report.objects[name].source_count == counted
        assert report.objects[name].difference == 0
    source, contract = open_source(instance)
    wanted = landed.rows("SELECT supplier_invoice, fiscal_year FROM raw_sap_s4.supplier_invoice LIMIT 20")
    pages = list(source.pages_by_key(contract.by_name["supplier_invoice"], [*wanted, ("none", "2026")]))
    source.close()
    assert sum(page.records or 0 for page in pages) == 20


@pytest.mark.parametrize(
    "fault", ["shifting_page", "repeated_page", "empty_page", "truncated", "error_body_200", "429"]
)
def test_no_fault_of_pages_costs_a_row_in_silence(
    sap: PartOfNetwork, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odata, "FIRST_WAIT_SECONDS", 0)
    # Pages of twenty rows, so that there are many to fail.
    monkeypatch.setattr(sap_s4, "ALL_ROWS", 20)
    source, contract = open_source(sap.instance("sap_main", {}))
    obj, now = contract.by_name["requisition_header"], datetime.now(UTC)
    whole = {key.key for key in source.keys(obj, now) or ()}
    sap.fail({"fault": fault, "rate": 0.2, "seconds": 0})
    for _ in range(3):
        # All rows, or none and a failed load.
        with suppress(SourceError):
            assert {key.key for key in source.keys(obj, now) or ()} == whole
    source.close()


def test_a_second_erp_is_a_block_of_configuration(sap: PartOfNetwork, landed: Landed) -> None:
    for name in ("sap_main", "sap_acquired"):
        landed.load(one_object(sap, "cost_center", name=name))
    counted = landed.rows("SELECT _source_instance, count(*) FROM raw_sap_s4.cost_center GROUP BY ALL ORDER BY 1")
    assert [name for name, _ in counted] == ["sap_acquired", "sap_main"]
    assert counted[0][1] == counted[1][1] > 0


def test_a_wrong_password_is_tried_once_an_object_and_never_shown(
    sap: PartOfNetwork, landed: Landed, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = one_object(sap, "cost_center", "product_valuation")
    monkeypatch.setenv(str(instance.secret), "not the password")
    report = landed.load(instance)
    assert report.status == "FAILED"
    assert all(
        "refused" in str(item.error) and "not the password" not in str(item.error) for item in report.objects.values()
    )


def test_an_option_that_nobody_knows_is_refused(sap: PartOfNetwork) -> None:
    with pytest.raises(SettingsError, match="mandant"):
        open_source(sap.instance("sap_main", {"mandant": "100"}))
    source, _ = open_source(sap.instance("sap_main", {"client": "100"}))
    assert source.check().startswith("SAP S/4HANA answers, ")
    source.close()


def test_later_everything_that_changed_lands_however_it_is_told(
    sap: PartOfNetwork, all_landed: tuple[Landed, LoadReport]
) -> None:
    landed, first = all_landed
    sap.at(LATER)
    report = landed.load(sap.instance("sap_main", {}))
    assert {item.status for item in report.objects.values()} == {"COMPLETE"}
    # Released invoices, closed requisitions, cleared items, and the document that was shown too late.
    compare(landed, sap, LATER)
    assert report.objects["product"].fetched < first.objects["product"].fetched // 2
    blocks = landed.rows("SELECT DISTINCT payment_block FROM raw_sap_s4.supplier_invoice ORDER BY 1")
    assert blocks == [("",), ("R",)]
