"""Remittances: what payers allow and pay of what was billed, what they deny, and what is billed again.

Belongs here: claims and their payments. Not here: what was charged (charges.py). Amounts are cents. Billed = allowed +
contractual; what is allowed and not paid the patient owes, in a claim of its own that is settled as `Self-pay`. A claim
that is billed again is taken back whole by a line of frequency 8 with negative amounts and replaced by one of
frequency 7, so that sums over all lines are right.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import LAST_DAY
from simulator.network.chart import PAYERS
from simulator.network.clinical.coding import Coding
from simulator.network.clinical.hours import NONE
from simulator.network.clinical.visits import Visits
from simulator.network.columns import dates, maybe, money, numbered, pick
from simulator.network.streams import Ints

# By payer, in the order of PAYERS: hundredths of a percent of the bill that are allowed, and of the allowed that patients owe.
ALLOWED = np.array([3_300, 3_500, 2_400, 6_200, 2_000, 5_000], dtype=np.int64)
PATIENT_SHARE = np.array([600, 800, 100, 1_200, 0, 0], dtype=np.int64)
# A patient pays so much of what is owed; the rest is given up, so many days after the payer has paid.
PATIENT_PAYS, PATIENT_DAYS = 5_500, (25, 75)
DENIED_SHARE, DENIALS = 0.04, ["D01", "D02", "D03", "D05", "D08", "D11"]
SELF_PAY = PAYERS.index("Self-pay")
NEW, REPLACED, VOID = 1, 7, 8


@dataclass(frozen=True)
class Remittances:
    """By line; claim numbers stand in the order of the claims. denial is a place in DENIALS, or -1."""

    claim: Ints
    visit: Ints
    payer: Ints
    billed: Ints
    allowed: Ints
    paid: Ints
    contractual: Ints
    denial: Ints
    day: Ints
    frequency: Ints


def make_remittances(
    random: np.random.Generator, visits: Visits, chosen: slice, coding: Coding, payer: Ints, net: Ints, first: int
) -> Remittances:
    """Of some visits. payer: of each visit; net: charged less credited of the slice's visits, where an emergency visit is
    billed with the stay that it led to; first: claims that came before."""
    gross = net.copy()
    led = np.flatnonzero(visits.emergency[chosen] >= 0)
    gross[led] += net[visits.emergency[chosen][led] - chosen.start]
    visit = np.flatnonzero((coding.paid_day[chosen] >= 0) & (gross > 0)) + chosen.start
    billed, of = gross[visit - chosen.start], payer[visit]
    is_denied = (random.random(len(visit)) < DENIED_SHARE) & (of != SELF_PAY)
    rate = ALLOWED[of] * random.integers(9_000, 11_001, len(visit)) // 10_000
    allowed = np.where(is_denied, 0, billed * rate // 10_000)
    day, again = coding.paid_day[visit], coding.rebilled_day[visit]
    claim = first + np.arange(len(visit))
    denial = np.where(is_denied, random.integers(0, len(DENIALS), len(visit)), NONE)
    original = _line(claim, visit, of, billed, allowed, denial, day, NEW)
    rows = np.flatnonzero(again >= 0)
    taken_back = {name: values[rows] for name, values in original.items()}
    taken_back |= {name: -taken_back[name] for name in ("billed", "allowed", "paid", "contractual")}
    taken_back |= {"day": again[rows], "frequency": np.full(len(rows), VOID)}
    # What was denied is paid the second time.
    better = np.where(is_denied[rows], billed[rows] * ALLOWED[of[rows]] // 10_000, allowed[rows] * 108 // 100)
    replaced = _line(claim[rows], visit[rows], of[rows], billed[rows], np.minimum(better, billed[rows]),
                     np.full(len(rows), NONE), again[rows], REPLACED)  # fmt: skip
    final = {name: values.copy() for name, values in original.items()}
    for name in ("allowed", "paid", "day"):
        final[name][rows] = replaced[name]
    owed = _owed(random, final, first + len(visit))
    parts = [original, taken_back, replaced, owed]
    return Remittances(**{name: np.concatenate([part[name] for part in parts]) for name in original})


def _line(
    claim: Ints, visit: Ints, payer: Ints, billed: Ints, allowed: Ints, denial: Ints, day: Ints, frequency: int
) -> dict[str, Ints]:
    paid = allowed - allowed * PATIENT_SHARE[payer] // 10_000
    return {
        "claim": claim, "visit": visit, "payer": payer, "billed": billed, "allowed": allowed, "paid": paid,
        "contractual": billed - allowed, "denial": denial, "day": day, "frequency": np.full(len(claim), frequency),
    }  # fmt: skip


def _owed(random: np.random.Generator, final: dict[str, Ints], first: int) -> dict[str, Ints]:
    """What patients owe beside their payer, as they settle it; not yet where that lies ahead."""
    owed = final["allowed"] - final["paid"]
    day = final["day"] + random.integers(*PATIENT_DAYS, len(owed))
    rows = np.flatnonzero((owed > 0) & (day <= LAST_DAY))
    paid = owed[rows] * PATIENT_PAYS // 10_000
    return {"claim": first + np.arange(len(rows)), "visit": final["visit"][rows], "payer": np.full(len(rows), SELF_PAY),
            "billed": owed[rows], "allowed": paid, "paid": paid, "contractual": owed[rows] - paid,
            "denial": np.full(len(rows), NONE), "day": day[rows], "frequency": np.full(len(rows), NEW)}  # fmt: skip


def remittance_table(remittances: Remittances) -> pa.Table:
    """One row per claim and frequency."""
    return pa.table(
        {
            "claim_id": numbered("CL", remittances.claim + 1, 8),
            "encounter_id": numbered("E", remittances.visit + 1, 8),
            "payer": pick(PAYERS, remittances.payer),
            "billed": money(remittances.billed),
            "allowed": money(remittances.allowed),
            "paid": money(remittances.paid),
            "contractual": money(remittances.contractual),
            "denial_code": maybe(DENIALS, remittances.denial),
            "paid_date": dates(remittances.day),
            "frequency": pa.array(remittances.frequency),
        }
    )
