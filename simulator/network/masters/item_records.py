"""What the item records of five catalogues say, one row per source and number, with every fault labelled.

Belongs here: makers, packs, states, and putting a record together. Not here: which records there are (records.py), wording
(habits.py), codes (codes.py). A rate is of the rows that its docstring names, round(n x rate).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.columns import dates, pick
from simulator.network.items import Items
from simulator.network.masters.catalogues import D365, EHR, LEGACY_H8, ORACLE_FUSION, SAP_S4, SOURCES
from simulator.network.masters.codes import (
    AS_IS,
    HYPHEN,
    NO_NUMBER,
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
from simulator.network.masters.records import (
    ABBREVIATION,
    DOUBLES,
    LEADING_ZEROS,
    PART_NUMBER,
    REPLACED,
    Records,
    source_numbers,
)
from simulator.network.streams import Ints, Streams, quota
from simulator.network.suppliers import DISTRIBUTOR, DISTRIBUTORS, Suppliers

MAKER_WRONG, MAKER_LABELS = 0.14, ["CLEAN", "FREE_TEXT", "ALIAS", "DISTRIBUTOR"]
# By source: a list of supplies seldom says what the maker calls it.
PART_NUMBER_MISSING = {SAP_S4: 0.05, ORACLE_FUSION: 0.05, D365: 0.08, LEGACY_H8: 0.12, EHR: 0.40}
PACK_WRONG, PACK_MISSING, CS_FOR_CASE = 0.015, 0.006, 0.60
PACK_LABELS = ["CLEAN", "FACTOR", "UNIT", "MISSING"]
INACTIVE_ORDERED, OTHER_HAND = 0.03, 0.15
MAKER_WIDTH = {SAP_S4: 35, ORACLE_FUSION: 240, D365: 60, LEGACY_H8: 20, EHR: 60}
CAPITALS = [SOURCES.index(SAP_S4), SOURCES.index(LEGACY_H8)]


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
    """How part numbers are written: doubles as their kind says, half of those with a distributor as maker with its prefix.
    Of n records of a source round(n x PART_NUMBER_MISSING) have none, never one of two.
    """
    writing = written_part_numbers(random, len(records.item))
    is_prefixed = (maker_label == MAKER_LABELS.index("DISTRIBUTOR")) & (random.random(len(writing)) < 0.5)
    writing[is_prefixed] = PREFIXED
    seconds = np.flatnonzero((records.double >= 0) & ~is_prefixed)
    first, kind = writing[records.other[seconds]], records.double[seconds]
    other = np.where(kind == PART_NUMBER, HYPHEN, np.where(kind == LEADING_ZEROS, ZEROS, first))
    is_changed = np.isin(kind, (PART_NUMBER, LEADING_ZEROS))
    writing[seconds] = np.where(is_changed & (other == first), AS_IS, other)
    for place, name in enumerate(SOURCES):
        here = records.source == place
        writing[quota(random, here & (records.other < 0), PART_NUMBER_MISSING[name], of=int(here.sum()))] = NO_NUMBER
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
