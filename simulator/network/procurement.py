"""From par level to payment, made in the order in which it happens.

Belongs here: that order. Not here: what happens in it (the modules of each step), its tables (supply.py).
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.contracts import make_contracts
from simulator.network.fates import Fates
from simulator.network.ground import Ground
from simulator.network.payables import make_invoices, make_payments
from simulator.network.purchasing import Used, order_lines
from simulator.network.receiving import receipt_lines
from simulator.network.stock import Flows, simulate
from simulator.network.stocked import Demand, LocationItems, make_location_items, with_demand
from simulator.network.supply import Supply

_NONE = np.zeros(0, dtype=np.int64)
NO_DEMAND, NOTHING_USED = Demand(_NONE, _NONE, _NONE), Used(*[_NONE] * 7)


@dataclass(frozen=True)
class Stock:
    """What was kept, what happened to it, and the luck of its orders, which those of departments share."""

    kept: LocationItems
    flows: Flows
    fates: Fates


def kept_stock(ground: Ground) -> LocationItems:
    """What is kept where, so that cases and patients can say what they take from it."""
    return make_location_items(ground.streams, ground.scale, ground.items, ground.locations)


def run_stock(ground: Ground, kept: LocationItems, demand: Demand = NO_DEMAND) -> Stock:
    """`demand` is taken from stock, by day; what was there of it is in `flows.demand_used`."""
    fates = Fates(ground.streams.of("fates"), ground.items, ground.suppliers)
    kept = with_demand(kept, demand)
    flows = simulate(ground.streams, ground.scale, kept, ground.items, ground.suppliers, fates, demand)
    return Stock(kept, flows, fates)


def procure(ground: Ground, stock: Stock, used: Used = NOTHING_USED) -> Supply:
    """Everything that was ordered, of stock, by departments, and of the implants `used`, up to its payment."""
    streams, items, suppliers = ground.streams, ground.items, ground.suppliers
    kept, flows, fates = stock.kept, stock.flows, stock.fates
    contracts = make_contracts(streams, ground.scale, items, suppliers)
    orders, prices, line_of_stock = order_lines(ground, kept, flows, fates, contracts, used)
    receipts = receipt_lines(streams, orders, flows, line_of_stock, fates)
    invoices, returns = make_invoices(ground, orders, prices, contracts, receipts)
    payments = make_payments(invoices, suppliers)
    return Supply(ground, contracts, kept, flows, orders, prices, receipts, returns, invoices, payments)
