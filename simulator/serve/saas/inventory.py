"""Stock as an inventory service serves it: movements by a sequence without gaps, balances as of a time, pars and counts.

Belongs here: paths, parameters and errors of this service. Not here: what moved (simulator/systems/inventory.py).

A location numbers its movements from 1 as they are recorded, so a reader knows exactly whether it has missed one. What
was recorded late has a late number and an early `occurred_at`.
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
from simulator.serve.saas.wire import Style, in_utc

LARGEST_PAGE = 1000


def inventory_guard(key: str) -> KeyGuard:
    return KeyGuard("X-API-Key", key)


def inventory_app(folder: Path, now: Callable[[], datetime], guard: Guard) -> Starlette:
    """The service over a folder with `movements`, `locations`, `pars` and `counts`, as it is at `now` (UTC, no zone)."""
    documents = Documents(folder, now, Style())
    service = Service(guard, _refusal)
    for kind in ("movements", "counts"):
        service.answer(f"/v1/{kind}", _sequence(documents, kind))
    service.answer("/v1/balances", lambda request: _balances(documents, request))
    service.answer("/v1/locations", lambda request: _all(documents, "locations", "location_id", request))
    service.answer("/v1/pars", lambda request: _all(documents, "pars", "location_id, item_no", request))
    return service.application()


def _refusal(refusal: RefusalError) -> Response:
    body = {"error": refusal.code, "message": refusal.message}
    return JSONResponse(body, refusal.status, refusal.headers)


def _sequence(documents: Documents, kind: str) -> Callable[[Request], str]:
    """What a location recorded after a number; `next_after_seq` is the last number given, or the one asked with."""

    def answer(request: Request) -> str:
        location = _location(documents, request)
        if location is None:
            raise RefusalError(400, "missing_parameter", "location is required.")
        after = whole_number(request, "after_seq", 0)
        limit = max(1, whole_number(request, "limit", LARGEST_PAGE, LARGEST_PAGE))
        conditions = [Condition("location_id = ?", (location,)), Condition("seq > ?", (after,))]
        rows = documents.first(kind, conditions, "seq", limit)
        # Numbers have no gaps: the last of the page is so many after the one asked with.
        return f'{{"data":[{documents.render(kind, rows)}],"next_after_seq":{after + len(rows)}}}'

    return answer


def _balances(documents: Documents, request: Request) -> str:
    """What the service knew to be on hand at a time (now, if none is given): the sum of what was recorded until then.

    By location and item; `next_after` is the last of a full page, to go on after."""
    movements = documents.table("movements").name
    now = documents.now()
    as_of = min(read_time(request.query_params["as_of"]), now) if "as_of" in request.query_params else now
    limit = max(1, whole_number(request, "limit", LARGEST_PAGE, LARGEST_PAGE))
    where = ["_from <= ?"]
    values: list[object] = [as_of]
    if (location := _location(documents, request)) is not None:
        where.append("location_id = ?")
        values.append(location)
    if after := request.query_params.get("after"):
        last_location, _, item = after.partition("/")
        where.append("location_id >= ? AND (location_id, item_no) > (?, ?)")
        values += [last_location, last_location, item]
    sql = f"""
        SELECT to_json(struct_pack(location_id, item_no, on_hand := sum(qty)::BIGINT, uom := 'EA',
            last_seq := max(seq), as_of := {in_utc("?::TIMESTAMP")})), location_id || '/' || item_no
        FROM {movements} WHERE {" AND ".join(where)} GROUP BY location_id, item_no
        ORDER BY location_id, item_no LIMIT {limit}"""
    found = documents.cursor().execute(sql, [as_of, *values]).fetchall()
    following = f'"{found[-1][1]}"' if len(found) == limit else "null"
    return f'{{"data":[{",".join(text for text, _ in found)}],"next_after":{following}}}'


def _all(documents: Documents, kind: str, order: str, request: Request) -> str:
    """Everything at once, of one location if it is named."""
    location = _location(documents, request)
    conditions = [] if location is None else [Condition("location_id = ?", (location,))]
    return f'{{"data":[{documents.render(kind, documents.select(kind, conditions, order))}]}}'


def _location(documents: Documents, request: Request) -> str | None:
    """The location that a request names. Raises RefusalError for one that is not there."""
    location = request.query_params.get("location")
    if location is not None and not len(
        documents.select("locations", [Condition("location_id = ?", (location,))], "location_id")
    ):
        raise RefusalError(404, "location_not_found", f"There is no location {location}.")
    return location
