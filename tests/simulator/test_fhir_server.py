"""The FHIR server answers as the recorded one did, and its hospital holds what its truth file says.

Belongs here: the server met over HTTP, its faults, and the files of the synthetic hospital.
Not here: a connector that reads it.
"""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import jwt
import pytest

from simulator.fhir.identifiers import gs1_check_digit, luhn_digit
from simulator.fhir.keys import write_key_pair
from simulator.fhir.procedures import read_items
from simulator.fhir.world import World

REPOSITORY = Path(__file__).parents[2]
RECORDED = REPOSITORY.parent / "shared" / "data" / "recorded" / "bulk_fhir"
needs_recordings = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recordings of the SMART bulk data server are not beside this checkout"
)
ASYNC = {"Prefer": "respond-async"}


@contextmanager
def running_server(data: Path, *options: str) -> Iterator[dict]:
    command = [sys.executable, "-m", "simulator.fhir.server", "--data", str(data), "--retry-after", "0", *options]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    World(7, 20, 60, date(2026, 6, 30), read_items(None)).write(folder)
    return folder


@pytest.fixture(scope="module")
def shared_server(world_folder: Path) -> Iterator[dict]:
    with running_server(world_folder, "--rows-per-file", "25") as server:
        yield server


@pytest.fixture
def server(shared_server: dict) -> Iterator[httpx.Client]:
    """A client whose addresses start at the FHIR base; faults are off before and after."""
    with httpx.Client(base_url=shared_server["base_url"], timeout=10) as client:
        client.delete(f"{shared_server['control_url']}/_fault")
        yield client
        client.delete(f"{shared_server['control_url']}/_fault")


@pytest.fixture
def switch_on(shared_server: dict) -> Callable[..., None]:
    def add(name: str, **details: object) -> None:
        httpx.post(f"{shared_server['control_url']}/_fault", json={"name": name, **details}).raise_for_status()

    return add


@pytest.fixture
def change_state(shared_server: dict) -> Callable[..., dict]:
    def post(**wanted: object) -> dict:
        return httpx.post(f"{shared_server['control_url']}/_state", json=wanted).raise_for_status().json()

    return post


def pages(client: httpx.Client, url: str) -> Iterator[dict]:
    while url:
        bundle = client.get(url).raise_for_status().json()
        yield bundle
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")


def matched_ids(bundle: dict) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", []) if entry["search"]["mode"] == "match"]


def export(client: httpx.Client, **parameters: str) -> tuple[list[httpx.Response], dict]:
    """The answers to the polls, and the manifest."""
    kicked = client.get("$export", params=parameters, headers=ASYNC)
    assert kicked.status_code == 202, kicked.text
    polls = [client.get(kicked.headers["content-location"])]
    while polls[-1].status_code == 202:
        polls.append(client.get(kicked.headers["content-location"]))
    return polls, polls[-1].json()


def rows(client: httpx.Client, url: str) -> list[dict]:
    return [json.loads(line) for line in client.get(url).raise_for_status().text.splitlines()]


def truth(folder: Path) -> dict:
    return json.loads((folder / "truth.json").read_text())


@needs_recordings
def test_an_export_runs_through_the_same_answers_as_the_recorded_one(tmp_path: Path) -> None:
    names = {"Device": "4.Device.ndjson", "Patient": "14.Patient.ndjson", "Organization": "12.Organization.ndjson"}
    for name in names.values():
        (tmp_path / name).symlink_to(RECORDED / name)
    kickoff = json.loads((RECORDED / "0_kickoff.json").read_text())
    waiting = json.loads((RECORDED / "1_status_00.json").read_text())
    complete = json.loads((RECORDED / "1_status_13.json").read_text())
    counts = {output["type"]: output["count"] for output in complete["body"]["output"]}

    with running_server(tmp_path, "--retry-after", "1") as addresses, httpx.Client() as client:
        answer = client.get(f"{addresses['base_url']}/$export", headers=ASYNC)
        assert answer.status_code == kickoff["status"]
        assert answer.headers["content-type"] == kickoff["headers"]["Content-Type"]
        assert shape(answer.json()) == shape(kickoff["body"])

        location = answer.headers["content-location"]
        poll = client.get(location)
        assert (poll.status_code, poll.text) == (waiting["status"], waiting["body"])
        for header in ("X-Progress", "Retry-After", "Content-Length"):
            assert poll.headers[header] == waiting["headers"][header]
        assert client.get(location).status_code == 202

        done = client.get(location)
        assert done.status_code == complete["status"]
        assert done.headers["content-type"] == complete["headers"]["Content-Type"]
        assert "expires" in done.headers
        manifest = done.json()
        assert shape(manifest) == shape(complete["body"])
        assert {output["type"]: output["count"] for output in manifest["output"]} == {
            type_: counts[type_] for type_ in names
        }
        for output in manifest["output"]:
            assert client.get(output["url"]).content == (RECORDED / names[output["type"]]).read_bytes()


