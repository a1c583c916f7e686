"""Procurement as Coupa serves it: offset pages of 50 at most, operators in brackets, hyphens in names, decimals as text.

Belongs here: paths, parameters and errors of this service. Not here: what a requisition or an invoice holds
(simulator/systems/procurement.py).

Its weakness is the real one: pages are counted by offset over what is there now, so a document that changes between two
pages moves to the end of the feed and another slips past unread. A reader overlaps its pages or reads again.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.serve.saas.auth import ClientGuard, Guard, Pace, RefusalError
from simulator.serve.saas.conditions import OPERATORS, compare, leaf
from simulator.serve.saas.documents import Condition, Documents
from simulator.serve.saas.service import Service, whole_number
from simulator.serve.saas.wire import EASTERN, Fields, Style, as_text, in_zone

# Each object with the scope that reads it.
OBJECTS = {
    "requisitions": "core.requisition.read",
    "purchase_orders": "core.purchase_order.read",
    "inventory_transactions": "core.inventory.receiving.read",
    "invoices": "core.invoice.read",
    "matching_allocations": "core.invoice.read",
    "suppliers": "core.supplier.read",
    "items": "core.item.read",
}
WRITING = {path: scope.removesuffix("read") + "write" for path, scope in OBJECTS.items()}
SCOPES = frozenset([*OBJECTS.values(), *WRITING.values()])
LARGEST_PAGE = 50
REQUESTS_A_SECOND = 25
# Parameters that are no filters. What is neither one of them nor an attribute is ignored without a word, as Coupa does.
PAGING = {"limit", "offset", "order_by", "dir", "fields"}


def procurement_guard(client_id: str, client_secret: str) -> ClientGuard:
    return ClientGuard(client_id, client_secret, SCOPES)


def procurement_app(
    folder: Path, now: Callable[[], datetime], guard: Guard, requests_a_second: int = REQUESTS_A_SECOND
) -> Starlette:
    """The service over a folder of `<object>.parquet`, as it is at `now` (UTC without a zone)."""
    documents = Documents(folder, now, Style(timestamp=in_zone(EASTERN), decimal=as_text))
    service = Service(guard, _refusal, Pace(requests_a_second))
    for path, scope in OBJECTS.items():
        service.answer(f"/api/{path}", _list(documents, path), scope)
        service.answer(f"/api/{path}/{{id:int}}", _single(documents, path), scope)
        service.answer(f"/api/{path}/{{id:int}}", _mark(documents, path), WRITING[path], ("PUT",))
    return service.application()


def _refusal(refusal: RefusalError) -> Response:
    return JSONResponse({"errors": {"base": [refusal.message]}}, refusal.status, refusal.headers)


def _list(documents: Documents, kind: str) -> Callable[[Request], str]:
    def answer(request: Request) -> str:
        schema = documents.table(kind).schema
        rows = documents.select(kind, _filters(request, schema), _order(request, schema))
        # Asking for more than 50 is no error: 50 come.
        limit = whole_number(request, "limit", LARGEST_PAGE, LARGEST_PAGE)
        offset = whole_number(request, "offset", 0)
        return f"[{documents.render(kind, rows[offset : offset + limit], _fields(request))}]"

    return answer


def _single(documents: Documents, kind: str) -> Callable[[Request], str]:
    def answer(request: Request) -> str:
        found = documents.select(kind, [Condition("id = ?", (request.path_params["id"],))], "id")
        if not len(found):
            raise RefusalError(404, "not_found", f"Couldn't find {kind} with 'id'={request.path_params['id']}")
        return documents.render(kind, found, _fields(request))

    return answer


def _mark(documents: Documents, kind: str) -> Callable[[Request], str]:
    """`exported` is all that a client may write. A later version of the document is not exported yet."""
    single = _single(documents, kind)

    def answer(request: Request) -> str:
        try:
            change = json.loads(request.state.body or b"{}")
        except ValueError as error:
            raise RefusalError(400, "invalid_body", f"The body is no JSON: {error}") from error
        if not isinstance(change, dict) or list(change) != ["exported"] or not isinstance(change["exported"], bool):
            raise RefusalError(422, "read_only", 'Only {"exported": true} or {"exported": false} can be written.')
        found = documents.select(kind, [Condition("id = ?", (request.path_params["id"],))], "id")
        documents.change(kind, found, Condition("exported = ?", (change["exported"],)))
        return single(request)

    return answer


def _filters(request: Request, schema: pa.Schema) -> list[Condition]:
    """`updated-at[gt_or_eq]=..`, `supplier[number]=..`, `order-lines[account][code][in]=a,b`."""
    found = []
    for parameter, literal in request.query_params.multi_items():
        path = [_hyphened(part) for part in re.findall(r"[^\[\]]+", parameter)]
        operator = path[-1].replace("-", "_") if path else ""
        if not path or path[0] in PAGING or path[0] not in schema.names:
            continue
        if leaf(schema, path) is not None:
            found.append(compare(schema, path, "eq", literal))
        elif leaf(schema, path[:-1]) is not None and operator in OPERATORS:
            found.append(compare(schema, path[:-1], operator, literal))
        else:
            raise RefusalError(400, "invalid_parameter", f"Invalid search criteria: {parameter}")
    return found


def _order(request: Request, schema: pa.Schema) -> str:
    by = _hyphened(request.query_params.get("order_by", "id"))
    direction = request.query_params.get("dir", "asc").lower()
    if leaf(schema, [by]) is None or direction not in ("asc", "desc"):
        raise RefusalError(400, "invalid_parameter", f"Cannot order by {by} {direction}")
    return f'"{by}" {direction}, id {direction}'


def _fields(request: Request) -> Fields:
    """`["id",{"supplier":["number"]}]` as names with what is asked of their children."""
    given = request.query_params.get("fields")
    if given is None:
        return None
    try:
        return _named(json.loads(given))
    except (ValueError, TypeError, AttributeError) as error:
        raise RefusalError(400, "invalid_parameter", f"fields is no list of names: {given}") from error


def _named(fields: list[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for field in fields:
        children = field.items() if isinstance(field, dict) else [(field, None)]
        named |= {_hyphened(name): _named(below) if below else None for name, below in children}
    return named


def _hyphened(name: str) -> str:
    """An attribute by either of its spellings: Coupa takes `updated_at` for `updated-at`."""
    return name.replace("_", "-")
