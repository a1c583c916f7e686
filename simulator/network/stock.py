"""Stock day by day: use takes it down, par levels order it up, deliveries bring it. One vector step per day.

Belongs here: on-hand balances and what they cause. Not here: how orders become purchase orders (purchasing.py).
Every quantity is in eaches; stock never falls below zero: what is not there is not used, and is a stock-out.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import DAYS, FIRST_DAY, SHORTAGE, STARTS, is_weekend, next_workday
from simulator.network.chart import ITEM_CLASSES
from simulator.network.items import Items
from simulator.network.places import OPENS, SITE_CODES, SITES, Location
from simulator.network.streams import Ints, Streams
from simulator.network.suppliers import DISTRIBUTOR, Suppliers

PER_SCALE, LEAST = 42_000, 800
# Days of use between orders, and the shares of orders that come in two deliveries or never.
CYCLE_DAYS = 11.0
SPLIT_SHARE, NEVER_SHARE, BACK_ORDER_SHARE = 0.07, 0.009, 0.045
WEEKEND_USE = 0.15
# A purchase pack dearer than this (10,000ths of a dollar) is bought when needed, not kept.
DEAREST_PACK = 2_500_000
WAITING_FOR_NOTHING_DAYS = 30


@dataclass(frozen=True)
class LocationItems:
    """What is kept where: columns by place; par and reorder point in eaches."""

    item: Ints
    location: Ints
    site: Ints
    daily_use: NDArray[np.float64]
    pack: Ints
    par: Ints
    reorder_point: Ints


@dataclass(frozen=True)
class Flows:
    """What happened to stock. Use by day and place; orders with their deliveries; stock-outs by day and place."""

    use_day: Ints
    use_place: Ints
    use_quantity: Ints
    order_day: Ints
    order_place: Ints
    order_packs: Ints
    delivery_order: Ints
    delivery_day: Ints
    delivery_packs: Ints
    short_day: Ints
    short_place: Ints
    short_quantity: Ints
    opening: Ints
    closing: Ints

    def on_hand(self, kept: LocationItems, day: int) -> Ints:
        """Eaches at each place at the end of a day."""
        came = np.flatnonzero(self.delivery_day <= day)
        at = self.order_place[self.delivery_order[came]]
        used = np.flatnonzero(self.use_day <= day)
        balance = self.opening.copy()
        np.add.at(balance, at, self.delivery_packs[came] * kept.pack[at])
        np.subtract.at(balance, self.use_place[used], self.use_quantity[used])
        return balance


# Day, place and eaches, by day.
Demand = tuple[Ints, Ints, Ints]


def make_location_items(streams: Streams, scale: float, items: Items, locations: list[Location]) -> LocationItems:
    """At least 800; hospitals by beds. Store rooms and carts keep what sells most, dear items are kept nowhere."""
    random = streams.of("location items")
    count = max(LEAST, round(PER_SCALE * scale))
    beds = np.array([max(SITES[SITE_CODES.index(place.site)].beds, 15) for place in locations], dtype=np.float64)
    is_store = np.array([place.kind == "STORE_ROOM" for place in locations])
    per_site: dict[str, int] = defaultdict(int)
    for place in locations:
        per_site[place.site] += 1
    weight = beds / np.array([per_site[place.site] for place in locations]) * np.where(is_store, 12, 1)
    stocked = np.flatnonzero(items.list_price * items.pack < DEAREST_PACK)
    popularity = items.popularity[stocked] / items.popularity[stocked].sum()
    drawn_locations = random.choice(len(locations), size=count * 2, p=weight / weight.sum())
    drawn_items = random.choice(stocked, size=count * 2, p=popularity)
    pairs = np.unique(np.column_stack([drawn_locations, drawn_items]), axis=0)
    pairs = pairs[np.sort(random.permutation(len(pairs))[:count])]
    location, item = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    pack = items.pack[item]
    packs_a_cycle = random.gamma(1.4, 1.6, size=len(item)) + 0.35
    daily_use = packs_a_cycle * pack / CYCLE_DAYS
    par = np.ceil(packs_a_cycle * 2.1 + 1).astype(np.int64) * pack
    reorder_point = np.maximum(np.ceil(par * 0.5).astype(np.int64), 1)
    site = np.array([SITE_CODES.index(locations[place].site) for place in location], dtype=np.int64)
    return LocationItems(item, location, site, daily_use, pack, par, reorder_point)


def review_days(scale: float, suppliers: Suppliers) -> Ints:
    """Workdays between two orders of a site at each supplier. A small world orders less often, so that its orders have
    as many lines as a large one's."""
    direct = 5 if scale > 0.3 else 10
    distributor = 1 if scale > 0.3 else 2 if scale > 0.03 else 5
    return np.where(suppliers.kind == DISTRIBUTOR, distributor, direct).astype(np.int64)


