"""Stock day by day: use takes it down, par levels order it up, deliveries and transfers bring it. One vector step per day.

Belongs here: on-hand balances and what they cause. Not here: what is kept where (stocked.py), how orders become purchase
orders (purchasing.py). Every quantity is in eaches but of orders and deliveries, which are in packs; stock never falls
below zero: what is not there is not used, and is a stock-out.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import DAYS, FIRST_DAY, LAST_DAY, STARTS, is_weekend, next_workday
from simulator.network.chart import ITEM_CLASSES
from simulator.network.fates import REJECT, Fate, Fates
from simulator.network.items import Items
from simulator.network.places import OPENS
from simulator.network.stocked import Demand, LocationItems
from simulator.network.streams import Ints, Streams
from simulator.network.suppliers import DISTRIBUTOR, Suppliers

WEEKEND_USE = 0.15
# A line on which nothing comes is waited for so long; of one that was refused the buyer knows sooner.
WAITING_FOR_NOTHING_DAYS, REFUSED_DAYS = 30, 3
# Shares of the value of stock that vanish unseen, and that expire, in a year.
SHRINK_A_YEAR, EXPIRY_A_YEAR = 0.004, 0.013
EXPIRES = np.isin(
    ITEM_CLASSES,
    ["Medical supply", "Surgical supply", "Drug", "Intravenous fluid", "Suture and stapling", "Wound care",
     "Laboratory supply", "Dialysis supply", "Food", "Catheter and wire", "Respiratory supply"],
)  # fmt: skip
# Each place is counted at the end of every third month.
COUNT_EVERY = 3


@dataclass(frozen=True)
class Moves:
    """One kind of movement, in eaches, never negative."""

    day: NDArray[np.int32]
    place: NDArray[np.int32]
    quantity: NDArray[np.int32]


@dataclass(frozen=True)
class StockOrders:
    """Orders of stock to suppliers, with what becomes of each."""

    day: Ints
    place: Ints
    packs: Ints
    fate: Fate


@dataclass(frozen=True)
class Deliveries:
    """What suppliers brought. packs: as counted; missing: of these, not there; returned: sent back on return_day."""

    order: Ints
    day: Ints
    packs: Ints
    extra: Ints
    missing: Ints
    returned: Ints
    return_day: Ints


@dataclass(frozen=True)
class Transfers:
    """From place to place; what arrives after the last day is in transit."""

    day: NDArray[np.int32]
    place: NDArray[np.int32]
    to: NDArray[np.int32]
    quantity: NDArray[np.int32]
    arrives: NDArray[np.int32]


@dataclass(frozen=True)
class Counts:
    """What was counted, against what the books said."""

    day: NDArray[np.int32]
    place: NDArray[np.int32]
    book: NDArray[np.int32]
    counted: NDArray[np.int32]


@dataclass(frozen=True)
class Flows:
    """What happened to stock. By place: opening and closing as they physically are, and what the books have beyond the
    closing. demand_used: what was there of each row of the extra demand; it is in `use` as well."""

    use: Moves
    short: Moves
    shrink: Moves
    expiry: Moves
    orders: StockOrders
    deliveries: Deliveries
    transfers: Transfers
    counts: Counts
    opening: Ints
    closing: Ints
    unseen: Ints
    demand_used: Ints


def review_days(scale: float, suppliers: Suppliers) -> Ints:
    """Workdays between two orders of a site at each supplier. A small world orders less often, so that its orders have
    as many lines as those of a large one."""
    usual = np.where(suppliers.kind == DISTRIBUTOR, 2, 5)
    days: Ints = np.clip(np.round(usual * (0.25 / max(scale, 0.001)) ** 0.25), usual, 15).astype(np.int64)
    return days


def simulate(
    streams: Streams, scale: float, kept: LocationItems, items: Items, suppliers: Suppliers, fates: Fates,
    demand: Demand,
) -> Flows:  # fmt: skip
    """Every day of the world; orders are placed and delivered on workdays, transfers come the next workday. What cases
    and patients demand is served before the rest of the day's use, first come, first served."""
    days = _Days(streams.of("stock"), scale, kept, items, suppliers, fates, demand)
    for day in range(FIRST_DAY, FIRST_DAY + DAYS):
        days.arrive(day)
        days.use(day)
        if day + 1 in STARTS:
            days.lose_and_count(day)
        if not is_weekend(np.array([day]))[0]:
            days.transfer(day)
            days.order(day)
    return days.flows()


def first_come(place: Ints, asked: Ints, there: Ints) -> Ints:
    """What each asker gets of what is at a place, in the order in which they ask."""
    ranked = np.argsort(place, kind="stable")
    at, wanted = place[ranked], asked[ranked]
    starts = np.flatnonzero(np.r_[True, at[1:] != at[:-1]]) if len(at) else np.zeros(0, dtype=np.int64)
    before = np.cumsum(wanted) - wanted
    before -= np.repeat(before[starts], np.diff(np.r_[starts, len(at)]))
    granted: Ints = np.empty(len(place), dtype=np.int64)
    granted[ranked] = np.clip(there[at] - before, 0, wanted)
    return granted


