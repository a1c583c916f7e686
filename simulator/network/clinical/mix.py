"""How much care there is a year, and how it is spread over sites and days.

Belongs here: volumes at scale 1, shares of sites, weights of days. Not here: the visits themselves (visits.py).
"""

import numpy as np
from numpy.typing import NDArray

from simulator.network.calendar import DAYS, FIRST_DAY, is_weekend
from simulator.network.clinical import drgs
from simulator.network.places import OPENS, SITE_CODES, SITES
from simulator.network.streams import Bools, Ints

Floats = NDArray[np.float64]

# A year, at scale 1. What is done in operating rooms and elsewhere is part of the visits.
DISCHARGES, OBSERVATIONS, EMERGENCIES, OUTPATIENTS = 108_000, 25_000, 480_000, 1_600_000
INPATIENT_OR, OUTPATIENT_OR, INPATIENT_OTHER, OUTPATIENT_OTHER = 28_000, 62_000, 9_000, 51_000
# Weekends against weekdays: operations, admissions, outpatients, everything that does not wait.
OPERATIONS, ADMISSIONS, OFFICE, ALWAYS = 0.15, 0.8, 0.05, 1.0
BEDS = np.array([site.beds for site in SITES], dtype=np.float64)
ROOMS = np.array([site.operating_rooms for site in SITES], dtype=np.float64)
# A surgery center turns its rooms over faster than a hospital.
OUTPATIENT_ROOMS = np.where(BEDS == 0, 1.4, 1.0) * ROOMS
WOMEN_UNITS = ("Labor and delivery", "Postpartum", "Neonatal intensive care", "Paediatrics")


def at(site: str) -> int:
    return SITE_CODES.index(site)


def count(annual: float, scale: float) -> int:
    """What a yearly volume makes in all the days that are simulated."""
    return round(annual * scale * DAYS / 365)


def inpatient_weights() -> Floats:
    """By DRG and site: beds, and what each hospital is known for. Births are at five of them, transplants at one."""
    weights = drgs.FREQUENCY[:, None] * BEDS[None, :]
    for place, (code, unit) in enumerate(zip(drgs.CODES, drgs.UNITS, strict=True)):
        if unit == "Cardiac care":
            weights[place, at("H2")] *= 4
        elif unit == "Orthopaedics":
            weights[place, at("H3")] *= 4
        elif unit in WOMEN_UNITS:
            weights[place, at("H4")] *= 6
            weights[place, [at("H6"), at("H7"), at("H8")]] = 0
        if code == "652":
            weights[place, np.arange(len(SITES)) != at("H1")] = 0
        elif drgs.GROUPS[place]:
            weights[place, at("H8")] *= 0.2
    return weights


def draw_cells(random: np.random.Generator, weights: Floats, number: int) -> tuple[Ints, Ints]:
    """Row and column of cells drawn by weight."""
    drawn = random.choice(weights.size, size=number, p=weights.ravel() / weights.sum())
    row, column = np.divmod(drawn, weights.shape[1])
    return row.astype(np.int64), column.astype(np.int64)


def days_at(random: np.random.Generator, site: Ints, weekend: float) -> tuple[Ints, Bools]:
    """A day for each row, as evenly over a site's days as its rows allow, and whether the site was open by then."""
    days = np.arange(FIRST_DAY, FIRST_DAY + DAYS, dtype=np.int64)
    return spread(random, site, days, np.where(is_weekend(days), weekend, 1.0))


def spread(random: np.random.Generator, site: Ints, days: Ints, weight: Floats) -> tuple[Ints, Bools]:
    edges = np.cumsum(weight) / weight.sum()
    day = np.empty(len(site), dtype=np.int64)
    for place in np.unique(site):
        rows = np.flatnonzero(site == place)
        at_share = (np.arange(len(rows)) + random.random(len(rows))) / len(rows)
        day[random.permutation(rows)] = days[np.minimum(np.searchsorted(edges, at_share), len(days) - 1)]
    return day, OPENS[site] <= day
