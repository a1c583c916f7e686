"""A real HTTP server that speaks as much of Tryton's REST interface as reading parties takes."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

CHANGED = {
    "__class__": "datetime", "year": 2026, "month": 11, "day": 1, "hour": 8, "minute": 0, "second": 0, "microsecond": 0,
}  # fmt: skip


class SmallErp(ThreadingHTTPServer):
    """parties: id to name; refuses: answer 401 to everything; ghosts: ids that are listed as keys and are not there;
    unreadable: ids whose `active` is neither 0 nor 1; withheld: a field that is left out of every answer; requests: how
    many came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.parties: dict[int, str] = {1: "Medline", 2: "Cardinal", 3: "Stryker"}
        self.ghosts: list[int] = []
        self.unreadable: set[int] = set()
        self.refuses = False
        self.withheld: str | None = None
        self.requests = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hospital"

    def records(self, domain: Any, fields: list[str]) -> list[dict[str, Any]]:
        """The records of a page: those behind the last id seen, and among the ids asked for."""
        last, asked = _ids_of(domain)
        is_key_list = fields == ["last_modified_at"]
        ids = sorted([*self.parties, *(self.ghosts if is_key_list else ())])
        return [self._record(id_, fields) for id_ in ids if id_ > last and (asked is None or id_ in asked)]

    def _record(self, id_: int, fields: list[str]) -> dict[str, Any]:
        whole = {
            "id": id_,
            "code": str(id_),
            "name": self.parties.get(id_),
            "active": 7 if id_ in self.unreadable else 1,  # as Tryton's REST interface writes a boolean
            "create_date": CHANGED,
            "last_modified_at": CHANGED,
        }
        return {
            name: value for name, value in whole.items() if name == "id" or (name in fields and name != self.withheld)
        } | {path.split(".")[0]: [] for path in fields if "." in path}


def _ids_of(domain: Any) -> tuple[int, list[int] | None]:
    last, asked = 0, None
    for clause in _clauses(domain):
        if clause[:2] == ["id", ">"]:
            last = clause[2]
        if clause[:2] == ["id", "in"]:
            asked = clause[2]
    return last, asked


def _clauses(domain: Any) -> Iterator[list[Any]]:
    if isinstance(domain, list):
        if len(domain) == 3 and isinstance(domain[0], str) and isinstance(domain[1], str):
            yield domain
        else:
            for part in domain:
                yield from _clauses(part)


class _Handler(BaseHTTPRequestHandler):
    server: SmallErp

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        domain = json.loads(base64.urlsafe_b64decode(query["d"][0]))
        is_party = "party.party" in self.path
        self._answer(self.server.records(domain, query.get("f", [])) if is_party else [])

    def do_POST(self) -> None:
        domain = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(len(self.server.records(domain["domain"], ["id"])))

    def _answer(self, content: Any) -> None:
        self.server.requests += 1
        body = json.dumps(content).encode()
        self.send_response(401 if self.server.refuses else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: the test says what matters."""


@contextmanager
def small_erp() -> Iterator[SmallErp]:
    with SmallErp() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