def simulate(
    streams: Streams, scale: float, kept: LocationItems, items: Items, suppliers: Suppliers, demand: Demand
) -> Flows:
    """Every day, all places at once. Orders are placed on workdays and delivered on workdays. `demand` is wanted besides
    what departments use day by day."""
    random = streams.of("stock")
    on_hand, on_order = kept.par.copy(), np.zeros(len(kept.par), dtype=np.int64)
    supplier = items.supplier[kept.item]
    is_short_supply = items.item_class[kept.item] == ITEM_CLASSES.index("Intravenous fluid")
    runs_from = OPENS[kept.site]
    arrivals: dict[int, list[tuple[Ints, Ints, bool]]] = defaultdict(list)
    use: list[tuple[Ints, ...]] = []
    orders: list[tuple[Ints, ...]] = []
    deliveries: list[tuple[Ints, ...]] = []
    short: list[tuple[Ints, ...]] = []
    placed = workday = 0
    every = review_days(scale, suppliers)[supplier]
    turn = (kept.site * 7 + supplier) % every
    asked_day, asked_place, asked = demand
    asked_from = np.searchsorted(asked_day, np.arange(FIRST_DAY, FIRST_DAY + DAYS + 1))
    for day in range(FIRST_DAY, FIRST_DAY + DAYS):
        for place, quantity, is_received in arrivals.pop(day, ()):
            on_order[place] -= quantity
            if is_received:
                on_hand[place] += quantity
        weekend = bool(is_weekend(np.array([day]))[0])
        wanted = random.poisson(kept.daily_use * (WEEKEND_USE if weekend else 1.34) * (runs_from <= day))
        today = slice(asked_from[day - FIRST_DAY], asked_from[day - FIRST_DAY + 1])
        np.add.at(wanted, asked_place[today], asked[today])
        used = np.minimum(wanted, on_hand)
        on_hand -= used
        _record(use, day, used > 0, used)
        _record(short, day, wanted > used, wanted - used)
        if weekend:
            continue
        workday += 1
        coming = on_hand + on_order
        is_due = (coming <= kept.reorder_point) & (coming < kept.par) & (workday % every == turn) & (runs_from <= day)
        place = np.flatnonzero(is_due)
        packs = -(-(kept.par[place] - on_hand[place] - on_order[place]) // kept.pack[place])
        on_order[place] += packs * kept.pack[place]
        delayed = np.where(is_short_supply[place] & _in_month(day, SHORTAGE), 3.0, 1.0)
        lead = lead_days(random, suppliers, supplier[place], kept.site[place] * 10_000 + supplier[place])
        arrives = next_workday(day + 1 + (lead * delayed).astype(np.int64))
        number = np.arange(placed, placed + len(place), dtype=np.int64)
        placed += len(place)
        orders.append((np.full(len(place), day), place, packs))
        fate = random.random(len(place))
        is_never = fate < NEVER_SHARE
        is_split = (fate >= NEVER_SHARE) & (fate < NEVER_SHARE + SPLIT_SHARE) & (packs > 1)
        first = np.where(is_split, (packs + 1) // 2, packs)
        for chosen, when, sent in (
            (~is_never, arrives, first),
            (is_split, next_workday(arrives + 4), packs - first),
        ):
            deliveries.append((number[chosen], when[chosen], sent[chosen]))
            _expect(arrivals, place[chosen], when[chosen], (sent * kept.pack[place])[chosen], True)
        given_up = np.full(is_never.sum(), day + WAITING_FOR_NOTHING_DAYS)
        _expect(arrivals, place[is_never], given_up, (packs * kept.pack[place])[is_never], False)
    # A delivery after the last day has not happened yet.
    sent_order, sent_day, sent_packs = _joined(deliveries)
    happened = sent_day < FIRST_DAY + DAYS
    (use_day, use_place, use_quantity), (order_day, order_place, order_packs) = _joined(use), _joined(orders)
    short_day, short_place, short_quantity = _joined(short)
    return Flows(
        use_day, use_place, use_quantity, order_day, order_place, order_packs, sent_order[happened], sent_day[happened],
        sent_packs[happened], short_day, short_place, short_quantity, kept.par.copy(), on_hand,
    )  # fmt: skip


def lead_days(random: np.random.Generator, suppliers: Suppliers, supplier: Ints, order: Ints) -> NDArray[np.float64]:
    """Days to deliver, by line: what is ordered together comes together, but for 4.5 % of lines on back order."""
    _, first, of = np.unique(order, return_index=True, return_inverse=True)
    variation = suppliers.lead_variation[supplier[first]]
    lead = random.gamma(variation**-2, suppliers.lead_mean[supplier[first]] * variation**2)[of]
    is_back_ordered = random.random(len(order)) < BACK_ORDER_SHARE
    return lead + np.where(is_back_ordered, random.integers(3, 15, len(order)), 0)


def _in_month(day: int, month: int) -> bool:
    return bool(STARTS[month - 1] <= day < STARTS[month])


def _record(into: list[tuple[Ints, ...]], day: int, which: NDArray[np.bool_], quantity: Ints) -> None:
    place = np.flatnonzero(which)
    into.append((np.full(len(place), day), place, quantity[place]))


def _expect(
    arrivals: dict[int, list[tuple[Ints, Ints, bool]]], place: Ints, when: Ints, quantity: Ints, is_received: bool
) -> None:
    for day in np.unique(when):
        arrivals[int(day)].append((place[when == day], quantity[when == day], is_received))


def _joined(parts: list[tuple[Ints, ...]]) -> tuple[Ints, ...]:
    return tuple(np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
