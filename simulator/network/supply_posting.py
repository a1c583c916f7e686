"""How the supply side posts: stock, receipts, invoices, payments, and use.

Belongs here: posting rules. Not here: the events. Stock is carried at standard cost, whole cents an each; what was paid
otherwise is price variance, borne by the site's own department.
"""

from collections.abc import Iterator

import numpy as np

from simulator.network.books import CHART, Entry, both, everywhere
from simulator.network.calendar import FIRST_DAY
from simulator.network.chart import (
    ACCOUNTS_PAYABLE,
    CASH,
    FREIGHT,
    GR_IR,
    ITEM_CLASSES,
    OPENING_EQUITY,
    PRICE_VARIANCE,
    SALES_TAX,
    expense_account,
    inventory_account,
)
from simulator.network.columns import times
from simulator.network.ground import COMPANY_OF_SITE
from simulator.network.places import OPENS
from simulator.network.supply import Supply

INVENTORY = np.array([CHART.index(inventory_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
EXPENSE = np.array([CHART.index(expense_account(item)) for item in range(len(ITEM_CLASSES))], dtype=np.int64)
SERVICES = np.array([place for place, code in enumerate(CHART) if code.startswith("660")], dtype=np.int64)


def post_supply(supply: Supply) -> Iterator[Entry]:
    """One kind after the other: at scale 1 all of them together would not fit."""
    for kind in (_opening, _receipts, _invoices, _payments, _use):
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
    """Stock at standard, the rest to the department, against goods received, not invoiced at the order's price."""
    items, orders, receipts, general = supply.ground.items, supply.orders, supply.receipts, supply.ground.general_center
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
        Entry("RECEIPT", receipt, day, company, debit, np.where(is_stock, -1, center), value),
        Entry("RECEIPT", receipt, day, company, everywhere(line, PRICE_VARIANCE), general[site], variance),
        Entry("RECEIPT", receipt, day, company, everywhere(line, GR_IR), nowhere, -ordered),
    ]


def _invoices(supply: Supply) -> list[Entry]:
    """Ordered goods clear goods received at the order's price, the difference in price is variance; services, freight
    and tax go to the site's own department; the gross is owed."""
    orders, invoices, general = supply.orders, supply.invoices, supply.ground.general_center
    company, site = COMPANY_OF_SITE[invoices.site], invoices.site
    document = np.arange(len(company))
    day, of = invoices.posted[invoices.invoice], invoices.invoice
    is_ordered = invoices.order_line >= 0
    cleared = np.where(is_ordered, times(invoices.packs, orders.price[invoices.order_line]), 0)
    service = SERVICES[(invoices.supplier[of] + of) % len(SERVICES)]
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


def _use(supply: Supply) -> list[Entry]:
    """By day, place and class of item: what was used at standard, to the department of the cart; a store room's to the
    site's own department."""
    ground, kept, flows = supply.ground, supply.kept, supply.flows
    items, centers = ground.items, len(ground.centers)
    owner = ground.center_of_location[kept.location]
    place = flows.use_place
    item_class = items.item_class[kept.item[place]]
    key = ((flows.use_day - FIRST_DAY) * centers + owner[place]) * len(ITEM_CLASSES) + item_class
    found, of = np.unique(key, return_inverse=True)
    value = np.zeros(len(found), dtype=np.int64)
    np.add.at(value, of, flows.use_quantity * items.standard_cents[kept.item[place]])
    rest, item_class = np.divmod(found, len(ITEM_CLASSES))
    day, center = np.divmod(rest, centers)
    company = ground.company_of_center[center]
    return [
        Entry("STOCK_USE", day, day + FIRST_DAY, company, EXPENSE[item_class], center, value),
        Entry("STOCK_USE", day, day + FIRST_DAY, company, INVENTORY[item_class], np.full(len(found), -1), -value),
    ]
