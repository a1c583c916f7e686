"""What dbt asks about a model's SQL, as functions of SQL on each of its connections: `profiles.yml` names this module.

Belongs here: text in, text out. Not here: how it is answered (touched.py, narrowed.py), and when it is asked
(dbt_project/macros/changes.sql).
"""

import json

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.func import FunctionNullHandling

from changes.narrowed import narrowed
from changes.touched import columns_read, touched_units

TEXT = "VARCHAR"


class Plugin(BasePlugin):
    """Gives SQL `touched_units(SQL of a model, unit, changed tables, views, tables)` and `narrowed(SQL, unit, views, tables)`,
    each a query or null, and `columns_read(SQL, views, tables)`, a JSON object of columns by table."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        conn.create_function(
            "touched_units", _touched_units, [TEXT] * 5, TEXT, null_handling=FunctionNullHandling.SPECIAL
        )
        conn.create_function("narrowed", _narrowed, [TEXT] * 4, TEXT, null_handling=FunctionNullHandling.SPECIAL)
        conn.create_function("columns_read", _columns_read, [TEXT] * 3, TEXT)


def _touched_units(sql: str, unit: str, changed: str, views: str, tables: str) -> str | None:
    return touched_units(sql, json.loads(unit), json.loads(changed), json.loads(views), json.loads(tables))


def _narrowed(sql: str, unit: str, views: str, tables: str) -> str | None:
    return narrowed(sql, json.loads(unit), json.loads(views), json.loads(tables))


def _columns_read(sql: str, views: str, tables: str) -> str:
    return json.dumps(columns_read(sql, json.loads(views), json.loads(tables)))
