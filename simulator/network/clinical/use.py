"""What cases take: picked, used, wasted, returned, by line; what that asks of stock, and what stock could not give.

Belongs here: consumption in cases. Not here: preference cards (cards.py), the stock itself (stock.py), how use is told
(documentation.py), charges (charges.py). Quantities are eaches; what leaves the stock is what was used and what was wasted.
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.calendar import FIRST_DAY, STARTS, month_of
from simulator.network.clinical import planted, procedures, recall
from simulator.network.clinical.cards import HOLD_USED, IMPLANT_USED, OPEN_USED, Cards, nearest
from simulator.network.clinical.carts import Carts
from simulator.network.clinical.hours import NONE
from simulator.network.clinical.recall import Recall
from simulator.network.clinical.theatres import CANCELED, COMPLETED, Theatre
from simulator.network.ground import Ground
from simulator.network.stocked import LocationItems
from simulator.network.streams import Bools, Ints, quota

# Of operating-room cases with an implant; of canceled cases, those for which something was opened already; lines that no
# card asked for, against those that one did; wasted, against opened and held.
IMPLANT_CASES, OPENED_SHARE, UNLISTED_SHARE = 0.24, 0.3, 0.03
OPEN_WASTED, HOLD_WASTED, IMPLANT_WASTED, CANCELED_WASTED = 0.03, 0.02, 0.015, 0.4
# What is dear enough to be charged to a patient, and what bears a serial number (10,000ths of a dollar).
CHARGEABLE, SERIAL = 250_000, 5_000_000
OWNED, CONSIGNED, BILL_ONLY = range(3)
OWNERSHIPS = ["OWNED", "CONSIGNED", "BILL_ONLY"]
# Faults in how use is told, one a line at most, with their rates: of all lines, of implants, of chargeable lines used, of
# bill-only lines used.
OF_LINES, OF_IMPLANTS, OF_CHARGEABLE, OF_BILL_ONLY = range(4)
FAULTS = {
    "BILL_ONLY_NO_PO": (OF_BILL_ONLY, 0.11), "MISSING_SERIAL": (OF_IMPLANTS, 0.09), "MISSING_LOT": (OF_IMPLANTS, 0.06),
    "NOT_CHARGED": (OF_CHARGEABLE, 0.034), "CHARGED_NOT_USED": (OF_CHARGEABLE, 0.009), "WRONG_CASE": (OF_LINES, 0.002),
    "DOUBLE_SCAN": (OF_LINES, 0.008), "ITEM_UNMAPPED": (OF_LINES, 0.022), "DOCUMENTED_LATE": (OF_LINES, 0.07),
}  # fmt: skip
LABELS = ["CLEAN", *FAULTS]


@dataclass(frozen=True)
class Plan:
    """What cases would take were there enough of it. One place per line; place is of the stock, or -1."""

    case: Ints
    item: Ints
    place: Ints
    used: Ints
    wasted: Ints
    returned: Ints
    is_implant: Bools
    day: Ints

    def demand(self) -> tuple[Ints, Ints, Ints]:
        """Day, place and eaches that stock is asked for, by day and place."""
        rows = np.flatnonzero((self.place >= 0) & (self.used + self.wasted > 0))
        key, of = np.unique(self._key(rows), return_inverse=True)
        quantity = np.bincount(of, weights=(self.used + self.wasted)[rows], minlength=len(key)).astype(np.int64)
        places = int(self.place.max()) + 1
        return key // places + FIRST_DAY, key % places, quantity

    def _key(self, rows: Ints) -> Ints:
        return (self.day[rows].astype(np.int64) - FIRST_DAY) * (int(self.place.max()) + 1) + self.place[rows]

    def clipped(self, day: Ints, place: Ints, quantity: Ints) -> "Plan":
        """What cases took where stock gave so much by day and place: the first to ask has it, the last goes without."""
        places = int(self.place.max()) + 1
        rows = np.flatnonzero((self.place >= 0) & (self.used + self.wasted > 0))
        rows = rows[np.argsort(self._key(rows), kind="stable")]
        key, wanted = self._key(rows), (self.used + self.wasted)[rows].astype(np.int64)
        here = np.flatnonzero(place < places)
        given = (day[here] - FIRST_DAY) * places + place[here]
        order = np.argsort(given, kind="stable")
        given, amount = given[order], quantity[here][order]
        at_place = np.minimum(np.searchsorted(given, key), len(given) - 1)
        there = np.where(given[at_place] == key, amount[at_place], 0)
        before = np.cumsum(wanted) - wanted
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        before -= np.repeat(before[first], np.diff(np.r_[first, len(key)]))
        got = np.clip(there - before, 0, wanted)
        used, wasted = self.used.copy(), self.wasted.copy()
        used[rows] = np.minimum(used[rows], got)
        wasted[rows] = got - used[rows]
        left = np.flatnonzero(used + wasted + self.returned > 0)
        columns = {**vars(self), "used": used, "wasted": wasted}
        return Plan(**{name: values[left] for name, values in columns.items()})


@dataclass(frozen=True)
class BillOnly:
    """One place per each or line that came with a case: to be ordered when it had been used. center is a place in the
    list of cost centers; order_day lies after the month's end where nobody ordered in time."""

    case: Ints
    item: Ints
    day: Ints
    order_day: Ints
    quantity: Ints
    site: Ints
    center: Ints
    ownership: Ints
    is_late: Bools


