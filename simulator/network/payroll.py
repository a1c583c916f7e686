"""How pay posts, and the truth's tables of labor.

Belongs here: posting rules of pay runs, and columns. Not here: who worked when (labor.py).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from simulator.network.books import CHART, Entry, both, everywhere
from simulator.network.calendar import FIRST_DAY, LAST_DAY, STARTS
from simulator.network.chart import ACCRUED_PAYROLL, BENEFITS, CASH, JOB_FAMILIES, benefit_account, salary_account
from simulator.network.columns import dates, decimals, money, numbered, pick
from simulator.network.ground import COMPANY_CODES, Ground
from simulator.network.labor import AGENCY, BENEFIT_RATES, PAID_AFTER_DAYS, PAY_CODES, PERIOD_DAYS, Labor, pay
from simulator.network.streams import Ints

# By job family and pay kind, and by benefit and family: the last of the families with accounts of their own bears the rest.
SALARY = np.array([CHART.index(salary_account(family, 0)) for family in range(len(JOB_FAMILIES))], dtype=np.int64)
BENEFIT = np.array([[CHART.index(benefit_account(benefit, family)) for family in range(len(JOB_FAMILIES))]
                    for benefit in range(len(BENEFITS))], dtype=np.int64)  # fmt: skip


def post_payroll(labor: Labor, ground: Ground) -> list[Entry]:
    """A run is an expense on the last day of its period, with what the employer adds, and is paid days later. What was
    worked before a month's end in a period that ends after it is accrued at base rate, and reversed the next day."""
    company_of, centers = ground.company_of_center, len(ground.centers)
    families = len(JOB_FAMILIES)
    key = (labor.line_run * centers + labor.line_center) * families + labor.family[labor.line_worker]
    found, of = np.unique(key * len(PAY_CODES) + labor.line_code, return_inverse=True)
    amount = np.zeros(len(found), dtype=np.int64)
    np.add.at(amount, of, labor.line_amount)
    rest, code = np.divmod(found, len(PAY_CODES))
    rest, family = np.divmod(rest, families)
    run, center = np.divmod(rest, centers)
    end = FIRST_DAY + (run + 1) * PERIOD_DAYS - 1
    company = company_of[center]
    entries = _owed("PAYROLL", run, end, company, SALARY[family] + code, center, amount)
    for benefit, rate in enumerate(BENEFIT_RATES):
        added = np.where(code == AGENCY, 0, (amount * rate + 5_000) // 10_000)
        entries += _owed("PAYROLL", run, end, company, BENEFIT[benefit, family], center, added)
    owed = np.concatenate([-entry.amount for entry in entries[1::2]])
    runs, companies = (np.tile(column, 1 + len(BENEFIT_RATES)) for column in (run, company))
    found, of = np.unique(runs * len(COMPANY_CODES) + companies, return_inverse=True)
    total = np.zeros(len(found), dtype=np.int64)
    np.add.at(total, of, owed)
    run, company = np.divmod(found, len(COMPANY_CODES))
    day = FIRST_DAY + (run + 1) * PERIOD_DAYS - 1 + PAID_AFTER_DAYS
    paid = day <= LAST_DAY
    entries += both("PAYROLL_PAYMENT", run[paid], day[paid], company[paid], total[paid],
                     everywhere(run[paid], ACCRUED_PAYROLL), everywhere(run[paid], CASH))  # fmt: skip
    return entries + _accruals(labor, company_of)


def _accruals(labor: Labor, company_of: Ints) -> list[Entry]:
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
                entries += _owed("PAYROLL_ACCRUAL", document, np.full(len(found), day), company, SALARY[family], center,
                                 sign * amount)  # fmt: skip
    return entries


def _owed(
    source: str, document: Ints, day: Ints, company: Ints, account: Ints, center: Ints, amount: Ints
) -> list[Entry]:
    """An expense of departments, owed to those who work there."""
    return [
        Entry(source, document, day, company, account, center, amount),
        Entry(source, document, day, company, everywhere(amount, ACCRUED_PAYROLL), np.full(len(amount), -1), -amount),
    ]


def labor_tables(labor: Labor, ground: Ground) -> Iterator[tuple[str, pa.Table]]:
    yield "truth_worker", _workers(labor, ground)
    yield "truth_shift", _shifts(labor, ground)
    yield "truth_pay_line", _pay_lines(labor, ground)


def _workers(labor: Labor, ground: Ground) -> pa.Table:
    return pa.table(
        {
            "worker_id": numbered("W", np.arange(len(labor.home), dtype=np.int64) + 1, 6),
            "home_cost_center": ground.center_codes(labor.home),
            "reported_cost_center": ground.center_codes(labor.reported_home),
            "job_family": pick(JOB_FAMILIES, labor.family),
            "hourly_rate": money(labor.rate),
            "is_agency": pa.array(labor.is_agency),
        }
    )


def _shifts(labor: Labor, ground: Ground) -> pa.Table:
    """One row per worker and day worked."""
    return pa.table(
        {
            "worker_id": numbered("W", labor.shift_worker + 1, 6),
            "shift_date": dates(labor.shift_day),
            "worked_cost_center": ground.center_codes(labor.shift_center),
            "pay_code": pick(PAY_CODES, labor.shift_code),
            "hours": decimals(labor.shift_quarters * 25, 18, 2),
        }
    )


def _pay_lines(labor: Labor, ground: Ground) -> pa.Table:
    """One row per pay run, worker, department and pay code."""
    return pa.table(
        {
            "run": pa.array(labor.line_run + 1),
            "period_end": dates(labor.run_end),
            "worker_id": numbered("W", labor.line_worker + 1, 6),
            "worked_cost_center": ground.center_codes(labor.line_center),
            "pay_code": pick(PAY_CODES, labor.line_code),
            "hours": decimals(labor.line_quarters * 25, 18, 2),
            "amount": money(labor.line_amount),
            "corrects_run": pa.array(labor.line_origin + 1, mask=labor.line_origin < 0),
        }
    )
