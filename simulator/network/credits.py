"""What suppliers take back: credits of returned goods, credits that refer to nothing, and invoices that are billed anew.

Belongs here: negative invoices and what replaces them. Not here: the first invoices (billing.py). Amounts are cents.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from simulator.network.billing import (
    PRICE_OVER,
    REBILL,
    REBILL_CREDIT,
    RETURN_CREDIT,
    UNMATCHED_CREDIT,
    BilledLines,
    Documents,
    plain,
    posted_after,
    stacked,
    taken,
)
from simulator.network.calendar import LAST_DAY, RETROACTIVE_PRICE, STARTS, next_workday
from simulator.network.columns import maybe_numbered, moments, numbered, times
from simulator.network.contracts import Contracts
from simulator.network.pricing import RETROACTIVE, Prices
from simulator.network.purchasing import Orders
from simulator.network.receiving import Receipts, number_in_document
from simulator.network.streams import Bools, Ints, quota

# Shares of the invoices of receipts; of returns.
REBILLED, CREDIT_UNMATCHED, CREDIT_OVERDUE = 0.005, 0.007, 0.20
# A credit is overdue after so many days.
CREDIT_DUE_DAYS = 45
# Who was billed so late in the world has no time to be billed anew.
DAYS_TO_REBILL = 45
UNMATCHED_MEDIAN_CENTS = 22_000


@dataclass(frozen=True)
class Returns:
    """By return: its receipt line, and the invoice that credits it, or -1 while there is none."""

    receipt_line: Ints
    credit: Ints
    is_overdue: Bools


def with_rebills(
    random: np.random.Generator, made: Documents, lines: BilledLines, orders: Orders, prices: Prices,
    contracts: Contracts,
) -> tuple[Documents, BilledLines]:  # fmt: skip
    """Whole invoices credited, and billed anew at the right price: first those that were billed before a price rose
    retroactively, then some of those with a wrong price."""
    count = len(made.day)
    is_retroactive = (prices.label[lines.order_line] == RETROACTIVE) & (
        orders.supplier[lines.order_line] == contracts.supplier[contracts.retroactive_family]
    )
    may = np.bincount(lines.invoice, weights=lines.fault > PRICE_OVER, minlength=count) == 0
    may &= made.posted < LAST_DAY - DAYS_TO_REBILL
    retroactive = may & (np.bincount(lines.invoice, weights=is_retroactive, minlength=count) > 0)
    others = may & ~retroactive & (np.bincount(lines.invoice, weights=lines.fault == PRICE_OVER, minlength=count) > 0)
    left = np.flatnonzero(others)
    wanted = min(max(round(count * REBILLED) - int(retroactive.sum()), 0), len(left))
    chosen = np.sort(np.concatenate([np.flatnonzero(retroactive), random.choice(left, size=wanted, replace=False)]))
    day = made.posted[chosen] + random.integers(8, 25, len(chosen))
    announced = STARTS[RETROACTIVE_PRICE - 1] + random.integers(5, 20, len(chosen))
    day = np.where(retroactive[chosen], np.maximum(day, announced), day)
    posted = np.minimum(posted_after(random, day), LAST_DAY)
    new = np.full(count, -1, dtype=np.int64)
    new[chosen] = np.arange(len(chosen))
    again = taken(lines, np.flatnonzero(new[lines.invoice] >= 0))
    of = new[again.invoice]
    credits = plain(REBILL_CREDIT, made.supplier[chosen], made.site[chosen], day, posted, refers_to=chosen)
    rebills = plain(REBILL, made.supplier[chosen], made.site[chosen], day, posted, refers_to=chosen)
    is_new = prices.label[again.order_line] == RETROACTIVE
    price = np.where(
        is_new, contracts.line_price[np.maximum(prices.line[again.order_line], 0)], orders.price[again.order_line]
    )  # fmt: skip
    none = np.zeros(len(of), dtype=np.int64)
    credited = replace(again, invoice=count + of, packs=-again.packs, amount=-again.amount, fault=none)
    billed = replace(
        again, invoice=count + len(chosen) + of, price=price, amount=times(again.packs, price), fault=none
    )  # fmt: skip
    return stacked(made, stacked(credits, rebills)), stacked(lines, stacked(credited, billed))


def with_unmatched_credits(
    random: np.random.Generator, made: Documents, lines: BilledLines, count: int
) -> tuple[Documents, BilledLines]:
    """Credits that say neither of which invoice nor of which order, as many as the share of `count` invoices."""
    wanted = round(count * CREDIT_UNMATCHED)
    like = np.sort(random.choice(np.flatnonzero(made.posted[:count] < LAST_DAY - 40), size=wanted, replace=False))
    day = made.posted[like] + random.integers(5, 25, wanted)
    posted = np.minimum(posted_after(random, day), LAST_DAY)
    credits = plain(UNMATCHED_CREDIT, made.supplier[like], made.site[like], day, posted)
    cents = np.round(UNMATCHED_MEDIAN_CENTS * random.lognormal(0, 0.8, wanted)).astype(np.int64)
    none, one = np.full(wanted, -1), np.ones(wanted, dtype=np.int64)
    billed = BilledLines(len(made.day) + np.arange(wanted), none, none, -one, cents * 100, -cents, one - 1)
    return stacked(made, credits), stacked(lines, billed)


def with_return_credits(
    random: np.random.Generator, made: Documents, lines: BilledLines, orders: Orders, receipts: Receipts
) -> tuple[Documents, BilledLines, Returns]:
    """A credit for each return, weeks later; a fifth of them overdue, some of these not there on the last day."""
    back = np.flatnonzero(receipts.returned)
    is_overdue = quota(random, np.ones(len(back), dtype=bool), CREDIT_OVERDUE)
    returned = receipts.return_day[back]
    waits = np.where(
        is_overdue, random.integers(CREDIT_DUE_DAYS + 1, 120, len(back)), random.integers(5, 30, len(back))
    )  # fmt: skip
    day = next_workday(returned + waits)
    posted = posted_after(random, day)
    here = np.flatnonzero(posted <= LAST_DAY)
    of = back[here]
    line = receipts.line[of]
    credits = plain(RETURN_CREDIT, orders.supplier[line], orders.site[line], day[here], posted[here])
    packs, price = receipts.returned[of], orders.price[line]
    number = len(made.day) + np.arange(len(here))
    billed = BilledLines(number, of, line, -packs, price, -times(packs, price), np.zeros(len(here), dtype=np.int64))
    credit = np.full(len(back), -1, dtype=np.int64)
    credit[here] = number
    return stacked(made, credits), stacked(lines, billed), Returns(back, credit, is_overdue)


def return_tables(returns: Returns, receipts: Receipts, orders: Orders) -> dict[str, pa.Table]:
    """One row per return."""
    of = returns.receipt_line
    line = receipts.line[of]
    return {
        "truth_return_line": pa.table(
            {
                "return": numbered("RT", np.arange(len(of)) + 1, 8),
                "po_number": numbered("PO", orders.order[line] + 1, 8),
                "line": pa.array(orders.line[line]),
                "receipt_number": numbered("GR", receipts.receipt[of] + 1, 8),
                "receipt_line": pa.array(number_in_document(receipts.receipt)[of]),
                "returned_at": moments(receipts.return_day[of], 50_400 + of % 14_400),
                "packs": pa.array(receipts.returned[of]),
                "credit_invoice_id": maybe_numbered("IV", returns.credit, 8),
                "is_credit_overdue": pa.array(returns.is_overdue),
            }
        )
    }
