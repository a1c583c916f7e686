"""The OData server answers as SAP and Dynamics 365 do, gives every row exactly once, and serves to clients not ours.

Belongs here: the server met over HTTP, and the declarations held against metadata and recordings that others made.
Not here: the generator that writes the files it serves.
"""

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin
from xml.etree import ElementTree

import httpx
import pyarrow as pa
import pytest
from dlt.sources.rest_api import rest_api_resources

from simulator.serve.loopback import serving
from simulator.serve.odata import d365, sap
from simulator.serve.odata.auth import BasicGuard, TokenGuard
from simulator.serve.odata.model import EntitySet, Property, Service
from simulator.serve.odata.server import odata_app
from tests.simulator.odata_world import LINES, ORDERS, write, write_d365, write_sap

SHARED = Path(__file__).parents[3] / "shared" / "data"
EDMX, RECORDED = SHARED / "sap_edmx", SHARED / "recorded"
needs_edmx = pytest.mark.skipif(not EDMX.is_dir(), reason="SAP's metadata documents are not beside this checkout")
needs_recordings = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recordings of SAP are not beside this checkout"
)

ORDER_SERVICE = "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV"
ORDERS_V2, ITEMS_V2 = f"{ORDER_SERVICE}/A_PurchaseOrder", f"{ORDER_SERVICE}/A_PurchaseOrderItem"
PRODUCTS_V2 = "/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product"
SERVICE_V4 = sap.PROVEN[-1].path
CREDENTIALS = {"grant_type": "client_credentials", "client_id": "client", "client_secret": "secret"}
SCOPE = {"scope": "https://simulated.example/.default"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_sap(folder / "sap")
    write_d365(folder / "d365")
    return folder


@pytest.fixture(scope="module")
def sap_url(world: Path) -> Iterator[str]:
    with serving(odata_app(world / "sap", sap.SERVICES, BasicGuard("reader", "secret"))) as url:
        yield url


@pytest.fixture(scope="module")
def client(sap_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sap_url, auth=("reader", "secret"), headers={"Accept": "application/json"}) as client:
        yield client


@pytest.fixture(scope="module")
def d365_url(world: Path) -> Iterator[str]:
    with serving(odata_app(world / "d365", d365.SERVICES, TokenGuard("client", "secret"), company="h7")) as url:
        yield url


@pytest.fixture(scope="module")
def dynamics(d365_url: str) -> Iterator[httpx.Client]:
    token = bought_token(d365_url)
    with httpx.Client(base_url=d365_url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def bought_token(url: str) -> str:
    return str(httpx.post(f"{url}/tenant/oauth2/v2.0/token", data=CREDENTIALS | SCOPE).json()["access_token"])


def results(client: httpx.Client, path: str, **options: str) -> list[dict[str, Any]]:
    answer = client.get(path, params={f"${name}": value for name, value in options.items()} or None)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["d"]["results"] if "d" in body else body["value"]


def followed(client: httpx.Client, url: str) -> list[list[dict[str, Any]]]:
    """Every page, by the next links as they are given."""
    pages = []
    while url:
        body = client.get(url).json()
        pages.append(body["d"]["results"] if "d" in body else body["value"])
        link = body["d"].get("__next") if "d" in body else body.get("@odata.nextLink")
        url = urljoin(str(client.base_url.join(url)), link) if link else ""
    return pages


# --- Wire forms, expected by hand -------------------------------------------------------------------------------------


def test_v2_shows_dates_as_milliseconds_decimals_as_text_and_links_to_what_is_not_expanded(
    client: httpx.Client,
) -> None:
    order = results(client, ORDERS_V2, top="1")[0]
    address = f"{client.base_url}{ORDERS_V2}('4500000001')"
    assert order["PurchaseOrderDate"] == "/Date(1715817600000)/"  # 2024-05-16T00:00:00Z
    assert order["LastChangeDateTime"] == "/Date(1735734600000+0000)/"  # 2025-01-01T12:30:00Z
    assert order["ReleaseIsNotCompleted"] is True
    assert order["PaymentTerms"] is None
    assert order["__metadata"]["type"] == "API_PURCHASEORDER_PROCESS_SRV.A_PurchaseOrderType"
    assert order["__metadata"]["uri"] == address
    assert order["to_PurchaseOrderItem"] == {"__deferred": {"uri": f"{address}/to_PurchaseOrderItem"}}

    first, second = results(client, ITEMS_V2, filter="PurchaseOrder eq '4500000001'")
    assert first["PurchaseOrderItemText"] == 'O\'Brien "8 Fr" \\ catheter\n'
    assert second["PurchaseOrderItemText"] == "Überzug 5µ"
    assert (first["NetPriceAmount"], second["NetPriceAmount"]) == ("0.10", "817.555")
    assert (first["OrderQuantity"], second["OrderQuantity"]) == ("12.5", "10")


def test_v4_shows_iso_dates_and_decimals_as_numbers_without_losing_a_digit(client: httpx.Client) -> None:
    answer = client.get(f"{SERVICE_V4}/PurchaseOrderItem", params={"$top": "2"})
    assert answer.headers["OData-Version"] == "4.0"
    assert '"NetPriceAmount":0.10,' in answer.text
    assert '"NetPriceAmount":817.555,' in answer.text
    order = client.get(f"{SERVICE_V4}/PurchaseOrder('4500000001')").json()
    assert order["@odata.context"] == "$metadata#PurchaseOrder/$entity"
    assert order["PurchaseOrderDate"] == "2024-05-16"
    assert order["LastChangeDateTime"] == "2025-01-01T12:30:00Z"
    assert "__metadata" not in order


def test_an_expansion_nests_children_of_children_and_leaves_childless_rows_an_empty_list(client: httpx.Client) -> None:
    path = "to_PurchaseOrderItem/to_ScheduleLine,to_PurchaseOrderItem/to_AccountAssignment"
    first, second = results(client, ORDERS_V2, expand=path, top="2")
    items = first["to_PurchaseOrderItem"]["results"]
    assert [item["PurchaseOrderItem"] for item in items] == ["00010", "00020"]
    schedule = items[0]["to_ScheduleLine"]["results"]
    assert [line["ScheduleLine"] for line in schedule] == ["0001", "0002"]
    assert [line["ScheduleLineDeliveryTime"] for line in schedule] == ["PT06H05M04S", "PT00H00M00S"]
    assert [line["ScheduleLineDeliveryDate"] for line in schedule] == ["/Date(1717200000000)/", None]
    assert items[1]["to_ScheduleLine"] == {"results": []}
    assert items[0]["to_AccountAssignment"] == {"results": []}
    assert "__deferred" in items[0]["to_PurchaseOrder"]
    assert len(second["to_PurchaseOrderItem"]["results"]) == 1


def test_v4_nests_expansions_with_options_of_their_own(client: httpx.Client) -> None:
    nested = "_PurchaseOrderItem($select=PurchaseOrderItem;$expand=_PurchaseOrderScheduleLineTP($select=ScheduleLine))"
    order = results(client, f"{SERVICE_V4}/PurchaseOrder", expand=nested, select="PurchaseOrder", top="1")[0]
    assert order == {
        "PurchaseOrder": "4500000001",
        "_PurchaseOrderItem": [
            {
                "PurchaseOrderItem": "00010",
                "_PurchaseOrderScheduleLineTP": [{"ScheduleLine": "0001"}, {"ScheduleLine": "0002"}],
            },
            {"PurchaseOrderItem": "00020", "_PurchaseOrderScheduleLineTP": []},
        ],
    }


def test_an_expansion_towards_one_is_an_object(client: httpx.Client) -> None:
    item = results(
        client, ITEMS_V2, expand="to_PurchaseOrder", select="PurchaseOrderItem,to_PurchaseOrder/Supplier", top="1"
    )
    assert item[0]["PurchaseOrderItem"] == "00010"
    assert item[0]["to_PurchaseOrder"]["Supplier"] == "17000000"
    assert set(item[0]) == {"__metadata", "PurchaseOrderItem", "to_PurchaseOrder"}


def test_every_address_in_an_answer_leads_to_its_row_even_with_a_quote_and_a_slash_in_the_key(
    client: httpx.Client,
) -> None:
    products = results(client, PRODUCTS_V2)
    assert products[0]["__metadata"]["uri"].endswith("A_Product('O%27%27RING%2F2')")
    for product in products:
        row = client.get(product["__metadata"]["uri"]).json()["d"]
        assert row["Product"] == product["Product"]
        assert client.get(product["to_Plant"]["__deferred"]["uri"]).json() == {"d": {"results": []}}
    center = results(client, "/sap/opu/odata/sap/API_COSTCENTER_SRV/A_CostCenter")[0]
    assert client.get(center["__metadata"]["uri"]).json()["d"]["CostCenter"] == "H1-4010"
    order = results(client, ORDERS_V2, top="1")[0]
    items = client.get(order["to_PurchaseOrderItem"]["__deferred"]["uri"]).json()["d"]["results"]
    assert len(items) == 2


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_following_next_links_gives_every_order_once_in_pages_of_a_thousand(client: httpx.Client) -> None:
    pages = followed(client, f"{ORDERS_V2}?$select=PurchaseOrder&$inlinecount=allpages")
    assert [len(page) for page in pages] == [1000, 1000, 350]
    assert [row["PurchaseOrder"] for page in pages for row in page] == [f"45{n:08}" for n in range(1, ORDERS + 1)]


def test_a_filtered_and_sorted_feed_keeps_its_question_on_every_page(client: httpx.Client) -> None:
    question = ORDERS_V2 + "?$orderby=Supplier%20desc,PurchaseOrder&$filter=" + quote("Supplier ne '17000003'")
    rows = [row for page in followed(client, question) for row in page]
    expected = [at for at in range(ORDERS) if at == 1 or at % 7 != 3]
    assert len(rows) == len(expected) == len({row["PurchaseOrder"] for row in rows})
    assert rows[0]["Supplier"] == "17000006"
    assert rows[-1]["Supplier"] is None  # null sorts below every value


def test_top_is_met_across_pages_and_skip_starts_later(client: httpx.Client) -> None:
    pages = followed(client, f"{ORDERS_V2}?$top=2300&$skip=100&$select=PurchaseOrder")
    assert [len(page) for page in pages] == [2250]
    assert pages[0][0]["PurchaseOrder"] == "4500000101"
    assert len(results(client, ORDERS_V2, top="7", skip="2345")) == 5


def test_counts_are_text_in_v2_a_number_in_v4_and_plain_at_their_own_address(client: httpx.Client) -> None:
    assert client.get(ORDERS_V2, params={"$inlinecount": "allpages", "$top": "0"}).json() == {
        "d": {"results": [], "__count": str(ORDERS)}
    }
    v4 = client.get(f"{SERVICE_V4}/PurchaseOrder", params={"$count": "true", "$top": "1"}).json()
    assert v4["@odata.count"] == ORDERS
    assert client.get(f"{ORDERS_V2}/$count", params={"$filter": "Supplier eq null"}).text == "1"


# --- Filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("PurchaseOrder eq '4500000007'", 1),
        ("PurchaseOrder ge '4500002341' and not (PurchaseOrder gt '4500002345')", 5),
        ("Supplier eq null or PurchaseOrder eq '4500000001'", 2),
        # 2,350 orders in days 1 to 28 of January: 84 of each of the first 26 days, 83 of the last two.
        ("LastChangeDateTime ge datetimeoffset'2025-01-28T00:00:00Z'", 83),
        ("LastChangeDateTime ge datetimeoffset'2025-01-28T13:30:00+02:00'", 83),
        ("LastChangeDateTime gt datetimeoffset'2025-01-28T12:30:00Z'", 0),
        ("PurchaseOrderDate eq datetime'2024-05-16T00:00:00' and ReleaseIsNotCompleted eq false", 1175),
        ("startswith(PurchaseOrder,'450000000')", 9),
        ("substringof('002350',PurchaseOrder) eq true", 1),
        ("endswith(PurchaseOrder,'50') and ReleaseIsNotCompleted", 0),
    ],
)
def test_v2_filters_select(client: httpx.Client, asked: str, found: int) -> None:
    assert int(client.get(f"{ORDERS_V2}/$count", params={"$filter": asked}).text) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("NetPriceAmount eq 0.10M", 1),
        ("NetPriceAmount gt 11", 1),
        ("PurchaseOrderItemText eq 'O''Brien \"8 Fr\" \\ catheter\n'", 1),
        ("substringof('O''B',PurchaseOrderItemText)", 1),
        ("OrderQuantity eq null", 1),
        # What has no text is no glove either: null differs from every value.
        ("PurchaseOrderItemText ne 'Glove'", 3),
        ("not (PurchaseOrderItemText eq 'Glove')", 3),
    ],
)
def test_v2_filters_meet_null_quotes_and_exact_decimals(client: httpx.Client, asked: str, found: int) -> None:
    assert int(client.get(f"{ITEMS_V2}/$count", params={"$filter": asked}).text) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("LastChangeDateTime ge 2025-01-28T00:00:00Z", 83),
        ("PurchaseOrderDate lt 2024-05-17 and contains(PurchaseOrder,'0002350')", 1),
        ("ReleaseIsNotCompleted eq true", 1175),
    ],
)
def test_v4_filters_select(client: httpx.Client, asked: str, found: int) -> None:
    path = f"{SERVICE_V4}/PurchaseOrder/$count"
    assert int(client.get(path, params={"$filter": asked}).text) == found


