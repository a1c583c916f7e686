"""What each record of the demo network's source systems truly is, as a file of labels that accuracy is measured with.

Belongs here: the numbers that systems show, and the truth behind each. Not here: measuring anything.
"""

import csv
from pathlib import Path

import duckdb

# Catalogues of the truth, and the parline instance that reads each; the legacy ERP has no interface, nobody reads it.
INSTANCES = {"sap_s4": "sap_s4", "oracle_fusion": "oracle_fusion", "d365": "d365", "ehr": "perioperative", "clm": "clm"}
QUERIES = {
    "item": """
        SELECT source, source_pk, item_id, item_class
        FROM '{truth}/truth_source_item.parquet' JOIN '{truth}/truth_item.parquet' USING (item_id)
        UNION
        -- A contract knows what it prices by the maker's part number.
        SELECT 'clm', contract_number || '|' || manufacturer_part_number, item_id, item_class
        FROM '{truth}/truth_contract_line.parquet' JOIN '{truth}/truth_item.parquet' USING (item_id)
        ORDER BY ALL""",
    "supplier": """
        SELECT source, source_pk, supplier_id, '' AS family
        FROM '{truth}/truth_source_supplier.parquet' ORDER BY ALL""",
}


def write_labels(world: Path, kind: str, file: Path) -> int:
    """Writes labels (source_instance, code, true_key, family) of items or suppliers as CSV; returns their number."""
    rows = duckdb.sql(QUERIES[kind].format(truth=world / "truth")).fetchall()
    with file.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.writer(out, lineterminator="\n")
        sheet.writerow(("source_instance", "code", "true_key", "family"))
        seen = [(INSTANCES[source], *rest) for source, *rest in rows if source in INSTANCES]
        sheet.writerows(seen)
    return len(seen)
