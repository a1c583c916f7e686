"""The vendor records of four ERPs, one row per source and number, with every double and every namesake labelled.

Belongs here: which records there are, their names, addresses and tax numbers, and which one a document takes. Not here: the
variants of a name (names.py), manufacturers as item records spell them (item_records.py).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.columns import numbered, pick
from simulator.network.masters.catalogues import D365, ERPS, LEGACY_H8, ORACLE_FUSION, SAP_S4
from simulator.network.masters.names import Names
from simulator.network.streams import Bools, Ints, Streams, quota
from simulator.network.suppliers import SERVICE, Suppliers

# For 2,400 golden suppliers; and of n records, those in a cluster of doubles, and those that bear another's name.
RECORDS_PER_2_400 = 4_100
IN_CLUSTER, NAMESAKE = 0.28, 0.012
# Clusters for each record in one: 0.5 were all of them pairs, so some are of three.
CLUSTERS_OF_RECORDS = 0.45
EIN_MISSING, GLN_MISSING, INACTIVE = 0.12, 0.45, 0.08
# FIRST is the record that is no double; a merged company keeps the record it had under its own name.
LABELS = ["FIRST", "NAME_VARIANT", "REMIT_TO", "MERGED"]
FIRST, NAME_VARIANT, REMIT_TO, MERGED = range(4)
FIRST_OF_THOUSAND = 700
NUMBERS = {SAP_S4: ("00001", 5), ORACLE_FUSION: ("3", 5), D365: ("V-", 6), LEGACY_H8: ("V", 5)}
NAME_WIDTH = {SAP_S4: 40, ORACLE_FUSION: 240, D365: 100, LEGACY_H8: 30}
CAPITALS = [ERPS.index(SAP_S4), ERPS.index(LEGACY_H8)]
STREETS = [
    "Alder",
    "Canal",
    "Foundry",
    "Granary",
    "Harbor",
    "Junction",
    "Mill",
    "Orchard",
    "Quarry",
    "Station",
    "Tannery",
]
WAYS, SHORT_WAYS = ["Street", "Avenue", "Road", "Parkway", "Lane"], ["St", "Ave", "Rd", "Pkwy", "Ln"]
CITIES = [
    "Fairhaven",
    "Millbrook",
    "Eastport",
    "Northgate",
    "Lakemont",
    "Stonebridge",
    "Ashford",
    "Brightwater",
    "Corwen",
]


@dataclass(frozen=True)
class VendorRecords:
    """One place per record, by source; source is a place in ERPS. label: a place in LABELS; first: the place of the record
    that is no double, of the same supplier and source; name_of: the supplier whose name it bears, for all but namesakes
    its own.
    """

    source: Ints
    supplier: Ints
    label: Ints
    first: Ints
    name_of: Ints
    is_used: Bools

    @property
    def is_namesake(self) -> Bools:
        is_namesake: Bools = self.name_of != self.supplier
        return is_namesake


def make_vendor_records(streams: Streams, suppliers: Suppliers, names: Names, in_use: dict[str, Ints]) -> VendorRecords:
    """Which records there are. `in_use`: by ERP, the suppliers that its documents name, each of which has one there.

    Of r records round(r x 28 %) stand in a cluster: two or three of one supplier in one ERP; round(r x 1.2 %) bear the name
    of another supplier of that ERP. r is 4,100 for 2,400 suppliers, and more where documents name more.
    """
    random = streams.of("vendor records")
    count = len(suppliers.kind)
    has = np.zeros((len(ERPS), count), dtype=bool)
    for name, used in in_use.items():
        has[ERPS.index(name), used] = True
    is_used = has.copy()
    # SAP keeps makers too, who sell through others.
    has[0] |= ~has.any(axis=0)
    total, clusters, doubles = _sizes(round(RECORDS_PER_2_400 * count / 2_400), int(has.sum()))
    free = np.flatnonzero(~has.ravel())
    more = random.choice(free, size=min(len(free), max(total - doubles - int(has.sum()), 0)), replace=False)
    has.ravel()[more] = True
    source, supplier = (places.astype(np.int64) for places in np.nonzero(has))
    clustered = np.flatnonzero(quota(random, is_used[source, supplier], 1, of=clusters))
    again = np.r_[clustered, random.choice(clustered, size=doubles - len(clustered), replace=False)]
    label = random.integers(NAME_VARIANT, len(LABELS), len(again))
    has_alias = np.array(names.alias.is_valid())
    label[(label == MERGED) & ~has_alias[supplier[again]]] = NAME_VARIANT
    # The third of a cluster is not of the second's kind.
    of_second = label[np.searchsorted(clustered, again[len(clustered) :])]
    label[len(clustered) :] = of_second % (len(LABELS) - 1) + 1
    label[(label == MERGED) & ~has_alias[supplier[again]]] = NAME_VARIANT
    place = np.r_[np.arange(len(source)), again]
    labels = np.r_[np.full(len(source), FIRST), label]
    ranked = np.argsort(source[place] * 2.0 + random.random(len(place)), kind="stable")
    first = np.argsort(ranked)[place[ranked]]
    source, supplier, labels = source[place][ranked], supplier[place][ranked], labels[ranked]
    is_alone = np.bincount(first, minlength=len(first))[first] == 1
    return VendorRecords(
        source, supplier, labels, first, _names_of(random, source, supplier, is_alone), is_used[source, supplier]
    )


def _sizes(wanted: int, needed: int) -> tuple[int, int, int]:
    """Records, clusters, doubles: as many records as wanted, or as leave `needed` that are no doubles."""
    while True:
        in_cluster = round(wanted * IN_CLUSTER)
        clusters = round(in_cluster * CLUSTERS_OF_RECORDS)
        if wanted - (in_cluster - clusters) >= needed:
            return wanted, clusters, in_cluster - clusters
        wanted += 1


def _names_of(random: np.random.Generator, source: Ints, supplier: Ints, is_alone: Bools) -> Ints:
    """Whose name each record bears: some that stand alone bear the name of another that stands alone in the ERP."""
    name_of = supplier.copy()
    namesakes = np.flatnonzero(quota(random, is_alone, NAMESAKE, of=len(source)))
    is_model = is_alone.copy()
    is_model[namesakes] = False
    models = np.flatnonzero(is_model)
    starts = np.searchsorted(source[models], np.arange(len(ERPS) + 1))
    of = source[namesakes]
    name_of[namesakes] = supplier[models[random.integers(starts[of], starts[of + 1])]]
    return name_of


def vendor_records(streams: Streams, records: VendorRecords, suppliers: Suppliers, names: Names) -> pa.Table:
    """truth_source_supplier: one row per source and number."""
    random = streams.of("vendor record faults")
    golden = suppliers.table.select(["supplier_id", "ein", "gln"]).take(pa.array(records.supplier))
    is_maker = ~records.is_used & (suppliers.kind[records.supplier] != SERVICE)
    role = np.where(records.label == REMIT_TO, 1, np.where(is_maker, 2, 0))
    # What makes a namesake another supplier is its tax number, and that of the one whose name it bears.
    named = np.unique(records.name_of[records.is_namesake])
    is_known = records.is_namesake | np.isin(records.supplier, named)
    has_ein = ~quota(random, ~is_known, EIN_MISSING, of=len(is_known))
    has_gln = ~quota(random, records.label != REMIT_TO, GLN_MISSING) & (records.label != REMIT_TO)
    is_acquired = pc.fill_null(pc.equal(names.reason.take(pa.array(records.supplier)), "ACQUIRED"), False)
    own = numbered("00-", 9_000_000 + records.supplier + 1, 7)
    ein = pc.if_else(pc.and_(pa.array(records.label == MERGED), is_acquired), own, golden["ein"].combine_chunks())
    return pa.table(
        {
            "source": pick(ERPS, records.source),
            "source_pk": vendor_numbers(records),
            "supplier_id": golden["supplier_id"],
            "name": _written_names(random, records, names),
            **_addresses(random, records, len(suppliers.kind)),
            "phone": pick([f"555-01{line:02}" for line in range(100)], random.integers(0, 100, len(role))),
            "ein": pc.if_else(pa.array(has_ein), ein, None),
            "gln": pc.if_else(pa.array(has_gln), golden["gln"].combine_chunks(), None),
            "role": pick(["SUPPLIER", "REMIT_TO", "MANUFACTURER"], role),
            "is_active": pa.array(~quota(random, ~records.is_used, INACTIVE)),
            "is_in_use": pa.array(records.is_used),
            "label": pick(LABELS, records.label),
            "cluster_size": pa.array(np.bincount(records.first, minlength=len(role))[records.first]),
            "same_name_as": suppliers.table["supplier_id"].take(pa.array(records.name_of, mask=~records.is_namesake)),
        }
    )


def vendor_numbers(records: VendorRecords) -> pa.Array:
    """Each ERP counts its vendors."""
    rank = np.arange(len(records.source)) - np.searchsorted(records.source, records.source) + 1_001
    parts = [numbered(*_prefixed(name, rank[records.source == place])) for place, name in enumerate(ERPS)]
    return pa.concat_arrays(parts)


def _prefixed(name: str, rank: Ints) -> tuple[str, Ints, int]:
    prefix, digits = NUMBERS[name]
    return prefix, rank, digits


def _written_names(random: np.random.Generator, records: VendorRecords, names: Names) -> pa.Array:
    """Legal names; doubles in haste or abbreviated, with a lockbox, or under the name of before; cut to the field."""
    bearer = pa.array(records.name_of)
    legal, short = names.legal.take(bearer), names.short.take(bearer)
    variant = pc.if_else(pa.array(random.random(len(bearer)) < 0.5), names.hasty.take(bearer), short)
    remit = pc.binary_join_element_wise(short, "REMIT TO", " ")
    text = pc.choose(pa.array(records.label), legal, variant, remit, names.alias.take(bearer))
    text = pc.if_else(pa.array(np.isin(records.source, CAPITALS)), pc.utf8_upper(text), text)
    for place, name in enumerate(ERPS):
        cut = pc.utf8_rtrim(pc.utf8_slice_codeunits(text, 0, NAME_WIDTH[name]), " ")
        text = pc.if_else(pa.array(records.source == place), cut, text)
    return text


def _addresses(random: np.random.Generator, records: VendorRecords, count: int) -> dict[str, pa.Array]:
    """A supplier's own address, its ways abbreviated in doubles; a box for remittances; another place for a merged one."""
    house, street, way, city = (random.integers(low, high, 2 * count) for low, high in (
        (1, 9_900), (0, len(STREETS)), (0, len(WAYS)), (0, len(CITIES))
    ))  # fmt: skip
    is_away = np.isin(records.label, (REMIT_TO, MERGED))
    at = records.supplier + np.where(is_away, count, 0)
    number = pa.array(house[at].astype("U4"))
    ways = pc.if_else(pa.array(records.label == NAME_VARIANT), pick(SHORT_WAYS, way[at]), pick(WAYS, way[at]))
    streets = pc.binary_join_element_wise(number, pick(STREETS, street[at]), ways, " ")
    box = pc.binary_join_element_wise("PO Box", number, " ")
    street_line = pc.if_else(pa.array(records.label == REMIT_TO), box, streets)
    cities = pick(CITIES, city[at])
    # No post office has a code below 00500.
    codes = numbered("00", 100 + house[at] % 400, 3)
    return {
        "street": street_line,
        "city": cities,
        "postal_code": codes,
        "address": pc.binary_join_element_wise(street_line, cities, codes, ", "),
    }


