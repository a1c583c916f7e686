"""SAP's books: journal entry items, and the items of accounts payable with what cleared them.

Belongs here: how the ledger of SAP's company looks: document numbers, types, references, clearing. Not here: what posts.

Documents are numbered as they are posted: the fiscal period, and the number within it. A document is there from the moment
on which what it books is shown; what has no document of its own is booked in the night of its day. An invoice is an open item
until it is paid: then its item in accounts payable has a version that names the payment.
"""

from pathlib import Path

import duckdb

from simulator.serve.odata.model import EntitySet
from simulator.systems.sap.numbers import COMPANY
from simulator.systems.sap.parts import Parts

JOURNAL, PAYABLES = "A_JournalEntryItemBasic", "A_OperationalAcctgDocItemCube"
PAYABLE = "200100"

VIEWS = f"""
    CREATE TEMP TABLE entry AS
        WITH posted AS (
            SELECT DISTINCT source, document, posting_date, fiscal_month FROM truth_gl_line WHERE company = '{COMPANY}'),
        known AS (
            SELECT 'INVOICE' AS source, number_of(invoice_id) - 1 AS document, 'RE' AS type, shown_at,
                supplier_invoice(invoice_id) AS reference, 'RMRP' AS reference_type, supplier_number AS supplier,
                invoice_date AS document_date
            FROM invoice
            UNION ALL
            SELECT 'RECEIPT', number_of(receipt_number) - 1, 'WE', min(shown_at), goods_receipt(receipt_number), 'MKPF',
                any_value(supplier_number), min(arrived_date)
            FROM receipt JOIN (SELECT po_number, line, supplier_number FROM order_line) USING (po_number, line)
            GROUP BY receipt_number
            UNION ALL
            SELECT 'PAYMENT', number_of(payment_id) - 1, 'ZP', min(paid_at), NULL, NULL, any_value(supplier_number), NULL
            FROM invoice WHERE paid_at IS NOT NULL GROUP BY payment_id)
        SELECT source, document, posting_date, fiscal_month, fiscal_year(posting_date) AS year,
            right(fiscal_period(posting_date), 2) || lpad(row_number() OVER (
                PARTITION BY fiscal_month ORDER BY posting_date, source, document)::VARCHAR, 8, '0') AS number,
            coalesce(type, if(source = 'STOCK_USE', 'WA', 'SA')) AS type, reference, reference_type, supplier,
            coalesce(document_date, posting_date) AS document_date,
            coalesce(shown_at, (posting_date + INTERVAL 22 HOUR + INTERVAL (hash(source, document) % 3600) SECOND)::TIMESTAMP)
                AS shown_at,
            left(source, 1) || lower(replace(substr(source, 2), '_', ' ')) AS text
        FROM posted LEFT JOIN known USING (source, document);
    -- What cleared an item of accounts payable: of an invoice its payment, of a payment itself.
    CREATE TEMP TABLE clearing AS
        WITH payment AS (
            SELECT document, number AS cleared_by, posting_date AS cleared_on, year AS cleared_in, shown_at AS cleared_at
            FROM entry WHERE source = 'PAYMENT')
        SELECT 'INVOICE' AS source, number_of(invoice_id) - 1 AS document, '{PAYABLE}' AS account, payment.* EXCLUDE (document)
        FROM invoice JOIN payment ON payment.document = number_of(payment_id) - 1 WHERE paid_at IS NOT NULL
        UNION ALL SELECT 'PAYMENT', document, '{PAYABLE}', payment.* EXCLUDE (document) FROM payment;
"""

# The lines of a fiscal month, those of accounts payable once before and once from their clearing.
LINES = f"""
    WITH line AS (
        SELECT entry.*, gl.line, account, cost_center, amount, cleared_by, cleared_on, cleared_in, cleared_at
        FROM truth_gl_line AS gl JOIN entry USING (source, document, posting_date, fiscal_month)
        LEFT JOIN clearing USING (source, document, account)
        WHERE company = '{COMPANY}' AND fiscal_month = {{month}} AND {{condition}}),
    version AS (
        SELECT * REPLACE (NULL AS cleared_by, NULL AS cleared_on, NULL AS cleared_in), shown_at AS seen_at,
            cleared_at AS until
        FROM line WHERE cleared_at IS NULL OR cleared_at > shown_at
        UNION ALL SELECT *, cleared_at, NULL FROM line WHERE cleared_at IS NOT NULL)
    SELECT '{COMPANY}' AS CompanyCode, year AS FiscalYear, number AS AccountingDocument,
        lpad(line::VARCHAR, 6, '0') AS LedgerGLLineItem, type AS AccountingDocumentType, account AS GLAccount,
        cost_center AS CostCenter, if(amount < 0, 'H', 'S') AS DebitCreditCode, amount AS AmountInCompanyCodeCurrency,
        'USD' AS CompanyCodeCurrency, posting_date AS PostingDate, document_date AS DocumentDate,
        fiscal_period(posting_date) AS FiscalPeriod, if(account = '{PAYABLE}', supplier, '') AS Supplier,
        cleared_on AS ClearingDate, cleared_by AS ClearingAccountingDocument, seen_at AS LastChangeDateTime,
        {{others}}, seen_at AS _from, until AS _until
    FROM version"""
OTHERS = {
    JOURNAL: """
        '0L' AS Ledger, reference AS ReferenceDocument, reference_type AS ReferenceDocumentType, false AS IsReversal,
        false AS IsReversed, text AS DocumentItemText""",
    PAYABLES: """
        lpad(line::VARCHAR, 3, '0') AS AccountingDocumentItem, reference || year AS OriginalReferenceDocument,
        cleared_in AS ClearingDocFiscalYear""",
}
CONDITIONS = {JOURNAL: "true", PAYABLES: f"account = '{PAYABLE}'"}


def write_ledger(connection: duckdb.DuckDBPyConnection, sets: dict[str, EntitySet], folder: Path) -> dict[str, int]:
    """Write both sets, fiscal month by month: of a large world more would not fit at once. Returns the rows of each."""
    months = connection.execute("SELECT DISTINCT fiscal_month FROM entry ORDER BY 1").fetchall()
    rows = {}
    for name, others in OTHERS.items():
        with Parts(connection, sets[name], folder) as written:
            for (month,) in months:
                written.add(LINES.format(month=month, condition=CONDITIONS[name], others=others))
        rows[name] = written.rows
    return rows
