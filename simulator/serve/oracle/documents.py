"""The documents that are served: one DuckDB table per Parquet file, its children nested as in the file.

Belongs here: loading what is to be seen now, checking files against the declaration, and which rows a condition selects.
Not here: what a condition means (`queries.py`) and how a document is shown (`rendering.py`).
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np

from simulator.serve.oracle.model import Resource
from simulator.serve.oracle.queries import Condition
from simulator.serve.oracle.refusals import malformed

# Row numbers of the latest selections: a client that pages comes back with the same question.
KEPT_SELECTIONS = 64
# From when a document is shown, and until when (null: for good): TIMESTAMP, in UTC. No attribute ever shows them.
FROM, UNTIL = "_from", "_until"

Rows = range | np.ndarray


class WorldError(Exception):
    """A file of the world does not fit its declaration: the message names file, column and what is expected."""


class Relation(NamedTuple):
    """SQL of rows with the columns of a resource and `_row`, its bound values, and the state of the file behind it."""

    sql: str
    values: tuple[Any, ...] = ()
    state: tuple[Any, ...] = ()


class Documents:
    """The tables of one system. A file that has changed, or whose time has come, is read again at the next request."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder, self.now = folder, now
        # Compressed in memory; one thread, because a simulator shares its machine with what it is read by.
        self._database = duckdb.connect(config={"threads": 1, "autoload_known_extensions": False})
        self._database.execute("ATTACH ':memory:' AS served (COMPRESS)")
        # The first bound value makes DuckDB import pandas, which takes seconds: not while a client waits.
        self._database.execute("SELECT ?", [1])
        self._loaded: dict[str, tuple[Any, ...]] = {}
        self._selections: OrderedDict[tuple[Any, ...], Rows] = OrderedDict()
        self._lock = threading.Lock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._database.cursor()

    def table(self, resource: Resource) -> Relation:
        """The documents of a resource as they are shown now, in the order of its key. Raises WorldError."""
        name, path = f'served."{resource.name}"', self.folder / f"{resource.name}.parquet"
        found, now = path.stat() if path.exists() else None, self.now()
        state = (name, found.st_mtime_ns, found.st_size, now) if found else (name, 0, 0, now)
        with self._lock:
            if self._loaded.get(name) != state:
                self._load(name, resource, path if found else None, now)
                self._loaded[name] = state
                self._selections.clear()
        return Relation(name, (), state)

    def select(self, relation: Relation, condition: Condition | None, order: str) -> Rows:
        """The numbers of the rows that meet the condition, in `order` (empty: that of the relation)."""
        where, values = (condition.sql, condition.values) if condition else ("true", ())
        with self._lock:
            # With the file's state: what was selected before a change is never taken for what is there after it.
            key = (relation, where, values, order)
            if key in self._selections:
                self._selections.move_to_end(key)
                return self._selections[key]
        rows: Rows
        if condition or order:
            ordered = f"{order}, _row" if order else "_row"
            sql = f"SELECT _row FROM {relation.sql} WHERE {where} ORDER BY {ordered}"
            try:
                table = self.cursor().execute(sql, relation.values + values).to_arrow_table()
                rows = table["_row"].to_numpy()
            except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
                raise malformed("q: a value is outside of what its attribute can hold.") from error
        else:
            counted = self.cursor().execute(f"SELECT count(*) FROM {relation.sql}", relation.values).fetchone()
            rows = range(counted[0] if counted else 0)
        with self._lock:
            self._selections[key] = rows
            while len(self._selections) > KEPT_SELECTIONS:
                self._selections.popitem(last=False)
        return rows

    def _load(self, name: str, resource: Resource, path: Path | None, now: datetime) -> None:
        key = ", ".join(f'"{part}"' for part in resource.key)
        columns = ", ".join(f'"{column}"' for column in resource.columns)
        source = self._shown(path, resource, now) if path else f"(SELECT {_nothing(resource)} LIMIT 0)"
        numbered = f"SELECT row_number() OVER (ORDER BY {key}) - 1 AS _row, {columns} FROM {source} ORDER BY _row"
        cursor = self.cursor()
        cursor.execute(f"CREATE OR REPLACE TABLE {name} AS {numbered}")
        twice = f"SELECT {key} FROM {name} GROUP BY ALL HAVING count(*) > 1 LIMIT 1"
        if found := cursor.execute(twice).fetchone():
            raise WorldError(f"{resource.name}.parquet shows {found} twice at {now}: one version at a time")
        # Compresses what was loaded. Somebody reading just now forbids it; then the next load does it for both.
        with contextlib.suppress(duckdb.TransactionException):
            cursor.execute("CHECKPOINT served")

    def _shown(self, path: Path, resource: Resource, now: datetime) -> str:
        """SQL: the rows of the file that are to be seen now. Raises WorldError where the file is not as declared."""
        present = self._types(f"SELECT * FROM read_parquet('{path}')")
        versions = {FROM: "TIMESTAMP", UNTIL: "TIMESTAMP"} if {FROM, UNTIL} & set(present) else {}
        expected = self._types(f"SELECT {_nothing(resource)}") | versions
        for column, kind in expected.items():
            if present.get(column) != kind:
                raise WorldError(f"{path.name}: {column} is {present.get(column)}, and {kind} is served")
        if unknown := set(present) - set(expected):
            raise WorldError(f"{path.name} has columns that no attribute serves: {sorted(unknown)}")
        shown = f"{FROM} <= TIMESTAMP '{now}' AND ({UNTIL} IS NULL OR {UNTIL} > TIMESTAMP '{now}')"
        return f"read_parquet('{path}') WHERE {shown if versions else 'true'}"

    def _types(self, select: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.cursor().execute(f"DESCRIBE {select}").fetchall()}


def _nothing(resource: Resource) -> str:
    """SQL: the columns of a resource in their types, without values."""
    return ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in resource.columns.items())
