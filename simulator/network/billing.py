"""What suppliers bill for what came, and the faults of these invoices, each labelled and met to the line.

Belongs here: the columns of invoices, and invoices of receipts. Not here: copies, services, credits and rebills
(payables.py, credits.py). Prices are of one purchase pack in 10,000ths of a dollar, amounts in cents.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.network.acknowledgements import announced_price
from simulator.network.calendar import LAST_DAY, next_workday
from simulator.network.columns import times
from simulator.network.fates import PRICE_CHANGE
from simulator.network.items import Items
from simulator.network.places import SITE_CODES
from simulator.network.pricing import members_summing_to
from simulator.network.purchasing import PREFCARD, Orders
from simulator.network.receiving import Receipts
from simulator.network.stories import BOXES_A_CASE
from simulator.network.streams import Bools, Ints, quota
from simulator.network.suppliers import CASE_PRICE_SUPPLIER

KINDS = ["INVOICE", "COPY", "SERVICE", "RETURN_CREDIT", "REBILL_CREDIT", "REBILL", "UNMATCHED_CREDIT"]
INVOICE, COPY, SERVICE, RETURN_CREDIT, REBILL_CREDIT, REBILL, UNMATCHED_CREDIT = range(len(KINDS))
CLEAN = "CLEAN"
# Share of invoice lines with a fault of the line, in the order of the codes; a line has one of them at most.
LINE_FAULTS = {"PRICE_OVER": 0.048, "PRICE_UNDER": 0.011, "QTY_OVER": 0.023, "UOM": 0.009}
PRICE_OVER, PRICE_UNDER, QTY_OVER, WRONG_UNIT = range(1, 5)
# Shares of invoices of receipts with a fault of the document.
FREIGHT_NOT_ALLOWED, TAX_WRONG, CURRENCY_WRONG, BEFORE_RECEIPT = 0.014, 0.005, 0.0005, 0.08
FREIGHT_SHARE = 0.18
# Somebody sees it when a larger line is billed by the each.
LARGEST_WRONG_UNIT_CENTS = 15_000
# H6 has so many of every five invoice lines whose goods are there and not received in the books.
MISSING_H6, MISSING_OF = 3, 5


@dataclass(frozen=True)
class Documents:
    """By invoice. copy_of: the invoice that this one bills again, refers_to: the one that it credits or replaces, or -1;
    is_altered: a copy under another number; is_missing: the goods were there and their receipt was not posted yet."""

    kind: Ints
    supplier: Ints
    site: Ints
    day: Ints
    posted: Ints
    freight: Ints
    tax: Ints
    is_freight_wrong: Bools
    is_tax_wrong: Bools
    is_currency_wrong: Bools
    is_early: Bools
    is_missing: Bools
    copy_of: Ints
    refers_to: Ints
    is_altered: Bools


@dataclass(frozen=True)
class BilledLines:
    """By invoice line. Receipt and order line are -1 where an invoice has none; fault: place in LINE_FAULTS from 1."""

    invoice: Ints
    receipt_line: Ints
    order_line: Ints
    packs: Ints
    price: Ints
    amount: Ints
    fault: Ints


Columns = TypeVar("Columns", Documents, BilledLines)


def taken(columns: Columns, places: Ints) -> Columns:
    return type(columns)(**{name: values[places] for name, values in vars(columns).items()})


def stacked(first: Columns, second: Columns) -> Columns:
    return type(first)(
        **{name: np.concatenate([values, getattr(second, name)]) for name, values in vars(first).items()}
    )  # fmt: skip


def plain(kind: int, supplier: Ints, site: Ints, day: Ints, posted: Ints, **columns: NDArray[Any]) -> Documents:
    """Documents without a fault; `columns` says what is otherwise."""
    count = len(supplier)
    zero, no, none = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool), np.full(count, -1)
    made = Documents(
        np.full(count, kind), supplier, site, day, posted, zero, zero, no, no, no, no, no, none, none, no
    )  # fmt: skip
    return replace(made, **columns)


def posted_after(random: np.random.Generator, day: Ints) -> Ints:
    """Some days after the invoice's date, on a workday."""
    return next_workday(day + 1 + random.gamma(2.0, 1.6, len(day)).astype(np.int64))


