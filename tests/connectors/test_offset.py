"""Offset paging against a small list that moves, lies and repeats itself while it is read, in both styles."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingestion.landing.page import IncompleteAnswerError, Page, SourceError
from ingestion.protocols.http import JsonClient
from ingestion.protocols.offset import CoupaStyle, Listing, OffsetReader, OracleStyle, Style, oracle_literal
from simulator.serve.loopback import serving

ORACLE = Listing("orders", ("OrderId",), ("Status = 'OPEN'",), (("fields", "OrderId"),))
COUPA = Listing("orders", ("id",), (("status[in]", "issued"),), (("fields", '["id"]'),))
BOTH = pytest.mark.parametrize("style", ["oracle", "coupa"])

Change = Callable[[list[int]], list[int]]


@dataclass
class MovingList:
    """Orders with the ids from 1 to `size`. `before` and `after` are called with the number of the request: one changes
    what is there before it is answered, the other the ids of the answer."""

    size: int
    style: str
    before: Callable[[int, list[int]], None] = lambda number, there: None
    after: Callable[[int, list[int]], list[int]] = lambda number, answered: answered
    says_total: Callable[[int], int | None] = lambda there: there
    largest: int = 499
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.there = list(range(1, self.size + 1))

    def answer(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        number = len(self.asked)
        self.before(number, self.there)
        since = int(asked.get("id[gt_or_eq]") or asked.get("q", "").partition(">= ")[2] or 0)
        limit, offset = min(int(asked["limit"]), self.largest), int(asked["offset"])
        ids = self.after(number, [each for each in self.there if each >= since][offset : offset + limit])
        body: Any = [{"id": each} for each in ids]
        if self.style == "oracle":
            # hasMore says the contrary of what is true.
            body = {"items": [{"OrderId": each} for each in ids], "count": len(ids), "hasMore": len(ids) < limit}
            body |= {"limit": limit, "offset": offset}
            if asked.get("totalResults") == "true":
                body["totalResults"] = self.says_total(len(self.there))
        return Response(orjson.dumps(body), media_type="application/json")

    def reader(self) -> tuple[OffsetReader, Listing]:
        styles: dict[str, tuple[Style, Listing]] = {"oracle": (OracleStyle(), ORACLE), "coupa": (CoupaStyle(), COUPA)}
        style, listing = styles[self.style]
        SERVED.clear()
        SERVED.append(self)
        return OffsetReader(CLIENTS[0], style), listing

    def pages(self) -> list[Page]:
        reader, listing = self.reader()
        return list(reader.pages(listing))

    def ids(self) -> list[int]:
        """All that came, in its order, with what came twice."""
        found = []
        for page in self.pages():
            document = orjson.loads(page.body)
            rows = document["items"] if self.style == "oracle" else document
            assert page.records == len(rows)
            found += [row["OrderId"] if self.style == "oracle" else row["id"] for row in rows]
        return found


# The list that is served now, and the only client: a server and a client for each test would take longer than the tests.
SERVED: list[MovingList] = []
CLIENTS: list[JsonClient] = []


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    with serving(Starlette(routes=[Route("/orders", lambda request: SERVED[0].answer(request))])) as address:
        CLIENTS.append(JsonClient(address))
        yield
        CLIENTS.pop().close()


def full_page(style: str) -> int:
    return 499 if style == "oracle" else 50


@BOTH
@pytest.mark.parametrize("pages", [0, 1, 2.5, 4])
def test_everything_comes_whether_the_last_page_is_full_or_not(style: str, pages: float) -> None:
    orders = MovingList(int(full_page(style) * pages), style)
    assert sorted(set(orders.ids())) == orders.there


def test_a_page_is_asked_for_as_oracle_wants_it() -> None:
    orders = MovingList(600, "oracle")
    orders.pages()
    first, second = orders.asked
    assert first == {
        "fields": "OrderId", "q": "Status = 'OPEN'", "orderBy": "OrderId:asc", "onlyData": "true", "limit": "499",
        "offset": "0", "totalResults": "true",
    }  # fmt: skip
    # With the last row of the page before, and without the total, which is not right behind an offset.
    assert second == {**{name: value for name, value in first.items() if name != "totalResults"}, "offset": "498"}


def test_a_page_is_asked_for_as_coupa_wants_it() -> None:
    orders = MovingList(60, "coupa")
    orders.pages()
    first = {"fields": '["id"]', "status[in]": "issued", "order_by": "id", "dir": "asc", "limit": "50", "offset": "0"}
    # The end is where nothing follows the last row: a short page alone may be a server's smaller limit.
    assert orders.asked == [first, {**first, "offset": "49"}, {**first, "offset": "59"}]


@BOTH
def test_no_query_is_paged_beyond_five_thousand_rows(style: str) -> None:
    orders = MovingList(11_000, style)
    assert sorted(set(orders.ids())) == orders.there
    assert max(int(asked["offset"]) + int(asked["limit"]) for asked in orders.asked) <= 5_000
    begun = [asked for asked in orders.asked if asked["offset"] == "0"]
    assert len(begun) == 3
    # Each page but the first begins with a row of the one before: 499 + 9 * 498 is 4981, 50 + 101 * 49 is 4999.
    condition = begun[1]["q"] if style == "oracle" else begun[1]["id[gt_or_eq]"]
    assert condition == ("Status = 'OPEN' and OrderId >= 4981" if style == "oracle" else "4999")


@BOTH
def test_a_row_that_leaves_an_earlier_page_passes_none_over(style: str) -> None:
    def leave(number: int, there: list[int]) -> None:
        if number in (2, 3):
            del there[:7]

    orders = MovingList(full_page(style) * 4, style, before=leave)
    stayed = set(orders.there[14:])
    assert stayed <= set(orders.ids())


@BOTH
def test_the_last_row_leaves_while_the_end_is_asked_for(style: str) -> None:
    def leave(number: int, there: list[int]) -> None:
        if number == 3:
            there.pop()

    orders = MovingList(full_page(style) * 2 - 1, style, before=leave)
    assert set(orders.there[:-1]) <= set(orders.ids())


@BOTH
@pytest.mark.parametrize("request_number", [1, 2, 3, 4])
def test_an_empty_page_is_not_the_end(style: str, request_number: int) -> None:
    orders = MovingList(full_page(style) * 3, style, after=lambda number, ids: [] if number == request_number else ids)
    assert sorted(set(orders.ids())) == orders.there


@BOTH
def test_pages_that_stay_empty_for_a_while_are_not_the_end(style: str) -> None:
    orders = MovingList(full_page(style) * 3, style, after=lambda number, ids: [] if 1 < number < 5 else ids)
    assert sorted(set(orders.ids())) == orders.there


def test_a_list_that_is_empty_says_so_once_with_a_total_and_again_without() -> None:
    oracle, coupa = MovingList(0, "oracle"), MovingList(0, "coupa")
    assert (oracle.pages(), coupa.pages()) == ([], [])
    assert (len(oracle.asked), len(coupa.asked)) == (1, 5)


def test_a_repeated_page_of_a_server_with_a_smaller_limit_is_not_the_end() -> None:
    """Twenty rows where fifty were asked for: each page is a short one, and the second comes again as the third."""
    second: list[int] = []

    def again(number: int, ids: list[int]) -> list[int]:
        second.extend(ids if number == 2 else [])
        return second if number in (3, 4) else ids

    orders = MovingList(100, "coupa", after=again, largest=20)
    assert sorted(set(orders.ids())) == orders.there


@BOTH
def test_a_page_that_comes_again_once_is_asked_for_again(style: str) -> None:
    first: list[int] = []

    def again(number: int, ids: list[int]) -> list[int]:
        first.extend(ids if number == 1 else [])
        return first if number == 3 else ids

    orders = MovingList(full_page(style) * 3, style, after=again)
    assert sorted(set(orders.ids())) == orders.there


@BOTH
def test_a_page_that_comes_for_ever_is_an_error(style: str) -> None:
    size = full_page(style)
    orders = MovingList(size * 3, style, after=lambda number, ids: list(range(1, size + 1)))
    with pytest.raises(
        IncompleteAnswerError, match=r"^orders, page \d: (no page goes on|the page is not in the order)"
    ):
        orders.pages()


@BOTH
def test_a_server_that_ignores_the_offset_is_read_by_key(style: str) -> None:
    orders = MovingList(full_page(style) * 3, style)
    honest = orders.answer

    def from_the_start(request: Request) -> Response:
        request._query_params = request.query_params.__class__({**request.query_params, "offset": "0"})
        return honest(request)

    orders.answer = from_the_start  # type: ignore[method-assign]
    assert sorted(set(orders.ids())) == orders.there


@BOTH
def test_rows_that_stand_twice_in_a_page_move_no_other(style: str) -> None:
    orders = MovingList(full_page(style) * 3, style, after=lambda number, ids: sorted([*ids, *ids[:5]]))
    assert sorted(set(orders.ids())) == orders.there


@BOTH
def test_a_page_out_of_order_is_an_error(style: str) -> None:
    orders = MovingList(20, style, after=lambda number, ids: ids[::-1])
    with pytest.raises(IncompleteAnswerError, match="not in the order of its key"):
        orders.pages()


def test_a_server_with_a_smaller_limit_is_read_to_the_end() -> None:
    oracle, coupa = MovingList(700, "oracle", largest=100), MovingList(120, "coupa", largest=20)
    assert sorted(set(oracle.ids())) == oracle.there
    assert sorted(set(coupa.ids())) == coupa.there


def test_a_total_that_is_never_reached_is_an_error() -> None:
    orders = MovingList(600, "oracle", says_total=lambda there: there + 1)
    with pytest.raises(IncompleteAnswerError, match="600 records came and the source counts 601, 3 times over"):
        orders.pages()


def test_rows_that_came_too_late_for_their_page_are_read_in_a_second_pass() -> None:
    """A row with a smaller key appears behind us: the total of the beginning was 600, and is 601 at the end."""
    totals = iter([601, 601, 600])
    orders = MovingList(600, "oracle", says_total=lambda there: next(totals))
    assert len(orders.ids()) == 2 * 601
    orders = MovingList(600, "oracle", says_total=lambda there: 601 if len(orders.asked) == 1 else 600)
    # One row left before it was read: nothing is read again.
    assert len(orders.ids()) == 601


def test_rows_come_once_each() -> None:
    orders = MovingList(120, "coupa")
    reader, listing = orders.reader()
    assert [row["id"] for row in reader.rows(listing)] == orders.there


@BOTH
@pytest.mark.parametrize("body", [b'{"error": "busy"}', b"[1, 2]", b'{"items": 3}', b"null"])
def test_an_answer_without_a_list_is_an_error(style: str, body: bytes) -> None:
    orders = MovingList(3, style)
    orders.answer = lambda request: Response(body, media_type="application/json")  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="holds no list of records"):
        orders.pages()


@BOTH
def test_a_record_without_its_key_is_passed_on(style: str) -> None:
    orders = MovingList(3, style)
    body: Any = [{"id": 1}, {"status": "OPEN"}, {"id": None}]
    if style == "oracle":
        body = {"items": [{"OrderId": 1}, {"Status": "OPEN"}, {"OrderId": None}], "limit": 499, "totalResults": 3}
    orders.answer = lambda request: Response(orjson.dumps(body), media_type="application/json")  # type: ignore[method-assign]
    assert orders.pages()[0].records == 3


@BOTH
def test_a_refusal_says_what_is_not_understood(style: str) -> None:
    said = "fields: Quantity is no attribute of lines."
    body: Any = {"o:errorDetails": [{"detail": said}]} if style == "oracle" else {"errors": {"base": [said]}}
    orders = MovingList(3, style)
    orders.answer = lambda request: Response(orjson.dumps(body), 400)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match=f"^orders, page 1: the source answered 400: {said}$"):
        orders.pages()
    orders.answer = lambda request: Response(b"no", 400)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match=r"^orders, page 1: the source answered 400$"):
        orders.pages()


def test_a_text_of_a_query_is_quoted() -> None:
    assert [oracle_literal(value) for value in (300100000000040, "O'Brien")] == ["300100000000040", "'O''Brien'"]
