"""The truth of visits: encounters, unit stays, diagnoses and procedures, a month at a time.

Belongs here: how they are told. Not here: what happened (visits.py), what coders made of it (coding.py).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from simulator.network.chart import PAYERS
from simulator.network.clinical import drgs, procedures
from simulator.network.clinical.coding import LINES, PRINCIPAL, SECONDARY, Coding
from simulator.network.clinical.hours import NONE, horizon, stamps
from simulator.network.clinical.people import People
from simulator.network.clinical.theatres import COMPLETED, Theatre
from simulator.network.clinical.visits import (
    CANCELED,
    CLASSES,
    EMERGENCY,
    FINISHED,
    IN_ERROR,
    IN_PROGRESS,
    INPATIENT,
    OBSERVATION,
    OUTPATIENT,
    STATUSES,
    Departments,
    Visits,
)
from simulator.network.columns import decimals, maybe, maybe_numbered, numbered, pick
from simulator.network.ground import Ground
from simulator.network.places import SITES
from simulator.network.streams import Ints

# Where a patient goes after a stay, as the code of the bill, with shares: home (where all others go), home with care, to a
# nursing facility, to rehabilitation, to another hospital, or nowhere any more.
DISPOSITIONS = {"01": 62, "06": 16, "03": 13, "62": 4, "02": 2, "20": 3}
# Stays of heavy DRGs begin in intensive care; others may move once or twice.
INTENSIVE_WEIGHT, MOVES_SHARE = 30_000, (0.3, 0.1)
SECOND_PROCEDURE, FOREIGN_CODES = 0.3, 600


def encounter_tables(
    random: np.random.Generator,
    ground: Ground,
    visits: Visits,
    chosen: slice,
    people: People,
    coding: Coding,
    theatre: Theatre,
) -> Iterator[tuple[str, pa.Table]]:
    """Of some visits, each whole."""
    visit = np.arange(chosen.start, chosen.stop)
    yield "truth_encounter", _encounters(random, ground, visits, visit, people, coding)
    happened = visit[~np.isin(visits.status[chosen], (CANCELED, IN_ERROR))]
    yield "truth_unit_stay", _unit_stays(random, ground, visits, happened)
    yield "truth_diagnosis", _diagnoses(random, visits, happened, coding)
    yield "truth_procedure", _procedures(random, visits, happened, theatre, people)


def _encounters(
    random: np.random.Generator, ground: Ground, visits: Visits, visit: Ints, people: People, coding: Coding
) -> pa.Table:
    """One row per encounter. An emergency visit and the stay that it led to share an account."""
    kind, status, drg = visits.kind[visit], visits.status[visit], visits.drg[visit]
    leads_to = visits.leads_to[visit]
    account = np.where(leads_to < 0, visit, leads_to)
    is_coded = coding.coded_at[visit] >= 0
    code = np.where(is_coded & (drg >= 0), np.where(coding.is_ungroupable[visit], len(drgs.CODES), drg), NONE)
    version = coding.version[visit]
    weight = np.where(code == len(drgs.CODES), 0, drgs.WEIGHTS[np.maximum(version, 0), np.maximum(drg, 0)])
    share = np.array(list(DISPOSITIONS.values()), dtype=np.float64)
    left = np.where(kind == INPATIENT, random.choice(len(share), size=len(visit), p=share / share.sum()), 0)
    is_over = status == FINISHED
    return pa.table(
        {
            "encounter_id": numbered("E", visit + 1, 8),
            "account_number": numbered("A", account * 3 + 1_000_000, 9),
            "person_id": numbered("P", people.of_visit[visit] + 1, 7),
            "site": pick([site.code for site in SITES], visits.site[visit]),
            "class": pick(CLASSES, kind),
            "cost_center": pick([center.code for center in ground.centers], visits.center[visit]),
            "admitted_at": stamps(visits.admitted[visit]),
            "discharged_at": stamps(np.where(is_over, visits.discharged[visit], NONE)),
            "status": pick(STATUSES, status),
            "part_of": maybe_numbered("E", visits.emergency[visit], 8),
            "payer": pick(PAYERS, people.payer[people.of_visit[visit]]),
            "disposition": maybe(list(DISPOSITIONS), np.where(is_over, left, NONE)),
            "attending_provider_id": numbered("D", people.attending[visit] + 1, 5),
            "ms_drg": maybe([*drgs.CODES, drgs.UNGROUPABLE], code),
            "drg_weight": pa.compute.if_else(pa.array(code >= 0), decimals(weight, 18, 4), None),
            "grouper_version": maybe(drgs.VERSIONS, np.where(code >= 0, version, NONE)),
            "first_ms_drg": maybe(drgs.CODES, np.where(code >= 0, coding.first_drg[visit], NONE)),
            "principal_diagnosis": maybe(PRINCIPAL, np.where(is_over, coding.principal[visit], NONE)),
            "coded_at": stamps(coding.coded_at[visit]),
            "billed_at": stamps(coding.billed_at[visit]),
            "service_line": pick(LINES, coding.line[visit]),
            "is_department_unmapped": pa.array(visits.is_unmapped[visit]),
            "merged_from_person_id": maybe_numbered("P", people.merged_from[visit], 7),
        }
    )


def _unit_stays(random: np.random.Generator, ground: Ground, visits: Visits, visit: Ints) -> pa.Table:
    """One row per visit and department stayed in, without gap or overlap; open where the visit is."""
    departments = Departments(ground.centers)
    is_stay = visits.kind[visit] == INPATIENT
    heavy = is_stay & (drgs.WEIGHTS[0][np.maximum(visits.drg[visit], 0)] >= INTENSIVE_WEIGHT)
    drawn = random.random(len(visit))
    segments = 1 + (heavy | (is_stay & (drawn < MOVES_SHARE[0]))) + (is_stay & (drawn < MOVES_SHARE[1]))
    of = np.repeat(np.arange(len(visit)), segments)
    sequence = np.arange(len(of)) - np.repeat(np.cumsum(segments) - segments, segments) + 1
    is_last = sequence == segments[of]
    site = visits.site[visit][of].astype(np.int64)
    # The unit that the stay is known by is the last; before it intensive care, or step-down.
    first = np.where(heavy[of] & (sequence == 1), 0, 1)
    other = departments.drawn(random, site[~is_last], first[~is_last], [("Intensive care",), ("Step-down", "Medical")])
    center = visits.center[visit][of].astype(np.int64)
    center[~is_last] = other
    start, end = visits.admitted[visit][of].astype(np.int64), visits.discharged[visit][of].astype(np.int64)
    part = (end - start) * sequence // segments[of]
    until = np.where(is_last, end, start + part)
    begun = np.where(sequence == 1, start, np.r_[0, until[:-1]])
    # What begins beyond the horizon has not begun.
    known = begun < horizon(site)
    is_open = until >= horizon(site)
    return pa.table(
        {
            "encounter_id": numbered("E", visit[of][known] + 1, 8),
            "sequence": pa.array(sequence[known].astype(np.int64)),
            "cost_center": pick([row.code for row in ground.centers], center[known]),
            "from_at": stamps(begun[known]),
            "until_at": stamps(np.where(is_open, NONE, until)[known]),
        }
    )


def _diagnoses(random: np.random.Generator, visits: Visits, visit: Ints, coding: Coding) -> pa.Table:
    """One row per visit and diagnosis; rank 1 is the principal one. Of those whose visit is over."""
    visit = visit[visits.status[visit] == FINISHED]
    kind = visits.kind[visit]
    more = np.select(
        [kind == INPATIENT, kind == OBSERVATION, kind == EMERGENCY],
        [
            np.minimum(2 + random.poisson(4, len(visit)), 14),
            random.integers(1, 4, len(visit)),
            random.integers(0, 3, len(visit)),
        ],
        random.integers(0, 2, len(visit)),
    )
    of = np.repeat(np.arange(len(visit)), more + 1)
    rank = np.arange(len(of)) - np.repeat(np.cumsum(more + 1) - more - 1, more + 1)
    start, step = random.integers(0, len(SECONDARY), len(visit)), random.integers(1, len(SECONDARY), len(visit))
    secondary = (start[of] + rank * step[of]) % len(SECONDARY)
    code = np.where(rank == 0, coding.principal[visit][of], len(PRINCIPAL) + secondary)
    return pa.table(
        {
            "encounter_id": numbered("E", visit[of] + 1, 8),
            "rank": pa.array(rank.astype(np.int64) + 1),
            "code": pick(PRINCIPAL + SECONDARY, code),
        }
    )


def _procedures(random: np.random.Generator, visits: Visits, visit: Ints, theatre: Theatre, people: People) -> pa.Table:
    """One row per procedure: of a case, of some a second one; of outpatient and emergency visits what the department does.
    Outpatients' codes are opaque. A procedure is numbered by its encounter and its sequence in it."""
    case = visits.case[visit]
    has_case = (case >= 0) & (theatre.status[np.maximum(case, 0)] == COMPLETED)
    is_office = ~has_case & np.isin(visits.kind[visit], (OUTPATIENT, EMERGENCY)) & (visits.status[visit] != IN_PROGRESS)
    has_second = has_case & (random.random(len(visit)) < SECOND_PROCEDURE)
    of = np.r_[np.flatnonzero(has_case), np.flatnonzero(has_second), np.flatnonzero(is_office)]
    sequence = np.r_[np.ones(has_case.sum()), np.full(has_second.sum(), 2), np.ones(is_office.sum())].astype(np.int64)
    order = np.lexsort((sequence, of))
    of, sequence = of[order], sequence[order]
    done = np.maximum(case[of], 0)
    procedure = theatre.procedure[done] // procedures.VARIANTS * procedures.VARIANTS
    procedure = procedure + (theatre.procedure[done] + sequence - 1) % procedures.VARIANTS
    is_inpatient = visits.kind[visit][of] == INPATIENT
    office = len(procedures.CODES) * 2 + visits.center[visit][of] * 7 % FOREIGN_CODES
    place = np.where(has_case[of], procedure + np.where(is_inpatient, 0, len(procedures.CODES)), office)
    codes = (
        procedures.CODES
        + procedures.OUTPATIENT_CODES
        + [f"OP{50_000 + number * 13}" for number in range(FOREIGN_CODES)]
    )
    started = theatre.minute(0.2)[done]
    return pa.table(
        {
            "procedure_id": pa.compute.binary_join_element_wise(
                numbered("PR", visit[of] + 1, 8), numbered("", sequence, 1), "-"
            ),
            "encounter_id": numbered("E", visit[of] + 1, 8),
            "case_id": maybe_numbered("C", np.where(has_case[of], case[of], NONE), 7),
            "sequence": pa.array(sequence),
            "code": pick(codes, place),
            "code_system": pick(["OUTPATIENT", "ICD-10-PCS"], (has_case[of] & is_inpatient).astype(np.int64)),
            "performed_at": stamps(np.where(has_case[of], started, visits.admitted[visit][of] + 15)),
            "provider_id": numbered("D", people.attending[visit][of] + 1, 5),
        }
    )
