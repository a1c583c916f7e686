"""FHIR Bulk Data against the simulator's server: every row once, and no missing row taken for none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.page import IncompleteAnswerError, Page, SourceError, Window
from ingestion.protocols.fhir_bulk import Export
from ingestion.protocols.http import JsonClient
from ingestion.sources.fhir_r4 import FhirR4, open_source
from tests.ingestion.fhir_server import FhirServerProcess
from tests.ingestion.scripted_server import ScriptedServer, reply

CONTRACT = load_contract("fhir_r4")
END = datetime(2100, 1, 1, tzinfo=UTC)
EVERYTHING = Window(None, END)
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "recorded" / "bulk_fhir"


def encounter(number: int, updated: str = "2026-01-01T00:00:00.000Z") -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": f"e{number}",
        "meta": {"lastUpdated": updated},
        "status": "finished",
        "class": {"code": "IMP"},
        "subject": {"reference": f"Patient/p{number % 3}"},
    }


def patient(number: int) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": f"p{number}", "meta": {"lastUpdated": "2026-01-01T00:00:00.000Z"}}


def write(folder: Path, *resources: dict[str, Any]) -> Path:
    for resource in resources:
        with (folder / f"{resource['resourceType']}.ndjson").open("a", encoding="utf-8") as file:
            file.write(json.dumps(resource) + "\n")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FhirServerProcess]:
    """7 encounters in files of 3 rows, 3 patients in one file, nothing else."""
    folder = tmp_path_factory.mktemp("fhir")
    write(folder, *(encounter(number) for number in range(7)), *(patient(number) for number in range(3)))
    server = FhirServerProcess.start(folder, "--rows-per-file", "3", "--polls", "1")
    yield server
    server.stop()


@pytest.fixture
def source(server: FhirServerProcess) -> Iterator[FhirR4]:
    server.calm()
    source = open_source(
        Instance("ehr", "fhir_r4", server.base_url, objects=("encounter", "patient", "device")), CONTRACT
    )
    yield source
    source.close()


def read(source: FhirR4, name: str, window: Window = EVERYTHING) -> list[Page]:
    return list(source.pages(CONTRACT.by_name[name], window))


def ids(pages: list[Page]) -> list[str]:
    return [json.loads(line)["id"] for page in pages for line in page.body.splitlines()]


def count_requests(server: FhirServerProcess, match: str) -> None:
    server.fault("slow-answer", match=match, seconds=0, times=None)


def counted(server: FhirServerProcess) -> int:
    return int(httpx.get(f"{server.control_url}/_fault").json()[0]["fired"])


def test_one_export_serves_all_objects_of_a_load(server: FhirServerProcess, source: FhirR4) -> None:
    count_requests(server, r"/fhir/\$export")

    encounters, patients, devices = (read(source, name) for name in ("encounter", "patient", "device"))

    assert ids(encounters) == [f"e{number}" for number in range(7)]
    assert [page.records for page in encounters] == [3, 3, 1]
    assert ids(patients) == ["p0", "p1", "p2"]
    assert [(page.body, page.records) for page in devices] == [(b"", 0)]
    assert len({page.watermark for page in (*encounters, *patients, *devices)}) == 1
    assert counted(server) == 1


def test_the_watermark_is_the_servers_transaction_time(source: FhirR4) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    watermark = read(source, "patient")[0].watermark
    assert watermark is not None
    assert before <= watermark <= datetime.now(UTC)


def test_an_export_that_takes_its_time_is_polled_until_it_is_done(tmp_path: Path) -> None:
    server = FhirServerProcess.start(write(tmp_path, patient(1)), "--polls", "4")
    source = open_source(Instance("ehr", "fhir_r4", server.base_url), CONTRACT)
    try:
        count_requests(server, "/bulkstatus/")
        assert ids(read(source, "patient")) == ["p1"]
        assert counted(server) == 5
    finally:
        source.close()
        server.stop()


def test_an_export_past_its_deadline_is_an_error_that_says_what_to_do(server: FhirServerProcess) -> None:
    export = Export(JsonClient(server.base_url), ("Patient",), None, deadline=timedelta())
    with pytest.raises(SourceError, match="export_minutes"):
        export.manifest()
    export.close()


def test_the_export_is_deleted_at_the_server_when_the_load_ends(server: FhirServerProcess, source: FhirR4) -> None:
    read(source, "patient")
    server.fault("slow-answer", match="/bulkstatus/", seconds=0, times=None)
    source.close()
    assert counted(server) == 1


def test_only_what_changed_since_the_window_began_is_exported(server: FhirServerProcess, source: FhirR4) -> None:
    moment = datetime.fromisoformat(server.change(encounter(100))["now"])
    server.change(encounter(101))
    try:
        assert ids(read(source, "encounter", Window(moment, END))) == ["e101"]
        assert ids(read(source, "patient", Window(moment, END))) == []
    finally:
        server.change(delete=["Encounter/e100", "Encounter/e101"])


def test_deleted_bundles_become_deletions_of_their_own_type(server: FhirServerProcess, source: FhirR4) -> None:
    server.change(encounter(200), patient(200))
    window = Window(datetime.now(UTC), END)
    server.change(delete=["Encounter/e200", "Patient/p200"])

    deletions = list(source.deletions(CONTRACT.by_name["encounter"], window))

    assert [deletion.key for deletion in deletions] == [("e200",)]
    assert deletions[0].deleted_at == read(source, "patient", window)[0].watermark
    assert list(source.deletions(CONTRACT.by_name["encounter"], EVERYTHING)) == []


def test_types_whose_files_are_reported_as_errors_fail_and_others_do_not(
    server: FhirServerProcess, source: FhirR4
) -> None:
    # One file of encounters is exported; the other two and the patients' file are listed under `error`.
    server.fault("manifest-errors")
    for name in ("encounter", "patient"):
        with pytest.raises(IncompleteAnswerError, match="reports errors"):
            read(source, name)
    assert [page.records for page in read(source, "device")] == [0]


def test_an_error_that_names_no_file_fails_every_type() -> None:
    server = ScriptedServer()
    manifest = {
        "transactionTime": "2026-01-01T00:00:00Z",
        "requiresAccessToken": False,
        "output": [],
        "error": [{"type": "OperationOutcome", "url": f"{server.url}/error"}],
    }
    lost = {"severity": "fatal", "code": "exception", "diagnostics": "Patient/4711 could not be read"}
    server.replies = [
        reply("202 Accepted", Content_Location=f"{server.url}/status"),
        reply("200 OK", json.dumps(manifest).encode()),
        reply("200 OK", json.dumps({"resourceType": "OperationOutcome", "issue": [lost]}).encode()),
    ]
    export = Export(JsonClient(server.url), ("Patient", "Encounter"), None, timedelta(seconds=5))
    with pytest.raises(IncompleteAnswerError) as refused:
        list(export.pages("Encounter"))
    assert "4711" not in str(refused.value)
    server.close()


def test_an_outcome_among_the_rows_is_no_row() -> None:
    server = ScriptedServer()
    manifest = {
        "transactionTime": "2026-01-01T00:00:00Z",
        "requiresAccessToken": False,
        "output": [{"type": "Patient", "url": f"{server.url}/file"}],
    }
    server.replies = [
        reply("202 Accepted", Content_Location=f"{server.url}/status"),
        reply("200 OK", json.dumps(manifest).encode()),
        reply("200 OK", b'{"resourceType":"Patient","id":"p1"}\n{"resourceType": "OperationOutcome", "issue": []}\n'),
    ]
    export = Export(JsonClient(server.url), ("Patient",), None, timedelta(seconds=5))
    with pytest.raises(IncompleteAnswerError, match="OperationOutcome stands among the rows"):
        list(export.pages("Patient"))
    server.close()


def test_a_file_that_is_gone_fails_its_type_only(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("file-gone", match=r"Encounter\.ndjson")
    with pytest.raises(IncompleteAnswerError, match=r"answered 410 \(expired\)"):
        read(source, "encounter")
    assert ids(read(source, "patient")) == ["p0", "p1", "p2"]


def test_a_file_with_another_number_of_rows_than_announced_fails(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("wrong-count")
    with pytest.raises(IncompleteAnswerError, match="3 rows came and the manifest announced 4"):
        read(source, "encounter")


def test_a_row_that_comes_twice_in_a_file_is_noticed(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("duplicate-row", match=r"Patient\.ndjson")
    with pytest.raises(IncompleteAnswerError, match="4 rows came and the manifest announced 3"):
        read(source, "patient")


@pytest.mark.parametrize("fault", ["file-error", "truncated-body", "dropped-connection", "too-many-requests"])
def test_a_passing_trouble_with_a_file_loses_nothing(server: FhirServerProcess, source: FhirR4, fault: str) -> None:
    server.fault(fault, match=r"/bulkfiles/.*Encounter")
    assert ids(read(source, "encounter")) == [f"e{number}" for number in range(7)]


def test_an_export_that_fails_is_not_started_again_for_each_object(server: FhirServerProcess, source: FhirR4) -> None:
    count_requests(server, r"/fhir/\$export")
    server.fault("export-gone", times=None)
    for name in ("encounter", "patient"):
        with pytest.raises(SourceError, match="410"):
            read(source, name)
    assert counted(server) == 1


def test_a_web_page_in_place_of_a_file_is_refused(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("html-page", match="/bulkfiles/", times=None)
    with pytest.raises(SourceError, match="a web page came back"):
        read(source, "patient")


def test_a_large_file_comes_in_pages_of_whole_lines(tmp_path: Path) -> None:
    rows = 6_000  # of 1,000 bytes and more: 6 MB, which is more than one page and less than three
    narrative = {"status": "generated", "div": "x" * 1_000}
    server = FhirServerProcess.start(write(tmp_path, *(patient(n) | {"text": narrative} for n in range(rows))),
                                     "--rows-per-file", "10000", "--polls", "0")  # fmt: skip
    source = open_source(Instance("ehr", "fhir_r4", server.base_url), CONTRACT)
    try:
        pages = read(source, "patient")
        assert len(pages) == 2
        assert all(page.body.endswith(b"\n") for page in pages)
        assert ids(pages) == [f"p{number}" for number in range(rows)]
    finally:
        source.close()
        server.stop()


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded export lies beside the repository, in shared/data")
def test_a_recorded_export_comes_through_whole() -> None:
    server = FhirServerProcess.start(RECORDED, "--polls", "0")
    source = open_source(Instance("ehr", "fhir_r4", server.base_url), CONTRACT)
    expected = {
        "patient": 100,
        "encounter": 3697,
        "procedure": 2351,
        "device": 4,
        "organization": 203,
        "practitioner": 203,
    }
    try:
        assert {name: sum(page.records or 0 for page in read(source, name)) for name in expected} == expected
    finally:
        source.close()
        server.stop()
