"""The item records of five catalogues, one row per source and number, with every fault labelled.

Belongs here: doubles, numbers, makers, packs, states, and which record a document takes. Not here: wording (habits.py),
codes (codes.py), which item stands where (catalogues.py). A rate is of the rows that its docstring names, round(n x rate).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
from simulator.network.masters.codes import (
    AS_IS,
    HYPHEN,
    PREFIXED,
    ZEROS,
    bar_codes,
    part_numbers,
    unspsc,
    written_part_numbers,
)
from simulator.network.masters.descriptions import Descriptions
from simulator.network.masters.habits import written
from simulator.network.masters.names import Names
from simulator.network.streams import Bools, Ints, Streams, quota
from simulator.network.suppliers import DISTRIBUTOR, DISTRIBUTORS, Suppliers

# Why an ERP has an item twice; the last: it was opened anew when the maker changed the GTIN, and the old one names it.
DOUBLES = ["PART_NUMBER", "LEADING_ZEROS", "ABBREVIATION", "REPLACED"]
PART_NUMBER, LEADING_ZEROS, ABBREVIATION, REPLACED = range(4)
REPLACED_A_YEAR = 0.07
MAKER_WRONG, MAKER_LABELS = 0.14, ["CLEAN", "FREE_TEXT", "ALIAS", "DISTRIBUTOR"]
PACK_WRONG, PACK_MISSING, CS_FOR_CASE = 0.015, 0.006, 0.60
PACK_LABELS = ["CLEAN", "FACTOR", "UNIT", "MISSING"]
INACTIVE_ORDERED, OTHER_HAND = 0.03, 0.15
# Of a thousand documents, so many take the first of two records.
FIRST_OF_THOUSAND = 700
# What stands before the number, and its digits.
NUMBERS = {SAP_S4: ("1", 8), ORACLE_FUSION: ("MRH-", 6), D365: ("ITM", 7), LEGACY_H8: ("", 6), EHR: ("SUP", 6)}
MAKER_WIDTH = {SAP_S4: 35, ORACLE_FUSION: 240, D365: 60, LEGACY_H8: 20, EHR: 60}
CAPITALS = [SOURCES.index(SAP_S4), SOURCES.index(LEGACY_H8)]
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


def item_records(
    streams: Streams, records: Records, items: Items, descriptions: Descriptions, suppliers: Suppliers, names: Names
) -> pa.Table:
    """truth_source_item: one row per source and number."""
    random = streams.of("item record faults")
    taken = items.table.select(["item_id", "gtin", "pack_gtin", "manufacturer_part_number"]).take(
        pa.array(records.item)
    )
    numbers = source_numbers(records)
    is_ehr = records.source == SOURCES.index(EHR)
    pack = np.where(is_ehr, 1, items.pack[records.item])
    maker_label, distributor = _wrong_makers(random, records, items, suppliers, names)
    is_old = records.is_old
    anew = pa.array(np.where(is_old, records.other, 0), mask=~is_old)
    return pa.table(
        {
            "source": pick(SOURCES, records.source),
            "source_pk": numbers,
            "item_id": taken["item_id"],
            "description": _texts(random, records, descriptions),
            "manufacturer_text": _makers(records, items, names, maker_label, distributor),
            "manufacturer_label": pick(MAKER_LABELS, maker_label),
            **part_numbers(
                taken["manufacturer_part_number"].combine_chunks(),
                _writing(random, records, maker_label), distributor,
            ),
            **_packs(random, records, items, pack),
            **bar_codes(
                random, taken["gtin"].combine_chunks(), taken["pack_gtin"].combine_chunks(), records.item,
                records.changed_on, is_old, records.double == REPLACED, items.pack[records.item] > 1,
                np.isin(records.source, CAPITALS),
            ),
            **unspsc(random, descriptions.kind[records.item]),
            **_states(random, records),
            "created_on": dates(records.created_on),
            "replaced_by": numbers.take(anew),
            "duplicate_kind": pa.array(DOUBLES).take(pa.array(records.double, mask=records.double < 0)),
        }
    )  # fmt: skip


def source_numbers(records: Records) -> pa.Array:
    """Each source counts its records as they were created."""
    rank = np.arange(len(records.source)) - np.searchsorted(records.source, records.source)
    parts = []
    for place, name in enumerate(SOURCES):
        prefix, digits = NUMBERS[name]
        here = rank[records.source == place] + 10_001
        parts.append(np.char.add(prefix, np.char.zfill(here.astype(f"U{digits}"), digits)))
    return pa.array(np.concatenate(parts))


def _texts(random: np.random.Generator, records: Records, descriptions: Descriptions) -> pa.Array:
    """Each source's own way; 15 % of its records are by its second hand, and doubles by the other than the first's."""
    hand = quota(random, records.double < 0, OTHER_HAND)
    seconds = np.flatnonzero(records.double >= 0)
    is_other = np.isin(records.double[seconds], (PART_NUMBER, ABBREVIATION))
    hand[seconds] = hand[records.other[seconds]] ^ is_other
    texts = np.empty(len(hand), dtype=object)
    for place, name in enumerate(SOURCES):
        for by in (0, 1):
            here = np.flatnonzero((records.source == place) & (hand == by))
            texts[here] = written(descriptions, records.item[here], name, by).to_numpy(zero_copy_only=False)
    return pa.array(texts, pa.string())


def _wrong_makers(
    random: np.random.Generator, records: Records, items: Items, suppliers: Suppliers, names: Names
) -> tuple[Ints, Ints]:
    """A place in MAKER_LABELS: wrong for round(n x 14 %) of n records; and the distributor that such a record names."""
    is_wrong = quota(random, np.ones(len(records.item), dtype=bool), MAKER_WRONG)
    label = np.where(is_wrong, random.integers(1, len(MAKER_LABELS), len(is_wrong)), 0)
    has_alias = np.array(names.alias.is_valid())[items.manufacturer[records.item]]
    label[(label == MAKER_LABELS.index("ALIAS")) & ~has_alias] = MAKER_LABELS.index("FREE_TEXT")
    seller = items.supplier[records.item]
    any_distributor = random.integers(0, DISTRIBUTORS, len(seller))
    return label, np.where(suppliers.kind[seller] == DISTRIBUTOR, seller, any_distributor)


def _makers(records: Records, items: Items, names: Names, label: Ints, distributor: Ints) -> pa.Array:
    maker = pa.array(items.manufacturer[records.item])
    text = pc.choose(
        pa.array(label), names.legal.take(maker), names.hasty.take(maker), names.alias.take(maker),
        names.legal.take(pa.array(distributor)),
    )  # fmt: skip
    text = pc.if_else(pa.array(np.isin(records.source, CAPITALS)), pc.utf8_upper(text), text)
    for place, name in enumerate(SOURCES):
        cut = pc.utf8_rtrim(pc.utf8_slice_codeunits(text, 0, MAKER_WIDTH[name]), " ")
        text = pc.if_else(pa.array(records.source == place), cut, text)
    return text


def _writing(random: np.random.Generator, records: Records, maker_label: Ints) -> Ints:
    """How part numbers are written: doubles as their kind says, half of those with a distributor as maker with its prefix."""
    writing = written_part_numbers(random, len(records.item))
    is_prefixed = (maker_label == MAKER_LABELS.index("DISTRIBUTOR")) & (random.random(len(writing)) < 0.5)
    writing[is_prefixed] = PREFIXED
    seconds = np.flatnonzero((records.double >= 0) & ~is_prefixed)
    first, kind = writing[records.other[seconds]], records.double[seconds]
    other = np.where(kind == PART_NUMBER, HYPHEN, np.where(kind == LEADING_ZEROS, ZEROS, first))
    is_changed = np.isin(kind, (PART_NUMBER, LEADING_ZEROS))
    writing[seconds] = np.where(is_changed & (other == first), AS_IS, other)
    return writing


def _packs(random: np.random.Generator, records: Records, items: Items, pack: Ints) -> dict[str, pa.Array]:
    """Units and factors. Of n records with a purchase pack, round(n x 1.5 %) are wrong (10 for 100 or 100 for 10; BX for
    CA or CA for BX), round(n x 0.6 %) lack the factor; of the rows that say CA, round(n x 60 %) say CS in SAP, and in H8.
    """
    label = np.zeros(len(pack), dtype=np.int64)
    is_wrong = quota(random, pack > 1, PACK_WRONG)
    is_factor = is_wrong & np.isin(pack, (10, 100)) & (random.random(len(pack)) < 0.5)
    label[is_wrong], label[is_factor] = PACK_LABELS.index("UNIT"), PACK_LABELS.index("FACTOR")
    label[quota(random, (pack > 1) & ~is_wrong, PACK_MISSING, of=int((pack > 1).sum()))] = PACK_LABELS.index("MISSING")
    unit = np.array(items.table["purchase_uom"].to_pylist())[records.item]
    unit = np.where(pack > 1, unit, "EA")
    unit = np.where(label == PACK_LABELS.index("UNIT"), np.where(unit == "BX", "CA", "BX"), unit)
    is_cs = np.zeros(len(pack), dtype=bool)
    for place in CAPITALS:
        is_cs |= quota(random, (records.source == place) & (unit == "CA"), CS_FOR_CASE)
    factor = np.where(is_factor, 1_000 // pack, pack)
    no_factor = label == PACK_LABELS.index("MISSING")
    return {
        "base_uom": pa.array(np.full(len(pack), "EA")),
        "purchase_uom": pa.array(np.where(is_cs, "CS", unit)),
        "pack_numerator": pa.array(factor, mask=no_factor),
        "pack_denominator": pa.array(np.ones(len(pack), dtype=np.int64), mask=no_factor),
        "true_pack": pa.array(pack),
        "pack_label": pick(PACK_LABELS, label),
        "is_cs_for_case": pa.array(is_cs),
    }


def _states(random: np.random.Generator, records: Records) -> dict[str, pa.Array]:
    """Of n records of ERPs that documents use, round(n x 3 %) are inactive and ordered nevertheless; what was opened anew
    is inactive too, and no longer ordered."""
    is_open = records.is_used & ~records.is_old & (records.source != SOURCES.index(EHR))
    is_ordered_inactive = quota(random, is_open, INACTIVE_ORDERED)
    return {
        "is_active": pa.array(~is_ordered_inactive & ~records.is_old),
        "is_in_use": pa.array(records.is_used),
        "is_inactive_ordered": pa.array(is_ordered_inactive),
    }


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
