"""The truth of cases: the case log, preference cards, what was used, and what the stories planted.

Belongs here: how they are told. Not here: what happened (theatres.py, cards.py, use.py).
"""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.calendar import MONTHS, STARTS
from simulator.network.chart import ITEM_CLASSES
from simulator.network.clinical import planted, procedures, recall
from simulator.network.clinical.carts import FLUID
from simulator.network.clinical.cases import Cases
from simulator.network.clinical.hours import DAY, HOUR, NONE, stamps
from simulator.network.clinical.theatres import CANCEL_REASONS, CANCELED, SCHEDULED, STATUSES
from simulator.network.clinical.use import LABELS, OWNERSHIPS, SERIAL, Use
from simulator.network.columns import dates, decimals, maybe, maybe_numbered, named, numbered, pick
from simulator.network.places import SITES
from simulator.network.streams import Ints

SITE_NAMES = [site.code for site in SITES]
# Lots of an item change each quarter and keep two years; what is not sterile or implanted bears none.
LOT_DAYS, KEEPS_DAYS = 91, 730
NO_LOT = ("Food", "Linen", "Office supply", "Housekeeping supply", "Instrument", "Medical supply")


def case_tables(
    cases: Cases, visit_of_case: Ints, on_hand: Callable[[int], Ints], use: Use
) -> Iterator[tuple[str, pa.Table]]:
    """on_hand: eaches in each stock place at the end of a day."""
    yield "truth_case", _cases(cases, visit_of_case)
    yield "truth_card", _cards(cases)
    yield "truth_card_line", _card_lines(cases)
    yield "truth_story_case", _stories(cases, use)
    yield "truth_price_cap", _price_caps()
    item = named(cases.ground.items.table, "item_id", np.array([cases.recall.item]))
    yield (
        "truth_recall",
        pa.table(
            {
                "recall_id": pa.array([recall.RECALL_ID]),
                "item_id": item,
                "lot": pa.array([recall.LOT]),
                "announced_on": dates(np.array([recall.ANNOUNCED])),
            }
        ),
    )
    location, quantity = recall.lying(cases.kept, on_hand(recall.ANNOUNCED), cases.recall)
    yield (
        "truth_recall_stock",
        pa.table(
            {
                "recall_id": pa.array([recall.RECALL_ID] * len(location)),
                "location": pick([row.code for row in cases.ground.locations], location),
                "quantity": pa.array(quantity),
            }
        ),
    )


def _cases(cases: Cases, visit_of_case: Ints) -> pa.Table:
    """One row per case, of the days ahead too. Canceled on the day itself; nobody entered the room."""
    theatre, cards = cases.theatre, cases.cards
    number = np.arange(len(theatre.day), dtype=np.int64)
    version = cards.version_of
    is_canceled = theatre.status == CANCELED
    modified = np.select([theatre.status == SCHEDULED, is_canceled], [theatre.booked, theatre.scheduled - HOUR],
                         theatre.out_room + 2 * HOUR)  # fmt: skip
    center = cases.ground.center_of_location[cases.carts.cart[theatre.site, theatre.kind]]
    room = pc.binary_join_element_wise(
        pick(SITE_NAMES, theatre.site), pick(procedures.KINDS, theatre.kind), numbered("", theatre.room + 1, 2), "-"
    )
    return pa.table(
        {
            "case_id": numbered("C", number + 1, 7),
            "encounter_id": maybe_numbered("E", visit_of_case, 8),
            "site": pick(SITE_NAMES, theatre.site),
            "cost_center": pick([row.code for row in cases.ground.centers], center),
            "room": room,
            "kind": pick(procedures.KINDS, theatre.kind),
            "procedure_code": pick(procedures.CODES, theatre.procedure),
            "procedure_group": pick(procedures.NAMES, theatre.group),
            "provider_id": numbered("D", theatre.surgeon + 1, 5),
            "card_id": numbered("PC", cards.version_card[version] + 1, 6),
            "card_version": pa.array(cards.version_number[version]),
            "status": pick(STATUSES, theatre.status),
            "cancel_reason": maybe(CANCEL_REASONS, np.where(is_canceled, number * 7 % len(CANCEL_REASONS), NONE)),
            "booked_at": stamps(theatre.booked),
            "scheduled_at": stamps(theatre.scheduled),
            "in_room_at": stamps(theatre.in_room),
            "anesthesia_at": stamps(theatre.minute(0.06)),
            "incision_at": stamps(theatre.minute(0.2)),
            "close_at": stamps(theatre.minute(0.92)),
            "out_room_at": stamps(theatre.out_room),
            "last_modified_at": stamps(modified),
        }
    )


def _cards(cases: Cases) -> pa.Table:
    """One row per card and version."""
    cards = cases.cards
    card = cards.version_card
    return pa.table(
        {
            "card_id": numbered("PC", card + 1, 6),
            "version": pa.array(cards.version_number),
            "site": pick(SITE_NAMES, cards.site[card]),
            "procedure_code": pick(procedures.CODES, cards.procedure[card]),
            "provider_id": numbered("D", cards.surgeon[card] + 1, 5),
            "valid_from": dates(cards.version_from),
        }
    )