@dataclass(frozen=True)
class Use:
    """What cases took in truth, by line; label says how it is told otherwise. Minutes are UTC."""

    case: Ints
    item: Ints
    place: Ints
    location: Ints
    used: Ints
    wasted: Ints
    returned: Ints
    is_implant: Bools
    day: Ints
    used_at: Ints
    documented_at: Ints
    ownership: Ints
    label: Ints
    is_chargeable: Bools
    is_recalled: Bools
    told_case: Ints

    def is_charged(self, lines: Ints) -> Bools:
        label = self.label[lines]
        due: Bools = self.is_chargeable[lines] & (self.used[lines] > 0) & (label != LABELS.index("NOT_CHARGED"))
        wrongly: Bools = label == LABELS.index("CHARGED_NOT_USED")
        return due | wrongly

    def bill_only(self, ground: Ground, theatre: Theatre) -> BillOnly:
        """Everything used or wasted that no stock gave. It is ordered within days and the month, or late and after it."""
        random = ground.streams.of("clinical bill-only")
        rows = np.flatnonzero((self.place < 0) & (self.used + self.wasted > 0))
        day, number = self.day[rows], len(rows)
        is_late = self.label[rows] == LABELS.index("BILL_ONLY_NO_PO")
        # Of the month after the last that is simulated nothing is known: its orders count from the last day.
        end = STARTS[np.minimum(month_of(day), len(STARTS) - 1)] - 1
        soon, later = random.integers(1, 5, number), random.integers(2, 13, number)
        order_day = np.where(is_late, end + later, np.minimum(day + soon, end))
        quantity = (self.used + self.wasted)[rows]
        center = ground.center_of_location[self.location[rows]]
        return BillOnly(self.case[rows], self.item[rows], day, order_day, quantity, theatre.site[self.case[rows]], center,
                        self.ownership[rows], is_late)  # fmt: skip


