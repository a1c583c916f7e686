"""Collections in the order of their last change, read while they move, end too soon, lie and forget, in both dialects."""

import json
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingestion.contracts import read_contract
from ingestion.landing.page import IncompleteAnswerError, SourceError, SourceKey, Window
from ingestion.protocols.http import JsonClient
from ingestion.protocols.keyset import Dialect, KeysetSource
from simulator.serve.loopback import serving

CONTRACT = read_contract(
    "theatre",
    """
apiVersion: v3.1.0
kind: DataContract
id: theatre
name: Theatre
version: 1.0.0
status: active
team: {name: theatre}
schema:
  - name: session
    description: One row per session version.
    customProperties:
      - {property: sourceObject, value: sessions}
      - {property: cursor, value: changed_at}
      - {property: lag, value: PT10M}
      - {property: version, value: {changedAt: [changed_at]}}
    properties:
      - {name: session_id, description: Number., logicalType: string, primaryKey: true, primaryKeyPosition: 1,
         customProperties: [{property: source, value: id}]}
      - {name: changed_at, description: Last change., logicalType: timestamp,
         customProperties: [{property: source, value: changed}]}
""",
    "theatre.odcs.yaml",
)
SESSION = CONTRACT.by_name["session"]
TOKENS = Dialect(records_at="rows", next_at="next_token", next_by="token", since="changed_gte", size="size")
COUNTED = Dialect(
    records_at="rows", next_at="next_page", next_by="page", since="changed_after", size="size",
    leaves_out_since=True, next_is_place=False, total_at="total",
)  # fmt: skip
BOTH = pytest.mark.parametrize("dialect", [TOKENS, COUNTED], ids=["tokens", "counted pages"])
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVERYTHING = Window(None, NOON + timedelta(hours=1))


def session(number: int, minute: int | None = None) -> dict[str, Any]:
    """Changed so many minutes after noon (its number, unless said otherwise)."""
    return {"id": f"s{number}", "changed": (NOON + timedelta(minutes=number if minute is None else minute)).isoformat()}


