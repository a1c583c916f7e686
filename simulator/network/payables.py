"""Supplier invoices of every kind, in the order in which they are made, and their payments.

Belongs here: copies, bills without an order, payment runs. Not here: invoices of receipts (billing.py), credits and rebills
(credits.py), how it posts (supply_posting.py). Prices are of one purchase pack in 10,000ths of a dollar, amounts in cents.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulator.network.billing import (
    COPY,
    SERVICE,
    BilledLines,
    Documents,
    bills_of_receipts,
    plain,
    posted_after,
    stacked,
    taken,
)
from simulator.network.calendar import FIRST_DAY, LAST_DAY, STARTS
from simulator.network.contracts import Contracts
from simulator.network.credits import Returns, with_rebills, with_return_credits, with_unmatched_credits
from simulator.network.ground import COMPANY_OF_SITE, Ground
from simulator.network.places import COMPANIES, OPENS, SITE_CODES, SITES
from simulator.network.pricing import Prices
from simulator.network.purchasing import Orders
from simulator.network.receiving import Receipts
from simulator.network.stories import PAID_TWICE_CENTS, PAID_TWICE_SITES
from simulator.network.streams import Bools, Ints, quota
from simulator.network.suppliers import SERVICE as SERVICE_KIND
from simulator.network.suppliers import Suppliers

# Shares of the invoices of receipts: copies, of these under an altered number, and bills without an order.
DUPLICATE, ALTERED_OF_DUPLICATES, NO_ORDER = 0.006, 0.45, 0.035
SERVICE_MEDIAN_CENTS = 240_000
# Days from an invoice to its copy, at most; what ends so close to the last day has none yet.
LONGEST_UNTIL_COPY = 40
# The invoices that were paid in two ERPs come from the first of these fiscal months to the last.
PAID_TWICE_MONTHS = (13, 21)
THURSDAY = 3


@dataclass(frozen=True)
class Invoices(Documents, BilledLines):
    """Documents (place = number) and their lines; gross by document. is_paid_twice: billed in two ERPs."""

    gross: Ints
    is_paid_twice: Bools


@dataclass(frozen=True)
class Payments:
    """Runs pay a supplier's due invoices of one company together; `payment_of` is by invoice, -1 while unpaid."""

    company: Ints
    supplier: Ints
    day: Ints
    amount: Ints
    payment_of: Ints


def make_invoices(
    ground: Ground, orders: Orders, prices: Prices, contracts: Contracts, receipts: Receipts
) -> tuple[Invoices, Returns]:  # fmt: skip
    """Invoices of receipts first: the shares of all other kinds are of their number."""
    random = ground.streams.of("invoices")
    made, lines = bills_of_receipts(random, ground.items, orders, receipts)
    count = len(made.day)
    made, lines = with_rebills(random, made, lines, orders, prices, contracts)
    made, lines = _with_copies(random, made, lines, count)
    made, lines = _with_services(random, made, lines, ground.suppliers, count)
    made, lines, is_twice = _with_paid_twice(random, made, lines)
    made, lines = with_unmatched_credits(random, made, lines, count)
    made, lines, returns = with_return_credits(random, made, lines, orders, receipts)
    gross = made.freight + made.tax
    np.add.at(gross, lines.invoice, lines.amount)
    twice = np.zeros(len(gross), dtype=bool)
    twice[is_twice] = True
    return Invoices(**vars(made), **vars(lines), gross=gross, is_paid_twice=twice), returns


def make_payments(invoices: Invoices, suppliers: Suppliers) -> Payments:
    """On Thursdays, what is due, to the last day of the world. A copy that nobody noticed is paid as well. Credits are
    taken off what is paid with them; where they are more than that, nothing is paid."""
    company = COMPANY_OF_SITE[invoices.site]
    due = np.maximum(invoices.day + suppliers.terms[invoices.supplier], invoices.posted + 1)
    run = due + (THURSDAY - (due + 3)) % 7
    due_now = np.flatnonzero(run <= LAST_DAY)
    key = (run[due_now] * len(COMPANIES) + company[due_now]) * 10_000 + invoices.supplier[due_now]
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    amount = np.zeros(len(first), dtype=np.int64)
    np.add.at(amount, of, invoices.gross[due_now])
    is_paid = amount > 0
    number = np.where(is_paid, np.cumsum(is_paid) - 1, -1)
    payment_of = np.full(len(due), -1, dtype=np.int64)
    payment_of[due_now] = number[of]
    chosen = due_now[first[is_paid]]
    return Payments(company[chosen], invoices.supplier[chosen], run[chosen], amount[is_paid], payment_of)