def plan_use(ground: Ground, carts: Carts, theatre: Theatre, cards: Cards) -> tuple[Plan, Recall]:
    """Each case takes what its card says, some of it for nothing, and now and then what no card says."""
    random = ground.streams.of("clinical use")
    found = recall.plan_recall(
        ground, theatre, carts.kept, carts.cart, np.unique(cards.line_place[cards.line_place >= 0])
    )
    is_opened = quota(random, theatre.status == CANCELED, OPENED_SHARE)
    cases = np.flatnonzero((theatre.status == COMPLETED) | is_opened)
    case, line = _expanded(cards, theatre, cases)
    is_wanted = ~cards.line_is_implant[line] | _has_implant(random, theatre)[case]
    case, line = case[is_wanted], line[is_wanted]
    opened, held = cards.line_open[line], cards.line_hold[line]
    used, wasted = _fate(random, opened, held, cards.line_is_implant[line], theatre.status[case] == CANCELED)
    listed = {
        "case": case, "item": cards.line_item[line], "place": cards.line_place[line], "used": used, "wasted": wasted,
        "returned": opened + held - used - wasted, "is_implant": cards.line_is_implant[line],
    }  # fmt: skip
    parts = [listed, _unlisted(random, theatre, listed), _planted(ground, carts.kept, theatre, found)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in listed}
    order = np.argsort(columns["case"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    columns = {name: values if values.dtype == bool else values.astype(np.int32) for name, values in columns.items()}
    return Plan(**columns, day=theatre.day[columns["case"]].astype(np.int32)), found


def _expanded(cards: Cards, theatre: Theatre, cases: Ints) -> tuple[Ints, Ints]:
    """Case and card line of every line of the cases' cards."""
    first = np.searchsorted(cards.line_version, np.arange(len(cards.version_card) + 1))
    version = cards.version_of[cases]
    number = (first[version + 1] - first[version]).astype(np.int64)
    start = np.cumsum(number) - number
    case = np.repeat(cases, number)
    return case, np.arange(len(case)) - np.repeat(start - first[version], number)


def _has_implant(random: np.random.Generator, theatre: Theatre) -> Bools:
    """Groups that always implant do; of the others that may, as many as bring operating rooms to their share."""
    always = np.array([group.is_always for group in procedures.GROUPS])[theatre.group]
    may = np.array([group.implants > 0 for group in procedures.GROUPS])[theatre.group] & ~always
    rooms = (theatre.kind == procedures.OR) & (theatre.status == COMPLETED)
    lacking = max(0.0, IMPLANT_CASES * rooms.sum() - (always & rooms).sum())
    return always | quota(random, may & rooms, lacking, of=1)


def _fate(
    random: np.random.Generator, opened: Ints, held: Ints, is_implant: Bools, is_canceled: Bools
) -> tuple[Ints, Ints]:
    """Used and wasted of each line: all of it, or none."""
    drawn = random.random(len(opened), dtype=np.float32)
    use = np.select([is_canceled, is_implant, held > 0], [0.0, IMPLANT_USED, HOLD_USED], OPEN_USED)
    waste = np.select([is_canceled & (held > 0), is_canceled, is_implant, held > 0],
                      [0.0, CANCELED_WASTED, IMPLANT_WASTED, HOLD_WASTED], OPEN_WASTED)  # fmt: skip
    picked = opened + held
    return np.where(drawn < use, picked, 0), np.where((drawn >= use) & (drawn < use + waste), picked, 0)


def _unlisted(random: np.random.Generator, theatre: Theatre, listed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """An each of what another case of the same site and kind had of stock."""
    taken = np.flatnonzero((listed["place"] >= 0) & (theatre.status[listed["case"]] == COMPLETED))
    key = (theatre.site * len(procedures.KINDS) + theatre.kind)[listed["case"][taken]]
    ordered = taken[np.argsort(key, kind="stable")]
    key = np.sort(key, kind="stable")
    chosen = np.sort(random.choice(len(ordered), size=round(len(taken) * UNLISTED_SHARE), replace=False))
    first, last = np.searchsorted(key, key[chosen]), np.searchsorted(key, key[chosen], side="right")
    other = ordered[first + (random.random(len(chosen)) * (last - first)).astype(np.int64)]
    return _single(listed["case"][ordered[chosen]], listed["item"][other], listed["place"][other], is_implant=False)


def _planted(ground: Ground, kept: LocationItems, theatre: Theatre, found: Recall) -> dict[str, np.ndarray]:
    """What stories add: implants beyond a capped price, and uses of the item that will be recalled."""
    spine = np.flatnonzero(theatre.story == planted.SPINE_CAP).repeat(planted.SPINE_EXTRA_IMPLANTS)
    item = nearest(ground, procedures.SPINE, np.full(len(spine), planted.SPINE_EXTRA_PRICE))
    parts = [
        _single(spine, item, np.full(len(spine), NONE), is_implant=True),
        _single(found.case, np.full(len(found.case), found.item), found.place, is_implant=False),
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _single(case: Ints, item: Ints, place: Ints, is_implant: bool) -> dict[str, np.ndarray]:
    number = len(case)
    nothing = np.zeros(number, dtype=np.int64)
    return {"case": case, "item": item, "place": place, "used": nothing + 1, "wasted": nothing, "returned": nothing,
            "is_implant": np.full(number, is_implant)}  # fmt: skip
