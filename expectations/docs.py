"""What was expected of every table and what was seen, last and over time, as a page that a browser opens from the disk.

Belongs here: reading `ops.quality_results`, writing the folder. Not here: what is expected. Great Expectations' own data docs
ask eighteen addresses outside for scripts and fonts, which a closed network has not, and know nothing of dbt's tests.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
# The last result of every check, and how often it failed of the times it was asked that are kept.
LAST = """
    SELECT table_schema, table_name, tool, check_name, coalesce(source_instance, '') AS source_instance,
        max_by(outcome, checked_at) AS outcome, max_by(severity, checked_at) AS severity,
        max_by(is_blocked, checked_at) AS is_blocked, max_by(owner, checked_at) AS owner,
        max_by(expected, checked_at) AS expected, max_by(seen, checked_at) AS seen,
        max(checked_at) AS checked_at, count(*) FILTER (WHERE outcome <> 'PASSED') AS failed, count(*) AS asked
    FROM ops.quality_results
    GROUP BY ALL
    ORDER BY table_schema, table_name, max_by(outcome, checked_at) = 'PASSED', tool DESC, check_name, source_instance
"""


def write_docs(connection: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """Write `folder/index.html` anew, whole or not at all."""
    cursor = connection.execute(LAST)
    names = [column[0] for column in cursor.description or ()]
    checks = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    tables: dict[str, list[Mapping[str, Any]]] = {}
    for check in checks:
        tables.setdefault(f"{check['table_schema']}.{check['table_name']}", []).append(check)
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    html = environment.get_template("docs.html.j2").render(
        tables=tables,
        failing=[check for check in checks if check["outcome"] != "PASSED"],
        asked=len(checks),
        at=max((check["checked_at"] for check in checks), default=None),
    )
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "index.html.partial"
    partial.write_text(html, encoding="utf-8")
    return partial.replace(folder / "index.html")
