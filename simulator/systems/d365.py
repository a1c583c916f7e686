"""What the Dynamics 365 system of the network shows: its data entities, in versions over time.

Belongs here: how the facts of the acquired hospital look in Finance and Operations (numbers, statuses, units) and when
each version begins. Not here: names and types of the entities (simulator/serve/odata), the facts (simulator/network).
One SELECT per entity.

An order of which every line was cancelled is Canceled. One that lives on without a line keeps that line, marked as
deleted. Lines, receipts and journals carry no stamp that tells when they changed, or none at all: as in the real entities.
"""

from pathlib import Path

import duckdb

from simulator.network.calendar import ACQUISITION_H7, month_start
from simulator.network.places import COMPANIES, D365
from simulator.serve.odata.d365 import SETS
from simulator.serve.odata.model import EntitySet
from simulator.systems.masters import master_records
from simulator.systems.orders import order_views
from simulator.systems.truth import open_truth, write_rows

SOURCE = "d365"
COMPANY = next(company for company, erp in COMPANIES.items() if erp == D365)

VIEWS = f"""
    CREATE TEMP MACRO purchase_order(po) AS 'PO-' || right(po, 8);
    CREATE TEMP MACRO product_receipt(receipt) AS 'PR-' || right(receipt, 8);
    CREATE TEMP MACRO invoice_reference(invoice) AS 'VI-' || right(invoice, 8);
    CREATE TEMP MACRO dimensions(account, site, center) AS account || '-' || site || '-' || coalesce(center, '');
    CREATE TEMP MACRO warehouse(location, site, center) AS coalesce(location, site || '-' || center);
    CREATE TEMP MACRO terms(days) AS 'Net' || days;
    CREATE TEMP MACRO purchase_status(received, billed, cancelled) AS CASE
        WHEN cancelled THEN 'Canceled' WHEN received AND billed THEN 'Invoiced' WHEN received THEN 'Received'
        ELSE 'Backorder' END;

    CREATE TEMP VIEW site AS
        SELECT code AS site, company, name AS business_unit, DATE '{month_start(ACQUISITION_H7)}' AS first_day,
            first_day::TIMESTAMP AS taken_over_at
        FROM truth_site WHERE erp = '{D365}';
"""

# Receipts, and what went back: as receipts of less than nothing.
DELIVERIES = """
    CREATE TEMP TABLE delivery AS
        SELECT product_receipt(receipt_number) AS number, receipt_line AS place, po_number, line, packs, lot, arrived_date,
            posted_date, shown_at FROM receipt
        UNION ALL
        SELECT 'RT-' || right(document, 8), row_number() OVER (PARTITION BY document ORDER BY receipt_number, receipt_line),
            po_number, line, -packs, NULL, shown_at::DATE, shown_at::DATE, shown_at
        FROM sent_back;
"""

