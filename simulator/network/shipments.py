"""What suppliers shipped, and what they said of it: advance ship notices with lots, expiry and package numbers.

Belongs here: shipments of what arrived. Not here: what was counted on arrival (receiving.py). Quantities are in packs.
"""

import numpy as np
import pyarrow as pa

from simulator.network.calendar import FIRST_DAY
from simulator.network.chart import IMPLANT_CLASSES, ITEM_CLASSES
from simulator.network.columns import dates, moments, numbered, pick
from simulator.network.fates import SUBSTITUTE
from simulator.network.items import Items
from simulator.network.purchasing import PREFCARD, Orders
from simulator.network.receiving import Receipts
from simulator.network.streams import Ints, Streams, quota
from simulator.network.suppliers import DIRECT, DISTRIBUTOR, IMPORT, Suppliers

# Share of shipments of which the supplier sends a notice.
NOTICED = 0.625
CARRIERS = ["Overland Parcel", "Northstar Freight", "Bluebird Courier", "Supplier truck"]
# Days under way, by kind of supplier: at least and at most.
TRANSIT = {DISTRIBUTOR: (1, 2), DIRECT: (2, 5), IMPORT: (4, 12)}
TRACKED = np.isin(ITEM_CLASSES, [*IMPLANT_CLASSES, "Drug", "Intravenous fluid", "Suture and stapling"])
# A lot is made in so many days; how long it keeps, implants and the rest.
LOT_DAYS, KEEPS_DAYS = 45, (1_825, 730)
# Serial reference of the first package; the company prefix is 952, kept for examples.
FIRST_PACKAGE = 9_520_000_000_000_000


def shipment_tables(
    streams: Streams, orders: Orders, receipts: Receipts, items: Items, suppliers: Suppliers
) -> dict[str, pa.Table]:  # fmt: skip
    """One row per order line and package that arrived. What came with its seller was not shipped."""
    random = streams.of("shipments")
    rows = np.flatnonzero(orders.origin[receipts.line] != PREFCARD)
    line, arrived = receipts.line[rows], receipts.arrived[rows]
    _, first, shipment = np.unique(
        orders.order[line] * 1_024 + arrived - FIRST_DAY, return_index=True, return_inverse=True
    )  # fmt: skip
    low, high = np.array([TRANSIT.get(kind, (1, 2)) for kind in range(4)]).T
    kind = suppliers.kind[orders.supplier[line[first]]]
    transit = random.integers(low[kind], high[kind] + 1)
    shipped = np.maximum(arrived[first] - transit, orders.day[line[first]])
    is_noticed = quota(random, np.ones(len(first), dtype=bool), NOTICED)
    carrier = np.where(kind == DISTRIBUTOR, 3, random.integers(0, 3, len(first)))
    item = orders.item[line]
    item = np.where(orders.response[line] == SUBSTITUTE, items.substitute[item], item)
    lot, expiry = lots(items, item, arrived)
    promised = np.where(orders.second_day[line] == arrived, orders.second_day[line], orders.first_day[line])
    return {
        "truth_shipment_line": pa.table(
            {
                "shipment": numbered("SH", shipment + 1, 8),
                "po_number": numbered("PO", orders.order[line] + 1, 8),
                "line": pa.array(orders.line[line]),
                "item_id": items.table["item_id"].take(pa.array(item)),
                "shipped_at": moments(shipped[shipment], 54_000 + shipment % 21_600),
                "promised_date": dates(promised),
                "packs": pa.array(receipts.packs[rows]),
                "carrier": pick(CARRIERS, carrier[shipment]),
                "sscc": pa.array(ssccs(np.arange(len(rows)))),
                "lot": lot,
                "expiry_date": dates(expiry),
                "is_noticed": pa.array(is_noticed[shipment]),
            }
        )
    }


def lots(items: Items, item: Ints, arrived: Ints) -> tuple[pa.Array, Ints]:
    """The lot of what arrives on a day, and the day on which it expires; none (-1) where an item is not tracked."""
    made = (arrived - FIRST_DAY + item * 7) // LOT_DAYS
    number = numbered("L", item * 1_000_000 + made % 1_000_000, 12)
    item_class = items.item_class[item]
    keeps = np.where(
        np.isin(item_class, [ITEM_CLASSES.index(name) for name in IMPLANT_CLASSES]), KEEPS_DAYS[0], KEEPS_DAYS[1]
    )
    is_tracked = TRACKED[item_class]
    expiry = np.where(is_tracked, arrived // LOT_DAYS * LOT_DAYS + keeps, -1)
    return number.take(pa.array(np.arange(len(item)), mask=~is_tracked)), expiry


def ssccs(numbers: Ints) -> np.ndarray:
    """Serial shipping container codes: 17 digits and their check digit, weights 3 and 1 from the right."""
    body = FIRST_PACKAGE + numbers
    rest, total = body.copy(), np.zeros(len(numbers), dtype=np.int64)
    for place in range(17):
        rest, digit = np.divmod(rest, 10)
        total += digit * (3 if place % 2 == 0 else 1)
    return np.char.zfill((body * 10 + -total % 10).astype("U18"), 18)
