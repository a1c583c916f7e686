"""What the SAP system of the network shows: its entity sets, written as Parquet for the OData server.

Belongs here: how the network's facts look in S/4HANA (numbers, codes, units, texts). Not here: names and types of the
entity sets (simulator/serve/odata), the facts (world.py). One SELECT per entity set, over the truth's tables.

SAP keeps two decimals of a price and says per how many units: prices here are per 100 packs.
"""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from simulator.network.places import SAP
from simulator.serve.odata.model import EntitySet
from simulator.serve.odata.sap import PROVEN

# Numbers as SAP gives them, and what the network shares: the documents and masters that this system holds.
VIEWS = f"""
    CREATE TEMP MACRO fiscal_year(day) AS year(day + INTERVAL 3 MONTH)::VARCHAR;
    CREATE TEMP MACRO sap_number(prefix, number, width) AS prefix || right(number, width);
    CREATE TEMP MACRO vendor(supplier) AS '00001' || lpad(substr(supplier, 3), 5, '0');
    CREATE TEMP MACRO material(item) AS '1' || lpad(substr(item, 3), 8, '0');
    -- A change falls somewhere in the working day, always at the same second for the same document.
    CREATE TEMP MACRO at_work(day, document) AS
        (day + INTERVAL 8 HOUR + INTERVAL (hash(document) % 36000) SECOND)::TIMESTAMP;

    CREATE TEMP VIEW site AS SELECT code AS site, company FROM truth_site WHERE erp = '{SAP}';
    CREATE TEMP VIEW line AS
        SELECT *, sap_number('45', po_number, 8) AS purchase_order, lpad((line * 10)::VARCHAR, 5, '0') AS item_number
        FROM truth_order_line SEMI JOIN site USING (site);
    CREATE TEMP VIEW receipt AS
        SELECT r.*, l.site, l.item_id, l.supplier_id, l.eaches_per_pack, l.location, l.cost_center, l.price,
            l.purchase_order, l.item_number, sap_number('50', receipt_number, 8) AS material_document,
            lpad(receipt_line::VARCHAR, 4, '0') AS document_item
        FROM truth_receipt_line AS r JOIN line AS l USING (po_number, line);
    CREATE TEMP VIEW invoice AS
        SELECT *, sap_number('51', invoice_id, 8) AS supplier_invoice, fiscal_year(posted_date) AS fiscal_year
        FROM truth_invoice SEMI JOIN site USING (site);
    CREATE TEMP VIEW used_item AS
        SELECT DISTINCT item.*, min(line.order_date) OVER (PARTITION BY item_id) AS first_ordered
        FROM truth_item AS item JOIN line USING (item_id);
    CREATE TEMP VIEW used_supplier AS
        SELECT * FROM truth_supplier
        WHERE supplier_id IN (SELECT supplier_id FROM line UNION SELECT supplier_id FROM invoice);
    CREATE TEMP VIEW totals AS
        SELECT po_number, line, sum(packs) AS received, max(posted_date) AS last_posted
        FROM truth_receipt_line GROUP BY ALL;
"""

