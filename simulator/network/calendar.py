"""The 24 fiscal months of the demo, a month ahead of them, and what happens when. A fiscal month is a calendar month;
the year begins in October, when Medicare's DRG version changes.
"""

from datetime import date, timedelta

import numpy as np

from simulator.network.streams import Ints

FIRST_YEAR, FIRST_MONTH, MONTHS = 2024, 10, 24
CLOSED_MONTHS = 22
# The demo stands at the end of its 24 months; what comes after is there already, and is shown as time moves.
SIMULATED_MONTHS = MONTHS + 1

# Fiscal months, the first is 1.
CUT_OVER_H5 = 6
ACQUISITION_H7 = 10
SUPPLIER_OUTAGE = 14
SHORTAGE = 17
RETROACTIVE_PRICE = 19
RECALL = 20


def month_start(month: int) -> date:
    """First day of a fiscal month; month 26 is the day after the last that is simulated."""
    years, past = divmod(FIRST_MONTH - 1 + month - 1, 12)
    return date(FIRST_YEAR + years, past + 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def day_of(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


FIRST_DAY = day_number(month_start(1))
LAST_DAY = day_number(month_start(SIMULATED_MONTHS + 1)) - 1
DAYS = LAST_DAY - FIRST_DAY + 1
STARTS = np.array([day_number(month_start(month)) for month in range(1, SIMULATED_MONTHS + 2)], dtype=np.int64)


def month_of(days: Ints) -> Ints:
    """The fiscal month (1 to 25) of each day; 0 before the first and 26 after the last."""
    return np.searchsorted(STARTS, days, side="right").astype(np.int64)


def is_weekend(days: Ints) -> np.ndarray:
    """1970-01-01 was a Thursday."""
    return np.isin((days + 3) % 7, (5, 6))


def next_workday(days: Ints) -> Ints:
    """The day itself, or the Monday after a weekend."""
    weekday = (days + 3) % 7
    return days + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))
