"""Cases: who operates on what, on which day, in which room, from when to when.

Belongs here: the schedule of operating rooms, cath laboratories, interventional radiology and endoscopy, and the surgeons.
Not here: the visit around a case (visits.py), what is used in it (use.py).
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.calendar import FIRST_DAY, LAST_DAY, is_weekend
from simulator.network.clinical import drgs, planted
from simulator.network.clinical.hours import DAY, HOUR, NONE, utc
from simulator.network.clinical.mix import (
    BEDS,
    INPATIENT_OR,
    INPATIENT_OTHER,
    OPERATIONS,
    OUTPATIENT_OR,
    OUTPATIENT_OTHER,
    OUTPATIENT_ROOMS,
    Floats,
    at,
    count,
    days_at,
    draw_cells,
    inpatient_weights,
    spread,
)  # fmt: skip
from simulator.network.clinical.procedures import (
    CATH,
    ENDO,
    GROUPS,
    IR,
    KIND,
    MINUTES,
    NAMES,
    OR,
    SPECIALTIES,
    SPECIALTY,
    VARIANTS,
)
from simulator.network.ground import Ground
from simulator.network.places import SITES
from simulator.network.streams import Bools, Ints, quota, zipf

ELECTIVE_SHARE, CANCELED_SHARE = 0.72, 0.03
# Of the days after the last: what share of operations is on the schedule already.
SCHEDULE_DAYS, BOOKED_SHARE = 30, 0.5
CASES_A_SURGEON, SURGEON_SIGMA, MINUTES_SIGMA = 350, 0.18, 0.25
OPENS_AT, TURNOVER = 7 * HOUR + 30, np.array([25, 20, 15, 12], dtype=np.int64)
COMPLETED, CANCELED, SCHEDULED = range(3)
STATUSES = ["COMPLETED", "CANCELED", "SCHEDULED"]
CANCEL_REASONS = ["PATIENT_UNWELL", "NO_SHOW", "NOT_FASTING", "EQUIPMENT", "EMERGENCY_FIRST", "NO_BED"]
COLUMNS = ("site", "group", "variant", "drg", "day", "story", "rank")


@dataclass(frozen=True)
class Surgeons:
    """Those who operate, at one site each, in one specialty; effect multiplies minutes. The first is of a story."""

    site: Ints
    specialty: Ints
    effect: Floats


@dataclass(frozen=True)
class Theatre:
    """One place per case, by day. drg is -1 for an outpatient; minutes are UTC, -1 where nobody entered the room."""

    surgeons: Surgeons
    site: Ints
    kind: Ints
    group: Ints
    procedure: Ints
    drg: Ints
    surgeon: Ints
    day: Ints
    story: Ints
    is_elective: Bools
    status: Ints
    room: Ints
    booked: Ints
    scheduled: Ints
    in_room: Ints
    out_room: Ints

    def minute(self, share: float) -> Ints:
        """A moment of each case between entering and leaving the room."""
        within = self.in_room + ((self.out_room - self.in_room) * share).astype(np.int64)
        return np.where(self.in_room < 0, NONE, within)


def plan_theatres(ground: Ground) -> Theatre:
    """All cases, the planted ones too."""
    random = ground.streams.of("clinical theatres")
    parts = [
        *_inpatients(random, ground.scale), *_outpatients(random, ground.scale), _booked_ahead(random, ground.scale),
        planted.columns(),
    ]  # fmt: skip
    columns = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    surgeons, surgeon = _surgeons(random, columns)
    group, day, site = columns["group"], columns["day"], columns["site"]
    kind = KIND[group]
    minutes = MINUTES[group] * random.lognormal(0, MINUTES_SIGMA, len(group)) * surgeons.effect[surgeon]
    length = np.clip(np.round(minutes), 12, 600).astype(np.int64)
    room, starts = _rooms(site, kind, day, surgeon, length)
    delay = np.minimum(random.gamma(1.2, 9, len(day)), 90).astype(np.int64)
    in_room = utc(day * DAY + starts, site)
    scheduled = (in_room - delay) // 5 * 5
    is_ahead = day > LAST_DAY
    is_canceled = quota(random, (columns["story"] == planted.NO_STORY) & ~is_ahead, CANCELED_SHARE)
    status = np.where(is_ahead, SCHEDULED, np.where(is_canceled, CANCELED, COMPLETED))
    is_elective = (random.random(len(day)) < ELECTIVE_SHARE) | (columns["drg"] < 0) | (columns["story"] > 0)
    is_elective |= (day <= FIRST_DAY + 2) | is_ahead
    ahead = np.where(
        is_elective, random.integers(26 * DAY, 50 * DAY, len(day)), random.integers(HOUR, 5 * HOUR, len(day))
    )
    entered = status == COMPLETED
    order = np.lexsort((scheduled, day))
    found = {
        "site": site, "kind": kind, "group": group, "procedure": group * VARIANTS + columns["variant"],
        "drg": columns["drg"], "surgeon": surgeon, "day": day, "story": columns["story"], "is_elective": is_elective,
        "status": status, "room": room, "booked": scheduled - ahead, "scheduled": scheduled,
        "in_room": np.where(entered, in_room, NONE), "out_room": np.where(entered, in_room + length, NONE),
    }  # fmt: skip
    return Theatre(surgeons, **{name: values[order] for name, values in found.items()})


def _inpatients(random: np.random.Generator, scale: float) -> list[dict[str, Ints]]:
    found = []
    weights = inpatient_weights()
    kind = np.array([KIND[NAMES.index(groups[0])] if groups else -1 for groups in drgs.GROUPS])
    width = max(len(groups) for groups in drgs.GROUPS)
    groups = np.array([[NAMES.index(names[place % len(names)]) if names else -1 for place in range(width)]
                       for names in drgs.GROUPS], dtype=np.int64)  # fmt: skip
    for annual, chosen in ((INPATIENT_OR, kind == OR), (INPATIENT_OTHER, kind > OR)):
        drg, site = draw_cells(random, weights * chosen[:, None], count(annual, scale))
        group = groups[drg, random.integers(0, width, len(drg))]
        found.append(_columns(random, site, group, drg))
    return found


def _outpatients(random: np.random.Generator, scale: float) -> list[dict[str, Ints]]:
    weights = _outpatient_weights()
    found = []
    for annual, chosen in ((OUTPATIENT_OR, KIND == OR), (OUTPATIENT_OTHER, KIND > OR)):
        group, site = draw_cells(random, weights * chosen[:, None], count(annual, scale))
        found.append(_columns(random, site, group, np.full(len(group), -1)))
    return found


def _outpatient_weights() -> Floats:
    """By group and site. Each kind of case is a given share of its volume; surgery centers have operating rooms only."""
    often = np.array([group.outpatient for group in GROUPS])
    where = np.where(KIND[:, None] == OR, OUTPATIENT_ROOMS[None, :], BEDS[None, :])
    weights = often[:, None] * where
    weights[np.isin(SPECIALTY, [SPECIALTIES.index(name) for name in ("JOINT", "SPINE", "SPORTS")]), at("H3")] *= 2
    weights[KIND == CATH, at("H2")] *= 2.5
    for kind, share in ((OR, 1.0), (CATH, 0.25), (IR, 0.15), (ENDO, 0.6)):
        weights[kind == KIND] *= share / weights[kind == KIND].sum()
    return weights


def _columns(random: np.random.Generator, site: Ints, group: Ints, drg: Ints) -> dict[str, Ints]:
    day, is_open = days_at(random, site, OPERATIONS)
    return _plain(site[is_open], group[is_open], drg[is_open], day[is_open])


def _booked_ahead(random: np.random.Generator, scale: float) -> dict[str, Ints]:
    number = round(OUTPATIENT_OR * scale * SCHEDULE_DAYS / 365 * BOOKED_SHARE)
    group, site = draw_cells(random, _outpatient_weights() * (KIND == OR)[:, None], number)
    days = np.arange(LAST_DAY + 1, LAST_DAY + 1 + SCHEDULE_DAYS, dtype=np.int64)
    day, _ = spread(random, site, days, np.where(is_weekend(days), 0.0, 1.0))
    return _plain(site, group, np.full(number, -1), day)


def _plain(site: Ints, group: Ints, drg: Ints, day: Ints) -> dict[str, Ints]:
    nothing = np.zeros(len(site), dtype=np.int64)
    return {
        "site": site,
        "group": group,
        "variant": nothing + NONE,
        "drg": drg,
        "day": day,
        "story": nothing,
        "rank": nothing - 1,
    }


def _surgeons(random: np.random.Generator, columns: dict[str, Ints]) -> tuple[Surgeons, Ints]:
    """As many as the cases of a site and specialty need. The story's surgeon operates on nothing else; the peers do.
    A surgeon does a procedure in one way: the variant of an unplanted case is the surgeon's own."""
    joint = SPECIALTIES.index("JOINT")
    specialty = SPECIALTY[columns["group"]]
    site, specialties = [at("H1")], [joint]
    surgeon = np.zeros(len(specialty), dtype=np.int64)
    key = columns["site"] * len(SPECIALTIES) + specialty
    for value in np.unique(key):
        rows = np.flatnonzero((key == value) & (columns["story"] != planted.TKA_SURGEON))
        here, trade = divmod(int(value), len(SPECIALTIES))
        least = planted.TKA_PEERS if (here, trade) == (at("H1"), joint) else 1
        number = max(least, round(len(rows) / CASES_A_SURGEON))
        first = len(site)
        surgeon[rows] = first + random.choice(number, size=len(rows), p=zipf(number, 0.5))
        ranked = rows[columns["rank"][rows] > 0]
        surgeon[ranked] = first + columns["rank"][ranked] - 1
        site += [here] * number
        specialties += [trade] * number
    own = (surgeon * 31 + columns["group"] * 17 + random.integers(0, 10, len(surgeon)) // 8) % VARIANTS
    columns["variant"] = np.where(columns["variant"] < 0, own, columns["variant"])
    effect = random.lognormal(0, SURGEON_SIGMA, len(site))
    return Surgeons(np.array(site, dtype=np.int64), np.array(specialties, dtype=np.int64), effect), surgeon


def _rooms(site: Ints, kind: Ints, day: Ints, surgeon: Ints, length: Ints) -> tuple[Ints, Ints]:
    """Room, and minute of the day at which each case enters it. A surgeon's cases of a day stand side by side, rooms are filled
    evenly; a case enters when the one before has left and the room is clean."""
    room, starts = np.zeros(len(site), dtype=np.int64), np.zeros(len(site), dtype=np.int64)
    for place, row in enumerate(SITES):
        offered = {OR: row.operating_rooms, CATH: row.operating_rooms // 3 + 1, IR: row.operating_rooms // 8 + 1,
                   ENDO: row.operating_rooms // 4 + 1}  # fmt: skip
        for sort, rooms in offered.items():
            rows = np.flatnonzero((site == place) & (kind == sort))
            if not len(rows):
                continue
            rows = rows[np.lexsort((surgeon[rows], day[rows]))]
            first, of = _runs(day[rows])
            rank = np.arange(len(rows)) - first[of]
            number = np.diff(np.r_[first, len(rows)])[of]
            taken = np.cumsum(length[rows] + TURNOVER[sort]) - length[rows] - TURNOVER[sort]
            before = taken - taken[first[of]]
            whole = np.add.reduceat(length[rows] + TURNOVER[sort], first)[of]
            room[rows] = np.where(number <= rooms, rank, before * rooms // whole)
            first, of = _runs(day[rows] * rooms + room[rows])
            starts[rows] = OPENS_AT + taken - taken[first[of]]
    return room, starts


def _runs(key: Ints) -> tuple[Ints, Ints]:
    """Where each run of equal keys starts, and the run of each row."""
    is_first = np.r_[True, key[1:] != key[:-1]]
    return np.flatnonzero(is_first), np.cumsum(is_first) - 1
