"""FHIR search against the simulator's server: opaque pages followed to the end, and doubted on the way."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.page import IncompleteAnswerError, Page, SourceError, Window
from ingestion.protocols.fhir_search import search_pages
from ingestion.protocols.http import JsonClient
from ingestion.settings import SettingsError
from ingestion.sources.fhir_r4 import FhirR4, open_source
from tests.ingestion.fhir_server import FhirServerProcess
from tests.ingestion.scripted_server import ScriptedServer, reply

CONTRACT = load_contract("fhir_r4")
ENCOUNTER = CONTRACT.by_name["encounter"]
EVERYTHING = Window(None, datetime(2100, 1, 1, tzinfo=UTC))
ALL_IDS = [f"e{number}" for number in range(7)]


def encounter(number: int) -> dict[str, Any]:
    """Changed on day `number` + 1 of January 2026, at ten o'clock."""
    return {
        "resourceType": "Encounter",
        "id": f"e{number}",
        "meta": {"lastUpdated": f"2026-01-{number + 1:02}T10:00:00.000Z"},
        "status": "finished",
        "class": {"code": "IMP"},
    }


def start(folder: Path, *options: str) -> FhirServerProcess:
    rows = "".join(json.dumps(encounter(number)) + "\n" for number in range(7))
    (folder / "Encounter.ndjson").write_text(rows, encoding="utf-8")
    return FhirServerProcess.start(folder, *options)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FhirServerProcess]:
    server = start(tmp_path_factory.mktemp("fhir"))
    yield server
    server.stop()


@pytest.fixture
def server(shared_server: FhirServerProcess) -> Iterator[FhirServerProcess]:
    """7 encounters; whatever a test changes is put back."""
    shared_server.calm()
    yield shared_server
    shared_server.calm()
    shared_server.change(*(encounter(number) for number in range(7)), keep_meta=True)


@pytest.fixture
def source(server: FhirServerProcess) -> Iterator[FhirR4]:
    """Reads three encounters a page."""
    source = open_source(
        Instance("ehr", "fhir_r4", server.base_url, options={"access": "search", "page_size": 3}), CONTRACT
    )
    yield source
    source.close()


def read(source: FhirR4, window: Window = EVERYTHING) -> list[Page]:
    return list(source.pages(ENCOUNTER, window))


def ids(pages: list[Page]) -> list[str]:
    return [
        entry["resource"]["id"]
        for page in pages
        for entry in json.loads(page.body)["entry"]
        if entry["resource"]["resourceType"] == "Encounter"
    ]


def test_all_pages_come_in_the_order_of_change(source: FhirR4) -> None:
    pages = read(source)
    assert ids(pages) == ALL_IDS
    assert [page.records for page in pages] == [3, 3, 1]
    assert [page.label for page in pages] == [f"Encounter search, page {number}" for number in (1, 2, 3)]


def test_relative_next_links_lead_on(tmp_path: Path) -> None:
    server = start(tmp_path, "--relative-links", "--largest-count", "2")
    source = open_source(Instance("ehr", "fhir_r4", server.base_url, options={"access": "search"}), CONTRACT)
    try:
        # The server cuts pages at two, whatever was asked for.
        assert [page.records for page in read(source)] == [2, 2, 2, 1]
    finally:
        source.close()
        server.stop()


def test_both_ends_of_the_window_are_included(source: FhirR4) -> None:
    window = Window(datetime(2026, 1, 2, 10, tzinfo=UTC), datetime(2026, 1, 4, 10, tzinfo=UTC))
    assert ids(read(source, window)) == ["e1", "e2", "e3"]


def test_a_window_without_changes_has_no_page(source: FhirR4) -> None:
    assert read(source, Window(datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC))) == []


