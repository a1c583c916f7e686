"""Which item records are the same product, and which nearly are: the truth that a matcher is judged by.

Belongs here: pairs of records. Not here: the records (records.py).
"""

import numpy as np
import pyarrow as pa

from simulator.network.columns import pick
from simulator.network.masters.catalogues import SOURCES
from simulator.network.masters.descriptions import TELLING, Descriptions
from simulator.network.masters.records import Records, source_numbers
from simulator.network.streams import Ints

SAME, NEAR_MISS = 0, 1
RELATIONS = ["same", "near_miss"]


def item_pairs(records: Records, descriptions: Descriptions) -> pa.Table:
    """truth_item_pair: one row per two records of one golden item (`same`), or of two that differ in one attribute only
    (`near_miss`, and in which). a is the record of the earlier source, or of the same source and created before b.
    """
    by_item = np.argsort(records.item, kind="stable")
    starts = np.searchsorted(records.item[by_item], np.arange(len(descriptions.kind) + 1))
    counts = np.diff(starts)
    items = np.arange(len(counts))
    a, b, _ = _crossed(items, items, starts, counts)
    first, second = by_item[a[a < b]], by_item[b[a < b]]
    misses = np.flatnonzero(descriptions.near_miss_of >= 0)
    c, d, of = _crossed(misses, descriptions.near_miss_of[misses], starts, counts)
    near_first, near_second = np.minimum(by_item[c], by_item[d]), np.maximum(by_item[c], by_item[d])
    a_place, b_place = np.r_[first, near_first], np.r_[second, near_second]
    relation = np.repeat([SAME, NEAR_MISS], [len(first), len(near_first)])
    differs_in = np.r_[np.full(len(first), -1), descriptions.differs_in[misses[of]]]
    numbers = source_numbers(records)
    return pa.table(
        {
            "a_source": pick(SOURCES, records.source[a_place]),
            "a_pk": numbers.take(pa.array(a_place)),
            "b_source": pick(SOURCES, records.source[b_place]),
            "b_pk": numbers.take(pa.array(b_place)),
            "relation": pick(RELATIONS, relation),
            "differs_in": pa.array(TELLING).take(pa.array(differs_in, mask=differs_in < 0)),
        }
    )


def _crossed(left: Ints, right: Ints, starts: Ints, counts: Ints) -> tuple[Ints, Ints, Ints]:
    """Each record of the item left[i] with each of right[i], as places among the records by item; and i."""
    size = counts[left] * counts[right]
    of = np.repeat(np.arange(len(left)), size)
    within = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
    one, other = np.divmod(within, counts[right][of])
    return starts[left][of] + one, starts[right][of] + other, of
