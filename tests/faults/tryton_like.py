"""A server that speaks Tryton's REST envelope over parties in memory, with faults on demand.

Belongs here: what Tryton answers (typed values, `__name__` everywhere, domains, search_count, its clock). Not here: tests.
"""

import base64
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import eq, ge, gt, le, lt
from typing import Any
from urllib.parse import parse_qsl, urlsplit

COMPARISONS = {"=": eq, ">": gt, ">=": ge, "<": lt, "<=": le}
HTML = b"<!doctype html><html><body><h1>Login</h1></body></html>"
STARTED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Fault:
    """`kind` of answer to the next `times` page requests, after `after` of them were answered well."""

    kind: str
    times: int = 1
    after: int = 0


@dataclass
class TrytonLike:
    """Parties with identifiers. `clock` is the server's; `fired` counts each fault that was really given."""

    clock: datetime = STARTED
    parties: dict[int, dict[str, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    # Each key below is done to every record when it is served: what a drifting source does.
    drift: dict[str, Any] = field(default_factory=dict)
    first_page: bytes = b""

    def __enter__(self) -> "TrytonLike":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/erp"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, number: int, name: str, stamp: datetime | None = None, identifiers: int = 1, **more: Any) -> None:
        """Store a party as of a moment (now, unless told otherwise), with that many identifiers."""
        stamp = stamp or self.clock
        created = self.parties.get(number, {}).get("create_date", stamp)
        rows = [
            {"id": number * 10 + k, "type": "us_ein", "code": f"T{number}-{k}", "create_date": created,
             "last_modified_at": stamp}
            for k in range(identifiers)
        ]  # fmt: skip
        self.parties[number] = {
            "id": number, "code": f"P{number}", "name": name, "active": 1, "create_date": created,
            "last_modified_at": stamp, "identifiers": rows, **more,
        }  # fmt: skip

    def tick(self, **passed: float) -> None:
        self.clock += timedelta(**passed)

    def fault(self, kind: str, times: int = 1, after: int = 0) -> None:
        self.faults.append(Fault(kind, times, after))

    def names(self) -> dict[int, str]:
        return {number: party["name"] for number, party in self.parties.items()}

    def due(self) -> str | None:
        """The fault that this page request gets."""
        for fault in self.faults:
            if fault.after > 0:
                fault.after -= 1
            elif fault.times > 0:
                fault.times -= 1
                self.fired[fault.kind] += 1
                return fault.kind
        return None

    def select(self, domain: Any) -> list[dict[str, Any]]:
        return [party for _, party in sorted(self.parties.items()) if _holds(domain, party)]


def _holds(domain: Any, record: dict[str, Any]) -> bool:
    if domain and domain[0] == "OR":
        return any(_holds(part, record) for part in domain[1:])
    if domain and isinstance(domain[0], str) and len(domain) == 3:
        path, operator, wanted = domain
        values = [_plain(value) for value in _values(record, path.split("."))]
        if operator == "in":
            return any(value in wanted for value in values)
        return any(COMPARISONS[operator](value, _plain(wanted)) for value in values)
    return all(_holds(part, record) for part in domain)


def _values(record: Any, path: list[str]) -> list[Any]:
    if isinstance(record, list):
        return [value for row in record for value in _values(row, path)]
    return _values(record.get(path[0]), path[1:]) if path else [record]


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and value.get("__class__") == "datetime":
        return datetime(*(value[part] for part in PARTS), tzinfo=UTC)
    return value


PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def _typed(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"__class__": "datetime", **{part: getattr(value, part) for part in PARTS}}
    return value


def _served(record: dict[str, Any], fields: list[str], model: str, drift: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": record["id"], "__name__": model}
    for name in dict.fromkeys(path.split(".")[0] for path in fields):
        inner = [path.split(".", 1)[1] for path in fields if path.startswith(f"{name}.")]
        value = record.get(name)
        answer[name] = [_served(row, inner, "party.identifier", {}) for row in value] if inner else _typed(value)
    for name, becomes in drift.items():
        answer[name] = becomes
        if becomes is ...:
            del answer[name]
    return answer


def _handler(state: TrytonLike) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(state.clock, usegmt=True)

        def answer(self, body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> None:
            self.send_response(status)
            length = headers.pop("length", str(len(body)))
            for name, value in {
                "Content-Type": kind,
                "Content-Length": length,
                "Connection": "close",
                **headers,
            }.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(json.dumps(len(state.select(body["domain"]))).encode())

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = parse_qsl(address.query)
            query = dict(asked)
            if address.path.endswith("company.company"):
                return self.answer(b'[{"id": 1, "__name__": "company.company"}]')
            domain = json.loads(base64.urlsafe_b64decode(query["d"]))
            fields = [value for name, value in asked if name == "f"]
            rows = state.select(domain)[: int(query["s"])]
            page = [_served(row, fields, "party.party", state.drift) for row in rows]
            fault = state.due() if len(fields) > 1 else None
            state.first_page = state.first_page or json.dumps(page).encode()
            return self.faulty(fault, page) if fault else self.answer(json.dumps(page).encode())

        def faulty(self, kind: str, page: list[Any]) -> None:
            body = json.dumps(page).encode()
            if kind == "429":
                self.answer(b"", 429, Retry_After="0")
            elif kind in ("500", "503"):
                self.answer(HTML, int(kind), "text/html", Retry_After="0")
            elif kind == "drop":
                self.connection.close()
            elif kind == "truncated":
                self.answer(body[: len(body) // 2], length=str(len(body)))
            elif kind == "slow":
                time.sleep(0.3)
                self.answer(body)
            elif kind == "error body":
                self.answer(b'{"status": 400, "message": "no", "description": ""}')
            elif kind == "html":
                self.answer(HTML, kind="text/html")
            elif kind == "empty":
                self.answer(b"[]")
            elif kind == "cut":
                self.answer(body[: len(body) // 2])
            elif kind == "short":
                self.answer(json.dumps(page[: len(page) // 2]).encode())
            elif kind == "repeated":
                self.answer(state.first_page)

    return Handler