# --- Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "options", "status", "names"),
    [
        (ORDERS_V2, {"$frobnicate": "1"}, 400, "$frobnicate"),
        (ORDERS_V2, {"$select": "Nope"}, 400, "Nope"),
        (ORDERS_V2, {"$expand": "to_Nope"}, 400, "to_Nope"),
        (ORDERS_V2, {"$orderby": "Nope"}, 400, "Nope"),
        (ORDERS_V2, {"$filter": "Nope eq 1"}, 400, "Nope"),
        (ORDERS_V2, {"$filter": "PurchaseOrder eq"}, 400, "too early"),
        (ORDERS_V2, {"$filter": "LastChangeDateTime gt datetime'2025-01-01T00:00:00'"}, 400, "Invalid parametertype"),
        (ORDERS_V2, {"$filter": "contains(PurchaseOrder,'1')"}, 400, "contains"),
        (ORDERS_V2, {"$filter": "(" * 1000}, 400, "nested too deeply"),
        (ORDERS_V2, {"$top": "-1"}, 400, "$top"),
        (ORDERS_V2, {"$count": "true"}, 400, "$count"),
        (f"{ORDERS_V2}('nope')", {}, 404, "A_PurchaseOrder"),
        (f"{ORDER_SERVICE}/A_Nope", {}, 404, "A_Nope"),
    ],
)
def test_a_malformed_request_is_refused_in_the_shape_of_v2(
    client: httpx.Client, path: str, options: dict[str, str], status: int, names: str
) -> None:
    answer = client.get(path, params=options)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"]["lang"] == "en"
    assert names in error["message"]["value"]