def supplier_in_use(records: VendorRecords, suppliers: Suppliers) -> pa.Table:
    """truth_supplier_in_use: which vendor record of its ERP a document takes; one row per record that orders may name.

    A document takes the record of its supplier for which `hash(supplier_id, site) % 1000` is at least `from_thousandth`
    and less than `to_thousandth`, so that a site always names the same: exactly one. `remit_to` is the record that its
    payment names, itself where there is none.
    """
    takes = records.label != REMIT_TO
    place = np.flatnonzero(takes)
    place = place[np.lexsort((records.label[place], records.first[place]))]
    first = records.first[place]
    rank = np.arange(len(place)) - np.searchsorted(first, first)
    size = np.bincount(first, minlength=len(records.first))[first]
    others = (1_000 - FIRST_OF_THOUSAND) // np.maximum(size - 1, 1)
    start = np.where(rank == 0, 0, FIRST_OF_THOUSAND + (rank - 1) * others)
    end = np.where(rank == size - 1, 1_000, np.where(rank == 0, FIRST_OF_THOUSAND, start + others))
    remit_to = np.arange(len(records.first))
    boxes = np.flatnonzero(records.label == REMIT_TO)
    paid_at = remit_to.copy()
    paid_at[records.first[boxes]] = boxes
    numbers = vendor_numbers(records)
    return pa.table(
        {
            "source": pick(ERPS, records.source[place]),
            "supplier_id": suppliers.table["supplier_id"].take(pa.array(records.supplier[place])),
            "source_pk": numbers.take(pa.array(place)),
            "rank": pa.array(rank + 1),
            "from_thousandth": pa.array(start),
            "to_thousandth": pa.array(end),
            "remit_to": numbers.take(pa.array(np.where(paid_at[first] == first, place, paid_at[first]))),
        }
    )
