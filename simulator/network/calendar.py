"""The 24 fiscal months of the demo and what happens in them. A fiscal month is a calendar month; the year begins in
October, when Medicare's DRG version changes.
"""

from datetime import date

import numpy as np

from simulator.network.streams import Ints

FIRST_YEAR, FIRST_MONTH, MONTHS = 2024, 10, 24
CLOSED_MONTHS = 22

# Fiscal months, the first is 1.
CUT_OVER_H5 = 6
ACQUISITION_H7 = 10
SUPPLIER_OUTAGE = 14
SHORTAGE = 17
RETROACTIVE_PRICE = 19
RECALL = 20


def month_start(month: int) -> date:
    """First day of a fiscal month; month 25 is the day after the last."""
    years, past = divmod(FIRST_MONTH - 1 + month - 1, 12)
    return date(FIRST_YEAR + years, past + 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


FIRST_DAY = day_number(month_start(1))
LAST_DAY = day_number(month_start(MONTHS + 1)) - 1
DAYS = LAST_DAY - FIRST_DAY + 1
STARTS = np.array([day_number(month_start(month)) for month in range(1, MONTHS + 2)], dtype=np.int64)


def month_of(days: Ints) -> Ints:
    """The fiscal month (1 to 24) of each day; 0 before the first and 25 after the last."""
    return np.searchsorted(STARTS, days, side="right").astype(np.int64)


def is_weekend(days: Ints) -> np.ndarray:
    """1970-01-01 was a Thursday."""
    return np.isin((days + 3) % 7, (5, 6))


def next_workday(days: Ints) -> Ints:
    """The day itself, or the Monday after a weekend."""
    weekday = (days + 3) % 7
    return days + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))
