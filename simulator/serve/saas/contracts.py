"""Contracts as a contract lifecycle service serves them: whole contracts by the time of their last change, page by page.

Belongs here: paths, parameters and errors of this service. Not here: what a contract holds
(simulator/systems/contracts.py).
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.serve.saas.auth import Guard, KeyGuard, RefusalError
from simulator.serve.saas.conditions import read_time
from simulator.serve.saas.documents import Condition, Documents
from simulator.serve.saas.service import Service, whole_number
from simulator.serve.saas.wire import Style

PAGE, LARGEST_PAGE = 25, 100


def contracts_guard(key: str) -> KeyGuard:
    return KeyGuard("X-API-Key", key)


def contracts_app(folder: Path, now: Callable[[], datetime], guard: Guard) -> Starlette:
    """The service over a folder with `contracts.parquet`, as it is at `now` (UTC without a zone)."""
    documents = Documents(folder, now, Style())
    service = Service(guard, _refusal)
    service.answer("/contracts", lambda request: _page(documents, request))
    service.answer("/contracts/{number}", lambda request: _single(documents, request))
    return service.application()


def _refusal(refusal: RefusalError) -> Response:
    body = {"error": {"code": refusal.code, "message": refusal.message}}
    return JSONResponse(body, refusal.status, refusal.headers)


def _page(documents: Documents, request: Request) -> str:
    """Contracts changed after a time, the earliest change first; pages are counted from 1 over what is there now."""
    after = request.query_params.get("updated_after")
    conditions = [Condition("updated_at > ?", (read_time(after),))] if after else []
    size = max(1, whole_number(request, "page_size", PAGE, LARGEST_PAGE))
    page = whole_number(request, "page", 1)
    if page < 1:
        raise RefusalError(400, "invalid_parameter", "page is counted from 1.")
    rows = documents.select("contracts", conditions, "updated_at, contract_number")
    data = documents.render("contracts", rows[(page - 1) * size : page * size])
    following = "null" if page * size >= len(rows) else page + 1
    return f'{{"data":[{data}],"page":{page},"page_size":{size},"total":{len(rows)},"next_page":{following}}}'


def _single(documents: Documents, request: Request) -> str:
    number = request.path_params["number"]
    found = documents.select("contracts", [Condition("contract_number = ?", (number,))], "contract_number")
    if not len(found):
        raise RefusalError(404, "not_found", f"There is no contract {number}.")
    return documents.render("contracts", found)