@dataclass
class Service:
    """Sessions in the order of their change. `before` is called with the number of a request, before it is answered;
    `after` may make another document of an answer."""

    dialect: Dialect
    sessions: list[dict[str, Any]]
    before: Callable[[int, "Service"], None] = lambda number, service: None
    after: Callable[[int, dict[str, Any]], Any] = lambda number, document: document
    asked: list[dict[str, str]] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)

    def answer(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        number = len(self.asked)
        self.before(number, self)
        if asked.get("token") in self.forgotten:
            return Response(b'{"code": "page_token_expired"}', 410, media_type="application/json")
        document = self.by_token(asked) if self.dialect is TOKENS else self.by_page(asked)
        return Response(orjson.dumps(self.after(number, document)), media_type="application/json")

    def by_token(self, asked: dict[str, str]) -> dict[str, Any]:
        rows = self.ordered()
        if "token" in asked:
            rows = [each for each in rows if place(each) > tuple(json.loads(asked["token"]))]
        elif "changed_gte" in asked:
            rows = [each for each in rows if moment(each) >= datetime.fromisoformat(asked["changed_gte"])]
        page = rows[: int(asked["size"])]
        token = json.dumps(place(page[-1])) if len(rows) > len(page) else None
        return {"rows": page, "next_token": token}

    def by_page(self, asked: dict[str, str]) -> dict[str, Any]:
        rows = self.ordered()
        if "changed_after" in asked:
            rows = [each for each in rows if moment(each) > datetime.fromisoformat(asked["changed_after"])]
        size, page = int(asked["size"]), int(asked.get("page", 1))
        following = page + 1 if page * size < len(rows) else None
        return {"rows": rows[(page - 1) * size : page * size], "next_page": following, "total": len(rows)}

    def single(self, request: Request) -> Response:
        for each in self.sessions:
            if each["id"] == request.path_params["key"]:
                return Response(json.dumps(each, indent=1), media_type="application/json")
        return Response(b'{"code": "not_found"}', 404, media_type="application/json")

    def ordered(self) -> list[dict[str, Any]]:
        return sorted(self.sessions, key=place)

    def change(self, number: int, minute: int) -> None:
        self.sessions = [each for each in self.sessions if each["id"] != f"s{number}"] + [session(number, minute)]

    @contextmanager
    def source(self, size: int = 3) -> Iterator[KeysetSource]:
        routes = [Route("/sessions", self.answer), Route("/sessions/{key:path}", self.single)]
        with serving(Starlette(routes=routes)) as address:
            source = KeysetSource(JsonClient(address), CONTRACT, self.dialect, size)
            try:
                yield source
            finally:
                source.close()

    def read(self, window: Window = EVERYTHING, size: int = 3) -> list[str]:
        """The ids that came, in their order, with what came twice."""
        ids = []
        with self.source(size) as source:
            for page in source.pages(SESSION, window):
                rows = orjson.loads(page.body)["rows"]
                assert page.records == len(rows)
                ids += [row.get("id") for row in rows]
        return ids


def place(row: dict[str, Any]) -> tuple[str, str]:
    return str(row["changed"]), str(row["id"])


def moment(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["changed"])


def named(*numbers: int) -> list[str]:
    return [f"s{number}" for number in numbers]


def test_tokens_are_followed_as_they_are_given() -> None:
    service = Service(TOKENS, [session(number) for number in range(8)])
    assert service.read() == named(*range(8))
    assert [set(asked) for asked in service.asked] == [{"size"}, {"size", "token"}, {"size", "token"}]


def test_counted_pages_give_way_to_the_last_change_that_was_seen() -> None:
    service = Service(COUNTED, [session(number) for number in range(8)])
    # Each answer begins with the last record of the one before: nothing lies between them.
    assert service.read() == named(0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7)
    assert [asked.get("changed_after") for asked in service.asked] == [
        None, "2026-03-02T12:01:59Z", "2026-03-02T12:03:59Z", "2026-03-02T12:05:59Z",
    ]  # fmt: skip
    assert not any("page" in asked for asked in service.asked)


@BOTH
def test_a_change_at_the_very_start_of_the_window_is_in_it(dialect: Dialect) -> None:
    service = Service(dialect, [session(number) for number in range(8)])
    assert service.read(Window(NOON + timedelta(minutes=6), EVERYTHING.end)) == named(6, 7)


@BOTH
def test_many_changes_at_one_moment_are_read_beyond_a_page(dialect: Dialect) -> None:
    service = Service(dialect, [session(0), *(session(number, minute=5) for number in range(1, 9)), session(9)])
    assert sorted(set(service.read())) == named(*range(10))


@BOTH
def test_a_record_that_changes_between_two_pages_pushes_no_other_out(dialect: Dialect) -> None:
    """By page number, the second page would begin one record too late."""

    def before(number: int, service: Service) -> None:
        if number == 2:
            service.change(1, minute=30)

    service = Service(dialect, [session(number) for number in range(8)], before)
    read = service.read()
    assert set(read) == set(named(*range(8)))
    assert read[-1] == "s1"


@BOTH
@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_lost_of_a_collection_that_never_stands_still(dialect: Dialect, seed: int) -> None:
    chance = random.Random(seed)

    def before(number: int, service: Service) -> None:
        if number < 40:
            service.change(chance.randrange(20), minute=20 + number)
            service.sessions.append(session(100 + number, minute=20 + number))
        if dialect is TOKENS and len(service.forgotten) < 3 and chance.random() < 0.3:
            service.forgotten |= {service.asked[-1].get("token", "")}

    sessions = [session(number, minute=chance.randrange(10)) for number in range(20)]
    service = Service(dialect, sessions, before)
    assert set(named(*range(20))) <= set(service.read(Window(None, NOON + timedelta(days=1)), size=4))


def test_an_expired_token_is_taken_up_again_at_the_last_change(caplog: pytest.LogCaptureFixture) -> None:
    def before(number: int, service: Service) -> None:
        if number == 3:
            service.forgotten = {service.asked[-1]["token"]}

    service = Service(TOKENS, [session(number) for number in range(8)], before)
    with caplog.at_level(logging.WARNING):
        assert service.read() == named(0, 1, 2, 3, 4, 5, 5, 6, 7)
    assert service.asked[3] == {"size": "3", "changed_gte": "2026-03-02T12:05:00Z"}
    assert "what leads on to it has expired (410)" in caplog.text
    assert service.asked[2]["token"] not in caplog.text


def test_tokens_that_never_hold_are_no_endless_loop() -> None:
    def before(number: int, service: Service) -> None:
        service.forgotten |= {service.asked[-1].get("token", "")}

    at_once = Service(TOKENS, [session(number, minute=5) for number in range(8)], before)
    with pytest.raises(IncompleteAnswerError, match="has expired"):
        at_once.read()
    # Where the stamps lead on, tokens are not needed.
    one_by_one = Service(TOKENS, [session(number) for number in range(8)], before)
    assert set(one_by_one.read()) == set(named(*range(8)))


def test_a_token_that_comes_again_is_a_circle() -> None:
    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return document | {"next_token": '["2026-03-02T12:02:00+00:00", "s2"]'}

    with pytest.raises(IncompleteAnswerError, match="goes in a circle"):
        Service(TOKENS, [session(number) for number in range(5)], after=after).read()


def test_a_page_that_comes_again_is_read_again() -> None:
    first: list[Any] = []

    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        first[:] = first or document["rows"]
        return document | {"rows": first} if number == 2 else document

    service = Service(TOKENS, [session(number) for number in range(8)], after=after)
    assert set(service.read()) == set(named(*range(8)))


def test_a_page_that_always_comes_again_fails_the_object() -> None:
    rows = [session(number) for number in range(3)]

    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return {"rows": rows, "next_token": json.dumps(["2026-03-02T12:02:00+00:00", f"t{number}"])}

    with pytest.raises(IncompleteAnswerError, match="repeats a page"):
        Service(TOKENS, [session(number) for number in range(8)], after=after).read()


@BOTH
def test_an_empty_page_in_mid_way_is_not_the_end(dialect: Dialect) -> None:
    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return document | {"rows": [], dialect.next_at: None} if number == 2 else document

    service = Service(dialect, [session(number) for number in range(8)], after=after)
    assert set(service.read()) == set(named(*range(8)))


@BOTH
def test_empty_pages_for_ever_fail_the_object(dialect: Dialect) -> None:
    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return document | {"rows": [], dialect.next_at: None} if number > 1 else document

    with pytest.raises(IncompleteAnswerError, match="it is empty, and there was to be more"):
        Service(dialect, [session(number) for number in range(8)], after=after).read()


def test_a_last_page_with_fewer_records_than_are_counted_is_no_end() -> None:
    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return document | {"rows": document["rows"][:2], "next_page": None}

    with pytest.raises(IncompleteAnswerError, match="it is the last, with 2 records of 8"):
        Service(COUNTED, [session(number) for number in range(8)], after=after).read()


def test_a_service_out_of_order_is_found_out_by_its_own_count() -> None:
    """A page that ends with a later change than the next one has: asking after it would pass the others over."""

    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return document | {"rows": [*document["rows"][:2], session(6)]} if number == 1 else document

    with pytest.raises(IncompleteAnswerError, match="4 records came of 8"):
        Service(COUNTED, [session(number) for number in range(8)], after=after).read()


@BOTH
@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"error": {"code": "SY/530"}}, "has no list 'rows'"),
        ([], "has no list 'rows'"),
        ({"rows": [session(1)], "total": 1}, "does not say whether more follows"),
    ],
    ids=["an error", "a bare list", "no word on what follows"],
)
def test_what_is_no_page_is_asked_for_again_and_then_refused(dialect: Dialect, instead: Any, said: str) -> None:
    sessions = [session(number) for number in range(8)]
    passing = Service(dialect, sessions, after=lambda number, document: instead if number == 2 else document)
    assert set(passing.read()) == set(named(*range(8)))
    lasting = Service(dialect, sessions, after=lambda number, document: instead)
    with pytest.raises(IncompleteAnswerError, match=said):
        lasting.read()
    assert len(lasting.asked) == 4


