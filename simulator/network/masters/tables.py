"""The truth of the master records: one table after the other, for a world whose orders, stock and use are known.

Belongs here: the tables' names and the order in which they are made. Not here: what is in them.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from simulator.network.ground import Ground
from simulator.network.masters.catalogues import D365, LEGACY_H8, ORACLE_FUSION, SAP_S4
from simulator.network.masters.codes import gtin_changes
from simulator.network.masters.descriptions import Descriptions
from simulator.network.masters.item_records import item_records
from simulator.network.masters.names import make_names, supplier_aliases
from simulator.network.masters.pairs import item_pairs
from simulator.network.masters.records import item_in_use, make_records
from simulator.network.masters.supplier_records import make_vendor_records, supplier_in_use, vendor_records
from simulator.network.places import SITES
from simulator.network.streams import Ints

SOURCE_OF_ERP = {"sap": SAP_S4, "oracle": ORACLE_FUSION, "d365": D365, "legacy": LEGACY_H8}


def by_erp(site: Ints, place: Ints) -> dict[str, Ints]:
    """What the documents of each ERP name: of rows with a site and an item (or supplier), each of these once."""
    erp = np.array([list(SOURCE_OF_ERP).index(row.erp) for row in SITES])[site]
    return {source: np.unique(place[erp == number]) for number, source in enumerate(SOURCE_OF_ERP.values())}


def master_tables(
    ground: Ground, descriptions: Descriptions, items_in_use: dict[str, Ints], suppliers_in_use: dict[str, Ints]
) -> Iterator[tuple[str, pa.Table]]:
    """`items_in_use`: by source, the EHR too, the items that its documents and its stock name; suppliers by ERP."""
    streams, items, suppliers = ground.streams, ground.items, ground.suppliers
    names = make_names(streams, suppliers)
    records = make_records(streams, len(items.item_class), items_in_use)
    yield "truth_source_item", item_records(streams, records, items, descriptions, suppliers, names)
    yield "truth_item_in_use", item_in_use(records, items)
    yield "truth_gtin_change", gtin_changes(items.table, records.item, records.changed_on)
    yield "truth_item_pair", item_pairs(records, descriptions)
    vendors = make_vendor_records(streams, suppliers, names, suppliers_in_use)
    yield "truth_source_supplier", vendor_records(streams, vendors, suppliers, names)
    yield "truth_supplier_in_use", supplier_in_use(vendors, suppliers)
    yield "truth_supplier_alias", supplier_aliases(suppliers, names)
