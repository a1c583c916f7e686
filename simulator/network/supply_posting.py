"""How the supply side posts: stock, receipts, invoices, payments, and use.

Belongs here: posting rules. Not here: the events. Stock is carried at standard cost, whole cents an each; what was paid
otherwise is price variance, borne by the site's own department. A ledger knows of stock what its ERP was told: what it was
told twice it has posted twice, and what it was never told it has on hand to this day.
"""

from collections.abc import Iterator

import numpy as np

from simulator.network.billing import UNMATCHED_CREDIT
from simulator.network.books import CHART, Entry, both, everywhere
from simulator.network.calendar import FIRST_DAY
from simulator.network.chart import (
    ACCOUNTS_PAYABLE,
    AFFILIATES,
    CASH,
    FREIGHT,
    GR_IR,
    INVENTORY_ADJUSTMENT,
    ITEM_CLASSES,
    OPENING_EQUITY,
    PRICE_VARIANCE,
    SALES_TAX,
    expense_account,
    inventory_account,
)
from simulator.network.columns import times
from simulator.network.ground import COMPANY_OF_SITE
from simulator.network.movements import COUNT, EXPIRE, TRANSFER_OUT, USE, Told, told_movements
from simulator.network.places import OPENS
from simulator.network.streams import Ints
from simulator.network.supply import Supply

