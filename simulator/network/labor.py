"""Who works where, for how long, and what that is paid: workers, shifts, and pay runs every two weeks.

Belongs here: hours and pay. Not here: how pay posts (ledger.py). Hours are in quarters of an hour, rates and amounts in
cents. A worker has a number and nothing else of a person.
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.calendar import FIRST_DAY, LAST_DAY, is_weekend
from simulator.network.chart import JOB_FAMILIES
from simulator.network.places import OPENS, OVERHEAD, PATIENT_CARE, SITE_CODES, SITES, CostCenter
from simulator.network.streams import Bools, Ints, Streams, quota

PER_SCALE, LEAST = 21_000, 400
PERIOD_DAYS, PAID_AFTER_DAYS = 14, 6
# In the order of chart.PAY_KINDS: what an hour costs against the base rate, in hundredths.
REGULAR, OVERTIME, TIME_OFF, CALL, AGENCY = range(5)
PAY_CODES = ["REG", "OT", "PTO", "CALL", "AGENCY"]
MULTIPLIER = np.array([100, 150, 100, 40, 175], dtype=np.int64)
# Median base rate in cents an hour, in the order of JOB_FAMILIES.
RATES = np.array([
    6200, 4400, 2900, 2000, 14500, 6800, 6900, 2300, 2800, 3300, 3900, 3500, 4600, 2200, 1900, 3000, 4800, 4000, 3300,
    3400,
], dtype=np.int64)  # fmt: skip
# Share of the families in departments that care for patients, in other departments, and in overhead.
CARE, OTHER, BACK_OFFICE = (
    {"Registered nurse": 55, "Licensed nurse": 6, "Nursing aide": 24, "Management": 4, "Clerical": 9, "Social worker": 2},
    {
        "Registered nurse": 26, "Surgical technician": 12, "Laboratory technologist": 10, "Imaging technologist": 12,
        "Respiratory therapist": 6, "Physical therapist": 6, "Pharmacist": 4, "Pharmacy technician": 4, "Physician": 5,
        "Advanced practitioner": 5, "Clerical": 8, "Management": 2,
    },
    {
        "Management": 14, "Clerical": 26, "Service worker": 30, "Skilled trade": 8, "Information technology": 8,
        "Finance": 8, "Dietitian": 2, "Social worker": 4,
    },
)  # fmt: skip
FLOAT_SHARE, AGENCY_SHARE, OVERTIME_SHARE, TIME_OFF_SHARE, CALL_SHARE = 0.06, 0.04, 0.05, 0.09, 0.02
# Shares of pay lines that are corrected, and of workers whose home department personnel has wrong.
CORRECTED_SHARE, WRONG_HOME_SHARE = 0.02, 0.012
# What the employer adds to pay, in ten-thousandths of it; in the order of chart.BENEFITS. Agencies are paid by the hour.
BENEFIT_RATES = np.array([765, 900, 60, 420, 50, 40, 90, 25], dtype=np.int64)


@dataclass(frozen=True)
class Labor:
    """Workers by place; shifts by worker and day; pay lines by run, worker, department and code. centers are places.

    line_origin: the run that a line corrects, -1 for a line of its own run. A correction takes the old line back and pays
    the new one. reported_home: the home department as personnel has it, which is wrong for some.
    """

    home: Ints
    family: Ints
    rate: Ints
    shift_worker: Ints
    shift_day: Ints
    shift_center: Ints
    shift_code: Ints
    shift_quarters: Ints
    line_run: Ints
    line_worker: Ints
    line_center: Ints
    line_code: Ints
    line_quarters: Ints
    line_amount: Ints
    line_origin: Ints
    is_agency: Bools
    reported_home: Ints

    @property
    def run_end(self) -> Ints:
        """The last day of each line's pay period."""
        return FIRST_DAY + (self.line_run + 1) * PERIOD_DAYS - 1


def make_labor(streams: Streams, scale: float, centers: list[CostCenter]) -> Labor:
    """At least 400 workers. Runs of periods that have ended by the last day; shifts beyond them are not yet paid."""
    random = streams.of("labor")
    count = max(LEAST, round(PER_SCALE * scale))
    site = np.array([SITE_CODES.index(center.site) for center in centers], dtype=np.int64)
    home, family = _employed(random, count, centers, site)
    rate = (RATES[family] * random.lognormal(0, 0.16, count)).astype(np.int64)
    is_agency = quota(random, np.isin(family, [JOB_FAMILIES.index("Registered nurse")]), AGENCY_SHARE, of=count)
    worker, day, quarters = _rota(random, count, OPENS[site[home]])
    center = _worked_center(random, site, home, worker)
    code = _pay_codes(random, len(worker), is_agency[worker])
    run = (day - FIRST_DAY) // PERIOD_DAYS
    is_paid = FIRST_DAY + (run + 1) * PERIOD_DAYS - 1 <= LAST_DAY
    key = ((run * count + worker) * len(centers) + center) * len(PAY_CODES) + code
    found, of = np.unique(key[is_paid], return_inverse=True)
    total = np.zeros(len(found), dtype=np.int64)
    np.add.at(total, of, quarters[is_paid])
    rest, line_code = np.divmod(found, len(PAY_CODES))
    rest, line_center = np.divmod(rest, len(centers))
    line_run, line_worker = np.divmod(rest, count)
    amount = pay(total, rate[line_worker], line_code)
    columns = np.stack([line_run, line_worker, line_center, line_code, total, amount])
    line_run, line_worker, line_center, line_code, total, amount, origin = _with_corrections(random, columns)
    is_elsewhere = quota(random, np.ones(count, dtype=bool), WRONG_HOME_SHARE)
    reported = np.where(is_elsewhere, _another_of_the_site(random, site, home), home)
    return Labor(
        home, family, rate, worker, day, center, code, quarters, line_run, line_worker, line_center, line_code, total,
        amount, origin, is_agency, reported,
    )  # fmt: skip