def test_a_repeated_page_fails_the_object(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("repeated-page")
    with pytest.raises(IncompleteAnswerError, match="repeats a page"):
        read(source)


def test_a_next_link_without_end_fails_the_object(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("endless-next", times=None)
    with pytest.raises(IncompleteAnswerError):
        read(source)


def test_an_empty_page_with_a_total_is_never_the_end(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("empty-page", times=None)
    with pytest.raises(IncompleteAnswerError, match="0 records came and the server counts 7"):
        read(source)


def test_an_empty_page_that_passes_is_read_again(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("empty-page", after=1)
    assert set(ids(read(source))) == set(ALL_IDS)


def test_a_record_that_changes_between_two_pages_pushes_no_other_out(server: FhirServerProcess, source: FhirR4) -> None:
    # After page 1 the first record gets a new stamp and leaves the window: by offset, page 2 then skips e3.
    server.fault("shifting-page")
    window = Window(None, datetime(2026, 1, 31, tzinfo=UTC))
    assert set(ids(read(source, window))) == set(ALL_IDS)


@pytest.mark.parametrize(
    "fault", ["too-many-requests", "server-error", "gateway-timeout", "truncated-body", "dropped-connection"]
)
def test_a_passing_trouble_loses_nothing(server: FhirServerProcess, source: FhirR4, fault: str) -> None:
    server.fault(fault, after=1)
    assert ids(read(source)) == ALL_IDS


def test_an_outcome_in_place_of_a_bundle_is_no_empty_answer(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("outcome-instead-of-bundle", after=1)
    with pytest.raises(SourceError, match=r"OperationOutcome came in place of a Bundle \(exception\)"):
        read(source)


def test_a_web_page_is_no_empty_answer(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("html-page")
    with pytest.raises(SourceError, match="a web page came back"):
        read(source)


def test_a_warning_among_the_matches_is_no_record(server: FhirServerProcess, source: FhirR4) -> None:
    server.fault("outcome-entry")
    pages = read(source)
    assert [page.records for page in pages] == [3, 3, 1]
    assert len(json.loads(pages[0].body)["entry"]) == 4


def test_an_error_among_the_matches_means_that_some_are_missing() -> None:
    server = ScriptedServer()
    lost = {"severity": "error", "code": "timeout", "diagnostics": "shard 3 with Patient/4711 did not answer"}
    outcome = {"resource": {"resourceType": "OperationOutcome", "issue": [lost]}, "search": {"mode": "outcome"}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": encounter(1)}, outcome]}
    server.replies = [reply("200 OK", json.dumps(bundle).encode())]
    with pytest.raises(IncompleteAnswerError, match=r"results are missing \(timeout\)") as refused:
        list(search_pages(JsonClient(server.url), "Encounter", []))
    assert "4711" not in str(refused.value)
    server.close()


def test_a_next_link_to_another_server_is_not_followed() -> None:
    server = ScriptedServer()
    link = {"relation": "next", "url": "http://127.0.0.1:1/fhir/Encounter?page=2"}
    bundle = {"resourceType": "Bundle", "link": [link], "entry": [{"resource": encounter(1)}]}
    server.replies = [reply("200 OK", json.dumps(bundle).encode())]
    with pytest.raises(SourceError, match="another origin"):
        list(search_pages(JsonClient(server.url), "Encounter", []))
    server.close()


def test_records_are_fetched_again_by_key_in_chunks(server: FhirServerProcess, source: FhirR4) -> None:
    # 120 keys that do not exist and two that do: three searches of at most 50.
    server.fault("slow-answer", match="_id=", seconds=0, times=None)
    keys = [(f"gone{number}",) for number in range(120)] + [("e5",), ("e2",)]
    assert sorted(ids(list(source.pages_by_key(ENCOUNTER, keys)))) == ["e2", "e5"]
    assert httpx.get(f"{server.control_url}/_fault").json()[0]["fired"] == 3


def test_keys_come_with_their_stamps(source: FhirR4) -> None:
    keys = source.keys(ENCOUNTER, datetime.now(UTC))
    assert keys is not None
    listed = {key.key: key.changed_at for key in keys}
    assert listed == {(f"e{n}",): datetime(2026, 1, n + 1, 10, tzinfo=UTC) for n in range(7)}


def test_a_server_that_cannot_be_searched_has_no_keys() -> None:
    server = ScriptedServer()
    statement = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [{"resource": []}]}
    server.replies = [reply("200 OK", json.dumps(statement).encode())]
    source = open_source(Instance("ehr", "fhir_r4", server.url), CONTRACT)
    assert source.keys(ENCOUNTER, datetime.now(UTC)) is None
    server.close()


def test_search_signals_no_deletions(source: FhirR4) -> None:
    assert list(source.deletions(ENCOUNTER, Window(datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC)))) == []


def test_check_and_clock_are_the_servers(server: FhirServerProcess, source: FhirR4) -> None:
    assert source.check() == f"FHIR 4.0.1 at {server.base_url}, read by search"
    assert abs((source.now() - datetime.now(UTC)).total_seconds()) < 5


def test_another_version_of_fhir_is_refused_with_a_hint() -> None:
    server = ScriptedServer()
    server.replies = [reply("200 OK", b'{"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}')]
    with pytest.raises(SourceError, match=r"answers as FHIR 5\.0\.0.*one address per version"):
        open_source(Instance("ehr", "fhir_r4", server.url), CONTRACT).check()
    server.close()


@pytest.mark.parametrize(("options", "complaint"), [({"acces": "bulk"}, "acces"), ({"page_size": 0}, "page_size")])
def test_an_option_that_means_nothing_is_named(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SettingsError, match=rf"ehr: options\.{complaint}"):
        open_source(Instance("ehr", "fhir_r4", "http://127.0.0.1:1", options=options), CONTRACT)
