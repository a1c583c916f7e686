"""The rows that are served: one DuckDB table per Parquet file, typed as declared, numbered in the order of the feed.

Belongs here: loading what is to be seen now, checking files against the declaration, and which row numbers a condition
selects. Not here: what a condition means (`filters.py`) and how a row is shown (`rendering.py`).
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from simulator.serve.clock import in_the_end
from simulator.serve.odata.model import EntitySet, Property, Service
from simulator.serve.odata.refusals import malformed

# Row numbers of the latest filtered and sorted feeds: a client that pages comes back with the same question.
KEPT_SELECTIONS = 64
FIRST_DATE = "TIMESTAMP '1900-01-01 12:00:00'"
# From when a system shows a row, and until when (null: for good): TIMESTAMP, in UTC. No property ever shows them.
FROM, UNTIL = "_from", "_until"


class WorldError(Exception):
    """A file of the world does not fit its declaration: the message names file, column and what is expected."""


@dataclass(frozen=True)
class Condition:
    """SQL over the columns of one table, with its bound values."""

    sql: str
    values: tuple[Any, ...] = ()


Rows = range | np.ndarray


@dataclass(frozen=True)
class _State:
    """What a table was loaded from: its file as it was, and the time if the file knows versions."""

    modified: int
    size: int
    at: datetime | None = None


class Tables:
    """The tables of one system. A file that has changed on disk is read again at the next request for it.

    A file with versions is served as it is to be seen at `now()`, and read again when that has moved.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = in_the_end) -> None:
        self.folder, self.now = folder, now
        # Compressed in memory; one thread, because a simulator shares its machine with what it is read by.
        self._database = duckdb.connect(config={"threads": 1, "autoload_known_extensions": False})
        self._database.execute("ATTACH ':memory:' AS served (COMPRESS)")
        self._loaded: dict[str, _State] = {}
        self._selections: OrderedDict[tuple, Rows] = OrderedDict()
        self._lock = threading.Lock()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._database.cursor()

    def table(self, service: Service, entity_set: EntitySet) -> str:
        """The name of a set's table, loaded as its file is now. Raises WorldError."""
        name = f'served."{service.namespace}.{entity_set.name}"'
        path = self.folder / f"{entity_set.file}.parquet"
        stat = path.stat() if path.exists() else None
        modified, size = (stat.st_mtime_ns, stat.st_size) if stat else (0, 0)
        now = self.now()
        with self._lock:
            if self._loaded.get(name) not in (_State(modified, size), _State(modified, size, now)):
                knows_versions = self._load(name, service, entity_set, path if stat else None, now)
                self._loaded[name] = _State(modified, size, now if knows_versions else None)
                self._selections.clear()
        return name

    def select(self, table: str, conditions: list[Condition], order: str) -> Rows:
        """The numbers of the rows that meet every condition, in `order` (empty: that of the feed)."""
        values = tuple(value for condition in conditions for value in condition.values)
        where = " AND ".join(f"({condition.sql})" for condition in conditions)
        with self._lock:
            # With the file's state: what was selected before a change is never taken for what is there after it.
            key = (table, self._loaded[table], where, values, order)
            if key in self._selections:
                self._selections.move_to_end(key)
                return self._selections[key]
        rows: Rows
        if not conditions and not order:
            found = self.cursor().execute(f"SELECT count(*) FROM {table}").fetchone()
            rows = range(found[0] if found else 0)
        else:
            where = f"WHERE {where}" if conditions else ""
            ordered = f"{order}, _row" if order else "_row"
            try:
                result = self.cursor().execute(f"SELECT _row FROM {table} {where} ORDER BY {ordered}", values)
                rows = np.asarray(result.fetchnumpy()["_row"])
            except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
                raise malformed("A literal is outside of what its property can hold") from error
        with self._lock:
            self._selections[key] = rows
            while len(self._selections) > KEPT_SELECTIONS:
                self._selections.popitem(last=False)
        return rows

    def _load(self, name: str, service: Service, entity_set: EntitySet, path: Path | None, now: datetime) -> bool:
        """Load a set's rows of `now`; whether its file knows versions. Raises WorldError."""
        present = self._columns(path) if path else {}
        shown = _shown(entity_set, present, now)
        declared = {property_.column for property_ in entity_set.properties} | {FROM, UNTIL}
        # A set that reads another set's file shows what it has names for; a file of one's own is served whole.
        if entity_set.file == entity_set.name and (unknown := set(present) - declared):
            raise WorldError(f"{entity_set.file}.parquet has columns that no property serves: {sorted(unknown)}")
        columns = ", ".join(
            f'{_column(entity_set, property_, present, service)} AS "{property_.name}"'
            for property_ in entity_set.properties
        )
        source = f"read_parquet('{path}', file_row_number = true)" if path else "(SELECT 0 AS file_row_number LIMIT 0)"
        # The number in the feed has no holes; the number in the file is a version's own, whatever else is shown.
        numbers = "row_number() OVER (ORDER BY file_row_number) - 1 AS _row, file_row_number AS _record"
        cursor = self.cursor()
        try:
            cursor.execute(
                f"CREATE OR REPLACE TABLE {name} AS SELECT {numbers}, {columns} FROM {source} {shown} ORDER BY 1"
            )
        except duckdb.Error as error:
            raise WorldError(f"{entity_set.file}.parquet cannot be served as declared: {error}") from error
        if shown:
            self._refuse_two_versions(name, entity_set, now)
        # Compresses what was loaded. Somebody reading just now forbids it; then the next load does it for both.
        with contextlib.suppress(duckdb.TransactionException):
            cursor.execute("CHECKPOINT served")
        return bool(shown)

    def _refuse_two_versions(self, name: str, entity_set: EntitySet, now: datetime) -> None:
        key = ", ".join(f'"{part}"' for part in entity_set.key)
        twice = f"SELECT {key} FROM {name} GROUP BY ALL HAVING count(*) > 1 LIMIT 1"
        if found := self.cursor().execute(twice).fetchone():
            raise WorldError(f"{entity_set.file}.parquet shows {found} twice at {now}: one version at a time")

    def _columns(self, path: Path) -> dict[str, str]:
        described = self.cursor().execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
        return {row[0]: row[1] for row in described}


