"""OData against a small service that moves, lies and repeats itself while it is read, in both versions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ingestion.landing.page import IncompleteAnswerError, SourceError
from ingestion.protocols import odata
from ingestion.protocols.http import JsonClient, Patience
from ingestion.protocols.odata import EntitySet, ODataClient, read_moment
from ingestion.protocols.odata_query import Version, beyond, literal, one_of, shape
from simulator.serve.loopback import serving
from simulator.serve.odata.auth import BasicGuard
from simulator.serve.odata.model import Service, entity_set, navigation
from simulator.serve.odata.server import odata_app

PAGE = 4
DAY = datetime(2026, 9, 1, tzinfo=UTC)
ORDERS = (
    entity_set(
        "Orders",
        "Plant Number",
        "Plant String(4), Number String(6), Amount Amount(14,3), Day Date, ChangedAt DateTimeOffset",
        navigation("to_Line", "Lines", "Plant Number"),
    ),
    entity_set("Lines", "Plant Number Line", "Plant String(4), Number String(6), Line String(5), Qty Quantity(13,3)"),
)
KEY = ("Plant", "Number")
BOTH = pytest.mark.parametrize("version", [2, 4])

Before = Callable[[int], Response | None]


@dataclass
class SmallService:
    """Orders 1 to `size` of two plants, served in pages of four by the simulator's own OData. `before` is called with the
    number of each request: it may change what is there, or answer in the service's place. `after` may change an answer."""

    folder: Path
    version: Version
    size: int = 11
    before: Before = lambda number: None
    after: Callable[[int, dict[str, Any]], None] = lambda number, body: None
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.write(range(1, self.size + 1))

    def write(self, numbers: Any) -> None:
        """These orders are there from now on, each with two lines and changed on a day of its own."""
        values = ", ".join(
            f"('P{number % 2}', '{number:06}', {number}.125::DECIMAL(14,3), DATE '2026-09-01' + {number}, "
            f"TIMESTAMP '2026-09-01' + INTERVAL {number} DAY)"
            for number in numbers
        )
        rows = f"(VALUES {values}) AS rows(Plant, Number, Amount, Day, ChangedAt)"
        lines = (
            f"SELECT Plant, Number, line AS Line, 1.5::DECIMAL(13,3) AS Qty FROM {rows}, unnest(['1', '2']) AS t(line)"
        )
        for name, select in (("Orders", f"SELECT * FROM {rows}"), ("Lines", lines)):
            new = self.folder / f"{name}.new"
            duckdb.execute(f"COPY ({select} ORDER BY ALL) TO '{new}' (FORMAT parquet)")
            new.replace(self.folder / f"{name}.parquet")

    @contextmanager
    def read(self) -> Iterator[ODataClient]:
        service = Service("/shop", "SHOP", self.version, "sap", ORDERS, PAGE, PAGE)
        inner = odata_app(self.folder, (service,), BasicGuard("", ""))

        async def answer(request: Request) -> Response:
            self.asked.append(dict(request.query_params))
            number = len(self.asked)
            if (instead := self.before(number)) is not None:
                return instead
            got = await _asked(inner, request)
            if "json" in got.headers["content-type"]:
                body = orjson.loads(got.body)
                self.after(number, body)
                return Response(orjson.dumps(body), got.status_code, media_type="application/json")
            return got

        with serving(Starlette(routes=[Route("/{path:path}", answer)])) as address:
            client = JsonClient(address, headers={"Authorization": "Basic Og=="}, patience=Patience(first_wait=0.01))
            try:
                yield ODataClient(client, self.version)
            finally:
                client.close()

    def keys(self, *paths: str, where: str | None = None) -> list[str]:
        """The numbers that came, in order, with what came twice."""
        found = []
        with self.read() as client:
            for page in client.pages(EntitySet("shop/Orders", KEY), paths, where):
                body = orjson.loads(page.body)
                rows = body["d"]["results"] if self.version == 2 else body["value"]
                assert page.records == len(rows)
                found += [row["Number"] for row in rows]
        return found


async def _asked(app: Starlette, request: Request) -> Response:
    started: dict[str, Any] = {}
    chunks: list[bytes] = []

    async def send(message: Any) -> None:
        started.update(message) if message["type"] == "http.response.start" else chunks.append(message["body"])

    await app({**request.scope, "app": app}, request.receive, send)
    headers = {name.decode(): value.decode() for name, value in started["headers"]}
    return Response(b"".join(chunks), started["status"], {"content-type": headers.get("content-type", "")})


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SmallService]:
    monkeypatch.setattr(odata, "FIRST_WAIT_SECONDS", 0.0)

    def shop(version: Version, **more: Any) -> SmallService:
        return SmallService(tmp_path, version, **more)

    return shop


