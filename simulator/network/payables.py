"""Supplier invoices and payments, and the faults that invoices carry, each labelled.

Belongs here: what suppliers billed and were paid. Not here: how it posts (ledger.py). Prices are of one purchase pack in
10,000ths of a dollar, amounts in cents.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import FIRST_DAY, LAST_DAY, next_workday
from simulator.network.columns import times
from simulator.network.items import Items
from simulator.network.places import COMPANIES, OPENS, SITES
from simulator.network.purchasing import Orders, Receipts
from simulator.network.streams import Bools, Ints, Streams, quota
from simulator.network.suppliers import SERVICE, Suppliers

CLEAN = "CLEAN"
# Share of invoice lines with a fault of the line, in the order of the codes; a line has one of them at most.
LINE_FAULTS = {"PRICE_OVER": 0.048, "PRICE_UNDER": 0.011, "QTY_OVER": 0.023, "UOM": 0.009}
# Share of invoices with a fault of the document.
FREIGHT_NOT_ALLOWED, TAX_WRONG, DUPLICATE, ALTERED_OF_DUPLICATES, BEFORE_RECEIPT, NO_ORDER = (
    0.014, 0.005, 0.006, 0.45, 0.08, 0.035,
)  # fmt: skip
FREIGHT_SHARE = 0.18
SERVICE_MEDIAN_CENTS = 240_000
# Days from an invoice to its copy, at most; what ends so close to the last day has none yet.
LONGEST_UNTIL_COPY = 40
# Somebody sees it when a larger line is billed by the each.
LARGEST_WRONG_UNIT_CENTS = 15_000
THURSDAY = 3


@dataclass(frozen=True)
class Invoices:
    """Documents (place = number) and their lines. receipt and order line are -1 where an invoice has none.

    copy_of: the invoice that this one bills again, or -1; is_altered: under another number.
    """

    supplier: Ints
    site: Ints
    day: Ints
    posted: Ints
    freight: Ints
    tax: Ints
    is_freight_wrong: Bools
    is_tax_wrong: Bools
    is_early: Bools
    copy_of: Ints
    is_altered: Bools
    invoice: Ints
    receipt_line: Ints
    order_line: Ints
    packs: Ints
    price: Ints
    amount: Ints
    fault: Ints
    gross: Ints


@dataclass(frozen=True)
class Payments:
    """Runs pay a supplier's due invoices of one company together; `payment_of` is by invoice, -1 while unpaid."""

    company: Ints
    supplier: Ints
    day: Ints
    amount: Ints
    payment_of: Ints


def make_invoices(streams: Streams, items: Items, orders: Orders, receipts: Receipts, suppliers: Suppliers) -> Invoices:
    """One invoice a receipt document, with faults by quota; then copies, and invoices of services without an order.

    What would be posted after the last day has not come yet: it is left out before any quota is taken.
    """
    random = streams.of("invoices")
    starts = np.flatnonzero(np.r_[True, receipts.receipt[1:] != receipts.receipt[:-1]])
    is_early = quota(random, np.ones(len(starts), dtype=bool), BEFORE_RECEIPT)
    arrived = receipts.arrived[starts]
    day = np.where(
        is_early, arrived - random.integers(1, 6, len(starts)), arrived + random.integers(0, 3, len(starts))
    )  # fmt: skip
    posted = _posted(random, day)
    here = posted <= LAST_DAY
    documents, lines = _of_receipts(random, items, orders, receipts, starts[here], here)
    made = _Documents(day=day[here], posted=posted[here], is_early=is_early[here], **documents)
    made, lines = _with_copies(random, made, lines)
    made, lines = _with_services(random, made, lines, suppliers)
    gross = made.freight + made.tax
    np.add.at(gross, lines.invoice, lines.amount)
    return Invoices(**vars(made), **vars(lines), gross=gross)


def make_payments(streams: Streams, invoices: Invoices, suppliers: Suppliers) -> Payments:
    """On Thursdays, what is due, to the last day of the world. A copy that nobody noticed is paid as well."""
    companies = list(COMPANIES)
    company = np.array([companies.index(site.company) for site in SITES], dtype=np.int64)[invoices.site]
    due = np.maximum(invoices.day + suppliers.terms[invoices.supplier], invoices.posted + 1)
    run = due + (THURSDAY - (due + 3)) % 7
    paid = np.flatnonzero(run <= LAST_DAY)
    key = (run[paid] * len(companies) + company[paid]) * 10_000 + invoices.supplier[paid]
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    payment_of = np.full(len(due), -1, dtype=np.int64)
    payment_of[paid] = of
    amount = np.zeros(len(first), dtype=np.int64)
    np.add.at(amount, of, invoices.gross[paid])
    chosen = paid[first]
    return Payments(company[chosen], invoices.supplier[chosen], run[chosen], amount, payment_of)


@dataclass(frozen=True)
class _Documents:
    supplier: Ints
    site: Ints
    day: Ints
    posted: Ints
    freight: Ints
    tax: Ints
    is_freight_wrong: Bools
    is_tax_wrong: Bools
    is_early: Bools
    copy_of: Ints
    is_altered: Bools


@dataclass(frozen=True)
class _Lines:
    invoice: Ints
    receipt_line: Ints
    order_line: Ints
    packs: Ints
    price: Ints
    amount: Ints
    fault: Ints


