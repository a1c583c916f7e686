"""What dbt asks of changes/touched.py, as a function of SQL on each of its connections: `profiles.yml` names this module.

Belongs here: text in, text out. Not here: how touched units are found (touched.py), and when (dbt_project/macros/changes.sql).
"""

import json
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from changes.touched import touched_units


class Plugin(BasePlugin):
    """Gives SQL `touched_units(model's SQL, unit, views, tables)`: a JSON object of queries by table."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        conn.create_function("touched_units", _touched_units, ["VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR")


def _touched_units(sql: str, unit: str, views: str, tables: str) -> str:
    arguments: list[Any] = [json.loads(text) for text in (unit, views, tables)]
    return json.dumps(touched_units(sql, *arguments))
