"""The truth of stock: every movement, what the ERPs' copy of it has wrong, counts, and balances.

Belongs here: the tables of stock, and what an ERP is told of a movement. Not here: what happens to it (stock.py), what an
ERP's ledger makes of what it is told (supply_posting.py). Quantities are in eaches, signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.network.calendar import LAST_DAY, SIMULATED_MONTHS, STARTS
from simulator.network.columns import dates, maybe, money, named, pick
from simulator.network.fates import RunningQuota
from simulator.network.procurement import Stock
from simulator.network.stock import Flows
from simulator.network.stocked import LocationItems
from simulator.network.streams import Ints
from simulator.network.supply import Supply

KINDS = ["RECEIPT", "TRANSFER_IN", "USE", "RETURN", "TRANSFER_OUT", "EXPIRE", "SHRINK", "COUNT"]
RECEIPT, TRANSFER_IN, USE, RETURN, TRANSFER_OUT, EXPIRE, SHRINK, COUNT = range(len(KINDS))
ERP_FAULTS = ["CLEAN", "MISSING", "DUPLICATE", "WRONG_UOM", "WRONG_LOCATION"]
MISSING, DUPLICATE, WRONG_UOM, WRONG_LOCATION = range(1, len(ERP_FAULTS))
# Shares of the movements that an ERP is told of.
ERP_RATES = {MISSING: 0.009, DUPLICATE: 0.003, WRONG_UOM: 0.002, WRONG_LOCATION: 0.005}

# Day, place, what physically moved, what a perfect book says moved, and of a transfer the other place (else -1).
Part = tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]


@dataclass(frozen=True)
class Told:
    """Movements of a month, in the order of a day: what comes, then what goes; and what an ERP is told of each: how often,
    of which location, and how much."""

    day: Ints
    place: Ints
    other: Ints
    kind: Ints
    quantity: Ints
    book: Ints
    fault: Ints
    location: Ints
    shown: Ints

    @property
    def booked(self) -> Ints:
        """What the ERP has of it in all."""
        return self.shown * np.where(self.fault == MISSING, 0, np.where(self.fault == DUPLICATE, 2, 1))


def told_movements(supply: Supply) -> Iterator[Told]:
    """A month at a time: at scale 1 there are 20 million. The same whoever asks."""
    parts = _parts(supply.kept, supply.flows)
    random = supply.ground.streams.of("movements")
    quotas = {code: RunningQuota(random, rate) for code, rate in ERP_RATES.items()}
    for month in range(SIMULATED_MONTHS):
        yield _told(supply, parts, month, quotas)


def stock_tables(supply: Supply) -> Iterator[tuple[str, pa.Table]]:
    """Movements a month at a time."""
    yield "truth_inventory", _inventory(supply)
    yield "truth_stockout", _stockouts(supply)
    yield "truth_count", _counts(supply)
    for told in told_movements(supply):
        yield "truth_stock_movement", _movements(supply, told)


def on_hand(stock: Stock, day: int) -> Ints:
    """Eaches physically in each place at the end of a day."""
    there = stock.flows.opening.copy()
    for when, place, quantity, _, _ in _parts(stock.kept, stock.flows).values():
        rows = when <= day
        np.add.at(there, place[rows], quantity[rows])
    return there


def _parts(kept: LocationItems, flows: Flows) -> dict[int, Part]:
    """By kind. Nobody sees what vanishes; a count moves nothing, and brings the book to what is there."""
    pack = kept.pack
    came, moved, counted = flows.deliveries, flows.transfers, flows.counts
    place = flows.orders.place[came.order]
    back = np.flatnonzero(came.returned)
    returned = -(came.returned * pack[place])[back]
    there = np.flatnonzero(moved.arrives <= LAST_DAY)
    found = np.flatnonzero(counted.book != counted.counted)
    nothing = np.zeros(len(found), dtype=np.int32)
    lost = -flows.shrink.quantity

    def alone(rows: NDArray[np.integer]) -> NDArray[np.integer]:
        return np.full(len(rows), -1, dtype=np.int32)

    return {
        RECEIPT: (came.day, place, (came.packs - came.missing) * pack[place], came.packs * pack[place], alone(place)),
        TRANSFER_IN: (
            moved.arrives[there], moved.to[there], moved.quantity[there], moved.quantity[there], moved.place[there]
        ),
        USE: (flows.use.day, flows.use.place, -flows.use.quantity, -flows.use.quantity, alone(flows.use.place)),
        RETURN: (came.return_day[back], place[back], returned, returned, alone(back)),
        TRANSFER_OUT: (moved.day, moved.place, -moved.quantity, -moved.quantity, moved.to),
        EXPIRE: (
            flows.expiry.day, flows.expiry.place, -flows.expiry.quantity, -flows.expiry.quantity, alone(flows.expiry.place)
        ),
        SHRINK: (flows.shrink.day, flows.shrink.place, lost, np.zeros_like(lost), alone(lost)),
        COUNT: (counted.day[found], counted.place[found], nothing, (counted.counted - counted.book)[found], alone(found)),
    }  # fmt: skip


def _told(supply: Supply, parts: dict[int, Part], month: int, quotas: dict[int, RunningQuota]) -> Told:
    chosen = {
        kind: np.flatnonzero((STARTS[month] <= part[0]) & (part[0] < STARTS[month + 1])) for kind, part in parts.items()
    }
    day, place, quantity, book, other = (
        np.concatenate([part[number][chosen[kind]] for kind, part in parts.items()]).astype(np.int64)
        for number in range(5)
    )
    kind = np.repeat(list(parts), [len(rows) for rows in chosen.values()])
    ranked = np.lexsort((kind, place, day))
    day, place, quantity, book, other, kind = (column[ranked] for column in (day, place, quantity, book, other, kind))
    kept = supply.kept
    fault = np.zeros(len(day), dtype=np.int64)
    told = np.flatnonzero(kind != SHRINK)
    for code, quota in quotas.items():
        may = fault[told] == 0
        if code == WRONG_UOM:
            may &= kept.pack[place[told]] > 1
        fault[told[quota.mark(may)]] = code
    # Eaches are booked as if they were packs; or the movement is booked on the site's next location.
    shown = np.where(fault == WRONG_UOM, book * kept.pack[place], book)
    location = kept.location[place]
    elsewhere = np.where(fault == WRONG_LOCATION, _next_of_site(supply)[location], location)
    return Told(day, place, other, kind, quantity, book, fault, elsewhere, shown)


def _movements(supply: Supply, told: Told) -> pa.Table:
    """One row per movement, in the order of a day: what comes, then what goes."""
    kept, locations = supply.kept, [row.code for row in supply.ground.locations]
    return pa.table(
        {
            "location": pick(locations, kept.location[told.place]),
            "item_id": named(supply.ground.items.table, "item_id", kept.item[told.place]),
            "date": dates(told.day),
            "movement": pick(KINDS, told.kind),
            "other_location": maybe(locations, np.where(told.other < 0, -1, kept.location[told.other])),
            "quantity": pa.array(told.quantity),
            "book_quantity": pa.array(told.book),
            "erp_fault": pick(ERP_FAULTS, told.fault),
            "erp_location": pick(locations, told.location),
            "erp_quantity": pa.array(told.shown),
        }
    )


def _next_of_site(supply: Supply) -> Ints:
    """For each location another one of the same site, where there is one."""
    of_site: dict[str, list[int]] = {}
    for number, place in enumerate(supply.ground.locations):
        of_site.setdefault(place.site, []).append(number)
    following = np.arange(len(supply.ground.locations))
    for numbers in of_site.values():
        following[numbers] = numbers[1:] + numbers[:1]
    return following


def _inventory(supply: Supply) -> pa.Table:
    """Stock of every place on the first and on the last day: as it physically is, and what the books say; and what is
    under way to it, which it owns already."""
    kept, flows, items = supply.kept, supply.flows, supply.ground.items
    under_way = flows.transfers.arrives > LAST_DAY
    in_transit = np.zeros(len(kept.item), dtype=np.int64)
    np.add.at(in_transit, flows.transfers.to[under_way], flows.transfers.quantity[under_way])
    source = np.where(kept.source < 0, -1, kept.location[kept.source])
    return pa.table(
        {
            "location": pick([place.code for place in supply.ground.locations], kept.location),
            "item_id": named(items.table, "item_id", kept.item),
            "opening": pa.array(flows.opening),
            "closing": pa.array(flows.closing),
            "closing_book": pa.array(flows.closing + flows.unseen),
            "in_transit": pa.array(in_transit),
            "closing_date": dates(np.full(len(kept.item), LAST_DAY)),
            "par": pa.array(kept.par),
            "reorder_point": pa.array(kept.reorder_point),
            "filled_up_by": pa.array([place.code for place in supply.ground.locations]).take(
                pa.array(source, mask=source < 0)
            ),
            "standard_cost": money(items.standard_cents[kept.item]),
            "item_class": pick(items.table["item_class"].to_pylist(), kept.item),
        }
    )


def _counts(supply: Supply) -> pa.Table:
    """One row per place and count."""
    kept, counts = supply.kept, supply.flows.counts
    return pa.table(
        {
            "location": pick([row.code for row in supply.ground.locations], kept.location[counts.place]),
            "item_id": named(supply.ground.items.table, "item_id", kept.item[counts.place]),
            "date": dates(counts.day.astype(np.int64)),
            "book": pa.array(counts.book),
            "counted": pa.array(counts.counted),
        }
    )


def _stockouts(supply: Supply) -> pa.Table:
    """One row per place and day on which less was there than was wanted."""
    kept, short = supply.kept, supply.flows.short
    return pa.table(
        {
            "location": pick([row.code for row in supply.ground.locations], kept.location[short.place]),
            "item_id": named(supply.ground.items.table, "item_id", kept.item[short.place]),
            "date": dates(short.day.astype(np.int64)),
            "quantity": pa.array(short.quantity),
        }
    )
