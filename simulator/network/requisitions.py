"""What was asked for before it was ordered, and who approved it.

Belongs here: requisition lines, those that became order lines, and those that were refused, withdrawn or merged. Not here:
the orders (purchasing.py). Quantities are in packs.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import FIRST_DAY, is_weekend
from simulator.network.columns import maybe, maybe_numbered, moments, named, numbered, pick, times
from simulator.network.ground import Ground
from simulator.network.places import SITE_CODES
from simulator.network.purchasing import MANUAL, ORIGINS, PAR, Orders
from simulator.network.stocked import LocationItems
from simulator.network.streams import Ints

# Requisition lines for each order line; of these, refused and withdrawn ones; the rest above one is merged.
LINES_PER_ORDER_LINE, REFUSED, WITHDRAWN = 1.35 / 1.12, 0.04, 0.03
# Who asks for more than so many cents needs one approval more.
STEPS_CENTS = np.array([100_000, 500_000, 2_500_000, 10_000_000], dtype=np.int64)
STATUSES = ["ORDERED", "MERGED", "REJECTED", "CANCELLED"]
ORDERED, MERGED, REJECTED, CANCELLED = range(len(STATUSES))


@dataclass(frozen=True)
class _Asked:
    """By requisition line: the order line that it is like, its document, packs, and days before the order."""

    like: Ints
    document: Ints
    packs: Ints
    before: Ints
    status: Ints


def requisition_tables(ground: Ground, kept: LocationItems, orders: Orders) -> dict[str, pa.Table]:
    """One row per requisition line, by document."""
    random = ground.streams.of("requisitions")
    asked = _asked(random, orders)
    like = asked.like
    origin = orders.origin[like]
    amount = times(asked.packs, orders.price[like])
    steps = np.searchsorted(STEPS_CENTS, amount, side="right")
    # What a par level asks for is approved already, unless it is dear.
    steps = np.where(origin == PAR, np.maximum(steps - 2, 0), steps)
    day = orders.day[like]
    requested = day - np.where(origin == MANUAL, asked.before + (steps > 1) * (steps - 1), 0)
    requested = np.maximum(requested - np.where(is_weekend(requested), 2, 0), FIRST_DAY - 10)
    second = 21_600 + (like * 37 + asked.document * 11) % 18_000
    approved_second = second + 60 + steps * 2_700 + (like * 13) % 1_800
    is_approved = (asked.status == ORDERED) | (asked.status == MERGED)
    place = orders.place[like]
    location = np.where(place < 0, -1, kept.location[np.maximum(place, 0)])
    has_order = np.where(is_approved, like, -1)
    rank = np.lexsort((like, asked.document))
    _, document = np.unique(asked.document, return_inverse=True)
    starts = np.flatnonzero(np.r_[True, np.diff(document[rank]) > 0])
    number = np.empty(len(rank), dtype=np.int64)
    number[rank] = np.arange(len(rank)) - np.repeat(starts, np.diff(np.r_[starts, len(rank)])) + 1
    table = pa.table(
        {
            "requisition": numbered("RQ", document + 1, 8),
            "line": pa.array(number),
            "site": pick(SITE_CODES, orders.site[like]),
            "location": maybe([row.code for row in ground.locations], location),
            "cost_center": ground.center_codes(orders.cost_center[like]),
            "item_id": named(ground.items.table, "item_id", orders.item[like]),
            "packs": pa.array(asked.packs),
            "requested_at": moments(requested, second),
            "approved_at": moments(np.where(is_approved, np.where(steps > 1, day, requested), -1), approved_second),
            "approval_steps": pa.array(steps.astype(np.int64)),
            "source": pick(ORIGINS, origin),
            "po_number": maybe_numbered("PO", np.where(is_approved, orders.order[like], -1), 8),
            "po_line": pa.array(orders.line[like], mask=has_order < 0),
            "status": pick(STATUSES, asked.status),
        }
    )
    return {"truth_requisition_line": table.take(pa.array(rank))}


def _asked(random: np.random.Generator, orders: Orders) -> _Asked:
    count = len(orders.order)
    refused, withdrawn = round(count * REFUSED), round(count * WITHDRAWN)
    merged = round(count * LINES_PER_ORDER_LINE) - count - refused - withdrawn
    every = np.arange(count)
    # An order is asked for in one document; a part of some lines in another one, which is merged into the order.
    split = np.sort(random.choice(np.flatnonzero((orders.packs > 1) & (orders.case < 0)), size=merged, replace=False))
    part = np.zeros(count, dtype=np.int64)
    part[split] = np.maximum(orders.packs[split] // 3, 1)
    own = _Asked(
        every, orders.order * 4, orders.packs - part, random.integers(0, 3, count), np.full(count, ORDERED)
    )  # fmt: skip
    more = _Asked(
        split, orders.order[split] * 4 + 1, part[split], random.integers(0, 3, merged), np.full(merged, MERGED)
    )
    never = []
    for status, size in ((REJECTED, refused), (CANCELLED, withdrawn)):
        like = np.sort(random.choice(np.flatnonzero(orders.origin == MANUAL), size=size, replace=False))
        dear = random.integers(1, 6, size) if status == REJECTED else np.ones(size, dtype=np.int64)
        document = orders.order[like] * 4 + 2 + (status == CANCELLED)
        never.append(
            _Asked(like, document, orders.packs[like] * dear, random.integers(1, 20, size), np.full(size, status))
        )
    parts = [own, more, *never]
    return _Asked(*(np.concatenate([getattr(part, name) for part in parts]) for name in vars(own)))
