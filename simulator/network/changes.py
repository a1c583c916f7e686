"""The versions of an order line: made, changed, cancelled, closed.

Belongs here: what buyers did to a line after they made it, and its status in the end. Not here: what suppliers answered
(acknowledgements.py). Quantities are in packs.
"""

import numpy as np
import pyarrow as pa

from simulator.network.calendar import LAST_DAY, next_workday
from simulator.network.columns import dates, moments, numbered, pick
from simulator.network.fates import BACKORDER, DATE_CHANGE, NEVER, REJECT
from simulator.network.purchasing import PREFCARD, Orders
from simulator.network.receiving import Receipts
from simulator.network.stock import REFUSED_DAYS, WAITING_FOR_NOTHING_DAYS
from simulator.network.streams import Ints, Streams, quota

# Share of order lines whose quantity the buyer changed before they were shipped.
QUANTITY_CHANGED = 0.02
# Days within which an order line is wanted when nobody says otherwise, and after which a received one is closed.
USUAL_DAYS, CLOSED_AFTER_DAYS = 7, 20
KINDS = ["CREATED", "QUANTITY", "DATE", "CANCELLED", "CLOSED"]
CREATED, QUANTITY, DATE, CANCELLED, CLOSED = range(len(KINDS))
STATUSES = ["OPEN", "PARTIAL", "RECEIVED", "CANCELLED", "CLOSED"]


def cancelled_on(orders: Orders) -> Ints:
    """The day on which a line is cancelled: refused ones soon, those that never come after a month; -1 for none."""
    is_refused, is_never = orders.response == REJECT, orders.delivery == NEVER
    day = np.select([is_refused, is_never], [orders.day + REFUSED_DAYS, orders.day + WAITING_FOR_NOTHING_DAYS], -1)
    return np.where(day > LAST_DAY, -1, day)


def statuses(orders: Orders, receipts: Receipts) -> tuple[Ints, Ints]:
    """Of each line on the last day: its place in STATUSES, and the day on which it was closed, -1 for none."""
    count = len(orders.order)
    received = np.zeros(count, dtype=np.int64)
    np.add.at(received, receipts.line, receipts.packs)
    last = np.full(count, -1, dtype=np.int64)
    np.maximum.at(last, receipts.line, receipts.posted)
    is_whole = received >= orders.packs
    closed = np.where(is_whole & (last + CLOSED_AFTER_DAYS <= LAST_DAY), last + CLOSED_AFTER_DAYS, -1)
    status = np.select([cancelled_on(orders) >= 0, closed >= 0, is_whole, received > 0], [3, 4, 2, 1], 0)
    return status, closed


def change_tables(streams: Streams, orders: Orders, receipts: Receipts) -> dict[str, pa.Table]:
    """One row per order line and version."""
    random = streams.of("order changes")
    may = (orders.packs > 1) & (orders.origin != PREFCARD) & ~orders.is_planted
    is_changed = quota(random, may, QUANTITY_CHANGED, of=len(may))
    first = orders.packs + np.where(is_changed, np.where(orders.line % 3 == 0, 1, -1), 0)
    moved = np.isin(orders.response, (DATE_CHANGE, BACKORDER)) & (orders.first_day >= 0)
    line = np.arange(len(may))
    wanted, promised = orders.day + USUAL_DAYS, orders.first_day
    second = 28_800 + (orders.order * 41) % 28_800
    parts: list[tuple[int, Ints, Ints, Ints, Ints, Ints]] = [
        (CREATED, line, orders.day, second, first, wanted),
        # The buyer changes it within the hour, before anything is sent.
        (QUANTITY, line[is_changed], orders.day[is_changed], second[is_changed] + 1_800, orders.packs[is_changed],
         wanted[is_changed]),
        (DATE, line[moved], next_workday(orders.day[moved] + 2), second[moved], orders.packs[moved], promised[moved]),
    ]  # fmt: skip
    for kind, day in ((CANCELLED, cancelled_on(orders)), (CLOSED, statuses(orders, receipts)[1])):
        ended = np.flatnonzero(day >= 0)
        latest = np.where(moved, promised, wanted)
        parts.append((kind, ended, day[ended], second[ended] + 3_600, orders.packs[ended], latest[ended]))
    code = np.concatenate([np.full(len(part[1]), part[0]) for part in parts])
    of, on, at, packs, until = (np.concatenate([part[place] for part in parts]) for place in range(1, 6))
    shown = np.flatnonzero(on <= LAST_DAY)
    shown = shown[np.lexsort((at[shown], on[shown], of[shown]))]
    code, of, on, at, packs, until = (column[shown] for column in (code, of, on, at, packs, until))
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    version = np.arange(len(of)) - np.repeat(starts, np.diff(np.r_[starts, len(of)])) + 1
    return {
        "truth_order_change": pa.table(
            {
                "po_number": numbered("PO", orders.order[of] + 1, 8),
                "line": pa.array(orders.line[of]),
                "version": pa.array(version),
                "changed_at": moments(on, at),
                "kind": pick(KINDS, code),
                "packs": pa.array(packs),
                "promised_date": dates(until),
            }
        )
    }
