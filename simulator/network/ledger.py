"""The general ledger: what each event posts, by stated rules, so that sub-ledgers and ledger agree by construction.

Belongs here: posting rules. Not here: the events. Amounts are cents; a debit is positive. Stock is carried at standard
cost, whole cents an each; what was paid otherwise is price variance.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import FIRST_DAY, month_of
from simulator.network.chart import (
    ACCOUNTS_PAYABLE,
    CASH,
    FREIGHT,
    GR_IR,
    ITEM_CLASSES,
    OPENING_EQUITY,
    PRICE_VARIANCE,
    SALES_TAX,
    accounts,
    expense_account,
    inventory_account,
)
from simulator.network.columns import dates, money, times
from simulator.network.items import Items
from simulator.network.payables import Invoices, Payments
from simulator.network.places import COMPANIES, OPENS, SITES, CostCenter, Location
from simulator.network.purchasing import Orders, Receipts
from simulator.network.stock import Flows, LocationItems
from simulator.network.streams import Ints

CHART = [account.code for account in accounts()]
INVENTORY = np.array([CHART.index(inventory_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
EXPENSE = np.array([CHART.index(expense_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
SERVICES = np.array([place for place, code in enumerate(CHART) if code.startswith("660")], dtype=np.int64)
SOURCES = ["OPENING", "RECEIPT", "INVOICE", "PAYMENT", "STOCK_USE"]
OPENING, RECEIPT, INVOICE, PAYMENT, STOCK_USE = range(len(SOURCES))
COMPANY_CODES = list(COMPANIES)
COMPANY_OF_SITE = np.array([COMPANY_CODES.index(site.company) for site in SITES], dtype=np.int64)


@dataclass(frozen=True)
class Entry:
    """Lines of one kind; document numbers are those of the source. cost_center is a place, or -1."""

    source: int
    document: Ints
    day: Ints
    company: Ints
    account: Ints
    cost_center: Ints
    amount: Ints


def post(
    items: Items, kept: LocationItems, flows: Flows, orders: Orders, receipts: Receipts, invoices: Invoices,
    payments: Payments, centers: list[CostCenter], locations: list[Location],
) -> pa.Table:  # fmt: skip
    """One row per ledger line: company, day, fiscal month, source, document, account, cost center, amount."""
    general = _general_centers(centers)
    entries = [
        *_opening(items, kept, flows),
        *_receipts(items, orders, receipts),
        *_invoices(items, orders, receipts, invoices, general),
        *_payments(payments),
        *_use(items, kept, flows, centers, locations, general),
    ]
    return _table(entries, centers)


def _opening(items: Items, kept: LocationItems, flows: Flows) -> list[Entry]:
    """Stock on the first day of a site stands against net assets."""
    value = flows.opening * items.standard_cents[kept.item]
    company = COMPANY_OF_SITE[kept.site]
    day = OPENS[kept.site]
    return _both(OPENING, np.zeros(len(value), dtype=np.int64), day, company, value,
                 INVENTORY[items.item_class[kept.item]], _all(value, OPENING_EQUITY))  # fmt: skip


def _receipts(items: Items, orders: Orders, receipts: Receipts) -> list[Entry]:
    """Stock at standard, the rest to the department, against goods received, not invoiced at the order's price."""
    line = receipts.line
    item, site, center = orders.item[line], orders.site[line], orders.cost_center[line]
    company, is_stock = COMPANY_OF_SITE[site], orders.place[line] >= 0
    ordered = times(receipts.packs, orders.price[line])
    standard = receipts.packs * items.pack[item] * items.standard_cents[item]
    debit = np.where(is_stock, INVENTORY[items.item_class[item]], EXPENSE[items.item_class[item]])
    value = np.where(is_stock, standard, ordered)
    variance = ordered - value
    receipt, day = receipts.receipt, receipts.posted
    nowhere = np.full(len(line), -1)
    return [
        Entry(RECEIPT, receipt, day, company, debit, np.where(is_stock, -1, center), value),
        Entry(RECEIPT, receipt, day, company, _all(line, PRICE_VARIANCE), nowhere, variance),
        Entry(RECEIPT, receipt, day, company, _all(line, GR_IR), nowhere, -ordered),
    ]


