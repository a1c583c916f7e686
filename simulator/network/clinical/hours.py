"""Minutes: care happens at a site's local time and is told in UTC.

Belongs here: both kinds of minutes since 1970-01-01, and how they become columns. A negative minute is none.
"""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.network.calendar import FIRST_DAY, LAST_DAY, day_of
from simulator.network.places import SITES
from simulator.network.streams import Ints

HOUR, DAY = 60, 1440
# Later than anything that is known.
FAR = (LAST_DAY + 60) * DAY
ZONES = sorted({site.timezone for site in SITES})
ZONE_OF_SITE = np.array([ZONES.index(site.timezone) for site in SITES], dtype=np.int64)
NONE = -1


@cache
def _offsets() -> Ints:
    """By zone and day from a week before the first: minutes from UTC to local time at noon, when no clock changes."""
    days = [day_of(day) for day in range(FIRST_DAY - 7, LAST_DAY + 90)]
    noon = [datetime(day.year, day.month, day.day, 12) for day in days]  # noqa: DTZ001  # in any zone
    return np.array(
        [
            [
                int((time.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta()).total_seconds()) // 60
                for time in noon
            ]
            for zone in ZONES
        ],
        dtype=np.int64,
    )


def utc(local: NDArray[np.integer], site: NDArray[np.integer]) -> Ints:
    """UTC minutes of local ones. On the night when clocks change, midnight is where they do."""
    minute: Ints = local.astype(np.int64) - _offsets()[ZONE_OF_SITE[site], local // DAY - FIRST_DAY + 7]
    return minute


def local_day(minute: NDArray[np.integer], site: NDArray[np.integer]) -> Ints:
    """The day at the site of a UTC minute."""
    offset = _offsets()[ZONE_OF_SITE[site], minute // DAY - FIRST_DAY + 7]
    day: Ints = (minute.astype(np.int64) + offset) // DAY
    return day


def horizon(site: NDArray[np.integer]) -> Ints:
    """The midnight of each site that ends the last day: what comes after is not known."""
    return utc(np.full(len(site), (LAST_DAY + 1) * DAY), site)


def stamps(minute: NDArray[np.integer]) -> pa.Array:
    """UTC without zone, to the microsecond that DuckDB keeps."""
    return pa.array(np.maximum(minute, 0).astype("datetime64[m]").astype("datetime64[us]"), mask=minute < 0)