ENTITY_SETS = {
    "A_Product": """
        SELECT material(item_id) AS Product, 'HAWA' AS ProductType, '' AS CrossPlantStatus,
            DATE '2019-01-07' AS CreationDate, first_ordered AS LastChangeDate,
            at_work(first_ordered, item_id) AS LastChangeDateTime, false AS IsMarkedForDeletion,
            purchase_uom AS PurchaseOrderQuantityUnit, 'US' AS CountryOfOrigin, left(upper(item_class), 9) AS ProductGroup,
            base_uom AS BaseUnit, gtin AS ProductStandardID, 'IC' AS InternationalArticleNumberCat,
            item_class LIKE '%implant' AS IsBatchManagementRequired, manufacturer_part_number AS ProductManufacturerNumber,
            vendor(manufacturer_id) AS ManufacturerNumber
        FROM used_item""",
    "A_ProductDescription": """
        SELECT material(item_id) AS Product, 'EN' AS Language, left(upper(description), 40) AS ProductDescription
        FROM used_item""",
    "A_ProductUnitsOfMeasure": """
        SELECT material(item_id) AS Product, base_uom AS AlternativeUnit, 1 AS QuantityNumerator, 1 AS QuantityDenominator,
            gtin AS GlobalTradeItemNumber, 'IC' AS GlobalTradeItemNumberCategory, base_uom AS BaseUnit
        FROM used_item
        UNION ALL
        SELECT material(item_id), purchase_uom, eaches_per_purchase_uom, 1, pack_gtin, 'IC', base_uom
        FROM used_item WHERE purchase_uom <> base_uom""",
    "A_ProductPlant": """
        SELECT DISTINCT material(item_id) AS Product, site AS Plant, '001' AS PurchasingGroup, 'PD' AS MRPType,
            false AS IsBatchManagementRequired, false AS IsMarkedForDeletion
        FROM line""",
    "A_ProductValuation": """
        SELECT DISTINCT material(item_id) AS Product, site AS ValuationArea, '' AS ValuationType, '3000' AS ValuationClass,
            'S' AS InventoryValuationProcedure, greatest(0.01, round(list_price, 2)) AS StandardPrice,
            0 AS MovingAveragePrice, 1 AS PriceUnitQty, 'USD' AS Currency, DATE '2024-10-01' AS PriceLastChangeDate,
            false AS IsMarkedForDeletion
        FROM line JOIN truth_item USING (item_id)""",
    "A_BusinessPartner": """
        SELECT vendor(supplier_id) AS BusinessPartner, vendor(supplier_id) AS Supplier, '2' AS BusinessPartnerCategory,
            supplier_name AS BusinessPartnerFullName, left(supplier_name, 40) AS OrganizationBPName1,
            left(gln, 7) AS InternationalLocationNumber1, substr(gln, 8, 5) AS InternationalLocationNumber2,
            right(gln, 1) AS InternationalLocationNumber3, false AS BusinessPartnerIsBlocked,
            false AS IsMarkedForArchiving, DATE '2019-01-07' AS CreationDate, TIME '09:00:00' AS CreationTime,
            DATE '2024-09-30' AS LastChangeDate, TIME '17:30:00' AS LastChangeTime
        FROM used_supplier""",
    "A_BusinessPartnerTaxNumber": """
        SELECT vendor(supplier_id) AS BusinessPartner, 'US1' AS BPTaxType, ein AS BPTaxNumber FROM used_supplier""",
    "A_Supplier": """
        SELECT vendor(supplier_id) AS Supplier, DATE '2019-01-07' AS CreationDate, supplier_name AS SupplierName,
            supplier_name AS SupplierFullName, 'KRED' AS SupplierAccountGroup, false AS PaymentIsBlockedForSupplier,
            false AS PostingIsBlocked, false AS PurchasingIsBlocked, false AS DeletionIndicator, ein AS TaxNumber1
        FROM used_supplier""",
    "A_SupplierCompany": """
        SELECT vendor(supplier_id) AS Supplier, company AS CompanyCode,
            'N' || lpad(payment_terms_days::VARCHAR, 3, '0') AS PaymentTerms, '200100' AS ReconciliationAccount,
            false AS SupplierIsBlockedForPosting, false AS DeletionIndicator
        FROM used_supplier CROSS JOIN (SELECT DISTINCT company FROM site)""",
    "A_SupplierPurchasingOrg": """
        SELECT vendor(supplier_id) AS Supplier, company AS PurchasingOrganization, 'USD' AS PurchaseOrderCurrency,
            'N' || lpad(payment_terms_days::VARCHAR, 3, '0') AS PaymentTerms, true AS InvoiceIsGoodsReceiptBased,
            true AS IsOrderAcknRqd, false AS PurchasingIsBlockedForSupplier, false AS DeletionIndicator
        FROM used_supplier CROSS JOIN (SELECT DISTINCT company FROM site)""",
    "A_CostCenter": """
        SELECT 'MRH' AS ControllingArea, code AS CostCenter, DATE '9999-12-31' AS ValidityEndDate,
            DATE '2019-01-01' AS ValidityStartDate, company AS CompanyCode, site AS Department,
            left(kind, 1) AS CostCenterCategory, 'USD' AS CostCenterCurrency
        FROM truth_cost_center JOIN site USING (site)""",
    "A_CostCenterText": """
        SELECT code AS CostCenter, 'MRH' AS ControllingArea, 'EN' AS Language, DATE '9999-12-31' AS ValidityEndDate,
            DATE '2019-01-01' AS ValidityStartDate, left(name, 20) AS CostCenterName,
            left(site || ' ' || name, 40) AS CostCenterDescription
        FROM truth_cost_center SEMI JOIN site USING (site)""",
    "A_PurchaseOrder": """
        SELECT purchase_order AS PurchaseOrder, any_value(company) AS CompanyCode, 'NB' AS PurchaseOrderType,
            '05' AS PurchasingProcessingStatus, any_value(order_date) AS CreationDate,
            at_work(greatest(any_value(order_date), max(last_posted)), purchase_order) AS LastChangeDateTime,
            vendor(any_value(supplier_id)) AS Supplier, any_value(company) AS PurchasingOrganization,
            '001' AS PurchasingGroup, any_value(order_date) AS PurchaseOrderDate, 'USD' AS DocumentCurrency,
            '1.00000' AS ExchangeRate, vendor(any_value(supplier_id)) AS InvoicingParty,
            false AS ReleaseIsNotCompleted
        FROM line JOIN site USING (site) LEFT JOIN totals USING (po_number, line)
        GROUP BY purchase_order""",
    "A_PurchaseOrderItem": """
        SELECT purchase_order AS PurchaseOrder, item_number AS PurchaseOrderItem,
            left(upper(description), 40) AS PurchaseOrderItemText, site AS Plant, left(upper(item_class), 9) AS MaterialGroup,
            packs AS OrderQuantity, purchase_uom AS PurchaseOrderQuantityUnit, purchase_uom AS OrderPriceUnit,
            1 AS OrderPriceUnitToOrderUnitNmrtr, 1 AS OrdPriceUnitToOrderUnitDnmntr, price * 100 AS NetPriceAmount,
            100 AS NetPriceQuantity, 'USD' AS DocumentCurrency, false AS UnlimitedOverdeliveryIsAllowed,
            coalesce(received >= packs, false) AS IsCompletelyDelivered, false AS IsFinallyInvoiced,
            '0' AS PurchaseOrderItemCategory, if(location IS NULL, 'K', '') AS AccountAssignmentCategory,
            true AS GoodsReceiptIsExpected, false AS GoodsReceiptIsNonValuated, true AS InvoiceIsExpected,
            true AS InvoiceIsGoodsReceiptBased, false AS IsReturnsItem, material(item_id) AS Material,
            pack_gtin AS InternationalArticleNumber, manufacturer_part_number AS ManufacturerMaterial
        FROM line JOIN truth_item USING (item_id) LEFT JOIN totals USING (po_number, line)""",
    "A_PurchaseOrderScheduleLine": """
        SELECT purchase_order AS PurchasingDocument, item_number AS PurchasingDocumentItem, '0001' AS ScheduleLine,
            order_date + 7 AS ScheduleLineDeliveryDate, packs AS ScheduleLineOrderQuantity,
            purchase_uom AS PurchaseOrderQuantityUnit, packs AS ScheduleLineCommittedQuantity
        FROM line JOIN truth_item USING (item_id)""",
    "A_PurOrdAccountAssignment": """
        SELECT purchase_order AS PurchaseOrder, item_number AS PurchaseOrderItem, '01' AS AccountAssignmentNumber,
            false AS IsDeleted, packs AS Quantity, purchase_uom AS PurchaseOrderQuantityUnit, 'USD' AS DocumentCurrency,
            round(packs * price, 2) AS PurgDocNetAmount, expense.account AS GLAccount, cost_center AS CostCenter
        FROM line JOIN truth_item USING (item_id)
        JOIN (SELECT code AS account, replace(name, ' expense', '') AS item_class FROM truth_account
              WHERE code LIKE '6401%') AS expense USING (item_class)
        WHERE location IS NULL""",
    "A_MaterialDocumentHeader": """
        SELECT DISTINCT year(posted_date)::VARCHAR AS MaterialDocumentYear, material_document AS MaterialDocument,
            'WE' AS InventoryTransactionType, arrived.day AS DocumentDate, posted_date AS PostingDate,
            posted_date AS CreationDate, at_work(posted_date, material_document)::TIME AS CreationTime,
            'DN' || right(material_document, 8) AS ReferenceDocument, '01' AS GoodsMovementCode
        FROM receipt JOIN (SELECT receipt_number, min(arrived_date) AS day FROM receipt GROUP BY ALL) AS arrived
            USING (receipt_number)""",
    "A_MaterialDocumentItem": """
        SELECT year(posted_date)::VARCHAR AS MaterialDocumentYear, material_document AS MaterialDocument,
            document_item AS MaterialDocumentItem, material(item_id) AS Material, site AS Plant,
            '101' AS GoodsMovementType, vendor(receipt.supplier_id) AS Supplier, purchase_order AS PurchaseOrder,
            item_number AS PurchaseOrderItem, 'B' AS GoodsMovementRefDocType, cost_center AS CostCenter,
            base_uom AS MaterialBaseUnit, packs * eaches_per_pack AS QuantityInBaseUnit, purchase_uom AS EntryUnit,
            packs AS QuantityInEntryUnit, 'USD' AS CompanyCodeCurrency, round(packs * price, 2) AS GdsMvtExtAmtInCoCodeCrcy,
            false AS IsCompletelyDelivered, false AS GoodsMovementIsCancelled
        FROM receipt JOIN truth_item USING (item_id)""",
    "A_SupplierInvoice": """
        SELECT supplier_invoice AS SupplierInvoice, fiscal_year AS FiscalYear, company AS CompanyCode,
            invoice_date AS DocumentDate, posted_date AS PostingDate, posted_date AS CreationDate,
            'R' || right(CASE WHEN copy_of IS NULL OR is_altered THEN invoice_id ELSE copy_of END, 8)
                AS SupplierInvoiceIDByInvcgParty,
            vendor(supplier_id) AS InvoicingParty, 'USD' AS DocumentCurrency, gross AS InvoiceGrossAmount,
            freight AS UnplannedDeliveryCost, 'N' || lpad(payment_terms_days::VARCHAR, 3, '0') AS PaymentTerms,
            invoice_date AS DueCalculationBaseDate, payment_terms_days AS NetPaymentDays,
            'RE' AS AccountingDocumentType, '5' AS SupplierInvoiceStatus, 1 AS DirectQuotedExchangeRate,
            '' AS SupplierInvoiceIsCreditMemo, false AS IsReversal, false AS IsReversed, invoice_date AS InvoiceReceiptDate
        FROM invoice JOIN site USING (site) JOIN truth_supplier USING (supplier_id)""",
    "A_SuplrInvcItemPurOrdRef": """
        SELECT supplier_invoice AS SupplierInvoice, fiscal_year AS FiscalYear,
            lpad(row_number() OVER (PARTITION BY invoice_id ORDER BY receipt_line)::VARCHAR, 6, '0') AS SupplierInvoiceItem,
            line.purchase_order AS PurchaseOrder, line.item_number AS PurchaseOrderItem, line.site AS Plant,
            receipt.material_document AS ReferenceDocument, year(receipt.posted_date)::VARCHAR AS ReferenceDocumentFiscalYear,
            receipt.document_item AS ReferenceDocumentItem, 'I0' AS TaxCode, 'USD' AS DocumentCurrency,
            billed.amount AS SupplierInvoiceItemAmount, purchase_uom AS PurchaseOrderQuantityUnit,
            billed.packs AS QuantityInPurchaseOrderUnit, purchase_uom AS PurchaseOrderPriceUnit,
            billed.packs AS QtyInPurchaseOrderPriceUnit, false AS IsFinallyInvoiced
        FROM truth_exception AS billed JOIN invoice USING (invoice_id)
        JOIN line ON billed.po_number = line.po_number AND billed.line = line.line JOIN truth_item USING (item_id)
        JOIN receipt USING (receipt_number, receipt_line)""",
    "A_SupplierInvoiceItemGLAcct": """
        SELECT supplier_invoice AS SupplierInvoice, fiscal_year AS FiscalYear, '0001' AS SupplierInvoiceItem,
            site.company AS CompanyCode, gl.account AS GLAccount, gl.cost_center AS CostCenter, 'S' AS DebitCreditCode,
            'USD' AS DocumentCurrency, billed.amount AS SupplierInvoiceItemAmount
        FROM truth_exception AS billed JOIN invoice USING (invoice_id) JOIN site USING (site)
        JOIN truth_gl_line AS gl
            ON gl.source = 'INVOICE' AND gl.document + 1 = substr(invoice_id, 3)::INTEGER
            AND (gl.account LIKE '660%' OR gl.account = '650300')
        WHERE billed.po_number IS NULL""",
    "A_SupplierInvoiceTax": """
        SELECT supplier_invoice AS SupplierInvoice, fiscal_year AS FiscalYear, 'I1' AS TaxCode,
            '000001' AS SupplierInvoiceTaxCounter, 'USD' AS DocumentCurrency, tax AS TaxAmount,
            gross - tax - freight AS TaxBaseAmountInTransCrcy
        FROM invoice WHERE tax <> 0""",
}


