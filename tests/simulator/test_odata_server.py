"""The OData server answers as SAP does, gives every row exactly once, and serves to a client that is not ours.

Belongs here: SAP's services met over HTTP, and the files behind them.
Not here: Dynamics 365 (`test_odata_dynamics.py`), what SAP publishes (`test_odata_published.py`).
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import httpx
import pyarrow as pa
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from simulator.serve.loopback import serving
from simulator.serve.odata import sap
from simulator.serve.odata.auth import BasicGuard
from simulator.serve.odata.metadata import metadata_document
from simulator.serve.odata.server import odata_app
from tests.simulator.odata_client import followed, read_by_dlt, results
from tests.simulator.odata_world import ORDERS, write, write_sap

ORDER_SERVICE = "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV"
ORDERS_V2, ITEMS_V2 = f"{ORDER_SERVICE}/A_PurchaseOrder", f"{ORDER_SERVICE}/A_PurchaseOrderItem"
PRODUCTS_V2 = "/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product"
SERVICE_V4 = sap.PROVEN[-1].path


@pytest.fixture(scope="module")
def sap_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sap")
    write_sap(folder)
    with serving(odata_app(folder, sap.SERVICES, BasicGuard("reader", "secret"))) as url:
        yield url


@pytest.fixture(scope="module")
def client(sap_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sap_url, auth=("reader", "secret"), headers={"Accept": "application/json"}) as client:
        yield client


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


def test_every_service_serves_its_metadata_and_lists_its_sets(client: httpx.Client) -> None:
    for service in sap.SERVICES:
        metadata = client.get(f"{service.path}/$metadata")
        assert metadata.headers["Content-Type"].startswith("application/xml")
        assert metadata.content == metadata_document(service)
    assert "A_Product" in client.get("/sap/opu/odata/sap/API_PRODUCT_SRV/").json()["d"]["EntitySets"]
    assert client.get(f"{SERVICE_V4}/").json()["value"][0] == {
        "name": "PurchaseOrder",
        "kind": "EntitySet",
        "url": "PurchaseOrder",
    }


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
    write(tmp_path, "A_PurchaseOrder", {"PurchaseOrder": (pa.string(), ["1"])})
    with serving(odata_app(tmp_path, sap.SERVICES, BasicGuard("reader", "secret"))) as url:
        count = f"{url}{ORDERS_V2}/$count"
        assert httpx.get(count, auth=("reader", "secret")).text == "1"
        write(tmp_path, "A_PurchaseOrder", {"PurchaseOrder": (pa.string(), ["1", "2"])})
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


def test_addresses_lead_through_the_path_that_the_application_is_mounted_at(tmp_path: Path) -> None:
    write_sap(tmp_path)
    application = odata_app(tmp_path, sap.SERVICES, BasicGuard("reader", "secret"))
    with (
        serving(Starlette(routes=[Mount("/hospital", application)])) as url,
        httpx.Client(base_url=f"{url}/hospital", auth=("reader", "secret")) as client,
    ):
        answer = client.get(f"{ORDERS_V2}?$format=json&$select=PurchaseOrder").json()["d"]
        assert client.get(answer["results"][0]["__metadata"]["uri"], params={"$format": "json"}).status_code == 200
        assert client.get(answer["__next"]).json()["d"]["results"][0]["PurchaseOrder"] == "4500001001"


def test_a_set_without_a_file_is_empty(client: httpx.Client) -> None:
    assert results(client, f"{ORDER_SERVICE}/A_PurOrdPricingElement") == []


def test_the_stock_dlt_source_reads_a_v2_feed_to_its_count(sap_url: str) -> None:
    basic = {"type": "http_basic", "username": "reader", "password": "secret"}
    found = read_by_dlt(sap_url, basic, ORDERS_V2.lstrip("/"), {"$format": "json"}, "d.results", "d.__next")
    assert found == ORDERS


def test_the_stock_dlt_source_reads_a_v4_feed_to_its_count(sap_url: str) -> None:
    basic = {"type": "http_basic", "username": "reader", "password": "secret"}
    # SAP's links are relative to the request, so the base is the service's root.
    link = "['@odata.nextLink']"
    assert read_by_dlt(f"{sap_url}{SERVICE_V4}/", basic, "PurchaseOrder", {}, "value", link) == ORDERS