class _Days:
    """The state of stock between days: usable on hand, held to be sent back, under way, and what the books have beyond
    what is there."""

    def __init__(
        self, random: np.random.Generator, scale: float, kept: LocationItems, items: Items, suppliers: Suppliers,
        fates: Fates, demand: Demand,
    ):  # fmt: skip
        self.random, self.kept, self.fates, self.demand = random, kept, fates, demand
        count = len(kept.item)
        self.on_hand, self.opening = kept.par.copy(), kept.par.copy()
        self.held, self.under_way, self.unseen = (np.zeros(count, dtype=np.int64) for _ in range(3))
        self.supplier = items.supplier[kept.item]
        self.cents = items.standard_cents[kept.item]
        self.expires = EXPIRES[items.item_class[kept.item]]
        self.opens = OPENS[kept.site]
        self.every = review_days(scale, suppliers)[self.supplier]
        self.turn = (kept.site * 7 + self.supplier) % self.every
        # A cart asks before the store room that fills it up asks the distribution center.
        is_source = np.isin(np.arange(count), kept.source)
        self.echelons = [(kept.source >= 0) & ~is_source, (kept.source >= 0) & is_source]
        self.workday = self.placed = 0
        self.open_losses = {EXPIRY_A_YEAR: 0, SHRINK_A_YEAR: 0}
        self.demand_used = np.zeros(len(demand.day), dtype=np.int64)
        self.demand_from = np.searchsorted(demand.day, np.arange(FIRST_DAY, FIRST_DAY + DAYS + 1))
        self.coming: dict[int, list[tuple[Ints, ...]]] = defaultdict(list)
        self.given_up: dict[int, list[tuple[Ints, ...]]] = defaultdict(list)
        self.in_transit: dict[int, list[tuple[Ints, ...]]] = defaultdict(list)
        self.going_back: dict[int, list[tuple[Ints, ...]]] = defaultdict(list)
        self.log: dict[str, list[tuple[NDArray[np.int32], ...]]] = defaultdict(list)

    def arrive(self, day: int) -> None:
        """Deliveries, transfers; what goes back today leaves what is held; lines that are given up."""
        kept = self.kept
        for place, quantity in self.in_transit.pop(day, ()):
            np.add.at(self.on_hand, place, quantity)
            np.subtract.at(self.under_way, place, quantity)
        for place, quantity in self.given_up.pop(day, ()):
            np.subtract.at(self.under_way, place, quantity)
        for place, quantity in self.going_back.pop(day, ()):
            np.subtract.at(self.held, place, quantity)
        parts = self.coming.pop(day, ())
        if not parts:
            return
        order, place, packs = (np.concatenate(column) for column in zip(*parts, strict=True))
        arrival = self.fates.of_arrivals(packs, np.ones(len(packs), dtype=bool))
        pack = kept.pack[place]
        np.subtract.at(self.under_way, place, packs * pack)
        usable = packs + arrival.extra - arrival.missing - arrival.returned
        np.add.at(self.on_hand, place, usable * pack)
        np.add.at(self.unseen, place, arrival.missing * pack)
        np.add.at(self.held, place, arrival.returned * pack)
        back = np.minimum(next_workday(day + 3 + order % 5), LAST_DAY)
        self._expect(self.going_back, np.where(arrival.returned > 0, back, -1), place, arrival.returned * pack)
        self._log(
            "delivery", order, np.full(len(order), day), packs + arrival.extra, arrival.extra, arrival.missing,
            arrival.returned, np.where(arrival.returned > 0, back, -1),
        )  # fmt: skip

    def use(self, day: int) -> None:
        rows = slice(*self.demand_from[day - FIRST_DAY : day - FIRST_DAY + 2])
        place, asked = self.demand.place[rows], self.demand.quantity[rows]
        known = np.flatnonzero(place >= 0)
        granted = first_come(place[known], asked[known], self.on_hand)
        np.subtract.at(self.on_hand, place[known], granted)
        self.demand_used[rows][known] = granted
        self._log_where("use", day, place[known], granted)
        self._log_where("short", day, place[known], asked[known] - granted)
        weekend = bool(is_weekend(np.array([day]))[0])
        rate = self.kept.daily_use * (WEEKEND_USE if weekend else 1.34) * (self.opens <= day)
        wanted = self.random.poisson(rate)
        used = np.minimum(wanted, self.on_hand)
        self.on_hand -= used
        everywhere = np.arange(len(used))
        self._log_where("use", day, everywhere, used)
        self._log_where("short", day, everywhere, wanted - used)

    def lose_and_count(self, day: int) -> None:
        """At a month's end some stock has expired and some has vanished unseen; a third of the places is counted."""
        is_open = self.opens <= day
        expired = self._lost(is_open & self.expires, EXPIRY_A_YEAR)
        vanished = self._lost(is_open, SHRINK_A_YEAR)
        self.unseen += vanished
        everywhere = np.arange(len(expired))
        self._log_where("expiry", day, everywhere, expired)
        self._log_where("shrink", day, everywhere, vanished)
        month = int(np.searchsorted(STARTS, day))
        place = np.flatnonzero(is_open & (everywhere % COUNT_EVERY == month % COUNT_EVERY))
        there = (self.on_hand + self.held)[place]
        self._log("count", np.full(len(place), day), place, there + self.unseen[place], there)
        self.unseen[place] = 0

    def transfer(self, day: int) -> None:
        kept = self.kept
        arrives = int(next_workday(np.array([day + 1]))[0])
        for echelon in self.echelons:
            is_due = (
                echelon & (self.on_hand + self.held + self.under_way <= kept.reorder_point) & (self.opens <= day)
            )  # fmt: skip
            to = np.flatnonzero(is_due)
            source = kept.source[to]
            quantity = first_come(source, (kept.par - self.on_hand - self.held - self.under_way)[to], self.on_hand)
            to, source, quantity = (column[quantity > 0] for column in (to, source, quantity))
            np.subtract.at(self.on_hand, source, quantity)
            self.under_way[to] += quantity
            self.in_transit[arrives].append((to, quantity))
            self._log("transfer", np.full(len(to), day), source, to, quantity, np.full(len(to), arrives))

    def order(self, day: int) -> None:
        """Store rooms and carts that nobody in the network fills up order up to par, on their day for the supplier."""
        kept = self.kept
        self.workday += 1
        coming = self.on_hand + self.held + self.under_way
        due = (coming <= kept.reorder_point) & (coming < kept.par) & (kept.source < 0)
        place = np.flatnonzero(due & (self.workday % self.every == self.turn) & (self.opens <= day))
        packs = -(-(kept.par - coming)[place] // kept.pack[place])
        self.under_way[place] += packs * kept.pack[place]
        number = self.placed + np.arange(len(place))
        self.placed += len(place)
        today = np.full(len(place), day)
        fate = self.fates.of_orders(
            today, kept.item[place], self.supplier[place], packs, kept.site[place] * 10_000 + self.supplier[place],
            np.ones(len(place), dtype=bool),
        )  # fmt: skip
        self._log("order", today, place, packs, *vars(fate).values())
        self._expect(self.coming, fate.first_day, number, place, fate.first_packs)
        self._expect(self.coming, fate.second_day, number, place, packs - fate.first_packs)
        waits = np.where(fate.response == REJECT, REFUSED_DAYS, WAITING_FOR_NOTHING_DAYS)
        self._expect(self.given_up, np.where(fate.first_day < 0, day + waits, -1), place, packs * kept.pack[place])

    def flows(self) -> Flows:
        on_hand = self.on_hand + self.held
        day, place, packs, *fate = _wide(*self._joined("order", 3 + len(Fate.__dataclass_fields__)))
        return Flows(
            use=Moves(*self._joined("use", 3)), short=Moves(*self._joined("short", 3)),
            shrink=Moves(*self._joined("shrink", 3)), expiry=Moves(*self._joined("expiry", 3)),
            orders=StockOrders(day, place, packs, Fate(*fate)),
            deliveries=Deliveries(*_wide(*self._joined("delivery", 7))), transfers=Transfers(*self._joined("transfer", 5)),
            counts=Counts(*self._joined("count", 4)), opening=self.opening, closing=on_hand, unseen=self.unseen,
            demand_used=self.demand_used,
        )  # fmt: skip

    def _lost(self, may_be: NDArray[np.bool_], share: float) -> Ints:
        """A twentieth of some places, drawn until a month's share of all value is reached; it is taken off. What a month
        leaves open the next one makes up for."""
        self.open_losses[share] += int((self.on_hand * self.cents).sum() * share / 12)
        target = self.open_losses[share]
        place = self.random.permutation(np.flatnonzero(may_be & (self.on_hand > 0)))
        quantity = -(-self.on_hand[place] // 20)
        reached = np.cumsum(quantity * self.cents[place])
        taken = np.searchsorted(reached, target)
        lost = np.zeros(len(self.on_hand), dtype=np.int64)
        lost[place[:taken]] = quantity[:taken]
        self.open_losses[share] -= int((lost * self.cents).sum())
        self.on_hand -= lost
        return lost

    def _expect(self, queue: dict[int, list[tuple[Ints, ...]]], when: Ints, *columns: Ints) -> None:
        for day in np.unique(when[when >= 0]):
            queue[int(day)].append(tuple(column[when == day] for column in columns))

    def _log(self, kind: str, *columns: Ints) -> None:
        self.log[kind].append(tuple(column.astype(np.int32) for column in columns))

    def _log_where(self, kind: str, day: int, place: Ints, quantity: Ints) -> None:
        chosen = np.flatnonzero(quantity)
        self._log(kind, np.full(len(chosen), day), place[chosen], quantity[chosen])

    def _joined(self, kind: str, width: int) -> tuple[NDArray[np.int32], ...]:
        parts = self.log.pop(kind, [tuple(np.zeros(0, dtype=np.int32) for _ in range(width))])
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _wide(*columns: NDArray[np.int32]) -> tuple[Ints, ...]:
    return tuple(column.astype(np.int64) for column in columns)