def shape(value: object) -> object:
    """Keys and types, without the values; of a list the first element stands for all."""
    if isinstance(value, dict):
        return {key: shape(child) for key, child in sorted(value.items())}
    if isinstance(value, list):
        return [shape(child) for child in value[:1]]
    return type(value).__name__


def test_paging_visits_each_resource_once(server: httpx.Client, world_folder: Path) -> None:
    for type_, count in truth(world_folder)["counts"].items():
        bundles = list(pages(server, f"{type_}?_count=7&_sort=_lastUpdated"))
        seen = [id_ for bundle in bundles for id_ in matched_ids(bundle)]
        assert len(seen) == len(set(seen)) == count
        assert {bundle["total"] for bundle in bundles} == {count}


def test_a_closed_range_of_last_updated_returns_what_lies_in_it(server: httpx.Client, world_folder: Path) -> None:
    encounters = [json.loads(line) for line in (world_folder / "Encounter.ndjson").read_text().splitlines()]
    low, high = "2026-04-01", "2026-04-30"
    expected = {row["id"] for row in encounters if low <= row["meta"]["lastUpdated"][:10] <= high}
    assert expected

    found = [
        id_
        for bundle in pages(server, f"Encounter?_lastUpdated=ge{low}&_lastUpdated=le{high}&_count=3")
        for id_ in matched_ids(bundle)
    ]
    assert sorted(found) == sorted(expected)


def test_a_type_without_resources_answers_an_empty_bundle_and_an_unknown_type_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.ndjson").write_text('{"resourceType":"Patient","id":"1"}\n{"exportId":"a log line"}\n')
    with (
        running_server(tmp_path, "--relative-links") as addresses,
        httpx.Client(base_url=addresses["base_url"]) as client,
    ):
        assert addresses["counts"] == {"Patient": 1}
        empty = client.get("Encounter").json()
        assert empty["total"] == 0
        assert "entry" not in empty
        assert empty["link"][0]["url"].startswith("/fhir/Encounter?")
        refused = client.get("Nonsense")
        assert (refused.status_code, refused.json()["resourceType"]) == (404, "OperationOutcome")


def test_an_export_needs_the_prefer_header(server: httpx.Client) -> None:
    answer = server.get("$export")
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


def test_the_files_of_an_export_hold_every_resource_once(server: httpx.Client, world_folder: Path) -> None:
    _, manifest = export(server)
    found: dict[str, list[str]] = {}
    for output in manifest["output"]:
        content = rows(server, output["url"])
        assert len(content) == output["count"] <= 25
        found.setdefault(output["type"], []).extend(row["id"] for row in content)
    assert {type_: len(set(ids)) for type_, ids in found.items()} == truth(world_folder)["counts"]
    assert sum(len(ids) for ids in found.values()) == sum(truth(world_folder)["counts"].values())


def test_since_brings_what_changed_and_what_was_deleted(
    server: httpx.Client, change_state: Callable[..., dict]
) -> None:
    kept = {"resourceType": "SupplyRequest", "id": "since-kept", "status": "active"}
    gone = kept | {"id": "since-gone"}
    change_state(upsert=[kept, gone])
    change_state(advance_seconds=5)
    _, first = export(server, _type="SupplyRequest")
    change_state(advance_seconds=5, upsert=[kept | {"status": "completed"}], delete=["SupplyRequest/since-gone"])

    _, second = export(server, _type="SupplyRequest", _since=first["transactionTime"])
    changed = rows(server, second["output"][0]["url"])
    assert [(row["id"], row["status"], row["meta"]["versionId"]) for row in changed] == [
        ("since-kept", "completed", "2")
    ]
    bundles = rows(server, second["deleted"][0]["url"])
    assert [bundle["type"] for bundle in bundles] == ["transaction"]
    assert bundles[0]["entry"] == [{"request": {"method": "DELETE", "url": "SupplyRequest/since-gone"}}]
    change_state(delete=["SupplyRequest/since-kept"])


def test_a_deleted_export_is_gone(server: httpx.Client) -> None:
    location = server.get("$export?_type=Organization", headers=ASYNC).headers["content-location"]
    assert server.delete(location).status_code == 202
    assert server.get(location).status_code == 404


