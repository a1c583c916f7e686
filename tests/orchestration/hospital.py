"""A small warehouse written by hand, for the tests of publishing and backup: two marts, one canonical table, raw
history and quarantine. Its figures are few enough to be known by heart."""

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse

STATEMENTS = (
    "CREATE SCHEMA mart_procurement",
    "CREATE SCHEMA canonical",
    "CREATE SCHEMA restricted",
    "CREATE SCHEMA raw_tryton",
    "CREATE SCHEMA ops",
    "CREATE TABLE mart_procurement.mart_spend_cube (supplier_name VARCHAR, spend_amount DECIMAL(18,2), run_id VARCHAR)",
    "INSERT INTO mart_procurement.mart_spend_cube VALUES ('Medline', 100.10, 'run-1'), ('Cardinal', 250.25, 'run-1')",
    "CREATE VIEW mart_procurement.mart_supplier AS SELECT supplier_name FROM mart_procurement.mart_spend_cube",
    "CREATE TABLE canonical.dim_supplier (supplier_key VARCHAR, supplier_name VARCHAR)",
    "INSERT INTO canonical.dim_supplier VALUES ('s1', 'Medline'), ('s2', 'Cardinal')",
    "CREATE TABLE canonical.fct_encounter (encounter_key VARCHAR)",
    "INSERT INTO canonical.fct_encounter VALUES ('e1')",
    "CREATE TABLE restricted.mart_case_cost (case_key VARCHAR)",
    "CREATE TABLE raw_tryton.party (_row_key VARCHAR NOT NULL, name VARCHAR, credit DECIMAL(18,6), changed TIMESTAMP)",
    "INSERT INTO raw_tryton.party VALUES ('r1', 'Medline', 0.000001, '2026-11-01 10:00:00.123456'), "
    "('r2', 'Medline Inc', NULL, NULL)",
    "CREATE TABLE ops.quarantine (quarantine_id VARCHAR PRIMARY KEY, payload JSON, status VARCHAR DEFAULT 'OPEN')",
    """INSERT INTO ops.quarantine VALUES ('q1', '{"unit": "BX9", "deep": [1, 2.50]}', 'OPEN')""",
    "CREATE TABLE ops.load_audit (load_id VARCHAR, fetched HUGEINT)",
    "INSERT INTO ops.load_audit VALUES ('l1', 170141183460469231731687303715884105727)",
)


def build_hospital(settings: Settings) -> None:
    with Warehouse(settings.warehouse_path) as warehouse:
        for statement in STATEMENTS:
            warehouse.connection.execute(statement)


def model_node(schema: str, name: str, description: str = "", columns: dict[str, str] | None = None, **config) -> dict:
    """A model as dbt's manifest describes it, as far as publishing reads it."""
    return {
        "resource_type": "model",
        "schema": schema,
        "name": name,
        "description": description,
        "columns": {
            column: {"description": text, "config": {"meta": {"audit": column == "run_id"}}}
            for column, text in (columns or {}).items()
        },
        "config": {"materialized": "table", **config},
    }


MANIFEST = {
    "nodes": {
        "model.parline.mart_spend_cube": model_node(
            "mart_procurement",
            "mart_spend_cube",
            "One row per supplier's name; it's small.",
            {"supplier_name": "As the ERP writes it.", "spend_amount": "In USD.", "run_id": "Run that wrote it."},
        ),
        "model.parline.mart_supplier": model_node("mart_procurement", "mart_supplier"),
        "model.parline.dim_supplier": model_node("canonical", "dim_supplier", meta={"published": True}),
        "model.parline.fct_encounter": model_node("canonical", "fct_encounter", columns={"encounter_key": ""}),
        "model.parline.mart_case_cost": model_node("restricted", "mart_case_cost", columns={"case_key": ""}),
        "test.parline.unique": {"resource_type": "test", "schema": "mart_procurement", "name": "unique"},
    }
}
