"""What the procurement service shows of the SAP sites: requisitions and their approvals, orders, receipts, electronic
invoices, and which receipt each invoice line was matched to.

Belongs here: how the truth's documents look there, version by version. Not here: the service
(simulator/serve/saas/procurement.py). Orders are SAP's own, mirrored under SAP's number; the service's ids are its own.

A document has a version for each thing that happens to it: an order is issued, acknowledged, received and invoiced line
by line, and closed when nothing is open; an invoice comes, is approved when it is posted, and is paid.
"""

from pathlib import Path

from simulator.systems.documents import open_documents, parts_of, sap_records, write_documents

# Tables of the truth, and of them the columns that are read here, which a world of supplies alone does not have.
COLUMNS = {
    "truth_requisition_line": """requisition VARCHAR, line BIGINT, site VARCHAR, location VARCHAR, cost_center VARCHAR,
        item_id VARCHAR, packs BIGINT, requested_at TIMESTAMP, approved_at TIMESTAMP, approval_steps BIGINT,
        source VARCHAR, po_number VARCHAR, po_line BIGINT, status VARCHAR""",
    "truth_acknowledgement_line": """po_number VARCHAR, line BIGINT, sequence BIGINT, acknowledged_at TIMESTAMP,
        code VARCHAR, packs BIGINT, price DECIMAL(18, 4), promised_date DATE""",
    "truth_return_line": """"return" VARCHAR, po_number VARCHAR, line BIGINT, receipt_number VARCHAR,
        returned_at TIMESTAMP, packs BIGINT""",
    "truth_order_change": "po_number VARCHAR, line BIGINT, changed_at TIMESTAMP, kind VARCHAR",
    "truth_contract_price": "po_number VARCHAR, line BIGINT, contract_number VARCHAR",
}

VIEWS = """
    CREATE TEMP MACRO id_in(document, line) AS number_of(document) * 1000 + line;
    CREATE TEMP MACRO billed_as(invoice, copied, altered) AS
        'R' || right(CASE WHEN copied IS NULL OR altered THEN invoice ELSE copied END, 8);

    CREATE TEMP TABLE line AS
        SELECT l.*, id_in(po_number, line) AS id, item.source_pk AS material, item.description, real.purchase_uom,
            supplier.source_pk AS vendor, supplier.name AS supplier_name, contract_number, account,
            in_office(order_date, po_number) AS ordered_at,
            if(changed_at < ordered_at, ordered_at, changed_at) AS cancelled_at
        FROM truth_order_line AS l SEMI JOIN site USING (site) JOIN truth_item AS real USING (item_id)
        JOIN item_record AS item ON item.item_id = l.item_id AND stands_for_line(
            item.from_thousandth, item.to_thousandth, item.from_date, item.to_date, l.po_number, l.line, l.order_date)
        JOIN supplier_record AS supplier ON supplier.supplier_id = l.supplier_id AND stands_at_site(
            supplier.from_thousandth, supplier.to_thousandth, l.supplier_id, l.site)
        LEFT JOIN (SELECT po_number, line, max(changed_at) AS changed_at FROM truth_order_change
                   WHERE kind = 'CANCELLED' GROUP BY ALL) USING (po_number, line)
        LEFT JOIN (SELECT po_number, line, any_value(contract_number) AS contract_number
                   FROM truth_contract_price GROUP BY ALL) USING (po_number, line)
        LEFT JOIN (SELECT code AS account, replace(name, ' expense', '') AS item_class FROM truth_account
                   WHERE code LIKE '6401%') USING (item_class);
    CREATE TEMP TABLE receipt AS
        SELECT r.*, line.id AS order_line_id, purchase_uom, in_office(posted_date, receipt_number) AS posted_at
        FROM truth_receipt_line AS r JOIN line USING (po_number, line);
    CREATE TEMP TABLE invoice AS
        SELECT i.*, r.source_pk AS vendor, r.name AS supplier_name, payment_terms_days, payment_date,
            in_office(posted_date, invoice_id) AS posted_at,
            least(in_office(invoice_date + 1, invoice_id), posted_at - INTERVAL 1 HOUR) AS came_at,
            in_office(payment_date, payment_id) AS paid_at
        FROM truth_invoice AS i SEMI JOIN site USING (site)
        JOIN supplier_record AS r ON r.supplier_id = i.supplier_id
            AND stands_at_site(from_thousandth, to_thousandth, i.supplier_id, i.site)
        LEFT JOIN (SELECT payment_id, payment_date FROM truth_payment) USING (payment_id);
    CREATE TEMP TABLE invoice_line AS
        SELECT e.*, row_number() OVER (PARTITION BY invoice_id ORDER BY e.po_number, e.line, receipt_number, receipt_line)
            AS line_num, id_in(invoice_id, line_num) AS id, line.id AS order_line_id, description, purchase_uom, account,
            invoice.posted_at
        FROM truth_exception AS e JOIN invoice USING (invoice_id)
        LEFT JOIN line ON line.po_number = e.po_number AND line.line = e.line;

    -- What happened to a line of an order: packs received and packs invoiced, at a time.
    CREATE TEMP VIEW happened AS
        SELECT po_number, line, posted_at AS at_time, packs AS received, 0 AS invoiced FROM receipt
        UNION ALL SELECT po_number, line, posted_at, 0, packs FROM invoice_line WHERE order_line_id IS NOT NULL;
    CREATE TEMP VIEW acknowledged AS
        SELECT po_number, min(acknowledged_at) AS acknowledged_at FROM truth_acknowledgement_line
        SEMI JOIN line USING (po_number) GROUP BY po_number;
    CREATE TEMP VIEW step AS
        SELECT po_number, ordered_at AS at_time FROM line
        UNION SELECT po_number, at_time FROM happened
        UNION SELECT po_number, acknowledged_at FROM acknowledged
        UNION SELECT po_number, cancelled_at FROM line WHERE cancelled_at IS NOT NULL;
    -- Each line at each version of its order, with what had come and been billed by then.
    CREATE TEMP TABLE line_state AS
        SELECT po_number, line, at_time, received, invoiced
        FROM (
            SELECT po_number, line, at_time, is_state, sum(received) OVER so_far AS received,
                sum(invoiced) OVER so_far AS invoiced
            FROM (SELECT *, false AS is_state FROM happened
                  UNION ALL SELECT po_number, line, at_time, 0, 0, true FROM step JOIN line USING (po_number))
            WINDOW so_far AS (PARTITION BY po_number, line ORDER BY at_time))
        WHERE is_state;
    CREATE TEMP VIEW line_version AS
        SELECT *, coalesce(cancelled_at <= at_time, false) AS is_cancelled, received >= packs AS is_received,
            is_received AND invoiced >= packs AS is_closed
        FROM line_state JOIN line USING (po_number, line);
"""