def bills_of_receipts(
    random: np.random.Generator, items: Items, orders: Orders, receipts: Receipts
) -> tuple[Documents, BilledLines]:  # fmt: skip
    """One invoice a receipt document. What would be posted after the last day has not come: it is left out before any
    quota is taken."""
    starts = np.flatnonzero(np.r_[True, receipts.receipt[1:] != receipts.receipt[:-1]])
    first_line = receipts.line[starts]
    arrived, ordered = np.maximum.reduceat(receipts.arrived, starts), orders.day[first_line]
    is_after_use = orders.origin[first_line] == PREFCARD
    day = np.maximum(arrived + random.integers(0, 3, len(starts)), ordered)
    posted = posted_after(random, day)
    here = posted <= LAST_DAY
    is_early = quota(random, here & ~is_after_use, BEFORE_RECEIPT, of=int(here.sum()))
    early = np.maximum(arrived - random.integers(1, 6, len(starts)), ordered)
    day = np.where(is_early, early, day)
    posted = np.where(is_early, np.minimum(posted_after(random, early), posted), posted)
    starts, first_line, arrived, day, posted = (
        column[here] for column in (starts, first_line, arrived, day, posted)
    )  # fmt: skip
    billed = np.flatnonzero(here[receipts.receipt])
    invoice = (np.cumsum(here) - 1)[receipts.receipt[billed]]
    lines = _lines(random, items, orders, receipts, billed, invoice)
    goods = np.zeros(len(starts), dtype=np.int64)
    np.add.at(goods, invoice, lines.amount)
    size = np.bincount(invoice, minlength=len(starts))
    is_missing, posted = _missing(
        random, orders.site[first_line] == SITE_CODES.index("H6"), arrived, receipts.posted[starts],
        posted, size,
    )  # fmt: skip
    everywhere = np.ones(len(starts), dtype=bool)
    is_freight_wrong, is_tax_wrong, is_currency_wrong = (
        quota(random, everywhere, rate) for rate in (FREIGHT_NOT_ALLOWED, TAX_WRONG, CURRENCY_WRONG)
    )
    has_freight = is_freight_wrong | (random.random(len(starts)) < FREIGHT_SHARE)
    documents = plain(
        INVOICE, orders.supplier[first_line], orders.site[first_line], day, posted,
        freight=np.where(has_freight, random.integers(900, 18_000, len(starts)), 0),
        tax=np.where(is_tax_wrong, np.maximum(goods * 6 // 100, 1), 0), is_freight_wrong=is_freight_wrong,
        is_tax_wrong=is_tax_wrong, is_currency_wrong=is_currency_wrong, is_early=is_early[here], is_missing=is_missing,
    )  # fmt: skip
    return documents, lines


def _lines(
    random: np.random.Generator, items: Items, orders: Orders, receipts: Receipts, billed: Ints, invoice: Ints
) -> BilledLines:
    line = receipts.line[billed]
    pack, packs, price = items.pack[orders.item[line]], receipts.packs[billed].copy(), orders.price[line].copy()
    fault = _line_faults(random, orders, line, pack, times(packs, price))
    announced = (fault == PRICE_OVER) & (orders.response[line] == PRICE_CHANGE)
    over, under, more = (fault == PRICE_OVER) & ~announced, fault == PRICE_UNDER, fault == QTY_OVER
    is_case = (fault == WRONG_UNIT) & (orders.supplier[line] == CASE_PRICE_SUPPLIER) & orders.is_planted[line]
    is_each = (fault == WRONG_UNIT) & ~is_case
    price[announced] = announced_price(orders, line[announced])
    price[over] = price[over] * random.integers(10_600, 12_500, over.sum()) // 10_000 + 1
    price[under] = price[under] * random.integers(8_800, 9_500, under.sum()) // 10_000
    packs[more] += np.maximum(1, packs[more] * random.integers(20, 60, more.sum()) // 100)
    # Billed by the each at the price of the pack: the pack factor is lost. One supplier bills boxes at a case's price.
    packs[is_each] *= pack[is_each]
    price[is_case] *= BOXES_A_CASE
    return BilledLines(invoice, billed, line, packs, price, times(packs, price), fault)


def _line_faults(random: np.random.Generator, orders: Orders, line: Ints, pack: Ints, amount: Ints) -> Ints:
    """The number of the fault of each line, from 1; 0 is clean. A price that the supplier announced is over the order's;
    the story's cases are of the wrong units."""
    fault = np.zeros(len(line), dtype=np.int64)
    planted = orders.is_planted[line]
    fault[planted & (orders.supplier[line] == CASE_PRICE_SUPPLIER)] = WRONG_UNIT
    may_lose_factor = (pack > 1) & (pack <= 24) & (amount < LARGEST_WRONG_UNIT_CENTS)
    announced = np.flatnonzero((orders.response[line] == PRICE_CHANGE) & ~planted)
    wanted = [round(len(line) * rate) for rate in LINE_FAULTS.values()]
    fault[announced[: wanted[0]]] = PRICE_OVER
    for number, count in enumerate(wanted, 1):
        may = (fault == 0) & ~planted & (may_lose_factor if number == WRONG_UNIT else True)
        left = max(count - int((fault == number).sum()), 0)
        places = np.flatnonzero(may)
        fault[random.choice(places, size=min(left, len(places)), replace=False)] = number
    return fault


def _missing(
    random: np.random.Generator, is_h6: Bools, arrived: Ints, received: Ints, posted: Ints, size: Ints
) -> tuple[Bools, Ints]:
    """Whose goods were there on the day on which they were matched and not received in the books; three lines in five of
    H6. The other invoices were matched when the receipt was there: their day of posting moves."""
    natural = (arrived <= posted) & (posted < received)
    lines = [int(size[natural & which].sum()) for which in (is_h6, ~is_h6)]
    fives = min(lines[0] // MISSING_H6, lines[1] // (MISSING_OF - MISSING_H6))
    is_missing = np.zeros(len(posted), dtype=bool)
    for which, part in ((is_h6, MISSING_H6), (~is_h6, MISSING_OF - MISSING_H6)):
        counts = np.where(natural & which, size, 0)
        is_missing[members_summing_to(random, counts, fives * part)] = True
    return is_missing, np.where(natural & ~is_missing, received, posted)
