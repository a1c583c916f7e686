"""What care posts to the ledger.

Belongs here: the posting rules of revenue. By day, company, account and department:
- a charge, when posted: patient receivable against revenue by kind and payer, credited to the department that charges;
  a credit the other way round;
- a remittance, when paid: its contractual part (also what is denied or given up) from receivable to the payer's
  deductions, what is paid from receivable to cash; lines that take a claim back post the same with negative amounts.
So patient receivable = charged - credited - contractual - paid, to the cent. Not here: supplies, implants and drugs. What
leaves a stock place posts with the stock, what is bought for a case posts with its receipt; charging it is revenue only.
"""

import numpy as np

from simulator.network.books import CHART, Entry
from simulator.network.calendar import FIRST_DAY
from simulator.network.chart import CASH, PAYERS, RECEIVABLE
from simulator.network.clinical.charges import CREDIT, Charges
from simulator.network.clinical.hours import local_day
from simulator.network.clinical.remittances import Remittances
from simulator.network.clinical.visits import Visits
from simulator.network.ground import COMPANY_OF_SITE, Ground
from simulator.network.streams import Ints

PATIENT_CHARGE, REMITTANCE = "PATIENT_CHARGE", "REMITTANCE"
REVENUE, DEDUCTIONS = CHART.index("400001"), CHART.index("450001")


class Revenue:
    """Sums as they come, month by month of admission; entries at the end."""

    def __init__(self, ground: Ground):
        self.ground = ground
        # Day, account and department (0 is none, else its place and one) in one number, and the sum.
        self.charged: list[tuple[Ints, Ints]] = []
        # Day, company and account, of the side that is not receivable.
        self.settled: list[tuple[Ints, Ints]] = []

    def charge(self, charges: Charges, site_of_visit: Ints, payer_of_visit: Ints) -> None:
        account = REVENUE + charges.revenue * len(PAYERS) + payer_of_visit[charges.visit]
        day = local_day(charges.posted_at, site_of_visit[charges.visit]) - FIRST_DAY
        key = (day * len(CHART) + account) * len(self.ground.centers) + charges.center
        self.charged.append(_summed(key, np.where(charges.kind == CREDIT, -charges.amount, charges.amount)))

    def settle(self, remittances: Remittances, visits: Visits) -> None:
        company = COMPANY_OF_SITE[visits.site[remittances.visit]]
        base = ((remittances.day - FIRST_DAY) * len(COMPANY_OF_SITE) + company) * len(CHART)
        cash = np.full(len(base), CHART.index(CASH))
        for account, amount in ((DEDUCTIONS + remittances.payer, remittances.contractual), (cash, remittances.paid)):
            self.settled.append(_summed(base + account, amount))

    def entries(self) -> list[Entry]:
        key, amount = _summed(*(np.concatenate(column) for column in zip(*self.charged, strict=True)))
        rest, center = np.divmod(key, len(self.ground.centers))
        day, account = np.divmod(rest, len(CHART))
        company = self.ground.company_of_center[center]
        found = _against_receivable(PATIENT_CHARGE, day, company, account, center, -amount)
        key, amount = _summed(*(np.concatenate(column) for column in zip(*self.settled, strict=True)))
        rest, account = np.divmod(key, len(CHART))
        day, company = np.divmod(rest, len(COMPANY_OF_SITE))
        return found + _against_receivable(REMITTANCE, day, company, account, np.full(len(key), -1), amount)


def _against_receivable(
    source: str, day: Ints, company: Ints, account: Ints, center: Ints, amount: Ints
) -> list[Entry]:
    """The lines, and one a day and company that balances them. The document is the day's."""
    total_key, total = _summed(day * len(COMPANY_OF_SITE) + company, amount)
    of_day, of_company = np.divmod(total_key, len(COMPANY_OF_SITE))
    receivable = np.full(len(total), CHART.index(RECEIVABLE))
    return [
        Entry(source, day, day + FIRST_DAY, company, account, center, amount),
        Entry(source, of_day, of_day + FIRST_DAY, of_company, receivable, np.full(len(total), -1), -total),
    ]


def _summed(key: Ints, amount: Ints) -> tuple[Ints, Ints]:
    found, of = np.unique(key, return_inverse=True)
    total = np.zeros(len(found), dtype=np.int64)
    np.add.at(total, of, amount)
    return found, total