DOCUMENTS = {
    "suppliers": """
        SELECT number AS id, source_pk AS number, name, name AS "display-name",
            if(is_active, 'active', 'inactive') AS status, 'email' AS "po-method",
            {'code': 'N' || lpad(payment_terms_days::VARCHAR, 3, '0')} AS "payment-term", ein AS "tax-id",
            TIMESTAMP '2019-01-07 14:00:00' AS "created-at", "created-at" AS "updated-at", false AS exported,
            "created-at" AS _from, NULL::TIMESTAMP AS _until
        FROM supplier_record ORDER BY id""",
    # A record that another replaces is active until the day of it.
    "items": """
        WITH version AS (
            SELECT *, coalesce(created_on, DATE '2019-01-07') AS day, is_active OR replaced_on IS NOT NULL AS active
            FROM item_record
            UNION ALL SELECT *, replaced_on, false FROM item_record WHERE replaced_on IS NOT NULL)
        SELECT r.number AS id, source_pk AS "item-number", description AS name, active, {'code': purchase_uom} AS uom,
            part_number AS "manufacturer-part-number", manufacturer AS "manufacturer-name",
            in_office(coalesce(created_on, DATE '2019-01-07'), source_pk) AS "created-at",
            in_office(day, source_pk) AS "updated-at", false AS exported, "updated-at" AS _from,
            lead("updated-at") OVER (PARTITION BY source_pk ORDER BY day) AS _until
        FROM version AS r ORDER BY id, day""",
    "requisitions": """
        WITH asked AS (
            SELECT r.*, id_in(requisition, r.line) AS id, line.id AS order_line_id, line.ordered_at, line.price, account,
                coalesce(line.description, item.description) AS description, real.purchase_uom,
                coalesce(line.material, item.source_pk) AS material
            FROM truth_requisition_line AS r SEMI JOIN site USING (site) JOIN truth_item AS real USING (item_id)
            LEFT JOIN line ON line.po_number = r.po_number AND line.line = r.po_line
            LEFT JOIN item_record AS item ON line.id IS NULL AND item.item_id = r.item_id AND stands_for_line(
                item.from_thousandth, item.to_thousandth, item.from_date, item.to_date, requisition, r.line,
                requested_at::DATE)
            WHERE in_part(requisition)),
        header AS (
            SELECT requisition, min(requested_at) AS requested_at, min(approved_at) AS approved_at,
                greatest(max(ordered_at), min(approved_at)) AS ordered_at, max(approval_steps) AS approval_steps,
                lower(min(status) FILTER (WHERE po_number IS NULL)) AS refused
            FROM asked GROUP BY requisition),
        version AS (
            SELECT requisition, 'pending_approval' AS status, requested_at AS at_time FROM header
            UNION ALL SELECT requisition, 'approved', approved_at FROM header WHERE approved_at IS NOT NULL
            -- Somebody says no, or takes it back, a day after it was asked for.
            UNION ALL SELECT requisition, refused, requested_at + INTERVAL 1 DAY
            FROM header WHERE approved_at IS NULL AND refused IS NOT NULL
            UNION ALL SELECT requisition, 'ordered', ordered_at + INTERVAL 1 SECOND FROM header WHERE ordered_at IS NOT NULL)
        SELECT number_of(requisition) AS id, any_value(version.status) AS status,
            any_value({'login': lower(asked.source) || '-' || lower(asked.site)}) AS "requested-by",
            any_value({'code': asked.site}) AS department, any_value(header.requested_at) AS "submitted-at",
            any_value(header.requested_at) AS "created-at", at_time AS "updated-at",
            list_sort(list({'id': asked.id, 'line-num': line, 'item': {'item-number': material},
                'description': asked.description, 'quantity': packs::DECIMAL(18, 2), 'uom': {'code': purchase_uom},
                'unit-price': price, 'account': {'code': concat_ws('-', cost_center, account)},
                'deliver-to': location, 'source-type': asked.source,
                'order-line-id': if(version.status = 'ordered', order_line_id, NULL),
                'po-number': if(version.status = 'ordered', sap_order(po_number), NULL)}))
                AS "requisition-lines",
            any_value([{'position': position, 'approver': {'login': 'approver-' || position},
                'status': CASE version.status WHEN 'pending_approval' THEN 'pending_approval'
                    WHEN 'rejected' THEN 'rejected' ELSE 'approved' END,
                'approval-date': if(version.status = 'pending_approval', NULL, header.approved_at)}
                FOR position IN range(1, header.approval_steps + 1)]) AS approvals,
            false AS exported, at_time AS _from, lead(at_time) OVER (PARTITION BY requisition ORDER BY at_time) AS _until
        FROM version JOIN header USING (requisition) JOIN asked USING (requisition)
        GROUP BY requisition, at_time ORDER BY id, _from""",
    "purchase_orders": """
        SELECT number_of(po_number) AS id, sap_order(po_number) AS "po-number", 1 AS version,
            (row_number() OVER versions)::INTEGER AS "internal-revision",
            CASE WHEN bool_and(is_cancelled) THEN 'cancelled' WHEN bool_and(is_cancelled OR is_closed) THEN 'closed'
                ELSE 'issued' END AS status,
            'sent_via_email' AS "transmission-status",
            if(any_value(acknowledged_at) <= at_time, any_value(acknowledged_at), NULL) AS "acknowledged-at",
            any_value(ordered_at) AS "created-at", at_time AS "updated-at",
            any_value({'number': vendor, 'name': supplier_name}) AS supplier,
            any_value({'name': site.name, 'location-code': site.site}) AS "ship-to-address",
            {'code': 'USD'} AS currency,
            list_sort(list({'id': l.id, 'line-num': line, 'item': {'item-number': material},
                'description': description, 'quantity': packs::DECIMAL(18, 2), 'uom': {'code': purchase_uom},
                'price': price, 'total': round(packs * price, 2)::DECIMAL(18, 2), 'received': received::DECIMAL(18, 2),
                'invoiced': invoiced::DECIMAL(18, 2), 'account': {'code': concat_ws('-', cost_center, account)},
                'need-by-date': order_date + 7, 'contract': {'number': contract_number},
                'status': CASE WHEN is_cancelled THEN 'cancelled' WHEN is_closed THEN 'closed'
                    WHEN is_received THEN 'received' WHEN received > 0 THEN 'partially_received' ELSE 'created' END}))
                AS "order-lines",
            false AS exported, at_time AS _from, lead(at_time) OVER versions AS _until
        FROM line_version AS l JOIN site USING (site) LEFT JOIN acknowledged USING (po_number) WHERE in_part(po_number)
        GROUP BY po_number, at_time WINDOW versions AS (PARTITION BY po_number ORDER BY at_time) ORDER BY id, _from""",
    "inventory_transactions": """
        SELECT id_in(receipt_number, receipt_line) AS id, 'receiving_quantity' AS type, packs::DECIMAL(18, 2) AS quantity,
            {'code': purchase_uom} AS uom, arrived_date AS "transaction-date", order_line_id AS "order-line-id",
            sap_receipt(receipt_number) AS "external-number", 'created' AS status, posted_at AS "created-at",
            posted_at AS "updated-at", false AS exported, posted_at AS _from, NULL::TIMESTAMP AS _until
        FROM receipt
        UNION ALL
        -- Numbers of their own: beyond those of any receipt.
        SELECT id_in(back."return", back.line) + 1000000000000, 'return_to_supplier', back.packs::DECIMAL(18, 2),
            {'code': purchase_uom}, returned_at::DATE, line.id, sap_receipt(receipt_number), 'created', returned_at,
            returned_at, false, returned_at, NULL
        FROM truth_return_line AS back JOIN line USING (po_number, line) ORDER BY id""",
    "invoices": """
        WITH lines AS (
            SELECT invoice_id, bool_or(code IN ('PRICE_OVER', 'QTY_OVER')) AS is_over,
                list_sort(list({'id': id, 'line-num': line_num, 'description': coalesce(description, 'Services'),
                    'quantity': packs::DECIMAL(18, 2), 'price': price, 'total': amount, 'uom': {'code': purchase_uom},
                    'order-line-id': order_line_id, 'po-number': sap_order(po_number),
                    'account': {'code': account}})) AS children
            FROM invoice_line WHERE in_part(invoice_id) GROUP BY invoice_id),
        version AS (
            -- What any such service holds by itself: what is over its tolerance, and what has not come yet.
            SELECT invoice_id, came_at AS at_time, CASE WHEN is_before_receipt THEN 'pending_receipt'
                WHEN is_over THEN 'ap_hold' ELSE 'pending_approval' END AS status, false AS paid
            FROM invoice JOIN lines USING (invoice_id)
            UNION ALL SELECT invoice_id, posted_at, 'approved', false FROM invoice
            UNION ALL SELECT invoice_id, paid_at, 'approved', true FROM invoice WHERE paid_at IS NOT NULL)
        SELECT number_of(invoice_id) AS id, billed_as(invoice_id, copy_of, is_altered) AS "invoice-number",
            status, invoice_date AS "invoice-date", if(gross < 0, 'Credit Note', 'Invoice') AS "document-type",
            {'number': vendor, 'name': supplier_name} AS supplier, {'code': site} AS "ship-to-address",
            {'code': 'USD'} AS currency, {'code': 'N' || lpad(payment_terms_days::VARCHAR, 3, '0')} AS "payment-term",
            0.00::DECIMAL(18, 2) AS "handling-amount", freight AS "shipping-amount", 0.00::DECIMAL(18, 2) AS "misc-amount",
            tax AS "tax-amount", gross AS "gross-total", paid, if(paid, payment_date, NULL) AS "payment-date",
            came_at AS "created-at", at_time AS "updated-at", children AS "invoice-lines", false AS exported,
            at_time AS _from, lead(at_time) OVER (PARTITION BY invoice_id ORDER BY at_time) AS _until
        FROM version JOIN invoice USING (invoice_id) JOIN lines USING (invoice_id) ORDER BY id, _from""",
    "matching_allocations": """
        SELECT billed.id, billed.id AS "invoice-line-id", order_line_id AS "order-line-id",
            id_in(receipt_number, receipt_line) AS "inventory-transaction-id", NULL::BIGINT AS "asn-line-id",
            packs::DECIMAL(18, 2) AS quantity, amount, 'active' AS status, false AS "manual-match",
            NULL::VARCHAR AS "status-reason", posted_at AS "created-at", posted_at AS "updated-at", false AS exported,
            posted_at AS _from, NULL::TIMESTAMP AS _until
        FROM invoice_line AS billed WHERE receipt_number IS NOT NULL ORDER BY id""",
}


def write_procurement(truth: Path, folder: Path) -> dict[str, int]:
    """Write every object of the procurement service from the truth's files; returns the rows (versions) of each."""
    with open_documents(truth, COLUMNS) as connection:
        sap_records(connection)
        connection.execute(VIEWS)
        return write_documents(connection, DOCUMENTS, folder, parts_of(connection, "line_version"))
