"""What no seed maps is listed for each instance, with its rows and what they are worth, the dearest first."""

from decimal import Decimal

import duckdb
import pytest
import yaml

from orchestration.definitions import DBT_PROJECT_DIR
from orchestration.mappings import MAPPED, Mapped, Unmapped, unmapped

LEDGER = """
    CREATE SCHEMA staging; CREATE SCHEMA seeds;
    CREATE TABLE staging.stg_finance_files__ledger_line (
        source_instance VARCHAR, gl_account_code VARCHAR, cost_center_code VARCHAR, functional_amount DECIMAL(18,2));
    INSERT INTO staging.stg_finance_files__ledger_line VALUES
        ('ledger_north', '600100', '10', 100.00), ('ledger_north', '600200', '10', -250.25),
        ('ledger_north', '700100', '20', 1.00), ('ledger_north', '700100', '20', -2.00),
        ('ledger_south', '700100', '10', 5.00), ('ledger_south', NULL, NULL, 9.00);
    CREATE TABLE seeds.map_gl_account (source_system VARCHAR, source_instance VARCHAR, source_code_prefix VARCHAR);
    INSERT INTO seeds.map_gl_account VALUES ('finance_files', '*', '6001'), ('sap_s4', '*', '7');
    CREATE TABLE seeds.map_cost_center (source_system VARCHAR, source_instance VARCHAR, source_code VARCHAR);
    INSERT INTO seeds.map_cost_center VALUES ('finance_files', 'ledger_north', '10'), ('finance_files', '*', '20');
"""


def test_codes_are_listed_by_instance_with_rows_and_money_and_what_is_mapped_is_not() -> None:
    with duckdb.connect() as connection:
        connection.execute(LEDGER)
        found = {
            (mapped.map.seed, code.instance, code.code): (code.rows, code.money)
            for mapped, codes in unmapped(connection)
            for code in codes
        }
    assert found == {
        ("map_gl_account", "ledger_north", "600200"): (1, Decimal("250.25")),
        ("map_gl_account", "ledger_south", "700100"): (1, Decimal("5.00")),
        ("map_gl_account", "ledger_north", "700100"): (2, Decimal("3.00")),
        # The same code of another instance is not mapped by a line for one instance.
        ("map_cost_center", "ledger_south", "10"): (1, Decimal("5.00")),
    }
    assert list(found)[:3] == sorted(list(found)[:3], key=lambda key: -(found[key][1] or 0))


def test_a_suppliers_own_unit_maps_it_for_him_alone() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE SCHEMA staging; CREATE SCHEMA seeds;
            CREATE TABLE staging.stg_d365__purchase_order (
                source_instance VARCHAR, company_code VARCHAR, po_number VARCHAR, supplier_id VARCHAR);
            INSERT INTO staging.stg_d365__purchase_order VALUES
                ('d365', 'H3', 'P1', '4711'), ('d365', 'H3', 'P2', '4712'), ('d365', 'H3', 'P3', NULL);
            CREATE TABLE staging.stg_d365__purchase_order_line (
                source_instance VARCHAR, company_code VARCHAR, po_number VARCHAR, uom_code VARCHAR, amount DECIMAL(18,2));
            INSERT INTO staging.stg_d365__purchase_order_line VALUES
                ('d365', 'H3', 'P1', 'EA', 1.00), ('d365', 'H3', 'P1', 'BX9', 10.00), ('d365', 'H3', 'P2', 'BX9', 20.00),
                ('d365', 'H3', 'P2', 'BX9', 2.00), ('d365', 'H3', 'P3', 'BX9', 3.00);
            CREATE TABLE seeds.map_uom (source_system VARCHAR, supplier_code VARCHAR, source_uom_code VARCHAR);
            INSERT INTO seeds.map_uom VALUES ('d365', '*', 'EA'), ('d365', '4711', 'BX9'), ('sap_s4', '*', 'BX9')""")
        found = [(mapped.map.seed, codes) for mapped, codes in unmapped(connection)]
    assert found == [("map_uom", [Unmapped("d365", "BX9", 3, Decimal("25.00"))])]


@pytest.mark.parametrize("mapped", MAPPED, ids=lambda mapped: f"{mapped.system} {mapped.column}")
def test_every_mapped_column_is_one_of_staging_and_every_map_is_a_seed(mapped: Mapped) -> None:
    described: dict[str, set[str]] = {}
    for path in (DBT_PROJECT_DIR / "models" / "staging" / mapped.system).glob("*__models.yml"):
        for model in yaml.safe_load(path.read_text())["models"]:
            described[model["name"]] = {column["name"] for column in model["columns"]}
    assert mapped.models <= set(described)
    assert {mapped.column, mapped.supplier or mapped.column} <= set().union(
        *(described[model] for model in mapped.models)
    )
    header = (DBT_PROJECT_DIR / "seeds" / f"{mapped.map.seed}.csv").read_text().splitlines()[0].split(",")
    assert {"source_system", mapped.map.code} <= set(header)
