"""The truth of what was ordered, received, invoiced, paid and kept: one function a table.

Belongs here: how the supply side's columns are named and numbered. Not here: what happens (stock.py, purchasing.py,
payables.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import LAST_DAY
from simulator.network.columns import dates, decimals, maybe, maybe_numbered, money, named, numbered, pick
from simulator.network.ground import Ground
from simulator.network.payables import CLEAN, LINE_FAULTS, Invoices, Payments
from simulator.network.places import SITES
from simulator.network.purchasing import Orders, Receipts
from simulator.network.stock import Flows, LocationItems
from simulator.network.streams import Ints


@dataclass(frozen=True)
class Supply:
    """Everything from par level to payment."""

    ground: Ground
    kept: LocationItems
    flows: Flows
    orders: Orders
    receipts: Receipts
    invoices: Invoices
    payments: Payments


def supply_tables(supply: Supply) -> Iterator[tuple[str, pa.Table]]:
    """One after the other: at scale 1 all of them together would not fit."""
    for name, make in TABLES.items():
        yield name, make(supply)


def _order_lines(supply: Supply) -> pa.Table:
    orders, items = supply.orders, supply.ground.items
    return pa.table(
        {
            "po_number": numbered("PO", orders.order + 1, 8),
            "line": pa.array(orders.line),
            "order_date": dates(orders.day),
            "site": pick([site.code for site in SITES], orders.site),
            "supplier_id": named(supply.ground.suppliers.table, "supplier_id", orders.supplier),
            "item_id": named(items.table, "item_id", orders.item),
            "packs": pa.array(orders.packs),
            "eaches_per_pack": pa.array(items.pack[orders.item]),
            "price": decimals(orders.price, 18, 4),
            "contract_price": decimals(orders.contract_price, 18, 4),
            "is_price_wrong": pa.array(orders.is_price_wrong),
            "location": maybe([place.code for place in supply.ground.locations], _location_of(supply)),
            "cost_center": maybe([center.code for center in supply.ground.centers], orders.cost_center),
        }
    )


def _location_of(supply: Supply) -> Ints:
    place = supply.orders.place
    return np.where(place < 0, -1, supply.kept.location[np.maximum(place, 0)])


def _receipt_lines(supply: Supply) -> pa.Table:
    receipts, orders = supply.receipts, supply.orders
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


def _invoices(supply: Supply) -> pa.Table:
    invoices = supply.invoices
    number = np.arange(len(invoices.day), dtype=np.int64) + 1
    return pa.table(
        {
            "invoice_id": numbered("IV", number, 8),
            "supplier_id": named(supply.ground.suppliers.table, "supplier_id", invoices.supplier),
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
            "copy_of": maybe_numbered("IV", invoices.copy_of, 8),
            "payment_id": maybe_numbered("PY", supply.payments.payment_of, 7),
        }
    )


def _invoice_lines(supply: Supply) -> pa.Table:
    """One row per invoice line, the clean ones too."""
    invoices, orders = supply.invoices, supply.orders
    has_order = invoices.order_line >= 0
    line = np.maximum(invoices.order_line, 0)
    is_copy = invoices.copy_of[invoices.invoice] >= 0
    codes = [CLEAN, *LINE_FAULTS, "DUPLICATE_SUSPECT", "NO_ORDER"]
    code = np.where(is_copy, len(codes) - 2, np.where(has_order, invoices.fault, len(codes) - 1))
    at = np.maximum(invoices.receipt_line, 0)
    receipt = np.where(invoices.receipt_line >= 0, supply.receipts.receipt[at], -1)
    return pa.table(
        {
            "invoice_id": numbered("IV", invoices.invoice + 1, 8),
            "po_number": maybe_numbered("PO", np.where(has_order, orders.order[line], -1), 8),
            "line": pa.array(np.where(has_order, orders.line[line], 0)),
            "receipt_number": maybe_numbered("GR", receipt, 8),
            "receipt_line": pa.array(np.where(receipt >= 0, _number_in_document(supply.receipts.receipt)[at], 0)),
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


def _payments(supply: Supply) -> pa.Table:
    payments = supply.payments
    return pa.table(
        {
            "payment_id": numbered("PY", np.arange(len(payments.day), dtype=np.int64) + 1, 7),
            "supplier_id": named(supply.ground.suppliers.table, "supplier_id", payments.supplier),
            "payment_date": dates(payments.day),
            "amount": money(payments.amount),
        }
    )


def _inventory(supply: Supply) -> pa.Table:
    """Stock of every place on the first and on the last day, in eaches."""
    kept, flows = supply.kept, supply.flows
    return pa.table(
        {
            "location": pick([place.code for place in supply.ground.locations], kept.location),
            "item_id": named(supply.ground.items.table, "item_id", kept.item),
            "opening": pa.array(flows.opening),
            "closing": pa.array(flows.closing),
            "closing_date": dates(np.full(len(kept.item), LAST_DAY)),
            "par": pa.array(kept.par),
            "reorder_point": pa.array(kept.reorder_point),
            "standard_cost": money(supply.ground.items.standard_cents[kept.item]),
            "item_class": pick(supply.ground.items.table["item_class"].to_pylist(), kept.item),
        }
    )


def _movements(supply: Supply) -> pa.Table:
    """One row per movement of stock, signed, in eaches."""
    kept, flows = supply.kept, supply.flows
    received = flows.order_place[flows.delivery_order]
    place = np.concatenate([received, flows.use_place])
    day = np.concatenate([flows.delivery_day, flows.use_day])
    quantity = np.concatenate([flows.delivery_packs * kept.pack[received], -flows.use_quantity])
    is_use = np.repeat([0, 1], [len(received), len(flows.use_day)])
    ranked = np.lexsort((is_use, place, day))
    return pa.table(
        {
            "location": pick([row.code for row in supply.ground.locations], kept.location[place[ranked]]),
            "item_id": named(supply.ground.items.table, "item_id", kept.item[place[ranked]]),
            "date": dates(day[ranked]),
            "movement": pick(["RECEIPT", "USE"], is_use[ranked]),
            "quantity": pa.array(quantity[ranked]),
        }
    )


def _stockouts(supply: Supply) -> pa.Table:
    kept, flows = supply.kept, supply.flows
    return pa.table(
        {
            "location": pick([row.code for row in supply.ground.locations], kept.location[flows.short_place]),
            "item_id": named(supply.ground.items.table, "item_id", kept.item[flows.short_place]),
            "date": dates(flows.short_day),
            "quantity": pa.array(flows.short_quantity),
        }
    )


TABLES: dict[str, Callable[[Supply], pa.Table]] = {
    "truth_order_line": _order_lines,
    "truth_receipt_line": _receipt_lines,
    "truth_invoice": _invoices,
    "truth_exception": _invoice_lines,
    "truth_payment": _payments,
    "truth_inventory": _inventory,
    "truth_stock_movement": _movements,
    "truth_stockout": _stockouts,
}
