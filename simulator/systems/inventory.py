"""What the inventory service shows: every movement of stock at the SAP sites and the distribution center, in the order in
which each location recorded it, with par levels and counts.

Belongs here: how the truth's movements look to who scanned them. Not here: the service (simulator/serve/saas/inventory.py).

A location's first movements are the count that the network began with. Receipts are recorded when the dock posts them,
so those that it posts late (truth_receipt_line.is_late) come late. What a case takes is recorded when its use is documented
(truth_use, late ones labelled). Of all other use 2 % is scanned hours and 0.2 % more than a week later; a row's own two
times say so.
"""

from pathlib import Path

from simulator.network.calendar import month_start
from simulator.systems.documents import ROWS_IN_PART, open_documents, parts_of, sap_records, write_documents

FIRST_DAY = month_start(1).isoformat()
VIEWS = f"""
    CREATE TEMP VIEW place AS SELECT location.*, company FROM truth_location AS location
        JOIN site ON site.site = location.site;
    -- The receipt that each delivery to a location is: movements and receipt lines of a day, side by side.
    CREATE TEMP VIEW delivery AS
        SELECT r.*, l.location, l.item_id, r.packs * l.eaches_per_pack AS quantity,
            row_number() OVER (PARTITION BY location, item_id, arrived_date, r.packs * l.eaches_per_pack
                               ORDER BY receipt_number, receipt_line) AS turn
        FROM truth_receipt_line AS r JOIN truth_order_line AS l USING (po_number, line) WHERE location IS NOT NULL;
    CREATE TEMP TABLE moved AS
        -- What was counted and scanned; what vanished nobody saw.
        SELECT m.* REPLACE (book_quantity AS quantity), place.kind,
            row_number() OVER (PARTITION BY location, item_id, date, movement, book_quantity) AS turn
        FROM truth_stock_movement AS m JOIN place ON place.code = m.location WHERE book_quantity <> 0;
    CREATE TEMP VIEW used AS
        FROM (
            SELECT location, item_id, use_date AS date, coalesce(recorded_case_id, case_id) AS case_id, used_at,
                documented_at, if(label = 'MISSING_LOT', NULL, lot) AS lot,
                if(label = 'MISSING_SERIAL', NULL, serial) AS serial, expiry_date,
                unnest([{{'type': 'CONSUME', 'quantity': used}}, {{'type': 'WASTE', 'quantity': wasted}}], recursive := true)
            FROM truth_use SEMI JOIN place ON place.code = location WHERE ownership = 'OWNED')
        WHERE quantity > 0;
    CREATE TEMP TABLE timed AS
        SELECT location, item_id, opening AS quantity, 'COUNT' AS type, TIMESTAMP '{FIRST_DAY} 04:00:00' AS occurred_at,
            occurred_at AS recorded_at, 'OPENING' AS ref_type, 'MATERIALS' AS role, 'Opening count' AS reason
        FROM truth_inventory JOIN place ON place.code = location
        UNION ALL BY NAME
        SELECT moved.location, moved.item_id, moved.quantity, 'RECEIPT' AS type,
            date + INTERVAL 10 HOUR + INTERVAL (spread(receipt_number, 7200)) SECOND AS occurred_at,
            coalesce(posted_date, date) + INTERVAL 10 HOUR + INTERVAL (spread(receipt_number, 7200) + 300) SECOND
                AS recorded_at, 'PO' AS ref_type, sap_order(po_number) AS ref_id, 'DOCK' AS role
        FROM moved LEFT JOIN delivery ON delivery.location = moved.location AND delivery.item_id = moved.item_id
            AND delivery.arrived_date = moved.date AND delivery.quantity = moved.quantity AND delivery.turn = moved.turn
        WHERE movement = 'RECEIPT'
        UNION ALL BY NAME
        -- What a case took is recorded when its use is documented, line by line.
        SELECT * EXCLUDE (date, used_at, documented_at, quantity), -quantity AS quantity, used_at AS occurred_at,
            greatest(documented_at, used_at) AS recorded_at, 'CASE' AS ref_type, case_id AS ref_id, 'CLINICAL' AS role
        FROM used
        UNION ALL BY NAME
        SELECT location, item_id, quantity,
            CASE WHEN movement <> 'USE' THEN movement WHEN kind = 'STORE_ROOM' THEN 'ISSUE' ELSE 'CONSUME' END AS type,
            date + INTERVAL (43200 + spread(scan, 50000)) SECOND AS occurred_at,
            occurred_at + INTERVAL (late) SECOND AS recorded_at, 'CLINICAL' AS role
        FROM (
            SELECT *, CASE WHEN spread(scan || 'late', 1000) < 2 THEN 691200 + spread(scan, 172800)
                WHEN spread(scan || 'late', 1000) < 20 THEN 3700 + spread(scan, 14400) ELSE spread(scan, 600) END AS late
            FROM (SELECT *, concat_ws(' ', location, item_id, date, turn) AS scan
                  FROM moved ANTI JOIN (SELECT *, 'USE' AS movement FROM used) AS case_use
                      USING (location, item_id, date, movement) WHERE movement <> 'RECEIPT'));
"""