SELECTS = {
    "VendorsV2": """
        SELECT source_pk AS VendorAccountNumber, name AS VendorOrganizationName, left(upper(name), 20) AS VendorSearchName,
            '10' AS VendorGroupId, 'USD' AS CurrencyCode, terms(payment_terms_days) AS DefaultPaymentTermsName,
            ein AS IRS1099FederalTaxId, if(is_active, 'No', 'All') AS VendorHoldStatus, 'No' AS IsVendorLocked,
            source_pk AS InvoiceVendorAccountNumber, street AS AddressStreet, city AS AddressCity,
            postal_code AS AddressZipCode, 'USA' AS AddressCountryRegionId,
            since AS ModifiedDateTime, since AS _from
        FROM supplier_record CROSS JOIN (SELECT TIMESTAMP '2021-05-03 09:00:00' AS since)""",
    "ReleasedProductsV2": """
        WITH record AS (
            SELECT r.*, item_class, list_price, replaced_on::TIMESTAMP + INTERVAL 9 HOUR AS replaced_at,
                coalesce(created_on, DATE '2021-05-03')::TIMESTAMP + INTERVAL 9 HOUR AS since
            FROM item_record AS r JOIN truth_item USING (item_id)),
        state AS (
            SELECT *, is_active OR replaced_at IS NOT NULL AS is_ordered, since AS seen_at, replaced_at AS until
            FROM record
            UNION ALL SELECT *, false, replaced_at, NULL FROM record WHERE replaced_at IS NOT NULL)
        SELECT source_pk AS ItemNumber, source_pk AS ProductNumber, left(description, 20) AS SearchName,
            left(description, 60) AS ProductName, left(item_class, 10) AS ProductGroupId,
            base_uom AS InventoryUnitSymbol, purchase_uom AS PurchaseUnitSymbol,
            round(list_price * coalesce(pack, 1), 4) AS PurchasePrice, 1 AS PurchasePriceQuantity,
            round(list_price, 2) AS UnitCost, 1 AS UnitCostQuantity,
            left(manufacturer, 60) AS ManufacturerName, part_number AS ManufacturerItemNumber,
            gtin AS GlobalTradeItemNumber, if(is_ordered, 'Active', 'Obsolete') AS ProductLifecycleStateId,
            seen_at AS ModifiedDateTime, seen_at AS _from, until AS _until
        FROM state""",
    # A pack counted in itself needs no conversion, and of one whose factor nobody entered there is none.
    "ProductUnitOfMeasureConversions": """
        SELECT source_pk AS ProductNumber, purchase_uom AS FromUnitSymbol, base_uom AS ToUnitSymbol, pack AS Factor,
            1 AS Numerator, 1 AS Denominator, 0 AS InnerOffset, 0 AS OuterOffset,
            coalesce(created_on, DATE '2021-05-03')::TIMESTAMP + INTERVAL 9 HOUR AS _from
        FROM item_record WHERE purchase_uom <> base_uom AND pack IS NOT NULL""",
    "PurchaseOrderHeadersV2": """
        WITH head AS (
            SELECT po_number, any_value(supplier_number) AS vendor,
                any_value(supplier_name) AS vendor_name,
                any_value(order_date) AS order_date, min(requested_date) AS requested_date, any_value(site) AS site,
                min(warehouse(location, site, cost_center)) AS warehouse, any_value(payment_terms_days) AS days,
                min(dimensions(account, site, cost_center)) AS dimensions
            FROM order_line GROUP BY ALL),
        promise AS (
            SELECT po_number, seen_at, max(promised_date) AS promised_date FROM line_version GROUP BY ALL)
        SELECT purchase_order(po_number) AS PurchaseOrderNumber, vendor AS OrderVendorAccountNumber,
            vendor AS InvoiceVendorAccountNumber, vendor_name AS PurchaseOrderName,
            purchase_status(is_received, is_billed, is_cancelled) AS PurchaseOrderStatus,
            if(is_approved, 'Confirmed', 'InReview') AS DocumentApprovalStatus, 'USD' AS CurrencyCode,
            order_date AS AccountingDate, requested_date AS RequestedDeliveryDate, promised_date AS ConfirmedDeliveryDate,
            site AS DefaultReceivingSiteId, warehouse AS DefaultReceivingWarehouseId, 'MM' AS BuyerGroupId,
            terms(days) AS PaymentTermsName, dimensions AS DefaultLedgerDimensionDisplayValue,
            'Yes' AS IsChangeManagementActive, v.seen_at AS ModifiedDateTime, v.seen_at AS _from, v.until AS _until
        FROM order_version AS v JOIN promise USING (po_number, seen_at) JOIN head USING (po_number)""",
    "PurchaseOrderLinesV2": """
        SELECT purchase_order(po_number) AS PurchaseOrderNumber, line AS LineNumber, item_number AS ItemNumber,
            description AS LineDescription, quantity AS OrderedPurchaseQuantity, purchase_uom AS PurchaseUnitSymbol,
            price AS PurchasePrice, 1 AS PurchasePriceQuantity, round(quantity * price, 2) AS LineAmount,
            site AS ReceivingSiteId, warehouse(location, site, cost_center) AS ReceivingWarehouseId,
            requested_date AS RequestedDeliveryDate,
            promised_date AS ConfirmedDeliveryDate,
            purchase_status(v.is_received, v.is_billed, v.is_cancelled) AS PurchaseOrderLineStatus,
            'ThreeWayMatch' AS VendorInvoiceMatchingPolicy, item_class AS ProcurementProductCategoryName,
            supplier_item AS ExternalItemNumber, dimensions(account, site, cost_center) AS DefaultLedgerDimensionDisplayValue,
            if(v.is_cancelled AND NOT o.is_cancelled, 'Yes', 'No') AS IsDeleted, v.seen_at AS _from, v.until AS _until
        FROM line_version AS v JOIN order_version AS o USING (po_number, seen_at) JOIN order_line USING (po_number, line)""",
    "ProductReceiptHeaders": """
        SELECT DISTINCT number AS ProductReceiptNumber, purchase_order(po_number) AS PurchaseOrderNumber,
            supplier_number AS VendorAccountNumber, min(posted_date) OVER of_it AS ProductReceiptDate,
            min(arrived_date) OVER of_it AS DeliveryDate, min(shown_at) OVER of_it AS ModifiedDateTime,
            min(shown_at) OVER of_it AS _from
        FROM delivery JOIN order_line USING (po_number, line) WINDOW of_it AS (PARTITION BY number, po_number)""",
    "ProductReceiptLines": """
        SELECT number AS ProductReceiptNumber, purchase_order(po_number) AS PurchaseOrderNumber, place AS LineNumber,
            line AS PurchaseOrderLineNumber, item_number AS ItemNumber, delivery.packs AS ReceivedPurchaseQuantity,
            purchase_uom AS PurchaseUnitSymbol, warehouse(location, site, cost_center) AS ReceivingWarehouseId,
            posted_date AS ProductReceiptDate,
            lot AS ItemBatchNumber, shown_at AS _from
        FROM delivery JOIN order_line USING (po_number, line)""",
    "VendorInvoiceHeaders": """
        SELECT invoice_reference(invoice_id) AS HeaderReference, 'R' || right(bears_number_of, 8) AS InvoiceNumber,
            i.supplier_number AS VendorAccount, i.supplier_number AS InvoiceAccount,
            min(purchase_order(po_number)) AS PurchaseOrderNumber,
            invoice_date AS InvoiceDate, posted_date AS Date, invoice_date + payment_terms_days::INTEGER AS DueDate,
            currency AS Currency, gross AS InvoiceAmount, terms(payment_terms_days) AS TermsOfPayment, 'No' AS Cancelled,
            if(gross < 0, 'Yes', 'No') AS IsCreditNote, i.shown_at AS ModifiedDateTime, i.shown_at AS _from
        FROM invoice AS i LEFT JOIN invoice_line USING (invoice_id) GROUP BY ALL""",
    "VendorInvoiceLines": """
        WITH line AS (
            SELECT invoice_id, b.number, b.po_number, b.line, b.receipt_number, item_number, description, b.packs, b.price,
                b.amount, item_class AS category, purchase_uom,
                dimensions(coalesce(o.account, gl_account), i.site, coalesce(o.cost_center, gl_cost_center)) AS dimension
            FROM invoice_line AS b JOIN invoice AS i USING (invoice_id)
            LEFT JOIN order_line AS o ON o.po_number = b.po_number AND o.line = b.line
            UNION ALL BY NAME
            SELECT invoice_id, 9001 AS number, 'Freight' AS category, freight AS amount, 'Freight' AS description,
                dimensions('650100', site, NULL) AS dimension FROM invoice WHERE freight <> 0
            UNION ALL BY NAME
            SELECT invoice_id, 9002 AS number, 'Sales tax' AS category, tax AS amount, 'Sales tax' AS description,
                dimensions('650200', site, NULL) AS dimension FROM invoice WHERE tax <> 0)
        SELECT invoice_reference(invoice_id) AS HeaderReference,
            row_number() OVER (PARTITION BY invoice_id ORDER BY number) AS InvoiceLineNumber,
            purchase_order(po_number) AS PurchaseOrder, line AS PurchLineNumber,
            product_receipt(receipt_number) AS ProductReceiptNumber, item_number AS ItemNumber,
            description AS LineDescription, packs AS ReceiveNow, purchase_uom AS Unit, price AS UnitPrice,
            amount AS NetAmount, category AS ProcurementCategoryName, dimension AS DimensionDisplayValue,
            shown_at AS _from
        FROM line JOIN (SELECT invoice_id, shown_at FROM invoice) USING (invoice_id)""",
    # Stock is kept under one record of an item, the first that was not replaced, as far as the ERP is told: receipts when they
    # are posted, a day's other movements in its night. What is under way stands in a transit warehouse of the site. Without a
    # warehouse management nothing is ever reserved.
    "InventoryOnhand": """
        WITH store AS (SELECT code AS location, site, taken_over_at FROM truth_location JOIN site USING (site)),
        place AS (SELECT location, site FROM store UNION SELECT site || '-TRANSIT', site FROM store),
        told AS (
            SELECT erp_location AS location, site || '-TRANSIT' AS transit, item_id, movement,
                (date + INTERVAL 22 HOUR)::TIMESTAMP AS seen_at,
                erp_quantity * CASE erp_fault WHEN 'MISSING' THEN 0 WHEN 'DUPLICATE' THEN 2 ELSE 1 END AS quantity
            FROM truth_stock_movement JOIN store ON store.location = erp_location
            WHERE movement NOT IN ('RECEIPT', 'RETURN')),
        booked AS (
            SELECT location, item_id, taken_over_at AS seen_at, opening AS quantity
            FROM truth_inventory JOIN store USING (location)
            UNION ALL
            SELECT location, item_id, seen_at, quantity FROM told
            UNION ALL
            SELECT transit, item_id, seen_at, -quantity FROM told WHERE movement IN ('TRANSFER_OUT', 'TRANSFER_IN')
            UNION ALL
            SELECT o.location, o.item_id, r.shown_at, r.packs * o.eaches_per_pack
            FROM receipt AS r JOIN order_line AS o USING (po_number, line) WHERE o.location IS NOT NULL
            UNION ALL
            SELECT o.location, o.item_id, b.shown_at, -b.packs * o.eaches_per_pack
            FROM sent_back AS b JOIN order_line AS o USING (po_number, line) WHERE o.location IS NOT NULL),
        at_once AS (SELECT location, item_id, seen_at, sum(quantity) AS quantity FROM booked GROUP BY ALL),
        held AS (
            SELECT location, item_id, seen_at, sum(quantity) OVER so_far AS quantity, lead(seen_at) OVER so_far AS until
            FROM at_once WINDOW so_far AS (PARTITION BY location, item_id ORDER BY seen_at))
        SELECT source_pk AS ItemNumber, site AS InventorySiteId, location AS InventoryWarehouseId,
            base_uom AS InventoryUnitSymbol, quantity AS OnHandQuantity, quantity AS AvailableOnHandQuantity,
            0 AS ReservedOnHandQuantity, 0 AS OrderedQuantity, 0 AS OnOrderQuantity, seen_at AS _from, until AS _until
        FROM held JOIN place USING (location) JOIN item_record AS r
            ON r.item_id = held.item_id AND r.from_thousandth = 0 AND r.replaced_on IS NULL""",
    "GeneralJournalAccountEntries": """
        WITH entry AS (
            SELECT gl.*, dense_rank() OVER (ORDER BY source) AS kind, site.site FROM truth_gl_line AS gl
            JOIN site USING (company))
        SELECT 'V' || lpad(kind::VARCHAR, 2, '0') || '-' || lpad(document::VARCHAR, 8, '0') AS SubledgerVoucher,
            row_number() OVER (PARTITION BY source, document ORDER BY posting_date, account, cost_center, amount)
                AS LineNumber,
            'J' || strftime(posting_date, '%Y%m') AS JournalNumber, posting_date AS AccountingDate,
            year(posting_date + INTERVAL 3 MONTH)::VARCHAR AS FiscalYear,
            month(posting_date + INTERVAL 3 MONTH)::VARCHAR AS FiscalPeriod, account AS MainAccount,
            dimensions(account, site, cost_center) AS LedgerAccountDisplayValue,
            amount AS AccountingCurrencyAmount, 'USD' AS TransactionCurrencyCode,
            left(source, 1) || lower(replace(substr(source, 2), '_', ' ')) AS Text, source AS PostingType,
            CASE source WHEN 'INVOICE' THEN 'VI-' || lpad((document + 1)::VARCHAR, 8, '0')
                WHEN 'RECEIPT' THEN 'PR-' || lpad((document + 1)::VARCHAR, 8, '0') END AS DocumentNumber,
            (posting_date + INTERVAL 22 HOUR)::TIMESTAMP AS ModifiedDateTime, ModifiedDateTime AS _from
        FROM entry""",
}


def write_d365(truth: Path, folder: Path) -> dict[str, int]:
    """Write every entity of the Dynamics 365 system from the truth's files; returns the rows (versions) of each."""
    connection = open_truth(truth)
    connection.execute(VIEWS)
    master_records(connection, SOURCE)
    order_views(connection)
    connection.execute(DELIVERIES)
    return {each.name: _write(connection, each, folder / f"{each.file}.parquet") for each in SETS}


def _write(connection: duckdb.DuckDBPyConnection, entity_set: EntitySet, file: Path) -> int:
    company = f"'{COMPANY}' AS dataAreaId, " if "dataAreaId" in entity_set.by_name else ""
    select = f"SELECT {company}* FROM ({SELECTS[entity_set.name]})"
    # A date is kept as a date: that it is shown at noon is the server's affair.
    columns = {each.column: "DATE" if each.kind == "NoonDate" else each.sql_type for each in entity_set.properties}
    return write_rows(connection, select, columns, ", ".join(f'"{part}"' for part in entity_set.key), file)
