"""What dbt asks about a model's SQL, as functions of SQL on each of its connections: `profiles.yml` names this module.

Belongs here: text in, text out. Not here: how it is answered (touched.py, narrowed.py), and when it is asked
(dbt_project/macros/changes.sql).
"""

import json

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.func import FunctionNullHandling

from changes.narrowed import narrowed
from changes.query import columns_read
from changes.touched import touched_units

TEXT = "VARCHAR"


class Plugin(BasePlugin):
    """Gives SQL `what_it_reads(model's SQL, unit, views, tables)`, JSON of `columns` by table and the `narrowed` query or null,
    and `touched_units(model's SQL, unit, changed tables, views, tables)`, a query or null."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        conn.create_function(
            "touched_units", _touched_units, [TEXT] * 5, TEXT, null_handling=FunctionNullHandling.SPECIAL
        )
        conn.create_function("what_it_reads", _what_it_reads, [TEXT] * 4, TEXT)


def _touched_units(sql: str, unit: str, changed: str, views: str, tables: str) -> str | None:
    return touched_units(sql, json.loads(unit), json.loads(changed), json.loads(views), json.loads(tables))


def _what_it_reads(sql: str, unit: str, views: str, tables: str) -> str:
    listed, columns = json.loads(views), json.loads(tables)
    return json.dumps(
        {"columns": columns_read(sql, listed, columns), "narrowed": narrowed(sql, json.loads(unit), listed, columns)}
    )
