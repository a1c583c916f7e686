"""A published database of invented rows: every table that the pages read, with the columns of its contract in dbt.

Belongs here: rows of any value that a column may hold (other currencies, unknown facilities, nulls, amounts below zero, names
that are SQL or HTML), so that a page is held against SQL and not against a story. Not here: what a page must show.
"""

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from bi.pages import LABELS, PAGES
from orchestration.assets.pack import required_tables

MONTHS = [f"{2025 + (8 + month) // 12}-{(8 + month) % 12 + 1:02d}" for month in range(15)]  # to November 2026
AS_OF = date(2026, 11, 20)
FACILITIES = ["H1", "H2", "A1", "-1"]
# A name may be anything that somebody typed into a system.
NAMES = ["Acme & Sons", "O'Hara <b>Medical</b>", '=SUM(A1), "quoted"', "Ünïcode GmbH", "PLAIN", None]
ROWS = 240
TABLES = (required_tables() | {relation for relation, _, _ in LABELS.values()} | {
    "mart_operations.mart_exec_kpi", "mart_procurement.mart_three_way_match",
})  # fmt: skip


def make(path: Path, dbt_manifest: Path, incomplete: dict[str, str] | None = None, rows: int = ROWS) -> Path:
    """Write the database. incomplete: table to the reason why it is."""
    chance = random.Random(7)
    nodes = json.loads(dbt_manifest.read_text(encoding="utf-8"))["nodes"].values()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA about")
        connection.execute(
            "CREATE TABLE about.build AS SELECT '20261120T060000000000' AS build_id, "
            "TIMESTAMP '2026-11-20 06:00' AS built_at, 'abcdef0123' AS git_commit, 'r1' AS run_id"
        )
        named = "schema_name VARCHAR, table_name VARCHAR"
        for table in (
            f"tables ({named}, owner_role VARCHAR, rows BIGINT, digest VARCHAR, is_data_complete BOOLEAN, "
            "incomplete_because VARCHAR)",
            f"questions ({named}, question VARCHAR, sql VARCHAR)",
            f"lineage ({named}, from_schema_name VARCHAR, from_table_name VARCHAR)",
            f"checks ({named}, column_name VARCHAR, check_name VARCHAR, is_blocking BOOLEAN)",
        ):
            connection.execute(f"CREATE TABLE about.{table}")
        for node in nodes:
            name = f"{node.get('schema')}.{node['name']}"
            if node["resource_type"] != "model" or name not in TABLES:
                continue
            columns = {column: said["data_type"] for column, said in node["columns"].items()}
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {node['schema']}")
            connection.execute(f"CREATE TABLE {name} ({', '.join(f'{one} {type_}' for one, type_ in columns.items())})")
            fixed = [{}] * rows if node["name"] != "mart_exec_kpi" else KPI_KEYS[: rows * len(KPI_KEYS)]
            values = [
                [said.get(one, value(chance, node["name"], one, type_)) for one, type_ in columns.items()]
                for said in fixed
            ]
            if values:
                row = f"({', '.join('?' * len(columns))})"
                connection.execute(
                    f"INSERT INTO {name} VALUES {', '.join([row] * len(values))}",
                    [one for line in values for one in line],
                )
            because = (incomplete or {}).get(name)
            connection.execute(
                "INSERT INTO about.tables VALUES (?, ?, 'finance-data', ?, 'digest', ?, ?)",
                [node["schema"], node["name"], rows, because is None, because],
            )
        connection.execute(
            "INSERT INTO about.questions VALUES ('mart_finance', 'mart_gr_ir', 'What is <open>?', 'select 1 < 2')"
        )
        connection.execute("INSERT INTO about.lineage VALUES ('mart_finance', 'mart_gr_ir', 'canonical', 'dim_item')")
        connection.execute(
            "INSERT INTO about.checks VALUES ('mart_finance', 'mart_gr_ir', 'period', 'is_filled', true)"
        )
        connection.execute("COMMENT ON COLUMN mart_finance.mart_gr_ir.period IS 'Month, YYYY-MM.'")
        # Spend is made of invoices, of which one system is late and another is not; its lateness concerns nobody else.
        connection.execute(
            "INSERT INTO about.lineage VALUES ('mart_procurement', 'mart_spend_cube', 'canonical', 'fct_invoice_line'), "
            "('canonical', 'fct_invoice_line', 'raw_erp', 'invoice')"
        )
        connection.execute("UPDATE mart_operations.mart_freshness SET is_late = false, source_system = 'other'")
        for instance, is_late in (("erp_late", "true"), ("erp_timely", "false")):
            connection.execute(
                "INSERT INTO mart_operations.mart_freshness (source_instance, source_system, object_name, is_late, "
                f"agreed_hours, hours_since_answer) SELECT '{instance}', 'erp', 'invoice', {is_late}, 4, 30.4 WHERE {rows} > 0"
            )
        # A key has one name; the names of keys that nobody knows are missing on purpose.
        for relation, key, label in LABELS.values():
            connection.execute(f"DELETE FROM {relation}")
            keys = FACILITIES[:3] if key == "facility_key" else [f"K{number}" for number in range(1, 5)]
            for number, one in enumerate(keys if rows else ()):
                connection.execute(f"INSERT INTO {relation} ({key}, {label}) VALUES (?, ?)", [one, NAMES[number]])
        connection.execute("UPDATE mart_operations.mart_exec_kpi SET is_whole_network = facility_key = 'ALL'")
    return path


