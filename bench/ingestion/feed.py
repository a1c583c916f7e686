"""A feed of purchase orders as an OData service gives it: pages of 1,000 orders with 5 lines each, over local HTTP.

Belongs here: what the pages hold and the process that serves them. Not here: who reads them.

`python -m bench.ingestion.feed` prints its address, then serves: /orders?pages=40 is the first of 40 pages.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

ORDERS, LINES = 1_000, 5
LINES_PER_PAGE = ORDERS * LINES
# One order a page breaks a rule of the contract (a negative quantity): quarantine has work to do.
BAD_ORDER = 500
# Stands for the page's number in the one page that is rendered, and for the revision of a changed order.
PAGE, REVISION = b"@@@@", b"##"


def line(order: int, number: int) -> dict:
    seed = order * LINES + number
    quantity = Decimal(seed % 4000 + 1) / 8
    price = Decimal(seed % 99_991 + 1) / 100
    return {
        "PurchaseOrder": f"45@@@@{order:04d}",
        "PurchaseOrderItem": f"{number * 10:05d}",
        "PurchaseOrderItemText": f"CATH BALLOON PTA {seed % 97}MMX{seed % 40}CM OTW",
        "Plant": f"{1000 + seed % 7}",
        "StorageLocation": f"S{seed % 30:03d}",
        "MaterialGroup": f"MG{seed % 120:04d}",
        "Material": f"MAT-{seed % 6000:08d}",
        "SupplierMaterialNumber": f"{seed % 6000 * 37:010d}",
        "OrderQuantity": str(-quantity if order == BAD_ORDER and number == 3 else quantity),
        "PurchaseOrderQuantityUnit": ("EA", "BX", "CS")[seed % 3],
        "NetPriceAmount": str(price),
        "NetPriceQuantity": "1",
        "TaxCode": "I0",
        "AccountAssignmentCategory": "K",
        "CostCenter": f"CC{seed % 400:06d}",
        "GLAccount": f"{600000 + seed % 50}",
        "IsCompletelyDelivered": seed % 4 == 0,
        "IsFinallyInvoiced": seed % 5 == 0,
        "ScheduleLineDeliveryDate": f"2026-0{seed % 9 + 1}-{seed % 28 + 1:02d}",
        "RequisitionerName": f"REQ{seed % 300:04d}" if seed % 3 else None,
    }


def order(number: int) -> dict:
    return {
        "PurchaseOrder": f"45@@@@{number:04d}",
        "PurchaseOrderType": ("NB", "UB", "FO")[number % 3],
        "CompanyCode": "1010",
        "PurchasingOrganization": "1010",
        "PurchasingGroup": f"{number % 20:03d}",
        "Supplier": f"{10_300_000 + number % 900:010d}",
        "DocumentCurrency": "USD",
        "PaymentTerms": f"NT{number % 4 * 15 + 15}",
        "PurchaseOrderDate": f"2026-0{number % 9 + 1}-{number % 28 + 1:02d}",
        "CreatedByUser": f"BUYER{number % 60:04d}",
        "LastChangeDateTime": f"2026-09-{number % 28 + 1:02d}T{number % 24:02d}:30:15.##0000Z",
        "to_PurchaseOrderItem": [line(number, position) for position in range(1, LINES + 1)],
    }


def page_template(orders: int = ORDERS) -> bytes:
    return json.dumps({"value": [order(number) for number in range(orders)]}, separators=(",", ":")).encode()


class Service(BaseHTTPRequestHandler):
    """GET /orders?pages=N[&page=I][&orders=K][&revision=R]: page I of N; with `orders`, only the page's first K."""

    protocol_version = "HTTP/1.1"
    templates: ClassVar[dict[int, bytes]] = {}

    def do_GET(self) -> None:
        asked = {name: int(values[0]) for name, values in parse_qs(urlsplit(self.path).query).items()}
        orders, page = asked.get("orders", ORDERS), asked.get("page", 0)
        if orders not in self.templates:
            self.templates[orders] = page_template(orders)
        body = (
            self.templates[orders].replace(PAGE, b"%04d" % page).replace(REVISION, b"%02d" % asked.get("revision", 0))
        )
        if page + 1 < asked["pages"]:
            host, port = self.server.server_address[:2]
            following = f'"@odata.nextLink":"http://{host}:{port}/orders?pages={asked["pages"]}&page={page + 1}",'
            body = b"{" + following.encode() + body[1:]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a line a page would only cost time."""


@contextmanager
def running_feed() -> Iterator[str]:
    """The address of a feed in a process of its own: what it costs to serve is nobody's cost."""
    command = [sys.executable, "-m", "bench.ingestion.feed"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    print(f"http://127.0.0.1:{server.server_address[1]}/orders", flush=True)
    server.serve_forever()