@BOTH
def test_a_clock_that_is_ahead_is_no_place_to_go_on_from(dialect: Dialect) -> None:
    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        ahead = [
            row | {"changed": "2095-03-02T12:00:00+00:00"} if row["id"] == "s2" else row for row in document["rows"]
        ]
        return document | {"rows": ahead}

    def before(number: int, service: Service) -> None:
        service.forgotten |= {service.asked[-1].get("token", "")}

    service = Service(dialect, [session(number) for number in range(8)], before, after)
    assert set(service.read()) == set(named(*range(8)))


def test_a_change_without_a_zone_is_a_place_in_utc() -> None:
    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return document | {
            "rows": [row | {"changed": row["changed"].removesuffix("+00:00")} for row in document["rows"]]
        }

    service = Service(COUNTED, [session(number) for number in range(8)], after=after)
    assert set(service.read()) == set(named(*range(8)))
    assert [asked.get("changed_after") for asked in service.asked[:2]] == [None, "2026-03-02T12:01:59Z"]


@BOTH
def test_a_record_that_does_not_say_which_it_is_costs_no_other(dialect: Dialect) -> None:
    def after(number: int, document: dict[str, Any]) -> dict[str, Any]:
        return document | {
            "rows": [{"changed": row["changed"]} if row["id"] == "s4" else row for row in document["rows"]]
        }

    read = Service(dialect, [session(number) for number in range(8)], after=after).read()
    assert set(read) == {*named(0, 1, 2, 3, 5, 6, 7), None}


