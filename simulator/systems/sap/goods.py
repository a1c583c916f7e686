"""SAP's material documents: receipts, what went back, use, counts and waste. None of them ever changes.

Belongs here: which documents there are, their lines and their value. Not here: what moved (the truth).

What moves in stock is booked in the night of its day, a document for each place and kind of movement with up to 50 lines,
as far as SAP is told: some movements never, some twice, some elsewhere or in the wrong unit. What stood there at first is a
document too, so that on-hand by the books is the sum of all documents. Values are at standard; a department's receipt is at
the order's price. Consigned goods are the supplier's until they are used: their withdrawal has no value here, and names
the lot and serial number that was documented.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from simulator.serve.odata.model import EntitySet
from simulator.systems.sap.numbers import COMPANY, FIRST_DAY
from simulator.systems.sap.parts import Parts

LINES = 50
HEADER, ITEM, SERIAL = "A_MaterialDocumentHeader", "A_MaterialDocumentItem", "A_SerialNumberMaterialDocument"

VIEWS = f"""
    CREATE TEMP MACRO at_night(day, place) AS
        (day + INTERVAL 22 HOUR + INTERVAL (hash(place, day) % 3600) SECOND)::TIMESTAMP;
    -- A transfer is a removal and, days later, a placement: between plants, or between places of one.
    CREATE TEMP MACRO movement_type(movement, quantity, is_between_plants) AS CASE movement
        WHEN 'USE' THEN '201' WHEN 'EXPIRE' THEN '551'
        WHEN 'TRANSFER_OUT' THEN if(is_between_plants, '303', '313')
        WHEN 'TRANSFER_IN' THEN if(is_between_plants, '305', '315')
        ELSE if(quantity > 0, '701', '702') END;
    -- How often SAP is told of a movement.
    CREATE TEMP VIEW booking AS FROM (VALUES
        ('CLEAN'), ('WRONG_UOM'), ('WRONG_LOCATION'), ('DUPLICATE'), ('DUPLICATE')) AS booking(erp_fault);
    CREATE TEMP VIEW moved AS
        SELECT erp_location AS location, item_id, date, erp_quantity AS quantity, other_location, other.site AS other_site,
            movement_type(movement, erp_quantity, coalesce(other.site <> here.site, false)) AS type
        FROM truth_stock_movement AS m JOIN booking USING (erp_fault) JOIN truth_location AS here ON here.code = m.location
        LEFT JOIN truth_location AS other ON other.code = other_location
        WHERE movement NOT IN ('RECEIPT', 'RETURN')
        UNION ALL BY NAME
        SELECT location, item_id, DATE '{FIRST_DAY}' AS date, opening AS quantity, '561' AS type FROM truth_inventory;
    CREATE TEMP VIEW expense AS
        SELECT code AS account, left(name, -8) AS item_class FROM truth_account WHERE suffix(name, ' expense');
    CREATE TEMP TABLE withdrawn AS
        SELECT '47' || lpad(row_number() OVER (ORDER BY documented_at, use_id)::VARCHAR, 8, '0') AS document,
            documented_at AS shown_at, used_at::DATE AS day, site, location, cost_center, item_id, used AS quantity,
            if(label = 'MISSING_LOT', NULL, lot) AS lot, if(label = 'MISSING_SERIAL', NULL, serial) AS serial,
            expiry_date, base_uom, item_number, supplier
        FROM truth_use JOIN place USING (location) JOIN stock_record USING (item_id)
        JOIN (SELECT item_id, supplier_id FROM truth_item) USING (item_id)
        LEFT JOIN (SELECT supplier_id, min(source_pk) AS supplier FROM supplier_record WHERE from_thousandth = 0
                   GROUP BY ALL) USING (supplier_id)
        WHERE ownership = 'CONSIGNED' AND used > 0 AND label <> 'ITEM_UNMAPPED'
            AND used_at::DATE >= from_date AND used_at::DATE < to_date;
    CREATE TEMP TABLE returned AS
        SELECT '48' || right(b.document, 8) AS document, row_number() OVER (
                PARTITION BY b.document ORDER BY b.receipt_number, b.receipt_line) AS item,
            b.shown_at, b.packs, b.po_number, b.line, goods_receipt(b.receipt_number) AS reference,
            b.receipt_line AS reference_item
        FROM sent_back AS b;
