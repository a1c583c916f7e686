"""An OData system shows, at any time, the one version of each row that stands then, and never when it began or ended.

Belongs here: files with versions, met over HTTP while the clock moves. Not here: the clock itself, and all the rest of
OData (`test_odata_server.py`).
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from simulator.serve.clock import Clock, ClockError, advance, set_clock
from simulator.serve.loopback import serving
from simulator.serve.odata import d365, sap
from simulator.serve.odata.auth import BasicGuard, TokenGuard
from simulator.serve.odata.server import odata_app
from tests.simulator.odata_client import bought_token, followed, results
from tests.simulator.odata_world import write

ORDER_SERVICE = "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV"
ORDERS, ITEMS = f"{ORDER_SERVICE}/A_PurchaseOrder", f"{ORDER_SERVICE}/A_PurchaseOrderItem"
TEXT, STAMP = pa.string(), pa.timestamp("us")


def at(day: int, hour: int = 6) -> datetime:
    return datetime.fromisoformat(f"2026-10-{day:02}T{hour:02}:00:00")


def versions(*rows: tuple[str, str, int, int | None]) -> dict[str, tuple[pa.DataType, list[Any]]]:
    """Orders as (number, supplier, first day, day on which the version ends)."""
    return {
        "PurchaseOrder": (TEXT, [row[0] for row in rows]),
        "Supplier": (TEXT, [row[1] for row in rows]),
        "_from": (STAMP, [at(row[2]) for row in rows]),
        "_until": (STAMP, [None if row[3] is None else at(row[3]) for row in rows]),
    }


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Order 1 changes its supplier on the 3rd; order 2 vanishes on the 4th; order 3 comes on the 5th."""
    systems = tmp_path / "systems" / "sap_s4"
    write(
        systems,
        "A_PurchaseOrder",
        versions(("1", "A", 1, 3), ("1", "B", 3, None), ("2", "C", 1, 4), ("3", "D", 5, None)),
    )
    write(
        systems,
        "A_PurchaseOrderItem",
        {
            "PurchaseOrder": (TEXT, ["1", "1"]),
            "PurchaseOrderItem": (TEXT, ["00010", "00020"]),
            "_from": (STAMP, [at(1), at(3)]),
            "_until": (STAMP, [None, None]),
        },
    )
    write(systems, "A_PurOrdAccountAssignment", {"PurchaseOrder": (TEXT, ["1"])})
    return tmp_path


@pytest.fixture
def client(world: Path) -> Iterator[httpx.Client]:
    application = odata_app(world / "systems" / "sap_s4", sap.SERVICES, BasicGuard("u", "p"), now=Clock(world).now)
    with serving(application) as url, httpx.Client(base_url=url, auth=("u", "p")) as client:
        client.headers["Accept"] = "application/json"
        yield client


def suppliers(client: httpx.Client, **options: str) -> dict[str, str]:
    return {row["PurchaseOrder"]: row["Supplier"] for row in results(client, ORDERS, **options)}


def test_each_row_is_seen_in_the_version_of_the_time(client: httpx.Client, world: Path) -> None:
    assert suppliers(client) == {"1": "A", "2": "C"}
    advance(world, 2)
    assert suppliers(client) == {"1": "B", "2": "C"}
    advance(world, 1)
    assert suppliers(client) == {"1": "B"}
    advance(world, 1)
    assert suppliers(client) == {"1": "B", "3": "D"}


def test_a_version_begins_at_its_first_instant_and_ends_before_its_last(client: httpx.Client, world: Path) -> None:
    set_clock(world, at(3, 5))
    assert suppliers(client)["1"] == "A"
    set_clock(world, at(3, 6))
    assert suppliers(client)["1"] == "B"


def test_a_question_asked_before_the_clock_moved_is_answered_anew_after_it(client: httpx.Client, world: Path) -> None:
    assert suppliers(client, filter="Supplier eq 'A'") == {"1": "A"}
    advance(world, 2)
    assert suppliers(client, filter="Supplier eq 'A'") == {}
    assert suppliers(client, orderby="Supplier desc") == {"2": "C", "1": "B"}


def test_a_key_an_expansion_and_a_count_show_the_same_time(client: httpx.Client, world: Path) -> None:
    assert client.get(f"{ORDERS}('3')").status_code == 404
    assert len(results(client, ORDERS, expand="to_PurchaseOrderItem")[0]["to_PurchaseOrderItem"]["results"]) == 1
    advance(world, 4)
    assert client.get(f"{ORDERS}('3')").json()["d"]["Supplier"] == "D"
    assert client.get(f"{ORDERS}('1')").json()["d"]["Supplier"] == "B"
    assert len(results(client, ORDERS, expand="to_PurchaseOrderItem")[0]["to_PurchaseOrderItem"]["results"]) == 2
    assert client.get(f"{ORDERS}/$count").text == "2"