def _invoices(items: Items, orders: Orders, receipts: Receipts, invoices: Invoices, general: Ints) -> list[Entry]:
    """Ordered goods clear goods received at the order's price, the difference in price is variance; services, freight
    and tax go to the site's own department; the gross is owed."""
    company, site = COMPANY_OF_SITE[invoices.site], invoices.site
    document = np.arange(len(company))
    day, of = invoices.posted[invoices.invoice], invoices.invoice
    is_ordered = invoices.order_line >= 0
    cleared = np.where(is_ordered, times(invoices.packs, orders.price[invoices.order_line]), 0)
    service = SERVICES[(invoices.supplier[of] + of) % len(SERVICES)]
    center = np.where(is_ordered, -1, general[site[of]])
    nowhere = np.full(len(of), -1)
    return [
        Entry(INVOICE, of, day, company[of], np.where(is_ordered, CHART.index(GR_IR), service), center,
              np.where(is_ordered, cleared, invoices.amount)),
        Entry(INVOICE, of, day, company[of], _all(of, PRICE_VARIANCE), nowhere,
              np.where(is_ordered, invoices.amount - cleared, 0)),
        Entry(INVOICE, document, invoices.posted, company, _all(document, FREIGHT), general[site], invoices.freight),
        Entry(INVOICE, document, invoices.posted, company, _all(document, SALES_TAX), general[site], invoices.tax),
        Entry(INVOICE, document, invoices.posted, company, _all(document, ACCOUNTS_PAYABLE), np.full(len(document), -1),
              -invoices.gross),
    ]  # fmt: skip


def _payments(payments: Payments) -> list[Entry]:
    document = np.arange(len(payments.day))
    return _both(PAYMENT, document, payments.day, payments.company, payments.amount,
                 _all(document, ACCOUNTS_PAYABLE), _all(document, CASH))  # fmt: skip


def _use(
    items: Items, kept: LocationItems, flows: Flows, centers: list[CostCenter], locations: list[Location], general: Ints
) -> list[Entry]:
    """By day, place and class of item: what was used at standard, to the department of the cart; a store room's to the
    site's own department."""
    number = {center.code: place for place, center in enumerate(centers)}
    owner = np.array([number.get(place.cost_center, -1) for place in locations], dtype=np.int64)[kept.location]
    owner = np.where(owner < 0, general[kept.site], owner)
    place = flows.use_place
    item_class = items.item_class[kept.item[place]]
    key = ((flows.use_day - FIRST_DAY) * len(centers) + owner[place]) * len(ITEM_CLASSES) + item_class
    found, of = np.unique(key, return_inverse=True)
    value = np.zeros(len(found), dtype=np.int64)
    np.add.at(value, of, flows.use_quantity * items.standard_cents[kept.item[place]])
    rest, item_class = np.divmod(found, len(ITEM_CLASSES))
    day, center = np.divmod(rest, len(centers))
    site_of_center = np.array([[site.code for site in SITES].index(row.site) for row in centers], dtype=np.int64)
    company = COMPANY_OF_SITE[site_of_center[center]]
    return [
        Entry(STOCK_USE, day, day + FIRST_DAY, company, EXPENSE[item_class], center, value),
        Entry(STOCK_USE, day, day + FIRST_DAY, company, INVENTORY[item_class], np.full(len(found), -1), -value),
    ]


def _both(
    source: int, document: Ints, day: Ints, company: Ints, amount: Ints, debit: Ints, credit: Ints
) -> list[Entry]:
    nowhere = np.full(len(amount), -1)
    return [
        Entry(source, document, day, company, debit, nowhere, amount),
        Entry(source, document, day, company, credit, nowhere, -amount),
    ]


def _all(like: Ints, account: str) -> Ints:
    return np.full(len(like), CHART.index(account))


def _general_centers(centers: list[CostCenter]) -> Ints:
    """The department of each site that bears what belongs to none: its first."""
    sites = [center.site for center in centers]
    return np.array([sites.index(site.code) if site.code in sites else 0 for site in SITES], dtype=np.int64)


def _table(entries: list[Entry], centers: list[CostCenter]) -> pa.Table:
    def column(name: str) -> Ints:
        return np.concatenate([getattr(entry, name) for entry in entries]).astype(np.int64)

    amount = column("amount")
    kept = amount != 0
    source = np.concatenate([np.full(len(entry.amount), entry.source) for entry in entries])[kept]
    day, document = column("day")[kept], column("document")[kept]
    ranked = np.lexsort((document, source, day))
    day, source, amount = day[ranked], source[ranked], amount[kept][ranked]
    center = column("cost_center")[kept][ranked]
    codes = pa.array([row.code for row in centers])
    return pa.table(
        {
            "company": pa.array(COMPANY_CODES).take(pa.array(column("company")[kept][ranked])),
            "posting_date": dates(day),
            "fiscal_month": pa.array(month_of(day)),
            "source": pa.array(SOURCES).take(pa.array(source)),
            "document": pa.array(document[ranked]),
            "account": pa.array(CHART).take(pa.array(column("account")[kept][ranked])),
            "cost_center": codes.take(pa.array(center, mask=center < 0)),
            "amount": money(amount),
        }
    )
