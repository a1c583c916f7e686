"""From a real Tryton server to the marts: the first load, a load of nothing new, a day's changes, and an old version that
arrives last. Tryton's own ledger is asked directly, past everything that is tested."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from bench.tie_out import ledger_totals
from ingestion.instances import Instance
from ingestion.landing.land import land
from ingestion.landing.ledger import LoadReport
from ingestion.landing.replay import replay_archive
from ingestion.settings import Settings, new_key
from ingestion.warehouse import Warehouse
from simulator.tryton.server import Server
from tests.dbt.runs import Project, row_hashes
from tests.end_to_end.test_tryton_server import read

KEY_NAME = "PARLINE_TEST_TRYTON_KEY"
# What is looked at row by row, order lines and everything that is published of invoices: the column that names them.
WATCHED = {
    "canonical.fct_po_line": "source_pk",
    "mart_procurement.mart_three_way_match": "invoice_number",
    "mart_procurement.mart_spend_cube": "invoice_number",
    "mart_finance.mart_ap_reconciliation": "invoice_number",
}


class Platform:
    """A home with one Tryton instance: load it, build it, ask it."""

    def __init__(self, home: Path, project: Project, archive_key: str):
        self.settings = Settings(
            home=home, archive_key=archive_key, pseudonym_key="QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
        )
        self._project = project

    def load(self, server: Server) -> LoadReport:
        os.environ[KEY_NAME] = server.key
        with Warehouse(self.settings.warehouse_path) as warehouse:
            report = land(warehouse, self._instance(server), self.settings)
        failed = {item.object: item.error for item in report.objects.values() if item.status != "COMPLETE"}
        assert failed == {}
        assert report.is_clean
        return report

    def replay(self, server: Server) -> LoadReport:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            return replay_archive(warehouse, self._instance(server), self.settings)

    def build(self) -> set[tuple[str, str]]:
        """The hashes of all rows of all marts, as built now."""
        self._project.build_with_mastering(self.settings.warehouse_path)
        return row_hashes(self._project, self.settings.warehouse_path)

    def ask(self, query: str) -> list[tuple]:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            return warehouse.connection.execute(query).fetchall()

    def rows(self) -> dict[str, set[tuple]]:
        """The rows of the watched tables without what only says when and by which run they were written."""
        found = {}
        for table in WATCHED:
            schema, name = table.split(".")
            columns = self.ask(
                f"SELECT column_name FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{name}'"
                " AND column_name NOT IN ('load_id', 'run_id', 'first_loaded_at', 'last_loaded_at', 'source_version_at')"
            )
            listed = ", ".join(column for (column,) in columns)
            found[table] = set(self.ask(f"SELECT {WATCHED[table]} AS document, {listed} FROM {table}"))
        return found

    @staticmethod
    def _instance(server: Server) -> Instance:
        return Instance("tryton_main", "tryton", server.url.removesuffix("/rest"), KEY_NAME)


@pytest.fixture
def platform(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Platform]:
    project = Project(tmp_path_factory.mktemp("dbt"))
    archive_key = new_key()
    return lambda name: Platform(tmp_path / name, project, archive_key)


def test_a_real_erp_reaches_the_marts_whole_and_follows_it_row_by_row(
    platform: Callable[[str], Platform], changeable: Server, tmp_path: Path
) -> None:
    first = platform("first")
    _everything_came(first, first.load(changeable), changeable)
    hashes, rows = first.build(), first.rows()
    _spend_is_the_ledger(first, changeable)
    _names_and_types_survived(first, changeable)

    again = first.load(changeable)
    assert sum(item.landed for item in again.objects.values()) == 0
    assert first.build() == hashes

    early_archive = tmp_path / "early_archive"
    shutil.copytree(first.settings.archive_dir, early_archive)
    touched = _a_day_passes(changeable)
    first.load(changeable)
    later_hashes, later_rows = first.build(), first.rows()
    changed = {table: {row[0] for row in later_rows[table] ^ rows[table]} for table in WATCHED}
    assert changed == {
        "canonical.fct_po_line": touched.order_lines,
        # The note takes its quantity back from the invoice it credits: both are judged again.
        "mart_procurement.mart_three_way_match": {touched.credit_note, touched.credited_invoice},
        "mart_procurement.mart_spend_cube": {touched.credit_note},
        "mart_finance.mart_ap_reconciliation": {touched.credit_note},
    }
    _spend_is_the_ledger(first, changeable)

    other = platform("other")
    other.load(changeable)
    assert other.build() == later_hashes
    shutil.copytree(early_archive, other.settings.archive_dir, dirs_exist_ok=True)
    late = other.replay(changeable)
    assert sum(item.superseded for item in late.objects.values()) > 0
    assert sum(item.landed for name, item in late.objects.items() if name == "purchase") == 0
    assert other.build() == later_hashes


def _everything_came(platform: Platform, report: LoadReport, server: Server) -> None:
    counted = {item.object: item.source_count for item in report.objects.values()}
    truth = server.truth["counts"]
    for model, obj in {
        "party.party": "party", "product.product": "product", "purchase.purchase": "purchase",
        "stock.move": "stock_move", "account.invoice": "invoice", "account.move": "account_move",
        "account.payment": "payment",
    }.items():  # fmt: skip
        assert counted[obj] == truth[model], obj
    assert truth["purchase.purchase"] >= 30
    lines = platform.ask("SELECT count(*) FROM raw_tryton.purchase_line")[0][0]
    assert lines == truth["purchase.line"]


def _spend_is_the_ledger(platform: Platform, server: Server) -> None:
    ledger = sum(ledger_totals(server.url.removesuffix("/rest"), server.key).values(), Decimal(0))
    spend = platform.ask("SELECT sum(spend_net_amount) FROM mart_procurement.mart_spend_cube")[0][0]
    assert spend == ledger
    assert platform.ask("SELECT count(*) FROM mart_finance.mart_ap_reconciliation WHERE difference_amount <> 0") == [
        (0,)
    ]


def _names_and_types_survived(platform: Platform, server: Server) -> None:
    names = dict(platform.ask("SELECT code, name FROM raw_tryton.party WHERE code IS NOT NULL"))
    assert server.truth["suppliers"].items() <= names.items()
    supplier_names = {row[0] for row in platform.ask("SELECT supplier_name FROM canonical.dim_supplier")}
    assert set(server.truth["suppliers"].values()) <= supplier_names
    inexact = platform.ask(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE data_type IN ('FLOAT', 'DOUBLE') "
        "AND (table_schema LIKE 'raw%' OR table_schema LIKE 'mart%' OR table_schema IN ('staging', 'canonical', 'restricted'))"
    )
    assert inexact == []
    untyped = platform.ask(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE (column_name LIKE '%\\_at' ESCAPE '\\' AND data_type <> 'TIMESTAMP' "
        "OR column_name LIKE '%\\_date' ESCAPE '\\' AND data_type <> 'DATE') AND NOT starts_with(table_name, '_dlt')"
    )
    assert untyped == []


@dataclass
class Touched:
    """What a day's activity touched: ids of order lines, numbers of invoices."""

    order_lines: set[str]
    credit_note: str
    credited_invoice: str


def _a_day_passes(server: Server) -> Touched:
    """Three orders more, one changed, one cancelled, a line of one removed, a credit note posted."""
    steps = ("add_orders --count 3", "change_order", "cancel_order", "remove_line", "credit_note")
    added, changed, cancelled, removed, credit = (server.advance(*step.split()) for step in steps)
    assert len(added["purchase.purchase"]) == 3
    cancelled_lines = read(server, "purchase.purchase", ["lines"], [["id", "in", cancelled["purchase.purchase"]]])[0][
        "lines"
    ]
    numbers = {row["id"]: row["number"] for row in read(server, "account.invoice", ["number"])}
    lines = [*added["purchase.line"], *changed["purchase.line"], *cancelled_lines, *removed["purchase.line"]]
    return Touched({str(line) for line in lines}, numbers[credit["account.invoice"][0]], numbers[credit["credited"][0]])
