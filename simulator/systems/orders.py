"""Orders, receipts, invoices and returns of a system's sites, and the versions through which an order goes.

Belongs here: when each document is seen and what state it is in then, for every system that keeps its own purchasing.
Not here: how a system numbers and names them. Needs the records of items and suppliers (`masters.py`) and the view `site`
(site, company, business_unit, first_day, taken_over_at): the sites of the system, the day from which it keeps their
documents, and when it took over what was open before.

An order is entered, approved within hours, promised when its supplier answers, and each of its lines received and billed;
a line that the supplier rejects is cancelled, and one that never came after a month. Whenever one of its lines moves, the
order has a new version.
"""

import duckdb

from simulator.systems.truth import empty_where_missing

# What a world may not have yet.
OPTIONAL = {
    "truth_acknowledgement_line": """po_number VARCHAR, line BIGINT, sequence BIGINT, acknowledged_at TIMESTAMP,
        promised_date DATE""",
    "truth_order_change": "po_number VARCHAR, line BIGINT, changed_at TIMESTAMP, kind VARCHAR",
    "truth_shipment_line": "shipment VARCHAR, po_number VARCHAR, line BIGINT, lot VARCHAR, expiry_date DATE",
    "truth_return_line": """"return" VARCHAR, receipt_number VARCHAR, receipt_line BIGINT, returned_at TIMESTAMP,
        packs BIGINT""",
    "truth_contract_price": "po_number VARCHAR, line BIGINT, contract_number VARCHAR, contract_line BIGINT",
}

