"""The codes of an item record: GTIN, part number, commodity code, and what is wrong with each.

Belongs here: identifiers as one record holds them. Not here: how they are computed (simulator/network/identifiers.py).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.columns import dates, pick
from simulator.network.identifiers import gtins
from simulator.network.masters.vocabulary import KINDS
from simulator.network.streams import Bools, Ints, quota

GTIN_MISSING, GTIN_CHECK_DIGIT, GTIN_OTHER_LEVEL, GTIN_OUTDATED = 0.38, 0.008, 0.025, 0.30
GTIN_LABELS = ["CLEAN", "MISSING", "CHECK_DIGIT", "OTHER_LEVEL"]
# What an item's number was before its maker changed it: far above every number in use.
BEFORE = 500_000_000
AS_IS, HYPHEN, ZEROS, LOWER, PREFIXED, NO_NUMBER = range(6)
PART_NUMBER_LABELS = ["AS_IS", "HYPHEN", "ZEROS", "LOWER", "PREFIXED", "MISSING"]
WRITTEN_SHARES = (0.72, 0.14, 0.05, 0.09)
# What each distributor puts before a maker's part number in its own catalogue.
DISTRIBUTOR_PREFIXES = ["DX", "QF", "TL"]
UNSPSC_WRONG, UNSPSC_MISSING = 0.08, 0.20
UNSPSC_LABELS = ["CLEAN", "WRONG", "MISSING"]


def bar_codes(
    random: np.random.Generator, gtin: pa.Array, pack_gtin: pa.Array, item: Ints, changed_on: Ints, is_old: Bools,
    is_new: Bools, is_pack: Bools, is_short: Bools,
) -> dict[str, pa.Array]:  # fmt: skip
    """The GTIN of each record. Of n records round(n x 38 %) have none, round(n x 0.8 %) one whose check digit is wrong,
    round(n x 2.5 %) that of the purchase pack.

    changed_on: the day from which the item has a new GTIN, or negative. A record shows `previous_gtin` until
    `gtin_changed_on`; is_old records keep the previous one for good and is_new ones never had it; of the others of
    changed items 30 % are outdated: nobody entered the change. is_short: written without the leading zero.
    """
    everything = np.ones(len(item), dtype=bool)
    label = np.zeros(len(item), dtype=np.int64)
    for place, rate in ((1, GTIN_MISSING), (2, GTIN_CHECK_DIGIT), (3, GTIN_OTHER_LEVEL)):
        label[quota(random, (label == 0) & (is_pack if place == 3 else everything), rate, of=len(item))] = place
    is_changed = changed_on >= 0
    is_outdated = quota(random, is_changed & ~is_old & ~is_new & (label == 0), GTIN_OUTDATED)
    before = gtins(item[is_changed] + BEFORE, np.zeros(int(is_changed.sum()), dtype=np.int64))
    previous = pa.array(before).take(pa.array(np.cumsum(is_changed) - 1, mask=~is_changed))
    shown = pc.if_else(pa.array(is_outdated | is_old), previous, gtin)
    last = pc.cast(pc.utf8_slice_codeunits(shown, 13, 14), pa.int8())
    other = pa.array(list("1234567890")).take(last)
    wrong = pc.binary_join_element_wise(pc.utf8_slice_codeunits(shown, 0, 13), other, "")
    shown = pc.if_else(pa.array(label == 2), wrong, pc.if_else(pa.array(label == 3), pack_gtin, shown))
    has_version = is_changed & ~is_outdated & ~is_old & ~is_new & (label == 0)
    return {
        "gtin": _short(pc.if_else(pa.array(label == 1), None, shown), is_short),
        "previous_gtin": _short(pc.if_else(pa.array(has_version), previous, None), is_short),
        "gtin_changed_on": dates(np.where(has_version, changed_on, -1)),
        "gtin_label": pick(GTIN_LABELS, label),
        "is_gtin_outdated": pa.array(is_outdated),
    }


def gtin_changes(items: pa.Table, item: Ints, changed_on: Ints) -> pa.Table:
    """truth_gtin_change: one row per golden item whose maker changed its GTIN, from records with item and day."""
    changed, at = np.unique(np.where(changed_on >= 0, item, -1), return_index=True)
    changed, at = changed[changed >= 0], at[changed >= 0]
    return pa.table(
        {
            "item_id": items["item_id"].take(pa.array(changed)),
            "changed_on": dates(changed_on[at]),
            "previous_gtin": pa.array(gtins(changed + BEFORE, np.zeros(len(changed), dtype=np.int64))),
        }
    )


def _short(codes: pa.Array, is_short: Bools) -> pa.Array:
    """Without the one leading zero of a base unit's GTIN: the 13 digits of its bar code."""
    is_zero = pc.fill_null(pc.starts_with(codes, "0"), False)
    return pc.if_else(pc.and_(pa.array(is_short), is_zero), pc.utf8_slice_codeunits(codes, 1), codes)


def written_part_numbers(random: np.random.Generator, count: int) -> Ints:
    """A place in PART_NUMBER_LABELS for each record: how it would be written were there nothing else to say."""
    return random.choice(len(WRITTEN_SHARES), size=count, p=WRITTEN_SHARES).astype(np.int64)


def part_numbers(numbers: pa.Array, writing: Ints, distributor: Ints) -> dict[str, pa.Array]:
    """Each number as written. Without punctuation, leading zeros, case and prefix all are the maker's."""
    hyphened = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(numbers, 0, 4), pc.utf8_slice_codeunits(numbers, 4), "-"
    )
    prefixes = pick(DISTRIBUTOR_PREFIXES, distributor % len(DISTRIBUTOR_PREFIXES))
    ways = [
        numbers, hyphened, pc.binary_join_element_wise("00", numbers, ""), pc.utf8_lower(numbers),
        pc.binary_join_element_wise(prefixes, numbers, "-"), pa.nulls(len(numbers), pa.string()),
    ]  # fmt: skip
    return {
        "manufacturer_part_number": pc.choose(pa.array(writing), *ways),
        "part_number_label": pick(PART_NUMBER_LABELS, writing),
    }


def unspsc(random: np.random.Generator, kind: Ints) -> dict[str, pa.Array]:
    """The commodity code of each record by its item's kind: round(n x 8 %) have another kind's, round(n x 20 %) none."""
    codes = [
        f"{kind.segment}{10 + place // 8:02}{11 + place % 8:02}{1 + place % 13:02}" for place, kind in enumerate(KINDS)
    ]
    label = np.zeros(len(kind), dtype=np.int64)
    for place, rate in ((1, UNSPSC_WRONG), (2, UNSPSC_MISSING)):
        label[quota(random, label == 0, rate, of=len(kind))] = place
    other = (kind + random.integers(1, len(KINDS), len(kind))) % len(KINDS)
    shown = np.where(label == 1, other, kind)
    return {
        "unspsc": pa.array(codes).take(pa.array(shown, mask=label == 2)),
        "unspsc_label": pick(UNSPSC_LABELS, label),
    }
