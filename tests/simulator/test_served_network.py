"""Every source system answers from one process: each under its name, with its own log-on, its clock and its faults.

Belongs here: what mounting them together could break. Not here: what a system answers (a test file each).
"""

import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import jwt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.fhir.store import VERSIONS
from simulator.serve.clock import START, set_clock
from simulator.serve.faults import switch
from simulator.serve.oracle.resources import ITEMS
from simulator.serve.systems import SYSTEMS
from simulator.systems.truth import open_truth, write_rows
from tests.simulator import saas_world
from tests.simulator.odata_client import SCOPE
from tests.simulator.odata_world import write_network

# One question to each system that is answered with rows; the first page of it.
QUESTIONS = {
    "sap_s4": "sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder?$format=json&$top=20",
    "oracle_fusion": "fscmRestApi/resources/11.13.18.05/itemsV2",
    "d365": "data/PurchaseOrderLinesV2?cross-company=true&$top=20",
    "procurement": "api/purchase_orders?limit=20",
    "contracts": "contracts?page_size=20",
    "perioperative": "cases",
    "inventory": "v1/movements?location=L1&limit=20",
    "hcm": "ccx/service/customreport2/network/ISU_PARLINE/Payroll_Results_By_Cost_Center?format=json&Run_ID=R1",
    "ehr": "fhir/Encounter",
    "ehr_h7": "fhir/Encounter",
}
Ask = Callable[..., httpx.Response]
LISTS = ("results", "value", "items", "data", "cases", "Report_Entry", "entry")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = tmp_path_factory.mktemp("world")
    write_network(world)
    saas_world.write(world / "systems")
    for system in ("ehr", "ehr_h7"):
        visits = [{"resourceType": "Encounter", "id": f"E{n}", "status": "finished"} for n in range(20)]
        begin = datetime.fromisoformat("2025-01-01")
        versions = [{"id": each["id"], "resource": json.dumps(each), "last_updated": begin} for each in visits]
        file = world / "systems" / system / "Encounter.parquet"
        file.parent.mkdir()
        table = [version | {"_from": begin, "_until": None, "is_deleted": False} for version in versions]
        pq.write_table(pa.Table.from_pylist(table, VERSIONS), file)
    oracle = world / "systems" / "oracle_fusion"
    oracle.mkdir()
    items = "SELECT n AS ItemId, 'H5' AS OrganizationCode, 'EA' AS PrimaryUOMValue, TIMESTAMP '2025-01-01' AS _from"
    write_rows(
        open_truth(oracle), f"{items} FROM range(20) AS t(n)", ITEMS.columns, "ItemId", oracle / "itemsV2.parquet"
    )
    return world


@pytest.fixture(scope="module")
def announced(world: Path) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "simulator", "serve", "--world", str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()


def by_password(_: str, known: dict[str, str]) -> dict[str, Any]:
    tenant = f"@{known['tenant']}" if "tenant" in known else ""
    return {"auth": (known["user"] + tenant, known["password"])}


def by_key(_: str, known: dict[str, str]) -> dict[str, Any]:
    return {"headers": {"X-API-Key": known["key"]}}


def by_secret(path: str) -> Callable[[str, dict[str, str]], dict[str, Any]]:
    def log_on(address: str, known: dict[str, str]) -> dict[str, Any]:
        form = {"grant_type": "client_credentials", **known, **(SCOPE if "v2.0" in path else {})}
        token = httpx.post(f"{address}/{path}", data=form).raise_for_status().json()["access_token"]
        return {"headers": {"Authorization": f"Bearer {token}"}}

    return log_on


def by_assertion(address: str, known: dict[str, str]) -> dict[str, Any]:
    """SMART backend services; the token's address is where the server itself says it is."""
    token_url = httpx.get(f"{address}/fhir/.well-known/smart-configuration").json()["token_endpoint"]
    assert token_url == f"{address}/auth/token"
    claims = {"iss": known["client_id"], "sub": known["client_id"], "aud": token_url, "jti": uuid.uuid4().hex}
    signed = jwt.encode(
        claims | {"exp": int(time.time()) + 240},
        Path(known["private_key"]).read_text(),
        "ES384",
        headers={"kid": known["key_id"]},
    )
    form = {
        "grant_type": "client_credentials",
        "scope": "system/*.read",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }
    token = httpx.post(token_url, data=form).raise_for_status().json()["access_token"]
    return {"headers": {"Authorization": f"Bearer {token}"}}


