"""The item and vendor records that a system of its own numbers keeps of the network's golden items and suppliers.

Belongs here: which record stands for what is bought or whom it is bought from. Not here: how a system shows a record.
Both tables carry `number` (a place among the records, for ids), and `choice` of `choices` records of the same golden item
or supplier: a document takes one of them by its hash, but what is kept in stock is always bought as the first.
"""

import duckdb

from simulator.systems.truth import has_table

# Without a catalogue of its own a system has one record of each item that its sites buy, under a number of its own.
ITEMS_ALONE = """
    SELECT '1' || lpad(substr(item_id, 3), 8, '0') AS source_pk, item_id, description, supplier_name AS manufacturer,
        manufacturer_part_number AS part_number, base_uom, purchase_uom, eaches_per_purchase_uom AS pack, gtin,
        true AS is_active, NULL::DATE AS created_on
    FROM truth_item JOIN truth_supplier AS maker ON maker.supplier_id = manufacturer_id
    WHERE item_id IN (SELECT item_id FROM truth_order_line SEMI JOIN site USING (site))"""
ITEMS = """
    SELECT source_pk, item_id, description, manufacturer_text AS manufacturer, manufacturer_part_number AS part_number,
        base_uom, purchase_uom, pack_numerator / pack_denominator AS pack, gtin, is_active, created_on
    FROM truth_source_item WHERE source = '{source}'"""

SUPPLIERS_ALONE = """
    SELECT '1' || lpad(substr(supplier_id, 3), 5, '0') AS source_pk, supplier_id, supplier_name AS name, ein,
        NULL AS address, true AS is_active
    FROM truth_supplier
    WHERE supplier_id IN (
        SELECT supplier_id FROM truth_order_line SEMI JOIN site USING (site)
        UNION SELECT supplier_id FROM truth_invoice SEMI JOIN site USING (site))"""
SUPPLIERS = """
    SELECT source_pk, supplier_id, name, ein, address, is_active FROM truth_source_supplier WHERE source = '{source}'"""


def item_records(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Makes the table item_record. Needs the view site: the sites of the system."""
    known = ITEMS.format(source=source) if has_table(connection, "truth_source_item") else ITEMS_ALONE
    connection.execute(f"CREATE TEMP TABLE item_record AS {_numbered(known, 'item_id')}")


def supplier_records(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Makes the table supplier_record, with the terms of the golden supplier. Needs the view site."""
    known = SUPPLIERS.format(source=source) if has_table(connection, "truth_source_supplier") else SUPPLIERS_ALONE
    numbered = _numbered(known, "supplier_id")
    connection.execute(
        f"CREATE TEMP TABLE supplier_record AS FROM ({numbered}) "
        "JOIN (SELECT supplier_id, payment_terms_days FROM truth_supplier) USING (supplier_id)"
    )


def _numbered(records: str, golden: str) -> str:
    return f"""
        SELECT *, row_number() OVER (ORDER BY source_pk) AS number, count(*) OVER (PARTITION BY {golden}) AS choices,
            row_number() OVER (PARTITION BY {golden} ORDER BY source_pk) - 1 AS choice
        FROM ({records})"""
