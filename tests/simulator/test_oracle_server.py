"""The server of Oracle Fusion's REST resources, met over HTTP: pages, queries, children, versions, refusals.

Belongs here: behaviour of the protocol, on a small world made by hand. Not here: what the network's Oracle holds
(`test_network_oracle.py`).
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from dlt.sources.rest_api import rest_api_resources

from simulator.serve.loopback import serving
from simulator.serve.odata.auth import BasicGuard
from simulator.serve.oracle.resources import ITEMS, PURCHASE_ORDERS, RESOURCES
from simulator.serve.oracle.server import BASE, oracle_app
from simulator.systems.truth import open_truth, write_rows

ORDERS = 1996  # Four full pages of 499: the last one is full, and nothing follows it.
FEBRUARY = datetime(2025, 2, 1)
MARCH = datetime(2025, 3, 1)

ORDERS_SELECT = f"""
    SELECT POHeaderId, OrderNumber, 'OPEN' AS StatusCode, Supplier, OrderDate, CreationDate, _from AS LastUpdateDate,
        lines, _from, _until
    FROM (
        SELECT 300000000000000 + n AS POHeaderId, n::VARCHAR AS OrderNumber,
            CASE n WHEN 2 THEN 'O''Brien "Medical" \\ Überall' WHEN 3 THEN NULL ELSE 'Supplier ' || n % 7 END AS Supplier,
            TIMESTAMP '2025-01-02 08:30:00' AS OrderDate, TIMESTAMP '2025-01-02 08:30:00' AS CreationDate,
            TIMESTAMP '2025-01-02 08:30:00' + INTERVAL (n % 10) DAY AS _from, NULL::TIMESTAMP AS _until,
            [{{'POLineId': n * 10 + 1, 'LineNumber': 1, 'Quantity': 12.5, 'Price': 0.1000, 'CreditFlag': false,
               'schedules': [{{'LineLocationId': n * 100 + 1, 'ScheduleNumber': 1, 'PromisedDeliveryDate': DATE '2025-01-09',
                   'distributions': [{{'PODistributionId': n * 1000 + 1, 'Percent': 100}}]}}]}},
             {{'POLineId': n * 10 + 2, 'LineNumber': 2, 'Quantity': 10.0000, 'Price': 1234567890.1234, 'CreditFlag': NULL,
               'schedules': []}}] AS lines
        FROM range(1, {ORDERS}) AS t(n)
    )
    UNION ALL BY NAME
    SELECT 300000000009999 AS POHeaderId, '9999' AS OrderNumber, status AS StatusCode, shown AS LastUpdateDate,
        shown AS _from, until AS _until
    FROM (VALUES ('OPEN', TIMESTAMP '2025-01-20 10:00:00', TIMESTAMP '2025-02-10 11:00:00'),
                 ('CLOSED', TIMESTAMP '2025-02-10 11:00:00', NULL)) AS t(status, shown, until)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,995 orders that never change, and one that is closed on 10 February."""
    folder = tmp_path_factory.mktemp("oracle")
    connection = open_truth(folder)
    file = folder / "purchaseOrders.parquet"
    assert write_rows(connection, ORDERS_SELECT, PURCHASE_ORDERS.columns, "POHeaderId", file) == ORDERS + 1
    items = "SELECT 1 AS ItemId, unnest(['H5', 'H6']) AS OrganizationCode, TIMESTAMP '2025-01-01' AS _from"
    write_rows(connection, items, ITEMS.columns, "ItemId", folder / "itemsV2.parquet")
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(oracle_app(folder, RESOURCES, BasicGuard("reader", "word"), lambda: MARCH)) as url:
        yield url + BASE


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, auth=("reader", "word")) as client:
        yield client


def page(client: httpx.Client, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def found(client: httpx.Client, query: str) -> int:
    return int(page(client, "/purchaseOrders", q=query, totalResults="true", limit=1)["totalResults"])


def refused(client: httpx.Client, path: str, **parameters: Any) -> tuple[int, str]:
    answer = client.get(path, params=parameters)
    body = answer.json()
    assert body["status"] == str(answer.status_code)
    return answer.status_code, body["o:errorDetails"][0]["detail"]


def test_a_client_that_stops_at_a_short_page_reads_every_order_once(client: httpx.Client) -> None:
    seen: list[int] = []
    while True:
        answer = page(client, "/purchaseOrders", limit=499, offset=len(seen), orderBy="POHeaderId:asc", onlyData="true")
        seen += [order["POHeaderId"] for order in answer["items"]]
        if answer["count"] < answer["limit"]:
            break
    assert len(seen) == len(set(seen)) == ORDERS
    assert seen == sorted(seen)


def test_a_page_has_25_items_unless_asked_and_499_at_most_without_a_word(client: httpx.Client) -> None:
    unasked = page(client, "/purchaseOrders")
    assert (unasked["count"], unasked["limit"], unasked["offset"], unasked["hasMore"]) == (25, 25, 0, True)
    assert "totalResults" not in unasked
    greedy = page(client, "/purchaseOrders", limit=5000, totalResults="true")
    assert (greedy["count"], greedy["limit"], greedy["totalResults"]) == (499, 499, ORDERS)


def test_behind_an_offset_a_full_last_page_claims_that_more_follows(client: httpx.Client) -> None:
    last = page(client, "/purchaseOrders", limit=499, offset=3 * 499)
    assert (last["count"], last["hasMore"]) == (499, True)
    behind = page(client, "/purchaseOrders", limit=499, offset=4 * 499)
    assert (behind["count"], behind["hasMore"], behind["items"]) == (0, False, [])
    whole = page(client, "/purchaseOrders", q="OrderNumber in ('1', '2')", limit=2)
    assert (whole["count"], whole["hasMore"]) == (2, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("OrderNumber='17'", 1),
        ("OrderNumber=17", 1),
        ("Supplier='O''Brien \"Medical\" \\ Überall'", 1),
        ("Supplier like 'O''B*'", 1),
        ("Supplier like 'O%'", 1),
        ("Supplier not like 'Supplier*'", 1),
        ("Supplier is null", 2),
        ("Supplier is not null", ORDERS - 2),
        ("Supplier != 'Supplier 1'", ORDERS - 2 - 285),
        ("POHeaderId > 300000000000010 and POHeaderId <= 300000000000020", 10),
        ("POHeaderId>300000000000010;POHeaderId<=300000000000020;", 10),
        ("OrderNumber='1' or OrderNumber='2' and StatusCode='CLOSED'", 1),
        ("(OrderNumber='1' or OrderNumber='2') and StatusCode='CLOSED'", 0),
        ("POHeaderId between 300000000000010 and 300000000000020 AND StatusCode IN ('OPEN', 'CLOSED')", 11),
        # Stamps run from 2 to 11 January by the last digit: 9 is the eleventh. The closed order's is in February.
        ("LastUpdateDate >= '2025-01-11T08:30:00+00:00'", 200),
        ("LastUpdateDate > '2025-01-11T03:30:00-05:00'", 1),
        ("LastUpdateDate >= 2025-02-01", 1),
    ],
)
def test_a_query_selects_what_it_says(client: httpx.Client, query: str, expected: int) -> None:
    assert found(client, query) == expected


@pytest.mark.parametrize(
    ("parameters", "explanation"),
    [
        ({"q": "Colour='red'"}, "Colour is no attribute of purchaseOrders"),
        ({"q": "OrderNumber='1"}, "cannot be read"),
        ({"q": "OrderNumber"}, "ends too early"),
        ({"q": "LastUpdateDate > '2025-01-01T00:00:00 00:00'"}, "is no DateTime"),
        ({"q": "POHeaderId like '3*'"}, "like compares text"),
        ({"orderBy": "OrderNumber:up"}, "no direction"),
        ({"expand": "lines.colours"}, "colours is no child of lines"),
        ({"fields": "Colour"}, "Colour is no attribute"),
        ({"limit": "many"}, "whole number"),
        ({"$filter": "a eq b"}, "cannot be used here"),
    ],
)
def test_a_malformed_parameter_is_explained(client: httpx.Client, parameters: dict[str, str], explanation: str) -> None:
    status, detail = refused(client, "/purchaseOrders", **parameters)
    assert status == 400
    assert explanation in detail


def test_a_document_shows_three_levels_of_children_when_they_are_expanded(client: httpx.Client) -> None:
    query = {"q": "OrderNumber='1'", "onlyData": "true"}
    [order] = page(client, "/purchaseOrders", expand="lines.schedules.distributions", **query)["items"]
    first, second = order["lines"]
    [schedule] = first["schedules"]
    assert schedule["distributions"] == [
        {
            "PODistributionId": 1001,
            "DistributionNumber": None,
            "POChargeAccount": None,
            "Quantity": None,
            "Percent": 100,
        }
    ]
    assert schedule["PromisedDeliveryDate"] == "2025-01-09"
    assert second["schedules"] == []
    assert page(client, "/purchaseOrders", expand="all", **query)["items"] == [order]
    [shallow] = page(client, "/purchaseOrders", expand="lines", **query)["items"]
    assert "schedules" not in shallow["lines"][0]
    [flat] = page(client, "/purchaseOrders", **query)["items"]
    assert "lines" not in flat


def test_numbers_are_exact_and_times_are_in_utc(client: httpx.Client) -> None:
    answer = client.get("/purchaseOrders", params={"q": "OrderNumber='1'", "expand": "lines", "onlyData": "true"})
    assert '"Quantity":12.5,' in answer.text
    assert '"Quantity":10,' in answer.text
    assert '"Price":0.1,' in answer.text
    assert '"Price":1234567890.1234,' in answer.text
    assert '"LastUpdateDate":"2025-01-03T08:30:00+00:00"' in answer.text
    assert '"POHeaderId":300000000000001,' in answer.text


def test_fields_choose_attributes_of_the_document_and_of_its_children_and_overrule_expand(client: httpx.Client) -> None:
    query = {"q": "OrderNumber='1'", "onlyData": "true"}
    [chosen] = page(client, "/purchaseOrders", fields="POHeaderId;lines.schedules:ScheduleNumber", **query)["items"]
    assert chosen == {
        "POHeaderId": 300000000000001,
        "lines": [{"schedules": [{"ScheduleNumber": 1}]}, {"schedules": []}],
    }
    [overruled] = page(client, "/purchaseOrders", fields="OrderNumber", expand="lines", **query)["items"]
    assert overruled == {"OrderNumber": "1"}


def test_every_link_of_an_item_leads_to_what_it_names(client: httpx.Client) -> None:
    [order] = page(client, "/purchaseOrders", q="OrderNumber='1'", expand="lines")["items"]
    own, canonical, child = order["links"]
    assert (own["rel"], canonical["rel"], child["rel"]) == ("self", "canonical", "child")
    assert client.get(own["href"]).json()["OrderNumber"] == "1"
    lines = client.get(child["href"], params={"onlyData": "true", "orderBy": "LineNumber:desc"}).json()
    assert [line["LineNumber"] for line in lines["items"]] == [2, 1]
    below = next(link["href"] for link in order["lines"][0]["links"] if link["name"] == "schedules")
    assert below == f"{own['href']}/child/lines/11/child/schedules"
    assert [each["LineLocationId"] for each in client.get(below).json()["items"]] == [101]
    assert client.get(f"{below}/101").json()["ScheduleNumber"] == 1
    assert [line["POLineId"] for line in page(client, child["href"], q="LineNumber=2")["items"]] == [12]


def test_a_key_of_two_attributes_is_one_opaque_word_in_the_address(client: httpx.Client) -> None:
    links = [item["links"][0]["href"] for item in page(client, "/itemsV2")["items"]]
    assert [client.get(link).json()["OrganizationCode"] for link in links] == ["H5", "H6"]


def test_an_order_is_shown_as_it_was_at_the_time_of_the_world(folder: Path) -> None:
    now = FEBRUARY
    with serving(oracle_app(folder, RESOURCES, BasicGuard("reader", "word"), lambda: now)) as url:
        ask = f"{url}{BASE}/purchaseOrders?q=OrderNumber='9999'&onlyData=true"
        before = httpx.get(ask, auth=("reader", "word")).json()["items"]
        now = MARCH
        after = httpx.get(ask, auth=("reader", "word")).json()["items"]
    assert [(order["StatusCode"], order["LastUpdateDate"]) for order in before + after] == [
        ("OPEN", "2025-01-20T10:00:00+00:00"),
        ("CLOSED", "2025-02-10T11:00:00+00:00"),
    ]
    assert "_from" not in after[0]


def test_what_is_not_there_is_404_and_who_is_not_known_is_401(client: httpx.Client, url: str) -> None:
    assert refused(client, "/purchaseOrders/1")[0] == 404
    assert refused(client, "/purchaseOrders/1/child/lines")[0] == 404
    assert refused(client, "/purchaseOrders/300000000000001/child/colours")[0] == 404
    assert refused(client, "/colours")[0] == 404
    assert refused(client, "/purchaseOrders/300000000000001/lines")[0] == 404
    assert page(client, "/invoices")["items"] == []
    unknown = httpx.get(f"{url}/purchaseOrders", auth=("reader", "guess"))
    assert unknown.status_code == 401
    assert unknown.headers["WWW-Authenticate"].startswith("Basic")


def test_a_later_framework_version_is_refused_because_its_children_look_different(client: httpx.Client) -> None:
    assert client.get("/purchaseOrders", headers={"REST-Framework-Version": "2"}).status_code == 200
    assert client.get("/purchaseOrders", headers={"REST-Framework-Version": "4"}).status_code == 400


def test_describe_names_every_attribute_and_child(client: httpx.Client) -> None:
    described = client.get("/purchaseOrders/describe").json()["Resources"]["purchaseOrders"]
    kinds = {each["name"]: each["type"] for each in described["attributes"]}
    assert (kinds["POHeaderId"], kinds["LastUpdateDate"], kinds["OrderNumber"]) == ("integer", "datetime", "string")
    assert list(described["children"]["lines"]["children"]["schedules"]["children"]) == ["distributions"]


def test_a_file_that_is_not_as_declared_is_named(tmp_path: Path) -> None:
    columns = {"POHeaderId": "BIGINT", "OrderNumber": "BIGINT"}
    select = "SELECT 1 AS POHeaderId, 1 AS OrderNumber, TIMESTAMP '2025-01-01' AS _from"
    write_rows(open_truth(tmp_path), select, columns, "POHeaderId", tmp_path / "purchaseOrders.parquet")
    with serving(oracle_app(tmp_path, RESOURCES, BasicGuard("reader", "word"), lambda: MARCH)) as url:
        answer = httpx.get(f"{url}{BASE}/purchaseOrders", auth=("reader", "word"))
    assert answer.status_code == 500
    detail = answer.json()["o:errorDetails"][0]["detail"]
    assert "OrderNumber is BIGINT, and VARCHAR is served" in detail


@pytest.mark.parametrize("stop", [{"total_path": "totalResults"}, {"total_path": None, "has_more_path": "hasMore"}])
def test_the_stock_dlt_source_reads_orders_page_by_page_to_their_count(url: str, stop: dict[str, Any]) -> None:
    parameters = {"orderBy": "POHeaderId:asc", "onlyData": "true", "expand": "lines", "totalResults": "true"}
    paginator = {"type": "offset", "limit": 499, "offset_param": "offset", "limit_param": "limit", **stop}
    endpoint = {"path": "purchaseOrders", "params": parameters, "data_selector": "items", "paginator": paginator}
    config: Any = {
        "client": {
            "base_url": f"{url}/",
            "auth": {"type": "http_basic", "username": "reader", "password": "word"},
        },
        "resources": [{"name": "orders", "endpoint": endpoint}],
    }
    [orders] = rest_api_resources(config)
    seen = [order["POHeaderId"] for order in orders]
    assert len(seen) == len(set(seen)) == ORDERS
