"""What was received: by whom it was counted, when it was posted, and what is wrong with it.

Belongs here: receipts, from deliveries of stock, to departments, and of implants that were there before their order. Not
here: what suppliers do (fates.py). Quantities are in packs.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import DAYS, FIRST_DAY, LAST_DAY, next_workday
from simulator.network.columns import dates, numbered
from simulator.network.fates import Fates
from simulator.network.places import SITE_CODES
from simulator.network.purchasing import MANUAL, PREFCARD, Orders
from simulator.network.stock import Flows
from simulator.network.streams import Bools, Ints, Streams, quota

# Shares of receipt documents posted late, and of receipt lines posted on another line of the order.
POSTED_LATE, POSTED_LATE_H6, WRONG_LINE = 0.09, 0.22, 0.005
# Days after which a late receipt is posted: at first and at last. H6 leaves its papers on the dock.
LATE_DAYS, LATE_DAYS_H6 = (2, 6), (7, 22)


@dataclass(frozen=True)
class Receipts:
    """One place per receipt line; `receipt` numbers the receipt documents from 0. line: the order line; posted_line: the
    one that it was posted on. packs: as counted, with `extra` beyond the order; missing: of these, not there. returned:
    sent back on return_day (-1: nothing)."""

    receipt: Ints
    line: Ints
    posted_line: Ints
    arrived: Ints
    posted: Ints
    packs: Ints
    extra: Ints
    missing: Ints
    returned: Ints
    return_day: Ints
    is_late: Bools


def receipt_lines(streams: Streams, orders: Orders, flows: Flows, line_of_stock: Ints, fates: Fates) -> Receipts:
    """What came, by document: what arrives for an order on a day is posted together."""
    random = streams.of("receipts")
    columns = _arrivals(orders, flows, line_of_stock, fates)
    line, arrived = columns["line"], columns["arrived"]
    is_after_use = orders.origin[line] == PREFCARD
    document = (orders.order[line] * 2 + is_after_use) * (DAYS + 40) + arrived - FIRST_DAY
    _, first, of = np.unique(document, return_index=True, return_inverse=True)
    is_h6 = (orders.site[line] == SITE_CODES.index("H6"))[first]
    may = ~is_after_use[first]
    # A dock posts a delivery late as a whole.
    is_late = quota(random, may & is_h6, POSTED_LATE_H6, of=int((may & is_h6).sum()))
    is_late |= quota(random, may & ~is_h6, POSTED_LATE, of=int((may & ~is_h6).sum()))
    delay = np.where(is_h6, random.integers(*LATE_DAYS_H6, len(first)), random.integers(*LATE_DAYS, len(first)))
    posted = np.minimum(arrived + np.where(is_late, delay, 0)[of], LAST_DAY)
    # An implant was there before; its receipt is posted with its order.
    posted = np.where(is_after_use, orders.day[line], posted)
    _, receipt = np.unique(orders.order[line] * (DAYS + 1) + posted - FIRST_DAY, return_inverse=True)
    ranked = np.lexsort((line, receipt))
    columns = {name: values[ranked] for name, values in columns.items()}
    return Receipts(
        receipt=receipt[ranked].astype(np.int64), posted=posted[ranked], is_late=is_late[of][ranked],
        posted_line=_posted_line(random, orders, columns["line"]), **columns,
    )  # fmt: skip


def _arrivals(orders: Orders, flows: Flows, line_of_stock: Ints, fates: Fates) -> dict[str, Ints]:
    """Deliveries of stock as they were simulated, those to departments, and implants on the day of their use."""
    stock = flows.deliveries
    asked = np.flatnonzero((orders.place < 0) & (orders.origin != PREFCARD))
    is_second = orders.second_day[asked] >= 0
    line = np.concatenate([asked, asked[is_second]])
    packs = np.concatenate([orders.first_packs[asked], (orders.packs - orders.first_packs)[asked[is_second]]])
    arrived = np.concatenate([orders.first_day[asked], orders.second_day[asked[is_second]]])
    happened = (arrived >= 0) & (arrived <= LAST_DAY)
    line, packs, arrived = line[happened], packs[happened], arrived[happened]
    arrival = fates.of_arrivals(packs, ~orders.is_planted[line])
    back = np.where(arrival.returned > 0, np.minimum(next_workday(arrived + 3 + line % 5), LAST_DAY), -1)
    used = np.flatnonzero(orders.origin == PREFCARD)
    none = np.zeros(len(used), dtype=np.int64)
    return {
        "line": np.concatenate([line_of_stock[stock.order], line, used]),
        "arrived": np.concatenate([stock.day, arrived, orders.first_day[used]]),
        "packs": np.concatenate([stock.packs, packs + arrival.extra, orders.packs[used]]),
        "extra": np.concatenate([stock.extra, arrival.extra, none]),
        "missing": np.concatenate([stock.missing, arrival.missing, none]),
        "returned": np.concatenate([stock.returned, arrival.returned, none]),
        "return_day": np.concatenate([stock.return_day, back, none - 1]),
    }


def _posted_line(random: np.random.Generator, orders: Orders, line: Ints) -> Ints:
    """Some of what departments ordered is posted on the next line of the same order, at its price and to its account. What a
    place keeps is booked by its item's label, so that stock and books agree."""
    starts = np.flatnonzero(np.r_[True, orders.order[1:] != orders.order[:-1]])
    size = np.diff(np.r_[starts, len(orders.order)])
    start, lines = starts[orders.order[line]], size[orders.order[line]]
    may = (lines > 1) & (orders.origin[line] == MANUAL) & ~orders.is_planted[line]
    is_wrong = quota(random, may, WRONG_LINE, of=int((orders.origin[line] != PREFCARD).sum()))
    return np.where(is_wrong, start + (line - start + 1) % lines, line)


def receipt_tables(receipts: Receipts, orders: Orders) -> dict[str, pa.Table]:
    """One row per receipt line."""
    line = receipts.line
    is_wrong = receipts.posted_line != line
    return {
        "truth_receipt_line": pa.table(
            {
                "receipt_number": numbered("GR", receipts.receipt + 1, 8),
                "receipt_line": pa.array(number_in_document(receipts.receipt)),
                "po_number": numbered("PO", orders.order[line] + 1, 8),
                "line": pa.array(orders.line[line]),
                "posted_line": pa.array(orders.line[receipts.posted_line]),
                "arrived_date": dates(receipts.arrived),
                "posted_date": dates(receipts.posted),
                "packs": pa.array(receipts.packs),
                "packs_over": pa.array(receipts.extra),
                "packs_missing": pa.array(receipts.missing),
                "is_late": pa.array(receipts.is_late),
                "is_wrong_line": pa.array(is_wrong),
            }
        )
    }


def number_in_document(document: Ints) -> Ints:
    """From 1 within each document; lines of a document stand together."""
    starts = np.flatnonzero(np.r_[True, document[1:] != document[:-1]])
    return np.arange(len(document)) - np.repeat(starts, np.diff(np.r_[starts, len(document)])) + 1
