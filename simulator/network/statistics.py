"""What overhead is spread by, the budget, and the ledger's totals: by department and fiscal month.

Belongs here: activity statistics and budgets as finance departments keep them, made of the ledger, of labor and of the
buildings. Not here: how cost is allocated (that is parline's work, not its truth).
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.calendar import CUT_OVER_H5, LAST_DAY, SIMULATED_MONTHS, month_of
from simulator.network.chart import JOB_FAMILIES
from simulator.network.clinical.hours import DAY, local_day
from simulator.network.columns import cents, decimals, money, pick
from simulator.network.ground import Ground
from simulator.network.labor import TIME_OFF, Labor
from simulator.network.places import NON_REIMBURSABLE, OVERHEAD, PATIENT_CARE
from simulator.network.streams import Ints

NURSES = [JOB_FAMILIES.index(name) for name in ("Registered nurse", "Licensed nurse", "Nursing aide")]
# Square feet of a department by kind, spread of its logarithm; what an overhead department has on average.
FEET = {PATIENT_CARE: 14_000, OVERHEAD: 4_500, NON_REIMBURSABLE: 1_800}
OTHER_FEET, FEET_SPREAD = 6_000, 0.5
# A planted fact of H1: biomedical engineering serves the plant's machines and those of cardiology, and the plant serves
# the women's floors. Only a method that lets departments serve each other both ways sees who pays for whom in the end.
CARDIAC = ("Cath lab", "Electrophysiology", "Cardiac care")
WOMEN = ("Labor and delivery", "Postpartum", "Neonatal intensive care")
PLANT_EQUIPMENT_SHARE, CARDIAC_EQUIPMENT_SHARE, WOMEN_FEET_SHARE = 0.40, 0.45, 0.30
# A reforecast replaces the budget of the year's second half.
ORIGINAL, REFORECAST = "ORIGINAL", "REFORECAST"


def ledger_totals(months: Iterable[pa.Table]) -> pa.Table:
    """One row per company, fiscal month, account and cost center: what truth_gl_total holds."""
    keys = ["company", "fiscal_month", "account", "cost_center"]
    found = [month.group_by(keys).aggregate([("amount", "sum")]) for month in months]
    total = pa.concat_tables(found).rename_columns([*keys, "amount"])
    return total.set_column(4, "amount", total["amount"].cast(pa.decimal128(18, 2))).sort_by(
        [(key, "ascending") for key in keys]
    )


class PatientDays:
    """Patient days by fiscal month and department: who lies there at midnight, local time."""

    def __init__(self, ground: Ground):
        self._ground = ground
        self._places = pa.array([center.code for center in ground.centers])
        self._days = np.zeros((SIMULATED_MONTHS + 2) * len(ground.centers), dtype=np.int64)

    def add(self, unit_stays: pa.Table) -> None:
        center = pc.index_in(unit_stays["cost_center"], self._places).to_numpy().astype(np.int64)
        site = self._ground.site_of_center[center]
        end = np.full(len(center), (LAST_DAY + 1) * DAY)
        first, last = (local_day(_minutes(unit_stays[name], end), site) for name in ("from_at", "until_at"))
        nights = np.maximum(last - first, 0)
        starts = np.repeat(np.cumsum(nights) - nights, nights)
        night = np.repeat(first, nights) + np.arange(len(starts)) - starts
        key = month_of(night) * len(self._places) + np.repeat(center, nights)
        self._days += np.bincount(key, minlength=len(self._days))

    def table(self) -> pa.Table:
        count = len(self._places)
        is_care = np.tile([center.kind == PATIENT_CARE for center in self._ground.centers], SIMULATED_MONTHS + 2)
        found = np.flatnonzero(is_care & (self._days > 0))
        found = found[(found // count >= 1) & (found // count <= SIMULATED_MONTHS)]
        return _table(self._ground, "PATIENT_DAYS", found // count, found % count, self._days[found] * 100)


def _minutes(stamps: pa.ChunkedArray, missing: Ints) -> Ints:
    """Minutes since 1970 of stamps, and something else where there is none."""
    minutes = pc.divide(stamps.cast(pa.int64()), 60_000_000)
    known = pc.fill_null(minutes, -1).to_numpy()
    return np.where(known < 0, missing, known)


def statistics_table(ground: Ground, labor: Labor, totals: pa.Table, patient_days: PatientDays) -> pa.Table:
    """One row per cost center, statistic and fiscal month, in the statistic's own unit, with two decimals."""
    parts = [
        _standing(ground, "SQUARE_FEET", _square_feet(ground)),
        _standing(ground, "EQUIPMENT_DOLLARS", _equipment(ground)),
        _monthly(ground, "POUNDS_OF_LAUNDRY", PATIENT_CARE, 9_000),
        _monthly(ground, "MEALS", PATIENT_CARE, 2_600),
        _hours(ground, labor, "HOURS_WORKED", np.ones(len(JOB_FAMILIES), dtype=bool)),
        _hours(ground, labor, "NURSING_HOURS", np.isin(np.arange(len(JOB_FAMILIES)), NURSES)),
        patient_days.table(),
        _of_ledger(totals, "SALARIES", "600"),
        _of_ledger(totals, "GROSS_REVENUE", "40", is_credit=True),
        _of_ledger(totals, "COSTED_REQUISITIONS", "640"),
        _of_ledger(totals, "COSTED_DRUGS", "640111"),
    ]
    return pa.concat_tables(parts)


