"""What posts by the month and not by an event: contracts of service, utilities, depreciation; and the opening balances.

Belongs here: their amounts and posting rules. Not here: what an invoice or a pay run brings. Amounts are sized by the pay
of each company, so that labor is a little over half of what a hospital spends at every scale.
"""

from collections.abc import Iterator

import numpy as np

from simulator.network.books import CHART, Entry, both, everywhere
from simulator.network.calendar import FIRST_DAY, LAST_DAY, SIMULATED_MONTHS, STARTS
from simulator.network.chart import (
    ACCRUED_EXPENSES,
    ACCUMULATED_DEPRECIATION,
    CASH,
    DEPRECIATION,
    LONG_TERM_DEBT,
    OPENING_EQUITY,
    PROPERTY,
    PURCHASED_SERVICES,
)
from simulator.network.ground import COMPANY_CODES, COMPANY_OF_SITE, Ground
from simulator.network.labor import Labor
from simulator.network.places import OPENS, OVERHEAD_KINDS, SITE_CODES
from simulator.network.streams import Ints

# In ten-thousandths of a company's monthly pay.
SERVICES_OF_PAY, UTILITIES_OF_PAY, DEPRECIATION_OF_PAY = 5_200, 380, 1_300
# How many kinds of service a department has under contract; the day of the next month when accrued bills are paid.
SERVICES_OF_A_CENTER, PAID_ON_DAY = 3, 15
SERVICE_ACCOUNTS, UTILITY_ACCOUNTS, DEPRECIATION_ACCOUNTS = (
    np.array([place for place, code in enumerate(CHART) if code.startswith(prefix)], dtype=np.int64)
    for prefix in ("660", "670", "680")
)
# A planted fact of H1: one contract maintains the machines of cardiology and of the plant, dollars a month at any scale
# and with the scale. Who bears it in the end depends on whether departments may serve each other both ways.
MACHINES_AT, MACHINES_BY = "H1", "Biomedical engineering"
MACHINES_LEAST, MACHINES_PER_SCALE = 150_000, 2_000_000
# Capital is collected in two departments, as the cost report wants it: what stands and what is moved.
BUILDING_KINDS = ("Land improvements", "Buildings", "Fixed equipment", "Leases")
# Opening balances in months of pay: cash, property at cost, what of it is written off, debt.
OPENING_CASH, OPENING_PROPERTY, WRITTEN_OFF, OPENING_DEBT = 6, 40, 18, 14


def post_finance(ground: Ground, labor: Labor) -> Iterator[Entry]:
    pay = _monthly_pay(ground, labor)
    yield from _opening(ground, pay)
    random = ground.streams.of("finance")
    months = [_months_of(ground, center) for center in range(len(ground.centers))]
    center = np.repeat(np.arange(len(months)), [len(found) for found in months])
    month = np.concatenate(months)
    yield from _services(random, ground, pay, center, month)
    yield from _machines(ground)
    yield from _utilities(random, ground, pay, center, month)
    yield from _depreciation(ground, pay, center, month)


def _monthly_pay(ground: Ground, labor: Labor) -> Ints:
    """Cents a month of each department, from its pay over the months that it was open."""
    total = np.zeros(len(ground.centers), dtype=np.int64)
    np.add.at(total, labor.line_center, labor.line_amount)
    open_days = LAST_DAY + 1 - np.maximum(OPENS[ground.site_of_center], FIRST_DAY)
    monthly: Ints = total * 30 // open_days
    return monthly


def _months_of(ground: Ground, center: int) -> Ints:
    """The fiscal months in which a department's site belongs to the network."""
    opens = OPENS[ground.site_of_center[center]]
    return np.array([month for month in range(1, SIMULATED_MONTHS + 1) if STARTS[month - 1] >= opens], dtype=np.int64)


