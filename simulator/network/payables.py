"""Supplier invoices and payments, and the faults that invoices carry, each labelled.

Belongs here: what suppliers billed and were paid. Not here: how it posts (ledger.py). Prices are of one purchase pack in
10,000ths of a dollar, amounts in cents.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from simulator.network.calendar import LAST_DAY, is_weekend
from simulator.network.columns import times
from simulator.network.items import Items
from simulator.network.places import COMPANIES, SITES
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
    """One invoice a receipt document, with faults by quota; then copies, and invoices of services without an order."""
    random = streams.of("invoices")
    line = receipts.line
    count = int(receipts.receipt[-1]) + 1
    starts = np.flatnonzero(np.r_[True, receipts.receipt[1:] != receipts.receipt[:-1]])
    price = orders.price[line].copy()
    pack = items.pack[orders.item[line]]
    may_lose_factor = (pack > 1) & (pack <= 24) & (times(receipts.packs, price) < LARGEST_WRONG_UNIT_CENTS)
    fault = _line_faults(random, len(line), may_lose_factor)
    packs = receipts.packs.copy()
    over, under = fault == 1, fault == 2
    price[over] = price[over] * random.integers(10_600, 12_500, over.sum()) // 10_000
    price[under] = price[under] * random.integers(8_800, 9_500, under.sum()) // 10_000
    more = fault == 3
    packs[more] += np.maximum(1, packs[more] * random.integers(20, 60, more.sum()) // 100)
    # Billed by the each at the price of the pack: the pack factor is lost.
    wrong_unit = fault == 4
    packs[wrong_unit] *= pack[wrong_unit]
    everywhere = np.ones(count, dtype=bool)
    is_early = quota(random, everywhere, BEFORE_RECEIPT)
    arrived = receipts.arrived[starts]
    day = (
        arrived
        - np.where(is_early, random.integers(1, 6, count), 0)
        + np.where(is_early, 0, random.integers(0, 3, count))
    )
    is_freight_wrong = quota(random, everywhere, FREIGHT_NOT_ALLOWED)
    has_freight = is_freight_wrong | (random.random(count) < FREIGHT_SHARE)
    freight = np.where(has_freight, random.integers(900, 18_000, count), 0)
    is_tax_wrong = quota(random, everywhere, TAX_WRONG)
    amount = times(packs, price)
    goods = np.add.reduceat(amount, starts)
    tax = np.where(is_tax_wrong, np.maximum(goods * 6 // 100, 1), 0)
    first = _Documents(
        orders.supplier[line[starts]], orders.site[line[starts]], day, freight, tax, is_freight_wrong, is_tax_wrong,
        is_early, np.full(count, -1), np.zeros(count, dtype=bool),
    )  # fmt: skip
    lines = _Lines(receipts.receipt, np.arange(len(line)), line, packs, price, amount, fault)
    return _finished(random, *_with_services(random, *_with_copies(random, first, lines), suppliers))


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


def _line_faults(random: np.random.Generator, count: int, may_lose_factor: Bools) -> Ints:
    """The number of the fault of each line, from 1; 0 is clean."""
    fault = np.zeros(count, dtype=np.int64)
    for number, rate in enumerate(LINE_FAULTS.values(), 1):
        eligible = (fault == 0) & (may_lose_factor if number == len(LINE_FAULTS) else True)
        fault[quota(random, eligible, rate, of=count)] = number
    return fault


def _with_copies(random: np.random.Generator, made: _Documents, lines: _Lines) -> tuple[_Documents, _Lines]:
    count = len(made.supplier)
    copied = np.flatnonzero(quota(random, np.ones(count, dtype=bool), DUPLICATE))
    is_altered = quota(random, np.ones(len(copied), dtype=bool), ALTERED_OF_DUPLICATES)
    new_number = np.full(count, -1, dtype=np.int64)
    new_number[copied] = count + np.arange(len(copied))
    again = np.flatnonzero(new_number[lines.invoice] >= 0)
    documents = _stacked(made, _Documents(
        made.supplier[copied], made.site[copied], made.day[copied] + random.integers(4, 25, len(copied)),
        made.freight[copied], made.tax[copied], made.is_freight_wrong[copied], made.is_tax_wrong[copied],
        np.zeros(len(copied), dtype=bool), copied, is_altered,
    ))  # fmt: skip
    copies = _Lines(*(getattr(lines, name)[again] for name in _Lines.__dataclass_fields__))
    renumbered = _Lines(
        new_number[copies.invoice], *(getattr(copies, name) for name in list(_Lines.__dataclass_fields__)[1:])
    )
    return documents, _stacked(lines, renumbered)


def _with_services(
    random: np.random.Generator, made: _Documents, lines: _Lines, suppliers: Suppliers
) -> tuple[_Documents, _Lines]:
    before = len(made.supplier)
    count = round(before * NO_ORDER)
    sites = np.array([max(site.beds, 10) for site in SITES], dtype=np.float64)
    none, no = np.full(count, -1), np.zeros(count, dtype=bool)
    documents = _stacked(made, _Documents(
        random.choice(suppliers.of_kind(SERVICE), size=count), random.choice(len(SITES), size=count, p=sites / sites.sum()),
        np.sort(random.choice(made.day[made.day > 0], size=count)), np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64), no, no, no, none, no,
    ))  # fmt: skip
    cents = np.round(SERVICE_MEDIAN_CENTS * random.lognormal(0, 0.9, count)).astype(np.int64)
    services = _Lines(
        before + np.arange(count), none, none, np.ones(count, dtype=np.int64), cents * 100, cents,
        np.zeros(count, dtype=np.int64),
    )  # fmt: skip
    return documents, _stacked(lines, services)


def _finished(random: np.random.Generator, made: _Documents, lines: _Lines) -> Invoices:
    """Post within days, on workdays; what would be posted after the last day has not come yet and is left out."""
    posted = made.day + 1 + random.gamma(2.0, 1.6, len(made.day)).astype(np.int64)
    posted = np.where(is_weekend(posted), posted + 2, posted)
    kept = posted <= LAST_DAY
    # A copy is known only with its original.
    kept &= (made.copy_of < 0) | kept[np.maximum(made.copy_of, 0)]
    number = np.cumsum(kept) - 1
    here = kept[lines.invoice]
    documents = _Documents(*(getattr(made, name)[kept] for name in _Documents.__dataclass_fields__))
    rows = _Lines(*(getattr(lines, name)[here] for name in _Lines.__dataclass_fields__))
    invoice = number[rows.invoice]
    copy_of = np.where(documents.copy_of >= 0, number[np.maximum(documents.copy_of, 0)], -1)
    gross = documents.freight + documents.tax
    np.add.at(gross, invoice, rows.amount)
    return Invoices(
        documents.supplier, documents.site, documents.day, posted[kept], documents.freight, documents.tax,
        documents.is_freight_wrong, documents.is_tax_wrong, documents.is_early, copy_of, documents.is_altered, invoice,
        rows.receipt_line, rows.order_line, rows.packs, rows.price, rows.amount, rows.fault, gross,
    )  # fmt: skip


Columns = TypeVar("Columns", _Documents, _Lines)


def _stacked(first: Columns, second: Columns) -> Columns:
    names = type(first).__dataclass_fields__
    return type(first)(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in names))