"""

# One calendar month of what moved in stock, numbered as it is booked: the year's month, and the document within it.
MONTH = """
    CREATE OR REPLACE TEMP TABLE booked AS
        WITH line AS (
            SELECT *, at_night(date, location) AS shown_at,
                (row_number() OVER (PARTITION BY date, location, type ORDER BY item_id, quantity) - 1) // {lines} AS part
            FROM moved JOIN place USING (location)
            WHERE quantity <> 0 AND date >= DATE '{month}' AND date < DATE '{month}' + INTERVAL 1 MONTH)
        SELECT *, '49' || strftime(date, '%m') || lpad((dense_rank() OVER (ORDER BY date, location, type, part))::VARCHAR,
                6, '0') AS document,
            row_number() OVER (PARTITION BY date, location, type, part ORDER BY item_id, quantity) AS item
        FROM line"""

HEADERS = {
    "withdrawn": """
        SELECT document AS MaterialDocument, 'WA' AS InventoryTransactionType, day AS DocumentDate,
            shown_at::DATE AS PostingDate, '03' AS GoodsMovementCode, shown_at FROM withdrawn""",
    "returned": """
        SELECT DISTINCT document AS MaterialDocument, 'WE' AS InventoryTransactionType, shown_at::DATE AS DocumentDate,
            shown_at::DATE AS PostingDate, '01' AS GoodsMovementCode, shown_at FROM returned""",
    "booked": """
        SELECT DISTINCT document AS MaterialDocument, if(type = '561', 'WE', 'WA') AS InventoryTransactionType,
            date AS DocumentDate, date AS PostingDate,
            CASE WHEN type = '561' THEN '05' WHEN type LIKE '3%' THEN '04' ELSE '03' END AS GoodsMovementCode, shown_at
        FROM booked""",
    "received": """
        SELECT goods_receipt(receipt_number) AS MaterialDocument, 'WE' AS InventoryTransactionType,
            min(arrived_date) AS DocumentDate, posted_date AS PostingDate, min(shipment) AS ReferenceDocument,
            '01' AS GoodsMovementCode, shown_at FROM receipt GROUP BY receipt_number, posted_date, shown_at""",
}
ITEMS = {
    "withdrawn": """
        SELECT document AS MaterialDocument, '0001' AS MaterialDocumentItem, item_number AS Material, site AS Plant,
            storage(location) AS StorageLocation, left(lot, 10) AS Batch, '201' AS GoodsMovementType,
            '01' AS InventoryStockType, 'K' AS InventorySpecialStockType, supplier AS Supplier, cost_center AS CostCenter,
            base_uom AS MaterialBaseUnit, quantity AS QuantityInBaseUnit, base_uom AS EntryUnit,
            quantity AS QuantityInEntryUnit, 'USD' AS CompanyCodeCurrency, 0 AS GdsMvtExtAmtInCoCodeCrcy,
            expiry_date AS ShelfLifeExpirationDate, shown_at
        FROM withdrawn""",
    "returned": """
        SELECT document AS MaterialDocument, lpad(item::VARCHAR, 4, '0') AS MaterialDocumentItem, item_number AS Material,
            site AS Plant, storage(location) AS StorageLocation, '122' AS GoodsMovementType,
            supplier_number AS Supplier, purchase_order(po_number) AS PurchaseOrder, item_text(line) AS PurchaseOrderItem,
            'B' AS GoodsMovementRefDocType, '0001' AS GoodsMovementReasonCode,
            if(location IS NULL, cost_center, '') AS CostCenter, base_uom AS MaterialBaseUnit,
            packs * eaches_per_pack AS QuantityInBaseUnit, purchase_uom AS EntryUnit, packs AS QuantityInEntryUnit,
            'USD' AS CompanyCodeCurrency,
            if(location IS NULL, round(packs * price, 2), packs * eaches_per_pack * standard_price)
                AS GdsMvtExtAmtInCoCodeCrcy,
            reference AS InvtryMgmtReferenceDocument, lpad(reference_item::VARCHAR, 4, '0') AS InvtryMgmtRefDocumentItem,
            shown_at
        FROM returned JOIN (SELECT * EXCLUDE (packs, item_class) FROM order_line) USING (po_number, line)
        JOIN standard USING (item_id)""",
    "booked": """
        SELECT document AS MaterialDocument, lpad(item::VARCHAR, 4, '0') AS MaterialDocumentItem, item_number AS Material,
            site AS Plant, storage(location) AS StorageLocation, type AS GoodsMovementType, '01' AS InventoryStockType,
            if(type IN ('201', '551', '701', '702'), cost_center, '') AS CostCenter, if(type = '201', account, '') AS GLAccount,
            base_uom AS MaterialBaseUnit, abs(quantity) AS QuantityInBaseUnit, base_uom AS EntryUnit,
            abs(quantity) AS QuantityInEntryUnit, 'USD' AS CompanyCodeCurrency,
            abs(quantity) * standard_price AS GdsMvtExtAmtInCoCodeCrcy, other_site AS IssuingOrReceivingPlant,
            storage(other_location) AS IssuingOrReceivingStorageLoc, shown_at
        FROM booked JOIN standard USING (item_id) LEFT JOIN expense USING (item_class)
        JOIN stock_record AS r ON r.item_id = booked.item_id AND date >= from_date AND date < to_date""",
    "received": """
        SELECT goods_receipt(receipt_number) AS MaterialDocument, lpad(receipt_line::VARCHAR, 4, '0') AS MaterialDocumentItem,
            item_number AS Material, site AS Plant, storage(location) AS StorageLocation, left(lot, 10) AS Batch,
            '101' AS GoodsMovementType, if(location IS NULL, '', '01') AS InventoryStockType,
            supplier_number AS Supplier, purchase_order(po_number) AS PurchaseOrder, item_text(line) AS PurchaseOrderItem,
            'B' AS GoodsMovementRefDocType, if(location IS NULL, cost_center, '') AS CostCenter,
            if(location IS NULL, account, '') AS GLAccount, base_uom AS MaterialBaseUnit,
            packs * eaches_per_pack AS QuantityInBaseUnit, purchase_uom AS EntryUnit, packs AS QuantityInEntryUnit,
            'USD' AS CompanyCodeCurrency,
            if(location IS NULL, round(packs * price, 2), packs * eaches_per_pack * standard_price)
                AS GdsMvtExtAmtInCoCodeCrcy,
            coalesce(shown_at >= received_at, false) AS IsCompletelyDelivered, expiry_date AS ShelfLifeExpirationDate, shown_at
        FROM receipt JOIN (SELECT * EXCLUDE (packs, item_class) FROM order_line) USING (po_number, line)
        JOIN standard USING (item_id) JOIN (SELECT po_number, line, received_at FROM line_history) USING (po_number, line)""",
}
# What is the same in every document. Its year is that of its posting.
HEADER_OF = """
    SELECT * EXCLUDE (shown_at), year(PostingDate)::VARCHAR AS MaterialDocumentYear, shown_at::DATE AS CreationDate,
        shown_at::TIME AS CreationTime, 'INTERFACE' AS CreatedByUser, shown_at AS _from
    FROM ({select}) WHERE year(PostingDate) = {year}"""
ITEM_OF = """
    SELECT * EXCLUDE (shown_at), year(shown_at)::VARCHAR AS MaterialDocumentYear, false AS GoodsMovementIsCancelled,
        shown_at AS _from
    FROM ({select}) WHERE year(shown_at) = {year}"""
SERIALS = """
    SELECT item_number AS Material, serial AS SerialNumber, document AS MaterialDocument, '0001' AS MaterialDocumentItem,
        year(shown_at)::VARCHAR AS MaterialDocumentYear, shown_at AS _from
    FROM withdrawn WHERE serial IS NOT NULL"""


def write_goods(connection: duckdb.DuckDBPyConnection, sets: dict[str, EntitySet], folder: Path) -> dict[str, int]:
    """Write headers and items, year by year in the order of their numbers; returns the rows of each."""
    with Parts(connection, sets[HEADER], folder) as headers, Parts(connection, sets[ITEM], folder) as items:
        for year, kind in _documents(connection):
            headers.add(HEADER_OF.format(select=HEADERS[kind], year=year))
            items.add(ITEM_OF.format(select=ITEMS[kind], year=year))
    return {HEADER: headers.rows, ITEM: items.rows}


def _documents(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, str]]:
    """Each year and kind of document, in the order of the numbers; of stock, the table `booked` is made month by month."""
    days = f"SELECT posting_date AS day FROM truth_gl_line WHERE company = '{COMPANY}'"
    months = [
        month
        for (month,) in connection.execute(
            f"SELECT DISTINCT date_trunc('month', day)::DATE FROM ({days}) ORDER BY 1"
        ).fetchall()
    ]
    for year in sorted({month.year for month in months}):
        yield year, "withdrawn"
        yield year, "returned"
        for month in (month for month in months if month.year == year):
            connection.execute(MONTH.format(month=month, lines=LINES))
            yield year, "booked"
        yield year, "received"
