"""Charges: what a department bills for, line by line, and what it takes back.

Belongs here: charge codes, charges and credits. Not here: what of them is paid (remittances.py). Amounts are cents and
never negative: a credit takes away from the charge that it links to, and never more than that. Of the charges that no
use stands behind one in ten is kept, and bears the quantity of the ten: the sums are those of all of them. What was used
in a case is charged line by line.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.chart import IMPLANT_CLASSES, ITEM_CLASSES, REVENUE_KINDS
from simulator.network.clinical import drgs
from simulator.network.clinical.hours import DAY, HOUR, NONE, horizon, stamps
from simulator.network.clinical.procedures import CATH, ENDO, IR, OR
from simulator.network.clinical.theatres import CANCELED, Theatre
from simulator.network.clinical.use import LABELS, Use
from simulator.network.clinical.visits import CANCELED as VISIT_CANCELED
from simulator.network.clinical.visits import (
    EMERGENCY,
    IN_ERROR,
    INPATIENT,
    OBSERVATION,
    OUTPATIENT,
    Departments,
    Visits,
)
from simulator.network.columns import maybe_numbered, money, numbered, pick
from simulator.network.ground import Ground
from simulator.network.places import SITES
from simulator.network.streams import Ints, quota

CODES_A_KIND, MARK_UP, CREDITED_SHARE = 24, 3, 0.015
KINDS = ["CHARGE", "CREDIT"]
CREDIT = KINDS.index("CREDIT")
CHARGE_LABELS = ["CLEAN", "CHARGED_NOT_USED"]


def kind(name: str) -> int:
    return REVENUE_KINDS.index(name)


# By revenue kind: revenue code, usual price in dollars (of a day, a minute, a test), and the function that charges it.
FACTS = {
    "Room and board": ("0120", 2600, ""), "Intensive care": ("0200", 6500, ""), "Nursery": ("0170", 1400, ""),
    "Operating room": ("0360", 95, ""), "Recovery": ("0710", 25, "Recovery room"), "Anaesthesia": ("0370", 30, "Anaesthesia"),
    "Supplies": ("0270", 60, ""), "Implants": ("0278", 900, ""), "Drugs": ("0250", 90, "Pharmacy"),
    "Laboratory": ("0300", 160, "Laboratory, core"), "Pathology": ("0310", 320, "Pathology"),
    "Imaging": ("0320", 420, "Radiology"), "CT": ("0350", 1700, "CT"), "MRI": ("0610", 2300, "MRI"),
    "Cath lab": ("0481", 7200, ""), "Endoscopy": ("0750", 2500, ""), "Emergency": ("0450", 1600, "Emergency"),
    "Therapy": ("0420", 260, "Physical therapy"), "Respiratory": ("0410", 220, "Respiratory therapy"),
    "Cardiology": ("0480", 600, "Electrocardiology"), "Dialysis": ("0820", 1400, "Dialysis"),
    "Oncology": ("0335", 2100, "Infusion"), "Blood": ("0390", 850, "Blood bank"), "Clinic": ("0510", 300, ""),
    "Other": ("0940", 140, ""),
}  # fmt: skip
# What else a stay, an observation or an emergency visit is charged for, and how often.
ANCILLARY = {
    "Laboratory": 30, "Drugs": 26, "Imaging": 10, "CT": 5, "MRI": 2, "Respiratory": 7, "Therapy": 7, "Cardiology": 5,
    "Supplies": 4, "Pathology": 1, "Blood": 2, "Dialysis": 1,
}  # fmt: skip
# What an outpatient department charges for; any other is a clinic.
OF_FUNCTION = {
    "Radiology": "Imaging", "Ultrasound": "Imaging", "Mammography": "Imaging", "Nuclear medicine": "Imaging", "CT": "CT",
    "MRI": "MRI", "Laboratory, core": "Laboratory", "Physical therapy": "Therapy", "Occupational therapy": "Therapy",
    "Infusion": "Oncology", "Radiation oncology": "Oncology", "Electrocardiology": "Cardiology", "Dialysis": "Dialysis",
    "Cardiac rehabilitation": "Therapy", "Operating room": "Recovery", "Cath lab": "Recovery", "Endoscopy": "Recovery",
    "Interventional radiology": "Imaging",
}  # fmt: skip
OF_CASE = {OR: "Operating room", CATH: "Cath lab", IR: "Imaging", ENDO: "Endoscopy"}


@dataclass(frozen=True)
class Charges:
    """By line. code is the charge code's place, or -1 where the item's own is charged; links_to the line that a credit
    takes from (its place), or -1. revenue is a place in REVENUE_KINDS; use is the line of use, or -1."""

    visit: Ints
    center: Ints
    revenue: Ints
    code: Ints
    use: Ints
    item: Ints
    service_at: Ints
    posted_at: Ints
    quantity: Ints
    amount: Ints
    kind: Ints
    links_to: Ints
    label: Ints


class ChargeMaster:
    """Prices by charge code, and which department charges what."""

    def __init__(self, ground: Ground):
        random = ground.streams.of("clinical charge master")
        usual = np.repeat([price for _, price, _ in FACTS.values()], CODES_A_KIND)
        self.price = np.maximum(np.round(usual * random.lognormal(0, 0.35, len(usual)) * 100), 500).astype(np.int64)
        departments = Departments(ground.centers)
        # By site and revenue kind; -1 is the visit's own department.
        self.center = np.full((len(SITES), len(FACTS)), NONE, dtype=np.int64)
        for site, row in enumerate(SITES):
            for place, (_, _, function) in enumerate(FACTS.values()):
                if function and row.beds:
                    self.center[site, place] = departments.named(site, function, "Laboratory, core", "Radiology")[0]
        self.of_center = np.array([kind(OF_FUNCTION.get(center.function, "Clinic")) for center in ground.centers])
        is_unit = np.array(
            [center.function in ("Intensive care", "Neonatal intensive care") for center in ground.centers]
        )
        self.room_of_center = np.where(is_unit, kind("Intensive care"), kind("Room and board"))

    def table(self) -> pa.Table:
        """One row per charge code of a department's service. What an item is charged at is in its charges."""
        number = np.arange(len(self.price), dtype=np.int64)
        revenue = [code for code, _, _ in FACTS.values()]
        return pa.table(
            {
                "charge_code": charge_codes(number),
                "revenue_code": pick(revenue, number // CODES_A_KIND),
                "revenue_kind": pick(REVENUE_KINDS, number // CODES_A_KIND),
                "price": money(self.price),
            }
        )


def charge_codes(place: Ints) -> pa.Array:
    return numbered("", 400_000 + place * 17, 6)


def make_charges(
    random: np.random.Generator, ground: Ground, master: ChargeMaster, visits: Visits, chosen: slice, theatre: Theatre,
    use: Use, lines: Ints, visit_of_case: Ints,
) -> Charges:  # fmt: skip
    """All charges of some visits, and of lines of use in their cases; by visit, credits last."""
    parts = [
        _of_visits(random, master, visits, chosen),
        _of_cases(random, master, visits, chosen, theatre),
        _of_use(random, ground, use, lines, visit_of_case),
    ]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    # What is known was served and posted before the last midnight.
    end = horizon(visits.site[columns["visit"]]) - 1
    columns["service_at"] = np.minimum(columns["service_at"], end)
    columns["posted_at"] = np.minimum(columns["service_at"] + random.integers(0, 2 * DAY, len(end)), end)
    order = np.lexsort((columns["service_at"], columns["visit"]))
    columns = {name: values[order] for name, values in columns.items()}
    number = len(order)
    columns |= {"kind": np.zeros(number, dtype=np.int64), "links_to": np.full(number, NONE)}
    # The first charge of a visit stands, so that there is something to bill.
    is_first = np.r_[True, columns["visit"][1:] != columns["visit"][:-1]]
    credited = np.flatnonzero(quota(random, ~is_first, CREDITED_SHARE, of=number))
    part = columns["quantity"][credited]
    quantity = np.where((part > 1) & (random.random(len(part)) < 0.4), part // 2, part)
    credits = {name: values[credited].copy() for name, values in columns.items()}
    # What is credited in part is so many of the same price.
    credits["amount"] = credits["amount"] // part * quantity
    credits["posted_at"] = np.minimum(
        credits["posted_at"] + random.integers(HOUR, 2 * DAY, len(part)), end[order][credited]
    )
    credits |= {"quantity": quantity, "kind": np.full(len(part), CREDIT), "links_to": credited, "use": np.full(len(part), NONE),
                "label": np.zeros(len(part), dtype=np.int64)}  # fmt: skip
    return Charges(**{name: np.concatenate([columns[name], credits[name]]) for name in Charges.__dataclass_fields__})


def _of_visits(random: np.random.Generator, master: ChargeMaster, visits: Visits, chosen: slice) -> dict[str, Ints]:
    """First what brought the patient (a bed, the emergency department, the outpatient department), then the rest."""
    visit = np.arange(chosen.start, chosen.stop)
    visit = visit[~np.isin(visits.status[chosen], (VISIT_CANCELED, IN_ERROR))]
    sort, center = visits.kind[visit], visits.center[visit]
    days = np.maximum((visits.ended[visit] - visits.admitted[visit]) / DAY, 0.1)
    nights = np.maximum(np.round(days), 1).astype(np.int64)
    is_baby = drgs.NEWBORN[np.maximum(visits.drg[visit], 0)] & (visits.drg[visit] >= 0)
    room = master.room_of_center[center]
    room = np.where(is_baby & (room == kind("Room and board")), kind("Nursery"), room)
    first = np.select([sort == INPATIENT, sort == OBSERVATION, sort == EMERGENCY],
                      [room, kind("Room and board"), kind("Emergency")], master.of_center[center])  # fmt: skip
    quantity = np.where(sort == INPATIENT, nights, np.where(sort == OUTPATIENT, random.geometric(0.35, len(visit)), 1))
    weight = np.where(visits.drg[visit] >= 0, drgs.WEIGHTS[0][np.maximum(visits.drg[visit], 0)] / 10_000, 1.0)
    of_stay, of_emergency = np.minimum(1 + np.round(days * 1.2), 40), random.random(len(visit)) < 0.5
    more = np.select([sort == INPATIENT, sort == OBSERVATION, sort == EMERGENCY], [of_stay, 3, of_emergency], 0)
    of = np.repeat(np.arange(len(visit)), more.astype(np.int64))
    often = np.array(list(ANCILLARY.values()), dtype=np.float64)
    rest = np.array([kind(name) for name in ANCILLARY])[random.choice(len(often), size=len(of), p=often / often.sum())]
    # Ten charges in one line, more of them where the DRG weighs more.
    ten = 1 + random.poisson(9 * np.sqrt(weight[of]))
    rows, revenue = np.r_[np.arange(len(visit)), of], np.r_[first, rest]
    return _priced(random, master, visits, visit[rows], revenue, np.r_[quantity, ten])


def _priced(
    random: np.random.Generator, master: ChargeMaster, visits: Visits, visit: Ints, revenue: Ints, quantity: Ints
) -> dict[str, Ints]:
    code = revenue * CODES_A_KIND + random.integers(0, CODES_A_KIND, len(visit))
    center = master.center[visits.site[visit], revenue]
    start, end = visits.admitted[visit], visits.ended[visit]
    within = (random.random(len(visit)) * np.maximum(end - start - 1, 0)).astype(np.int64)
    nothing = np.full(len(visit), NONE)
    return {
        "visit": visit, "center": np.where(center < 0, visits.center[visit], center), "revenue": revenue, "code": code,
        "use": nothing, "item": nothing, "service_at": start + within, "quantity": quantity,
        "amount": master.price[code] * quantity, "label": np.zeros(len(visit), dtype=np.int64),
    }  # fmt: skip


def _of_cases(
    random: np.random.Generator, master: ChargeMaster, visits: Visits, chosen: slice, theatre: Theatre
) -> dict[str, Ints]:
    """The room: minutes of an operating room, else the procedure."""
    visit = np.arange(chosen.start, chosen.stop)
    visit = visit[visits.case[chosen] >= 0]
    visit = visit[theatre.status[visits.case[visit]] != CANCELED]
    case = visits.case[visit]
    revenue = np.array([kind(OF_CASE[place]) for place in sorted(OF_CASE)])[theatre.kind[case]]
    minutes = theatre.out_room[case] - theatre.in_room[case]
    found = _priced(random, master, visits, visit, revenue, np.where(theatre.kind[case] == OR, minutes, 1))
    return found | {"service_at": theatre.in_room[case]}


def _of_use(random: np.random.Generator, ground: Ground, use: Use, lines: Ints, visit_of_case: Ints) -> dict[str, Ints]:
    """What was used and is charged, three times its list price; what was charged and not used is charged as picked."""
    lines = lines[use.is_charged(lines)]
    is_wrong = use.label[lines] == LABELS.index("CHARGED_NOT_USED")
    item = use.item[lines]
    quantity = np.where(is_wrong, use.returned[lines], use.used[lines]).astype(np.int64)
    price = (ground.items.list_price[item] * MARK_UP + 50) // 100
    of_class = np.array([kind("Implants" if name in IMPLANT_CLASSES else "Drugs" if name == "Drug" else "Supplies")
                         for name in ITEM_CLASSES])  # fmt: skip
    return {
        "visit": visit_of_case[use.case[lines]], "center": ground.center_of_location[use.location[lines]],
        "revenue": of_class[ground.items.item_class[item]], "code": np.full(len(lines), NONE), "use": lines, "item": item,
        "service_at": use.used_at[lines], "quantity": quantity, "amount": price * quantity,
        "label": is_wrong.astype(np.int64),
    }  # fmt: skip


def charge_table(ground: Ground, charges: Charges, first: int) -> pa.Table:
    """One row per charge or credit. first: how many came before, which numbers them."""
    number = np.arange(len(charges.visit), dtype=np.int64)
    revenue = [code for code, _, _ in FACTS.values()]
    own = charge_codes(np.maximum(charges.code, 0)).to_numpy(zero_copy_only=False)
    of_item = numbered("8", np.maximum(charges.item, 0) + 1, 6).to_numpy(zero_copy_only=False)
    return pa.table(
        {
            "charge_id": numbered("CH", first + number + 1, 9),
            "encounter_id": numbered("E", charges.visit + 1, 8),
            "cost_center": pick([center.code for center in ground.centers], charges.center),
            "charge_code": pa.array(np.where(charges.code < 0, of_item, own), pa.string()),
            "revenue_code": pick(revenue, charges.revenue),
            "item_id": maybe_numbered("I-", charges.item, 6),
            "use_id": maybe_numbered("U", charges.use, 9),
            "service_at": stamps(charges.service_at),
            "posted_at": stamps(charges.posted_at),
            "quantity": pa.array(charges.quantity),
            "amount": money(charges.amount),
            "kind": pick(KINDS, charges.kind),
            "links_to": maybe_numbered("CH", np.where(charges.links_to < 0, NONE, first + charges.links_to), 9),
            "label": pick(CHARGE_LABELS, charges.label),
        }
    )


def net_by_visit(charges: Charges, chosen: slice) -> Ints:
    """Charged less credited, in cents, by visit of a slice."""
    signed = np.where(charges.kind == CREDIT, -charges.amount, charges.amount)
    found = np.zeros(chosen.stop - chosen.start, dtype=np.int64)
    np.add.at(found, charges.visit - chosen.start, signed)
    return found
