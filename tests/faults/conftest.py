"""Servers and warehouses that faults are tried on, and the table at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.instances import Instance
from ingestion.landing.land import Mode, land
from ingestion.landing.ledger import LoadReport
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from tests.connectors.conftest import made_world as made_world
from tests.faults.board import BOARD, Board
from tests.faults.matrix import MATRIX, STOCK
from tests.faults.small_network import FAULTS, FILES, PROTOCOLS
from tests.faults.tryton_like import TrytonLike
from tests.ingestion.landing_world import KEY
from tests.orchestration.conftest import small_dbt_project as small_dbt_project

TOKEN = "PARLINE_TEST_TOKEN"


class Shop:
    """One warehouse that reads the parties of one Tryton-like server."""

    def __init__(self, home: Path, server: TrytonLike):
        self.home, self.server = home, server
        self.settings = Settings(home=home, archive_key=KEY, pseudonym_key=KEY)
        self.instance = Instance("erp", "tryton", server.url, secret=TOKEN, objects=("party",))

    def load(self, mode: Mode = "incremental") -> LoadReport:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            report = land(warehouse, self.instance, self.settings, mode=mode)
        assert all(item.unaccounted == 0 for item in report.objects.values())
        return report

    def judge(self, fault: str, board: Board, fired: int) -> None:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            board.judge(fault, warehouse.connection, "raw_tryton.party", "name", self.server.names(), fired)
            lines = warehouse.connection.execute(
                "SELECT count(*), count(DISTINCT _row_key), count(DISTINCT (_parent_row_key, id)) "
                "FROM raw_tryton.party_identifier"
            ).fetchone()
            assert len(set(lines or ())) == 1, f"{fault}: identifiers are doubled: {lines}"


@pytest.fixture
def board() -> Board:
    return BOARD


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrytonLike]:
    """450 parties, changed one a minute: three pages."""
    monkeypatch.setenv(TOKEN, "token")
    with TrytonLike() as server:
        fill(server)
        yield server


def fill(server: TrytonLike, count: int = 450) -> None:
    for number in range(1, count + 1):
        server.put(number, f"Party {number}", server.clock)
        server.tick(minutes=1)


@pytest.fixture
def shop(tmp_path: Path, server: TrytonLike) -> Shop:
    return Shop(tmp_path, server)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if BOARD.scores:
        terminalreporter.section("faults: rows against the source")
        for line in BOARD.lines():
            terminalreporter.write_line(line)
    protocols = [protocol.name for protocol in (*PROTOCOLS, FILES)]
    if MATRIX.results:
        terminalreporter.section("faults by protocol: what loads under the fault did, and how often it struck")
        for line in MATRIX.lines(FAULTS, protocols):
            terminalreporter.write_line(line)
        terminalreporter.write_line(f"{len(MATRIX.results)} cells, silent wrong rows: {MATRIX.silent}")
    if STOCK.results:
        terminalreporter.section("stock dlt rest_api: wrong after a green run (in brackets: until the next one)")
        for line in STOCK.lines(FAULTS, [name for name in protocols if any(key[1] == name for key in STOCK.results)]):
            terminalreporter.write_line(line)
