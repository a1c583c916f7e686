"""SAP's supplier invoices: headers, items by order, by account, their assignments and taxes.

Belongs here: how an invoice looks when it is posted and when its payment is released. Not here: which are wrong (the truth).

What does not match its order is blocked for payment while somebody looks into it. An invoice has no stamp of its change. A
credit memo is an invoice of less than nothing: SAP says which it is, and all its amounts are positive. One that refers to
nothing is booked as a variance in price.
"""

VIEWS = """
    CREATE TEMP TABLE posted AS
        SELECT invoice_id, supplier_invoice(invoice_id) AS document, fiscal_year(posted_date) AS year, currency,
            gross < 0 AS is_credit
        FROM invoice;
    CREATE TEMP VIEW billed AS
        SELECT l.*, posted.document, posted.year, currency, is_credit, abs(l.amount) AS value, abs(l.packs) AS quantity
        FROM invoice_line AS l JOIN posted USING (invoice_id);
"""

SELECTS = {
    "A_SupplierInvoice": """
        WITH state AS (
            SELECT invoice_id, shown_at AS seen_at, has_fault AND gross > 0 AND valid_at > shown_at AS is_blocked,
                if(is_blocked, valid_at, NULL) AS until FROM invoice
            UNION ALL
            SELECT invoice_id, valid_at, false, NULL FROM invoice WHERE has_fault AND gross > 0 AND valid_at > shown_at)
        SELECT posted.document AS SupplierInvoice, posted.year AS FiscalYear, company AS CompanyCode,
            invoice_date AS DocumentDate, posted_date AS PostingDate, posted_date AS CreationDate,
            'R' || right(bears_number_of, 8) AS SupplierInvoiceIDByInvcgParty, supplier_number AS InvoicingParty,
            posted.currency AS DocumentCurrency, abs(gross) AS InvoiceGrossAmount, abs(freight) AS UnplannedDeliveryCost,
            terms(payment_terms_days) AS PaymentTerms, invoice_date AS DueCalculationBaseDate,
            payment_terms_days AS NetPaymentDays, if(is_blocked, 'R', '') AS PaymentBlockingReason,
            if(is_credit, 'KG', 'RE') AS AccountingDocumentType, '5' AS SupplierInvoiceStatus,
            1 AS DirectQuotedExchangeRate, original.document AS InvoiceReference,
            original.year AS InvoiceReferenceFiscalYear, if(is_credit, 'X', '') AS SupplierInvoiceIsCreditMemo,
            false AS IsReversal, false AS IsReversed, invoice_date AS InvoiceReceiptDate, seen_at AS _from, until AS _until
        FROM state JOIN invoice USING (invoice_id) JOIN posted USING (invoice_id)
        LEFT JOIN (SELECT invoice_id AS refers_to, document, year FROM posted) AS original USING (refers_to)""",
    "A_SuplrInvcItemPurOrdRef": """
        SELECT document AS SupplierInvoice, year AS FiscalYear, lpad(billed.number::VARCHAR, 6, '0') AS SupplierInvoiceItem,
            purchase_order(po_number) AS PurchaseOrder, item_text(line) AS PurchaseOrderItem, site AS Plant,
            goods_receipt(r.receipt_number) AS ReferenceDocument,
            year(r.posted_date)::VARCHAR AS ReferenceDocumentFiscalYear,
            if(r.receipt_number IS NULL, '', lpad(r.receipt_line::VARCHAR, 4, '0')) AS ReferenceDocumentItem,
            'I0' AS TaxCode, currency AS DocumentCurrency, value AS SupplierInvoiceItemAmount,
            purchase_uom AS PurchaseOrderQuantityUnit, billed.quantity AS QuantityInPurchaseOrderUnit,
            purchase_uom AS PurchaseOrderPriceUnit, billed.quantity AS QtyInPurchaseOrderPriceUnit,
            left(description, 50) AS SupplierInvoiceItemText, false AS IsFinallyInvoiced, billed.shown_at AS _from
        FROM billed JOIN order_line USING (po_number, line)
        -- An invoice that is posted before its receipt cannot name it.
        LEFT JOIN (SELECT receipt_number, receipt_line, posted_date, shown_at FROM receipt) AS r
            ON r.receipt_number = billed.receipt_number AND r.receipt_line = billed.receipt_line
            AND r.shown_at <= billed.shown_at""",
    "A_SuplrInvcItemAcctAssgmt": """
        SELECT document AS SupplierInvoice, year AS FiscalYear, lpad(billed.number::VARCHAR, 6, '0') AS SupplierInvoiceItem,
            '0001' AS OrdinalNumber, account AS GLAccount, cost_center AS CostCenter, currency AS DocumentCurrency,
            value AS SuplrInvcAcctAssignmentAmount, purchase_uom AS PurchaseOrderQuantityUnit,
            billed.quantity AS Quantity, 'I0' AS TaxCode, '01' AS AccountAssignmentNumber, billed.shown_at AS _from
        FROM billed JOIN order_line USING (po_number, line) WHERE location IS NULL""",
    "A_SupplierInvoiceItemGLAcct": """
        SELECT document AS SupplierInvoice, year AS FiscalYear, lpad(billed.number::VARCHAR, 4, '0') AS SupplierInvoiceItem,
            company AS CompanyCode, gl_account AS GLAccount, gl_cost_center AS CostCenter,
            if(is_credit, 'H', 'S') AS DebitCreditCode, currency AS DocumentCurrency, value AS SupplierInvoiceItemAmount,
            'I0' AS TaxCode, billed.shown_at AS _from
        FROM billed JOIN (SELECT invoice_id, company FROM invoice) USING (invoice_id) WHERE po_number IS NULL""",
    "A_SupplierInvoiceTax": """
        SELECT document AS SupplierInvoice, year AS FiscalYear, 'I1' AS TaxCode, '000001' AS SupplierInvoiceTaxCounter,
            posted.currency AS DocumentCurrency, abs(tax) AS TaxAmount, abs(gross - tax - freight) AS TaxBaseAmountInTransCrcy,
            shown_at AS _from
        FROM invoice JOIN posted USING (invoice_id) WHERE tax <> 0""",
}
