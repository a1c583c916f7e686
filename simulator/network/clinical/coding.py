"""Coding and billing: diagnoses, DRGs, when a visit is coded and billed, and its service line.

Belongs here: what coders and billers decide of a visit. Not here: charges (charges.py), what payers pay (remittances.py).
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.calendar import LAST_DAY
from simulator.network.clinical import drgs
from simulator.network.clinical.drgs import UNASSIGNED, line_of_diagnosis, line_of_drg
from simulator.network.clinical.hours import DAY, FAR, NONE, horizon, local_day
from simulator.network.clinical.procedures import GROUPS, VARIANTS
from simulator.network.clinical.theatres import Theatre
from simulator.network.clinical.visits import EMERGENCY, FINISHED, INPATIENT, OBSERVATION, OUTPATIENT, Visits
from simulator.network.ground import Ground
from simulator.network.places import CostCenter
from simulator.network.streams import Bools, Ints, quota

DRG_CHANGED, UNGROUPABLE_SHARE, REBILLED_SHARE = 0.025, 0.001, 0.005
# Days from discharge to coding (median, spread of the logarithm), by class of visit; a bill waits so long for late charges.
CODED_DAYS, CODED_SIGMA, BILL_HOLD = np.array([3.2, 2.2, 1.4, 1.7]), 0.6, 5 * DAY
# Days from bill to payment, by payer, and to the second bill of what was billed wrongly.
PAID_DAYS, REBILLED_DAYS = np.array([16, 19, 34, 30, 55, 40]), (20, 45)
OBSERVED = ["R079", "R55", "K529", "I4891", "G459", "R109", "J45901", "E860", "N390", "K8000"]
EMERGENT = [
    "R079",
    "R109",
    "S93401A",
    "J069",
    "N390",
    "M5450",
    "S61419A",
    "R519",
    "J45901",
    "K529",
    "L03115",
    "S0990XA",
]
# Of everybody else who comes: what for, by function of the department, or for anything.
OFFICE = ["Z0000", "I10", "E119", "M1711", "Z1231", "J449", "E785", "N186", "C50911", "M5450", "R5383", "Z5189"]
PRINCIPAL = sorted({code for codes in drgs.DIAGNOSES for code in codes} | {*OBSERVED, *EMERGENT, *OFFICE})
# What patients have besides: 61, a prime, so that steps of any width meet none of them twice.
SECONDARY = [
    "I129", "I480", "E1122", "E6609", "E039", "E559", "E876", "E878", "E8770", "D509", "D62", "D631", "D696", "D72829",
    "F0390", "F17210", "F411", "F1010", "F320", "G20A1", "G4733", "G629", "G8929", "H409", "H9190", "I252", "I255", "I272",
    "I340", "I471", "I6529", "I739", "I872", "J439", "J479", "J9811", "J9611", "K219", "K5900", "K760", "K5730", "L89150",
    "L409", "M069", "M109", "M810", "M1990", "N1830", "N400", "N3281", "R0902", "R1310", "R339", "R627", "Z6841", "Z7901",
    "Z794", "Z87891", "Z9181", "Z951", "Z992",
]  # fmt: skip
# Rule 5: an outpatient without a case, by the function of the department.
FUNCTION_LINES = {
    "Radiology": "IMAGING", "CT": "IMAGING", "MRI": "IMAGING", "Ultrasound": "IMAGING", "Nuclear medicine": "IMAGING",
    "Mammography": "IMAGING", "Infusion": "ONCOLOGY", "Radiation oncology": "ONCOLOGY", "Oncology": "ONCOLOGY",
    "Physical therapy": "THERAPY", "Occupational therapy": "THERAPY", "Speech therapy": "THERAPY",
    "Cath lab": "CARDIOVASCULAR", "Electrocardiology": "CARDIOVASCULAR", "Cardiac rehabilitation": "CARDIOVASCULAR",
    "Cardiology": "CARDIOVASCULAR", "Endoscopy": "ENDOSCOPY", "Gastroenterology": "GI_GENERAL_SURGERY",
    "Laboratory, core": "LABORATORY", "Dialysis": "RENAL_UROLOGY", "Urology": "RENAL_UROLOGY", "Orthopaedics": "ORTHOPAEDICS",
    "Spine": "SPINE", "Neurology": "NEURO", "Women's health": "WOMEN_GYN", "Pulmonology": "PULMONARY",
    "Pulmonary function": "PULMONARY", "Endocrinology": "ENDOCRINE", "Dermatology": "SKIN_BREAST", "Ophthalmology": "EYE",
    "Wound care": "SKIN_BREAST", "Behavioral health": "BEHAVIORAL", "Primary care": "PRIMARY_CARE",
    "Paediatrics": "PRIMARY_CARE",
}  # fmt: skip
LINES = sorted(
    {name for name, _, _ in drgs.RANGES} | set(FUNCTION_LINES.values()) | set(drgs.CHAPTERS.values())
    | {group.service_line for group in GROUPS} | {drgs.EMERGENCY, UNASSIGNED}
)  # fmt: skip


@dataclass(frozen=True)
class Coding:
    """By visit. principal is a place in PRINCIPAL, line in LINES; first_drg is what was billed first where it was changed
    later. Minutes are UTC, days local, -1 for what has not happened. An emergency visit that led to a stay is coded
    and billed with it, at the same minute, and has no claim of its own."""

    principal: Ints
    version: Ints
    is_ungroupable: Bools
    first_drg: Ints
    coded_at: Ints
    billed_at: Ints
    paid_day: Ints
    rebilled_day: Ints
    line: Ints


def code_visits(ground: Ground, visits: Visits, theatre: Theatre, payer: Ints) -> Coding:
    """payer: of each visit, a place in PAYERS."""
    random = ground.streams.of("clinical coding")
    number, end = len(visits.site), horizon(visits.site)
    is_own = (visits.status == FINISHED) & (visits.leads_to < 0)
    lag = random.lognormal(np.log(CODED_DAYS)[visits.kind], CODED_SIGMA) * DAY
    coded = visits.discharged + np.minimum(lag, 60 * DAY).astype(np.int64)
    billed = np.maximum(coded + random.integers(DAY, 4 * DAY, number), visits.discharged + BILL_HOLD)
    coded = np.where(is_own & (coded < end), coded, NONE)
    billed = np.where(is_own & (billed < end), billed, NONE)
    led = np.flatnonzero((visits.leads_to >= 0) & (visits.status == FINISHED))
    spread = random.integers(-5, 12, number)
    paid = local_day(np.minimum(np.maximum(billed, visits.discharged), FAR), visits.site) + PAID_DAYS[payer] + spread
    paid_day = np.where((billed >= 0) & (paid <= LAST_DAY), paid, NONE)
    rebilled = paid_day + random.integers(*REBILLED_DAYS, number)
    can = (paid_day >= 0) & (rebilled <= LAST_DAY)
    is_stay = (visits.drg >= 0) & (visits.status == FINISHED)
    stays = int(is_stay.sum())
    is_changed = quota(random, is_stay & can, DRG_CHANGED, of=stays)
    is_ungroupable = quota(random, is_stay & ~is_changed, UNGROUPABLE_SHARE, of=stays)
    # A changed DRG is billed again; so are some bills for other reasons.
    more = round(int((paid_day >= 0).sum()) * REBILLED_SHARE) - int(is_changed.sum())
    is_rebilled = is_changed | quota(random, can & ~is_changed, max(more, 0), of=1)
    neighbor = np.where(visits.drg + 1 < len(drgs.CODES), visits.drg + 1, visits.drg - 1)
    principal = _principal(random, visits)
    version = drgs.version_of(local_day(np.minimum(visits.discharged, FAR), visits.site))
    coded[led], billed[led] = coded[visits.leads_to[led]], billed[visits.leads_to[led]]
    return Coding(
        principal, np.where(is_stay, version, NONE), is_ungroupable, np.where(is_changed, neighbor, NONE), coded, billed,
        paid_day, np.where(is_rebilled, rebilled, NONE), _lines(ground.centers, visits, theatre, principal, is_ungroupable),
    )  # fmt: skip


def _principal(random: np.random.Generator, visits: Visits) -> Ints:
    """What the visit was for: of a stay by its DRG, else by class. Led emergency visits are for what the stay is for."""
    place = {code: number for number, code in enumerate(PRINCIPAL)}
    width = max(len(codes) for codes in drgs.DIAGNOSES)
    by_drg = np.array([[place[codes[turn % len(codes)]] for turn in range(width)] for codes in drgs.DIAGNOSES])
    by_kind = [np.array([place[code] for code in codes]) for codes in (OBSERVED, EMERGENT, OFFICE)]
    found = np.zeros(len(visits.site), dtype=np.int64)
    for kind, codes in zip((OBSERVATION, EMERGENCY, OUTPATIENT), by_kind, strict=True):
        rows = np.flatnonzero(visits.kind == kind)
        found[rows] = codes[random.integers(0, len(codes), len(rows))]
    stays = np.flatnonzero(visits.kind == INPATIENT)
    found[stays] = by_drg[visits.drg[stays], random.integers(0, width, len(stays))]
    led = np.flatnonzero(visits.leads_to >= 0)
    found[led] = found[visits.leads_to[led]]
    return found


def _lines(centers: list[CostCenter], visits: Visits, theatre: Theatre, principal: Ints, is_ungroupable: Bools) -> Ints:
    """The first rule that holds: DRG, outpatient case, outpatient department, emergency, observation's diagnosis. An
    emergency visit that led to a stay belongs to the stay's service line."""
    place = {name: number for number, name in enumerate(LINES)}
    of_diagnosis = np.array([place[line_of_diagnosis(code)] for code in PRINCIPAL])
    of_drg = np.array([[place[line_of_drg(code, diagnosis)] for diagnosis in PRINCIPAL] for code in drgs.CODES])
    of_group = np.array([place[group.service_line] for group in GROUPS])
    of_center = np.array([place[FUNCTION_LINES.get(center.function, UNASSIGNED)] for center in centers])
    group = theatre.procedure[np.maximum(visits.case, 0)] // VARIANTS
    found = np.select(
        [is_ungroupable, visits.kind == INPATIENT, (visits.kind == OUTPATIENT) & (visits.case >= 0),
         visits.kind == OUTPATIENT, visits.kind == EMERGENCY],
        [place[UNASSIGNED], of_drg[np.maximum(visits.drg, 0), principal], of_group[group], of_center[visits.center],
         place[drgs.EMERGENCY]],
        of_diagnosis[principal],
    )  # fmt: skip
    led = np.flatnonzero(visits.leads_to >= 0)
    found[led] = found[visits.leads_to[led]]
    return found.astype(np.int64)
