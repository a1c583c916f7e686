"""The item and vendor records that a system of its own numbers keeps of the network's golden items and suppliers.

Belongs here: the records, and which of them a document takes. Not here: how a system shows a record. Records carry a
`number`, their place among the records of the system, for ids; `from_thousandth` and `to_thousandth` say for which
documents (by their hash) a record of a golden item or supplier stands, `from_date` and `to_date` on which days.
"""

import duckdb

from simulator.systems.truth import has_table

# Without a catalogue a system has one record of each item that its sites buy, under a number of its own.
ALWAYS = "0 AS from_thousandth, 1000 AS to_thousandth"
ITEMS_ALONE = f"""
    SELECT '1' || lpad(substr(item_id, 3), 8, '0') AS source_pk, item_id, description, supplier_name AS manufacturer,
        manufacturer_part_number AS part_number, base_uom, purchase_uom, eaches_per_purchase_uom AS pack, gtin,
        true AS is_active, NULL::DATE AS created_on, NULL::DATE AS replaced_on, {ALWAYS},
        DATE '1900-01-01' AS from_date, DATE '2099-12-31' AS to_date
    FROM truth_item JOIN truth_supplier AS maker ON maker.supplier_id = manufacturer_id
    WHERE item_id IN (SELECT item_id FROM truth_order_line SEMI JOIN site USING (site))"""
ITEMS = """
    SELECT source_pk, r.item_id, description, manufacturer_text AS manufacturer,
        manufacturer_part_number AS part_number, base_uom, purchase_uom, pack_numerator / pack_denominator AS pack, gtin,
        is_active, created_on, if(replaced_by IS NULL, NULL, to_date) AS replaced_on, from_thousandth, to_thousandth,
        from_date, to_date
    FROM truth_source_item AS r LEFT JOIN truth_item_in_use USING (source, source_pk) WHERE source = '{source}'"""

SUPPLIERS_ALONE = f"""
    SELECT '1' || lpad(substr(supplier_id, 3), 5, '0') AS source_pk, supplier_id, supplier_name AS name, ein,
        NULL AS street, NULL AS city, NULL AS postal_code, true AS is_active, false AS is_remit_to,
        source_pk AS payee_pk, {ALWAYS}
    FROM truth_supplier
    WHERE supplier_id IN (
        SELECT supplier_id FROM truth_order_line SEMI JOIN site USING (site)
        UNION SELECT supplier_id FROM truth_invoice SEMI JOIN site USING (site))"""
SUPPLIERS = """
    SELECT source_pk, r.supplier_id, name, ein, street, city, postal_code, is_active, role = 'REMIT_TO' AS is_remit_to,
        coalesce(remit_to, source_pk) AS payee_pk, from_thousandth, to_thousandth
    FROM truth_source_supplier AS r LEFT JOIN truth_supplier_in_use USING (source, source_pk)
    WHERE source = '{source}'"""

# A line takes the record that stands for its item on its day, and a document its site's record of the supplier.
MACROS = """
    CREATE TEMP MACRO stands_for_line(from_thousandth, to_thousandth, from_date, to_date, po_number, line, day) AS
        hash(po_number, line) % 1000 >= from_thousandth AND hash(po_number, line) % 1000 < to_thousandth
        AND day >= from_date AND day < to_date;
    CREATE TEMP MACRO stands_at_site(from_thousandth, to_thousandth, supplier_id, site) AS
        hash(supplier_id, site) % 1000 >= from_thousandth AND hash(supplier_id, site) % 1000 < to_thousandth;
"""


def master_records(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Makes the tables item_record and supplier_record, the latter with the terms of the golden supplier.

    Needs the view site: the sites of the system.
    """
    items = ITEMS.format(source=source) if has_table(connection, "truth_source_item") else ITEMS_ALONE
    suppliers = SUPPLIERS.format(source=source) if has_table(connection, "truth_source_supplier") else SUPPLIERS_ALONE
    numbered = "SELECT *, row_number() OVER (ORDER BY source_pk) AS number"
    terms = "SELECT supplier_id, payment_terms_days FROM truth_supplier"
    connection.execute(MACROS)
    connection.execute(f"CREATE TEMP TABLE item_record AS {numbered} FROM ({items})")
    connection.execute(
        f"CREATE TEMP TABLE supplier_record AS {numbered} FROM ({suppliers}) JOIN ({terms}) USING (supplier_id)"
    )
