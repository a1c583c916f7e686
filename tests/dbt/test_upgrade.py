"""Upgrading: what the previous release backed up is restored, built and published by today's code, and nothing is lost.

Belongs here: the data of then (previous_release/), the figures that were worked out by hand for it. The documents are those of
hospital.py, which have not changed since.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from costing import tables as costing_tables
from ingestion.contracts import known_systems, load_contract
from ingestion.landing.ledger import Ledger
from ingestion.landing.raw import RawTables
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from mastering import tables as mastering_tables
from orchestration.backup import restore
from orchestration.definitions import DBT_PROJECT_DIR
from orchestration.publish import BuildFacts, publish, published_models
from tests.dbt.runs import Project

BACKUP = Path(__file__).parent / "previous_release" / "backup"
MARTS = (
    "mart_three_way_match", "mart_invoice_line_exception", "mart_spend_cube", "mart_ap_reconciliation", "mart_freshness",
    "mart_data_quality",
)  # fmt: skip
# What a later release says it makes anew: its rows are noticed again by the next load (CHANGELOG.md).
MADE_ANEW = {"ops.drift"}


@pytest.fixture(scope="module")
def home(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An empty home after `parline restore` and the steps of `parline run` below the sources, none of which answers."""
    settings = Settings(home=tmp_path_factory.mktemp("upgraded") / "home")
    restore(settings, BACKUP)
    with Warehouse(settings.warehouse_path) as warehouse:
        ledger = Ledger(warehouse.connection)
        for system in known_systems():
            ledger.agree(load_contract(system))  # refuses a contract that changed under its version
            RawTables(warehouse.connection, load_contract(system)).ensure()
        mastering_tables.ensure(warehouse.connection)
        costing_tables.ensure(warehouse.connection)
    # Tests of what is built here and of nothing else.
    only = ["--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"]
    project.run(["build", *only, "--select", *(f"+{name}" for name in MARTS)], settings.warehouse_path)
    manifest = json.loads((DBT_PROJECT_DIR / "target" / "manifest.json").read_text(encoding="utf-8"))
    models = [model for model in published_models(manifest) if model.table.name in MARTS]
    with Warehouse(settings.warehouse_path) as warehouse:
        settings.published_dir.mkdir()
        publish(warehouse.connection, settings.published_dir, models, BuildFacts("run-1", "abc123"), 5)
    return settings


@pytest.fixture(scope="module")
def analyst(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home.published_dir / "analytics.duckdb"), read_only=True) as connection:
        yield connection


def test_every_row_of_then_is_there(home: Settings) -> None:
    then = {
        f"{one['schema']}.{one['name']}": one["rows"]
        for one in json.loads((BACKUP / "manifest.json").read_text())["tables"]
    }
    assert sum(then.values()) > 300
    with Warehouse(home.warehouse_path) as warehouse:
        now = {
            name: warehouse.connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in then.keys() - MADE_ANEW
        }
    # Contracts that are new are agreed on beside those of then.
    assert now.pop("ops.contract") == len(known_systems())
    assert now == {name: rows for name, rows in then.items() if name in now}


def test_spend_is_what_it_was_to_the_cent(analyst: duckdb.DuckDBPyConnection) -> None:
    # Worked out in test_spend.py: 15,185.81 dollars of live invoices, 4,222.00 of them credits.
    assert analyst.execute(
        "SELECT sum(spend_net_amount), sum(credit_amount) FROM mart_procurement.mart_spend_cube"
    ).fetchall() == [(Decimal("15185.81"), Decimal("-4222.00"))]
    assert analyst.execute(
        "SELECT count(*) FROM mart_finance.mart_ap_reconciliation WHERE difference_amount <> 0"
    ).fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("invoice", "status", "code"),
    [
        ("I1", "MATCHED_EXACT", None), ("I2", "EXCEPTION", "PRICE_OVER"), ("I5", "EXCEPTION", "UOM_MISMATCH"),
        ("I9", "MATCHED_EXACT", None), ("I22", "EXCEPTION", "QTY_OVER_INVOICED"), ("I40", "VOID", None),
    ],
)  # fmt: skip
def test_the_match_says_what_it_said(
    analyst: duckdb.DuckDBPyConnection, invoice: str, status: str, code: str | None
) -> None:
    assert analyst.execute(
        "SELECT match_status, primary_exception_code FROM mart_procurement.mart_three_way_match "
        "WHERE invoice_number = ? AND line_number = 1 AND line_type <> 'TAX'",
        [invoice],
    ).fetchall() == [(status, code)]


def test_what_was_set_aside_still_waits(analyst: duckdb.DuckDBPyConnection) -> None:
    assert analyst.execute(
        "SELECT object_name, quarantined_count FROM mart_operations.mart_freshness WHERE quarantined_count > 0"
    ).fetchall() == [("purchase", 1)]
