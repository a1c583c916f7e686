"""Which item records there are in five catalogues, under which numbers, and which one a document takes.

Belongs here: doubles, replacements, numbers, days of creation. Not here: which item stands where (catalogues.py), what a
record says and what is wrong in it (item_records.py).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.network.calendar import FIRST_DAY, STARTS
from simulator.network.columns import dates, pick
from simulator.network.items import Items
from simulator.network.masters.catalogues import (
    D365,
    DUPLICATE_SHARE,
    EHR,
    LEGACY_H8,
    ORACLE_FUSION,
    SAP_S4,
    SOURCES,
    items_by_source,
)
from simulator.network.streams import Bools, Ints, Streams, quota

# Why an ERP has an item twice; the last: it was opened anew when the maker changed the GTIN, and the old one names it.
DOUBLES = ["PART_NUMBER", "LEADING_ZEROS", "ABBREVIATION", "REPLACED"]
PART_NUMBER, LEADING_ZEROS, ABBREVIATION, REPLACED = range(4)
REPLACED_A_YEAR = 0.07
# Of a thousand documents, so many take the first of two records.
FIRST_OF_THOUSAND = 700
# What stands before the number, and its digits.
NUMBERS = {SAP_S4: ("1", 8), ORACLE_FUSION: ("MRH-", 6), D365: ("ITM", 7), LEGACY_H8: ("", 6), EHR: ("SUP", 6)}
# Days of creation; NEVER is 2099-12-31.
EARLIEST, LATEST, NEVER = FIRST_DAY - 4_500, FIRST_DAY - 2, 47_481


@dataclass(frozen=True)
class Records:
    """One place per record, by source and day of creation. double: a place in DOUBLES for a second record, or -1; other:
    the place of the other record of the same item and source, or -1; changed_on: when the item's GTIN changed, or -1.
    """

    source: Ints
    item: Ints
    double: Ints
    other: Ints
    created_on: Ints
    changed_on: Ints
    is_used: Bools

    @property
    def double_of_pair(self) -> Ints:
        """Why there are two, for the first as for the second; -1 where there is one."""
        return np.where(self.other < 0, -1, np.maximum(self.double, self.double[self.other]))

    @property
    def is_old(self) -> Bools:
        """Records whose item was opened anew under another number."""
        is_old: Bools = (self.double_of_pair == REPLACED) & (self.double < 0)
        return is_old


def make_records(streams: Streams, count: int, in_use: dict[str, Ints]) -> Records:
    """Which records there are of `count` golden items. `in_use`: by source, the items that its documents name.

    An ERP of n items has round(n x 6 %) of them twice. Of n golden items round(n x 7 %) get a new GTIN in each year.
    """
    random = streams.of("item records")
    source, item = (places.astype(np.int64) for places in np.nonzero(items_by_source(random, count, in_use).T))
    is_double = np.zeros(len(source), dtype=bool)
    for place, share in enumerate(DUPLICATE_SHARE):
        is_double |= quota(random, source == place, share)
    created_on = random.integers(EARLIEST, LATEST, len(source))
    changed_on = _changes(random, count)[item]
    is_anew = changed_on[is_double] >= 0
    double = np.where(is_anew, REPLACED, random.integers(0, REPLACED, len(is_anew)))
    later = random.integers(created_on[is_double] + 1, FIRST_DAY)
    opened = np.where(is_anew, changed_on[is_double], later)
    twice = np.r_[np.arange(len(source)), np.flatnonzero(is_double)]
    other = np.full(len(twice), -1)
    other[len(source) :] = twice[len(source) :]
    other[twice[len(source) :]] = np.arange(len(source), len(twice))
    created_on = np.r_[created_on, opened]
    ranked = np.lexsort((item[twice], created_on, source[twice]))
    place_of = np.argsort(ranked)
    used = np.zeros((len(SOURCES), count), dtype=bool)
    for name, items in in_use.items():
        used[SOURCES.index(name), items] = True
    source, item, other = source[twice][ranked], item[twice][ranked], other[ranked]
    return Records(
        source, item, np.r_[np.full(len(twice) - len(double), -1), double][ranked],
        np.where(other < 0, -1, place_of[other]), created_on[ranked], changed_on[twice][ranked], used[source, item],
    )  # fmt: skip


def _changes(random: np.random.Generator, count: int) -> Ints:
    """By item, the day on which its maker gave it a new GTIN, or -1; none twice."""
    day = np.full(count, -1)
    for year in (0, 1):
        changed = quota(random, day < 0, REPLACED_A_YEAR, of=count)
        day[changed] = random.integers(STARTS[12 * year], STARTS[12 * year + 12], int(changed.sum()))
    return day


def source_numbers(records: Records) -> pa.Array:
    """Each source counts its records as they were created."""
    rank = np.arange(len(records.source)) - np.searchsorted(records.source, records.source)
    parts = []
    for place, name in enumerate(SOURCES):
        prefix, digits = NUMBERS[name]
        here = rank[records.source == place] + 10_001
        parts.append(np.char.add(prefix, np.char.zfill(here.astype(f"U{digits}"), digits)))
    return pa.array(np.concatenate(parts))


def item_in_use(records: Records, items: Items) -> pa.Table:
    """truth_item_in_use: which record of its ERP (or of the EHR) a document takes; one row per record.

    A document's line takes the record of its item for which `hash(po_number, line) % 1000` is at least `from_thousandth`
    and less than `to_thousandth`, and its day at least `from_date` and before `to_date`: always exactly one. Of two
    records the first is taken 700 times of 1,000; one opened anew is taken from the day on which it was opened.
    """
    kind, is_second = records.double_of_pair, records.double >= 0
    is_split, is_anew = (kind >= 0) & (kind != REPLACED), kind == REPLACED
    opened = records.created_on[np.where(is_second, np.arange(len(kind)), records.other)]
    return pa.table(
        {
            "source": pick(SOURCES, records.source),
            "item_id": items.table["item_id"].take(pa.array(records.item)),
            "source_pk": source_numbers(records),
            "rank": pa.array(np.where(is_second, 2, 1)),
            "from_thousandth": pa.array(np.where(is_split & is_second, FIRST_OF_THOUSAND, 0)),
            "to_thousandth": pa.array(np.where(is_split & ~is_second, FIRST_OF_THOUSAND, 1_000)),
            "from_date": dates(np.where(is_anew & is_second, opened, EARLIEST)),
            "to_date": dates(np.where(is_anew & ~is_second, opened, NEVER)),
        }
    )
