"""What is kept where: the items of each store room, cart and the distribution center, and from where each is filled up.

Belongs here: pairs of location and item with their par levels. Not here: what happens to them (stock.py).
Every quantity is in eaches.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import DAYS
from simulator.network.items import Items
from simulator.network.places import SITE_CODES, SITES, Location
from simulator.network.streams import Ints, Streams
from simulator.network.suppliers import DISTRIBUTORS

PER_SCALE, LEAST = 42_000, 800
# Days of use between orders.
CYCLE_DAYS = 11.0
# A purchase pack dearer than this (10,000ths of a dollar) is bought when needed, not kept.
DEAREST_PACK = 2_500_000
# The hospitals whose store rooms the distribution center fills with what distributors sell.
SERVED = [SITE_CODES.index(code) for code in ("H1", "H2", "H3", "H4", "H5", "H6")]


@dataclass(frozen=True)
class LocationItems:
    """What is kept where: columns by place. source: the place that fills it up, -1 where suppliers do. daily_use: by
    those who are there, without what is taken by places that it fills up."""

    item: Ints
    location: Ints
    site: Ints
    daily_use: NDArray[np.float64]
    pack: Ints
    par: Ints
    reorder_point: Ints
    source: Ints


@dataclass(frozen=True)
class Demand:
    """What cases and patients take from stock beyond the daily use, in the order in which they ask. place: -1 where the
    item is not kept."""

    day: Ints
    place: Ints
    quantity: Ints


def make_location_items(streams: Streams, scale: float, items: Items, locations: list[Location]) -> LocationItems:
    """At least 800; hospitals by beds. Store rooms and carts keep what sells most, dear items are kept nowhere. The
    distribution center keeps what it fills up; a cart is filled up by its site's store room where that keeps the item.
    """
    random = streams.of("location items")
    location, item = _pairs(random, max(LEAST, round(PER_SCALE * scale)), items, locations)
    site = np.array([SITE_CODES.index(place.site) for place in locations], dtype=np.int64)
    is_store = np.array([place.kind == "STORE_ROOM" for place in locations])
    is_served = is_store[location] & np.isin(site[location], SERVED) & (items.supplier[item] < DISTRIBUTORS)
    center_items = np.unique(item[is_served])
    center = next(number for number, place in enumerate(locations) if place.site == "DC")
    location = np.concatenate([location, np.full(len(center_items), center)])
    item = np.concatenate([item, center_items])
    place_of = {pair: place for place, pair in enumerate(zip(location.tolist(), item.tolist(), strict=True))}
    store_of = {place.site: number for number, place in enumerate(locations) if place.kind == "STORE_ROOM"}
    store = np.array([store_of.get(place.site, -1) for place in locations], dtype=np.int64)
    filled_by = np.where(is_store[location], -1, store[location])
    filled_by[: len(is_served)][is_served] = center
    source = np.array(
        [place_of.get(pair, -1) for pair in zip(filled_by.tolist(), item.tolist(), strict=True)], dtype=np.int64
    )
    pack = items.pack[item]
    packs_a_cycle = random.gamma(1.4, 1.6, size=len(item)) + 0.35
    daily_use = np.where(location == center, 0, packs_a_cycle * pack / CYCLE_DAYS)
    kept = LocationItems(item, location, site[location], daily_use, pack, pack, pack, source)
    return with_par(kept, daily_use)


def with_demand(kept: LocationItems, demand: Demand) -> LocationItems:
    """Par levels that also cover what cases and patients take, from a place or from those that it fills up; none falls."""
    known = demand.place >= 0
    taken = np.bincount(demand.place[known], weights=demand.quantity[known], minlength=len(kept.item))
    raised = with_par(kept, kept.daily_use + taken / DAYS)
    return replace(
        kept, par=np.maximum(kept.par, raised.par), reorder_point=np.maximum(kept.reorder_point, raised.reorder_point)
    )  # fmt: skip


def with_par(kept: LocationItems, daily_use: NDArray[np.float64]) -> LocationItems:
    """A par of about two cycles of the use of a place and of all that it fills up."""
    total = daily_use.copy()
    # A cart is filled up by a store room, which is filled up by the distribution center.
    for _ in range(2):
        total = daily_use + np.bincount(
            kept.source[kept.source >= 0], weights=total[kept.source >= 0], minlength=len(total)
        )
    par = np.ceil(total * CYCLE_DAYS / kept.pack * 2.1 + 1).astype(np.int64) * kept.pack
    return replace(kept, par=par, reorder_point=np.maximum(np.ceil(par * 0.5).astype(np.int64), 1))


def _pairs(random: np.random.Generator, count: int, items: Items, locations: list[Location]) -> tuple[Ints, Ints]:
    """Locations and items, each pair once, without the distribution center."""
    beds = np.array([max(SITES[SITE_CODES.index(place.site)].beds, 15) for place in locations], dtype=np.float64)
    per_site: dict[str, int] = defaultdict(int)
    for place in locations:
        per_site[place.site] += 1
    share = np.array([{"STORE_ROOM": 12, "PAR_CART": 1}[place.kind] * (place.site != "DC") for place in locations])
    weight = beds / np.array([per_site[place.site] for place in locations]) * share
    stocked = np.flatnonzero(items.list_price * items.pack < DEAREST_PACK)
    popularity = items.popularity[stocked] / items.popularity[stocked].sum()
    drawn_locations = random.choice(len(locations), size=count * 2, p=weight / weight.sum())
    drawn_items = random.choice(stocked, size=count * 2, p=popularity)
    pairs = np.unique(np.column_stack([drawn_locations, drawn_items]), axis=0)
    pairs = pairs[np.sort(random.permutation(len(pairs))[:count])]
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