VIEWS = """
    -- An ERP shows a receipt on the line on which it was posted, now and then a wrong one.
    CREATE TEMP VIEW receipt_line AS
        SELECT * REPLACE (posted_line AS line), line AS true_line FROM truth_receipt_line;
    CREATE TEMP TABLE dated_receipt AS
        WITH billed AS (
            SELECT receipt_number, receipt_line, min(posted_date) AS billed_date
            FROM truth_exception JOIN truth_invoice USING (invoice_id) SEMI JOIN site USING (site)
            WHERE receipt_number IS NOT NULL GROUP BY ALL)
        SELECT r.*, posted_date < first_day AS is_taken_over,
            is_taken_over AND coalesce(billed_date < first_day, false) AS is_settled,
            -- What comes on the day of its order is posted when that is approved.
            if(is_taken_over, taken_over_at, greatest(
                at_work(posted_date, receipt_number), at_work(order_date, po_number) + INTERVAL 3 HOUR)) AS shown_at
        FROM receipt_line AS r JOIN truth_order_line USING (po_number, line) JOIN site USING (site)
        LEFT JOIN billed USING (receipt_number, receipt_line);
    CREATE TEMP TABLE receipt AS
        SELECT dated_receipt.*, coalesce(shipment, 'DN' || right(receipt_number, 8)) AS shipment, lot, expiry_date
        FROM dated_receipt LEFT JOIN (
            SELECT po_number, line, min(shipment) AS shipment, min(lot) AS lot, min(expiry_date) AS expiry_date
            FROM truth_shipment_line GROUP BY ALL) USING (po_number, line)
        WHERE NOT is_settled;
    CREATE TEMP TABLE order_line AS
        WITH settled AS (
            SELECT po_number, line, sum(packs) FILTER (is_settled) AS packs, bool_or(NOT is_settled) AS is_open
            FROM dated_receipt GROUP BY ALL)
        SELECT l.*, company, business_unit, l.packs - coalesce(settled.packs, 0) AS quantity,
            order_date < first_day AS is_taken_over, order_date + 7 AS requested_date,
            if(is_taken_over, taken_over_at, at_work(order_date, po_number)) AS entered_at,
            if(is_taken_over, entered_at, entered_at + INTERVAL (1200 + hash(po_number, 'approved') % 7200) SECOND)
                AS approved_at,
            contract_number, contract_line, manufacturer_part_number AS supplier_item, item_class,
            account, r.source_pk AS item_number, r.number AS item_place,
            r.description, r.purchase_uom, r.base_uom, s.source_pk AS supplier_number, s.number AS supplier_place,
            s.name AS supplier_name, s.payment_terms_days
        FROM truth_order_line AS l JOIN site USING (site) JOIN truth_item USING (item_id)
        JOIN item_record AS r
            ON r.item_id = l.item_id AND stands_for_line(
                r.from_thousandth, r.to_thousandth, r.from_date, r.to_date, l.po_number, l.line, order_date)
        JOIN supplier_record AS s
            ON s.supplier_id = l.supplier_id
            AND stands_at_site(s.from_thousandth, s.to_thousandth, l.supplier_id, l.site)
        -- What a place keeps is stock until it is used, whichever department the place is of.
        JOIN (SELECT name, code AS account FROM truth_account) AS a
            ON a.name = if(location IS NULL, item_class || ' expense', 'Inventory, ' || lower(item_class))
        LEFT JOIN settled USING (po_number, line) LEFT JOIN truth_contract_price USING (po_number, line)
        WHERE NOT is_taken_over OR quantity > 0 OR is_open;
    CREATE TEMP TABLE invoice AS
        SELECT i.*, company, business_unit, s.source_pk AS supplier_number, s.number AS supplier_place,
            s.name AS supplier_name, s.payment_terms_days, s.payee_pk AS payee_number, payment_date,
            if(copy_of IS NULL OR is_altered, invoice_id, copy_of) AS bears_number_of,
            posted_date < first_day AS is_taken_over, coalesce(faulty.has_fault, false) AS has_fault,
            if(is_taken_over, taken_over_at, greatest(at_work(posted_date, invoice_id), came_at + INTERVAL 5 MINUTE))
                AS shown_at,
            (payment_date + INTERVAL 20 HOUR + INTERVAL (hash(payment_id) % 3600) SECOND)::TIMESTAMP AS paid_at,
            -- Somebody looks into what does not match; it is settled before it is paid.
            least(shown_at + INTERVAL (if(has_fault, 120, 18)) HOUR, paid_at - INTERVAL 1 HOUR) AS valid_at
        FROM truth_invoice AS i JOIN site USING (site)
        JOIN supplier_record AS s
            ON s.supplier_id = i.supplier_id
            AND stands_at_site(s.from_thousandth, s.to_thousandth, i.supplier_id, i.site)
        LEFT JOIN (SELECT payment_id, payment_date FROM truth_payment) USING (payment_id)
        LEFT JOIN (SELECT invoice_id, bool_or(code <> 'CLEAN') AS has_fault FROM truth_exception GROUP BY ALL) AS faulty
            USING (invoice_id)
        -- What is posted on the day of its receipt is posted after it.
        LEFT JOIN (
            SELECT invoice_id, max(r.shown_at) AS came_at
            FROM truth_exception JOIN dated_receipt AS r USING (receipt_number, receipt_line)
            JOIN (SELECT invoice_id, posted_date FROM truth_invoice) USING (invoice_id, posted_date)
            GROUP BY invoice_id) USING (invoice_id)
        WHERE posted_date >= first_day OR coalesce(payment_date >= first_day, true);
    -- An order or receipt that is not kept here cannot be named by the invoice that bills it.
    CREATE TEMP TABLE invoice_line AS
        SELECT billed.invoice_id, row_number() OVER (PARTITION BY billed.invoice_id ORDER BY billed.line, billed.receipt_line)
                AS number,
            o.po_number, o.line, r.receipt_number, r.receipt_line, r.arrived_date, billed.packs, billed.price,
            billed.amount, billed.code, gl.account AS gl_account, gl.cost_center AS gl_cost_center, i.shown_at
        FROM truth_exception AS billed JOIN invoice AS i ON i.invoice_id = billed.invoice_id AND NOT i.is_taken_over
        LEFT JOIN order_line AS o ON o.po_number = billed.po_number AND o.line = billed.line
        LEFT JOIN receipt AS r ON r.receipt_number = billed.receipt_number AND r.receipt_line = billed.receipt_line
        -- What bills no order is a service, or a credit that refers to nothing.
        LEFT JOIN (
            SELECT document + 1 AS number, account, cost_center FROM truth_gl_line
            WHERE source = 'INVOICE' AND (account LIKE '660%' OR account = '650300')) AS gl
            ON gl.number = if(billed.po_number IS NULL, number_of(billed.invoice_id), NULL);
    CREATE TEMP TABLE sent_back AS
        SELECT b."return" AS document, receipt_number, receipt_line, r.po_number, r.line, b.packs, b.returned_at AS shown_at
        FROM truth_return_line AS b JOIN receipt AS r USING (receipt_number, receipt_line)
        JOIN order_line AS o ON o.po_number = r.po_number AND o.line = r.line
        JOIN site USING (site) WHERE b.returned_at >= taken_over_at;
"""

