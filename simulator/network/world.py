"""The whole network of one seed and scale, and its truth as Parquet with a manifest of counts and logical hashes.

Belongs here: the order in which the parts are made, and the truth's tables. Not here: what source systems show of it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.network.calendar import CLOSED_MONTHS, LAST_DAY, MONTHS, month_start
from simulator.network.chart import JOB_FAMILIES, accounts
from simulator.network.columns import dates, decimals, logical_hash, money, numbered, pick
from simulator.network.items import Items, make_items
from simulator.network.labor import PAY_CODES, Labor, make_labor
from simulator.network.ledger import post
from simulator.network.payables import CLEAN, LINE_FAULTS, Invoices, Payments, make_invoices, make_payments
from simulator.network.places import SITES, CostCenter, Location, cost_centers, locations
from simulator.network.purchasing import Orders, Receipts, order_lines, receipt_lines
from simulator.network.stock import Flows, LocationItems, make_location_items, simulate
from simulator.network.streams import Ints, Streams
from simulator.network.suppliers import Suppliers, make_suppliers

GENERATOR_VERSION = "1"


@dataclass(frozen=True)
class World:
    """Everything that happened, as the network itself would know it if it knew everything."""

    seed: int
    scale: float
    centers: list[CostCenter]
    locations: list[Location]
    suppliers: Suppliers
    items: Items
    kept: LocationItems
    flows: Flows
    orders: Orders
    receipts: Receipts
    invoices: Invoices
    payments: Payments
    labor: Labor
    ledger: pa.Table


def make_world(seed: int, scale: float) -> World:
    """The same world for the same seed and scale."""
    streams = Streams(seed)
    centers = cost_centers()
    places = locations(centers)
    suppliers = make_suppliers(streams, scale)
    items = make_items(streams, scale, suppliers)
    kept = make_location_items(streams, scale, items, places)
    flows = simulate(streams, scale, kept, items, suppliers)
    orders, line_of_stock = order_lines(streams, scale, items, kept, flows, centers, places)
    receipts = receipt_lines(streams, orders, flows, line_of_stock, suppliers)
    invoices = make_invoices(streams, items, orders, receipts, suppliers)
    payments = make_payments(streams, invoices, suppliers)
    labor = make_labor(streams, scale, centers)
    ledger = post(items, kept, flows, orders, receipts, invoices, payments, labor, centers, places)
    return World(
        seed, scale, centers, places, suppliers, items, kept, flows, orders, receipts, invoices, payments, labor, ledger
    )  # fmt: skip


def truth_tables(world: World) -> dict[str, pa.Table]:
    """What no connector can reach: golden records, every document, the fault of each, stock as it physically is."""
    return {name: make(world) for name, make in TRUTH.items()}


def write_truth(world: World, folder: Path) -> dict[str, object]:
    """Write the truth's tables and `manifest.json` into a folder; returns the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, dict[str, object]] = {}
    # One at a time: at scale 1 all of them together would not fit.
    for name, make in TRUTH.items():
        table = make(world)
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        counts[name] = {"rows": table.num_rows, "logical_hash": logical_hash(table)}
    manifest = {
        "generator": GENERATOR_VERSION,
        "seed": world.seed,
        "scale": world.scale,
        "first_day": month_start(1).isoformat(),
        "fiscal_months": MONTHS,
        "closed_months": CLOSED_MONTHS,
        "tables": counts,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def _order_lines(world: World) -> pa.Table:
    orders, items = world.orders, world.items
    return pa.table(
        {
            "po_number": numbered("PO", orders.order + 1, 8),
            "line": pa.array(orders.line),
            "order_date": dates(orders.day),
            "site": pick([site.code for site in SITES], orders.site),
            "supplier_id": _named(world.suppliers.table, "supplier_id", orders.supplier),
            "item_id": _named(items.table, "item_id", orders.item),
            "packs": pa.array(orders.packs),
            "eaches_per_pack": pa.array(items.pack[orders.item]),
            "price": decimals(orders.price, 18, 4),
            "contract_price": decimals(orders.contract_price, 18, 4),
            "is_price_wrong": pa.array(orders.is_price_wrong),
            "location": _maybe([place.code for place in world.locations], _location_of(world)),
            "cost_center": _maybe([center.code for center in world.centers], orders.cost_center),
        }
    )


def _location_of(world: World) -> Ints:
    place = world.orders.place
    return np.where(place < 0, -1, world.kept.location[np.maximum(place, 0)])


def _receipt_lines(world: World) -> pa.Table:
    receipts, orders = world.receipts, world.orders
    return pa.table(
        {
            "receipt_number": numbered("GR", receipts.receipt + 1, 8),
            "receipt_line": pa.array(_number_in_document(receipts.receipt)),
            "po_number": numbered("PO", orders.order[receipts.line] + 1, 8),
            "line": pa.array(orders.line[receipts.line]),
            "arrived_date": dates(receipts.arrived),
            "posted_date": dates(receipts.posted),
            "packs": pa.array(receipts.packs),
            "is_late": pa.array(receipts.is_late),
        }
    )


def _invoices(world: World) -> pa.Table:
    invoices = world.invoices
    number = np.arange(len(invoices.day), dtype=np.int64) + 1
    return pa.table(
        {
            "invoice_id": numbered("IV", number, 8),
            "supplier_id": _named(world.suppliers.table, "supplier_id", invoices.supplier),
            "site": pick([site.code for site in SITES], invoices.site),
            "invoice_date": dates(invoices.day),
            "posted_date": dates(invoices.posted),
            "freight": money(invoices.freight),
            "tax": money(invoices.tax),
            "gross": money(invoices.gross),
            "is_freight_wrong": pa.array(invoices.is_freight_wrong),
            "is_tax_wrong": pa.array(invoices.is_tax_wrong),
            "is_before_receipt": pa.array(invoices.is_early),
            "is_altered": pa.array(invoices.is_altered),
            "copy_of": _maybe_numbered("IV", invoices.copy_of, 8),
            "payment_id": _maybe_numbered("PY", world.payments.payment_of, 7),
        }
    )


def _invoice_lines(world: World) -> pa.Table:
    """One row per invoice line, the clean ones too."""
    invoices, orders = world.invoices, world.orders
    has_order = invoices.order_line >= 0
    line = np.maximum(invoices.order_line, 0)
    is_copy = invoices.copy_of[invoices.invoice] >= 0
    codes = [CLEAN, *LINE_FAULTS, "DUPLICATE_SUSPECT", "NO_ORDER"]
    code = np.where(is_copy, len(codes) - 2, np.where(has_order, invoices.fault, len(codes) - 1))
    at = np.maximum(invoices.receipt_line, 0)
    receipt = np.where(invoices.receipt_line >= 0, world.receipts.receipt[at], -1)
    return pa.table(
        {
            "invoice_id": numbered("IV", invoices.invoice + 1, 8),
            "po_number": _maybe_numbered("PO", np.where(has_order, orders.order[line], -1), 8),
            "line": pa.array(np.where(has_order, orders.line[line], 0)),
            "receipt_number": _maybe_numbered("GR", receipt, 8),
            "receipt_line": pa.array(np.where(receipt >= 0, _number_in_document(world.receipts.receipt)[at], 0)),
            "packs": pa.array(invoices.packs),
            "price": decimals(invoices.price, 18, 4),
            "amount": money(invoices.amount),
            "code": pick(codes, code),
        }
    )


def _number_in_document(document: Ints) -> Ints:
    """From 1 within each document; lines of a document stand together."""
    starts = np.flatnonzero(np.r_[True, document[1:] != document[:-1]])
    return np.arange(len(document)) - np.repeat(starts, np.diff(np.r_[starts, len(document)])) + 1


def _payments(world: World) -> pa.Table:
    payments = world.payments
    return pa.table(
        {
            "payment_id": numbered("PY", np.arange(len(payments.day), dtype=np.int64) + 1, 7),
            "supplier_id": _named(world.suppliers.table, "supplier_id", payments.supplier),
            "payment_date": dates(payments.day),
            "amount": money(payments.amount),
        }
    )


def _inventory(world: World) -> pa.Table:
    """Stock of every place on the first and on the last day, in eaches."""
    kept, flows = world.kept, world.flows
    return pa.table(
        {
            "location": pick([place.code for place in world.locations], kept.location),
            "item_id": _named(world.items.table, "item_id", kept.item),
            "opening": pa.array(flows.opening),
            "closing": pa.array(flows.closing),
            "closing_date": dates(np.full(len(kept.item), LAST_DAY)),
            "par": pa.array(kept.par),
            "reorder_point": pa.array(kept.reorder_point),
            "standard_cost": money(world.items.standard_cents[kept.item]),
            "item_class": pick(world.items.table["item_class"].to_pylist(), kept.item),
        }
    )


def _movements(world: World) -> pa.Table:
    """One row per movement of stock, signed, in eaches."""
    kept, flows = world.kept, world.flows
    received = flows.order_place[flows.delivery_order]
    place = np.concatenate([received, flows.use_place])
    day = np.concatenate([flows.delivery_day, flows.use_day])
    quantity = np.concatenate([flows.delivery_packs * kept.pack[received], -flows.use_quantity])
    is_use = np.repeat([0, 1], [len(received), len(flows.use_day)])
    ranked = np.lexsort((is_use, place, day))
    return pa.table(
        {
            "location": pick([row.code for row in world.locations], kept.location[place[ranked]]),
            "item_id": _named(world.items.table, "item_id", kept.item[place[ranked]]),
            "date": dates(day[ranked]),
            "movement": pick(["RECEIPT", "USE"], is_use[ranked]),
            "quantity": pa.array(quantity[ranked]),
        }
    )


def _stockouts(world: World) -> pa.Table:
    kept, flows = world.kept, world.flows
    return pa.table(
        {
            "location": pick([row.code for row in world.locations], kept.location[flows.short_place]),
            "item_id": _named(world.items.table, "item_id", kept.item[flows.short_place]),
            "date": dates(flows.short_day),
            "quantity": pa.array(flows.short_quantity),
        }
    )


def _workers(world: World) -> pa.Table:
    labor = world.labor
    return pa.table(
        {
            "worker_id": numbered("W", np.arange(len(labor.home), dtype=np.int64) + 1, 6),
            "home_cost_center": _center(world, labor.home),
            "job_family": pick(JOB_FAMILIES, labor.family),
            "hourly_rate": money(labor.rate),
            "is_agency": pa.array(labor.is_agency),
        }
    )


def _shifts(world: World) -> pa.Table:
    """One row per worker and day worked."""
    labor = world.labor
    return pa.table(
        {
            "worker_id": numbered("W", labor.shift_worker + 1, 6),
            "shift_date": dates(labor.shift_day),
            "worked_cost_center": _center(world, labor.shift_center),
            "pay_code": pick(PAY_CODES, labor.shift_code),
            "hours": decimals(labor.shift_quarters * 25, 18, 2),
        }
    )


def _pay_lines(world: World) -> pa.Table:
    """One row per pay run, worker, department and pay code."""
    labor = world.labor
    return pa.table(
        {
            "run": pa.array(labor.line_run + 1),
            "period_end": dates(labor.run_end),
            "worker_id": numbered("W", labor.line_worker + 1, 6),
            "worked_cost_center": _center(world, labor.line_center),
            "pay_code": pick(PAY_CODES, labor.line_code),
            "hours": decimals(labor.line_quarters * 25, 18, 2),
            "amount": money(labor.line_amount),
        }
    )


def _center(world: World, place: Ints) -> pa.Array:
    return pick([center.code for center in world.centers], place)


def _named(table: pa.Table, column: str, place: Ints) -> pa.ChunkedArray:
    return table[column].take(pa.array(place))


def _maybe(names: list[str], place: Ints) -> pa.Array:
    return pa.array(names).take(pa.array(place, mask=place < 0))


def _maybe_numbered(prefix: str, number: Ints, width: int) -> pa.Array:
    """The number of a document counted from 0; a negative one is none."""
    return numbered(prefix, np.maximum(number, 0) + 1, width).take(
        pa.array(np.arange(len(number)), mask=number < 0)
    )  # fmt: skip


TRUTH: dict[str, Callable[[World], pa.Table]] = {
    "truth_site": lambda world: pa.Table.from_pylist([site._asdict() for site in SITES]),
    "truth_account": lambda world: pa.Table.from_pylist([account._asdict() for account in accounts()]),
    "truth_cost_center": lambda world: pa.Table.from_pylist([vars(center) for center in world.centers]),
    "truth_location": lambda world: pa.Table.from_pylist([location._asdict() for location in world.locations]),
    "truth_supplier": lambda world: world.suppliers.table,
    "truth_item": lambda world: world.items.table,
    "truth_order_line": _order_lines,
    "truth_receipt_line": _receipt_lines,
    "truth_invoice": _invoices,
    "truth_exception": _invoice_lines,
    "truth_payment": _payments,
    "truth_inventory": _inventory,
    "truth_stock_movement": _movements,
    "truth_stockout": _stockouts,
    "truth_worker": _workers,
    "truth_shift": _shifts,
    "truth_pay_line": _pay_lines,
    "truth_gl_line": lambda world: world.ledger,
}