def test_v4_refuses_with_its_message_as_text(client: httpx.Client) -> None:
    answer = client.get(f"{SERVICE_V4}/PurchaseOrder", params={"$inlinecount": "allpages"})
    assert answer.status_code == 400
    assert "$inlinecount" in answer.json()["error"]["message"]


def test_sap_asks_for_a_password_and_v2_for_a_client_that_wants_json(sap_url: str) -> None:
    nobody = httpx.get(sap_url + ORDERS_V2)
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"].startswith("Basic ")
    assert httpx.get(sap_url + ORDERS_V2, auth=("reader", "wrong")).status_code == 401
    assert httpx.get(sap_url + ORDERS_V2, auth=("reader", "secret")).status_code == 406
    assert httpx.get(sap_url + ORDERS_V2 + "?$format=json", auth=("reader", "secret")).status_code == 200


# --- Dynamics 365 -----------------------------------------------------------------------------------------------------


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


def test_a_spent_request_budget_answers_429_until_the_time_it_names(world: Path) -> None:
    guard = TokenGuard("client", "secret", requests=2, window_seconds=60)
    with serving(odata_app(world / "d365", d365.SERVICES, guard)) as url:
        headers = {"Authorization": f"Bearer {bought_token(url)}"}
        answers = [httpx.get(f"{url}/data/VendorsV2", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_a_token_that_has_run_out_opens_nothing(world: Path) -> None:
    with serving(odata_app(world / "d365", d365.SERVICES, TokenGuard("client", "secret", token_seconds=0))) as url:
        headers = {"Authorization": f"Bearer {bought_token(url)}"}
        assert httpx.get(f"{url}/data/VendorsV2", headers=headers).status_code == 401


# --- Files ------------------------------------------------------------------------------------------------------------


def serve_orders(folder: Path, columns: dict[str, tuple[pa.DataType, list[Any]]]) -> Any:
    write(folder, "A_PurchaseOrder", columns)
    return serving(odata_app(folder, sap.SERVICES, BasicGuard("reader", "secret")))


@pytest.mark.parametrize(
    ("set_name", "column", "values", "says"),
    [
        ("A_PurchaseOrder", "Suplier", pa.array(["1"]), "no property"),
        ("A_PurchaseOrder", "Supplier", pa.array([1]), "Supplier is BIGINT"),
        ("A_PurchaseOrderItem", "NetPriceAmount", pa.array([Decimal("0.12345")]), "more than 3 decimals"),
    ],
)
def test_a_file_that_does_not_fit_its_declaration_is_not_served(
    tmp_path: Path, set_name: str, column: str, values: pa.Array, says: str
) -> None:
    write(tmp_path, set_name, {"PurchaseOrder": (pa.string(), ["1"]), column: (values.type, values.to_pylist())})
    with serving(odata_app(tmp_path, sap.SERVICES, BasicGuard("reader", "secret"))) as url:
        answer = httpx.get(f"{url}{ORDER_SERVICE}/{set_name}?$format=json", auth=("reader", "secret"))
    assert answer.status_code == 500
    assert says in answer.json()["error"]["message"]["value"]


def test_a_file_written_anew_is_served_anew(tmp_path: Path) -> None:
    key = pa.string()
    with serve_orders(tmp_path, {"PurchaseOrder": (key, ["1"])}) as url:
        count = f"{url}{ORDERS_V2}/$count"
        assert httpx.get(count, auth=("reader", "secret")).text == "1"
        write(tmp_path, "A_PurchaseOrder", {"PurchaseOrder": (key, ["1", "2"])})
        assert httpx.get(count, auth=("reader", "secret")).text == "2"


def test_a_reader_is_served_whole_pages_while_files_are_written_anew(tmp_path: Path) -> None:
    write_sap(tmp_path)
    with serving(odata_app(tmp_path, sap.SERVICES, BasicGuard("reader", "secret"))) as url:

        def read(turn: int) -> tuple[int, int]:
            if turn % 8 == 0:
                for name in ("A_PurchaseOrder", "A_PurchaseOrderItem"):
                    os.utime(tmp_path / f"{name}.parquet")
            question = {"$format": "json", "$expand": "to_PurchaseOrderItem", "$skip": str(turn + 1)}
            answer = httpx.get(url + ORDERS_V2, params=question, auth=("reader", "secret"))
            orders = answer.json()["d"]["results"]
            return len(orders), sum(len(order["to_PurchaseOrderItem"]["results"]) for order in orders)

        with ThreadPoolExecutor(4) as readers:
            assert set(readers.map(read, range(40))) == {(1000, 1000)}


def test_a_set_without_a_file_is_empty(client: httpx.Client) -> None:
    assert results(client, f"{ORDER_SERVICE}/A_PurOrdPricingElement") == []


# --- Clients that are not ours ----------------------------------------------------------------------------------------


def read_by_dlt(
    base_url: str, auth: dict[str, Any], path: str, parameters: dict[str, str], data: str, link: str
) -> int:
    paginator = {"type": "json_link", "next_url_path": link}
    endpoint = {"path": path, "params": parameters, "data_selector": data, "paginator": paginator}
    config: Any = {
        "client": {"base_url": base_url, "auth": auth},
        "resources": [{"name": "rows", "endpoint": endpoint}],
    }
    return sum(1 for resource in rest_api_resources(config) for _ in resource)


def test_the_stock_dlt_source_reads_a_v2_feed_to_its_count(sap_url: str) -> None:
    basic = {"type": "http_basic", "username": "reader", "password": "secret"}
    found = read_by_dlt(sap_url, basic, ORDERS_V2.lstrip("/"), {"$format": "json"}, "d.results", "d.__next")
    assert found == ORDERS


def test_the_stock_dlt_source_reads_v4_feeds_to_their_counts(sap_url: str, d365_url: str) -> None:
    basic = {"type": "http_basic", "username": "reader", "password": "secret"}
    link = "['@odata.nextLink']"
    # SAP's links are relative to the request, so the base is the service's root.
    assert read_by_dlt(f"{sap_url}{SERVICE_V4}/", basic, "PurchaseOrder", {}, "value", link) == ORDERS
    oauth = {
        "type": "oauth2_client_credentials",
        "access_token_url": f"{d365_url}/tenant/oauth2/v2.0/token",
        "client_id": "client",
        "client_secret": "secret",
        "access_token_request_data": SCOPE,
    }
    parameters = {"cross-company": "true"}
    assert read_by_dlt(f"{d365_url}/data/", oauth, "PurchaseOrderLinesV2", parameters, "value", link) == LINES + 5


# --- What others wrote: metadata and recordings -----------------------------------------------------------------------


def edmx_file(service: Service) -> Path:
    if service.version == 4:
        return EDMX / "OP_PURCHASEORDER_0001.edmx"
    name = service.path.rpartition("/")[2]
    names = (f"{name}.edmx", f"OP_{name}.edmx", f"OP_{name}_SRV.edmx")
    return next((EDMX / each for each in names if (EDMX / each).exists()), EDMX / names[0])


def tag(element: ElementTree.Element) -> str:
    return element.tag.partition("}")[2]


def schema_of(document: str) -> ElementTree.Element:
    document_root = ElementTree.fromstring(document)  # noqa: S314 - our own, and SAP's from the shared folder
    schemas = [each for each in document_root.iter() if tag(each) == "Schema"]
    return next(each for each in schemas if any(tag(child) == "EntityContainer" for child in each))


def described(schema: ElementTree.Element) -> dict[str, dict[str, Any]]:
    """Entity set: its type, key, property attributes, and navigations as (target type, whether many)."""
    ends = {
        (association.get("Name"), end.get("Role")): (end.get("Type", ""), end.get("Multiplicity") == "*")
        for association in schema
        if tag(association) == "Association"
        for end in association
        if tag(end) == "End"
    }
    types = {}
    for type_ in (each for each in schema if tag(each) == "EntityType"):
        navigations = {}
        for each in (child for child in type_ if tag(child) == "NavigationProperty"):
            target, many = each.get("Type", ""), each.get("Type", "").startswith("Collection(")
            if not target:
                target, many = ends[each.get("Relationship", "").rpartition(".")[2], each.get("ToRole")]
            navigations[each.get("Name")] = (target.removeprefix("Collection(").rstrip(")"), many)
        types[f"{schema.get('Namespace')}.{type_.get('Name')}"] = {
            "key": {each.get("Name") for each in type_.iter() if tag(each) == "PropertyRef"},
            "properties": {each.get("Name"): each.attrib for each in type_ if tag(each) == "Property"},
            "navigations": navigations,
        }
    container = next(each for each in schema if tag(each) == "EntityContainer")
    sets = [each for each in container if tag(each) == "EntitySet"]
    return {
        each.get("Name", ""): {"type": each.get("EntityType"), **types[each.get("EntityType", "")]} for each in sets
    }


def facets(attributes: dict[str, str]) -> tuple[str | None, str | None, str | None, str | None]:
    scale = attributes.get("Scale", "0" if attributes.get("Type") == "Edm.Decimal" else None)
    precision = attributes.get("Precision") if attributes.get("Type") == "Edm.Decimal" else None
    return attributes.get("Type"), attributes.get("MaxLength"), precision, scale


@needs_edmx
@pytest.mark.parametrize("service", sap.PROVEN, ids=lambda service: service.namespace)
def test_every_set_property_type_key_and_navigation_of_sap_is_in_its_published_metadata(
    service: Service, client: httpx.Client
) -> None:
    schema = schema_of(edmx_file(service).read_text(encoding="utf-8"))
    published = described(schema)
    served = described(schema_of(client.get(f"{service.path}/$metadata").text))
    assert schema.get("Namespace") == service.namespace
    assert set(served) == {entity_set.name for entity_set in service.sets} <= set(published)
    for name, ours in served.items():
        theirs = published[name]
        assert (ours["type"], ours["key"]) == (theirs["type"], theirs["key"]), name
        for property_, attributes in ours["properties"].items():
            expected = facets(theirs["properties"].get(property_, {}))
            found = facets(attributes)
            if expected[3] == "variable":  # The decimals of the currency: ours are those that the file may have.
                expected, found = expected[:3], found[:3]
            assert found == expected, f"{name}.{property_}"
        for navigation, (target, many) in ours["navigations"].items():
            assert (target, many) == theirs["navigations"][navigation], f"{name}.{navigation}"


@needs_edmx
@pytest.mark.parametrize("service", sap.UNPROVEN, ids=lambda service: service.namespace)
def test_a_service_is_unproven_only_as_long_as_its_metadata_is_not_at_hand(service: Service) -> None:
    assert not edmx_file(service).exists(), f"{service.namespace} can be proven now: move it to PROVEN"


def test_the_company_is_part_of_every_key_of_dynamics() -> None:
    assert all(entity_set.key[0] == "dataAreaId" for entity_set in d365.SETS)


def recorded_pages(folder: str, set_name: str) -> list[dict[str, Any]]:
    answers = [json.loads(file.read_text()) for file in sorted((RECORDED / folder).glob(f"{set_name}.0*.json"))]
    return [json.loads(each["body"]) if isinstance(each["body"], str) else each["body"] for each in answers]


def as_stored(property_: Property, value: Any) -> Any:
    """A recorded value as a file holds it."""
    if value is None:
        return None
    if property_.sql_type.startswith("DECIMAL"):
        return Decimal(str(value))
    if property_.kind == "Date" and value.startswith("/Date("):
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(value[6:-2]))).date()
    return date.fromisoformat(value) if property_.kind == "Date" else value


