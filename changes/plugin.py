"""What dbt asks of changes/touched.py, as functions of SQL on each of its connections: `profiles.yml` names this module.

Belongs here: text in, text out. Not here: how touched units are found (touched.py), and when (dbt_project/macros/changes.sql).
"""

import json

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.func import FunctionNullHandling

from changes.touched import columns_read, touched_units

TEXT = "VARCHAR"


class Plugin(BasePlugin):
    """Gives SQL `touched_units(model's SQL, unit, changed tables, views, tables)`, a query or null, and
    `columns_read(model's SQL, views, tables)`, a JSON object of columns by table."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        conn.create_function(
            "touched_units", _touched_units, [TEXT] * 5, TEXT, null_handling=FunctionNullHandling.SPECIAL
        )
        conn.create_function("columns_read", _columns_read, [TEXT] * 3, TEXT)


def _touched_units(sql: str, unit: str, changed: str, views: str, tables: str) -> str | None:
    return touched_units(sql, json.loads(unit), json.loads(changed), json.loads(views), json.loads(tables))


def _columns_read(sql: str, views: str, tables: str) -> str:
    return json.dumps(columns_read(sql, json.loads(views), json.loads(tables)))
