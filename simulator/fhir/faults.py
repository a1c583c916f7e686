"""Faults that a test or a demo switches on by name, and what each does to an answer.

Belongs here: the catalogue, the counting of when a fault fires, the damage to answers, connections and rows.
Not here: damage to paging (`search.py` asks which page fault fires) and to a manifest (`exports.py` does likewise).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from http import HTTPStatus

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.fhir.outcomes import outcome_response
from simulator.fhir.store import parse, render

FHIR, SEARCH, NEXT_PAGE = r"^/fhir/", r"^/fhir/[A-Z][A-Za-z]+(\?|$)", r"^/fhir/[A-Z][A-Za-z]+\?_page="
STATUS, FILE, ROWS = r"/bulkstatus/", r"/bulkfiles/", rf"{SEARCH}|/bulkfiles/"

# Planted in the field that `unknown-field` adds, so that a scan can prove that no unknown field is stored.
UNKNOWN_FIELD_CANARY = "CANARY-UNKNOWN-FIELD 555-0199"

# name: (where it acts, the path-and-query it matches unless told otherwise)
CATALOGUE = {
    "too-many-requests": ("answer", FHIR),
    "server-error": ("answer", FHIR),
    "gateway-timeout": ("answer", FHIR),
    "file-error": ("answer", FILE),
    "file-gone": ("answer", FILE),
    "export-gone": ("answer", STATUS),
    "outcome-instead-of-bundle": ("answer", SEARCH),
    "html-page": ("answer", FHIR),
    "expired-token": ("answer", FHIR),
    "truncated-body": ("transport", FHIR),
    "dropped-connection": ("transport", FHIR),
    "slow-answer": ("transport", FHIR),
    "repeated-page": ("page", NEXT_PAGE),
    "endless-next": ("page", SEARCH),
    "empty-page": ("page", SEARCH),
    "shifting-page": ("page", SEARCH),
    "outcome-entry": ("page", SEARCH),
    "manifest-errors": ("manifest", STATUS),
    "wrong-count": ("manifest", STATUS),
    "duplicate-row": ("rows", ROWS),
    "malformed-line": ("rows", FILE),
    "missing-id": ("rows", ROWS),
    "unknown-field": ("rows", ROWS),
    "removed-field": ("rows", ROWS),
    "changed-type": ("rows", ROWS),
}


class ConnectionCutError(Exception):
    """Raised inside an answer that has begun: the web server then closes the connection."""


@dataclass
class Fault:
    """One switched-on fault: it lets `after` matching requests pass, then fires `times` times (None: for ever).

    `field` is the element that removed-field and changed-type touch; `seconds` is how long slow-answer waits and
    what Retry-After says.
    """

    name: str
    times: int | None = 1
    match: str = ""
    after: int = 0
    field: str = "status"
    seconds: int = 1
    fired: int = dataclass_field(default=0, init=False)
    passed: int = dataclass_field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.name not in CATALOGUE:
            raise ValueError(f"no fault is called {self.name!r}; there are {', '.join(sorted(CATALOGUE))}")
        self.match = self.match or CATALOGUE[self.name][1]
        re.compile(self.match)

    def fires(self, target: str) -> bool:
        if not re.search(self.match, target) or (self.times is not None and self.fired >= self.times):
            return False
        if self.passed < self.after:
            self.passed += 1
            return False
        self.fired += 1
        return True


class Faults:
    """The faults that are on. `target` is a request's path and query."""

    def __init__(self) -> None:
        self._on: list[Fault] = []

    def add(self, description: dict) -> Fault:
        """Raises ValueError or TypeError for a description that means nothing."""
        fault = Fault(**description)
        self._on.append(fault)
        return fault

    def clear(self) -> None:
        self._on.clear()

    def listed(self) -> list[dict]:
        return [asdict(fault) for fault in self._on]

    def firing(self, stage: str, target: str) -> list[Fault]:
        """The faults of a stage that fire for this request; asking counts as firing, so ask once a request."""
        return [fault for fault in self._on if CATALOGUE[fault.name][0] == stage and fault.fires(target)]

    def damage_rows(self, rows: list[bytes], target: str) -> list[bytes]:
        """Rows of a page or file as a damaged source would give them; drift hits every row, the rest the first."""
        for fault in self.firing("rows", target) if rows else []:
            first, others = rows[0], rows[1:]
            match fault.name:
                case "duplicate-row":
                    rows = [first, *others, first]
                case "malformed-line":
                    rows = [first[: len(first) // 2], *others]
                case "missing-id":
                    rows = [_without(first, "id"), *others]
                case "unknown-field":
                    rows = [render(parse(row) | {"unknownField": UNKNOWN_FIELD_CANARY}) for row in rows]
                case "removed-field":
                    rows = [_without(row, fault.field) for row in rows]
                case "changed-type":
                    content = parse(first)
                    rows = [render(content | {fault.field: {"value": content.get(fault.field)}}), *others]
        return rows


def _without(row: bytes, key: str) -> bytes:
    return render({name: value for name, value in parse(row).items() if name != key})


def answer_for(fault: Fault) -> Response:
    """What is sent in place of the real answer."""
    match fault.name:
        case "too-many-requests":
            headers = {"Retry-After": str(fault.seconds)}
            return outcome_response(429, "Too many requests. Please slow down.", "throttled", headers=headers)
        case "gateway-timeout":
            return outcome_response(504, "The upstream server did not answer in time.", "timeout")
        case "file-gone":
            return outcome_response(
                410, "Access to the target resource is no longer available at the server", "expired"
            )
        case "export-gone":
            return outcome_response(410, "The export has expired and its files are deleted", "expired")
        case "outcome-instead-of-bundle":
            return outcome_response(200, "The search could not be completed.", "exception")
        case "html-page":
            return HTMLResponse("<!doctype html><html><body><h1>Scheduled maintenance</h1></body></html>")
        case "expired-token":
            return PlainTextResponse("TokenExpiredError: jwt expired", HTTPStatus.UNAUTHORIZED)
    return outcome_response(500, "An unknown error occurred (transient_error). Please try again.", "transient")


def target_of(scope: Scope) -> str:
    """Path and query of a request, from where the server is mounted."""
    path, query = scope["path"].removeprefix(scope.get("root_path", "")), scope["query_string"].decode()
    return f"{path}?{query}" if query else path


class FaultyTransport:
    """Wraps the application: answers in its place, delays it, or cuts its connection, as the faults say."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app, self.faults = app, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The control endpoints never fail.
        if scope["type"] != "http" or target_of(scope).startswith("/_"):
            await self.app(scope, receive, send)
            return
        target = target_of(scope)
        for fault in self.faults.firing("transport", target):
            if fault.name == "slow-answer":
                await asyncio.sleep(fault.seconds)
            else:
                send = _cutting(send, keep_length=fault.name == "truncated-body")
        instead = self.faults.firing("answer", target)
        await (answer_for(instead[0]) if instead else self.app)(scope, receive, send)


def _cutting(send: Send, keep_length: bool) -> Callable[[Message], Awaitable[None]]:
    """Send half of the body, then cut: with the Content-Length of the whole, or chunked without an end."""

    async def cutting_send(message: Message) -> None:
        if message["type"] == "http.response.start" and not keep_length:
            headers = [header for header in message["headers"] if header[0].lower() != b"content-length"]
            message = {**message, "headers": headers}
        if message["type"] != "http.response.body":
            await send(message)
            return
        half = message["body"][: len(message["body"]) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise ConnectionCutError

    return cutting_send
