"""The documents that are served: Parquet files with nested columns, each row a version that holds for a time.

Belongs here: loading, which rows hold at `now` and meet conditions, and a page of them as JSON text. A row is shown from
`_from` until `_until` (UTC; null: for ever). Not here: paths, pages, parameters (one module a service).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.serve.saas.wire import Fields, Style, document

# Row numbers of the latest selections: a client that pages by offset comes back with the same question.
KEPT_SELECTIONS = 64
AT_NOW = "_from <= ? AND (_until IS NULL OR _until > ?)"


class WorldError(Exception):
    """A world's file is not there or not fit to be served: the message names it and says what to do."""


@dataclass(frozen=True)
class Condition:
    """SQL over the columns of one table, with its bound values."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Table:
    name: str
    schema: pa.Schema


class Documents:
    """The documents of one system, at the time that `now` gives (UTC without a zone), in the system's style."""

    def __init__(self, folder: Path, now: Callable[[], datetime], style: Style) -> None:
        self.folder, self.now, self.style = folder, now, style
        # Compressed in memory; one thread, because a simulator shares its machine with what it is read by.
        self._database = duckdb.connect(config={"threads": 1, "autoload_known_extensions": False})
        self._database.execute("ATTACH ':memory:' AS served (COMPRESS)")
        self._tables: dict[str, Table] = {}
        self._selections: OrderedDict[tuple, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._database.cursor()

    def table(self, kind: str) -> Table:
        """The table of a kind of document, loaded when it is first asked for. Raises WorldError."""
        with self._lock:
            if kind not in self._tables:
                self._tables[kind] = self._load(kind)
            return self._tables[kind]

    def holding(self, *conditions: Condition) -> Condition:
        """What holds now and meets every condition."""
        now = self.now()
        sql = " AND ".join([AT_NOW, *(f"({condition.sql})" for condition in conditions)])
        return Condition(sql, (now, now, *(value for condition in conditions for value in condition.values)))

    def select(self, kind: str, conditions: list[Condition], order: str) -> np.ndarray:
        """The numbers of the rows that hold now and meet every condition, in `order`."""
        table, where = self.table(kind), self.holding(*conditions)
        key = (kind, where, order)
        with self._lock:
            if key in self._selections:
                self._selections.move_to_end(key)
                return self._selections[key]
        rows = self._numbers(table, where, order)
        with self._lock:
            self._selections[key] = rows
            while len(self._selections) > KEPT_SELECTIONS:
                self._selections.popitem(last=False)
        return rows

    def first(self, kind: str, conditions: list[Condition], order: str, limit: int) -> np.ndarray:
        """As `select`, but only the first `limit` of them: for pages that begin after a key."""
        return self._numbers(self.table(kind), self.holding(*conditions), order, limit)

    def render(self, kind: str, rows: np.ndarray, fields: Fields = None) -> str:
        """The documents of these rows as JSON objects joined by commas, in the order of `rows`."""
        if not len(rows):
            return ""
        table = self.table(kind)
        text = document(table.schema, self.style, fields)
        first, last = int(rows[0]), int(rows[-1])
        if last - first + 1 == len(rows) and bool(np.all(np.diff(rows) == 1)):
            source, values = f"{table.name} WHERE _row BETWEEN {first} AND {last}", []
            order = "_row"
        else:
            numbers = "SELECT unnest(?::BIGINT[]) AS _row, generate_subscripts(?::BIGINT[], 1) AS _at"
            # Rows of a page lie close together, as rows are kept in the order in which they came to be: the rest is not read.
            near = f"SELECT * FROM {table.name} WHERE _row BETWEEN {rows.min()} AND {rows.max()}"
            source, values = f"({near}) JOIN ({numbers}) USING (_row)", [rows.tolist()] * 2
            order = "_at"
        found = self.cursor().execute(f"SELECT string_agg({text}, ',' ORDER BY {order}) FROM {source}", values)
        return str(found.fetchall()[0][0])

    def change(self, kind: str, rows: np.ndarray, assignment: Condition) -> None:
        """Set columns of rows, in memory only: what a client told the service. A new version does not know of it."""
        values = (*assignment.values, rows.tolist())
        sql = f"UPDATE {self.table(kind).name} SET {assignment.sql} WHERE list_contains(?::BIGINT[], _row)"
        with self._lock:
            self.cursor().execute(sql, values)
            self._selections.clear()

    def _numbers(self, table: Table, where: Condition, order: str, limit: int | None = None) -> np.ndarray:
        most = "" if limit is None else f"LIMIT {limit}"
        sql = f"SELECT _row FROM {table.name} WHERE {where.sql} ORDER BY {order} {most}"
        return np.asarray(self.cursor().execute(sql, where.values).fetchnumpy()["_row"])

    def _load(self, kind: str) -> Table:
        path = self.folder / f"{kind}.parquet"
        if not path.exists():
            raise WorldError(f"{path} is not there: make the world anew, so that it has what this system shows.")
        schema = pq.read_schema(path)
        if missing := {"_from", "_until"} - set(schema.names):
            raise WorldError(
                f"{path} has no {' and no '.join(sorted(missing))}: a row says from when to when it holds."
            )
        name = f'served."{kind}"'
        self._database.cursor().execute(
            f"CREATE TABLE {name} AS SELECT row_number() OVER (ORDER BY _from, file_row_number) - 1 AS _row, "
            f"* EXCLUDE (file_row_number) FROM read_parquet('{path}', file_row_number = true) ORDER BY 1"
        )
        return Table(name, schema)
