"""Drugs given to inpatients and to those under observation.

Belongs here: administrations. Not here: where a drug comes from: its stock is the wards' and posts when that is used.
"""

import numpy as np
import pyarrow as pa

from simulator.network.chart import ITEM_CLASSES
from simulator.network.clinical.hours import DAY, stamps
from simulator.network.clinical.visits import FINISHED, IN_PROGRESS, INPATIENT, OBSERVATION, Visits
from simulator.network.columns import decimals, named, numbered, pick
from simulator.network.ground import Ground

A_PATIENT_DAY, TWO_SHARE = 11, 0.05
CLASSES = ("Drug", "Intravenous fluid")
UNITS = ["mg", "mL", "mcg", "g", "units"]
DOSES = np.array(
    [250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000, 100_000, 500_000], dtype=np.int64
)


def administrations(random: np.random.Generator, ground: Ground, visits: Visits, chosen: slice, first: int) -> pa.Table:
    """One row per administration. Dose is in the item's unit, quantity in eaches; first: how many came before."""
    visit = np.arange(chosen.start, chosen.stop)
    is_bed = np.isin(visits.kind[chosen], (INPATIENT, OBSERVATION)) & np.isin(
        visits.status[chosen], (FINISHED, IN_PROGRESS)
    )
    visit = visit[is_bed]
    length = (visits.ended[visit] - visits.admitted[visit]).astype(np.int64)
    of = np.repeat(np.arange(len(visit)), np.round(length * A_PATIENT_DAY / DAY).astype(np.int64))
    drugs = np.flatnonzero(np.isin(ground.items.item_class, [ITEM_CLASSES.index(name) for name in CLASSES]))
    weight = ground.items.popularity[drugs]
    item = drugs[np.searchsorted(np.cumsum(weight) / weight.sum(), random.random(len(of)) * 0.999_999)]
    at = visits.admitted[visit][of] + (random.random(len(of)) * length[of]).astype(np.int64)
    order = np.lexsort((at, of))
    of, item, at = of[order], item[order], at[order]
    return pa.table(
        {
            "admin_id": numbered("MA", first + np.arange(len(of)) + 1, 9),
            "encounter_id": numbered("E", visit[of] + 1, 8),
            "item_id": named(ground.items.table, "item_id", item),
            "administered_at": stamps(at),
            "dose": decimals(DOSES[item * 7 % len(DOSES)], 18, 3),
            "unit": pick(UNITS, item % len(UNITS)),
            "quantity": pa.array(1 + (random.random(len(of)) < TWO_SHARE).astype(np.int64)),
        }
    )
