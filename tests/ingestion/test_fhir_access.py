"""SMART backend services against the simulator's server: bought, renewed, refused."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.page import AuthenticationError, Window
from ingestion.settings import SettingsError
from ingestion.sources.fhir_r4 import FhirR4, open_source
from simulator.fhir.keys import write_key_pair
from tests.ingestion.fhir_server import FhirServerProcess

CONTRACT = load_contract("fhir_r4")
PATIENT = CONTRACT.by_name["patient"]
EVERYTHING = Window(None, datetime(2100, 1, 1, tzinfo=UTC))
SECRET = "PARLINE_TEST_FHIR_KEY"


class Site:
    """A server that asks for tokens, and a client that is registered with it. The server holds 6 patients."""

    def __init__(self, folder: Path, algorithm: str, *options: str):
        self.key_id = write_key_pair(folder, algorithm)
        self.private_key = folder / "private_key.pem"
        rows = "".join(json.dumps({"resourceType": "Patient", "id": f"p{number}"}) + "\n" for number in range(6))
        (folder / "Patient.ndjson").write_text(rows, encoding="utf-8")
        self.server = FhirServerProcess.start(folder, "--jwks", str(folder / "jwks.json"), *options)

    def open(self, monkeypatch: pytest.MonkeyPatch, secret: str | None = None, **options: Any) -> FhirR4:
        monkeypatch.setenv(SECRET, secret or str(self.private_key))
        options = {"access": "search", "page_size": 2, "client_id": "parline", "key_id": self.key_id} | options
        return open_source(Instance("ehr", "fhir_r4", self.server.base_url, SECRET, options=options), CONTRACT)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("smart"), "ES384")
    yield site
    site.server.stop()


@pytest.fixture(autouse=True)
def calm(site: Site) -> None:
    site.server.calm()


def records(source: FhirR4) -> int:
    return sum(page.records or 0 for page in source.pages(PATIENT, EVERYTHING))


def test_an_elliptic_key_signs_es384(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert records(site.open(monkeypatch)) == 6


def test_an_rsa_key_signs_rs384_and_may_stand_in_the_variable_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, "RS384")
    try:
        assert records(site.open(monkeypatch, secret=site.private_key.read_text())) == 6
    finally:
        site.server.stop()


def test_a_bulk_export_takes_its_token_to_the_files(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    source = site.open(monkeypatch, access="bulk")
    assert records(source) == 6
    source.close()


def test_one_token_serves_many_requests(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.server.fault("slow-answer", match="/auth/token", seconds=0, times=None)
    assert records(site.open(monkeypatch)) == 6
    assert httpx.get(f"{site.server.control_url}/_fault").json()[0]["fired"] == 1


def test_a_token_is_renewed_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path, "ES384", "--token-seconds", "2")
    try:
        site.server.fault("slow-answer", match="/auth/token", seconds=0, times=None)
        pages = site.open(monkeypatch).pages(PATIENT, EVERYTHING)
        assert next(pages).records == 2
        time.sleep(2.1)
        assert sum(page.records or 0 for page in pages) == 4
        assert httpx.get(f"{site.server.control_url}/_fault").json()[0]["fired"] == 2
    finally:
        site.server.stop()


def test_a_token_refused_in_mid_paging_is_replaced_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.server.fault("expired-token", after=1, match="^/fhir/Patient")
    assert records(site.open(monkeypatch)) == 6


def test_a_server_that_refuses_every_token_is_not_asked_for_ever(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.server.fault("expired-token", match="^/fhir/Patient", times=None)
    with pytest.raises(AuthenticationError, match="answered 401"):
        records(site.open(monkeypatch))


def test_a_key_that_is_not_registered_is_refused_with_what_to_check(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AuthenticationError, match=r"400 \(invalid_grant\)\. Check client_id, key_id"):
        records(site.open(monkeypatch, key_id="another"))


def test_a_secret_needs_the_names_it_is_registered_under(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"client_id and options\.key_id"):
        site.open(monkeypatch, client_id=None)


def test_a_key_on_another_curve_is_refused_before_anything_is_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(SettingsError, match="RS384 and ES384 only"):
        site.open(monkeypatch, secret=pem)


def test_a_secret_that_is_neither_key_nor_file_is_not_repeated_in_the_message(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="neither PEM text nor the path") as refused:
        site.open(monkeypatch, secret="hunter2")
    assert "hunter2" not in str(refused.value)
