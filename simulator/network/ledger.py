"""The general ledger: what each event posts, by stated rules, so that sub-ledgers and ledger agree by construction.

Belongs here: posting rules. Not here: the events. Amounts are cents; a debit is positive. Stock is carried at standard
cost, whole cents an each; what was paid otherwise is price variance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.network.calendar import FIRST_DAY, LAST_DAY, STARTS, month_of
from simulator.network.chart import (
    ACCOUNTS_PAYABLE,
    ACCRUED_PAYROLL,
    BENEFITS,
    CASH,
    FREIGHT,
    GR_IR,
    ITEM_CLASSES,
    JOB_FAMILIES,
    OPENING_EQUITY,
    PRICE_VARIANCE,
    SALES_TAX,
    accounts,
    benefit_account,
    expense_account,
    inventory_account,
    salary_account,
)
from simulator.network.columns import dates, money, times
from simulator.network.items import Items
from simulator.network.labor import AGENCY as AGENCY_PAY
from simulator.network.labor import BENEFIT_RATES, PAID_AFTER_DAYS, PAY_CODES, PERIOD_DAYS, Labor, pay
from simulator.network.payables import Invoices, Payments
from simulator.network.places import COMPANIES, OPENS, SITE_CODES, SITES, CostCenter, Location
from simulator.network.purchasing import Orders, Receipts
from simulator.network.stock import Flows, LocationItems
from simulator.network.streams import Ints

CHART = [account.code for account in accounts()]
INVENTORY = np.array([CHART.index(inventory_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
EXPENSE = np.array([CHART.index(expense_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
SERVICES = np.array([place for place, code in enumerate(CHART) if code.startswith("660")], dtype=np.int64)
SOURCES = ["OPENING", "RECEIPT", "INVOICE", "PAYMENT", "STOCK_USE", "PAYROLL", "PAYROLL_PAYMENT", "PAYROLL_ACCRUAL"]
OPENING, RECEIPT, INVOICE, PAYMENT, STOCK_USE, PAYROLL, PAYROLL_PAYMENT, PAYROLL_ACCRUAL = range(len(SOURCES))
# By job family and pay kind, and by benefit and family: the last of the families with accounts of their own bears the rest.
SALARY = np.array([CHART.index(salary_account(family, 0)) for family in range(len(JOB_FAMILIES))], dtype=np.int64)
BENEFIT = np.array([[CHART.index(benefit_account(benefit, family)) for family in range(len(JOB_FAMILIES))]
                    for benefit in range(len(BENEFITS))], dtype=np.int64)  # fmt: skip
COMPANY_CODES = list(COMPANIES)
COMPANY_OF_SITE = np.array([COMPANY_CODES.index(site.company) for site in SITES], dtype=np.int64)


@dataclass(frozen=True)
class Entry:
    """Lines of one kind; document numbers are those of the source. cost_center is a place, or -1."""

    source: int
    document: NDArray[np.integer]
    day: NDArray[np.integer]
    company: NDArray[np.integer]
    account: NDArray[np.integer]
    cost_center: NDArray[np.integer]
    amount: Ints


def post(
    items: Items, kept: LocationItems, flows: Flows, orders: Orders, receipts: Receipts, invoices: Invoices,
    payments: Payments, labor: Labor, centers: list[CostCenter], locations: list[Location],
) -> pa.Table:  # fmt: skip
    """One row per ledger line: company, day, fiscal month, source, document, account, cost center, amount."""
    general = _general_centers(centers)
    # One kind after the other, each made small before the next: at scale 1 there are 30 million lines.
    kinds: tuple[Callable[[], list[Entry]], ...] = (
        lambda: _opening(items, kept, flows),
        lambda: _receipts(items, orders, receipts),
        lambda: _invoices(items, orders, receipts, invoices, general),
        lambda: _payments(payments),
        lambda: _use(items, kept, flows, centers, locations, general),
        lambda: _payroll(labor, centers),
    )
    entries = [_small(entry) for kind in kinds for entry in kind()]
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


def _payroll(labor: Labor, centers: list[CostCenter]) -> list[Entry]:
    """A run is an expense on the last day of its period, with what the employer adds, and is paid days later. What was
    worked before a month's end in a period that ends after it is accrued at base rate, and reversed the next day."""
    company_of = COMPANY_OF_SITE[np.array([SITE_CODES.index(center.site) for center in centers], dtype=np.int64)]
    families = len(JOB_FAMILIES)
    key = (labor.line_run * len(centers) + labor.line_center) * families + labor.family[labor.line_worker]
    found, of = np.unique(key * len(PAY_CODES) + labor.line_code, return_inverse=True)
    amount = np.zeros(len(found), dtype=np.int64)
    np.add.at(amount, of, labor.line_amount)
    rest, code = np.divmod(found, len(PAY_CODES))
    rest, family = np.divmod(rest, families)
    run, center = np.divmod(rest, len(centers))
    end = FIRST_DAY + (run + 1) * PERIOD_DAYS - 1
    company = company_of[center]
    entries = _owed(PAYROLL, run, end, company, SALARY[family] + code, center, amount)
    for benefit, rate in enumerate(BENEFIT_RATES):
        added = np.where(code == AGENCY_PAY, 0, (amount * rate + 5_000) // 10_000)
        entries += _owed(PAYROLL, run, end, company, BENEFIT[benefit, family], center, added)
    owed = np.concatenate([-entry.amount for entry in entries[1::2]])
    runs, companies = (np.tile(column, 1 + len(BENEFIT_RATES)) for column in (run, company))
    found, of = np.unique(runs * len(COMPANY_CODES) + companies, return_inverse=True)
    total = np.zeros(len(found), dtype=np.int64)
    np.add.at(total, of, owed)
    run, company = np.divmod(found, len(COMPANY_CODES))
    day = FIRST_DAY + (run + 1) * PERIOD_DAYS - 1 + PAID_AFTER_DAYS
    paid = day <= LAST_DAY
    entries += _both(PAYROLL_PAYMENT, run[paid], day[paid], company[paid], total[paid],
                     _all(run[paid], ACCRUED_PAYROLL), _all(run[paid], CASH))  # fmt: skip
    return entries + _accruals(labor, centers, company_of)


def _accruals(labor: Labor, centers: list[CostCenter], company_of: Ints) -> list[Entry]:
    entries = []
    run_end = FIRST_DAY + ((labor.shift_day - FIRST_DAY) // PERIOD_DAYS + 1) * PERIOD_DAYS - 1
    families = len(JOB_FAMILIES)
    for month, next_month in enumerate(STARTS[1:], 1):
        open_ = np.flatnonzero((labor.shift_day < next_month) & (run_end >= next_month))
        worker = labor.shift_worker[open_]
        found, of = np.unique(labor.shift_center[open_] * families + labor.family[worker], return_inverse=True)
        amount = np.zeros(len(found), dtype=np.int64)
        np.add.at(
            amount, of, pay(labor.shift_quarters[open_], labor.rate[worker], np.zeros(len(open_), dtype=np.int64))
        )
        center, family = np.divmod(found, families)
        document, company = np.full(len(found), month), company_of[center]
        for day, sign in ((next_month - 1, 1), (next_month, -1)):
            if day <= LAST_DAY:
                entries += _owed(PAYROLL_ACCRUAL, document, np.full(len(found), day), company, SALARY[family], center,
                                 sign * amount)  # fmt: skip
    return entries


def _owed(
    source: int, document: Ints, day: Ints, company: Ints, account: Ints, center: Ints, amount: Ints
) -> list[Entry]:
    """An expense of departments, owed to those who work there."""
    return [
        Entry(source, document, day, company, account, center, amount),
        Entry(source, document, day, company, _all(amount, ACCRUED_PAYROLL), np.full(len(amount), -1), -amount),
    ]


def _both(
    source: int, document: Ints, day: Ints, company: Ints, amount: Ints, debit: Ints, credit: Ints
) -> list[Entry]:
    nowhere = np.full(len(amount), -1)
    return [
        Entry(source, document, day, company, debit, nowhere, amount),
        Entry(source, document, day, company, credit, nowhere, -amount),
    ]


def _small(entry: Entry) -> Entry:
    """Without what posts nothing, and all but the amount in half the width."""
    kept = np.flatnonzero(entry.amount)

    def narrow(column: NDArray[np.integer]) -> NDArray[np.integer]:
        return column[kept].astype(np.int32)

    return Entry(
        entry.source, narrow(entry.document), narrow(entry.day), narrow(entry.company), narrow(entry.account),
        narrow(entry.cost_center), entry.amount[kept],
    )  # fmt: skip


def _all(like: Ints, account: str) -> Ints:
    return np.full(len(like), CHART.index(account))


def _general_centers(centers: list[CostCenter]) -> Ints:
    """The department of each site that bears what belongs to none: its first."""
    sites = [center.site for center in centers]
    return np.array([sites.index(site.code) if site.code in sites else 0 for site in SITES], dtype=np.int64)


def _table(entries: list[Entry], centers: list[CostCenter]) -> pa.Table:
    source = np.concatenate([np.full(len(entry.amount), entry.source, dtype=np.int8) for entry in entries])
    day, document = (np.concatenate([getattr(entry, name) for entry in entries]) for name in ("day", "document"))
    ranked = np.lexsort((document, source, day))

    def column(name: str) -> NDArray[np.integer]:
        values: NDArray[np.integer] = np.concatenate([getattr(entry, name) for entry in entries])[ranked]
        return values

    center = column("cost_center")
    day = day[ranked].astype(np.int64)
    return pa.table(
        {
            "company": pa.array(COMPANY_CODES).take(pa.array(column("company"))),
            "posting_date": dates(day),
            "fiscal_month": pa.array(month_of(day)),
            "source": pa.array(SOURCES).take(pa.array(source[ranked])),
            "document": pa.array(document[ranked].astype(np.int64)),
            "account": pa.array(CHART).take(pa.array(column("account"))),
            "cost_center": pa.array([row.code for row in centers]).take(pa.array(center, mask=center < 0)),
            "amount": money(column("amount").astype(np.int64)),
        }
    )