INVENTORY = np.array([CHART.index(inventory_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
EXPENSE = np.array([CHART.index(expense_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
SERVICES = np.array([place for place, code in enumerate(CHART) if code.startswith("660")], dtype=np.int64)


def post_supply(supply: Supply) -> Iterator[Entry]:
    """One kind after the other: at scale 1 all of them together would not fit."""
    for kind in (_opening, _receipts, _returns, _invoices, _payments, _moved):
        yield from kind(supply)


def _opening(supply: Supply) -> list[Entry]:
    """Stock on the first day of a site stands against net assets."""
    items, kept, flows = supply.ground.items, supply.kept, supply.flows
    value = flows.opening * items.standard_cents[kept.item]
    company = COMPANY_OF_SITE[kept.site]
    day = OPENS[kept.site]
    return both("OPENING", np.zeros(len(value), dtype=np.int64), day, company, value,
                 INVENTORY[items.item_class[kept.item]], everywhere(value, OPENING_EQUITY))  # fmt: skip


def _receipts(supply: Supply) -> list[Entry]:
    receipts = supply.receipts
    every = np.arange(len(receipts.line))
    return _received("RECEIPT", supply, every, receipts.receipt, receipts.posted, receipts.packs)


def _returns(supply: Supply) -> list[Entry]:
    """What goes back takes its receipt back."""
    receipts, back = supply.receipts, supply.returns.receipt_line
    return _received("RETURN", supply, back, np.arange(len(back)), receipts.return_day[back], -receipts.returned[back])


def _received(source: str, supply: Supply, of: Ints, document: Ints, day: Ints, packs: Ints) -> list[Entry]:
    """Stock at standard, the rest to the department, against goods received, not invoiced at the price of the order line on
    which it was posted."""
    items, orders, general = supply.ground.items, supply.orders, supply.ground.general_center
    line = supply.receipts.posted_line[of]
    item, site, center = orders.item[line], orders.site[line], orders.cost_center[line]
    company, is_stock = COMPANY_OF_SITE[site], orders.place[line] >= 0
    ordered = times(packs, orders.price[line])
    standard = packs * items.pack[item] * items.standard_cents[item]
    debit = np.where(is_stock, INVENTORY[items.item_class[item]], EXPENSE[items.item_class[item]])
    value = np.where(is_stock, standard, ordered)
    variance = ordered - value
    nowhere = np.full(len(line), -1)
    return [
        Entry(source, document, day, company, debit, np.where(is_stock, -1, center), value),
        Entry(source, document, day, company, everywhere(line, PRICE_VARIANCE), general[site], variance),
        Entry(source, document, day, company, everywhere(line, GR_IR), nowhere, -ordered),
    ]


def _invoices(supply: Supply) -> list[Entry]:
    """Ordered goods clear goods received at the order's price, the difference in price is variance, and so is a credit
    that refers to nothing; services, freight and tax go to the site's own department; the gross is owed. A credit is a
    negative invoice."""
    orders, invoices, general = supply.orders, supply.invoices, supply.ground.general_center
    company, site = COMPANY_OF_SITE[invoices.site], invoices.site
    document = np.arange(len(company))
    day, of = invoices.posted[invoices.invoice], invoices.invoice
    is_ordered = invoices.order_line >= 0
    cleared = np.where(is_ordered, times(invoices.packs, orders.price[invoices.order_line]), 0)
    service = SERVICES[(invoices.supplier[of] + of) % len(SERVICES)]
    service = np.where(invoices.kind[of] == UNMATCHED_CREDIT, CHART.index(PRICE_VARIANCE), service)
    center = np.where(is_ordered, -1, general[site[of]])
    return [
        Entry("INVOICE", of, day, company[of], np.where(is_ordered, CHART.index(GR_IR), service), center,
              np.where(is_ordered, cleared, invoices.amount)),
        Entry("INVOICE", of, day, company[of], everywhere(of, PRICE_VARIANCE), general[site[of]],
              np.where(is_ordered, invoices.amount - cleared, 0)),
        Entry("INVOICE", document, invoices.posted, company, everywhere(document, FREIGHT), general[site], invoices.freight),
        Entry("INVOICE", document, invoices.posted, company, everywhere(document, SALES_TAX), general[site], invoices.tax),
        Entry("INVOICE", document, invoices.posted, company, everywhere(document, ACCOUNTS_PAYABLE), np.full(len(document), -1),
              -invoices.gross),
    ]  # fmt: skip


def _payments(supply: Supply) -> list[Entry]:
    payments = supply.payments
    document = np.arange(len(payments.day))
    return both("PAYMENT", document, payments.day, payments.company, payments.amount,
                 everywhere(document, ACCOUNTS_PAYABLE), everywhere(document, CASH))  # fmt: skip


def _moved(supply: Supply) -> Iterator[Entry]:
    """What was used at standard, to the department of the cart, a store room's to the site's own; what expired, and what was
    counted less than the books said, to the adjustment of stock; what went to another company."""
    documents = 0
    for told in told_movements(supply):
        yield from _taken("STOCK_USE", supply, told, USE, None)
        yield from _taken("EXPIRY", supply, told, EXPIRE, INVENTORY_ADJUSTMENT)
        yield from _taken("COUNT", supply, told, COUNT, INVENTORY_ADJUSTMENT)
        sent = _to_another_company(supply, told)
        yield from _transfers(supply, told, sent, documents + np.arange(len(sent)))
        documents += len(sent)


def _taken(source: str, supply: Supply, told: Told, kind: int, account: str | None) -> list[Entry]:
    """By day, department and class of item, at standard: an expense of the class, or of one account, against stock."""
    ground, kept = supply.ground, supply.kept
    items, centers = ground.items, len(ground.centers)
    rows = np.flatnonzero(told.kind == kind)
    item = kept.item[told.place[rows]]
    owner = ground.center_of_location[told.location[rows]]
    key = ((told.day[rows] - FIRST_DAY) * centers + owner) * len(ITEM_CLASSES) + items.item_class[item]
    found, of = np.unique(key, return_inverse=True)
    value = np.zeros(len(found), dtype=np.int64)
    np.add.at(value, of, -told.booked[rows] * items.standard_cents[item])
    rest, item_class = np.divmod(found, len(ITEM_CLASSES))
    day, center = np.divmod(rest, centers)
    company = ground.company_of_center[center]
    expense = EXPENSE[item_class] if account is None else everywhere(day, account)
    return [
        Entry(source, day, day + FIRST_DAY, company, expense, center, value),
        Entry(source, day, day + FIRST_DAY, company, INVENTORY[item_class], np.full(len(found), -1), -value),
    ]


def _to_another_company(supply: Supply, told: Told) -> Ints:
    """The places in a month of what leaves for a site of another company."""
    out = np.flatnonzero(told.kind == TRANSFER_OUT)
    sender, receiver = (COMPANY_OF_SITE[supply.kept.site[place[out]]] for place in (told.place, told.other))
    leaving: Ints = out[sender != receiver]
    return leaving


def _transfers(supply: Supply, told: Told, rows: Ints, document: Ints) -> list[Entry]:
    """What leaves the distribution center is the receiver's as soon as it is under way."""
    items, kept = supply.ground.items, supply.kept
    sender, receiver = (COMPANY_OF_SITE[kept.site[place[rows]]] for place in (told.place, told.other))
    item, day = kept.item[told.place[rows]], told.day[rows]
    value = -told.booked[rows] * items.standard_cents[item]
    stock, owed = INVENTORY[items.item_class[item]], everywhere(value, AFFILIATES)
    return [
        *both("TRANSFER", document, day, sender, value, owed, stock),
        *both("TRANSFER", document, day, receiver, value, stock, owed),
    ]
