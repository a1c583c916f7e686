"""Each fault really shows its symptom to a client, is labelled in the truth, and leaves everything else unharmed.

Belongs here: a world served by its own process, read over HTTP with faults on. Not here: what the platform makes of it
(tests/faults), and the faults of a FHIR server's exports (`test_fhir_server.py`).
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.serve.clock import START, Clock, advance, set_clock
from simulator.serve.faults import CATALOGUE, FaultError, Faults, asked_faults, cut_files, switch
from tests.simulator.odata_client import SCOPE
from tests.simulator.odata_world import LINES, ORDERS, write_network

ORDER_SET = "sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
LINES_OF_D365 = "data/PurchaseOrderLinesV2?cross-company=true"
Rows = dict[str, dict[str, Any]]


class Served:
    """A world that is being served, with a client for each of its systems."""

    def __init__(self, world: Path, announced: dict[str, Any]) -> None:
        self.world = world
        self.keys = json.loads(Path(announced["credentials"]).read_text())
        basic = (self.keys["sap_s4"]["user"], self.keys["sap_s4"]["password"])
        self.sap = httpx.Client(
            base_url=announced["systems"]["sap_s4"], auth=basic, headers={"Accept": "application/json"}
        )
        self.d365 = httpx.Client(base_url=announced["systems"]["d365"])
        self.log_on()

    def log_on(self) -> None:
        form = {"grant_type": "client_credentials", **self.keys["d365"], **SCOPE}
        token = self.d365.post("tenant/oauth2/v2.0/token", data=form).raise_for_status().json()["access_token"]
        self.d365.headers["Authorization"] = f"Bearer {token}"

    def on(self, fault: str, system: str = "sap_s4", **options: Any) -> None:
        switch(self.world, {system: [{"fault": fault, **options}]})

    def labels(self) -> list[dict[str, Any]]:
        file = self.world / "truth" / "transport_faults.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def pages(self) -> list[list[dict[str, Any]]]:
        """Every page of the orders, as far as the links lead."""
        pages, link = [], ORDER_SET
        while link:
            body = self.sap.get(link).raise_for_status().json()["d"]
            pages.append(body["results"])
            link = body.get("__next", "")
        return pages

    def orders(self) -> Rows:
        return {row["PurchaseOrder"]: row for page in self.pages() for row in page}

    def touched(self) -> set[str]:
        """The orders that labels name, of addresses like A_PurchaseOrder('4500000001')."""
        return {row.split("'")[1] for label in self.labels() for row in label["rows"]}


@pytest.fixture(scope="module")
def served_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    world = tmp_path_factory.mktemp("world")
    write_network(world)
    command = [sys.executable, "-m", "simulator", "serve", "--world", str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        try:
            yield Served(world, announced)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()


@pytest.fixture
def served(served_world: Served) -> Iterator[Served]:
    """The served world at its start, without a fault."""
    yield served_world
    switch(served_world.world, {})
    set_clock(served_world.world, START)
    (served_world.world / "truth" / "transport_faults.jsonl").unlink(missing_ok=True)


def too_many_requests(served: Served) -> None:
    served.on("429", rate=1, times=2, seconds=3)
    for _ in range(2):
        answer = served.sap.get(ORDER_SET)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


def server_error(served: Served) -> None:
    served.on("5xx", rate=1, times=2)
    assert all(served.sap.get(ORDER_SET).status_code in (500, 502, 503, 504) for _ in range(2))


def page_of_html(served: Served) -> None:
    served.on("html_200", rate=1, times=1)
    answer = served.sap.get(ORDER_SET)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def error_as_success(served: Served) -> None:
    served.on("error_body_200", rate=1, times=1)
    answer = served.sap.get(ORDER_SET)
    assert answer.status_code == 200
    assert set(answer.json()) == {"error"}


def token_dies(served: Served) -> None:
    served.on("token_expired", "d365", rate=1, times=1)
    for _ in range(2):
        answer = served.d365.get(LINES_OF_D365)
        assert answer.status_code == 401
        assert "invalid_token" in answer.headers["WWW-Authenticate"]
    served.log_on()
    assert served.d365.get(LINES_OF_D365).status_code == 200


def slow_answer(served: Served) -> None:
    served.on("slow", rate=1, times=1, seconds=2)
    with pytest.raises(httpx.ReadTimeout):
        served.sap.get(ORDER_SET, timeout=0.5)


def read_into(received: list[int], sap: httpx.Client) -> None:
    """Adds what comes of the orders to the last number, as it comes."""
    with sap.stream("GET", ORDER_SET) as answer:
        for part in answer.iter_raw():
            received[-1] += len(part)


def dropped_connection(served: Served) -> None:
    served.on("dropped", rate=1, times=2)
    received = []
    for _ in range(2):
        received.append(0)
        with pytest.raises(httpx.RemoteProtocolError):
            read_into(received, served.sap)
    assert received[0] == 0 < received[1]


def truncated_body(served: Served) -> None:
    served.on("truncated", rate=1, times=2)
    honest = served.sap.get(ORDER_SET)
    assert int(honest.headers["Content-Length"]) == len(honest.content)
    with pytest.raises(json.JSONDecodeError):
        honest.json()
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|peer closed"):
        served.sap.get(ORDER_SET)


def empty_page(served: Served) -> None:
    served.on("empty_page", rate=1, times=1)
    answer = served.sap.get(ORDER_SET, params={"$inlinecount": "allpages"}).json()["d"]
    assert answer == {"results": [], "__count": str(ORDERS)}


def repeated_page(served: Served) -> None:
    served.on("repeated_page", rate=1, times=1)
    first, second, third = served.pages()
    assert second == first
    assert len({row["PurchaseOrder"] for page in (first, third) for row in page}) == ORDERS - 1000


def shifting_page(served: Served) -> None:
    whole = list(served.orders())
    served.on("shifting_page", rate=1, times=1)
    pages = served.pages()
    assert [len(page) for page in pages] == [1000, 1000, 349]
    assert [row["PurchaseOrder"] for page in pages for row in page] == whole[:1000] + whole[1001:]
    assert served.touched() == {whole[1000]}


def changed_rows(served: Served, **options: Any) -> tuple[Rows, Rows]:
    """The rows that a fault changed, before and after; they are the labelled ones, all others are as they were."""
    before = served.orders()
    served.on(**options)
    after = served.orders()
    changed = {key for key in before if after.get(key) != before[key]}
    assert changed == served.touched() != set()
    return {key: before[key] for key in changed}, {key: after[key] for key in changed}


def stamp_of_the_future(served: Served) -> None:
    before, after = changed_rows(served, fault="future_clock")
    assert len(before) < ORDERS / 10
    for key, row in after.items():
        milliseconds = int(row["LastChangeDateTime"][6:].split("+")[0])
        assert datetime.fromtimestamp(milliseconds / 1000, UTC).year > 2090
        assert {**row, "LastChangeDateTime": before[key]["LastChangeDateTime"]} == before[key]


def two_versions_of_a_row(served: Served) -> None:
    before = served.orders()
    served.on("two_versions")
    rows = [row for page in served.pages() for row in page]
    older = [row for row in rows if row != before[row["PurchaseOrder"]]]
    assert {row["PurchaseOrder"] for row in older} == served.touched() != set()
    assert len(rows) == ORDERS + len(older)
    for row in older:
        current = rows[rows.index(row) - 1]
        assert current == before[row["PurchaseOrder"]]
        assert row["LastChangeDateTime"] < current["LastChangeDateTime"]


def rows_twice(served: Served) -> None:
    served.on("duplicate_rows")
    rows = [row["PurchaseOrder"] for page in served.pages() for row in page]
    assert {key for key in rows if rows.count(key) == 2} == served.touched() != set()
    assert len(set(rows)) == ORDERS


def column_added(served: Served) -> None:
    before, after = changed_rows(served, fault="drift_added")
    assert len(after) == ORDERS
    assert all(after[key] == {**row, "AddedByUpgrade": "CANARY-UNKNOWN-FIELD 555-0199"} for key, row in before.items())


def column_removed(served: Served) -> None:
    before, after = changed_rows(served, fault="drift_removed", field="Supplier")
    assert len(after) == ORDERS
    assert all({**after[key], "Supplier": row["Supplier"]} == row for key, row in before.items())
    assert all("Supplier" not in row for row in after.values())


def column_renamed(served: Served) -> None:
    before, after = changed_rows(served, fault="drift_renamed", field="Supplier")
    assert len(after) == ORDERS
    assert all(after[key]["SupplierNew"] == row["Supplier"] for key, row in before.items())


def column_of_another_type(served: Served) -> None:
    before, after = changed_rows(served, fault="drift_retyped", field="Supplier")
    assert len(after) == ORDERS
    assert all(after[key]["Supplier"] == {"value": row["Supplier"]} for key, row in before.items())


def unknown_member(served: Served) -> None:
    before, after = changed_rows(served, fault="drift_enum", field="PurchasingProcessingStatus")
    assert len(after) < ORDERS / 10
    assert all({**row, "PurchasingProcessingStatus": "ZZ_NEW"} == after[key] for key, row in before.items())


def source_falls_silent(served: Served) -> None:
    switch(served.world, asked_faults(served.world, ["silent:sap_s4"]))
    advance(served.world, 1)
    assert len(served.orders()) == ORDERS
    switch(served.world, {})
    assert len(served.orders()) == ORDERS + 50


def full_file_cut_short(served: Served) -> None:
    files = [served.world / "files" / feed / "2026-10.csv" for feed in ("budget", "charges")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("code\n1\n2\n3\nTRAILER|3\n")
    switch(served.world, asked_faults(served.world, ["truncated_full_file:budget"]))
    assert cut_files(Faults(served.world), files) == files[:1]
    assert files[0].read_text() == "code\n1\n"
    assert files[1].read_text().endswith("TRAILER|3\n")


SYMPTOMS: dict[str, Callable[[Served], None]] = {
    "429": too_many_requests,
    "5xx": server_error,
    "html_200": page_of_html,
    "error_body_200": error_as_success,
    "token_expired": token_dies,
    "slow": slow_answer,
    "dropped": dropped_connection,
    "truncated": truncated_body,
    "empty_page": empty_page,
    "repeated_page": repeated_page,
    "shifting_page": shifting_page,
    "future_clock": stamp_of_the_future,
    "two_versions": two_versions_of_a_row,
    "duplicate_rows": rows_twice,
    "drift_added": column_added,
    "drift_removed": column_removed,
    "drift_renamed": column_renamed,
    "drift_retyped": column_of_another_type,
    "drift_enum": unknown_member,
    "silent": source_falls_silent,
    "truncated_full_file": full_file_cut_short,
}


def test_every_fault_has_its_symptom_stated() -> None:
    assert SYMPTOMS.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_fault_shows_its_symptom_is_labelled_and_harms_nothing_else(served: Served, name: str) -> None:
    SYMPTOMS[name](served)
    labels = served.labels()
    assert {label["fault"] for label in labels} == {name}
    system = {"token_expired": "d365", "truncated_full_file": "budget"}.get(name, "sap_s4")
    assert {label["system"] for label in labels} == {system}
    # The other system does not know of it; nor does its own, once the fault is off.
    assert served.d365.get(LINES_OF_D365).json()["@odata.context"]
    assert len(served.d365.get(LINES_OF_D365).json()["value"]) == min(LINES, 10_000)
    switch(served.world, {})
    set_clock(served.world, START)
    assert [len(page) for page in served.pages()] == [1000, 1000, 350]
    assert served.labels() == labels


def test_a_request_that_waits_does_not_meet_what_is_switched_on_meanwhile(served: Served) -> None:
    served.on("slow", rate=1, times=1, seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        served.sap.get(ORDER_SET, timeout=0.2)
    served.on("future_clock")
    time.sleep(2)
    assert {label["fault"] for label in served.labels()} == {"slow"}


def test_the_same_seed_strikes_the_same_requests_and_rows(served: Served) -> None:
    def struck() -> tuple[list[int], set[str]]:
        switch(served.world, {"sap_s4": [{"fault": "429", "rate": 0.4}, {"fault": "future_clock"}]})
        statuses = [served.sap.get(ORDER_SET).status_code for _ in range(20)]
        return statuses, served.touched()

    once = struck()
    assert set(once[0]) == {200, 429}
    assert struck() == once


def test_a_share_of_the_requests_fails_and_the_rest_is_whole(served: Served) -> None:
    served.on("5xx", rate=0.2)
    answers = [served.sap.get(ORDER_SET, params={"$top": "1"}) for _ in range(100)]
    failed = [answer for answer in answers if answer.status_code >= 500]
    assert 5 <= len(failed) <= 40
    assert len(served.labels()) == len(failed)
    assert all(answer.json()["d"]["results"] for answer in answers if answer.status_code == 200)


def test_several_faults_are_on_at_once(served: Served) -> None:
    switch(served.world, {"sap_s4": [{"fault": "drift_added"}, {"fault": "duplicate_rows", "rate": 1, "times": 2}]})
    (first, again, second, *_), *_ = served.pages()
    assert first == again != second
    assert "AddedByUpgrade" in first
    assert {label["fault"] for label in served.labels()} == {"drift_added", "duplicate_rows"}


def test_logging_on_never_fails(served: Served) -> None:
    served.on("5xx", "d365", rate=1)
    served.log_on()
    assert served.labels() == []


def test_a_fault_that_means_nothing_is_refused_with_those_that_there_are(served: Served) -> None:
    with pytest.raises(FaultError, match=r"No fault is called 'sloow'. There are: 429, .*slow"):
        asked_faults(served.world, ["sloow"])
    with pytest.raises(FaultError, match=r"holds no sap_ecc\. There are: d365, sap_s4"):
        asked_faults(served.world, ["slow:sap_ecc"])
    with pytest.raises(FaultError, match="rate is a number"):
        asked_faults(served.world, ["slow=often"])
    with pytest.raises(FaultError, match="share from 0 to 1"):
        served.on("slow", rate=5)
    with pytest.raises(FaultError, match="'minutes'"):
        served.on("slow", minutes=5)
    assert len(served.orders()) == ORDERS


def test_faults_are_asked_for_by_name_system_and_rate(served: Served) -> None:
    assert asked_faults(served.world, ["429=0.05", "silent:d365"]) == {
        "d365": [{"fault": "429", "rate": 0.05}, {"fault": "silent", "since": f"{Clock(served.world).now():%FT%TZ}"}],
        "sap_s4": [{"fault": "429", "rate": 0.05}],
    }
