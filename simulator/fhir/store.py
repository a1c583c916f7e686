"""What the FHIR server holds: every version of every resource, seen as of a clock.

Belongs here: which versions are current, which resources are deleted, what changed since an instant, new versions.
Not here: HTTP, search parameters (`search.py`), export jobs (`exports.py`), faults (`faults.py`), how the files are
made (`ndjson.py`, simulator/systems/ehr). Every instant is UTC without a zone, as in the files.

One file a type, `<Type>.parquet`, one row a version in the shape of VERSIONS: it is shown from `_from` until `_until`;
the row of a deletion has no resource. Only what tells versions apart is kept in memory, bodies stay in their file.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

# simplejson keeps a decimal as it was written: 40.10 stays 40.10, as a real server answers.
import simplejson as json
from numpy.typing import NDArray

from simulator.fhir.bodies import Bodies

VERSIONS = pa.schema(
    [
        ("id", pa.string()),
        ("last_updated", pa.timestamp("us")),
        ("resource", pa.string()),
        ("_from", pa.timestamp("us")),
        ("_until", pa.timestamp("us")),
        ("is_deleted", pa.bool_()),
    ]
)
VISIBLE = "_from <= ? AND (_until IS NULL OR _until > ?)"
# Row numbers of the latest searches: a client that pages comes back with the same question.
KEPT_SELECTIONS = 32

# Numbers of versions within their type, in the order of the file, what came later behind it.
Rows = NDArray[np.int64]


class UnknownResourceError(Exception):
    """A resource that the caller wants to delete is not there."""


def parse(text: str | bytes) -> dict:
    parsed: dict = json.loads(text, use_decimal=True)
    return parsed


def render(value: object) -> bytes:
    return json.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":")).encode()


def parse_instant(text: str) -> datetime:
    """An instant with a zone, as UTC. Raises ValueError for anything else, a `+` that arrived as a blank included."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"instant without a zone: {text!r}")
    return instant.astimezone(UTC).replace(tzinfo=None)


