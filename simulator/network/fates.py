"""What becomes of order lines: what the supplier answers, how much comes and when, and what is wrong with it on arrival.

Belongs here: the rates of the supply chain's faults, and drawing them. Not here: orders (purchasing.py), stock (stock.py).
Lines are shown in batches, a day's orders of stock or all orders of departments; over all batches together each rate is
met exactly: round(n x rate), n being every line shown but those of fluids in the month of their shortage, which have
rates of their own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import SHORTAGE, STARTS, SUPPLIER_OUTAGE, next_workday
from simulator.network.chart import ITEM_CLASSES
from simulator.network.items import Items
from simulator.network.streams import Bools, Ints
from simulator.network.suppliers import OUT_SUPPLIER, Suppliers

RESPONSES = ["ACCEPT", "NONE", "BACKORDER", "REJECT", "SUBSTITUTE", "PRICE_CHANGE", "DATE_CHANGE"]
ACCEPT, NONE, BACKORDER, REJECT, SUBSTITUTE, PRICE_CHANGE, DATE_CHANGE = range(len(RESPONSES))
# Shares of order lines by what the supplier answers; the rest is accepted.
RESPONSE_RATES = {
    BACKORDER: 0.045, SUBSTITUTE: 0.016, NONE: 0.12, REJECT: 0.011, PRICE_CHANGE: 0.022, DATE_CHANGE: 0.06,
}  # fmt: skip
# The same of intravenous fluids in the month of their shortage.
SHORTAGE_RATES = {**RESPONSE_RATES, BACKORDER: 0.12, SUBSTITUTE: 0.2}
DELIVERIES = ["WHOLE", "PARTIAL", "NEVER"]
WHOLE, PARTIAL, NEVER = range(len(DELIVERIES))
PARTIAL_SHARE, NEVER_SHARE = 0.07, 0.009
# Shares of receipt lines: more than was ordered, less than was counted, sent back.
OVER_SHARE, SHORT_SHARE, RETURN_SHARE = 0.012, 0.008, 0.016
FLUID = ITEM_CLASSES.index("Intravenous fluid")
DAYS_TO_SECOND_DELIVERY = 4


class RunningQuota:
    """Marks round(n x rate) of all rows it is ever shown, whatever the batches they come in."""

    def __init__(self, random: np.random.Generator, rate: float):
        self._random, self._rate = random, rate
        self._shown = self._marked = 0

    def mark(self, eligible: Bools) -> Bools:
        """Of this batch; what too few eligible rows leave open is made up for by a later batch."""
        places = np.flatnonzero(eligible)
        self._shown += len(eligible)
        count = min(max(round(self._shown * self._rate) - self._marked, 0), len(places))
        marked = np.zeros(len(eligible), dtype=bool)
        if count:
            marked[self._random.choice(places, size=count, replace=False)] = True
            self._marked += count
        return marked


@dataclass(frozen=True)
class Fate:
    """By order line. Days are -1 where nothing comes; what does not come first comes second."""

    response: Ints
    delivery: Ints
    first_day: Ints
    second_day: Ints
    first_packs: Ints


@dataclass(frozen=True)
class Arrival:
    """By receipt line, in packs: what came beyond the order, what is missing and was not noticed, what goes back."""

    extra: Ints
    missing: Ints
    returned: Ints


class Fates:
    """The supply chain's luck, one for all orders of a world."""

    def __init__(self, random: np.random.Generator, items: Items, suppliers: Suppliers):
        self._random, self._items, self._suppliers = random, items, suppliers
        self._usual, self._short = (
            {code: RunningQuota(random, rate) for code, rate in rates.items()}
            for rates in (RESPONSE_RATES, SHORTAGE_RATES)
        )
        self._partial, self._never = RunningQuota(random, PARTIAL_SHARE), RunningQuota(random, NEVER_SHARE)
        self._over, self._missing, self._returned = (
            RunningQuota(random, rate) for rate in (OVER_SHARE, SHORT_SHARE, RETURN_SHARE)
        )

    def of_orders(self, day: Ints, item: Ints, supplier: Ints, packs: Ints, together: Ints, is_ordinary: Bools) -> Fate:
        """Lines with the same number in `together` come together unless something happens to one of them. Only to an
        ordinary line anything happens."""
        is_short = (self._items.item_class[item] == FLUID) & in_month(day, SHORTAGE)
        response = np.zeros(len(day), dtype=np.int64)
        for quotas, which in ((self._usual, np.flatnonzero(~is_short)), (self._short, np.flatnonzero(is_short))):
            for code, quota in quotas.items():
                may_be = is_ordinary[which] & (response[which] == ACCEPT)
                if code == SUBSTITUTE:
                    may_be &= self._items.substitute[item[which]] >= 0
                response[which[quota.mark(may_be)]] = code
        comes = is_ordinary & (response != REJECT)
        is_never = self._never.mark(comes & np.isin(response, (ACCEPT, NONE)))
        is_partial = self._partial.mark(comes & ~is_never & (packs > 1))
        delivery = np.where(is_never, NEVER, np.where(is_partial, PARTIAL, WHOLE))
        first, second = self._days(day, supplier, together, response, is_short)
        nothing = is_never | (response == REJECT)
        return Fate(
            response, delivery, np.where(nothing, -1, np.where(is_partial | (response != BACKORDER), first, second)),
            np.where(is_partial, second, -1), np.where(is_partial, (packs + 1) // 2, packs),
        )  # fmt: skip

    def of_arrivals(self, packs: Ints, is_ordinary: Bools) -> Arrival:
        is_over = self._over.mark(is_ordinary)
        is_missing = self._missing.mark(is_ordinary & ~is_over & (packs > 1))
        is_returned = self._returned.mark(is_ordinary & ~is_over & ~is_missing)
        return Arrival(
            np.where(is_over, np.maximum(packs // 10, 1), 0), np.where(is_missing, np.maximum(packs // 8, 1), 0),
            np.where(is_returned, (packs + 1) // 2, 0),
        )  # fmt: skip

    def _days(
        self, day: Ints, supplier: Ints, together: Ints, response: Ints, is_short: Bools
    ) -> tuple[Ints, Ints]:  # fmt: skip
        """When the line comes, and when what comes later of it."""
        random = self._random
        _, first, of = np.unique(together, return_index=True, return_inverse=True)
        variation = self._suppliers.lead_variation[supplier[first]]
        drawn = random.gamma(variation**-2, self._suppliers.lead_mean[supplier[first]] * variation**2)[of]
        lead = (drawn * np.where(is_short, 3.0, 1.0)).astype(np.int64)
        moved = np.where(response == DATE_CHANGE, random.integers(1, 7, len(day)), 0)
        waits = np.where(response == BACKORDER, random.integers(3, 15, len(day)), DAYS_TO_SECOND_DELIVERY)
        arrives = self._after_outage(supplier, next_workday(day + 1 + lead + moved))
        return arrives, self._after_outage(supplier, next_workday(arrives + waits))

    def _after_outage(self, supplier: Ints, arrives: Ints) -> Ints:
        is_out = (supplier == OUT_SUPPLIER) & in_month(arrives, SUPPLIER_OUTAGE)
        late = next_workday(STARTS[SUPPLIER_OUTAGE] + 1 + arrives % 5)
        return np.where(is_out, late, arrives)


def in_month(day: Ints, month: int) -> NDArray[np.bool_]:
    """Whether each day is in a fiscal month."""
    found: NDArray[np.bool_] = (STARTS[month - 1] <= day) & (day < STARTS[month])
    return found