def test_an_expired_export_answers_410(server: httpx.Client, change_state: Callable[..., dict]) -> None:
    _, manifest = export(server, _type="Organization")
    change_state(advance_seconds=3601)
    answer = server.get(manifest["output"][0]["url"])
    assert (answer.status_code, answer.json()["resourceType"]) == (410, "OperationOutcome")


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("too-many-requests", 429, "OperationOutcome"),
        ("server-error", 500, "OperationOutcome"),
        ("gateway-timeout", 504, "OperationOutcome"),
        ("outcome-instead-of-bundle", 200, "OperationOutcome"),
    ],
)
def test_a_fault_answers_once_in_place_of_the_bundle(
    server: httpx.Client, switch_on: Callable[..., None], fault: str, status: int, kind: str
) -> None:
    switch_on(fault, after=1)
    answers = [server.get("Organization") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, status, 200]
    assert [answer.json()["resourceType"] for answer in answers] == ["Bundle", kind, "Bundle"]
    assert ("retry-after" in answers[1].headers) == (status == 429)


@pytest.mark.parametrize("fault", ["truncated-body", "dropped-connection"])
def test_a_cut_connection_is_an_error_at_the_client(
    server: httpx.Client, switch_on: Callable[..., None], fault: str
) -> None:
    switch_on(fault)
    with pytest.raises(httpx.RemoteProtocolError):
        server.get("Organization")
    assert server.get("Organization").json()["total"] == 3


def test_a_repeated_page_hides_rows_that_the_total_still_counts(
    server: httpx.Client, switch_on: Callable[..., None]
) -> None:
    switch_on("repeated-page")
    bundles = list(pages(server, "Location?_count=10"))
    seen = [id_ for bundle in bundles for id_ in matched_ids(bundle)]
    assert (bundles[0]["total"], len(seen), len(set(seen))) == (32, 32, 22)


def test_a_shifting_page_makes_offset_paging_miss_a_row(server: httpx.Client, switch_on: Callable[..., None]) -> None:
    switch_on("shifting-page")
    seen = {id_ for bundle in pages(server, "Device?_count=5&_sort=_lastUpdated") for id_ in matched_ids(bundle)}
    total = server.get("Device?_summary=count").json()["total"]
    assert len(seen) == total - 1


def test_a_manifest_with_errors_names_every_file_that_is_missing(
    server: httpx.Client, switch_on: Callable[..., None]
) -> None:
    switch_on("manifest-errors")
    _, manifest = export(server, _type="Organization,Location,Practitioner")
    # 3 organizations and 6 practitioners are one file each, 32 locations two files of 25 and 7.
    assert (len(manifest["output"]), len(manifest["error"])) == (1, 3)
    for error in manifest["error"]:
        assert error["type"] == "OperationOutcome"
        assert [row["resourceType"] for row in rows(server, error["url"])] == ["OperationOutcome"]


def test_damaged_rows_of_a_file_are_as_their_fault_says(server: httpx.Client, switch_on: Callable[..., None]) -> None:
    _, manifest = export(server, _type="Organization")
    url = manifest["output"][0]["url"]
    sound = rows(server, url)

    switch_on("duplicate-row")
    assert [row["id"] for row in rows(server, url)] == [row["id"] for row in [*sound, sound[0]]]
    switch_on("missing-id")
    assert ["id" in row for row in rows(server, url)] == [False, True, True]
    switch_on("unknown-field")
    assert all("CANARY" in row["unknownField"] for row in rows(server, url))
    switch_on("changed-type", field="name")
    assert [type(row["name"]) for row in rows(server, url)] == [dict, str, str]
    switch_on("malformed-line")
    with pytest.raises(json.JSONDecodeError):
        rows(server, url)
    switch_on("file-gone")
    assert server.get(url).status_code == 410
    assert rows(server, url) == sound


def assertion(key_folder: Path, kid: str, algorithm: str, audience: str, **changed: object) -> dict:
    claims = {
        "iss": "parline",
        "sub": "parline",
        "aud": audience,
        "exp": int(time.time()) + 240,
        "jti": uuid.uuid4().hex,
    }
    private_key = (key_folder / "private_key.pem").read_text()
    return {
        "grant_type": "client_credentials",
        "scope": "system/*.read",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims | changed, private_key, algorithm, headers={"kid": kid}),
    }


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_signed_assertion_buys_a_token_that_expires(world_folder: Path, tmp_path: Path, algorithm: str) -> None:
    kid = write_key_pair(tmp_path, algorithm)
    with (
        running_server(world_folder, "--jwks", str(tmp_path / "jwks.json"), "--token-seconds", "1") as addresses,
        httpx.Client(base_url=addresses["base_url"]) as client,
    ):
        assert client.get("Patient").status_code == 401
        token_url = client.get(".well-known/smart-configuration").json()["token_endpoint"]
        granted = client.post(token_url, data=assertion(tmp_path, kid, algorithm, token_url)).json()
        client.headers["Authorization"] = f"Bearer {granted['access_token']}"
        first = client.get("Patient?_count=5")
        assert first.status_code == 200
        time.sleep(1.1)
        expired = client.get(first.json()["link"][1]["url"])
        assert (expired.status_code, expired.text) == (401, "TokenExpiredError: jwt expired")