def format_instant(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds") + "Z"


class MachineClock:
    """The machine's time plus what a test has added. Two readings are never equal."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._last = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)

    def now(self) -> datetime:
        instant = datetime.now(UTC).replace(tzinfo=None) + self._ahead
        instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
        self._last = max(instant, self._last + timedelta(milliseconds=1))
        return self._last

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Condition:
    """SQL over id and last_updated, with its bound values."""

    sql: str
    values: tuple[Any, ...] = ()


class Store:
    """The versions in a folder, and those that came since. `now` is the time at which they are seen."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.now = now
        # Compressed in memory; one thread, because a simulator shares its machine with what it is read by.
        self._database = duckdb.connect(config={"threads": 1, "autoload_known_extensions": False})
        self._database.execute("ATTACH ':memory:' AS held (COMPRESS)")
        self._lock = threading.RLock()
        self._files = {file.stem: file for file in folder.glob("*.parquet")}
        self._bodies: dict[str, Bodies] = {}
        self._selections: OrderedDict[tuple, Rows] = OrderedDict()

    def types(self) -> list[str]:
        return sorted(self._files.keys() | self._bodies.keys())

    def counts(self) -> dict[str, int]:
        """Current resources of each type that has any."""
        now, counted = self.now(), {}
        for type_ in self.types():
            with self._lock:
                query = f"SELECT count(*) FROM {self._table(type_)} WHERE {VISIBLE} AND NOT is_deleted"
                counted[type_] = self._database.execute(query, (now, now)).fetchall()[0][0]
        return {type_: count for type_, count in counted.items() if count}

    def select(self, type_: str, conditions: tuple[Condition, ...] = (), order: str = "row") -> Rows:
        """The current versions of a type that meet every condition. Ties of the order go by id."""
        where = " AND ".join([VISIBLE, "NOT is_deleted", *(condition.sql for condition in conditions)])
        now = self.now()
        values = (now, now, *(value for condition in conditions for value in condition.values))
        key = (type_, where, str(values), order)
        with self._lock:
            if key not in self._selections:
                query = f"SELECT row FROM {self._table(type_)} WHERE {where} ORDER BY {order}, id"
                self._selections[key] = np.asarray(self._database.execute(query, values).fetchnumpy()["row"])
            self._selections.move_to_end(key)
            while len(self._selections) > KEPT_SELECTIONS:
                self._selections.popitem(last=False)
            return self._selections[key]

    def changed_since(self, type_: str, since: datetime | None) -> Rows:
        return self.select(type_, (Condition("last_updated > ?", (since,)),) if since else ())

    def bodies(self, type_: str, rows: Rows) -> list[bytes]:
        """What is sent for each row, byte for byte."""
        with self._lock:
            self._table(type_)
            return self._bodies[type_].read(rows)

    def deleted(self, types: list[str], since: datetime) -> list[tuple[str, str]]:
        """(type, id) of what was deleted after `since`, of all types when none is named."""
        now, found = self.now(), []
        for type_ in sorted(types) or self.types():
            with self._lock:
                query = f"SELECT id FROM {self._table(type_)} WHERE {VISIBLE} AND is_deleted AND last_updated > ?"
                rows = self._database.execute(f"{query} ORDER BY id", (now, now, since)).fetchall()
            found += [(type_, id_) for (id_,) in rows]
        return found

    def upsert(self, content: dict, keep_meta: bool = False) -> bytes:
        """Store a new version and return it: versionId counts up and lastUpdated is now.

        With `keep_meta` the caller's own meta stands, for a version that arrives late or is stamped in the future.
        """
        type_, id_ = content["resourceType"], content["id"]
        meta, now = dict(content.get("meta", {})), self.now()
        if not (keep_meta and "lastUpdated" in meta):
            previous = self.bodies(type_, self.select(type_, (Condition("id = ?", (id_,)),)))
            known = parse(previous[0]).get("meta", {}).get("versionId", "1") if previous else "0"
            meta |= {"versionId": str(int(known) + 1), "lastUpdated": format_instant(now)}
        body = render(content | {"meta": meta})
        self._add(type_, id_, parse_instant(meta["lastUpdated"]), now, body)
        return body

    def touch(self, type_: str, row: int) -> None:
        """A new version with the same content: what an unrelated edit at the source looks like."""
        self.upsert(parse(self.bodies(type_, np.array([row]))[0]))

    def delete(self, type_: str, id_: str) -> None:
        """Raises UnknownResourceError when there is no such resource."""
        if not len(self.select(type_, (Condition("id = ?", (id_,)),))):
            raise UnknownResourceError(f"{type_}/{id_}")
        now = self.now()
        self._add(type_, id_, now, now, None)

    def _add(self, type_: str, id_: str, last_updated: datetime, now: datetime, body: bytes | None) -> None:
        """A version from now on, in place of the one that is shown now; without a body it is a deletion."""
        with self._lock:
            table = self._table(type_)
            self._database.execute(f"UPDATE {table} SET _until = ? WHERE id = ? AND {VISIBLE}", (now, id_, now, now))
            version = (self._bodies[type_].add(body or b""), id_, last_updated, now, None, body is None)
            self._database.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", version)
            self._selections.clear()

    def _table(self, type_: str) -> str:
        """The name of a type's table of versions, made when it is first asked for."""
        name = f'held."{type_}"'
        with self._lock:
            if type_ not in self._bodies:
                self._database.execute(
                    f"CREATE TABLE {name} (row BIGINT, id VARCHAR, last_updated TIMESTAMP, "
                    "_from TIMESTAMP, _until TIMESTAMP, is_deleted BOOLEAN)"
                )
                if file := self._files.get(type_):
                    columns = "file_row_number, id, last_updated, _from, _until, is_deleted"
                    source = f"read_parquet('{file}', file_row_number = true)"
                    self._database.execute(f"INSERT INTO {name} SELECT {columns} FROM {source}")
                    # Compresses what was loaded.
                    self._database.execute("CHECKPOINT held")
                self._bodies[type_] = Bodies(self._files.get(type_))
        return name