def _with_copies(
    random: np.random.Generator, made: Documents, lines: BilledLines, count: int
) -> tuple[Documents, BilledLines]:
    """Some documents come again, weeks later; half of them under an altered number. Those that are paid in two ERPs are
    copies as well."""
    wanted = max(round(count * DUPLICATE) - len(PAID_TWICE_CENTS), 0)
    may = np.flatnonzero(made.posted[:count] < LAST_DAY - LONGEST_UNTIL_COPY)
    may = np.setdiff1d(may, made.refers_to)
    copied = np.sort(random.choice(may, size=wanted, replace=False))
    day = made.day[copied] + random.integers(4, LONGEST_UNTIL_COPY - 15, len(copied))
    posted = np.maximum(posted_after(random, day), made.posted[copied] + 1)
    is_altered = quota(random, np.ones(wanted, dtype=bool), ALTERED_OF_DUPLICATES, of=wanted + len(PAID_TWICE_CENTS))
    no = np.zeros(wanted, dtype=bool)
    copies = replace(
        taken(made, copied), kind=np.full(wanted, COPY), day=day, posted=posted, is_early=no, is_missing=no,
        copy_of=copied, is_altered=is_altered,
    )  # fmt: skip
    new_number = np.full(len(made.day), -1, dtype=np.int64)
    new_number[copied] = len(made.day) + np.arange(wanted)
    again = taken(lines, np.flatnonzero(new_number[lines.invoice] >= 0))
    again = replace(again, invoice=new_number[again.invoice])
    return stacked(made, copies), stacked(lines, again)


def _with_services(
    random: np.random.Generator, made: Documents, lines: BilledLines, suppliers: Suppliers, bills: int
) -> tuple[Documents, BilledLines]:
    """Bills without an order; those that are paid in two ERPs are of them as well."""
    before, count = len(made.day), round(bills * NO_ORDER) - len(PAID_TWICE_CENTS)
    beds = np.array([max(site.beds, 10) for site in SITES], dtype=np.float64)
    site = random.choice(len(SITES), size=count, p=beds / beds.sum())
    day = np.sort(random.choice(made.day[:bills][made.posted[:bills] < LAST_DAY - LONGEST_UNTIL_COPY], size=count))
    # The bills of a site that has not joined yet come after it has.
    day = np.where(day < OPENS[site], OPENS[site] + (day - FIRST_DAY), day)
    supplier = random.choice(suppliers.of_kind(SERVICE_KIND), size=count)
    services = plain(SERVICE, supplier, site, day, np.minimum(posted_after(random, day), LAST_DAY))
    cents = np.round(SERVICE_MEDIAN_CENTS * random.lognormal(0, 0.9, count)).astype(np.int64)
    return stacked(made, services), stacked(lines, _unordered(before, cents))


def _with_paid_twice(
    random: np.random.Generator, made: Documents, lines: BilledLines
) -> tuple[Documents, BilledLines, Ints]:
    """Bills that a supplier sent to a hospital of one ERP, and to one of another, under the same number."""
    before, count = len(made.day), len(PAID_TWICE_CENTS)
    supplier = np.resize(made.supplier[made.kind == SERVICE][:5], count)
    first, second = (np.full(count, SITE_CODES.index(code)) for code in PAID_TWICE_SITES)
    months = PAID_TWICE_MONTHS
    day = np.sort(random.integers(STARTS[months[0] - 1], STARTS[months[1] - 1], count))
    bills = plain(SERVICE, supplier, first, day, posted_after(random, day))
    later = day + random.integers(1, 9, count)
    copies = plain(COPY, supplier, second, day, posted_after(random, later), copy_of=before + np.arange(count))
    billed = stacked(_unordered(before, PAID_TWICE_CENTS), _unordered(before + count, PAID_TWICE_CENTS))
    return stacked(made, stacked(bills, copies)), stacked(lines, billed), before + np.arange(2 * count)


def _unordered(first: int, cents: Ints) -> BilledLines:
    none, one = np.full(len(cents), -1), np.ones(len(cents), dtype=np.int64)
    return BilledLines(first + np.arange(len(cents)), none, none, one, cents * 100, cents, one - 1)
