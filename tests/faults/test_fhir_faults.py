"""F2, F3, F4, F9 and F10 against the simulator's FHIR server, by search and by bulk export."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.instances import Instance
from ingestion.landing.land import Mode, land
from ingestion.landing.ledger import LoadReport
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from tests.faults.board import Board
from tests.ingestion.fhir_server import FhirServerProcess
from tests.ingestion.landing_world import KEY

COUNT = 12


def organization(number: int, name: str | None = None) -> dict[str, Any]:
    return {
        "resourceType": "Organization", "id": f"org{number:02}", "active": True, "name": name or f"Hospital {number}",
        "identifier": [{"value": f"H{number}"}],
        "meta": {"lastUpdated": f"2026-01-{number + 1:02}T10:00:00.000Z"},
    }  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FhirServerProcess]:
    folder = tmp_path_factory.mktemp("fhir")
    rows = "".join(json.dumps(organization(number)) + "\n" for number in range(COUNT))
    (folder / "Organization.ndjson").write_text(rows, encoding="utf-8")
    server = FhirServerProcess.start(folder, "--rows-per-file", "5", "--polls", "0")
    yield server
    server.stop()


class Ward:
    """One warehouse that reads the organizations of the server, and what they are called there."""

    def __init__(self, home: Path, server: FhirServerProcess):
        self.server = server
        self.settings = Settings(home=home, archive_key=KEY, pseudonym_key=KEY)
        self.truth = {f"org{number:02}": f"Hospital {number}" for number in range(COUNT)}

    def load(self, access: str, mode: Mode = "incremental") -> LoadReport:
        options = {"access": access, "page_size": 4}
        instance = Instance("ehr", "fhir_r4", self.server.base_url, objects=("organization",), options=options)
        with Warehouse(self.settings.warehouse_path) as warehouse:
            report = land(warehouse, instance, self.settings, mode=mode)
        assert all(item.unaccounted == 0 for item in report.objects.values())
        return report

    def fired(self) -> int:
        return sum(fault["fired"] for fault in httpx.get(f"{self.server.control_url}/_fault").json())

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            return warehouse.connection.execute(sql).fetchall()

    def judge(self, fault: str, board: Board) -> None:
        with Warehouse(self.settings.warehouse_path) as warehouse:
            board.judge(fault, warehouse.connection, "raw_fhir_r4.organization", "name", self.truth, self.fired())


@pytest.fixture
def ward(tmp_path: Path, running: FhirServerProcess) -> Iterator[Ward]:
    running.calm()
    running.change(*(organization(number) for number in range(COUNT)), keep_meta=True)
    yield Ward(tmp_path, running)
    running.calm()


@pytest.mark.parametrize(
    ("fault", "access"),
    [
        ("too-many-requests", "search"), ("gateway-timeout", "search"), ("truncated-body", "search"),
        ("dropped-connection", "search"), ("slow-answer", "search"), ("file-error", "bulk"),
        ("dropped-connection", "bulk"), ("shifting-page", "search"), ("outcome-entry", "search"),
        ("duplicate-row", "search"),
    ],
)  # fmt: skip
def test_f2_f4_what_passes_or_repeats_costs_no_row(ward: Ward, board: Board, fault: str, access: str) -> None:
    scope = {"dropped-connection": "bulkfiles" if access == "bulk" else "Organization"}.get(fault)
    ward.server.fault(fault, **({"match": scope} if scope else {}))
    assert ward.load(access, mode="full").is_clean
    assert ward.query("SELECT count(*) FROM ops.drift") == [(0,)]
    ward.judge(f"{'F4' if fault in ('shifting-page', 'duplicate-row') else 'F2'} {fault}, {access}", board)


@pytest.mark.parametrize(
    ("fault", "access"),
    [
        ("outcome-instead-of-bundle", "search"), ("html-page", "search"), ("empty-page", "search"),
        ("repeated-page", "search"), ("endless-next", "search"), ("file-gone", "bulk"), ("export-gone", "bulk"),
        ("manifest-errors", "bulk"), ("wrong-count", "bulk"), ("duplicate-row", "bulk"),
    ],
)  # fmt: skip
def test_f3_f4_what_is_no_whole_answer_fails_or_is_read_again_and_the_next_load_recovers(
    ward: Ward, board: Board, fault: str, access: str
) -> None:
    ward.server.fault(fault, **({"match": "Organization"} if fault == "html-page" else {}))
    first = ward.load(access)
    fired = ward.fired()
    held = ward.query("SELECT count(*) FROM raw_fhir_r4.organization")
    assert (first.objects["organization"].status, held) in (("FAILED", [(0,)]), ("COMPLETE", [(COUNT,)]))
    ward.server.calm()
    assert ward.load(access).is_clean
    with Warehouse(ward.settings.warehouse_path) as warehouse:
        label = f"{'F4' if fault in ('repeated-page', 'endless-next') else 'F3'} {fault}, {access}"
        board.judge(label, warehouse.connection, "raw_fhir_r4.organization", "name", ward.truth, fired)


def test_f9_an_unknown_field_is_reported_and_never_stored(ward: Ward, board: Board) -> None:
    ward.server.fault("unknown-field", times=None)
    assert ward.load("search").is_clean
    assert ward.query("SELECT kind, field FROM ops.drift") == [("ADDED", "unknownField")]
    columns = ward.query("SELECT column_name FROM information_schema.columns WHERE column_name ILIKE '%unknown%'")
    assert columns == []
    ward.judge("F9 unknown-field, search", board)


def test_f9_a_value_of_another_type_holds_its_record_only(ward: Ward, board: Board) -> None:
    ward.server.fault("changed-type", field="name")
    ward.load("bulk")
    assert ward.query("SELECT kind, field FROM ops.drift") == [("RETYPED", "name")]
    assert ward.query("SELECT error_class, field, status FROM ops.quarantine") == [("TYPE", "name", "OPEN")]
    ward.judge("F9 changed-type, bulk", board)


@pytest.mark.parametrize("fault", ["malformed-line", "missing-id"])
def test_f10_a_poison_record_costs_itself_and_the_next_load_brings_it(ward: Ward, board: Board, fault: str) -> None:
    ward.server.fault(fault)
    report = ward.load("bulk").objects["organization"]
    assert (report.fetched, report.quarantined) == (COUNT, 1)
    # It has no key to be known by: the comparison of keys misses it, and fetches it at once.
    fired = ward.fired()
    ward.server.calm()
    ward.load("bulk", mode="full")
    with Warehouse(ward.settings.warehouse_path) as warehouse:
        board.judge(f"F10 {fault}, bulk", warehouse.connection, "raw_fhir_r4.organization", "name", ward.truth, fired)