@BOTH
def test_an_empty_collection_has_no_page(dialect: Dialect) -> None:
    assert Service(dialect, []).read() == []


@BOTH
def test_keys_come_with_their_last_change_once(dialect: Dialect) -> None:
    def before(number: int, service: Service) -> None:
        if number == 2:
            service.change(1, minute=30)

    # What changes after the moment asked for is a key all the same; its change belongs to the next read.
    with Service(dialect, [session(number) for number in range(5)], before).source() as source:
        keys = list(source.keys(SESSION, NOON + timedelta(minutes=29)))
    minutes = {"s0": 0, "s2": 2, "s3": 3, "s4": 4}
    expected = {SourceKey((key,), NOON + timedelta(minutes=minute)) for key, minute in minutes.items()}
    assert set(keys) == {*expected, SourceKey(("s1",), None)}
    assert len(keys) == 5


@BOTH
def test_single_records_come_one_a_line_and_what_is_gone_does_not(dialect: Dialect) -> None:
    odd = {"id": "s/1?x=%2F é", "changed": NOON.isoformat()}
    with Service(dialect, [session(1), odd]).source() as source:
        (page,) = source.pages_by_key(SESSION, [("s1",), ("gone",), (odd["id"],)])
    assert page.envelope.lines
    assert page.records == 2
    assert [json.loads(line) for line in page.body.split(b"\n")] == [session(1), odd]
    assert "s1" not in page.label


def test_another_record_than_the_one_asked_for_is_refused() -> None:
    service = Service(TOKENS, [session(1)])
    service.single = lambda request: Response(b'{"id": "s2"}', media_type="application/json")  # type: ignore[method-assign]
    with service.source() as source, pytest.raises(SourceError, match="another record came"):
        list(source.pages_by_key(SESSION, [("s1",)]))
