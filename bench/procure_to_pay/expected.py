"""What truly holds of orders and invoices of the demo network, in words that marts are held against.

Belongs here: SQL over the truth's tables, which knows nothing of parline's models. Not here: comparing (scores.py).

A system's number of a document ends in the truth's: 5100000012 and IV00000012, 4500000007 and PO00000007.
"""

import duckdb

# Codes of the truth, and the code of cfg_exception_code that says the same; others are no exception of the match.
CODES = {
    "DUPLICATE_SUSPECT": "DUPLICATE_SUSPECT", "UOM": "UOM_MISMATCH", "QTY_OVER": "QTY_OVER_INVOICED",
    "PRICE_OVER": "PRICE_OVER", "UNMATCHED_CREDIT": "CREDIT_UNMATCHED",
}  # fmt: skip

# Billed lines that systems have shown by the day, with what is wrong with them. Quantities are purchase packs.
#  - A price below the order's is no exception within the tenth that cfg_match_policy allows (implants: nothing).
#  - A bill takes the receipt that it is for. Where that was posted on a wrong line, what others posted wrongly on the bill's
#    line may stand in for it; else nothing was received. Bills in the order of their posting may not take more than was
#    ordered; a copy takes nothing more, and a bill that replaces a credited one takes what that took. What went back before it
#    was billed, without a credit, was not there to be billed; what goes back later waits for its credit.
LINES = """
    CREATE TEMP TABLE ordered AS
    SELECT po_number, line, arg_max(packs, version) AS packs FROM truth_order_change
    WHERE changed_at < $day GROUP BY ALL;

    CREATE TEMP TABLE strayed AS
    SELECT po_number, posted_line AS line, sum(packs) AS packs FROM truth_receipt_line
    WHERE posted_line <> line AND posted_date < $day GROUP BY ALL;

    CREATE TEMP TABLE billed AS
    SELECT found.*, o.price AS ordered_price, kind, i.posted_date, is_currency_wrong,
        contains(lower(item_class), 'implant') AS is_implant,
        CASE WHEN kind = 'REBILL' THEN found.packs WHEN kind = 'INVOICE' AND replaced.invoice_id IS NULL THEN receipt.packs
             ELSE 0 END AS taken,
        coalesce(gone.packs, 0) AS gone,
        receipt.posted_line <> found.line OR receipt.posted_date >= $day AS is_astray,
        row_number() OVER (
            PARTITION BY invoice_id, found.po_number, amount
            ORDER BY found.line, found.receipt_number, found.receipt_line, code) AS place,
        coalesce(sum(taken) OVER (
            PARTITION BY found.po_number, found.line
            ORDER BY i.posted_date, invoice_id, found.receipt_number, found.receipt_line
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS taken_before
    FROM truth_exception AS found JOIN truth_invoice AS i USING (invoice_id)
    LEFT JOIN truth_receipt_line AS receipt USING (receipt_number, receipt_line)
    LEFT JOIN (SELECT DISTINCT refers_to AS invoice_id FROM truth_invoice
               WHERE kind = 'REBILL_CREDIT' AND posted_date < $day) AS replaced ON replaced.invoice_id = i.invoice_id
    LEFT JOIN LATERAL (
        SELECT sum(back.packs) AS packs FROM truth_return_line AS back
        LEFT JOIN truth_invoice AS credit ON credit.invoice_id = credit_invoice_id AND credit.posted_date < $day
        WHERE back.receipt_number = found.receipt_number AND back.receipt_line = found.receipt_line
            AND returned_at::DATE <= i.posted_date AND credit.invoice_id IS NULL) AS gone ON true
    LEFT JOIN truth_order_line AS o ON o.po_number = found.po_number AND o.line = found.line
    LEFT JOIN truth_item USING (item_id)
    WHERE i.posted_date < $day;

    CREATE TEMP TABLE expected AS
    SELECT *, (SELECT arg_min(code, precedence) FROM precedence WHERE list_contains(codes, code)) AS primary_code
    FROM (
        SELECT billed.*, [
            CASE code {codes} END,
            CASE WHEN code = 'PRICE_UNDER' AND (is_implant OR price < ordered_price * 0.9) THEN 'PRICE_UNDER' END,
            CASE WHEN is_currency_wrong THEN 'CURRENCY_MISMATCH' END,
            CASE WHEN taken > 0 AND (gone >= taken OR is_astray AND coalesce(strayed.packs, 0) < taken) THEN 'RECEIPT_MISSING'
                 WHEN taken > 0 AND gone > 0 THEN 'QTY_OVER_INVOICED' END,
            CASE WHEN taken > 0 AND taken_before + taken > ordered.packs THEN 'QTY_OVER_ORDERED' END
        ] AS codes
        FROM billed LEFT JOIN ordered USING (po_number, line) LEFT JOIN strayed USING (po_number, line));
"""