DOCUMENTS = {
    "locations": f"""
        SELECT code AS location_id, site AS facility, kind AS type, cost_center AS cost_center, true AS is_active,
            'America/New_York' AS time_zone, TIMESTAMP '{FIRST_DAY} 04:00:00' AS _from, NULL::TIMESTAMP AS _until
        FROM place ORDER BY code""",
    "pars": f"""
        SELECT location AS location_id, sap_number AS item_no, description, par AS par_qty,
            reorder_point AS reorder_point_qty, base_uom AS uom, eaches_per_purchase_uom AS order_multiple,
            TIMESTAMP '{FIRST_DAY} 04:00:00' AS updated_at, updated_at AS _from, NULL::TIMESTAMP AS _until
        FROM truth_inventory JOIN place ON place.code = location JOIN truth_item USING (item_id)
        JOIN first_number USING (item_id)
        ORDER BY location, item_no""",
    "movements": """
        SELECT location || '-' || lpad(seq::VARCHAR, 7, '0') AS movement_id, seq, type, occurred_at, recorded_at,
            location AS location_id, chr(65 + spread(location || item_id, 6)::INTEGER) || '-'
                || lpad(spread(item_id, 40)::VARCHAR, 2, '0') AS bin_id,
            sap_number AS item_no, '(01)' || gtin AS udi, lot, serial,
            expiry_date AS expiry, quantity AS qty, base_uom AS uom, ref_type, ref_id, case_id,
            role AS user_role, NULL::VARCHAR AS reverses_movement_id, reason, recorded_at AS _from,
            NULL::TIMESTAMP AS _until
        FROM (
            SELECT *, row_number() OVER (PARTITION BY location ORDER BY recorded_at, item_id, quantity) AS seq
            FROM timed WHERE in_part(location))
        JOIN truth_item USING (item_id) JOIN first_number USING (item_id) ORDER BY location, seq""",
    # Counted after the day's work: what was found, against what the books said.
    "counts": """
        SELECT location || '-C' || lpad(seq::VARCHAR, 6, '0') AS count_id, seq, location AS location_id,
            sap_number AS item_no, counted_at, counted::BIGINT AS counted_qty, book::BIGINT AS book_qty,
            (counted - book)::BIGINT AS variance_qty, 'EA' AS uom, counted_at AS _from, NULL::TIMESTAMP AS _until
        FROM (
            SELECT *, date + INTERVAL 28 HOUR AS counted_at,
                row_number() OVER (PARTITION BY location ORDER BY date, item_id) AS seq
            FROM truth_count JOIN place ON place.code = location)
        JOIN first_number USING (item_id) ORDER BY location, seq""",
}


def write_inventory(truth: Path, folder: Path) -> dict[str, int]:
    """Write locations, pars, movements and counts from the truth's files; returns the rows of each."""
    with open_documents(truth) as connection:
        sap_records(connection)
        connection.execute(VIEWS)
        parts = parts_of(connection, "truth_stock_movement", ROWS_IN_PART)
        return write_documents(connection, DOCUMENTS, folder, parts)
