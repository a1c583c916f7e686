"""What the Oracle Fusion system of the network shows: its resources with nested children, in versions over time.

Belongs here: how the network's facts look in Fusion (numbers, statuses, children) and when each version begins. Not here:
names and types of the resources (simulator/serve/oracle), the facts (simulator/network). One SELECT per resource.

H5 keeps its books elsewhere until its cut-over. In that night Oracle takes over what is still open there, stamped with
the night: each order line with the quantity that was not yet both received and billed, the receipts that nobody had
billed, and the unpaid invoices, each with one line and without its order. What was settled before never comes here.
"""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from simulator.network.calendar import CUT_OVER_H5, month_start
from simulator.network.places import ORACLE
from simulator.serve.oracle.resources import RESOURCES
from simulator.systems.masters import master_records
from simulator.systems.orders import order_views
from simulator.systems.truth import open_truth, ordered_rows, write_rows

SOURCE = "oracle_fusion"

DOCUMENTS_IN_PART, ROWS_IN_GROUP = 20_000, 10_000
# Every document and master has an id of 15 digits that is unique in all of Oracle, and a number that people use.
VIEWS = f"""
    -- Documents with children are made some at a time, in the order of their numbers.
    CREATE TEMP MACRO in_part(document) AS
        number_of(document) >= getvariable('first') AND number_of(document) < getvariable('first') + {DOCUMENTS_IN_PART};
    CREATE TEMP MACRO header_id(po) AS 300100000000000 + number_of(po);
    CREATE TEMP MACRO line_id(po, line) AS 300200000000000 + number_of(po) * 1000 + line;
    CREATE TEMP MACRO schedule_id(po, line) AS 300300000000000 + number_of(po) * 1000 + line;
    CREATE TEMP MACRO distribution_id(po, line) AS 300400000000000 + number_of(po) * 1000 + line;
    CREATE TEMP MACRO transaction_id(receipt, line, step) AS
        300500000000000 + number_of(receipt) * 10000 + line * 10 + step;
    CREATE TEMP MACRO return_id(document) AS 300590000000000 + number_of(document);
    CREATE TEMP MACRO invoice_key(invoice) AS 300600000000000 + number_of(invoice);
    CREATE TEMP MACRO check_id(payment) AS 300700000000000 + number_of(payment);
    CREATE TEMP MACRO supplier_key(number) AS 300800000000000 + number;
    CREATE TEMP MACRO item_key(number) AS 300900000000000 + number;
    CREATE TEMP MACRO order_number(po) AS '2' || right(po, 8);
    CREATE TEMP MACRO receipt_text(receipt) AS '7' || right(receipt, 8);
    CREATE TEMP MACRO combination(company, center, account) AS company || '-' || coalesce(center, '00000') || '-' || account;
    CREATE TEMP MACRO terms(days) AS 'Net ' || days;
    CREATE TEMP MACRO status(approved, received, billed, cancelled) AS CASE
        WHEN NOT approved THEN 'PENDING APPROVAL' WHEN cancelled THEN 'CANCELED'
        WHEN received AND billed THEN 'CLOSED' WHEN received THEN 'CLOSED FOR RECEIVING'
        WHEN billed THEN 'CLOSED FOR INVOICING' ELSE 'OPEN' END;

    CREATE TEMP VIEW site AS
        SELECT code AS site, company, 'Meridian Community BU' AS business_unit,
            CASE code WHEN 'H5' THEN DATE '{month_start(CUT_OVER_H5)}' ELSE DATE '1900-01-01' END AS first_day,
            (first_day + INTERVAL 2 HOUR)::TIMESTAMP AS taken_over_at
        FROM truth_site WHERE erp = '{ORACLE}';
"""

