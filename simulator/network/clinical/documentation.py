"""How use is told: what of it a perioperative system shows late, wrongly or not at all.

Belongs here: faults of documentation and their labels, who owns what was used. Not here: the use itself (use.py).
"""

import numpy as np

from simulator.network.chart import ITEM_CLASSES
from simulator.network.clinical import procedures, recall
from simulator.network.clinical.carts import IMPLANT, Carts
from simulator.network.clinical.hours import DAY, HOUR
from simulator.network.clinical.mix import at
from simulator.network.clinical.recall import Recall
from simulator.network.clinical.theatres import COMPLETED, Theatre
from simulator.network.clinical.use import (
    BILL_ONLY,
    CHARGEABLE,
    CONSIGNED,
    FAULTS,
    LABELS,
    OF_BILL_ONLY,
    OF_CHARGEABLE,
    OF_IMPLANTS,
    OF_LINES,
    OWNED,
    SERIAL,
    Plan,
    Use,
)
from simulator.network.ground import Ground
from simulator.network.streams import Bools, Ints, quota


def settle(ground: Ground, carts: Carts, theatre: Theatre, plan: Plan, found: Recall) -> Use:
    """What was taken in truth, and how it will be told. plan: as stock gave it."""
    random = ground.streams.of("clinical documentation")
    items, number = ground.items, len(plan.case)
    site, kind = theatre.site[plan.case], theatre.kind[plan.case]
    location = np.where(plan.place >= 0, carts.kept.location[plan.place], carts.cart[site, kind])
    ownership = _ownership(ground, site, plan)
    is_chargeable = (items.list_price >= CHARGEABLE)[plan.item]
    is_recalled = recall.affected(plan.item, plan.case, plan.used, plan.day, found)
    label = _labels(random, ground, plan, ownership, is_chargeable)
    start, end = theatre.minute(0.2), theatre.minute(0.92)
    start = np.where(start < 0, theatre.scheduled, start)[plan.case]
    length = np.maximum(np.where(end[plan.case] < 0, 0, end[plan.case] - start), 5)
    used_at = start + (random.random(number, dtype=np.float32) * length).astype(np.int64)
    late = label == LABELS.index("DOCUMENTED_LATE")
    wait = np.where(late, random.integers(DAY + HOUR, 4 * DAY, number), random.integers(2, 4 * HOUR, number))
    return Use(
        plan.case, plan.item, plan.place, location.astype(np.int32), plan.used, plan.wasted, plan.returned,
        plan.is_implant, plan.day, used_at.astype(np.int32), (used_at + wait).astype(np.int32), ownership,
        label, is_chargeable, is_recalled, _told(random, theatre, plan, label),
    )  # fmt: skip


def _ownership(ground: Ground, site: Ints, plan: Plan) -> Ints:
    """Spine implants and whatever H3 implants are bought when used, H2's cardiac implants lie there on consignment; of
    the rest it is the supplier's habit."""
    item_class = ground.items.item_class[plan.item]
    habit = np.where((ground.items.supplier[plan.item] + site) % 2 == 0, BILL_ONLY, CONSIGNED)
    is_spine = (item_class == ITEM_CLASSES.index(procedures.SPINE)) | ((site == at("H3")) & IMPLANT[item_class])
    is_heart = (item_class == ITEM_CLASSES.index(procedures.CARDIAC)) & (site == at("H2"))
    return np.select([plan.place >= 0, is_spine, is_heart], [OWNED, BILL_ONLY, CONSIGNED], habit).astype(np.int8)


def _labels(random: np.random.Generator, ground: Ground, plan: Plan, ownership: Ints, is_chargeable: Bools) -> Ints:
    """Each fault on as many lines as its rate says, of those that can have it and have none yet. A serial number is
    missing only where there is one; what was charged and not used has not been used."""
    taken = plan.used > 0
    total = {
        OF_LINES: len(taken), OF_IMPLANTS: int((plan.is_implant & taken).sum()),
        OF_CHARGEABLE: int((is_chargeable & taken).sum()), OF_BILL_ONLY: int(((ownership == BILL_ONLY) & taken).sum()),
    }  # fmt: skip
    has_serial = plan.is_implant & (ground.items.list_price >= SERIAL)[plan.item]
    able = {
        "BILL_ONLY_NO_PO": taken & (ownership == BILL_ONLY), "MISSING_SERIAL": taken & has_serial,
        "MISSING_LOT": taken & plan.is_implant, "NOT_CHARGED": taken & is_chargeable,
        "CHARGED_NOT_USED": ~taken & (plan.wasted == 0) & is_chargeable,
    }  # fmt: skip
    label: Ints = np.zeros(len(taken), dtype=np.int64)
    for place, (name, (base, rate)) in enumerate(FAULTS.items(), 1):
        label[quota(random, able.get(name, taken) & (label == 0), rate, of=total[base])] = place
    return label


def _told(random: np.random.Generator, theatre: Theatre, plan: Plan, label: Ints) -> Ints:
    """The case that a line is told of: its own, or by mistake another that is near it in time at the same site."""
    told = plan.case.copy()
    rows = np.flatnonzero(label == LABELS.index("WRONG_CASE"))
    own = plan.case[rows]
    done = np.flatnonzero(theatre.status == COMPLETED)
    by_site = done[np.argsort(theatre.site[done], kind="stable")]
    place = np.searchsorted(
        np.sort(theatre.site[done]) * len(theatre.site) + by_site, theatre.site[own] * len(theatre.site) + own
    )
    step = random.integers(1, 4, len(rows))
    after, before = np.minimum(place + step, len(by_site) - 1), np.maximum(place - step, 0)
    same = theatre.site[by_site[after]] == theatre.site[own]
    told[rows] = by_site[np.where(same, after, before)]
    return told
