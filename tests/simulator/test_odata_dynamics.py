"""The OData server answers as Dynamics 365 Finance and Operations does: companies, tokens, a budget, no null.

Belongs here: the Dynamics 365 service met over HTTP. Not here: what both systems share (`test_odata_server.py`).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from simulator.serve.loopback import serving
from simulator.serve.odata import d365
from simulator.serve.odata.auth import TokenGuard
from simulator.serve.odata.server import odata_app
from tests.simulator.odata_client import CREDENTIALS, SCOPE, bought_token, followed, read_by_dlt, results
from tests.simulator.odata_world import LINES, write_d365


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("d365")
    write_d365(folder)
    return folder


@pytest.fixture(scope="module")
def d365_url(folder: Path) -> Iterator[str]:
    with serving(odata_app(folder, d365.SERVICES, TokenGuard("client", "secret"), company="h7")) as url:
        yield url


@pytest.fixture(scope="module")
def dynamics(d365_url: str) -> Iterator[httpx.Client]:
    token = bought_token(d365_url)
    with httpx.Client(base_url=d365_url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def test_dynamics_pages_by_ten_thousand_with_absolute_links_to_the_declared_count(dynamics: httpx.Client) -> None:
    first = dynamics.get("/data/PurchaseOrderLinesV2?cross-company=true&$count=true").json()
    assert first["@odata.count"] == LINES + 5
    assert first["@odata.context"] == f"{dynamics.base_url}/data/$metadata#PurchaseOrderLinesV2".replace(
        "//data", "/data"
    )
    assert first["@odata.nextLink"].startswith(f"{dynamics.base_url}/data/PurchaseOrderLinesV2?cross-company=true")
    pages = followed(dynamics, "/data/PurchaseOrderLinesV2?cross-company=true&$select=LineNumber,dataAreaId")
    assert [len(page) for page in pages] == [10_000, LINES + 5 - 10_000]
    assert len({row["LineNumber"] for page in pages for row in page}) == LINES + 5
    assert {row["dataAreaId"] for row in pages[1]} == {"h7", "h9"}


def test_without_cross_company_dynamics_shows_the_users_own_company_only(dynamics: httpx.Client) -> None:
    assert [row["dataAreaId"] for row in results(dynamics, "/data/PurchaseOrderHeadersV2")] == ["h7"]
    assert dynamics.get("/data/PurchaseOrderLinesV2/$count").text == str(LINES)
    other = "/data/PurchaseOrderHeadersV2(dataAreaId='h9',PurchaseOrderNumber='PO-1')"
    assert dynamics.get(other).status_code == 404
    assert dynamics.get(other, params={"cross-company": "true"}).json()["PurchaseOrderStatus"] == "Canceled"
    line = "/data/PurchaseOrderLinesV2(dataAreaId='h7',PurchaseOrderNumber='PO-1',LineNumber=12345)"
    assert dynamics.get(line).json()["LineNumber"] == 12345


def test_dynamics_has_no_null_and_shows_a_date_at_noon(dynamics: httpx.Client) -> None:
    ours, theirs = results(dynamics, "/data/PurchaseOrderHeadersV2?cross-company=true")
    assert ours["AccountingDate"] == "2025-02-03T12:00:00Z"
    assert theirs["AccountingDate"] == "1900-01-01T12:00:00Z"
    assert ours["VendorOrderReference"] == ""
    assert re.fullmatch(r'W/"[A-Za-z0-9+/]+=*"', ours["@odata.etag"])
    line = dynamics.get("/data/PurchaseOrderLinesV2?$top=1")
    assert '"LineNumber":1,' in line.text
    assert '"LineAmount":0.1,' in line.text


def test_dynamics_compares_an_enumeration_with_its_member_only(dynamics: httpx.Client) -> None:
    path, status = "/data/PurchaseOrderHeadersV2?cross-company=true&$filter=", "PurchaseOrderStatus eq "
    found = dynamics.get(path + quote(status + "Microsoft.Dynamics.DataEntities.PurchStatus'Canceled'"))
    assert [row["dataAreaId"] for row in found.json()["value"]] == ["h9"]
    refused = dynamics.get(path + quote(status + "'Canceled'"))
    assert refused.status_code == 400
    assert "incompatible types" in refused.json()["error"]["innererror"]["message"]


def test_dynamics_expands_one_level_and_refuses_a_second(dynamics: httpx.Client) -> None:
    path = "/data/PurchaseOrderHeadersV2?cross-company=true&$filter=dataAreaId eq 'h9'&$expand=PurchaseOrderLinesV2"
    assert len(dynamics.get(path).json()["value"][0]["PurchaseOrderLinesV2"]) == 5
    refused = dynamics.get(path + "($expand=PurchaseOrderHeaderV2)")
    assert refused.status_code == 400
    assert "too deep" in refused.json()["error"]["innererror"]["message"]


def test_dynamics_sells_tokens_for_the_right_secret_only(d365_url: str) -> None:
    address = f"{d365_url}/tenant/oauth2/v2.0/token"
    wrong = httpx.post(address, data=CREDENTIALS | SCOPE | {"client_secret": "guess"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert httpx.post(address, data=CREDENTIALS).json()["error"] == "invalid_scope"
    assert httpx.get(f"{d365_url}/data/VendorsV2").status_code == 401
    assert httpx.get(f"{d365_url}/data/VendorsV2", headers={"Authorization": "Bearer guess"}).status_code == 401


def test_a_spent_request_budget_answers_429_until_the_time_it_names(folder: Path) -> None:
    guard = TokenGuard("client", "secret", requests=2, window_seconds=60)
    with serving(odata_app(folder, d365.SERVICES, guard)) as url:
        headers = {"Authorization": f"Bearer {bought_token(url)}"}
        answers = [httpx.get(f"{url}/data/VendorsV2", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_a_token_that_has_run_out_opens_nothing(folder: Path) -> None:
    with serving(odata_app(folder, d365.SERVICES, TokenGuard("client", "secret", token_seconds=0))) as url:
        headers = {"Authorization": f"Bearer {bought_token(url)}"}
        assert httpx.get(f"{url}/data/VendorsV2", headers=headers).status_code == 401


def test_the_stock_dlt_source_reads_a_feed_of_dynamics_to_its_count(d365_url: str) -> None:
    oauth = {
        "type": "oauth2_client_credentials",
        "access_token_url": f"{d365_url}/tenant/oauth2/v2.0/token",
        "client_id": "client",
        "client_secret": "secret",
        "access_token_request_data": SCOPE,
    }
    parameters = {"cross-company": "true"}
    assert (
        read_by_dlt(f"{d365_url}/data/", oauth, "PurchaseOrderLinesV2", parameters, "value", "['@odata.nextLink']")
        == LINES + 5
    )


def test_the_company_is_part_of_every_key_of_dynamics_but_of_what_companies_share() -> None:
    shared = {"ProductUnitOfMeasureConversions"}
    assert all(entity_set.key[0] == "dataAreaId" for entity_set in d365.SETS if entity_set.name not in shared)
    assert not any("dataAreaId" in entity_set.by_name for entity_set in d365.SETS if entity_set.name in shared)