LOG_ON = {
    "sap_s4": by_password,
    "oracle_fusion": by_password,
    "d365": by_secret("tenant/oauth2/v2.0/token"),
    "procurement": by_secret("oauth2/token"),
    "contracts": by_key,
    "perioperative": by_secret("oauth2/token"),
    "inventory": by_key,
    "hcm": by_password,
    "ehr": by_assertion,
    "ehr_h7": by_assertion,
}


@pytest.fixture(scope="module")
def logged_on(announced: dict[str, Any]) -> dict[str, dict[str, Any]]:
    known = json.loads(Path(announced["credentials"]).read_text())
    return {name: LOG_ON[name](address, known[name]) for name, address in announced["systems"].items()}


@pytest.fixture
def ask(announced: dict[str, Any], logged_on: dict[str, dict[str, Any]], world: Path) -> Iterator[Ask]:
    """The answer of a system to its question, or to the question at another address, asked by who is logged on."""

    def asked(system: str, address: str = "") -> httpx.Response:
        return httpx.get(address or f"{announced['systems'][system]}/{QUESTIONS[system]}", **logged_on[system])

    yield asked
    switch(world, {})
    set_clock(world, START)
    (world / "truth" / "transport_faults.jsonl").unlink(missing_ok=True)


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    body = answer.raise_for_status().json()
    body = body.get("d", body) if isinstance(body, dict) else {"items": body}
    return next(body[name] for name in LISTS if name in body)


def test_every_system_is_asked_in_these_tests() -> None:
    assert SYSTEMS.keys() == QUESTIONS.keys() == LOG_ON.keys()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_answers_who_is_logged_on_and_nobody_else(announced: dict[str, Any], ask: Ask, system: str) -> None:
    assert rows(ask(system))
    nobody = httpx.get(f"{announced['systems'][system]}/{QUESTIONS[system]}")
    assert nobody.status_code == 401


@pytest.mark.parametrize("system", ["sap_s4", "oracle_fusion", "ehr", "ehr_h7"])
def test_every_address_in_an_answer_leads_back_to_its_system(announced: dict[str, Any], ask: Ask, system: str) -> None:
    root = announced["systems"][system]
    addresses = [text for text in texts(ask(system).json()) if text.startswith("http://127.0.0.1")]
    assert addresses
    assert all(address.startswith(f"{root}/") for address in addresses)


@pytest.mark.parametrize("system", SYSTEMS)
def test_faults_strike_any_system_and_no_other(ask: Ask, world: Path, system: str) -> None:
    whole = rows(ask(system))
    added = {"fault": "drift_added", "field": "NewField"}
    switch(world, {system: [{"fault": "429", "rate": 1, "times": 1}, added, {"fault": "duplicate_rows", "rate": 1}]})
    assert ask(system).status_code == 429
    damaged = rows(ask(system))
    assert len(damaged) == 2 * len(whole)
    assert all(row.get("resource", row)["NewField"].startswith("CANARY") for row in damaged)
    labels = [json.loads(line) for line in (world / "truth" / "transport_faults.jsonl").read_text().splitlines()]
    assert [(label["system"], label["fault"]) for label in labels] == [
        (system, "429"),
        (system, "drift_added"),
        (system, "duplicate_rows"),
    ]
    assert len(labels[-1]["rows"]) == len(whole)
    other = next(name for name in SYSTEMS if name != system)
    assert all("NewField" not in row for row in rows(ask(other)))


@pytest.mark.parametrize("system", ["contracts", "procurement"])
def test_a_page_that_shifts_passes_one_row_over_however_pages_are_counted(ask: Ask, world: Path, system: str) -> None:
    def second_page() -> list[str]:
        address = str(ask(system).url)
        following = address.replace("page_size=20", "page_size=20&page=2").replace("limit=20", "limit=20&offset=20")
        return [str(next(iter(row.values()))) for row in rows(ask(system, following))]

    whole = second_page()
    switch(world, {system: [{"fault": "shifting_page", "rate": 1}]})
    shifted = second_page()
    assert len(shifted) == len(whole) == 20
    assert shifted[:-1] == whole[1:]
    assert shifted[-1] not in whole


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_faults_that_change_rows_find_what_to_change_in_any_system(ask: Ask, world: Path, system: str) -> None:
    whole = rows(ask(system))
    for fault in ("drift_removed", "drift_renamed", "drift_retyped"):
        switch(world, {system: [{"fault": fault}]})
        assert rows(ask(system)) != whole, fault
    switch(world, {})
    assert rows(ask(system)) == whole


def texts(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(part)
