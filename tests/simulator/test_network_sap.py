"""What the SAP system of the demo network shows, read as files and over HTTP, is what truly happened in its company."""

from decimal import Decimal
from pathlib import Path

import duckdb
import httpx
import pytest

from simulator.network.world import write_world
from simulator.serve.loopback import serving
from simulator.serve.odata.auth import BasicGuard
from simulator.serve.odata.sap import PROVEN
from simulator.serve.odata.server import odata_app
from simulator.systems.sap import write_sap

SETS = {entity_set.file: entity_set for service in PROVEN if service.version == 2 for entity_set in service.sets}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(1, 0.005, folder / "truth")
    write_sap(folder / "truth", folder / "sap")
    return folder


@pytest.fixture(scope="module")
def ask(folder: Path):
    connection = duckdb.connect()
    for file in folder.glob("*/*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    return lambda query: connection.execute(query).fetchall()


@pytest.mark.parametrize("name", SETS)
def test_a_key_is_whole_and_there_once(ask, name):
    key = ", ".join(SETS[name].key)
    holes = " OR ".join(f"{part} IS NULL" for part in SETS[name].key)
    assert ask(f"SELECT {key} FROM {name} GROUP BY ALL HAVING count(*) > 1") == []
    assert ask(f"SELECT {key} FROM {name} WHERE {holes}") == []


@pytest.mark.parametrize(
    ("child", "parent", "on"),
    [
        ("A_PurchaseOrderItem", "A_PurchaseOrder", "PurchaseOrder"),
        ("A_PurOrdAccountAssignment", "A_PurchaseOrderItem", "PurchaseOrder, PurchaseOrderItem"),
        ("A_MaterialDocumentItem", "A_MaterialDocumentHeader", "MaterialDocumentYear, MaterialDocument"),
        ("A_MaterialDocumentItem", "A_PurchaseOrderItem", "PurchaseOrder, PurchaseOrderItem"),
        ("A_SuplrInvcItemPurOrdRef", "A_SupplierInvoice", "SupplierInvoice, FiscalYear"),
        ("A_SuplrInvcItemPurOrdRef", "A_PurchaseOrderItem", "PurchaseOrder, PurchaseOrderItem"),
        ("A_PurchaseOrderItem", "A_ProductPlant", "Plant"),
        ("A_SupplierCompany", "A_Supplier", "Supplier"),
    ],
)
def test_no_record_points_to_one_that_is_not_there(ask, child, parent, on):
    assert ask(f"SELECT count(*) FROM {child} ANTI JOIN {parent} USING ({on})") == [(0,)]
    assert ask(f"SELECT count(*) > 0 FROM {child}") == [(True,)]


def test_every_line_of_an_order_is_shown_at_its_own_price(ask):
    network = "FROM truth_order_line JOIN truth_site ON code = site WHERE erp = 'sap'"
    assert ask("SELECT DISTINCT NetPriceQuantity FROM A_PurchaseOrderItem") == [(100,)]
    sap = "sum(round((OrderQuantity * NetPriceAmount)::DECIMAL(38, 6) * 0.01, 2)::DECIMAL(18, 2))"
    assert ask(f"SELECT count(*), {sap} FROM A_PurchaseOrderItem") == ask(
        f"SELECT count(*), sum(round(packs * price, 2)::DECIMAL(18, 2)) {network}"
    )


def test_invoices_are_what_the_ledger_of_the_company_owes(ask):
    owed = "SELECT -sum(amount) FROM truth_gl_line WHERE company = '1000' AND account = '200100' AND source = 'INVOICE'"
    assert ask("SELECT sum(InvoiceGrossAmount)::DECIMAL(18, 2) FROM A_SupplierInvoice") == ask(owed)
    parts = """
        SELECT sum(SupplierInvoiceItemAmount) FROM A_SuplrInvcItemPurOrdRef
        UNION ALL SELECT sum(SupplierInvoiceItemAmount) FROM A_SupplierInvoiceItemGLAcct
        UNION ALL SELECT sum(TaxAmount) FROM A_SupplierInvoiceTax
        UNION ALL SELECT sum(UnplannedDeliveryCost) FROM A_SupplierInvoice"""
    assert [sum((part for (part,) in ask(parts)), Decimal(0))] == [total for (total,) in ask(owed)]


def test_a_copy_bears_its_originals_number_unless_it_was_altered(ask):
    again = """
        SELECT count(*) FROM (
            SELECT 1 FROM A_SupplierInvoice GROUP BY InvoicingParty, SupplierInvoiceIDByInvcgParty HAVING count(*) > 1)"""
    copies = """
        SELECT count(*) FROM truth_invoice JOIN truth_site ON code = site
        WHERE erp = 'sap' AND copy_of IS NOT NULL AND NOT is_altered"""
    assert ask(again) == ask(copies) != [(0,)]


def test_a_client_that_follows_every_link_reads_each_order_once_with_its_items(ask, folder):
    with serving(odata_app(folder / "sap", PROVEN, BasicGuard("reader", "word"))) as root:
        seen, items, declared = [], 0, None
        link = (
            f"{root}/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
            "?$expand=to_PurchaseOrderItem/to_ScheduleLine&$inlinecount=allpages&$format=json"
        )
        with httpx.Client(auth=("reader", "word")) as client:
            while link:
                page = client.get(link).raise_for_status().json()["d"]
                declared = declared or int(page["__count"])
                seen += [order["PurchaseOrder"] for order in page["results"]]
                items += sum(len(order["to_PurchaseOrderItem"]["results"]) for order in page["results"])
                link = page.get("__next")
    assert len(seen) == len(set(seen)) == declared > 1000
    assert ask("SELECT count(*) FROM A_PurchaseOrderItem") == [(items,)]
