"""A FHIR R4 server over a store of versions: search, bulk export, backend services, faults on demand.

Belongs here: routes, headers, the command line. The answers are modelled on recordings of the SMART bulk data server.
Not here: search (`search.py`), export jobs (`exports.py`), tokens (`auth.py`), faults (`faults.py`), data (`store.py`).

`python -m simulator.fhir.server --data FOLDER` serves NDJSON files with the machine's clock; with `--world FOLDER
--system ehr` it serves an EHR of a world of the demo network, as the world's clock has it. It prints one line of JSON
with the addresses, then serves until stopped.
Control, for tests: GET, POST, DELETE /_fault and, where the server has a clock of its own, GET, POST /_state.
"""

import argparse
import gzip
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.fhir.auth import Authorization, OAuthError, TokenRefusedError
from simulator.fhir.capabilities import SERVED_TYPES, capability_statement, smart_configuration
from simulator.fhir.exports import Exports, ExportSettings
from simulator.fhir.faults import ConnectionCutError, Faults, FaultyTransport, target_of
from simulator.fhir.ndjson import store_ndjson
from simulator.fhir.outcomes import FhirResponse, RefusalError, oauth_error, outcome_response
from simulator.fhir.search import decode_page, read_search, search_bundle
from simulator.fhir.store import MachineClock, Store, UnknownResourceError, format_instant, parse
from simulator.serve.clock import Clock
from simulator.serve.loopback import listening
from simulator.serve.loopback import server as web_server

Endpoint = Callable[[Request], Response]


