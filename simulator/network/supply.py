"""The truth of what was ordered, received, invoiced and paid: one function a table.

Belongs here: how the columns of orders, invoices and payments are named and numbered, and the order in which the supply
side's tables are written. Not here: what happens, and tables that belong to one step (its module has them).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.acknowledgements import acknowledgement_tables
from simulator.network.billing import CLEAN, COPY, KINDS, LINE_FAULTS, SERVICE
from simulator.network.changes import STATUSES, change_tables, statuses
from simulator.network.columns import dates, decimals, maybe, maybe_numbered, money, named, numbered, pick
from simulator.network.contracts import Contracts, contract_tables
from simulator.network.credits import Returns, return_tables
from simulator.network.fates import DELIVERIES, RESPONSES
from simulator.network.ground import Ground
from simulator.network.payables import Invoices, Payments
from simulator.network.places import SITE_CODES
from simulator.network.pricing import Prices, price_tables
from simulator.network.purchasing import ORIGINS, Orders
from simulator.network.receiving import Receipts, number_in_document, receipt_tables
from simulator.network.requisitions import requisition_tables
from simulator.network.shipments import shipment_tables
from simulator.network.stock import Flows
from simulator.network.stocked import LocationItems
from simulator.network.stories import tier_story
from simulator.network.streams import Ints


@dataclass(frozen=True)
class Supply:
    """Everything from par level to payment."""

    ground: Ground
    contracts: Contracts
    kept: LocationItems
    flows: Flows
    orders: Orders
    prices: Prices
    receipts: Receipts
    returns: Returns
    invoices: Invoices
    payments: Payments


def supply_tables(supply: Supply) -> Iterator[tuple[str, pa.Table]]:
    """One after the other: at scale 1 all of them together would not fit."""
    ground, orders, receipts = supply.ground, supply.orders, supply.receipts
    streams, items, suppliers = ground.streams, ground.items, ground.suppliers
    yield from contract_tables(streams, supply.contracts, items, suppliers).items()
    yield "truth_order_line", _order_lines(supply)
    yield from price_tables(supply.prices, supply.contracts, items, orders.order, orders.line).items()
    yield (
        "truth_story_tier",
        tier_story(supply.contracts, items, orders.day, orders.item, orders.packs, orders.is_planted),
    )
    yield from requisition_tables(ground, supply.kept, orders).items()
    yield from change_tables(streams, orders, receipts).items()
    yield from acknowledgement_tables(streams, orders, items).items()
    yield from shipment_tables(streams, orders, receipts, items, suppliers).items()
    yield from receipt_tables(receipts, orders).items()
    yield from return_tables(supply.returns, receipts, orders).items()
    yield "truth_invoice", _invoices(supply)
    yield "truth_exception", _invoice_lines(supply)
    yield "truth_payment", _payments(supply)


def _order_lines(supply: Supply) -> pa.Table:
    orders, items = supply.orders, supply.ground.items
    return pa.table(
        {
            "po_number": numbered("PO", orders.order + 1, 8),
            "line": pa.array(orders.line),
            "order_date": dates(orders.day),
            "site": pick(SITE_CODES, orders.site),
            "supplier_id": named(supply.ground.suppliers.table, "supplier_id", orders.supplier),
            "item_id": named(items.table, "item_id", orders.item),
            "packs": pa.array(orders.packs),
            "eaches_per_pack": pa.array(items.pack[orders.item]),
            "price": decimals(orders.price, 18, 4),
            "contract_price": decimals(orders.contract_price, 18, 4),
            "is_price_wrong": pa.array(orders.is_price_wrong),
            "location": maybe([place.code for place in supply.ground.locations], _location_of(supply)),
            "cost_center": maybe([center.code for center in supply.ground.centers], orders.cost_center),
            # The day whose contract price counts: of what was used before it was ordered, the day of the use.
            "priced_date": dates(orders.priced),
            "origin": pick(ORIGINS, orders.origin),
            "case_id": maybe_numbered("C", orders.case, 7),
            "response": pick(RESPONSES, orders.response),
            "delivery": pick(DELIVERIES, orders.delivery),
            "final_status": pick(STATUSES, statuses(orders, supply.receipts)[0]),
            # The number in the system that H5 had until its cut-over.
            "legacy_number": maybe_numbered("L5-", np.where(orders.is_old, orders.order, -1), 7),
        }
    )


def _location_of(supply: Supply) -> Ints:
    place = supply.orders.place
    return np.where(place < 0, -1, supply.kept.location[np.maximum(place, 0)])


def _invoices(supply: Supply) -> pa.Table:
    invoices = supply.invoices
    number = np.arange(len(invoices.day), dtype=np.int64) + 1
    return pa.table(
        {
            "invoice_id": numbered("IV", number, 8),
            "supplier_id": named(supply.ground.suppliers.table, "supplier_id", invoices.supplier),
            "site": pick(SITE_CODES, invoices.site),
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
            "kind": pick(KINDS, invoices.kind),
            "refers_to": maybe_numbered("IV", invoices.refers_to, 8),
            # Billed in dollars of another country.
            "currency": pick(["USD", "CAD"], invoices.is_currency_wrong.astype(np.int64)),
            "is_currency_wrong": pa.array(invoices.is_currency_wrong),
            "is_receipt_missing": pa.array(invoices.is_missing),
            "is_paid_twice": pa.array(invoices.is_paid_twice),
            "payment_id": maybe_numbered("PY", supply.payments.payment_of, 7),
        }
    )


def _invoice_lines(supply: Supply) -> pa.Table:
    """One row per invoice line, the clean ones too. A line of a copy, a bill without an order, a credit or a rebill says
    so; whatever else is wrong with it is its original's."""
    invoices, orders = supply.invoices, supply.orders
    has_order = invoices.order_line >= 0
    line = np.maximum(invoices.order_line, 0)
    kind = invoices.kind[invoices.invoice]
    said = {COPY: "DUPLICATE_SUSPECT", SERVICE: "NO_ORDER"}
    codes = [CLEAN, *LINE_FAULTS, *(said.get(of, KINDS[of]) for of in range(1, len(KINDS)))]
    code = np.where(kind > 0, kind + len(LINE_FAULTS), invoices.fault)
    at = np.maximum(invoices.receipt_line, 0)
    receipt = np.where(invoices.receipt_line >= 0, supply.receipts.receipt[at], -1)
    return pa.table(
        {
            "invoice_id": numbered("IV", invoices.invoice + 1, 8),
            "po_number": maybe_numbered("PO", np.where(has_order, orders.order[line], -1), 8),
            "line": pa.array(np.where(has_order, orders.line[line], 0)),
            "receipt_number": maybe_numbered("GR", receipt, 8),
            "receipt_line": pa.array(np.where(receipt >= 0, number_in_document(supply.receipts.receipt)[at], 0)),
            "packs": pa.array(invoices.packs),
            "price": decimals(invoices.price, 18, 4),
            "amount": money(invoices.amount),
            "code": pick(codes, code),
        }
    )


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