def test_an_assertion_that_breaks_a_rule_is_refused_as_oauth_says(world_folder: Path, tmp_path: Path) -> None:
    kid = write_key_pair(tmp_path / "ours", "ES384")
    write_key_pair(tmp_path / "other", "ES384")
    with running_server(world_folder, "--jwks", str(tmp_path / "ours" / "jwks.json")) as addresses:
        url = addresses["token_url"]

        def error(form: dict) -> str:
            answer = httpx.post(url, data=form)
            assert answer.status_code == 400
            assert answer.json()["error_description"]
            return answer.json()["error"]

        def ours(**changed: object) -> dict:
            return assertion(tmp_path / "ours", kid, "ES384", url, **changed)

        assert error(ours(aud="https://elsewhere.example/token")) == "invalid_grant"
        assert error(ours(iss="somebody")) == "invalid_grant"
        assert error(ours(exp=int(time.time()) + 3600)) == "invalid_grant"
        assert error(ours(exp=int(time.time()) - 1)) == "invalid_grant"
        assert error(assertion(tmp_path / "other", kid, "ES384", url)) == "invalid_grant"
        assert error(assertion(tmp_path / "ours", "unknown-kid", "ES384", url)) == "invalid_grant"
        assert error(ours() | {"scope": "user/*.write"}) == "invalid_scope"
        assert error(ours() | {"grant_type": "password"}) == "unsupported_grant_type"
        assert error(ours() | {"client_assertion": "nonsense"}) == "invalid_request"
        once = ours()
        assert httpx.post(url, data=once).status_code == 200
        assert error(once) == "invalid_grant"


def test_the_same_seed_makes_the_same_hospital(world_folder: Path, tmp_path: Path) -> None:
    World(7, 20, 60, date(2026, 6, 30), read_items(None)).write(tmp_path)
    for file in world_folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_every_planted_identifier_and_canary_is_in_the_files(world_folder: Path) -> None:
    text = "".join(file.read_text() for file in world_folder.glob("*.ndjson"))
    # Names are found by their canary: a display writes them whole, Patient.name in parts.
    planted = [entry for entry in truth(world_folder)["direct_identifiers"] if not entry["kind"].endswith("name")]
    assert [entry for entry in planted if entry["value"] not in text] == []
    assert all(canary in text for canary in truth(world_folder)["canaries"])
    # 20 patients and 6 practitioners.
    assert len(truth(world_folder)["canaries"]) == 26


def test_every_literal_reference_leads_to_a_resource(world_folder: Path) -> None:
    resources = [json.loads(line) for file in world_folder.glob("*.ndjson") for line in file.read_text().splitlines()]
    present = {f"{resource['resourceType']}/{resource['id']}" for resource in resources}

    def references(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("reference"), str):
                yield value["reference"]
            for child in value.values():
                yield from references(child)
        elif isinstance(value, list):
            for child in value:
                yield from references(child)

    # "#given" names a resource contained in the row itself.
    assert {reference for resource in resources for reference in references(resource)} - present == {"#given"}


def test_check_digits_follow_published_examples() -> None:
    # GS1's demonstration GTIN 09506000134352, the textbook Luhn number 79927398713, CMS's example NPI 1234567893.
    assert gs1_check_digit("0950600013435") == "2"
    assert luhn_digit("7992739871") == 3
    assert luhn_digit("80840123456789") == 3


def test_device_identifiers_are_sound_and_practitioner_numbers_are_not(world_folder: Path) -> None:
    devices = [json.loads(line) for line in (world_folder / "Device.ndjson").read_text().splitlines()]
    for device in devices:
        gtin = device["udiCarrier"][0]["deviceIdentifier"]
        assert gtin.startswith("0952")
        assert gs1_check_digit(gtin[:-1]) == gtin[-1]
    npis = [entry["value"] for entry in truth(world_folder)["direct_identifiers"] if entry["kind"] == "npi"]
    assert npis
    assert all(str(luhn_digit(f"80840{npi[:-1]}")) != npi[-1] for npi in npis)
