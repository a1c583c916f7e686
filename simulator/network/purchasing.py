"""Purchase orders and their receipts: orders of stock, and orders of departments for what is not kept.

Belongs here: what was ordered from whom, at which price, and what came when. Not here: why stock was ordered (stock.py),
what was invoiced (payables.py). Prices are of one purchase pack, in 10,000ths of a dollar; quantities in packs.
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.calendar import DAYS, FIRST_DAY, LAST_DAY, is_weekend, month_of, next_workday
from simulator.network.items import Items
from simulator.network.places import ANCILLARY, OPENS, PATIENT_CARE, SITE_CODES, SITES, CostCenter, Location
from simulator.network.stock import NEVER_SHARE, SPLIT_SHARE, Flows, LocationItems, lead_days
from simulator.network.streams import Bools, Ints, Streams, quota
from simulator.network.suppliers import Suppliers

# Order lines of departments in the 24 months at scale 1.
DEPARTMENT_LINES = 660_000
# One in so many lines ends a basket; how strongly a department avoids what is dear.
BASKET, DEARNESS = 0.22, 0.35
# Shares of order lines and receipts with a known fault.
PRICE_NOT_CONTRACT, POSTED_LATE, POSTED_LATE_H6 = 0.07, 0.09, 0.22


@dataclass(frozen=True)
class Orders:
    """One place per order line; `order` numbers the purchase orders from 0. place: the stock place, or -1."""

    order: Ints
    line: Ints
    day: Ints
    site: Ints
    supplier: Ints
    item: Ints
    packs: Ints
    price: Ints
    contract_price: Ints
    place: Ints
    cost_center: Ints
    is_price_wrong: Bools
    is_never: Bools


@dataclass(frozen=True)
class Receipts:
    """One place per receipt line; `receipt` numbers the receipt documents from 0. line: the order line."""

    receipt: Ints
    line: Ints
    arrived: Ints
    posted: Ints
    packs: Ints
    is_late: Bools


def order_lines(
    streams: Streams, scale: float, items: Items, kept: LocationItems, flows: Flows, centers: list[CostCenter],
    locations: list[Location],
) -> tuple[Orders, Ints]:  # fmt: skip
    """All order lines by purchase order, and for each order of stock (its place in flows) its line."""
    random = streams.of("orders")
    center_of = {center.code: place for place, center in enumerate(centers)}
    location_center = np.array([center_of.get(place.cost_center, -1) for place in locations], dtype=np.int64)
    day, site, item, packs, center = _department_baskets(random, scale, items, centers)
    stocked = flows.order_place
    columns = {
        "day": np.concatenate([flows.order_day, day]),
        "site": np.concatenate([kept.site[stocked], site]),
        "item": np.concatenate([kept.item[stocked], item]),
        "packs": np.concatenate([flows.order_packs, packs]),
        "place": np.concatenate([stocked, np.full(len(day), -1)]),
        # Stock is charged to a department when it is used; what a department orders, when it comes.
        "cost_center": np.concatenate([location_center[kept.location[stocked]], center]),
    }
    supplier = items.supplier[columns["item"]]
    # One order a day, site and supplier for stock; one a day, department and supplier for the rest.
    asker = np.where(columns["place"] < 0, columns["cost_center"] + 1, 0)
    key = ((columns["day"] - FIRST_DAY) * len(SITES) + columns["site"]) * 4_096 + supplier
    _, order = np.unique(key * 2_048 + asker, return_inverse=True)
    ranked = np.argsort(order, kind="stable")
    order = order[ranked]
    columns = {name: values[ranked] for name, values in columns.items()}
    starts = np.flatnonzero(np.r_[True, order[1:] != order[:-1]])
    line = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)])) + 1
    contract = items.price(columns["item"], month_of(columns["day"])) * items.pack[columns["item"]]
    is_wrong = quota(random, items.is_on_contract[columns["item"]], PRICE_NOT_CONTRACT, of=len(order))
    factor = np.where(is_wrong, random.integers(10_200, 11_500, len(order)), 10_000)
    is_never = np.zeros(len(order), dtype=bool)
    orders = Orders(
        order=order.astype(np.int64), line=line, supplier=supplier[ranked], price=contract * factor // 10_000,
        contract_price=contract, is_price_wrong=is_wrong, is_never=is_never, **columns,
    )  # fmt: skip
    line_of_stock = np.empty(len(ranked), dtype=np.int64)
    line_of_stock[ranked] = np.arange(len(ranked))
    return orders, line_of_stock[: len(stocked)]


def receipt_lines(
    streams: Streams, orders: Orders, flows: Flows, line_of_stock: Ints, suppliers: Suppliers
) -> Receipts:
    """What came: the deliveries of stock as they were simulated, and those of departments."""
    random = streams.of("receipts")
    lines = np.flatnonzero(orders.place < 0)
    lead = lead_days(random, suppliers, orders.supplier[lines], orders.order[lines])
    arrives = next_workday(orders.day[lines] + 1 + lead.astype(np.int64))
    packs = orders.packs[lines]
    is_never = quota(random, np.ones(len(lines), dtype=bool), NEVER_SHARE)
    is_split = quota(random, ~is_never & (packs > 1), SPLIT_SHARE)
    first = np.where(is_split, (packs + 1) // 2, packs)
    line = np.concatenate([line_of_stock[flows.delivery_order], lines[~is_never], lines[is_split]])
    arrived = np.concatenate([flows.delivery_day, arrives[~is_never], next_workday(arrives[is_split] + 4)])
    sent = np.concatenate([flows.delivery_packs, first[~is_never], (packs - first)[is_split]])
    here = arrived <= LAST_DAY
    line, arrived, sent = line[here], arrived[here], sent[here]
    is_h6 = orders.site[line] == SITE_CODES.index("H6")
    document = orders.order[line] * (DAYS + 1) + arrived - FIRST_DAY
    _, first, of = np.unique(document, return_index=True, return_inverse=True)
    # A dock posts a delivery late as a whole.
    is_late = (quota(random, is_h6[first], POSTED_LATE_H6) | quota(random, ~is_h6[first], POSTED_LATE))[of]
    posted = np.minimum(arrived + np.where(is_late, random.integers(2, 9, len(first))[of], 0), LAST_DAY)
    key = orders.order[line] * (DAYS + 1) + posted - FIRST_DAY
    _, receipt = np.unique(key, return_inverse=True)
    ranked = np.lexsort((line, receipt))
    return Receipts(
        receipt[ranked].astype(np.int64), line[ranked], arrived[ranked], posted[ranked], sent[ranked], is_late[ranked]
    )


def _department_baskets(
    random: np.random.Generator, scale: float, items: Items, centers: list[CostCenter]
) -> tuple[Ints, ...]:
    """Day, site, item, packs, cost center of each line. A department fills a basket at one supplier: its order."""
    baskets = round(DEPARTMENT_LINES * scale * BASKET)
    days = np.arange(FIRST_DAY, FIRST_DAY + DAYS, dtype=np.int64)
    day = np.sort(random.choice(days[~is_weekend(days)], size=baskets))
    buyers = np.array([place for place, center in enumerate(centers) if center.kind in (PATIENT_CARE, ANCILLARY)])
    beds = np.array([max(SITES[SITE_CODES.index(centers[place].site)].beds, 10) for place in buyers], dtype=np.float64)
    center = random.choice(buyers, size=baskets, p=beds / beds.sum())
    site = np.array([SITE_CODES.index(row.site) for row in centers], dtype=np.int64)[center]
    is_open = OPENS[site] <= day
    day, center, site, baskets = day[is_open], center[is_open], site[is_open], int(is_open.sum())
    # Items side by side by supplier, so that a supplier's items are an interval of the summed weights.
    weight = items.popularity * (items.list_price * items.pack / 10_000.0) ** -DEARNESS
    by_supplier = np.argsort(items.supplier, kind="stable")
    summed = np.r_[0.0, np.cumsum(weight[by_supplier])]
    edges = np.searchsorted(items.supplier[by_supplier], np.arange(items.supplier.max() + 2))
    shares = np.diff(summed[edges])
    supplier = random.choice(len(shares), size=baskets, p=shares / shares.sum())
    lines = random.geometric(BASKET, size=baskets)
    of = np.repeat(np.arange(baskets), lines)
    start, end = summed[edges[supplier[of]]], summed[edges[supplier[of] + 1]]
    place = np.searchsorted(summed, random.uniform(start, end), side="right") - 1
    place = np.clip(place, edges[supplier[of]], edges[supplier[of] + 1] - 1)
    packs = random.geometric(0.55, size=len(of)).astype(np.int64)
    return day[of], site[of], by_supplier[place].astype(np.int64), packs, center[of].astype(np.int64)