def _of_receipts(
    random: np.random.Generator, items: Items, orders: Orders, receipts: Receipts, starts: Ints, here: Bools
) -> tuple[dict[str, NDArray[Any]], _Lines]:
    """The documents but for their days, and the lines, of the receipt documents that are billed by the last day."""
    billed = np.flatnonzero(here[receipts.receipt])
    line = receipts.line[billed]
    invoice = (np.cumsum(here) - 1)[receipts.receipt[billed]]
    pack, packs, price = items.pack[orders.item[line]], receipts.packs[billed].copy(), orders.price[line].copy()
    may_lose_factor = (pack > 1) & (pack <= 24) & (times(packs, price) < LARGEST_WRONG_UNIT_CENTS)
    fault = _line_faults(random, len(line), may_lose_factor)
    over, under, more, wrong_unit = (fault == number for number in range(1, 5))
    price[over] = price[over] * random.integers(10_600, 12_500, over.sum()) // 10_000
    price[under] = price[under] * random.integers(8_800, 9_500, under.sum()) // 10_000
    packs[more] += np.maximum(1, packs[more] * random.integers(20, 60, more.sum()) // 100)
    # Billed by the each at the price of the pack: the pack factor is lost.
    packs[wrong_unit] *= pack[wrong_unit]
    amount = times(packs, price)
    count = len(starts)
    everywhere = np.ones(count, dtype=bool)
    is_freight_wrong, is_tax_wrong = (quota(random, everywhere, rate) for rate in (FREIGHT_NOT_ALLOWED, TAX_WRONG))
    has_freight = is_freight_wrong | (random.random(count) < FREIGHT_SHARE)
    goods = np.zeros(count, dtype=np.int64)
    np.add.at(goods, invoice, amount)
    documents = {
        "supplier": orders.supplier[receipts.line[starts]],
        "site": orders.site[receipts.line[starts]],
        "freight": np.where(has_freight, random.integers(900, 18_000, count), 0),
        "tax": np.where(is_tax_wrong, np.maximum(goods * 6 // 100, 1), 0),
        "is_freight_wrong": is_freight_wrong,
        "is_tax_wrong": is_tax_wrong,
        "copy_of": np.full(count, -1),
        "is_altered": np.zeros(count, dtype=bool),
    }
    return documents, _Lines(invoice, billed, line, packs, price, amount, fault)


def _posted(random: np.random.Generator, day: Ints) -> Ints:
    """Some days after the invoice's date, on a workday."""
    return next_workday(day + 1 + random.gamma(2.0, 1.6, len(day)).astype(np.int64))


def _line_faults(random: np.random.Generator, count: int, may_lose_factor: Bools) -> Ints:
    """The number of the fault of each line, from 1; 0 is clean."""
    fault = np.zeros(count, dtype=np.int64)
    for number, rate in enumerate(LINE_FAULTS.values(), 1):
        eligible = (fault == 0) & (may_lose_factor if number == len(LINE_FAULTS) else True)
        fault[quota(random, eligible, rate, of=count)] = number
    return fault


def _with_copies(random: np.random.Generator, made: _Documents, lines: _Lines) -> tuple[_Documents, _Lines]:
    """Some documents come again, weeks later; half of them under an altered number."""
    count = len(made.day)
    copied = np.flatnonzero(quota(random, made.posted < LAST_DAY - LONGEST_UNTIL_COPY, DUPLICATE, of=count))
    day = made.day[copied] + random.integers(4, LONGEST_UNTIL_COPY - 15, len(copied))
    copies = replace(
        _taken(made, copied), day=day, posted=_posted(random, day), is_early=np.zeros(len(copied), dtype=bool),
        copy_of=copied, is_altered=quota(random, np.ones(len(copied), dtype=bool), ALTERED_OF_DUPLICATES),
    )  # fmt: skip
    new_number = np.full(count, -1, dtype=np.int64)
    new_number[copied] = count + np.arange(len(copied))
    again = _taken(lines, np.flatnonzero(new_number[lines.invoice] >= 0))
    return _stacked(made, copies), _stacked(lines, replace(again, invoice=new_number[again.invoice]))


def _with_services(
    random: np.random.Generator, made: _Documents, lines: _Lines, suppliers: Suppliers
) -> tuple[_Documents, _Lines]:
    before = len(made.day)
    count = round(before * NO_ORDER)
    beds = np.array([max(site.beds, 10) for site in SITES], dtype=np.float64)
    none, no, zero = np.full(count, -1), np.zeros(count, dtype=bool), np.zeros(count, dtype=np.int64)
    site = random.choice(len(SITES), size=count, p=beds / beds.sum())
    day = np.sort(random.choice(made.day[made.posted < LAST_DAY - LONGEST_UNTIL_COPY], size=count))
    # The bills of a site that has not joined yet come after it has.
    day = np.where(day < OPENS[site], OPENS[site] + (day - FIRST_DAY), day)
    services = _Documents(
        random.choice(suppliers.of_kind(SERVICE), size=count), site, day, _posted(random, day), zero, zero, no, no, no,
        none, no,
    )  # fmt: skip
    cents = np.round(SERVICE_MEDIAN_CENTS * random.lognormal(0, 0.9, count)).astype(np.int64)
    number = before + np.arange(count)
    billed = _Lines(number, none, none, np.ones(count, dtype=np.int64), cents * 100, cents, zero)
    return _stacked(made, services), _stacked(lines, billed)


Columns = TypeVar("Columns", _Documents, _Lines)


def _taken(columns: Columns, places: Ints) -> Columns:
    return type(columns)(**{name: values[places] for name, values in vars(columns).items()})


def _stacked(first: Columns, second: Columns) -> Columns:
    return type(first)(
        **{name: np.concatenate([values, getattr(second, name)]) for name, values in vars(first).items()}
    )  # fmt: skip