def _services(
    random: np.random.Generator, ground: Ground, pay: Ints, center: Ints, month: Ints
) -> Iterator[Entry]:  # fmt: skip
    """Three kinds of service for each department, about half of its pay together, and no two months alike."""
    kinds = np.array([random.permutation(len(SERVICE_ACCOUNTS))[:SERVICES_OF_A_CENTER] for _ in ground.centers])
    for number in range(SERVICES_OF_A_CENTER):
        amount = _about(random, pay[center] * SERVICES_OF_PAY // SERVICES_OF_A_CENTER // 10_000)
        yield from _accrued("SERVICE_CONTRACT", ground, center, month, SERVICE_ACCOUNTS[kinds[center, number]], amount)


def _machines(ground: Ground) -> Iterator[Entry]:
    center = _department(ground, MACHINES_BY)[SITE_CODES.index(MACHINES_AT)]
    month = np.arange(1, SIMULATED_MONTHS + 1)
    account = SERVICE_ACCOUNTS[PURCHASED_SERVICES.index("Maintenance contract")]
    cents = 100 * (MACHINES_LEAST + round(MACHINES_PER_SCALE * ground.scale))
    yield from _accrued("SERVICE_CONTRACT", ground, np.full(len(month), center), month, np.full(len(month), account),
                        np.full(len(month), cents))  # fmt: skip


def _utilities(
    random: np.random.Generator, ground: Ground, pay: Ints, center: Ints, month: Ints
) -> Iterator[Entry]:  # fmt: skip
    """Of the departments that run the plant, by what their site pays its people."""
    site_pay = np.zeros(len(COMPANY_OF_SITE), dtype=np.int64)
    np.add.at(site_pay, ground.site_of_center, pay)
    is_plant = np.array([row.function == "Plant operation" for row in ground.centers])[center]
    center, month = center[is_plant], month[is_plant]
    base = site_pay[ground.site_of_center[center]] * UTILITIES_OF_PAY // len(UTILITY_ACCOUNTS) // 10_000
    for account in UTILITY_ACCOUNTS:
        yield from _accrued("UTILITY", ground, center, month, np.full(len(month), account), _about(random, base))


def _depreciation(ground: Ground, pay: Ints, center: Ints, month: Ints) -> Iterator[Entry]:
    """The same every month, of the site's two capital departments; of the site's first where it has none."""
    site_pay = np.zeros(len(COMPANY_OF_SITE), dtype=np.int64)
    np.add.at(site_pay, ground.site_of_center, pay)
    chosen = np.isin(center, ground.general_center)
    center, month = center[chosen], month[chosen]
    site = ground.site_of_center[center]
    capital = {kind: _department(ground, kind) for kind in list(OVERHEAD_KINDS)[:2]}
    for kind, account in zip(DEPRECIATION, DEPRECIATION_ACCOUNTS, strict=True):
        bearer = capital["Capital, buildings" if kind in BUILDING_KINDS else "Capital, equipment"][site]
        amount = site_pay[site] * DEPRECIATION_OF_PAY // len(DEPRECIATION) // 10_000
        company, last = COMPANY_OF_SITE[site], STARTS[month] - 1
        yield Entry("DEPRECIATION", month, last, company, np.full(len(month), account), bearer, amount)
        yield Entry(
            "DEPRECIATION", month, last, company, everywhere(month, ACCUMULATED_DEPRECIATION), np.full(len(month), -1),
            -amount,
        )  # fmt: skip


def _department(ground: Ground, function: str) -> Ints:
    """By site: the department with this function, or the site's first."""
    found = ground.general_center.copy()
    for place, center in enumerate(ground.centers):
        if center.function == function:
            found[ground.site_of_center[place]] = place
    return found


def _about(random: np.random.Generator, cents: Ints) -> Ints:
    """More or less, by a tenth as a rule."""
    return np.round(cents * random.lognormal(-0.005, 0.1, len(cents))).astype(np.int64)


def _accrued(
    source: str, ground: Ground, center: Ints, month: Ints, account: Ints, amount: Ints
) -> Iterator[Entry]:  # fmt: skip
    """An expense of the month's last day, paid in the middle of the next month."""
    company, last = ground.company_of_center[center], STARTS[month] - 1
    nowhere = np.full(len(month), -1)
    yield Entry(source, month, last, company, account, center, amount)
    yield Entry(source, month, last, company, everywhere(month, ACCRUED_EXPENSES), nowhere, -amount)
    day = last + PAID_ON_DAY
    paid = day <= LAST_DAY
    yield from both(
        f"{source}_PAYMENT", month[paid], day[paid], company[paid], amount[paid],
        everywhere(month[paid], ACCRUED_EXPENSES), everywhere(month[paid], CASH),
    )  # fmt: skip


def _opening(ground: Ground, pay: Ints) -> Iterator[Entry]:
    """What each company owns and owes on its first day; the rest is net assets."""
    monthly = np.zeros(len(COMPANY_CODES), dtype=np.int64)
    np.add.at(monthly, ground.company_of_center, pay)
    company = np.arange(len(COMPANY_CODES))
    day = np.array([OPENS[number == COMPANY_OF_SITE].min() for number in company])
    none = np.zeros(len(company), dtype=np.int64)
    for account, months in (
        (CASH, OPENING_CASH),
        (PROPERTY, OPENING_PROPERTY),
        (ACCUMULATED_DEPRECIATION, -WRITTEN_OFF),
        (LONG_TERM_DEBT, -OPENING_DEBT),
    ):
        yield from both(
            "OPENING", none, day, company, monthly * months,
            everywhere(company, account), everywhere(company, OPENING_EQUITY),
        )  # fmt: skip