def _shown(entity_set: EntitySet, present: dict[str, str], now: datetime) -> str:
    """SQL: which rows of the file are to be seen now; empty for a file that knows no versions."""
    if FROM not in present and UNTIL not in present:
        return ""
    if (present.get(FROM), present.get(UNTIL)) != ("TIMESTAMP", "TIMESTAMP"):
        raise WorldError(f"{entity_set.file}.parquet: {FROM} and {UNTIL} are both TIMESTAMP in UTC, or both not there")
    at = f"TIMESTAMP '{now}'"
    return f"WHERE {FROM} <= {at} AND ({UNTIL} IS NULL OR {UNTIL} > {at})"


# What a column of the file may be, for each kind of property.
_FITTING = {
    "VARCHAR": ("VARCHAR",),
    "BOOLEAN": ("BOOLEAN",),
    "UTINYINT": ("INTEGER", "BIGINT", "UTINYINT", "SMALLINT"),
    "SMALLINT": ("INTEGER", "BIGINT", "SMALLINT"),
    "INTEGER": ("INTEGER", "BIGINT", "SMALLINT"),
    "BIGINT": ("INTEGER", "BIGINT"),
    "UUID": ("UUID", "VARCHAR"),
    "DATE": ("DATE",),
    "TIMESTAMP": ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP_MS", "DATE"),
    "TIME": ("TIME", "TIME_NS"),
    "DECIMAL": ("DECIMAL", "INTEGER", "BIGINT"),
}


def _column(entity_set: EntitySet, property_: Property, present: dict[str, str], service: Service) -> str:
    """SQL that reads a property from the file: null where the file lacks it, refused where digits would be lost."""
    column, type_ = f'"{property_.column}"', property_.sql_type
    if property_.column not in present:
        read = f"NULL::{type_}"
    elif present[property_.column].partition("(")[0] not in _FITTING[type_.partition("(")[0]]:
        raise WorldError(
            f"{entity_set.file}.parquet: {property_.column} is {present[property_.column]}, "
            f"and {property_.kind} is served from {' or '.join(_FITTING[type_.partition('(')[0]])}"
        )
    elif type_.startswith("DECIMAL"):
        lost = f"error('{property_.column} has more than {property_.scale} decimals: ' || {column}::VARCHAR)"
        read = f"CASE WHEN {column}::{type_} = {column} OR {column} IS NULL THEN {column}::{type_} ELSE {lost} END"
    elif present[property_.column] == "TIMESTAMP WITH TIME ZONE":
        # Not a cast: that would take the time zone of this machine where DuckDB has its ICU extension.
        read = f"make_timestamp(epoch_us({column}))"
    elif property_.kind == "NoonDate":
        read = f"{column}::TIMESTAMP + INTERVAL 12 HOUR"
    else:
        read = f"{column}::{type_}"
    return _without_null(read, property_, service) if service.flavour == "d365" else read


def _without_null(read: str, property_: Property, service: Service) -> str:
    """Finance and Operations knows no null: empty text, zero, an enum's first member, 1900-01-01 for no date."""
    if property_.kind == "Enum":
        return f"coalesce({read}, '{service.enums[property_.size or ''][0]}')"
    kind = property_.sql_type.partition("(")[0]
    empty = {"VARCHAR": "''", "TIMESTAMP": FIRST_DATE, "UUID": "'00000000-0000-0000-0000-000000000000'::UUID"}
    return f"coalesce({read}, {empty.get(kind, '0')})"
