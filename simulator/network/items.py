"""The items that the network truly uses (golden items): what they are, cost, come packed in, and who sells them.

Belongs here: one row per real product. Not here: its price on contract (contracts.py), the item records of four ERPs.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.network.chart import IMPLANT_CLASSES, ITEM_CLASSES
from simulator.network.columns import decimals, numbered, pick
from simulator.network.identifiers import gtins
from simulator.network.masters.descriptions import Descriptions, describe
from simulator.network.streams import Ints, Streams, zipf
from simulator.network.suppliers import (
    CASE_PRICE_SUPPLIER,
    DIRECT,
    DISTRIBUTORS,
    IMPORT,
    RIVAL_SUPPLIER,
    SHARE_SUPPLIER,
    Suppliers,
)

PER_SCALE, LEAST = 85_000, 2_000
# Share of items, median price of one each (dollars), spread of its logarithm; in the order of ITEM_CLASSES.
CLASS_FACTS = np.array([
    [0.16, 2.10, 1.1], [0.12, 14.0, 1.2], [0.05, 85.0, 1.0], [0.08, 1150, 0.9], [0.06, 1400, 0.9], [0.04, 2200, 1.0],
    [0.03, 700, 1.0], [0.09, 120, 1.1], [0.06, 28.0, 0.8], [0.05, 6.5, 1.0], [0.01, 2.4, 0.4], [0.08, 38.0, 1.6],
    [0.06, 11.0, 1.2], [0.02, 22.0, 1.0], [0.03, 7.0, 0.9], [0.01, 18.0, 0.7], [0.02, 3.0, 0.6], [0.01, 4.0, 0.5],
    [0.01, 5.0, 0.9], [0.01, 6.0, 0.8],
])  # fmt: skip
DISTRIBUTED_SHARE = 0.62
# What a purchase pack holds, for cheap items and for dear ones.
PACKS = np.array([1, 10, 20, 24, 50, 100, 500], dtype=np.int64)
CHEAP_PACKS, DEAR_PACKS = (0.05, 0.25, 0.12, 0.13, 0.2, 0.2, 0.05), (0.86, 0.1, 0.02, 0.02, 0, 0, 0)
UNIT_OF_PACK = {1: "EA", 10: "BX", 20: "BX", 24: "CA", 50: "BX", 100: "CA", 500: "CA"}


# The last items are made for planted stories: supplier, class, list price of one each (10,000ths), eaches a pack.
PLANTED = np.array(
    [[CASE_PRICE_SUPPLIER, 0, 42_000 + 9_000 * number, 10] for number in range(5)]
    + [[SHARE_SUPPLIER, 5, 268_000_000, 1], [SHARE_SUPPLIER, 5, 241_000_000, 1], [RIVAL_SUPPLIER, 5, 255_000_000, 1]],
    dtype=np.int64,
)
CASE_PRICE_ITEMS, SHARE_ITEMS, RIVAL_ITEM = slice(-8, -3), slice(-3, -1), -1


@dataclass(frozen=True)
class Items:
    """Columns by item number (its place). Prices are of one each, in 10,000ths of a dollar. substitute: the item that
    may stand in for it, of the same class and pack, or -1."""

    table: pa.Table
    item_class: Ints
    pack: Ints
    supplier: Ints
    manufacturer: Ints
    list_price: Ints
    standard_cents: Ints
    substitute: Ints
    popularity: NDArray[np.float64]
    descriptions: Descriptions


def make_items(streams: Streams, scale: float, suppliers: Suppliers) -> Items:
    """At least 2,000. 80 % of what is used is a fifth of the items."""
    random = streams.of("items")
    count = max(LEAST, round(PER_SCALE * scale))
    shares = CLASS_FACTS[:, 0] / CLASS_FACTS[:, 0].sum()
    item_class = random.choice(len(ITEM_CLASSES), size=count, p=shares).astype(np.int64)
    dollars = CLASS_FACTS[item_class, 1] * random.lognormal(0, CLASS_FACTS[item_class, 2])
    list_price = np.clip(np.round(dollars * 10_000), 100, 45_000 * 10_000).astype(np.int64)
    is_cheap = list_price < 200_000
    pack = np.where(
        is_cheap, random.choice(PACKS, size=count, p=CHEAP_PACKS), random.choice(PACKS, size=count, p=DEAR_PACKS)
    )
    makers = suppliers.of_kind(DIRECT, IMPORT)
    weights = suppliers.share[makers] / suppliers.share[makers].sum()
    manufacturer = random.choice(makers, size=count, p=weights)
    is_implant = np.isin(item_class, [ITEM_CLASSES.index(name) for name in IMPLANT_CLASSES])
    is_distributed = (random.random(count) < DISTRIBUTED_SHARE) & ~is_implant
    supplier = np.where(is_distributed, random.integers(0, DISTRIBUTORS, count), manufacturer)
    last = slice(-len(PLANTED), None)
    item_class[last] = PLANTED[:, 1]
    descriptions = describe(streams.of("item descriptions"), item_class, len(PLANTED))
    like = descriptions.like
    list_price, pack, manufacturer, supplier = list_price[like], pack[like], manufacturer[like], supplier[like]
    supplier[last], _, list_price[last], pack[last] = PLANTED.T
    # Nobody happens to order what is planted.
    popularity = random.permutation(zipf(count, 0.9))
    manufacturer[last], popularity[last] = supplier[last], 0
    number = np.arange(count, dtype=np.int64)
    table = pa.table(
        {
            "item_id": numbered("I-", number + 1, 6),
            "description": descriptions.sentences,
            **descriptions.columns(),
            "item_class": pick(ITEM_CLASSES, item_class),
            "manufacturer_part_number": numbered("M", random.permutation(count).astype(np.int64) * 37 + 1009, 8),
            "manufacturer_id": suppliers.table["supplier_id"].take(pa.array(manufacturer)),
            "supplier_id": suppliers.table["supplier_id"].take(pa.array(supplier)),
            "gtin": pa.array(gtins(number, np.zeros(count, dtype=np.int64))),
            "pack_gtin": pa.array(gtins(number, np.ones(count, dtype=np.int64))),
            "base_uom": pa.array(["EA"] * count),
            "purchase_uom": pa.array([UNIT_OF_PACK[int(size)] for size in pack]),
            "eaches_per_purchase_uom": pa.array(pack),
            "list_price": decimals(list_price, 18, 4),
        }
    )
    return Items(
        table, item_class, pack, supplier, manufacturer, list_price, np.maximum(1, (list_price + 50) // 100),
        _substitutes(item_class, pack, list_price), popularity, descriptions,
    )  # fmt: skip


def _substitutes(item_class: Ints, pack: Ints, list_price: Ints) -> Ints:
    """The next dearer item of the same class and pack, where it costs at most half as much again."""
    ranked = np.lexsort((list_price, pack, item_class))
    this, next_ = ranked[:-1], ranked[1:]
    fits = (
        (item_class[this] == item_class[next_]) & (pack[this] == pack[next_])
        & (list_price[next_] * 2 <= list_price[this] * 3)
    )  # fmt: skip
    substitute = np.full(len(pack), -1, dtype=np.int64)
    substitute[this[fits]] = next_[fits]
    return substitute
