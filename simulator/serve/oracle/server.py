"""Oracle Fusion's REST framework over HTTP: routes, envelopes and pages of the resources of one system.

Belongs here: one Starlette application. Faults come as ASGI middleware around it, from elsewhere. Not here: what the
parameters mean (`parameters.py`, `queries.py`), documents as text (`rendering.py`). Children are arrays, as framework
versions 1 and 2 show them; a client that asks for a later version is refused.
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.serve.odata.auth import Guard
from simulator.serve.oracle.documents import Documents, Relation, WorldError
from simulator.serve.oracle.model import Resource
from simulator.serve.oracle.parameters import read_parameters
from simulator.serve.oracle.queries import Condition
from simulator.serve.oracle.refusals import RefusalError, malformed, not_found, refusal_response
from simulator.serve.oracle.rendering import key_text, render

BASE = "/fscmRestApi/resources/11.13.18.05"
COLLECTION, ITEM = "resourcecollection", "resourceitem"


def oracle_app(folder: Path, resources: tuple[Resource, ...], guard: Guard, now: Callable[[], datetime]) -> Starlette:
    """The application of one system over a folder of `<resource>.parquet`, as it is seen at the time `now()`."""
    documents = Documents(folder, now)
    by_name = {resource.name: resource for resource in resources}
    answer = partial(_answer, documents, by_name, guard)
    return Starlette(routes=[*guard.routes(), Route(BASE + "/{path:path}", answer)])


def _answer(documents: Documents, resources: dict[str, Resource], guard: Guard, request: Request) -> Response:
    if guard.refuse(request) is not None:
        return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="Oracle Fusion Applications"'})
    try:
        return _Request(documents, resources, request).answer()
    except RefusalError as refusal:
        return refusal_response(refusal)
    except WorldError as error:
        return refusal_response(RefusalError(500, str(error)))


class _Request:
    """One request, answered from the documents. Walks its path: each step narrows the rows and lengthens the address."""

    def __init__(self, documents: Documents, resources: dict[str, Resource], request: Request) -> None:
        self.documents, self.resources, self.request = documents, resources, request
        # With the path that the application is mounted at: every address in an answer leads back through it.
        mounted = request.scope.get("root_path", "")
        self.base = f"{request.url.scheme}://{request.url.netloc}{mounted}{BASE}"

    def answer(self) -> Response:
        version = self.request.headers.get("rest-framework-version", "1")
        if version not in ("1", "2"):
            raise malformed(f"REST-Framework-Version {version} is not served: 1 and 2 are.")
        name, *steps = self.request.path_params["path"].strip("/").split("/")
        if name not in self.resources:
            raise not_found(f"The resource {name}")
        resource = self.resources[name]
        if steps == ["describe"]:
            return JSONResponse({"Resources": {name: _description(resource)}})
        relation, address = self.documents.table(resource), f"{self.base}/{name}"
        while len(steps) > 2 and steps[1] == "child":
            key, _, child, *steps = steps
            relation, resource, address = self._below(relation, resource, key, child, address)
        if len(steps) > 1:
            raise not_found("/".join(steps))
        return self._item(relation, resource, steps[0], address) if steps else self._page(relation, resource, address)

    def _below(
        self, relation: Relation, resource: Resource, key: str, child: str, address: str
    ) -> tuple[Relation, Resource, str]:
        """The children of one item as a relation of their own."""
        if child not in resource.child_by_name:
            raise not_found(f"The child {child} of {resource.name}")
        rows = self.documents.select(relation, _by_key(resource, key), "")
        if not len(rows):
            raise not_found(f"{resource.name} {key}")
        item = f'SELECT unnest("{child}") AS _item, generate_subscripts("{child}", 1) - 1 AS _row FROM {relation.sql}'
        sql = f"(SELECT _row, unnest(_item) FROM ({item} WHERE _row = {int(rows[0])}))"
        below = Relation(sql, relation.values, relation.state)
        return below, resource.child_by_name[child], f"{address}/{key}/child/{child}"

    def _item(self, relation: Relation, resource: Resource, key: str, address: str) -> Response:
        wanted = read_parameters(dict(self.request.query_params), resource, is_item=True)
        rows = self.documents.select(relation, _by_key(resource, key), "")
        if not len(rows):
            raise not_found(f"{resource.name} {key}")
        return self._json(render(self.documents, relation, wanted.shape, rows, address), ITEM)

    def _page(self, relation: Relation, resource: Resource, address: str) -> Response:
        wanted = read_parameters(dict(self.request.query_params), resource, is_item=False)
        rows = self.documents.select(relation, wanted.condition, wanted.order)
        page = rows[wanted.offset : wanted.offset + wanted.limit]
        # Known to be unreliable: behind an offset a full page says that there is more, whether there is or not.
        has_more = len(page) == wanted.limit if wanted.offset else len(page) < len(rows)
        head: dict[str, Any] = {"totalResults": len(rows)} if wanted.is_counted else {}
        head |= {"count": len(page), "hasMore": has_more, "limit": wanted.limit, "offset": wanted.offset}
        head["links"] = [{"rel": "self", "href": address, "name": resource.name, "kind": "collection"}]
        items = render(self.documents, relation, wanted.shape, page, address)
        return self._json(f'{{"items":[{items}],{json.dumps(head)[1:]}', COLLECTION)

    def _json(self, text: str, kind: str) -> Response:
        plain = "application/json" in self.request.headers.get("accept", "")
        media_type = "application/json" if plain else f"application/vnd.oracle.adf.{kind}+json"
        return Response(text, media_type=media_type, headers={"REST-Framework-Version": "1"})


def _by_key(resource: Resource, key: str) -> Condition:
    return Condition(f"{key_text(resource)} = ?", (key,))


def _description(resource: Resource) -> dict[str, Any]:
    """What the framework says of a resource: its attributes with their types, and its children."""
    kinds = {"DateTime": "datetime"}
    attributes = [
        {"name": each.name, "type": kinds.get(each.kind, each.kind.lower()), "queryable": True}
        for each in resource.attributes
    ]
    return {"attributes": attributes, "children": {child.name: _description(child) for child in resource.children}}
