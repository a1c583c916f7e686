"""What the SAP system of the network shows: its entity sets, in versions over time, one module for each area of it.

Belongs here: the order in which the areas are made. Not here: names and types of the entity sets (simulator/serve/odata),
the facts (simulator/network).
"""

from pathlib import Path

import duckdb

from simulator.serve.odata.model import EntitySet
from simulator.serve.odata.sap import SERVICES
from simulator.systems.masters import master_records
from simulator.systems.orders import order_views
from simulator.systems.sap import goods, invoices, ledger, masters, numbers, purchasing, sourcing
from simulator.systems.sap.parts import write_whole
from simulator.systems.truth import empty_where_missing, open_truth

# Sets of the v4 service read the files of the v2 one.
SETS: dict[str, EntitySet] = {
    entity_set.file: entity_set for service in SERVICES if service.version == 2 for entity_set in service.sets
}
SELECTS = {
    **masters.SELECTS, **purchasing.SELECTS, **invoices.SELECTS, **sourcing.SELECTS, goods.SERIAL: goods.SERIALS,
}  # fmt: skip


def write_sap(truth: Path, folder: Path) -> dict[str, int]:
    """Write every entity set of the SAP system from the truth's files; returns the rows (versions) of each."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_truth(truth) as connection:
        _make_views(connection)
        rows = {name: write_whole(connection, SETS[name], select, folder) for name, select in SELECTS.items()}
        rows |= goods.write_goods(connection, SETS, folder)
        return rows | ledger.write_ledger(connection, SETS, folder)


def _make_views(connection: duckdb.DuckDBPyConnection) -> None:
    empty_where_missing(connection, sourcing.OPTIONAL)
    connection.execute(numbers.VIEWS)
    master_records(connection, numbers.SOURCE)
    connection.execute(numbers.STOCK_RECORDS)
    order_views(connection)
    for area in (masters, sourcing, purchasing, invoices, goods, ledger):
        connection.execute(area.VIEWS)