# The greatest number of the documents that are made in parts.
NUMBERED = {
    "purchaseOrders": "SELECT max(number_of(po_number)) FROM order_line",
    "invoices": "SELECT max(number_of(invoice_id)) FROM invoice",
}
SELECTS = {
    "purchaseOrders": """
        WITH line AS (
            SELECT po_number, seen_at, struct_pack(
                POLineId := line_id(po_number, line), LineNumber := line, LineType := 'Goods', StatusCode := status,
                ItemId := item_key(item_place), Item := item_number, Description := description, Category := item_class,
                SupplierItem := supplier_item, Quantity := quantity, UOMCode := purchase_uom, Price := price,
                SourceAgreement := contract_number, SourceAgreementLine := contract_line, CreditFlag := false,
                schedules := [struct_pack(
                    LineLocationId := schedule_id(po_number, line), ScheduleNumber := 1, StatusCode := status,
                    Quantity := quantity, ShipToOrganizationCode := site,
                    ShipToLocationCode := coalesce(location, site || '-' || cost_center),
                    DestinationTypeCode := if(location IS NULL, 'EXPENSE', 'INVENTORY'),
                    RequestedDeliveryDate := requested_date, PromisedDeliveryDate := promised_date,
                    InvoiceMatchOptionCode := 'R', MatchApprovalLevelCode := '3', AccrueAtReceiptFlag := true,
                    OverReceiptTolerancePercent := 0, InvoiceCloseTolerancePercent := 0,
                    ReceiptCloseTolerancePercent := 0,
                    distributions := [struct_pack(
                        PODistributionId := distribution_id(po_number, line), DistributionNumber := 1,
                        POChargeAccount := combination(company, cost_center, account), Quantity := quantity,
                        Percent := 100)])]) AS shown
            FROM (
                SELECT *, status(is_approved, is_received, is_billed, is_cancelled) AS status FROM line_version
                WHERE in_part(po_number))
            JOIN order_line USING (po_number, line)),
        -- By their first field. An ORDER BY inside of list() takes eight times as long for what is so wide.
        lines AS (SELECT po_number, seen_at, list_sort(list(shown)) AS lines FROM line GROUP BY ALL),
        head AS (
            SELECT po_number, any_value(business_unit) AS business_unit, any_value(order_date) AS order_date,
                any_value(entered_at) AS entered_at, any_value(supplier_place) AS supplier_place,
                any_value(supplier_name) AS supplier_name, any_value(payment_terms_days) AS days
            FROM order_line WHERE in_part(po_number) GROUP BY ALL)
        SELECT header_id(po_number) AS POHeaderId, order_number(po_number) AS OrderNumber,
            status(is_approved, is_received, is_billed, is_cancelled) AS StatusCode,
            left(StatusCode, 1) || lower(substr(StatusCode, 2)) AS Status, business_unit AS ProcurementBU,
            'Meridian Community Hospitals' AS SoldToLegalEntity, supplier_key(supplier_place) AS SupplierId,
            supplier_name AS Supplier, 'MAIN' AS SupplierSite, 'USD' AS CurrencyCode, order_date AS OrderDate,
            terms(days) AS PaymentTerms, 'Prepaid and add' AS FreightTerms, 'Destination' AS FOB,
            entered_at AS CreationDate, v.seen_at AS LastUpdateDate, lines, v.seen_at AS _from, v.until AS _until
        FROM order_version AS v JOIN lines USING (po_number, seen_at) JOIN head USING (po_number)""",
    "receivingTransactionsHistory": """
        WITH step AS (
            SELECT receipt.*, s.step, s.kind, packs AS quantity, transaction_id(receipt_number, receipt_line, s.step) AS id,
                CASE s.step WHEN 2 THEN transaction_id(receipt_number, receipt_line, 1) END AS parent,
                shown_at + INTERVAL (s.step - 1) MINUTE AS seen_at, arrived_date AS day
            FROM receipt CROSS JOIN (VALUES (1, 'RECEIVE'), (2, 'DELIVER')) AS s(step, kind)
            UNION ALL BY NAME
            SELECT receipt.*, 3 AS step, 'RETURN TO VENDOR' AS kind, sent_back.packs AS quantity,
                return_id(sent_back.document) AS id, transaction_id(receipt_number, receipt_line, 2) AS parent,
                sent_back.shown_at AS seen_at, sent_back.shown_at::DATE AS day
            FROM sent_back JOIN receipt USING (receipt_number, receipt_line))
        SELECT id AS TransactionId, kind AS TransactionType, day::TIMESTAMP + INTERVAL 14 HOUR AS TransactionDate,
            parent AS ParentTransactionId, receipt_text(receipt_number) AS ReceiptNumber,
            receipt_line AS ReceiptLineNumber, shipment AS ShipmentNumber, header_id(po_number) AS POHeaderId,
            order_number(po_number) AS PONumber, line_id(po_number, line) AS POLineId, line AS POLineNumber,
            1 AS POScheduleNumber, item_key(item_place) AS ItemId, item_number AS ItemNumber,
            description AS ItemDescription, step.quantity AS Quantity, purchase_uom AS UOMCode,
            step.quantity * eaches_per_pack AS PrimaryQuantity, base_uom AS PrimaryUOMCode, site AS OrganizationCode,
            if(kind = 'DELIVER', location, NULL) AS Subinventory, if(location IS NULL, 'EXPENSE', 'INVENTORY')
                AS DestinationTypeCode,
            supplier_key(supplier_place) AS VendorId, supplier_name AS VendorName,
            CASE WHEN lot IS NULL THEN [] ELSE [struct_pack(LotNumber := lot, LotExpirationDate := expiry_date,
                TransactionQuantity := step.quantity)] END AS lots,
            [] AS serials, seen_at AS CreationDate, seen_at AS LastUpdateDate, seen_at AS _from
        FROM step JOIN order_line USING (po_number, line)""",
    "invoices": """
        WITH state AS (
            SELECT invoice_id, shown_at AS seen_at, false AS is_valid, false AS is_paid
            FROM invoice WHERE NOT is_taken_over
            UNION ALL SELECT invoice_id, if(is_taken_over, shown_at, valid_at), true, false FROM invoice
            UNION ALL SELECT invoice_id, paid_at, true, true FROM invoice WHERE paid_at IS NOT NULL),
        billed AS (
            SELECT invoice_id, list(struct_pack(
                LineNumber := l.number, LineType := 'Item', LineAmount := l.amount, Description := description,
                Quantity := l.packs, UnitPrice := l.price, UOM := purchase_uom,
                PurchaseOrderNumber := order_number(l.po_number), PurchaseOrderLineNumber := l.line,
                PurchaseOrderScheduleNumber := if(l.po_number IS NULL, NULL, 1),
                ReceiptNumber := receipt_text(l.receipt_number), ReceiptLineNumber := l.receipt_line,
                DistributionCombination := combination(
                    i.company, coalesce(o.cost_center, gl_cost_center), coalesce(o.account, gl_account))
                ) ORDER BY l.number) AS items, min(order_number(l.po_number)) AS order_text,
                max(l.arrived_date) AS goods_received
            FROM invoice_line AS l JOIN invoice AS i USING (invoice_id)
            LEFT JOIN order_line AS o ON o.po_number = l.po_number AND o.line = l.line
            WHERE in_part(invoice_id) GROUP BY ALL),
        -- What is beside the items: freight and tax, or all that is known of an invoice that was taken over.
        extra AS (
            SELECT invoice_id, list(struct_pack(LineNumber := 900 + place, LineType := kind, LineAmount := amount,
                Description := text, DistributionCombination := combination(company, NULL, account)) ORDER BY place) AS rest
            FROM (
                SELECT invoice_id, company, unnest([
                    {'place': 1, 'kind': 'Freight', 'amount': freight, 'text': 'Freight', 'account': '650100'},
                    {'place': 2, 'kind': 'Tax', 'amount': tax, 'text': 'Sales tax', 'account': '650200'}], recursive := true)
                FROM invoice WHERE NOT is_taken_over
                UNION ALL BY NAME
                SELECT invoice_id, company, 0 AS place, 'Miscellaneous' AS kind, gross AS amount,
                    'Balance taken over' AS text, '200100' AS account
                FROM invoice WHERE is_taken_over)
            WHERE (amount <> 0 OR kind = 'Miscellaneous') AND in_part(invoice_id) GROUP BY ALL)
        SELECT invoice_key(invoice_id) AS InvoiceId, 'R' || right(bears_number_of, 8) AS InvoiceNumber,
            gross AS InvoiceAmount, currency AS InvoiceCurrency, 'USD' AS PaymentCurrency, invoice_date AS InvoiceDate,
            business_unit AS BusinessUnit, supplier_name AS Supplier, supplier_number AS SupplierNumber,
            'MAIN' AS SupplierSite, if(gross < 0, 'Credit memo', 'Standard') AS InvoiceType,
            if(is_taken_over, 'CONVERSION', 'Electronic Invoice') AS InvoiceSource, order_text AS PurchaseOrderNumber,
            terms(payment_terms_days) AS PaymentTerms, invoice_date AS TermsDate, goods_received AS GoodsReceivedDate,
            posted_date AS InvoiceReceivedDate, posted_date AS AccountingDate,
            if(is_valid, 'Validated', if(has_fault, 'Needs revalidation', 'Not validated')) AS ValidationStatus,
            'Not required' AS ApprovalStatus, if(is_paid, 'Paid', 'Unpaid') AS PaidStatus,
            if(is_paid, gross, 0) AS AmountPaid, false AS CanceledFlag, shown_at AS CreationDate,
            state.seen_at AS LastUpdateDate,
            list_transform(list_concat(items, rest), lambda l, place: struct_update(l, LineNumber := place)) AS invoiceLines,
            [struct_pack(InstallmentNumber := 1, DueDate := invoice_date + payment_terms_days::INTEGER, GrossAmount := gross,
                UnpaidAmount := if(is_paid, 0, gross))] AS invoiceInstallments,
            state.seen_at AS _from, lead(state.seen_at) OVER (PARTITION BY invoice_id ORDER BY state.seen_at) AS _until
        FROM state JOIN invoice USING (invoice_id) LEFT JOIN billed USING (invoice_id)
        LEFT JOIN extra USING (invoice_id) WHERE in_part(invoice_id)""",
    "payablesPayments": """
        WITH paid AS (
            SELECT payment_id, any_value(payment_date) AS day, any_value(business_unit) AS business_unit,
                any_value(payee_number) AS number, sum(gross) AS amount,
                min(paid_at) AS paid_at,
                list(struct_pack(InvoicePaymentId := 300650000000000 + number_of(invoice_id),
                    InvoiceId := invoice_key(invoice_id), InvoiceNumber := 'R' || right(bears_number_of, 8),
                    AmountPaid := gross, InvoiceDate := invoice_date, AccountingDate := payment_date)
                    ORDER BY invoice_id) AS invoices
            FROM invoice WHERE paid_at IS NOT NULL GROUP BY ALL),
        state AS (
            SELECT payment_id, paid_at AS seen_at, 'Negotiable' AS status FROM paid
            UNION ALL SELECT payment_id, paid_at + INTERVAL 3 DAY, 'Cleared' FROM paid)
        SELECT check_id(payment_id) AS CheckId, number_of(payment_id) AS PaymentId,
            number_of(payment_id) AS PaymentNumber, amount AS PaymentAmount, 'USD' AS PaymentCurrency,
            day AS PaymentDate, day AS AccountingDate, status AS PaymentStatus, 'Payment Process Request' AS PaymentType,
            'Electronic' AS PaymentMethod, business_unit AS BusinessUnit, payee.name AS Payee,
            paid.number AS SupplierNumber,
            'MAIN' AS SupplierSite, paid_at AS CreationDate, state.seen_at AS LastUpdateDate, invoices AS relatedInvoices,
            state.seen_at AS _from, lead(state.seen_at) OVER (PARTITION BY payment_id ORDER BY state.seen_at) AS _until
        FROM state JOIN paid USING (payment_id) JOIN supplier_record AS payee ON payee.source_pk = paid.number""",
    "suppliers": """
        SELECT supplier_key(number) AS SupplierId, name AS Supplier, source_pk AS SupplierNumber, ein AS TaxpayerId,
            if(is_active, 'ACTIVE', 'INACTIVE') AS Status, if(is_active, NULL, DATE '2024-06-30') AS InactiveDate,
            'SPEND_AUTHORIZED' AS BusinessRelationship, since AS CreationDate, since AS LastUpdateDate,
            [struct_pack(SupplierSiteId := 300810000000000 + number, SupplierSite := 'MAIN',
                ProcurementBU := 'Meridian Community BU', PaymentTerms := terms(payment_terms_days),
                PaySiteFlag := true, PurchasingSiteFlag := NOT is_remit_to)] AS sites,
            [struct_pack(SupplierAddressId := 300820000000000 + number, AddressName := 'HQ', AddressLine1 := street,
                City := city, PostalCode := postal_code,
                CountryCode := 'US', Status := 'ACTIVE')] AS addresses,
            since AS _from
        FROM supplier_record CROSS JOIN (SELECT TIMESTAMP '2019-01-07 09:00:00' AS since)""",
    # A record that another replaces is active until the day of it.
    "itemsV2": """
        WITH record AS (
            SELECT r.*, site, item_class, replaced_on::TIMESTAMP + INTERVAL 9 HOUR AS replaced_at,
                greatest(coalesce(created_on, DATE '2019-01-07')::TIMESTAMP + INTERVAL 9 HOUR, taken_over_at) AS since
            FROM item_record AS r JOIN truth_item USING (item_id) CROSS JOIN site),
        state AS (
            SELECT *, is_active OR replaced_at IS NOT NULL AS is_ordered, since AS seen_at, replaced_at AS until
            FROM record WHERE coalesce(since < replaced_at, true)
            UNION ALL SELECT *, false, greatest(since, replaced_at), NULL FROM record WHERE replaced_at IS NOT NULL)
        SELECT item_key(number) AS ItemId, source_pk AS ItemNumber, site AS OrganizationCode,
            description AS ItemDescription, base_uom AS PrimaryUOMValue,
            if(is_ordered, 'Active', 'Inactive') AS ItemStatusValue, item_class AS ItemClass, since AS CreationDateTime,
            seen_at AS LastUpdateDateTime,
            [struct_pack(ManufacturerName := manufacturer, ManufacturerPartNumber := part_number)]
                AS manufacturerPartNumbers,
            CASE WHEN gtin IS NULL THEN [] ELSE [struct_pack(UOMCode := base_uom, GTIN := gtin)] END AS gtinRelationships,
            CASE WHEN purchase_uom = base_uom OR pack IS NULL THEN [] ELSE [struct_pack(UOMCode := purchase_uom,
                BaseUOMCode := base_uom, ConversionRate := pack)] END AS uomConversions,
            seen_at AS _from, until AS _until
        FROM state""",
}


