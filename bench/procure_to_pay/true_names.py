"""A warehouse as it would be if mastering made no mistake: every record of a source is what the truth says it is.

Belongs here: replacing the cross-references, and building what stands on them. Not here: how good mastering is
(bench/mastering).
"""

from pathlib import Path

import duckdb

from bench.build import dbt
from orchestration.assets.costing import READ_BY
from orchestration.assets.mastering import READ
from simulator.labels import write_labels

# A contract names items by the maker's part number, no two of which are the same in the truth; others of its market basket by
# their maker too.
OF_CONTRACTS = """
    INSERT INTO label
    SELECT DISTINCT 'clm', line.contract_number || '|' || item.manufacturer_part_number, item_id
    FROM '{truth}/truth_contract_line.parquet' AS line JOIN '{truth}/truth_item.parquet' AS item USING (item_id)
    UNION ALL
    SELECT 'clm', concat_ws('|', basket.contract_number, item.manufacturer_part_number, maker.supplier_name), item_id
    FROM '{truth}/truth_contract_basket.parquet' AS basket JOIN '{truth}/truth_item.parquet' AS item USING (item_id)
    JOIN '{truth}/truth_supplier.parquet' AS maker ON maker.supplier_id = manufacturer_id"""
GOLDEN = {"item": "item_key", "supplier": "supplier_key"}


def give_true_names(warehouse: Path, world: Path) -> None:
    """Writes the truth into mastering's cross-references; what records say of themselves then survives in place of what
    mastering had chosen."""
    with duckdb.connect(str(warehouse)) as connection:
        for kind in GOLDEN:
            labels = warehouse.with_name(f"{kind}_labels.csv")
            write_labels(world, kind, labels)
            connection.execute(f"""
                CREATE OR REPLACE TEMP TABLE label AS
                SELECT record.source_instance, record.source_{kind}_key AS source_key, true_key
                FROM canonical.int_{kind}_record AS record
                JOIN read_csv('{labels}', all_varchar = true) AS label
                    ON label.source_instance = record.source_instance AND label.code = record.{kind}_code""")
            if kind == "item":
                connection.execute(OF_CONTRACTS.format(truth=world / "truth"))
            connection.execute(f"""
                UPDATE mastering.{kind}_xref SET golden_key = true_key FROM label
                WHERE {kind}_xref.source_instance = label.source_instance AND {kind}_xref.source_key = label.source_key""")
            connection.execute(f"DELETE FROM mastering.golden_{kind}")


def build(warehouse: Path, as_of: str) -> None:
    """Everything that stands on mastering but what things cost, as a run builds it. Raises CalledProcessError."""
    others = [*(f"+{name}" for name in READ), *(f"{name}+" for name in READ_BY)]
    dbt(warehouse, as_of, "run", "--full-refresh", "--exclude", *others)
