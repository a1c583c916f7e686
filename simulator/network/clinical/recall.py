"""The recalled lot: which item, used in which cases, and where it lies when it is announced.

Belongs here: planting it and finding it. Not here: other lots (use.py).
"""

from dataclasses import dataclass

import numpy as np

from simulator.network.calendar import RECALL, STARTS
from simulator.network.chart import ITEM_CLASSES
from simulator.network.clinical.theatres import COMPLETED, Theatre
from simulator.network.ground import Ground
from simulator.network.stocked import LocationItems
from simulator.network.streams import Bools, Ints

RECALL_ID, LOT = "RC-0001", "LQ7R20"
CASES, LOCATIONS = 11, 3
ANNOUNCED = int(STARTS[RECALL - 1]) + 9
WINDOW = int(STARTS[RECALL - 4])
# Cases are planted at so many places, more than are needed: stock may be short on the day.
PLANTED_PLACES, PLANTED_CASES = 6, 6
CLASSES = ("Surgical supply", "Catheter and wire", "Suture and stapling", "Medical supply")


@dataclass(frozen=True)
class Recall:
    """The item, and the uses that were planted: cases, places."""

    item: int
    case: Ints
    place: Ints


def plan_recall(ground: Ground, theatre: Theatre, kept: LocationItems, cart: Ints, place_used: Ints) -> Recall:
    """The item on the most carts of cases. cart: the location of each site and kind; place_used: places of all cards."""
    item_class = ground.items.item_class[kept.item[place_used]]
    fit = place_used[np.isin(item_class, [ITEM_CLASSES.index(name) for name in CLASSES])]
    fit = fit[np.isin(kept.location[fit], cart)]
    item = int(np.bincount(kept.item[fit]).argmax())
    recent = (theatre.status == COMPLETED) & (theatre.day >= WINDOW) & (theatre.day < ANNOUNCED)
    cases, places = [], []
    for place in fit[kept.item[fit] == item][:PLANTED_PLACES]:
        site, kind = np.argwhere(cart == kept.location[place])[0]
        here = np.flatnonzero(recent & (theatre.site == site) & (theatre.kind == kind))
        chosen = (
            here[np.linspace(0, len(here) - 1, min(PLANTED_CASES, len(here))).astype(np.int64)] if len(here) else here
        )
        cases.append(chosen)
        places.append(np.full(len(chosen), place))
    return Recall(item, np.concatenate(cases), np.concatenate(places))


def affected(item: Ints, case: Ints, used: Ints, day: Ints, recall: Recall) -> Bools:
    """The lines whose lot is recalled: one of each of eleven cases, none after the announcement, which stops its use."""
    could = np.flatnonzero((item == recall.item) & (used > 0) & (day >= WINDOW) & (day < ANNOUNCED))
    _, first = np.unique(case[could], return_index=True)
    lines = could[first]
    found = np.zeros(len(item), dtype=bool)
    found[lines[np.linspace(0, len(lines) - 1, min(CASES, len(lines))).astype(np.int64)]] = True
    return found


def lying(kept: LocationItems, on_hand: Ints, recall: Recall) -> tuple[Ints, Ints]:
    """Location and quantity of the lot on the day of the announcement: at three locations, a third of what is there."""
    places = np.flatnonzero((kept.item == recall.item) & (on_hand > 0))
    most = places[np.argsort(-on_hand[places], kind="stable")][:LOCATIONS]
    return kept.location[most], np.maximum(1, on_hand[most] // 3)