def prepare(connection: duckdb.DuckDBPyConnection, day: str) -> None:
    """Makes the table `expected` as of the morning of a day; the truth's tables and `precedence` must be there."""
    codes = " ".join(f"WHEN '{own}' THEN '{ours}'" for own, ours in CODES.items())
    for statement in LINES.format(codes=codes).split(";"):
        if "$day" in statement:
            connection.execute(statement.replace("$day", f"DATE '{day}'"))
        elif statement.strip():
            connection.execute(statement)


# Where each order line is on a day, of which every fact is dated: what is cancelled, received on the line on which it was
# posted, billed, held, matched and paid by then. Left out is what no source shows: answers of suppliers, shipments, payments in
# Dynamics, and the day of a cancellation. The order of the states is that of the design: the furthest that a line got.
STATES = """
    WITH change AS (
        SELECT po_number, line, arg_max(packs, version) FILTER (changed_at::DATE <= $at) AS packs,
            bool_or(kind = 'CANCELLED') AS is_cancelled
        FROM truth_order_change WHERE changed_at < $day GROUP BY ALL),
    receipt AS (
        SELECT po_number, posted_line AS line, sum(packs) AS packs FROM truth_receipt_line
        WHERE arrived_date <= $at AND posted_date < $day GROUP BY ALL),
    back AS (
        SELECT r.po_number, posted_line AS line, sum(r.packs) AS packs
        FROM truth_return_line AS r JOIN truth_receipt_line USING (receipt_number, receipt_line)
        WHERE returned_at::DATE <= $at GROUP BY ALL),
    bill AS (
        SELECT e.po_number, e.line,
            sum(e.packs) FILTER (e.packs > 0 AND e.kind <> 'COPY') AS billed, sum(e.packs) FILTER (e.kind <> 'COPY') AS net,
            bool_or(primary_code IS NOT NULL) AS is_held,
            sum(e.packs) FILTER (primary_code IS NULL AND coalesce(r.arrived_date, e.posted_date) <= $at) AS matched,
            sum(e.packs) FILTER (payment_date <= $at AND e.kind <> 'COPY') AS paid,
            coalesce(bool_or(payment_date <= $at), false) AS is_paid_on
        FROM expected AS e JOIN truth_invoice USING (invoice_id)
        JOIN truth_site ON site = truth_site.code
        LEFT JOIN truth_payment ON truth_payment.payment_id = truth_invoice.payment_id AND erp <> 'd365'
        LEFT JOIN truth_receipt_line AS r USING (receipt_number, receipt_line)
        WHERE e.posted_date <= $at GROUP BY ALL)
    SELECT po_number, line, CASE
        WHEN change.is_cancelled AND coalesce(receipt.packs, 0) = 0 THEN 'CANCELLED'
        WHEN is_paid_on AND coalesce(paid, 0) >= least(coalesce(receipt.packs, 0) - coalesce(back.packs, 0), change.packs)
            AND coalesce(receipt.packs, 0) >= change.packs THEN 'PAID'
        WHEN is_paid_on THEN 'PAID_PARTIAL'
        WHEN is_held THEN 'INVOICED_EXCEPTION'
        WHEN billed > 0 AND coalesce(matched, 0) >= net THEN 'MATCHED'
        WHEN billed > 0 THEN 'INVOICED'
        WHEN receipt.packs >= change.packs THEN 'RECEIVED'
        WHEN receipt.packs > 0 THEN 'RECEIVED_PARTIAL'
        ELSE 'ORDERED' END AS state
    FROM truth_order_line JOIN change USING (po_number, line) LEFT JOIN receipt USING (po_number, line)
    LEFT JOIN back USING (po_number, line) LEFT JOIN bill USING (po_number, line)
    WHERE order_date <= $at
"""


def states_sql(day: str, at: str) -> str:
    """SQL of (po_number, line, state) of every line ordered by the day `at`; `day`: the morning as of which it is known."""
    return STATES.replace("$day", f"DATE '{day}'").replace("$at", f"DATE '{at}'")
