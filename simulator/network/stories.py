"""Planted stories of the supply side: orders that are there whatever the scale, so that a story has its least size.

Belongs here: what is planted, and the figures that a reader should find. Not here: faults that happen by rate.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import FIRST_DAY, STARTS, next_workday
from simulator.network.columns import money, times
from simulator.network.contracts import STORY_THRESHOLD, Contracts
from simulator.network.items import CASE_PRICE_ITEMS, RIVAL_ITEM, SHARE_ITEMS, Items
from simulator.network.places import SITE_CODES, CostCenter
from simulator.network.streams import Bools, Ints, Streams

# Packs of the two items and of the rival's in the second year: 204 of 300 is 68 %, and the next tier asks for 70 %.
# With the tier they would have cost 100 x $5,800 and 104 x $5,000 less: $1,100,000.
SHARE_PACKS, RIVAL_PACKS = (100, 104), 96
SHARE_SITES = ("H1", "H2", "H3")
# Lines of boxes that the supplier bills at the price of a case of ten boxes.
CASE_LINES, BOXES_A_CASE = 48, 10
CASE_SITES = ("H1", "H3", "H4", "H5", "H6")
# Invoices that were paid in two ERPs: their amounts are these cents, $240,000.00 in all.
PAID_TWICE_CENTS = np.array(
    [4_812_500, 3_967_500, 3_520_000, 2_945_000, 2_680_000, 2_375_000, 2_100_000, 1_600_000], dtype=np.int64
)
PAID_TWICE_SITES = ("H2", "H6")


@dataclass(frozen=True)
class Planted:
    """Order lines of departments, a pack dear things each."""

    day: Ints
    site: Ints
    item: Ints
    packs: Ints
    cost_center: Ints


def planted_orders(streams: Streams, items: Items, centers: list[CostCenter]) -> Planted:
    """The lines of the missed tier, in the second year, and of the supplier that bills cases."""
    random = streams.of("stories")
    number = np.arange(len(items.pack))
    own = np.repeat(number[SHARE_ITEMS], SHARE_PACKS)
    dear = np.concatenate([own, np.full(RIVAL_PACKS, number[RIVAL_ITEM])])
    dear_day = random.integers(STARTS[12], STARTS[24] - 20, len(dear))
    boxes = np.resize(number[CASE_PRICE_ITEMS], CASE_LINES)
    box_day = random.integers(FIRST_DAY + 60, STARTS[21], CASE_LINES)
    sites = [SITE_CODES.index(code) for code in SHARE_SITES], [SITE_CODES.index(code) for code in CASE_SITES]
    site = np.concatenate([np.resize(sites[0], len(dear)), np.resize(sites[1], CASE_LINES)])
    of_function = {
        (center.site, center.function): place for place, center in reversed(list(enumerate(centers)))
    }  # fmt: skip
    wanted = ["Cath lab"] * len(dear) + ["Operating room"] * CASE_LINES
    center = [of_function[SITE_CODES[where], what] for where, what in zip(site, wanted, strict=True)]
    return Planted(
        next_workday(np.concatenate([dear_day, box_day])), site, np.concatenate([dear, boxes]),
        np.concatenate([np.ones(len(dear), dtype=np.int64), random.integers(2, 9, CASE_LINES)]),
        np.array(center, dtype=np.int64),
    )  # fmt: skip


def tier_story(contracts: Contracts, items: Items, day: Ints, item: Ints, packs: Ints, is_planted: Bools) -> pa.Table:
    """One row: the share bought from the supplier, in packs of the category, and what the next tier would have saved in
    the second year, from the order lines."""
    family = contracts.story_family
    number = np.arange(len(items.pack))
    in_year = is_planted & (STARTS[12] <= day) & (day < STARTS[24])
    own = in_year & np.isin(item, number[SHARE_ITEMS])
    rival = in_year & (item == number[RIVAL_ITEM])
    line = contracts.first_line[item[own], 12].astype(np.int64)
    saved = times(packs[own], contracts.line_price[line] - contracts.line_price[line + 1])
    bought = int(packs[own].sum())
    return pa.table(
        {
            "contract_number": pa.array([f"CT{contracts.contract_of[family, 12] + 1:06}"]),
            "tier_held": pa.array([1]),
            "tier_missed": pa.array([2]),
            "threshold_percent": pa.array([STORY_THRESHOLD]),
            "packs_bought": pa.array([bought]),
            "packs_of_category": pa.array([bought + int(packs[rival].sum())]),
            "missed_saving": money(np.array([saved.sum()])),
        }
    )