# One row a key figure, facility and month, as the mart has it.
KPI_KEYS = [
    {"kpi_code": code, "facility_key": facility, "period": month}
    for code in sorted({code for page in PAGES for code in page.kpis})
    for facility in ("ALL", "H1", "A1")
    for month in MONTHS
]


def value(chance: random.Random, table: str, column: str, type_: str) -> Any:
    """Something that the column may hold."""
    fixed = {
        "as_of_date": AS_OF, "kpi_unit": "SHARE", "kpi_name": "A key figure",
        "kpi_status": chance.choice(["GREEN", "AMBER", "RED", "NO_TARGET"]), "comparison": "PRIOR_YEAR",
        "page_name": "contracts", "figure_name": "price-high", "pick_name": "supplier",
        "better_when": "LOWER", "slice_kind": "ALL", "invoice_status": chance.choice(["PAID", "OPEN"]),
        "compliance_class": chance.choice(["ON_CONTRACT_PRICE_HIGH", "OFF_CONTRACT", "UNKNOWN_ITEM"]),
        "exception_code": chance.choice(["RECEIPT_MISSING", "PRICE_OVER"]), "primary_exception_code": "UOM_MISMATCH",
        "source_instance": chance.choice(["one", "two"]), "supplier_invoice_number": chance.choice(["B1", "B2", "B3"]),
        "measure_code": chance.choice(["PRIME_TIME_USE", "FIRST_CASE_ON_TIME", "ROOM_TURNOVER", "LENGTH_OF_STAY"]),
        "topic_name": chance.choice(["A topic", "Another"]),
        "position_date": date(2026, chance.randrange(9, 12), 30), "line_number": 1, "doc_type": "INVOICE",
    }  # fmt: skip
    if column in fixed:
        return fixed[column]
    if column == "facility_key":
        return chance.choice(FACILITIES)
    if column == "period":
        return chance.choice(MONTHS)
    if column.endswith("currency_code"):
        return chance.choice(["USD", "USD", "USD", "CAD"]) if table != "mart_exec_kpi" else None
    if column.endswith("_key"):
        return f"K{chance.randrange(1, 7)}"
    return of_type(chance, type_)


def of_type(chance: random.Random, type_: str) -> Any:
    if type_ == "varchar":
        return chance.choice(NAMES)
    if type_ == "boolean":
        return chance.random() < 0.5
    if type_ == "date":
        return date(2025, 9, 1) + timedelta(days=chance.randrange(440))
    if type_ == "timestamp":
        return date(2025, 9, 1) + timedelta(days=chance.randrange(440))
    if chance.random() < 0.1:
        return None
    if type_.startswith("decimal"):
        places = int(type_.rstrip(")").split(",")[1])
        return Decimal(chance.randrange(-200_000, 900_000)) / 10 ** min(places, 6) if places else Decimal(7)
    return chance.randrange(0, 50)
