"""How many rows a second the OData server gives on one core, over HTTP on loopback.

Belongs here: `python -m bench.simulator.odata`, the rows it serves, and the feeds it reads whole.
Server and client share one process, and CPU seconds are of both: what a core gives with its reader on the same core.
"""

import argparse
import http.client
import math
import sys
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import starlette

from bench.measure import alternate, cpu_seconds, keep, median, report, run_side
from simulator.serve.loopback import serving
from simulator.serve.odata import d365, sap
from simulator.serve.odata.auth import BasicGuard, Guard, TokenGuard
from simulator.serve.odata.model import EntitySet, Service
from simulator.serve.odata.server import odata_app

BAR = 20_000  # Rows a second on one core: the bar at scale 0.1.
ORDERS, ITEMS_EACH = 22_500, 5  # Purchase orders and lines of scale 0.1.
# Every row has an older version, replaced at CHANGED, and its own: half of the file is to be seen now.
CREATED, CHANGED, NOW = (datetime.fromisoformat(f"2026-0{month}-01T06:00:00") for month in (7, 8, 9))
PURCHASE_ORDERS = "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV"


@dataclass(frozen=True)
class Feed:
    """A question asked page by page; `rows` counts expanded rows too, `marker` stands once in every row's text."""

    system: str
    path: str
    options: dict[str, str]
    entries: int
    page: int
    rows: int
    marker: bytes