def write_sap(truth: Path, folder: Path) -> dict[str, int]:
    """Write every entity set of the SAP system from the truth's files; returns the rows of each. Sets that nothing
    fills are empty files."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"threads": 1})
    for file in sorted(truth.glob("*.parquet")):
        connection.execute(f"CREATE TEMP VIEW {file.stem} AS FROM '{file}'")
    connection.execute(VIEWS)
    declared = {
        entity_set.file: entity_set for service in PROVEN if service.version == 2 for entity_set in service.sets
    }
    rows = {}
    for name, entity_set in declared.items():
        table = connection.sql(_typed(entity_set, ENTITY_SETS.get(name))).to_arrow_table()
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        rows[name] = table.num_rows
    return rows


def _typed(entity_set: EntitySet, select: str | None) -> str:
    """The declared columns in their types and order; those that the SELECT does not name are empty."""
    types = {property_.name: property_.sql_type for property_ in entity_set.properties}
    if select is None:
        return "SELECT " + ", ".join(f"NULL::{kind} AS {name}" for name, kind in types.items()) + " WHERE false"
    # SAP has no null text: what nobody filled in is empty.
    columns = ", ".join(
        f"coalesce(CAST({name} AS {kind}), '') AS {name}" if kind == "VARCHAR" else f"CAST({name} AS {kind}) AS {name}"
        for name, kind in types.items()
    )
    empty = ", ".join(f"NULL::{kind} AS {name}" for name, kind in types.items())
    return f"""
        SELECT {columns}
        FROM (SELECT {empty} WHERE false UNION ALL BY NAME ({select}))
        ORDER BY {", ".join(entity_set.key)}"""