def budget_table(ground: Ground, totals: pa.Table) -> pa.Table:
    """One row per version, cost center, account and fiscal month: what was expected, within some per cent of what came.

    The reforecast has the months of each year's second half only.
    """
    random = ground.streams.of("budget")
    is_planned = pc.and_(pc.is_valid(totals["cost_center"]), pc.greater_equal(totals["account"], pa.scalar("400000")))
    base = totals.filter(is_planned)
    actual = cents(base["amount"])
    month = base["fiscal_month"].to_numpy()
    is_late = (month - 1) % 12 >= CUT_OVER_H5
    tables = []
    for version, spread, chosen in ((ORIGINAL, 0.08, np.ones(len(month), dtype=bool)), (REFORECAST, 0.03, is_late)):
        planned = np.round(actual[chosen] * random.lognormal(0, spread, chosen.sum())).astype(np.int64)
        found = base.filter(pa.array(chosen)).drop_columns("amount")
        tables.append(
            found.append_column("version", pa.array([version] * len(planned))).append_column("amount", money(planned))
        )
    return pa.concat_tables(tables)


def _square_feet(ground: Ground) -> Ints:
    random = ground.streams.of("square feet")
    typical = np.array([FEET.get(center.kind, OTHER_FEET) for center in ground.centers])
    feet = np.round(typical * random.lognormal(0, FEET_SPREAD, len(typical))).astype(np.int64)
    return _planted(ground, feet, {WOMEN: WOMEN_FEET_SHARE})


def _equipment(ground: Ground) -> Ints:
    random = ground.streams.of("equipment")
    dollars = np.round(200_000 * random.lognormal(0, 0.9, len(ground.centers))).astype(np.int64)
    shares = {CARDIAC: CARDIAC_EQUIPMENT_SHARE, ("Plant operation",): PLANT_EQUIPMENT_SHARE}
    return _planted(ground, dollars, shares)


def _planted(ground: Ground, values: Ints, shares: dict[tuple[str, ...], float]) -> Ints:
    """At H1, these departments together have these shares of the hospital's total."""
    is_h1 = np.array([center.site == "H1" for center in ground.centers])
    groups = [is_h1 & np.array([row.function in functions for row in ground.centers]) for functions in shares]
    rest = int(values[is_h1].sum() - sum(values[group].sum() for group in groups))
    left = 1 - sum(shares.values())
    for group, share in zip(groups, shares.values(), strict=True):
        values[group] = values[group] * round(rest * share / left) // max(1, int(values[group].sum()))
    return values


def _standing(ground: Ground, statistic: str, values: Ints) -> pa.Table:
    """What is counted once and holds for every month."""
    count = len(ground.centers)
    month = np.repeat(np.arange(1, SIMULATED_MONTHS + 1), count)
    return _table(ground, statistic, month, np.tile(np.arange(count), SIMULATED_MONTHS),
                  np.tile(values, SIMULATED_MONTHS) * 100)  # fmt: skip


def _monthly(ground: Ground, statistic: str, kind: str, typical: int) -> pa.Table:
    """What departments of a kind use, more or less, every month."""
    random = ground.streams.of(f"statistic {statistic}")
    centers = np.array([place for place, center in enumerate(ground.centers) if center.kind == kind])
    month = np.repeat(np.arange(1, SIMULATED_MONTHS + 1), len(centers))
    size = np.tile(random.lognormal(0, 0.3, len(centers)), SIMULATED_MONTHS)
    values = np.round(typical * size * random.lognormal(0, 0.05, len(size))).astype(np.int64)
    return _table(ground, statistic, month, np.tile(centers, SIMULATED_MONTHS), values * 100)


def _hours(ground: Ground, labor: Labor, statistic: str, families: np.ndarray) -> pa.Table:
    """Hours worked in a department, whoever's home it is; paid time off is not worked."""
    chosen = np.flatnonzero(families[labor.family[labor.shift_worker]] & (labor.shift_code != TIME_OFF))
    count = len(ground.centers)
    key = month_of(labor.shift_day[chosen]) * count + labor.shift_center[chosen]
    quarters = np.bincount(key, weights=labor.shift_quarters[chosen], minlength=0).astype(np.int64)
    found = np.flatnonzero(quarters)
    return _table(ground, statistic, found // count, found % count, quarters[found] * 25)


def _of_ledger(totals: pa.Table, statistic: str, prefix: str, is_credit: bool = False) -> pa.Table:
    """Money of the accounts that begin with this, by department."""
    chosen = totals.filter(pc.and_(pc.starts_with(totals["account"], prefix), pc.is_valid(totals["cost_center"])))
    found = chosen.group_by(["fiscal_month", "cost_center"]).aggregate([("amount", "sum")])
    found = found.sort_by([("fiscal_month", "ascending"), ("cost_center", "ascending")])
    amount = found["amount_sum"].cast(pa.decimal128(18, 2))
    quantity = pc.negate(amount) if is_credit else amount
    return pa.table(
        {
            "statistic": pa.array([statistic] * found.num_rows, pa.string()),
            "fiscal_month": found["fiscal_month"],
            "cost_center": found["cost_center"],
            "quantity": quantity,
        }
    )


def _table(ground: Ground, statistic: str, month: Ints, center: Ints, hundredths: Ints) -> pa.Table:
    return pa.table(
        {
            "statistic": pick([statistic], np.zeros(len(month), dtype=np.int64)),
            "fiscal_month": pa.array(month.astype(np.int64)),
            "cost_center": ground.center_codes(center),
            "quantity": decimals(hundredths, 18, 2),
        }
    )