# From when a line is fully received, fully billed, cancelled, promised for a day; null: not yet.
VERSIONS = """
    -- greatest() would take the other where one is null.
    CREATE TEMP MACRO not_before(first, moment) AS if(moment < first, first, moment);
    CREATE TEMP TABLE line_history AS
        WITH received AS (
            SELECT po_number, line, shown_at, sum(packs) OVER (PARTITION BY po_number, line ORDER BY shown_at) AS so_far
            FROM receipt),
        billed AS (
            SELECT po_number, line, shown_at, sum(packs) OVER (PARTITION BY po_number, line ORDER BY shown_at) AS so_far
            FROM invoice_line WHERE po_number IS NOT NULL),
        answer AS (
            SELECT po_number, line, arg_max(promised_date, sequence) AS promised_date, max(acknowledged_at) AS promised_at
            FROM truth_acknowledgement_line GROUP BY ALL),
        cancelled AS (
            SELECT po_number, line, max(changed_at) AS changed_at FROM truth_order_change
            WHERE kind = 'CANCELLED' GROUP BY ALL)
        SELECT l.po_number, l.line, l.entered_at, l.approved_at, answer.promised_date,
            not_before(l.approved_at, promised_at) AS promised_at,
            not_before(l.approved_at, received_at) AS received_at, not_before(l.approved_at, billed_at) AS billed_at,
            if(received_at IS NULL, not_before(l.approved_at, changed_at), NULL) AS cancelled_at
        FROM order_line AS l
        LEFT JOIN (
            SELECT po_number, line, min(received.shown_at) AS received_at
            FROM received JOIN order_line USING (po_number, line) WHERE so_far >= quantity GROUP BY ALL)
            USING (po_number, line)
        LEFT JOIN (
            SELECT po_number, line, min(billed.shown_at) AS billed_at
            FROM billed JOIN order_line USING (po_number, line) WHERE so_far >= quantity GROUP BY ALL)
            USING (po_number, line)
        LEFT JOIN answer USING (po_number, line) LEFT JOIN cancelled USING (po_number, line);
    CREATE TEMP TABLE moment AS
        SELECT *, lead(seen_at) OVER (PARTITION BY po_number ORDER BY seen_at) AS until
        FROM (
            SELECT DISTINCT po_number,
                unnest([entered_at, approved_at, promised_at, received_at, billed_at, cancelled_at]) AS seen_at
            FROM line_history)
        WHERE seen_at IS NOT NULL;
    -- A view: of a large world, all lines at all moments of their orders are too many to keep.
    CREATE TEMP VIEW line_version AS
        SELECT po_number, line, seen_at, until, seen_at >= approved_at AS is_approved,
            coalesce(seen_at >= received_at, false) AS is_received, coalesce(seen_at >= billed_at, false) AS is_billed,
            coalesce(seen_at >= cancelled_at, false) AS is_cancelled,
            if(seen_at >= promised_at, promised_date, NULL) AS promised_date
        FROM moment JOIN line_history USING (po_number);
    -- An order is where the last of its lines is.
    CREATE TEMP MACRO of_all(moments) AS if(count(moments) = count(*), max(moments), NULL);
    CREATE TEMP TABLE order_version AS
        WITH history AS (
            SELECT po_number, max(approved_at) AS approved_at, of_all(least(received_at, cancelled_at)) AS received_at,
                of_all(least(billed_at, cancelled_at)) AS billed_at, of_all(cancelled_at) AS cancelled_at
            FROM line_history GROUP BY po_number)
        SELECT po_number, seen_at, until, seen_at >= approved_at AS is_approved,
            coalesce(seen_at >= received_at, false) AS is_received, coalesce(seen_at >= billed_at, false) AS is_billed,
            coalesce(seen_at >= cancelled_at, false) AS is_cancelled
        FROM moment JOIN history USING (po_number);
"""


def order_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes order_line, receipt, invoice, invoice_line, sent_back, line_version and order_version."""
    empty_where_missing(connection, OPTIONAL)
    connection.execute(VIEWS)
    connection.execute(VERSIONS)