def pay(quarters: Ints, rate: Ints, code: Ints) -> Ints:
    """Quarters of an hour at a rate and a code, in cents, half a cent up."""
    amount: Ints = (quarters * rate * MULTIPLIER[code] + 200) // 400
    return amount


def _employed(random: np.random.Generator, count: int, centers: list[CostCenter], site: Ints) -> tuple[Ints, Ints]:
    """Home department and job family: nursing units have most people, small sites few; every department has somebody
    when there are as many people as departments."""
    beds = np.array([max(place.beds, 30) for place in SITES], dtype=np.float64)[site]
    weight = beds**0.5 * np.array([4.0 if center.kind == PATIENT_CARE else 1.0 for center in centers])
    home = random.choice(len(centers), size=count, p=weight / weight.sum())
    home[: min(count, len(centers))] = random.permutation(len(centers))[: min(count, len(centers))]
    family = np.zeros(count, dtype=np.int64)
    kind = np.array([center.kind for center in centers])[home]
    for staff, here in (
        (CARE, kind == PATIENT_CARE),
        (BACK_OFFICE, kind == OVERHEAD),
        (OTHER, (kind != PATIENT_CARE) & (kind != OVERHEAD)),
    ):
        shares = np.array([staff.get(name, 0) for name in JOB_FAMILIES], dtype=np.float64)
        family[here] = random.choice(len(JOB_FAMILIES), size=int(here.sum()), p=shares / shares.sum())
    return home.astype(np.int64), family


def _rota(random: np.random.Generator, count: int, joined: Ints) -> tuple[Ints, Ints, Ints]:
    """Worker, day and quarters of every shift: twelve hours on six days in two weeks, or eight on ten workdays."""
    days = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.int64)
    is_long = random.random(count) < 0.5
    parts = []
    for day in days:
        free = is_weekend(np.array([day]))[0]
        share = np.where(is_long, 6 / 14, 0.0 if free else 1.0)
        works = np.flatnonzero((random.random(count) < share) & (joined <= day))
        parts.append((works, np.full(len(works), day), np.where(is_long[works], 48, 32)))
    workers, shift_days, quarters = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
    return workers, shift_days, quarters


def _worked_center(random: np.random.Generator, site: Ints, home: Ints, worker: Ints) -> Ints:
    """The home department, or for floats another of the same site."""
    floats = quota(random, np.ones(len(worker), dtype=bool), FLOAT_SHARE)
    return np.where(floats, _another_of_the_site(random, site, home[worker]), home[worker])


def _with_corrections(random: np.random.Generator, lines: Ints) -> Ints:
    """Two in a hundred lines are calculated anew by the next run, for some per cent more. A row for each column."""
    run, amount = lines[0], lines[5]
    wrong = np.flatnonzero(quota(random, run < run.max(), CORRECTED_SHARE, of=lines.shape[1]))
    raised = amount[wrong] * random.integers(101, 108, len(wrong)) // 100
    back, again = lines[:, wrong].copy(), lines[:, wrong].copy()
    back[4:], again[5] = -back[4:], raised
    back[0], again[0] = back[0] + 1, again[0] + 1
    origin = np.concatenate([np.full(lines.shape[1], -1), run[wrong], run[wrong]])
    joined = np.concatenate([lines, back, again], axis=1)
    ranked = np.lexsort((origin, joined[1], joined[0]))
    return np.vstack([joined, origin])[:, ranked]


def _another_of_the_site(random: np.random.Generator, site: Ints, center: Ints) -> Ints:
    """Departments of a site stand together."""
    first, size = np.searchsorted(site, np.arange(len(SITES))), np.bincount(site, minlength=len(SITES))
    at = site[center]
    further = 1 + random.integers(0, np.maximum(size[at] - 1, 1))
    other: Ints = first[at] + (center - first[at] + further) % size[at]
    return other


def _pay_codes(random: np.random.Generator, count: int, is_agency: Bools) -> Ints:
    drawn = random.random(count)
    edges = np.cumsum([OVERTIME_SHARE, TIME_OFF_SHARE, CALL_SHARE])
    code = np.select([drawn < edges[0], drawn < edges[1], drawn < edges[2]], [OVERTIME, TIME_OFF, CALL], REGULAR)
    return np.where(is_agency, AGENCY, code).astype(np.int64)