def test_a_file_without_versions_is_served_whole_at_any_time(client: httpx.Client, world: Path) -> None:
    for _ in range(2):
        assert len(results(client, f"{ORDER_SERVICE}/A_PurOrdAccountAssignment")) == 1
        advance(world, 31 // 2)


def test_pages_have_no_holes_where_versions_are_left_out(client: httpx.Client, world: Path) -> None:
    rows = [(f"{number:06}", "X", first, last) for number in range(2500) for first, last in ((1, 2), (2, None))]
    write(world / "systems" / "sap_s4", "A_PurchaseOrder", versions(*rows))
    for _ in range(2):
        pages = followed(client, f"{ORDERS}?$select=PurchaseOrder")
        assert [len(page) for page in pages] == [1000, 1000, 500]
        assert [row["PurchaseOrder"] for page in pages for row in page] == [f"{number:06}" for number in range(2500)]
        advance(world, 1)


def test_nothing_tells_when_a_version_began_or_ends(client: httpx.Client) -> None:
    for path in (ORDERS, f"{ORDER_SERVICE}/$metadata"):
        text = client.get(path).text
        assert "_from" not in text
        assert "_until" not in text
    assert client.get(ORDERS, params={"$filter": "_from eq null"}).status_code == 400


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (versions(("1", "A", 1, None), ("1", "B", 1, None)), "twice"),
        ({**versions(("1", "A", 1, None)), "_until": (pa.date32(), [None])}, "both TIMESTAMP"),
        (
            {name: column for name, column in versions(("1", "A", 1, None)).items() if name != "_until"},
            "both TIMESTAMP",
        ),
    ],
)
def test_a_file_whose_versions_cannot_be_told_apart_is_not_served(
    client: httpx.Client, world: Path, columns: dict[str, Any], says: str
) -> None:
    write(world / "systems" / "sap_s4", "A_PurchaseOrder", columns)
    answer = client.get(ORDERS)
    assert answer.status_code == 500
    assert says in answer.json()["error"]["message"]["value"]


def test_dynamics_gives_a_version_a_tag_of_its_own(tmp_path: Path) -> None:
    columns = {"dataAreaId": (TEXT, ["h7"] * 3), "PurchaseOrderNumber": (TEXT, ["P1", "P2", "P2"])}
    stamps = {"_from": (STAMP, [at(2), at(1), at(2)]), "_until": (STAMP, [None, at(2), None])}
    write(tmp_path, "PurchaseOrderHeadersV2", columns | stamps)
    application = odata_app(tmp_path, d365.SERVICES, TokenGuard("client", "secret"), "h7", Clock(tmp_path).now)
    with serving(application) as url, httpx.Client(base_url=url) as client:
        client.headers["Authorization"] = f"Bearer {bought_token(url)}"
        (before,) = client.get("/data/PurchaseOrderHeadersV2").json()["value"]
        advance(tmp_path, 1)
        after = {row["PurchaseOrderNumber"]: row for row in client.get("/data/PurchaseOrderHeadersV2").json()["value"]}
    assert set(after) == {"P1", "P2"}
    tags = {before["@odata.etag"], after["P1"]["@odata.etag"], after["P2"]["@odata.etag"]}
    assert len(tags) == 3


def test_the_clock_stands_still_at_the_end_of_what_is_simulated(world: Path) -> None:
    assert advance(world, 31) == datetime.fromisoformat("2026-11-01T06:00:00")
    with pytest.raises(ClockError, match=r"simulated until 2026-11-01 06:00 UTC.*make the world anew"):
        advance(world, 1)
    with pytest.raises(ClockError, match="goes forward only"):
        advance(world, -1)
    assert Clock(world).now() == datetime.fromisoformat("2026-11-01T06:00:00")


def test_a_clock_that_cannot_be_read_says_what_it_should_hold(world: Path) -> None:
    (world / "clock.json").write_text('{"now": "tomorrow"}')
    with pytest.raises(ClockError, match=r"clock.json is no clock: it holds"):
        Clock(world).now()
    with pytest.raises(ClockError, match="simulate make"):
        advance(world / "nowhere", 1)
