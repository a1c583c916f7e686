"""Purchase orders: of stock, of departments for what is not kept, and of implants after they were used.

Belongs here: what was ordered from whom, by whom and when. Not here: why stock was ordered (stock.py), the price
(pricing.py), what came of it (receiving.py). Prices are of one purchase pack, in 10,000ths of a dollar; quantities in packs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import (
    CUT_OVER_H5,
    DAYS,
    FIRST_DAY,
    LAST_DAY,
    STARTS,
    is_weekend,
)
from simulator.network.contracts import Contracts
from simulator.network.fates import ACCEPT, WHOLE, Fate, Fates
from simulator.network.ground import Ground
from simulator.network.items import Items
from simulator.network.places import ANCILLARY, OPENS, PATIENT_CARE, SITE_CODES, SITES, CostCenter
from simulator.network.pricing import Asked, Prices, resolve_prices
from simulator.network.stock import Flows
from simulator.network.stocked import LocationItems
from simulator.network.stories import Planted, planted_orders
from simulator.network.streams import Bools, Ints

# Order lines of departments at scale 1, over the whole time.
DEPARTMENT_LINES = 860_000
# One in so many lines ends a basket; how strongly a department avoids what is dear.
BASKET, DEARNESS = 0.22, 0.35
ORIGINS = ["PAR", "MANUAL", "PREFCARD"]
PAR, MANUAL, PREFCARD = range(len(ORIGINS))


@dataclass(frozen=True)
class Used:
    """Implants used in cases that are ordered afterwards, on order_day. quantity: in eaches; case: its number from 0."""

    day: Ints
    order_day: Ints
    item: Ints
    case: Ints
    quantity: Ints
    site: Ints
    cost_center: Ints


@dataclass(frozen=True)
class Lines:
    """One place per order line; `order` numbers the purchase orders from 0. place: the stock place, or -1; case: the case
    that used it before, or -1; used: its place in what was used, or -1; priced: the day whose price counts."""

    order: Ints
    line: Ints
    day: Ints
    site: Ints
    supplier: Ints
    item: Ints
    packs: Ints
    place: Ints
    cost_center: Ints
    origin: Ints
    case: Ints
    used: Ints
    priced: Ints
    is_planted: Bools
    response: Ints
    delivery: Ints
    first_day: Ints
    second_day: Ints
    first_packs: Ints


@dataclass(frozen=True)
class Orders(Lines):
    """With their prices."""

    price: Ints
    contract_price: Ints
    is_price_wrong: Bools

    @property
    def is_old(self) -> Bools:
        """Whether the order was made in H5's old system, before the cut-over."""
        is_old: Bools = (self.site == SITE_CODES.index("H5")) & (self.day < STARTS[CUT_OVER_H5 - 1])
        return is_old


def order_lines(
    ground: Ground, kept: LocationItems, flows: Flows, fates: Fates, contracts: Contracts, used: Used
) -> tuple[Orders, Prices, Ints]:
    """All order lines by purchase order, their prices, and for each order of stock (its place in flows) its line."""
    random, items = ground.streams.of("orders"), ground.items
    columns = _stacked(
        [
            _of_stock(ground, kept, flows),
            _of_departments(random, ground, fates, planted_orders(ground.streams, items, ground.centers)),
            _of_cases(items, used),
        ]
    )
    columns["supplier"] = items.supplier[columns["item"]]
    # One order a day, site and supplier for stock; one a department for what it asks for; one a case.
    asker = np.select(
        [columns["place"] >= 0, columns["case"] >= 0], [0, columns["case"] + 4_096], columns["cost_center"] + 1
    )  # fmt: skip
    key = ((columns["day"] - FIRST_DAY) * len(SITES) + columns["site"]) * 4_096 + columns["supplier"]
    _, order = np.unique(key * (1 << 23) + asker, return_inverse=True)
    ranked = np.argsort(order, kind="stable")
    order = order[ranked].astype(np.int64)
    columns = {name: values[ranked] for name, values in columns.items()}
    starts = np.flatnonzero(np.r_[True, order[1:] != order[:-1]])
    line = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)])) + 1
    lines = Lines(order=order, line=line, **columns)
    asked = Asked(lines.item, lines.site, lines.priced, lines.packs, lines.is_planted)
    prices = resolve_prices(ground.streams, contracts, items, asked)
    orders = Orders(
        **vars(lines), price=prices.price, contract_price=prices.agreed, is_price_wrong=prices.fault > 0
    )  # fmt: skip
    line_of = np.empty(len(ranked), dtype=np.int64)
    line_of[ranked] = np.arange(len(ranked))
    return orders, prices, line_of[: len(flows.orders.day)]


Columns = dict[str, NDArray[Any]]


def _of_stock(ground: Ground, kept: LocationItems, flows: Flows) -> Columns:
    """Stock is charged to a department when it is used."""
    place = flows.orders.place
    count = len(place)
    return {
        "day": flows.orders.day, "site": kept.site[place], "item": kept.item[place], "packs": flows.orders.packs,
        "place": place, "cost_center": _center_of_cart(ground)[kept.location[place]], "origin": np.full(count, PAR),
        "case": np.full(count, -1), "used": np.full(count, -1), "priced": flows.orders.day,
        "is_planted": np.zeros(count, dtype=bool), **vars(flows.orders.fate),
    }  # fmt: skip


def _of_departments(random: np.random.Generator, ground: Ground, fates: Fates, planted: Planted) -> Columns:
    """What a department orders is charged to it when it comes."""
    baskets = _department_baskets(random, ground.scale, ground.items, ground.centers)
    day, site, item, packs, center = (
        np.concatenate([column, more]) for column, more in zip(baskets, vars(planted).values(), strict=True)
    )
    count = len(day)
    is_planted = np.arange(count) >= count - len(planted.day)
    supplier = ground.items.supplier[item]
    together = (day - FIRST_DAY) * (1 << 24) + center * 4_096 + supplier
    fate = fates.of_orders(day, item, supplier, packs, together, ~is_planted)
    return {
        "day": day, "site": site, "item": item, "packs": packs, "place": np.full(count, -1), "cost_center": center,
        "origin": np.full(count, MANUAL), "case": np.full(count, -1), "used": np.full(count, -1), "priced": day,
        "is_planted": is_planted, **vars(fate),
    }  # fmt: skip


def _of_cases(items: Items, used: Used) -> Columns:
    """What came with its seller and was used; it is there already. What is not ordered by the last day has no order."""
    count = len(used.day)
    packs = -(-used.quantity // items.pack[used.item])
    columns: Columns = {
        "day": used.order_day, "site": used.site, "item": used.item, "packs": packs, "place": np.full(count, -1),
        "cost_center": used.cost_center, "origin": np.full(count, PREFCARD), "case": used.case,
        "used": np.arange(count), "priced": used.day, "is_planted": np.zeros(count, dtype=bool),
        **vars(Fate(np.full(count, ACCEPT), np.full(count, WHOLE), used.day, np.full(count, -1), packs)),
    }  # fmt: skip
    made = np.flatnonzero(used.order_day <= LAST_DAY)
    return {name: values[made].astype(bool if values.dtype == bool else np.int64) for name, values in columns.items()}


def _center_of_cart(ground: Ground) -> Ints:
    """The department of each cart; a store room has none."""
    number = {center.code: place for place, center in enumerate(ground.centers)}
    return np.array([number.get(place.cost_center, -1) for place in ground.locations], dtype=np.int64)


def _stacked(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


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