def stored_type(property_: Property) -> pa.DataType:
    if property_.sql_type.startswith("DECIMAL"):
        return pa.decimal128(int(property_.size or 0), property_.scale)
    types = {"DATE": pa.date32(), "BOOLEAN": pa.bool_(), "TIME": pa.time32("s"), "TIMESTAMP": pa.timestamp("ms", "UTC")}
    return types.get(property_.sql_type, pa.string())


def served_again(folder: Path, service: Service, entity_set: EntitySet, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What our server answers when its file holds the recorded rows."""
    columns = {
        each.column: (stored_type(each), [as_stored(each, row.get(each.name)) for row in rows])
        for each in entity_set.properties
    }
    write(folder, entity_set.file, columns)
    with serving(odata_app(folder, (service,), BasicGuard("reader", "secret"))) as url:
        address = f"{url}{service.path}/{entity_set.name}?$format=json"
        return dict(httpx.get(address, auth=("reader", "secret")).json())


def assert_same_form(property_: Property, ours: Any, theirs: Any) -> None:
    """Equal, but for the zeros that SAP shows at the end of an amount and the recorded server (no SAP) drops."""
    if property_.sql_type.startswith("DECIMAL") and theirs is not None:
        assert isinstance(ours, str) is isinstance(theirs, str), property_.name
        ours, theirs = Decimal(str(ours)), Decimal(str(theirs))
    assert ours == theirs, property_.name


@needs_recordings
@pytest.mark.parametrize(
    "set_name",
    [
        "A_Product",
        "A_Supplier",
        "A_PurchaseOrder",
        "A_PurchaseOrderItem",
        "A_MaterialDocumentItem",
        "A_SupplierInvoice",
        "A_SuplrInvcItemPurOrdRef",
    ],
)
def test_v2_answers_recorded_rows_as_they_were_recorded(tmp_path: Path, set_name: str) -> None:
    service = next(each for each in sap.PROVEN if each.version == 2 and set_name in each.set_by_name)
    entity_set, recorded = service.set_by_name[set_name], recorded_pages("sap_v2", set_name)
    rows = [row for page in recorded for row in page["d"]["results"]]
    answer = served_again(tmp_path, service, entity_set, rows)
    assert set(answer) == set(recorded[0])
    assert set(answer["d"]) == set(recorded[-1]["d"])
    for ours, theirs in zip(answer["d"]["results"], rows, strict=True):
        for each in entity_set.properties:
            assert_same_form(each, ours[each.name], theirs.get(each.name))
        for navigation in entity_set.navigations:
            tail = theirs[navigation.name]["__deferred"]["uri"].rpartition(set_name)[2]
            assert ours[navigation.name]["__deferred"]["uri"].endswith(set_name + tail)
        assert set(theirs["__metadata"]) <= set(ours["__metadata"])


@needs_recordings
@pytest.mark.parametrize("set_name", ["PurchaseOrder", "PurchaseOrderItem"])
def test_v4_answers_recorded_rows_as_they_were_recorded(tmp_path: Path, set_name: str) -> None:
    service = sap.PROVEN[-1]
    entity_set, recorded = service.set_by_name[set_name], recorded_pages("sap_v4", f"A_{set_name}")
    rows = [row for page in recorded for row in page["value"]]
    answer = served_again(tmp_path, service, entity_set, rows)
    assert set(answer) == set(recorded[-1])
    assert answer["@odata.context"] == recorded[0]["@odata.context"].replace("#A_", "#")
    for ours, theirs in zip(answer["value"], rows, strict=True):
        for each in entity_set.properties:
            assert_same_form(each, ours[each.name], theirs.get(each.name))


@needs_recordings
def test_next_links_have_the_recorded_forms(client: httpx.Client) -> None:
    v2, v4 = recorded_pages("sap_v2", "A_PurchaseOrder")[0], recorded_pages("sap_v4", "A_PurchaseOrder")[0]
    ours = client.get(ORDERS_V2).json()["d"]["__next"]
    assert re.fullmatch(r"http://[^?]*/A_PurchaseOrder\?\$skiptoken=\d+", v2["d"]["__next"])
    assert re.fullmatch(r"http://[^?]*/A_PurchaseOrder\?\$skiptoken=1000", ours)
    ours_v4 = client.get(f"{SERVICE_V4}/PurchaseOrder").json()["@odata.nextLink"]
    assert re.fullmatch(r"A_PurchaseOrder\?(\$|%24)skiptoken=\d+", v4["@odata.nextLink"])
    assert ours_v4 == "PurchaseOrder?$skiptoken=1000"