def write_oracle(truth: Path, folder: Path) -> dict[str, int]:
    """Write every resource of the Oracle system from the truth's files; returns the rows (versions) of each."""
    connection = open_truth(truth)
    connection.execute(VIEWS)
    master_records(connection, SOURCE)
    order_views(connection)
    return {
        resource.name: _write(connection, resource.name, folder / f"{resource.name}.parquet") for resource in RESOURCES
    }


def _write(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> int:
    declared = next(resource for resource in RESOURCES if resource.name == name)
    order = ", ".join(f'"{part}"' for part in declared.key)
    if name not in NUMBERED:
        return write_rows(connection, SELECTS[name], declared.columns, order, file)
    documents = ordered_rows(connection, SELECTS[name], declared.columns, order, file.name)
    last = connection.execute(NUMBERED[name]).fetchall()[0][0] or 0
    file.parent.mkdir(parents=True, exist_ok=True)
    writer, rows = None, 0
    for first in range(0, last + 1, DOCUMENTS_IN_PART):
        connection.execute("SET VARIABLE first = ?", [first])
        reader = connection.sql(documents).to_arrow_reader(ROWS_IN_GROUP)
        writer = writer or pq.ParquetWriter(file, reader.schema, compression="zstd")
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    if writer:
        writer.close()
    return rows
