"""A warehouse of a test's own, and loads of real instances into it.

Belongs here: what tests of a connector share. Not here: the served network (conftest.py), or any test. Every load made here
is checked for its accounts.
"""

import base64
from pathlib import Path
from typing import Any

from ingestion.instances import Instance
from ingestion.landing.land import Mode, land
from ingestion.landing.ledger import LoadReport
from ingestion.landing.minimise import Minimiser
from ingestion.landing.raw import VERSION_ORDER
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse

KEY = b"0123456789abcdef0123456789abcdef"


class Landed:
    """A context: its warehouse is open inside of it."""

    def __init__(self, folder: Path):
        self.settings = Settings(
            home=folder, archive_key=base64.b64encode(KEY).decode(), pseudonym_key=base64.b64encode(KEY).decode()
        )
        self.warehouse = Warehouse(self.settings.warehouse_path)

    def __enter__(self) -> "Landed":
        self.warehouse.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.warehouse.__exit__(None, None, None)

    def load(self, instance: Instance, mode: Mode = "incremental") -> LoadReport:
        report = land(self.warehouse, instance, self.settings, mode=mode)
        for item in report.objects.values():
            parts = (item.landed, item.duplicate, item.superseded, item.quarantined, item.out_of_scope)
            assert item.fetched == sum(parts), item
            assert min(parts) >= 0, item
            assert item.unaccounted == 0, item
        return report

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.warehouse.connection.execute(sql, list(values)).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def see_current(self, table: str, *children: str) -> None:
        """Views `current_<table>` of the live current rows of a root table, and of the lines that belong to them."""
        name = table.split(".")[1]
        self.rows(
            f"CREATE OR REPLACE TEMP VIEW current_{name} AS SELECT * FROM {table} "
            f"WHERE _load_id IN (SELECT load_id FROM ops.load WHERE status = 'COMPLETE') "
            f"QUALIFY row_number() OVER (PARTITION BY _source_instance, _business_key ORDER BY {VERSION_ORDER}) = 1 "
            f"AND _op = 'UPSERT'"
        )
        for child in children:
            self.rows(
                f"CREATE OR REPLACE TEMP VIEW current_{child.split('.')[1]} AS SELECT line.* FROM {child} AS line "
                f"JOIN current_{name} AS document ON line._parent_row_key = document._row_key"
            )


def pseudonym(assigner: str, domain: str, value: str, is_network_wide: bool = False) -> str:
    return Minimiser(KEY, assigner).pseudonym(domain, value, is_network_wide)
