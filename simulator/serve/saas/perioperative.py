"""Surgical and cath-lab cases as a perioperative service serves them: the whole case is sent again at each change.

Belongs here: paths, page tokens and errors of this service. Not here: what a case holds
(simulator/systems/perioperative.py).

A page token stands for a place in the order of change, not for a set of cases: who changes a case while another reads
moves it behind the token, so it comes again and none is missed. Tokens die after some minutes.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.serve.saas.auth import ClientGuard, Guard, RefusalError
from simulator.serve.saas.conditions import read_time
from simulator.serve.saas.documents import Condition, Documents
from simulator.serve.saas.service import Service, whole_number
from simulator.serve.saas.wire import EASTERN, Style, in_zone

READ = "cases.read"
PAGE, LARGEST_PAGE = 100, 500
TOKEN_SECONDS = 900.0
KEPT_TOKENS = 10_000
ORDER = "last_modified, case_id"


def perioperative_guard(client_id: str, client_secret: str) -> ClientGuard:
    return ClientGuard(client_id, client_secret, frozenset([READ]), token_seconds=3599)


@dataclass
class Places:
    """The places that page tokens stand for: the change time and case that the page before ended with."""

    seconds: float
    _kept: OrderedDict[str, tuple[float, tuple[datetime, str]]] = field(default_factory=OrderedDict)

    def token(self, place: tuple[datetime, str]) -> str:
        token = secrets.token_urlsafe(24)
        self._kept[token] = (time.monotonic() + self.seconds, place)
        while len(self._kept) > KEPT_TOKENS:
            self._kept.popitem(last=False)
        return token

    def of(self, token: str) -> tuple[datetime, str]:
        """Raises RefusalError: 400 for a token that was never given, 410 for one that has expired."""
        if token not in self._kept:
            raise RefusalError(400, "invalid_page_token", "The page token is not one of this service.")
        expires, place = self._kept[token]
        if expires <= time.monotonic():
            raise RefusalError(410, "page_token_expired", "The page token has expired: begin again without it.")
        return place


def perioperative_app(
    folder: Path, now: Callable[[], datetime], guard: Guard, token_seconds: float = TOKEN_SECONDS
) -> Starlette:
    """The service over a folder with `cases.parquet`, as it is at `now` (UTC without a zone)."""
    documents = Documents(folder, now, Style(timestamp=in_zone(EASTERN)))
    places = Places(token_seconds)
    service = Service(guard, _refusal)
    service.answer("/cases", lambda request: _page(documents, places, request), READ)
    service.answer("/cases/{case}", lambda request: _single(documents, request), READ)
    return service.application()


def _refusal(refusal: RefusalError) -> Response:
    body = {"code": refusal.code, "message": refusal.message}
    return JSONResponse(body, refusal.status, refusal.headers)


def _page(documents: Documents, places: Places, request: Request) -> str:
    """Cases by their last change, the earliest first. A token carries its filter: one beside it is ignored."""
    token, since = (request.query_params.get(name) for name in ("page_token", "last_modified_gte"))
    size = max(1, whole_number(request, "page_size", PAGE, LARGEST_PAGE))
    conditions = []
    if token:
        conditions.append(Condition("(last_modified, case_id) > (?, ?)", places.of(token)))
    elif since:
        conditions.append(Condition("last_modified >= ?", (read_time(since),)))
    # One more than a page says whether there is another.
    rows = documents.first("cases", conditions, ORDER, size + 1)
    following = "null"
    if len(rows) > size:
        rows = rows[:size]
        table = documents.table("cases").name
        last = documents.cursor().execute(f"SELECT last_modified, case_id FROM {table} WHERE _row = ?", [int(rows[-1])])
        following = f'"{places.token(last.fetchall()[0])}"'
    return f'{{"cases":[{documents.render("cases", rows)}],"next_page_token":{following}}}'


def _single(documents: Documents, request: Request) -> str:
    found = documents.select("cases", [Condition("case_id = ?", (request.path_params["case"],))], "case_id")
    if not len(found):
        raise RefusalError(404, "case_not_found", f"There is no case {request.path_params['case']}.")
    return documents.render("cases", found)