class FhirServer:
    """The endpoints over one store. `authorization` None means that no token is asked for.

    `clock` is the server's own, which a test moves; without one the store's time is somebody else's.
    """

    def __init__(
        self,
        store: Store,
        authorization: Authorization | None,
        exports: ExportSettings,
        largest_count: int = 200,
        relative_links: bool = False,
        clock: MachineClock | None = None,
    ) -> None:
        self.store, self.authorization, self.clock = store, authorization, clock
        self.faults = Faults()
        self.exports = Exports(store, self.faults, exports, secure=authorization is not None)
        self.largest_count, self.relative_links = largest_count, relative_links

    def application(self) -> Starlette:
        guarded = self._guarded
        # What reads the store is no coroutine: it runs in a thread, and other systems of the process go on answering.
        routes = [
            Route("/fhir/.well-known/smart-configuration", self.smart_configuration),
            Route("/fhir/metadata", self.capability_statement),
            Route("/auth/token", self.token, methods=["POST"], name="token"),
            Route("/fhir/$export", guarded(self.kick_off)),
            Route("/fhir/bulkstatus/{id}", guarded(self.export_status), methods=["GET", "DELETE"]),
            Route("/fhir/bulkfiles/{id}/{name}", guarded(self.export_file)),
            Route("/fhir/{type}", guarded(self.search)),
            Route("/_fault", self.fault_control, methods=["GET", "POST", "DELETE"]),
        ]
        if self.clock:
            routes.append(Route("/_state", self.state_control, methods=["GET", "POST"]))
        return Starlette(
            routes=routes,
            middleware=[Middleware(FaultyTransport, faults=self.faults)],
            exception_handlers={RefusalError: _refuse, TokenRefusedError: _refuse_token},
        )

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        def with_token(request: Request) -> Response:
            if self.authorization is not None:
                if "authorization" not in request.headers:
                    raise RefusalError(401, "Authentication is required", "login")
                self.authorization.check(request.headers["authorization"])
            return endpoint(request)

        return with_token

    async def smart_configuration(self, request: Request) -> Response:
        return JSONResponse(smart_configuration(str(request.url_for("token"))))

    async def capability_statement(self, request: Request) -> Response:
        types = sorted(SERVED_TYPES | set(self.store.types()))
        return FhirResponse(capability_statement(_base(request), format_instant(self.store.now()), types))

    async def token(self, request: Request) -> Response:
        if self.authorization is None:
            return oauth_error("invalid_request", "This server is open: call it without a token")
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return oauth_error("invalid_request", "Invalid request content-type header")
        form = dict(parse_qsl((await request.body()).decode()))
        self.authorization.token_url = str(request.url_for("token"))
        try:
            return JSONResponse(self.authorization.issue(form), headers={"Cache-Control": "no-store"})
        except OAuthError as error:
            return oauth_error(error.error, str(error))

    def search(self, request: Request) -> Response:
        type_ = request.path_params["type"]
        if type_ not in SERVED_TYPES and type_ not in self.store.types():
            raise RefusalError(404, f"Unknown resource type {type_!r}", "not-supported")
        parameters, offset = list(request.query_params.multi_items()), 0
        if "_page" in request.query_params:
            parameters, offset = decode_page(request.query_params["_page"])
        strict = "handling=strict" in request.headers.get("prefer", "")
        search = read_search(type_, parameters, self.largest_count, strict)
        base = _base(request)
        link_base = f"{request.scope.get('root_path', '')}/fhir" if self.relative_links else base
        return FhirResponse(
            search_bundle(self.store, self.faults, _target(request), base, link_base, search, (parameters, offset))
        )

    def kick_off(self, request: Request) -> Response:
        if "respond-async" not in request.headers.get("prefer", ""):
            raise RefusalError(400, "The Prefer header must be respond-async", "required")
        job = self.exports.kick_off(dict(request.query_params), str(request.url))
        location = f"{_base(request)}/bulkstatus/{job.id}"
        text = f'Your request has been accepted. You can check its status at "{location}"'
        return outcome_response(202, text, severity="information", headers={"Content-Location": location})

    def export_status(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        if request.method == "DELETE":
            self.exports.cancel(id_)
            return outcome_response(202, "The procedure was canceled", severity="information")
        job, percent = self.exports.poll(id_, _base(request), _target(request))
        if percent < 100:
            progress = {"X-Progress": f"{percent}% complete, Please wait..."}
            return Response(status_code=202, headers=progress | {"Retry-After": str(self.exports.settings.retry_after)})
        expires = self.exports.expires_at(job).strftime("%a, %d %b %Y %H:%M:%S GMT")
        return JSONResponse(job.manifest, headers={"Expires": expires}, media_type="application/json; charset=utf-8")

    def export_file(self, request: Request) -> Response:
        body = self.exports.file(request.path_params["id"], request.path_params["name"], _target(request))
        headers = {"Content-Disposition": "attachment"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            body, headers = gzip.compress(body, 1), headers | {"Content-Encoding": "gzip"}
        return Response(body, headers=headers, media_type="application/fhir+ndjson")

    async def fault_control(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            try:
                self.faults.add(await request.json())
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(self.faults.listed())

    async def state_control(self, request: Request) -> Response:
        """POST {"upsert": [resource], "keep_meta": false, "delete": ["Type/id"], "advance_seconds": 0}."""
        changed = []
        if request.method == "POST":
            wanted = parse(await request.body())
            cast(MachineClock, self.clock).advance(float(wanted.get("advance_seconds", 0)))
            try:
                for resource in wanted.get("upsert", []):
                    changed.append(parse(self.store.upsert(resource, wanted.get("keep_meta", False))))
                for reference in wanted.get("delete", []):
                    self.store.delete(*reference.split("/"))
            except UnknownResourceError as error:
                return JSONResponse({"error": f"{error} is not there"}, 404)
        now = format_instant(self.store.now())
        return FhirResponse({"now": now, "counts": self.store.counts(), "upserted": changed})


def _base(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/fhir"


def _target(request: Request) -> str:
    return target_of(request.scope)


def _is_not_a_cut_connection(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ConnectionCutError))


async def _refuse(request: Request, refusal: Exception) -> Response:
    asked = cast(RefusalError, refusal)  # Starlette hands over what was registered.
    return outcome_response(asked.status, asked.diagnostics, asked.code, headers=asked.headers)


async def _refuse_token(request: Request, refusal: Exception) -> Response:
    return Response(str(refusal), 401, headers={"WWW-Authenticate": "Bearer"}, media_type="text/html")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve FHIR R4 resources on 127.0.0.1.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="folder with *.ndjson files")
    source.add_argument("--world", type=Path, help="world of the demo network, with systems/<system>/<Type>.parquet")
    parser.add_argument("--system", choices=["ehr", "ehr_h7"], default="ehr", help="which EHR of the world")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--jwks", type=Path, help="public key set of the client; without it no token is asked for")
    parser.add_argument("--client-id", default="parline", help="iss and sub of the client's assertions")
    parser.add_argument("--token-seconds", type=int, default=300, help="life of an access token")
    parser.add_argument("--polls", type=int, default=2, help="polls answered 202 before an export is complete")
    parser.add_argument("--retry-after", type=int, default=1, help="seconds that a 202 asks to wait")
    parser.add_argument("--rows-per-file", type=int, default=500, help="resources in one export file")
    parser.add_argument("--export-seconds", type=int, default=3600, help="life of an export's files")
    parser.add_argument("--largest-count", type=int, default=200, help="most entries of a search page")
    parser.add_argument("--relative-links", action="store_true", help="paging links without scheme and host")
    parser.add_argument(
        "--fault", action="append", default=[], help='JSON as for POST /_fault: {"name": "slow-answer"}'
    )
    return parser.parse_args()


def _server(arguments: argparse.Namespace, made: Path) -> FhirServer:
    """The server that the arguments describe; `made` is a folder for what is made of NDJSON files."""
    clock = None
    if arguments.data:
        if not any(arguments.data.glob("*.ndjson")):
            raise SystemExit(f"{arguments.data} holds no *.ndjson file; make some with python -m simulator.fhir.world")
        clock = MachineClock()
        store_ndjson(arguments.data, made, clock.now())
        store = Store(made, clock.now)
    else:
        folder = arguments.world / "systems" / arguments.system
        if not folder.is_dir():
            raise SystemExit(f"{folder} is not there: make a world with python -m simulator.network")
        store = Store(folder, Clock(arguments.world).now)
    authorization = None
    if arguments.jwks:
        authorization = Authorization.from_jwks_file(arguments.client_id, arguments.jwks, arguments.token_seconds)
    settings = ExportSettings(arguments.polls, arguments.retry_after, arguments.rows_per_file, arguments.export_seconds)
    return FhirServer(store, authorization, settings, arguments.largest_count, arguments.relative_links, clock)


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as made:
        server = _server(arguments, Path(made))
        for description in arguments.fault:
            server.faults.add(json.loads(description))
        listener, root = listening(arguments.port)
        addresses = {"base_url": f"{root}/fhir", "token_url": f"{root}/auth/token", "control_url": root}
        # The listener is bound: a client that connects on reading this line waits in the backlog at worst.
        print(json.dumps(addresses | {"pid": os.getpid(), "counts": server.store.counts()}), flush=True)
        # A connection cut on purpose is not worth a traceback.
        logging.getLogger("uvicorn.error").addFilter(_is_not_a_cut_connection)
        web_server(server.application()).run(sockets=[listener])


if __name__ == "__main__":
    main()
