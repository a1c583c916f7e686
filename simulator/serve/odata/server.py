"""OData over HTTP: routes, envelopes, pages and next links of the services of one system.

Belongs here: one Starlette application per system. Faults come as ASGI middleware around it, from elsewhere.
Not here: what a path (`resources.py`) and its options (`query.py`) mean, rows as text (`rendering.py`).
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.serve.clock import in_the_end
from simulator.serve.odata.auth import Guard
from simulator.serve.odata.metadata import metadata_document
from simulator.serve.odata.model import EntitySet, Service
from simulator.serve.odata.query import Query, read_query
from simulator.serve.odata.refusals import RefusalError, not_found, refusal_response
from simulator.serve.odata.rendering import render
from simulator.serve.odata.resources import Resource, read_path
from simulator.serve.odata.tables import Condition, Rows, Tables, WorldError

# The company of a record of Dynamics 365; what companies share has none.
COMPANY = "dataAreaId"
VERSION_HEADERS = {2: {"DataServiceVersion": "2.0"}, 4: {"OData-Version": "4.0"}}
MEDIA_TYPES = {
    "sap": "application/json; charset=utf-8",
    "d365": "application/json; odata.metadata=minimal; odata.streaming=true",
}


def odata_app(
    folder: Path,
    services: tuple[Service, ...],
    guard: Guard,
    company: str = "dat",
    now: Callable[[], datetime] = in_the_end,
) -> Starlette:
    """The application of one system over a folder of `<file>.parquet`.

    `company` is the default company of a Dynamics 365 user: all that is seen without `cross-company=true`.
    `now` is the time at which the system is seen; without it, what stands in the end.
    """
    tables = Tables(folder, now)
    routes = guard.routes()
    for service in services:
        endpoint = partial(_answer, tables, service, guard, company)
        routes += [Route(service.path, endpoint), Route(service.path + "/{resource:path}", endpoint)]
    return Starlette(routes=routes)


def _answer(tables: Tables, service: Service, guard: Guard, company: str, request: Request) -> Response:
    refused = guard.refuse(request)
    if refused is not None:
        return refused
    try:
        return _Request(tables, service, company, request).answer()
    except RefusalError as refusal:
        return refusal_response(service, refusal)
    except WorldError as error:
        return refusal_response(service, RefusalError(500, str(error), "/IWFND/CM_MGW/500"))


class _Request:
    """One request to one service, answered from its tables."""

    def __init__(self, tables: Tables, service: Service, company: str, request: Request) -> None:
        self.tables, self.service, self.company, self.request = tables, service, company, request
        # With the path that the application is mounted at: every address in an answer leads back through it.
        mounted = request.scope.get("root_path", "")
        self.root = f"{request.url.scheme}://{request.url.netloc}{mounted}{service.path}"

    def answer(self) -> Response:
        path = self.request.path_params.get("resource", "").strip("/")
        if path == "$metadata":
            return Response(metadata_document(self.service), media_type="application/xml", headers=self._headers())
        if path == "":
            return self._service_document()
        resource = read_path(path, self.service, self.tables)
        options = list(self.request.query_params.multi_items())
        query = read_query(options, self.service, resource.entity_set, resource.single)
        table = self.tables.table(self.service, resource.entity_set)
        conditions = [*resource.conditions, *query.conditions, *self._company_rule(resource.entity_set)]
        rows = self.tables.select(table, conditions, query.order)
        if resource.only_count:
            return Response(str(len(rows)), media_type="text/plain; charset=utf-8", headers=self._headers())
        self._refuse_other_formats()
        return self._single(resource, query, rows) if resource.single else self._collection(resource, query, rows)

    def _company_rule(self, entity_set: EntitySet) -> list[Condition]:
        everywhere = self.request.query_params.get("cross-company", "").lower() == "true"
        if self.service.flavour != "d365" or everywhere or COMPANY not in entity_set.by_name:
            return []
        return [Condition(f'"{COMPANY}" = ?', (self.company,))]

    def _refuse_other_formats(self) -> None:
        """A gateway of v2 answers Atom XML to whoever does not ask for JSON; here that is refused with the reason."""
        asked = self.request.query_params.get("$format", self.request.headers.get("accept", ""))
        if self.service.version == 2 and "json" not in asked:
            raise RefusalError(406, "Only JSON is served: ask for it by $format=json or Accept: application/json.")

    def _single(self, resource: Resource, query: Query, rows: Rows) -> Response:
        if len(rows) == 0:
            raise not_found(resource.entity_set.name)
        text = render(self.tables, self.service, query.shape, rows[:1], self.root)
        if self.service.version == 2:
            return self._json(f'{{"d":{text}}}')
        context = json.dumps(f"{self._context_root()}#{resource.entity_set.name}/$entity")
        return self._json(f'{{"@odata.context":{context},{text[1:]}')

    def _collection(self, resource: Resource, query: Query, rows: Rows) -> Response:
        total = len(rows)
        wanted = rows[query.skip :] if query.top is None else rows[query.skip : query.skip + query.top]
        size = self.service.page if query.top is None else self.service.largest_page
        page = wanted[query.token : query.token + size]
        next_token = query.token + size if query.token + size < len(wanted) else None
        text = render(self.tables, self.service, query.shape, page, self.root)
        if self.service.version == 2:
            count = f',"__count":"{total}"' if query.counted else ""
            link = "" if next_token is None else f',"__next":{json.dumps(self._next_link(next_token))}'
            return self._json(f'{{"d":{{"results":[{text}]{count}{link}}}}}')
        context = json.dumps(f"{self._context_root()}#{resource.entity_set.name}")
        count = f'"@odata.count":{total},' if query.counted else ""
        link = "" if next_token is None else f',"@odata.nextLink":{json.dumps(self._next_link(next_token))}'
        return self._json(f'{{"@odata.context":{context},{count}"value":[{text}]{link}}}')

    def _next_link(self, token: int) -> str:
        """The request again from `token` on: absolute, but relative to the request in SAP's v4."""
        url = self.request.url
        kept = [part for part in url.query.split("&") if part and unquote(part.partition("=")[0]) != "$skiptoken"]
        query = "&".join([*kept, f"$skiptoken={token}"])
        if self.service.version == 4 and self.service.flavour == "sap":
            return f"{url.path.rpartition('/')[2]}?{query}"
        return f"{url.scheme}://{url.netloc}{url.path}?{query}"

    def _context_root(self) -> str:
        return f"{self.root}/$metadata" if self.service.flavour == "d365" else "$metadata"

    def _service_document(self) -> Response:
        names = [entity_set.name for entity_set in self.service.sets]
        if self.service.version == 2:
            return JSONResponse({"d": {"EntitySets": names}}, headers=self._headers())
        value = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
        document = {"@odata.context": self._context_root(), "value": value}
        return JSONResponse(document, headers=self._headers())

    def _json(self, text: str) -> Response:
        return Response(text, media_type=MEDIA_TYPES[self.service.flavour], headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return VERSION_HEADERS[self.service.version]