ITEMS = ORDERS * ITEMS_EACH
EXPAND = "to_PurchaseOrderItem/to_ScheduleLine,to_PurchaseOrderItem/to_AccountAssignment"
HALF = "datetimeoffset'2025-01-01T00:00:00Z'"
V4 = sap.PROVEN[-1].path
FEEDS = {
    "v2 order items": Feed(
        "sap", f"{PURCHASE_ORDERS}/A_PurchaseOrderItem", {"$format": "json"}, ITEMS, 1000, ITEMS, b'"__metadata"'
    ),
    "v2 orders with items, schedules and accounts": Feed(
        "sap",
        f"{PURCHASE_ORDERS}/A_PurchaseOrder",
        {"$format": "json", "$expand": EXPAND},
        ORDERS,
        1000,
        ORDERS + 3 * ITEMS,
        b'"__metadata"',
    ),
    "v2 orders changed since, sorted": Feed(
        "sap",
        f"{PURCHASE_ORDERS}/A_PurchaseOrder",
        {"$format": "json", "$filter": f"LastChangeDateTime ge {HALF}", "$orderby": "LastChangeDateTime desc"},
        ORDERS // 2,
        1000,
        ORDERS // 2,
        b'"__metadata"',
    ),
    "v4 order items": Feed("sap", f"{V4}/PurchaseOrderItem", {}, ITEMS, 1000, ITEMS, b'"PurchaseOrderItemText"'),
    "v4 order lines of Dynamics 365": Feed(
        "d365", "/data/PurchaseOrderLinesV2", {"cross-company": "true"}, ITEMS, 10_000, ITEMS, b'"LineDescription"'
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--feed", choices=list(FEEDS), help="read this feed once and report (one side of the whole)")
    parser.add_argument("--world", type=Path)
    arguments = parser.parse_args()
    if arguments.feed:
        read(FEEDS[arguments.feed], arguments.world)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_world(Path(folder))
        side = "bench.simulator.odata"
        runs = {name: (lambda name=name: run_side(side, "--feed", name, "--world", folder)) for name in FEEDS}
        samples = alternate(runs, arguments.times)
    goals = []
    for name, feed in FEEDS.items():
        speed = round(feed.rows / median(samples[name]))
        goals.append(
            {
                "goal": f"rows a second on one core: {name}",
                "figure": speed,
                "bar": f"at least {BAR}",
                "met": speed >= BAR,
            }
        )
        print(f"{speed:9,} rows a second on one core  {name}")
    versions = {
        "duckdb": duckdb.__version__,
        "pyarrow": pa.__version__,
        "python": sys.version.split()[0],
        "starlette": starlette.__version__,
    }
    keep("odata", {"served": {"alternations": arguments.times, "versions": versions, "goals": goals}})


def read(feed: Feed, world: Path) -> None:
    """Read a feed to its end, page by page, and report CPU. Raises AssertionError where a row is missing or doubled."""
    systems: dict[str, tuple[tuple[Service, ...], Guard]] = {
        "sap": (sap.SERVICES, BasicGuard("user", "password")),
        "d365": (d365.SERVICES, TokenGuard("client", "secret", requests=1_000_000)),
    }
    services, guard = systems[feed.system]
    with serving(odata_app(world / feed.system, services, guard, now=lambda: NOW)) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        headers = {"Authorization": authorization(connection, feed.system)}
        # The first page loads the tables: what is measured is serving.
        page(connection, feed, 0, headers)
        started, rows = cpu_seconds(), 0
        for number in range(math.ceil(feed.entries / feed.page)):
            rows += page(connection, feed, number * feed.page, headers).count(feed.marker)
        report(started, rows=rows)
        assert rows == feed.rows, f"{rows} rows were served, {feed.rows} are there"


def authorization(connection: http.client.HTTPConnection, system: str) -> str:
    if system == "sap":
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


def write_world(folder: Path) -> None:
    """Orders of 2024 and 2025, half each; five items an order, one schedule line and one account for each item."""
    orders = [f"45{number:08}" for number in range(ORDERS)]
    items = [(order, f"{10 * place:05}") for order in orders for place in range(1, ITEMS_EACH + 1)]
    keys = {
        "A_PurchaseOrder": {"PurchaseOrder": orders},
        "A_PurchaseOrderItem": {
            "PurchaseOrder": [order for order, _ in items],
            "PurchaseOrderItem": [i for _, i in items],
        },
        "A_PurchaseOrderScheduleLine": {
            "PurchasingDocument": [order for order, _ in items],
            "PurchasingDocumentItem": [item for _, item in items],
            "ScheduleLine": ["0001"] * ITEMS,
        },
        "A_PurOrdAccountAssignment": {
            "PurchaseOrder": [order for order, _ in items],
            "PurchaseOrderItem": [item for _, item in items],
            "AccountAssignmentNumber": ["01"] * ITEMS,
        },
    }
    service = next(service for service in sap.PROVEN if service.path == PURCHASE_ORDERS)
    for name, known in keys.items():
        write_set(folder / "sap", service.set_by_name[name], known)
    lines: dict[str, list[Any]] = {"dataAreaId": ["h7"] * ITEMS, "LineNumber": list(range(ITEMS))}
    write_set(folder / "d365", d365.SERVICE.set_by_name["PurchaseOrderLinesV2"], lines)


def write_set(folder: Path, entity_set: EntitySet, known: dict[str, list[Any]]) -> None:
    """A file with a value in every column, a row as long as a row can be, and two versions of each."""
    rows = len(next(iter(known.values())))
    columns = {}
    for each in entity_set.properties:
        type_, values = _filling(each.sql_type, rows)
        columns[each.name] = pa.array(known.get(each.name, values), type_)
    row = np.arange(rows).repeat(2)
    stamp = pa.timestamp("us")
    columns = {name: column.take(pa.array(row)) for name, column in columns.items()}
    columns |= {"_from": pa.array([CREATED, CHANGED] * rows, stamp), "_until": pa.array([CHANGED, None] * rows, stamp)}
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / f"{entity_set.name}.parquet")


def _filling(sql_type: str, rows: int) -> tuple[pa.DataType, list[Any]]:
    if sql_type.startswith("DECIMAL"):
        precision, scale = map(int, sql_type[8:-1].split(","))
        unit = Decimal(1).scaleb(-scale)
        return pa.decimal128(precision, scale), [unit * (number % 90 + 1) for number in range(rows)]
    if sql_type in ("DATE", "TIMESTAMP", "TIME"):
        first = datetime(2024, 7, 2, tzinfo=UTC)
        if sql_type == "DATE":
            return pa.date32(), [date(2025, 1, 1)] * rows
        if sql_type == "TIME":
            return pa.time32("s"), [(first + timedelta(hours=7)).time()] * rows
        half = datetime(2025, 1, 1, tzinfo=UTC) - timedelta(minutes=rows // 2)
        return pa.timestamp("ms", tz="UTC"), [half + timedelta(minutes=number) for number in range(rows)]
    plain = {"BOOLEAN": (pa.bool_(), True), "BIGINT": (pa.int64(), 1)}
    type_, value = plain.get(sql_type, (pa.string(), "V1"))
    return type_, [value] * rows


if __name__ == "__main__":
    main()
