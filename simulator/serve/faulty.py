"""A system that fails as its faults say: ASGI middleware around any application, which knows of none.

Belongs here: requests and answers, what stands in an answer's place, connections that are cut, pages that go wrong.
Not here: when a fault strikes (`faults.py`), rows within a body (`pages.py`). Only what is read (GET) ever fails.
"""

import asyncio
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.serve import pages
from simulator.serve.faults import Fault, FaultError, Faults
from simulator.serve.pages import Page, Row

# How a client says from where it goes on: by a number of rows, or in some other way.
OFFSETS = ("$skiptoken", "$skip", "offset")
CONTINUED = (*OFFSETS, "page", "_page", "page_token", "after_seq")
FIRST = (("page", "1"), *((name, "0") for name in CONTINUED))
SERVER_ERRORS = (500, 502, 503, 504)
DRIFT: dict[str, Callable[[Row, str], None]] = {
    "drift_added": pages.add_field,
    "drift_removed": pages.remove_field,
    "drift_renamed": pages.rename_field,
    "drift_retyped": pages.retype_field,
    "drift_enum": pages.rename_member,
}


@dataclass
class Answer:
    """An answer held back until it is known what becomes of it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def media_type(self) -> str:
        return Headers(raw=self.headers).get("content-type", "")

    async def send(self, send: Send, length: int | None = None) -> None:
        """Send with a Content-Length of `length`, where that is not the body's; then the answer stays unfinished."""
        declared = len(self.body) if length is None else length
        headers = [header for header in self.headers if header[0].lower() != b"content-length"]
        headers.append((b"content-length", str(declared).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": declared != len(self.body)})


class Faulty:
    """One system with its faults."""

    def __init__(self, app: ASGIApp, system: str, faults: Faults) -> None:
        self.app, self.system, self.faults = app, system, faults
        self._expired: set[str] = set()
        self._last_page: dict[str, list[Row]] = {}
        self._fields: dict[tuple[str, str], str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A system knows where it is mounted, but not by whom: its addresses are made by its own routes.
        scope = {name: value for name, value in scope.items() if name not in ("router", "app_root_path")}
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        try:
            instead, at_hand, damaging = await self._begin(scope)
        except FaultError as error:
            await PlainTextResponse(str(error), 500)(scope, receive, send)
            return
        if instead is not None:
            await instead(scope, receive, send)
        elif not (at_hand or damaging):
            await self.app(scope, receive, send)
        else:
            answer = await self._answered(scope, damaging)
            await self._deliver(answer, at_hand, scope, send)

    async def _begin(self, scope: Scope) -> tuple[Response | None, list[Fault], list[Fault]]:
        """What stands in the answer's place, which faults cut the connection, and which look at the answer's rows."""
        target = _target(scope)
        for fault in self.faults.of(self.system, "time"):
            if fault.since and fault.since < self.faults.clock.now():
                self.faults.label(self.system, fault, target)
        # What is on when a request comes: one that waits is not struck by what is switched on meanwhile.
        transport, answering = self.faults.of(self.system, "transport"), self.faults.of(self.system, "answer")
        damaging = self.faults.of(self.system, "page") + self.faults.of(self.system, "rows")
        cutting = []
        for fault in transport:
            if self.faults.strikes(fault, self.system):
                if fault.fault == "slow":
                    self.faults.label(self.system, fault, target, detail=f"{fault.seconds:g} s")
                    await asyncio.sleep(fault.seconds)
                else:
                    cutting.append(fault)
        sent = Headers(scope=scope).get("authorization", "")
        if sent in self._expired:
            return _unauthorized(), cutting, damaging
        for fault in answering:
            if self.faults.strikes(fault, self.system):
                if fault.fault == "token_expired" and sent.lower().startswith("bearer"):
                    # It opens nothing any more: the client has to buy another.
                    self._expired.add(sent)
                response = self._instead(fault)
                self.faults.label(self.system, fault, target, detail=str(response.status_code))
                return response, cutting, damaging
        return None, cutting, damaging

    def _instead(self, fault: Fault) -> Response:
        match fault.fault:
            case "429":
                error = {"code": "TooManyRequests", "message": "Too many requests. Please slow down."}
                return JSONResponse({"error": error}, 429, {"Retry-After": f"{fault.seconds:g}"})
            case "html_200":
                return HTMLResponse("<!doctype html><html><body><h1>Scheduled maintenance</h1></body></html>")
            case "error_body_200":
                return JSONResponse(self._error_body())
            case "token_expired":
                return _unauthorized()
        status = SERVER_ERRORS[int(self.faults.chance("status", self.system, fault.asked) * len(SERVER_ERRORS))]
        return PlainTextResponse("The server could not answer. Please try again.", status)

    def _error_body(self) -> dict[str, object]:
        said = "The request could not be completed."
        if self.system.startswith("ehr"):
            return {
                "resourceType": "OperationOutcome",
                "issue": [{"severity": "error", "code": "exception", "diagnostics": said}],
            }
        return {"error": {"code": "SY/530", "message": said}}

    async def _answered(self, scope: Scope, damaging: list[Fault]) -> Answer:
        """The application's answer after the faults of pages and rows."""
        answer = await _asked(self.app, scope)
        page = _page(answer) if damaging else None
        if page is None:
            return answer
        for fault in damaging:
            if fault.fault == "shifting_page" and page.rows:
                page = await self._shifted(fault, page, scope)
        before = pages.keys(page.rows)
        for fault in damaging:
            touched = self._damage(fault, page, scope, before)
            if touched is not None:
                rows, detail = touched
                self.faults.label(self.system, fault, _target(scope), rows, detail)
        answer.body = page.text()
        return answer

    async def _shifted(self, fault: Fault, page: Page, scope: Scope) -> Page:
        """The page as after a delete on an earlier one: its first row has moved there, and is passed over.

        The first page cannot shift. A client that goes on after a key is not harmed by a delete: it gets what is there.
        """
        asked = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        places = [(name, value) for name, value in asked if name in (*OFFSETS, "page") and value.isdigit()]
        if not places or places[0] in FIRST or not self.faults.strikes(fault, self.system):
            return page
        self.faults.label(self.system, fault, _target(scope), [pages.row_key(page.rows[0])], "passed over")
        at, number = places[0]
        further = urlencode([(name, int(number) + 1 if name == at else value) for name, value in asked]).encode()
        following = _page(await _asked(self.app, {**scope, "query_string": further}))
        if at == "page":
            page.rows[:] = page.rows[1:] + (following.rows[:1] if following else [])
            return page
        return following or page

    def _damage(self, fault: Fault, page: Page, scope: Scope, before: list[str]) -> tuple[list[str], str] | None:
        """Do what a fault does to a page; the keys of the rows it touched and a detail, None if it did nothing."""
        path = scope["path"]
        match fault.fault:
            case "shifting_page":
                return None
            case "empty_page":
                if not before or not self.faults.strikes(fault, self.system):
                    return None
                page.end()
                return before, "no row, no next page"
            case "repeated_page":
                earlier = self._last_page.get(path)
                self._last_page[path] = copy.deepcopy(page.rows)
                if not (earlier and _goes_on(scope) and self.faults.strikes(fault, self.system)):
                    return None
                page.rows[:] = earlier
                return before, "the page before again"
        hit = [row for row in page.rows if self.faults.strikes_row(fault, self.system, pages.row_key(row))]
        return self._damage_rows(fault, page, path, hit) if hit else None

    def _damage_rows(self, fault: Fault, page: Page, path: str, hit: list[Row]) -> tuple[list[str], str] | None:
        named = pages.keys(hit)
        if fault.fault in DRIFT:
            name = self._field(fault, path, hit[0])
            if not name:
                return None
            for row in hit:
                DRIFT[fault.fault](row, name)
            return named, name
        if fault.fault == "future_clock":
            return [key for key, row in zip(named, hit, strict=True) if pages.restamp(row, pages.FAR_AHEAD)], ""
        again = {id(row): copy.deepcopy(row) for row in hit}
        if fault.fault == "two_versions":
            # The older one comes last: who keeps what arrived last keeps what is no longer true.
            again = {number: row for number, row in again.items() if pages.restamp(row, pages.BEFORE)}
        page.rows[:] = [each for row in page.rows for each in (row, again.get(id(row))) if each is not None]
        return [pages.row_key(row) for row in again.values()], ""

    def _field(self, fault: Fault, path: str, row: Row) -> str:
        """The field that drifts on a path: as told, else chosen once by the world's seed."""
        if fault.field or fault.fault == "drift_added":
            return fault.field or pages.ADDED_FIELD
        place = (fault.fault, path)
        if place not in self._fields:
            fields = pages.fields_of_a_kind(row) if fault.fault == "drift_enum" else pages.fields_to_lose(row)
            self._fields[place] = min(fields, key=partial(self.faults.chance, *place), default="")
        return self._fields[place]

    async def _deliver(self, answer: Answer, cutting: list[Fault], scope: Scope, send: Send) -> None:
        for fault in cutting:
            whole, half = len(answer.body), len(answer.body) // 2
            # Each time the other way: nothing or half before the cut; an honest length or that of the whole.
            is_odd = fault.struck % 2 == 1
            kept = 0 if fault.fault == "dropped" and is_odd else half
            is_honest = fault.fault == "truncated" and is_odd
            answer.body = answer.body[:kept]
            self.faults.label(
                self.system, fault, _target(scope), detail=f"{kept} of {whole} bytes, honest: {is_honest}"
            )
            await answer.send(send, None if is_honest else whole)
            return
        await answer.send(send)


async def _asked(app: ASGIApp, scope: Scope) -> Answer:
    """The answer of an application to a request without a body, uncompressed, held in memory."""
    headers = [header for header in scope["headers"] if header[0].lower() != b"accept-encoding"]
    answer = Answer(500, [], b"")
    request = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        if message := next(request, None):
            return message
        # The client stays: whether it is there still is seen when it is answered.
        await asyncio.Event().wait()
        raise AssertionError

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    await app({**scope, "headers": headers}, receive, keep)
    return answer


def _page(answer: Answer) -> Page | None:
    return Page.read(answer.body, answer.media_type) if answer.status == 200 else None


def _goes_on(scope: Scope) -> bool:
    asked = parse_qsl(scope["query_string"].decode())
    return any(name in CONTINUED and (name, value) not in FIRST for name, value in asked)


def _target(scope: Scope) -> str:
    query = scope["query_string"].decode()
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def _unauthorized() -> Response:
    body = json.dumps({"error": "invalid_token", "error_description": "The access token expired"})
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token", error_description="The access token expired"'}
    return Response(body, 401, headers, "application/json")