Shop = Callable[..., SmallService]
ALL = {f"{number:06}" for number in range(1, 12)}


@BOTH
def test_pages_are_followed_to_the_last_row_by_links_absolute_and_relative(shop: Shop, version: Version) -> None:
    service = shop(version)
    keys = service.keys("Amount", "to_Line/Qty")
    assert len(keys) == 11
    assert set(keys) == ALL
    assert len(service.asked) == 3
    assert service.asked[0]["$orderby"] == "Plant,Number"


@BOTH
def test_lines_are_expanded_and_only_what_is_selected_comes(shop: Shop, version: Version) -> None:
    with shop(version).read() as client:
        page = next(client.pages(EntitySet("shop/Orders", KEY), ["Amount", "to_Line/Qty"]))
    body = orjson.loads(page.body)
    row = (body["d"]["results"] if version == 2 else body["value"])[0]
    assert set(row) - {"__metadata"} == {"Plant", "Number", "Amount", "to_Line"}
    lines = row["to_Line"]["results"] if version == 2 else row["to_Line"]
    assert [line["Qty"] for line in lines] == (["1.5", "1.5"] if version == 2 else [1.5, 1.5])


@BOTH
def test_a_row_that_a_delete_moved_over_the_border_of_a_page_is_not_lost(shop: Shop, version: Version) -> None:
    service = shop(version)

    def second_order_goes(number: int) -> None:
        if number == 2:
            service.write([each for each in range(1, 12) if each != 2])

    service.before = second_order_goes
    assert set(service.keys()) == ALL
    assert "gt" in service.asked[-1]["$filter"], "what moved was read again by key"


@BOTH
def test_a_page_that_repeats_the_one_before_is_asked_for_again(shop: Shop, version: Version) -> None:
    service, pages = shop(version), []

    def once_repeated(number: int, body: dict[str, Any]) -> None:
        holder, name = (body["d"], "results") if version == 2 else (body, "value")
        pages.append(holder[name])
        if number == 2:
            holder[name] = pages[0]

    service.after = once_repeated
    assert sorted(service.keys()) == sorted(ALL)
    assert len(service.asked) == 4


@BOTH
def test_a_server_that_shows_one_page_for_ever_is_given_up(shop: Shop, version: Version) -> None:
    service, pages = shop(version), []

    def for_ever(number: int, body: dict[str, Any]) -> None:
        holder, name = (body["d"], "results") if version == 2 else (body, "value")
        pages.append(holder[name])
        holder[name] = pages[0]

    service.after = for_ever
    with pytest.raises(IncompleteAnswerError, match="repeats a page"):
        service.keys()


@BOTH
@pytest.mark.parametrize(
    "instead",
    [
        JSONResponse({"error": {"code": "SY/530", "message": "Patient Doe"}}),
        Response(b'{"d":{"results":[{"Pla', media_type="application/json"),
        Response(b'{"value":[]}', media_type="application/json"),
        Response(b'{"d":{"results":[],"__count":"11"}}', media_type="application/json"),
        Response(b"null", media_type="application/json"),
        Response(b"", 503),
        Response(b"", 429, {"Retry-After": "0"}),
    ],
)
def test_an_answer_in_place_of_rows_is_asked_for_again(shop: Shop, version: Version, instead: Response) -> None:
    service = shop(version, before=lambda number: instead if number == 2 else None)
    assert set(service.keys()) == ALL


@BOTH
def test_an_error_that_stays_is_named_by_its_code_and_tells_nothing_else(shop: Shop, version: Version) -> None:
    error = {"error": {"code": "SY/530", "message": "Patient Doe"}}
    with pytest.raises(SourceError, match=r"SY/530") as told:
        shop(version, before=lambda number: JSONResponse(error)).keys()
    assert "Doe" not in str(told.value)
    with pytest.raises(SourceError, match=r"400 \(SY/530\)") as told:
        shop(version, before=lambda number: JSONResponse(error, 400)).keys()
    assert "Doe" not in str(told.value)


@BOTH
def test_a_page_of_the_web_in_place_of_data_is_refused(shop: Shop, version: Version) -> None:
    with pytest.raises(SourceError, match="web page"):
        shop(version, before=lambda number: HTMLResponse("<html>Maintenance</html>")).keys()


