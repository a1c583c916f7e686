"""Visits: inpatient stays, observation, emergency visits and outpatient visits, as bare facts.

Belongs here: where, when, why. Not here: who (people.py), what is done in operating rooms (theatres.py), what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.network.calendar import LAST_DAY, month_of
from simulator.network.clinical import drgs, procedures
from simulator.network.clinical.hours import DAY, FAR, HOUR, NONE, horizon, local_day, utc
from simulator.network.clinical.mix import (
    ADMISSIONS,
    ALWAYS,
    BEDS,
    DISCHARGES,
    EMERGENCIES,
    INPATIENT_OR,
    INPATIENT_OTHER,
    OBSERVATIONS,
    OFFICE,
    OUTPATIENT_OR,
    OUTPATIENT_OTHER,
    OUTPATIENTS,
    at,
    count,
    days_at,
    draw_cells,
    inpatient_weights,
)  # fmt: skip
from simulator.network.clinical.theatres import SCHEDULED, Theatre
from simulator.network.ground import Ground
from simulator.network.places import ANCILLARY, OPENS, PATIENT_CARE, SITES, CostCenter
from simulator.network.streams import Bools, Ints, quota

INPATIENT, OBSERVATION, EMERGENCY, OUTPATIENT = range(4)
CLASSES = ["IMP", "OBSENC", "EMER", "AMB"]
CANCELED_SHARE, IN_ERROR_SHARE, UNMAPPED_SHARE = 0.011, 0.0005, 0.004
FINISHED, CANCELED, IN_ERROR, IN_PROGRESS = range(4)
STATUSES = ["finished", "cancelled", "entered-in-error", "in-progress"]
STAY_SIGMA, THROUGH_EMERGENCY = 0.75, 0.72
CLINIC_SHARE = 0.58
# What outpatients come to hospitals for, and how often.
HOSPITAL_OUTPATIENT = {
    "Radiology": 20, "CT": 9, "MRI": 6, "Ultrasound": 8, "Mammography": 9, "Nuclear medicine": 2, "Laboratory, core": 26,
    "Physical therapy": 12, "Occupational therapy": 3, "Infusion": 6, "Radiation oncology": 4, "Electrocardiology": 5,
    "Dialysis": 3, "Wound care": 2, "Pain clinic": 2, "Sleep laboratory": 1, "Cardiac rehabilitation": 2,
    "Pulmonary function": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Visits:
    """One place per visit. Those of one account stand in the month in which its stay began, by time; minutes are UTC.
    emergency: the emergency visit that led to the stay (its place), or -1; drg and case likewise."""

    site: Ints
    kind: Ints
    admitted: Ints
    discharged: Ints
    center: Ints
    drg: Ints
    case: Ints
    month: Ints
    emergency: Ints
    status: Ints
    is_unmapped: Bools

    def of_month(self, month: int) -> slice:
        first, last = np.searchsorted(self.month, [month, month + 1])
        return slice(int(first), int(last))

    @property
    def ended(self) -> Ints:
        """The end of what has happened: discharge, or the end of time."""
        return np.minimum(self.discharged, horizon(self.site))

    @property
    def leads_to(self) -> Ints:
        """The stay that an emergency visit led to, or -1."""
        found = np.full(len(self.site), NONE)
        has = np.flatnonzero(self.emergency >= 0)
        found[self.emergency[has]] = has
        return found


class Departments:
    """Departments of each site by what they do."""

    def __init__(self, centers: list[CostCenter]):
        codes = [site.code for site in SITES]
        self.site = np.array([codes.index(center.site) for center in centers], dtype=np.int64)
        self.function = np.array([center.function for center in centers])
        self.is_unit = np.array([center.kind == PATIENT_CARE for center in centers])
        self.is_ancillary = np.array([center.kind == ANCILLARY for center in centers])

    def named(self, site: int, *functions: str) -> Ints:
        """Those of a site that do the first of these that it has at all; any nursing unit or ancillary if none."""
        for function in functions:
            found = np.flatnonzero((self.site == site) & (self.function == function))
            if len(found):
                return found
        return np.flatnonzero((self.site == site) & (self.is_unit | self.is_ancillary))

    def drawn(self, random: np.random.Generator, site: Ints, function: Ints, names: Sequence[tuple[str, ...]]) -> Ints:
        """A department for each row: of its site, by the place of its function in a list."""
        center = np.zeros(len(site), dtype=np.int64)
        key = site * len(names) + function
        order = np.argsort(key, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(key) else ():
            found = self.named(int(site[rows[0]]), *names[int(function[rows[0]])])
            center[rows] = found[random.integers(0, len(found), len(rows))]
        return center


def plan_visits(ground: Ground, theatre: Theatre) -> Visits:
    """All visits; each case that is not merely on the schedule has one."""
    random = ground.streams.of("clinical visits")
    departments = Departments(ground.centers)
    stays = [
        _of_cases(random, departments, theatre),
        _medical(random, departments, ground.scale),
        _observed(random, departments, ground.scale),
    ]
    led = [_emergency_before(random, stay) for stay in stays]
    others = count(EMERGENCIES, ground.scale) - sum(len(rows["site"]) for rows, _ in led)
    parts: list[dict[str, Ints]] = [
        *stays,
        _emergencies(random, others, ground.scale),
        _outpatients(random, departments, ground.scale),
    ]
    # The place, in all parts joined, of the emergency visit before each stay.
    joined = sum(len(part["site"]) for part in parts)
    for stay, (rows, of) in zip(stays, led, strict=True):
        stay["emergency"] = np.full(len(stay["site"]), NONE)
        stay["emergency"][of] = joined + np.arange(len(of))
        rows["month"] = month_of(local_day(stay["admitted"][of], stay["site"][of]))
        parts.append(rows)
        joined += len(of)
    for part in parts:
        _complete(random, departments, part)
    names = ("site", "kind", "admitted", "discharged", "center", "drg", "case", "month", "emergency")
    columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]).astype(np.int32) for name in names}
    order = np.lexsort((columns["kind"], columns["admitted"], columns["month"]))
    columns = {name: values[order] for name, values in columns.items()}
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order], place[-1] = np.arange(len(order)), NONE
    columns["emergency"] = place[columns["emergency"]]
    return Visits(**columns, **_faults(random, columns))


def _faults(random: np.random.Generator, columns: dict[str, Ints]) -> dict[str, Any]:
    """A visit with a case, or joined to another, is never canceled: that is a fault of what never took place."""
    number = len(columns["site"])
    is_led = np.zeros(number, dtype=bool)
    is_led[columns["emergency"][columns["emergency"] >= 0]] = True
    is_open = columns["discharged"] >= horizon(columns["site"])
    is_free = (columns["case"] < 0) & (columns["emergency"] < 0) & ~is_led & ~is_open
    is_canceled = quota(random, is_free, CANCELED_SHARE, of=number)
    is_error = quota(random, is_free & ~is_canceled, IN_ERROR_SHARE, of=number)
    status = np.select([is_canceled, is_error, is_open], [CANCELED, IN_ERROR, IN_PROGRESS], FINISHED)
    return {"status": status.astype(np.int8), "is_unmapped": quota(random, np.ones(number, dtype=bool), UNMAPPED_SHARE)}


def _complete(random: np.random.Generator, departments: Departments, part: dict[str, Ints]) -> None:
    """Fills in what a part leaves open: no case, no DRG, no emergency visit before."""
    number = len(part["site"])
    for name in ("drg", "case", "emergency"):
        part.setdefault(name, np.full(number, NONE))
    if "center" not in part:
        part["center"] = departments.drawn(random, part["site"], np.zeros(number, dtype=np.int64), [("Emergency",)])
    part.setdefault("month", month_of(local_day(part["admitted"], part["site"])))


def _stay(random: np.random.Generator, site: Ints, admitted: Ints, drg: Ints, least: Ints) -> Ints:
    """Discharge: log-normal around the DRG's geometric stay, in the day between ten and six, never before `least`."""
    version = drgs.version_of(local_day(admitted, site))
    days = random.lognormal(np.log(drgs.STAYS[version, drg]), STAY_SIGMA)
    end = admitted + (np.clip(days, 0.5, 120) * DAY).astype(np.int64)
    # A discharge that is not known only has to lie beyond the horizon.
    day = np.minimum(local_day(np.minimum(end, FAR), site), LAST_DAY + 1)
    discharged = utc(day * DAY + 10 * HOUR + random.integers(0, 8 * HOUR, len(site)), site)
    return discharged + np.where(discharged < least, -(-(least - discharged) // DAY) * DAY, 0)


def _of_cases(random: np.random.Generator, departments: Departments, theatre: Theatre) -> dict[str, Ints]:
    """An outpatient comes shortly before and leaves soon after; of the inpatients those who were not planned came
    through the emergency department."""
    case = np.flatnonzero(theatre.status != SCHEDULED)
    site, drg, start = theatre.site[case], theatre.drg[case], theatre.scheduled[case]
    left = np.maximum(theatre.out_room[case], start + HOUR)
    is_stay = drg >= 0
    planned = random.integers(75, 151, len(case))
    wait = np.where(theatre.is_elective[case], planned, random.integers(5 * HOUR, 30 * HOUR, len(case)))
    admitted = start - np.where(is_stay, wait, planned)
    discharged = left + random.integers(HOUR, 4 * HOUR, len(case))
    stays = np.flatnonzero(is_stay)
    discharged[stays] = _stay(random, site[stays], admitted[stays], drg[stays], left[stays] + 4 * HOUR)
    kinds = [tuple(functions) for functions in procedures.FUNCTIONS]
    names = [(unit, "Surgical", "Medical") for unit in drgs.UNITS] + kinds
    function = np.where(is_stay, drg, len(drgs.UNITS) + theatre.kind[case])
    return {
        "site": site, "kind": np.where(is_stay, INPATIENT, OUTPATIENT), "admitted": admitted, "discharged": discharged,
        "drg": drg, "case": case, "center": departments.drawn(random, site, function, names),
        "month": month_of(local_day(admitted, site)), "is_through": (is_stay & ~theatre.is_elective[case]).astype(np.int64),
    }  # fmt: skip


def _medical(random: np.random.Generator, departments: Departments, scale: float) -> dict[str, Ints]:
    """Stays without a case. Births and what belongs to them do not come through the emergency department."""
    is_medical = np.array([not groups for groups in drgs.GROUPS])
    number = count(DISCHARGES - INPATIENT_OR - INPATIENT_OTHER, scale)
    drg, site = draw_cells(random, inpatient_weights() * is_medical[:, None], number)
    day, is_open = days_at(random, site, ADMISSIONS)
    drg, site, day = drg[is_open], site[is_open], day[is_open]
    admitted = utc(day * DAY + random.integers(1, DAY, len(day)), site)
    is_birth = np.isin(
        [unit in ("Postpartum", "Labor and delivery", "Neonatal intensive care") for unit in drgs.UNITS], True
    )
    return {
        "site": site, "kind": np.full(len(site), INPATIENT), "admitted": admitted, "drg": drg,
        "discharged": _stay(random, site, admitted, drg, admitted + 6 * HOUR),
        "center": departments.drawn(random, site, drg, [(unit, "Medical") for unit in drgs.UNITS]),
        "is_through": ((random.random(len(site)) < THROUGH_EMERGENCY) & ~is_birth[drg]).astype(np.int64),
    }  # fmt: skip


def _observed(random: np.random.Generator, departments: Departments, scale: float) -> dict[str, Ints]:
    number = count(OBSERVATIONS, scale)
    site = random.choice(len(SITES), size=number, p=BEDS / BEDS.sum()).astype(np.int64)
    day, is_open = days_at(random, site, ALWAYS)
    site, day = site[is_open], day[is_open]
    admitted = utc(day * DAY + random.integers(1, DAY, len(day)), site)
    stay = np.clip(random.lognormal(np.log(26), 0.45, len(site)), 6, 60) * HOUR
    return {
        "site": site, "kind": np.full(len(site), OBSERVATION), "admitted": admitted,
        "discharged": admitted + stay.astype(np.int64),
        "center": departments.drawn(random, site, np.zeros(len(site), dtype=np.int64), [("Observation", "Medical")]),
        "is_through": (random.random(len(site)) < THROUGH_EMERGENCY).astype(np.int64),
    }  # fmt: skip


def _emergency_before(random: np.random.Generator, stay: dict[str, Ints]) -> tuple[dict[str, Ints], Ints]:
    """The emergency visits of stays that came through one, ending as the stay begins, and the stay of each."""
    is_through = stay.pop("is_through") > 0
    earliest = utc(OPENS[stay["site"]] * DAY, stay["site"])
    of = np.flatnonzero(is_through & (stay["admitted"] - earliest > HOUR))
    length = np.clip(random.lognormal(np.log(280), 0.4, len(of)), 40, 20 * HOUR).astype(np.int64)
    admitted = np.maximum(stay["admitted"][of] - length, earliest[of])
    site = stay["site"][of]
    return {
        "site": site, "kind": np.full(len(of), EMERGENCY), "admitted": admitted, "discharged": stay["admitted"][of],
    }, of  # fmt: skip


def _emergencies(random: np.random.Generator, number: int, scale: float) -> dict[str, Ints]:
    """Those who go home from the emergency department."""
    site = random.choice(len(SITES), size=number, p=BEDS / BEDS.sum()).astype(np.int64)
    day, is_open = days_at(random, site, ALWAYS)
    site, day = site[is_open], day[is_open]
    # Most come between late morning and late evening.
    minute = np.clip(random.normal(15.5 * HOUR, 5.5 * HOUR, len(site)), 1, DAY - 1).astype(np.int64)
    admitted = utc(day * DAY + minute, site)
    length = np.clip(random.lognormal(np.log(175), 0.5, len(site)), 20, 20 * HOUR).astype(np.int64)
    return {"site": site, "kind": np.full(len(site), EMERGENCY), "admitted": admitted, "discharged": admitted + length}


def _outpatients(random: np.random.Generator, departments: Departments, scale: float) -> dict[str, Ints]:
    """Visits to clinics and to hospitals' outpatient departments, without those of cases."""
    number = count(OUTPATIENTS - OUTPATIENT_OR - OUTPATIENT_OTHER, scale)
    is_clinic = random.random(number) < CLINIC_SHARE
    site = np.where(is_clinic, at("CL"), random.choice(len(SITES), size=number, p=BEDS / BEDS.sum()))
    day, is_open = days_at(random, site, OFFICE)
    site, day, is_clinic = site[is_open], day[is_open], is_clinic[is_open]
    often = np.array(list(HOSPITAL_OUTPATIENT.values()), dtype=np.float64)
    function = random.choice(len(often), size=len(site), p=often / often.sum())
    names = [(name, "Radiology") for name in HOSPITAL_OUTPATIENT]
    center = np.zeros(len(site), dtype=np.int64)
    clinics = np.flatnonzero(departments.site == at("CL"))
    center[is_clinic] = clinics[random.integers(0, len(clinics), int(is_clinic.sum()))]
    center[~is_clinic] = departments.drawn(random, site[~is_clinic], function[~is_clinic], names)
    admitted = utc(day * DAY + 7 * HOUR + random.integers(30, 10 * HOUR, len(site)), site)
    return {
        "site": site, "kind": np.full(len(site), OUTPATIENT), "admitted": admitted,
        "discharged": admitted + random.integers(20, 150, len(site)), "center": center,
    }  # fmt: skip
