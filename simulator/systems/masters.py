"""The item and vendor records that a system of its own numbers keeps of the network's golden items and suppliers.

Belongs here: the records, and which of them a document takes. Not here: how a system shows a record. Records carry a
`number`, their place among the records of the system, for ids; `from_thousandth` and `to_thousandth` say for which
documents (by their hash) a record of a golden item or supplier stands, `from_date` and `to_date` on which days.
"""

import duckdb

ITEMS = """
    SELECT source_pk, r.item_id, description, manufacturer_text AS manufacturer,
        manufacturer_part_number AS part_number, base_uom, purchase_uom, pack_numerator / pack_denominator AS pack, gtin,
        is_active, created_on, if(replaced_by IS NULL, NULL, to_date) AS replaced_on, from_thousandth, to_thousandth,
        from_date, to_date
    FROM truth_source_item AS r LEFT JOIN truth_item_in_use USING (source, source_pk) WHERE source = '{source}'"""
SUPPLIERS = """
    SELECT source_pk, r.supplier_id, name, ein, street, city, postal_code, is_active, role = 'REMIT_TO' AS is_remit_to,
        coalesce(remit_to, source_pk) AS payee_pk, from_thousandth, to_thousandth, payment_terms_days
    FROM truth_source_supplier AS r LEFT JOIN truth_supplier_in_use USING (source, source_pk)
    JOIN (SELECT supplier_id, payment_terms_days FROM truth_supplier) AS golden ON golden.supplier_id = r.supplier_id
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
    """Makes the tables item_record and supplier_record, the latter with the terms of the golden supplier."""
    connection.execute(MACROS)
    for table, records in (("item_record", ITEMS), ("supplier_record", SUPPLIERS)):
        numbered = "SELECT *, row_number() OVER (ORDER BY source_pk) AS number"
        connection.execute(f"CREATE TEMP TABLE {table} AS {numbered} FROM ({records.format(source=source)})")
