"""How many rows a second the OData servers give of a made world on one core, over HTTP on loopback.

Belongs here: `python -m bench.simulator.odata`, and the feeds that it reads whole from a world of scale 0.1 (or --world).
Server and client share one process, and CPU seconds are of both: what a core gives with its reader on the same core.
"""

import argparse
import http.client
import math
import sys
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import duckdb
import pyarrow as pa
import starlette

from bench.measure import alternate, cpu_seconds, keep, median, report, run_side
from simulator.making import make
from simulator.serve.clock import START
from simulator.serve.loopback import serving
from simulator.serve.odata import d365, sap
from simulator.serve.odata.auth import BasicGuard, Guard, TokenGuard
from simulator.serve.odata.model import Service
from simulator.serve.odata.server import odata_app

BAR, SCALE = 20_000, 0.1  # Rows a second on one core: the bar at that scale.
PURCHASE_ORDERS = "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV"
CHANGED_SINCE = "2025-10-01T00:00:00"


@dataclass(frozen=True)
class Feed:
    """A question asked page by page. The rows that stand at the clock in `files` are the answer, the first file's are the
    entries that are paged; `marker` stands once in every row's text."""

    system: str
    path: str
    options: dict[str, str]
    files: tuple[str, ...]
    page: int
    marker: bytes
    condition: str = "true"


ORDER_FILES = (
    "A_PurchaseOrder", "A_PurchaseOrderItem", "A_PurchaseOrderScheduleLine", "A_PurOrdAccountAssignment"
)  # fmt: skip
EXPAND = "to_PurchaseOrderItem/to_ScheduleLine,to_PurchaseOrderItem/to_AccountAssignment"
V4 = sap.PROVEN[-1].path
FEEDS = {
    "v2 order items": Feed(
        "sap_s4", f"{PURCHASE_ORDERS}/A_PurchaseOrderItem", {"$format": "json"}, ("A_PurchaseOrderItem",), 1000,
        b'"__metadata"',
    ),
    "v2 orders with items, schedules and accounts": Feed(
        "sap_s4", f"{PURCHASE_ORDERS}/A_PurchaseOrder", {"$format": "json", "$expand": EXPAND}, ORDER_FILES, 1000,
        b'"__metadata"',
    ),
    "v2 orders changed since, sorted": Feed(
        "sap_s4", f"{PURCHASE_ORDERS}/A_PurchaseOrder",
        {
            "$format": "json", "$filter": f"LastChangeDateTime ge datetimeoffset'{CHANGED_SINCE}Z'",
            "$orderby": "LastChangeDateTime desc",
        },
        ("A_PurchaseOrder",), 1000, b'"__metadata"', f"LastChangeDateTime >= TIMESTAMP '{CHANGED_SINCE}'",
    ),
    "v4 order items": Feed(
        "sap_s4", f"{V4}/PurchaseOrderItem", {}, ("A_PurchaseOrderItem",), 1000, b'"PurchaseOrderItemText"'
    ),
    "v4 order lines of Dynamics 365": Feed(
        "d365", "/data/PurchaseOrderLinesV2", {"cross-company": "true"}, ("PurchaseOrderLinesV2",), 10_000,
        b'"LineDescription"',
    ),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--feed", choices=list(FEEDS), help="read this feed once and report (one side of the whole)")
    parser.add_argument("--world", type=Path, help=f"a world that is there; without one, one of scale {SCALE} is made")
    arguments = parser.parse_args()
    if arguments.feed:
        read(FEEDS[arguments.feed], arguments.world)
    elif arguments.world:
        measure(arguments.world, arguments.times)
    else:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), seed=1, scale=SCALE)
            keep("odata", {"served": measure(Path(folder), arguments.times)})


def measure(world: Path, times: int) -> dict[str, object]:
    """Every feed so many times, alternating; prints the median of each, and returns them with their bar."""
    side = "bench.simulator.odata"
    runs = {name: (lambda name=name: run_side(side, "--feed", name, "--world", world)) for name in FEEDS}
    samples = alternate(runs, times)
    goals = []
    for name in FEEDS:
        speed = round(samples[name][0]["rows"] / median(samples[name]))
        goal = f"rows a second on one core: {name}"
        goals.append({"goal": goal, "figure": speed, "bar": f"at least {BAR}", "met": speed >= BAR})
        print(f"{speed:9,} rows a second on one core  {name} ({samples[name][0]['rows']:,} rows)")
    versions = {
        "duckdb": duckdb.__version__,
        "pyarrow": pa.__version__,
        "python": sys.version.split()[0],
        "starlette": starlette.__version__,
    }
    return {"alternations": times, "scale": SCALE, "versions": versions, "goals": goals}


def read(feed: Feed, world: Path) -> None:
    """Read a feed to its end, page by page, and report CPU. Raises AssertionError where a row is missing or doubled."""
    systems: dict[str, tuple[tuple[Service, ...], Guard]] = {
        "sap_s4": (sap.SERVICES, BasicGuard("user", "password")),
        "d365": (d365.SERVICES, TokenGuard("client", "secret", requests=1_000_000)),
    }
    services, guard = systems[feed.system]
    folder = world / "systems" / feed.system
    counts = [standing(folder / f"{file}.parquet", feed.condition) for file in feed.files]
    with serving(odata_app(folder, services, guard, now=lambda: START)) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        headers = {"Authorization": authorization(connection, feed.system)}
        # The first page loads the tables: what is measured is serving.
        page(connection, feed, 0, headers)
        started, rows = cpu_seconds(), 0
        for number in range(math.ceil(counts[0] / feed.page)):
            rows += page(connection, feed, number * feed.page, headers).count(feed.marker)
        report(started, rows=rows)
        assert rows == sum(counts), f"{rows} rows were served, {sum(counts)} are there"


def standing(file: Path, condition: str) -> int:
    """How many rows of a file stand at the clock."""
    holds = f"_from <= TIMESTAMP '{START}' AND (_until IS NULL OR _until > TIMESTAMP '{START}')"
    return int(duckdb.sql(f"SELECT count(*) FROM '{file}' WHERE {holds} AND {condition}").fetchall()[0][0])


def authorization(connection: http.client.HTTPConnection, system: str) -> str:
    if system == "sap_s4":
        return "Basic " + b64encode(b"user:password").decode()
    form = {"grant_type": "client_credentials", "client_id": "client", "client_secret": "secret"}
    body = urlencode({**form, "scope": "https://simulated/.default"})
    connection.request("POST", "/tenant/oauth2/v2.0/token", body)
    return "Bearer " + connection.getresponse().read().decode().rpartition('access_token":"')[2].rstrip('"}')


def page(connection: http.client.HTTPConnection, feed: Feed, token: int, headers: dict[str, str]) -> bytes:
    query = "&".join(f"{name}={quote(value)}" for name, value in {**feed.options, "$skiptoken": str(token)}.items())
    connection.request("GET", f"{feed.path}?{query}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body[:500]
    return body


if __name__ == "__main__":
    main()