def _card_lines(cases: Cases) -> pa.Table:
    """One row per card, version and item; eaches."""
    cards = cases.cards
    key = cards.line_version.astype(np.int64) * len(cases.ground.items.list_price) + cards.line_item
    found, of = np.unique(key, return_inverse=True)
    version, item = np.divmod(found, len(cases.ground.items.list_price))

    def total(column: Ints) -> pa.Array:
        return pa.array(np.bincount(of, weights=column, minlength=len(found)).astype(np.int64))

    return pa.table(
        {
            "card_id": numbered("PC", cards.version_card[version] + 1, 6),
            "version": pa.array(cards.version_number[version]),
            "item_id": named(cases.ground.items.table, "item_id", item),
            "open_quantity": total(cards.line_open),
            "hold_quantity": total(cards.line_hold),
        }
    )


def _stories(cases: Cases, use: Use) -> pa.Table:
    """One row per story and case that belongs to it."""
    theatre, cards = cases.theatre, cases.cards
    found = [(name, np.flatnonzero(theatre.story == place)) for place, name in enumerate(planted.STORIES)][1:-1]
    fluid = cards.line_version[cases.ground.items.item_class[cards.line_item] == FLUID]
    is_ahead = (theatre.scheduled >= STARTS[MONTHS] * DAY) & (theatre.status != CANCELED)
    found.append((planted.STORIES[planted.IV_FLUID], np.flatnonzero(is_ahead & np.isin(cards.version_of, fluid))))
    found.append(("RECALL", np.unique(use.case[use.is_recalled])))
    return pa.table(
        {
            "story": pa.array([name for name, rows in found for _ in rows]),
            "case_id": numbered("C", np.concatenate([rows for _, rows in found]) + 1, 7),
        }
    )


def _price_caps() -> pa.Table:
    """What all implants of a class may cost in one case of a group of procedures at a site, in dollars, and since when."""
    fusion = procedures.GROUPS[procedures.SPINE_FUSION]
    return pa.table(
        {
            "site": pa.array([planted.SPINE_CAP_SITE]),
            "procedure_group": pa.array([fusion.name]),
            "procedure_code_prefix": pa.array([fusion.prefix]),
            "item_class": pa.array([procedures.SPINE]),
            "cap": decimals(np.array([planted.SPINE_CAP_DOLLARS * 100]), 18, 2),
            "from_date": dates(STARTS[planted.SPINE_CAP_MONTH - 1 :][:1]),
        }
    )


def use_table(cases: Cases, use: Use, lines: Ints, serials: Ints, visit_of_case: Ints) -> pa.Table:
    """One row per line of use. serials: the number of each line of all, -1 where it bears none. recorded_case_id is the
    case that it is told of, where that is another."""
    items = cases.ground.items
    case, item = use.case[lines], use.item[lines]
    used, wasted, returned = use.used[lines], use.wasted[lines], use.returned[lines]
    has_lot = ~np.isin(items.item_class, [ITEM_CLASSES.index(name) for name in NO_LOT])[item] | use.is_recalled[lines]
    quarter = use.day[lines] // LOT_DAYS
    lot = pc.binary_join_element_wise(numbered("L", item, 6), numbered("", quarter - 190, 2), "Q")
    lot = pc.if_else(pa.array(use.is_recalled[lines]), recall.LOT, pc.if_else(pa.array(has_lot), lot, None))
    expires = (quarter + 1) * LOT_DAYS + KEEPS_DAYS
    told = use.told_case[lines]
    return pa.table(
        {
            "use_id": numbered("U", lines + 1, 9),
            "case_id": numbered("C", case + 1, 7),
            "encounter_id": numbered("E", visit_of_case[case] + 1, 8),
            "item_id": named(items.table, "item_id", item),
            "location": pick([row.code for row in cases.ground.locations], use.location[lines]),
            "used_at": stamps(use.used_at[lines]),
            "documented_at": stamps(use.documented_at[lines]),
            "picked": pa.array((used + wasted + returned).astype(np.int64)),
            "used": pa.array(used.astype(np.int64)),
            "wasted": pa.array(wasted.astype(np.int64)),
            "returned": pa.array(returned.astype(np.int64)),
            "is_implant": pa.array(use.is_implant[lines]),
            "ownership": pick(OWNERSHIPS, use.ownership[lines]),
            "lot": lot,
            "serial": maybe_numbered("SN", serials[lines], 9),
            "expiry_date": dates(np.where(has_lot, expires, NONE)),
            "is_chargeable": pa.array(use.is_chargeable[lines]),
            "is_charged": pa.array(use.is_charged(lines)),
            "label": pick(LABELS, use.label[lines]),
            "recorded_case_id": maybe_numbered("C", np.where(told != case, told, NONE), 7),
            "use_date": dates(use.day[lines].astype(np.int64)),
        }
    )


def serial_numbers(cases: Cases, use: Use) -> Ints:
    """A number for each implant that is dear enough to bear one and was used; -1 for everything else."""
    bears = use.is_implant & (cases.ground.items.list_price >= SERIAL)[use.item] & (use.used == 1)
    return np.where(bears, np.cumsum(bears), NONE)