@BOTH
def test_where_no_page_is_linked_what_came_is_skipped(shop: Shop, version: Version) -> None:
    def without_links(number: int, body: dict[str, Any]) -> None:
        body.pop("@odata.nextLink", None)
        body.get("d", {}).pop("__next", None)

    service = shop(version, after=without_links)
    assert sorted(service.keys()) == sorted(ALL)
    assert [asked.get("$skip") for asked in service.asked] == [None, "4", "8"]


@BOTH
def test_a_count_that_is_never_reached_fails_the_read(shop: Shop, version: Version) -> None:
    def counts_too_much(number: int, body: dict[str, Any]) -> None:
        holder, name = (body["d"], "__count") if version == 2 else (body, "@odata.count")
        holder[name] = "99"

    with pytest.raises(IncompleteAnswerError, match="counts more rows"):
        shop(version, after=counts_too_much).keys()


@BOTH
def test_no_link_leads_to_another_server(shop: Shop, version: Version) -> None:
    def elsewhere(number: int, body: dict[str, Any]) -> None:
        link = "http://192.0.2.1/shop/Orders?$skiptoken=4"
        body.update({"@odata.nextLink": link}) if version == 4 else body["d"].update(__next=link)

    with pytest.raises(SourceError, match="another origin"):
        shop(version, after=elsewhere).keys()


@BOTH
def test_slices_of_a_range_hold_every_row_once(shop: Shop, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odata, "ROWS_A_SLICE", 3)
    orders = EntitySet("shop/Orders", KEY)
    with shop(version).read() as client:
        for name, start, end in (("ChangedAt", DAY, DAY + timedelta(days=10)), ("Day", DAY.date(), date(2026, 9, 11))):
            ranges = list(client.slices(orders, name, start, end))
            parts = [[row["Number"] for row in client.rows(orders, [], where)] for where in ranges]
            assert sorted(key for part in parts for key in part) == sorted(ALL - {"000011"}), "both ends are in it"
            assert max(map(len, parts)) <= 3


@BOTH
def test_a_count_is_a_number_or_asked_for_again(shop: Shop, version: Version) -> None:
    said = PlainTextResponse("not now")
    with shop(version, before=lambda number: said if number == 1 else None).read() as client:
        assert client.count(EntitySet("shop/Orders", KEY), "Plant eq 'P1'") == 6
    with (
        shop(version, before=lambda number: said).read() as client,
        pytest.raises(IncompleteAnswerError, match="no number"),
    ):
        client.count(EntitySet("shop/Orders", KEY))


def test_literals_are_written_as_each_version_reads_them() -> None:
    noon = datetime(2026, 9, 1, 14, 0, 0, 999_999, tzinfo=UTC)
    values = ["O'Hara", True, 5, Decimal("2.50"), date(2026, 9, 1), noon]
    assert [literal(2, value) for value in values] == [
        "'O''Hara'", "true", "5", "2.50M", "datetime'2026-09-01T00:00:00'", "datetimeoffset'2026-09-01T14:00:00Z'",
    ]  # fmt: skip
    assert [literal(4, value) for value in values] == [
        "'O''Hara'", "true", "5", "2.50", "2026-09-01", "2026-09-01T14:00:00Z",
    ]  # fmt: skip


def test_filters_on_keys_compare_part_by_part() -> None:
    one, other = "(Plant eq 'P1' and Number eq '1')", "(Plant eq 'P2' and Number eq '2')"
    assert one_of(2, KEY, [("P1", "1"), ("P2", "2")]) == f"{one} or {other}"
    assert beyond(4, KEY, ("P1", 7)) == "(Plant gt 'P1') or (Plant eq 'P1' and Number gt 7)"


def test_what_lies_below_a_navigation_is_asked_for_as_each_version_writes_it() -> None:
    paths = ["Supplier", "to_Item/Material", "to_Item/to_Schedule/Qty"]
    assert shape(2, paths) == {"$select": ",".join(paths), "$expand": "to_Item/to_Schedule"}
    assert shape(4, paths) == {
        "$select": "Supplier", "$expand": "to_Item($select=Material;$expand=to_Schedule($select=Qty))",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["/Date(1715817600000)/", "/Date(1715817600000+0000)/", "2024-05-16", "2024-05-16T02:00:00+02:00"]
)
def test_moments_are_read_as_either_version_writes_them(text: str) -> None:
    assert read_moment(text, "test") == datetime(2024, 5, 16, tzinfo=UTC)


def test_what_is_no_moment_is_refused_without_being_quoted() -> None:
    with pytest.raises(SourceError) as told:
        read_moment("Doe", "test")
    assert "Doe" not in str(told.value)
