"""Dagster's event log in SQLite files, as Dagster keeps it, over connections that stay open.

Dagster's own storage opens and closes a file, and compiles its SQL anew, for each of a run's ten thousand events, and waits for
the disk twice: half of what a run costs beside its work. Not here: what is in the log, or how its tables look.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any

from dagster import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

# The file of all runs, and one of each run that is asked for: a web server is asked for many.
FILES_KEPT_OPEN = 8


class EventLog(SqliteEventLogStorage):
    """A killed process loses no event; a power cut may lose the last ones of a run's history."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None):
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._batch: ExitStack | None = None
        self._connected: dict[str, Connection] = {}
        # Dagster's own lock cannot be taken twice, and a batch holds it while each of its events asks for it.
        self._turn = threading.RLock()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "EventLog":
        return cls(inst_data=inst_data, **config_value)

    @property
    def supports_asset_checks(self) -> bool:
        """Dagster asks for every event of a check, and looks at the file each time."""
        return self._has_table_of_checks

    @cached_property
    def _has_table_of_checks(self) -> bool:
        return bool(super().supports_asset_checks)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """A run begins with an event for everything it plans: one transaction of each file, and not three an event."""
        with self._turn, ExitStack() as self._batch:
            try:
                for event in events:
                    self.store_event(event)
            finally:
                self._batch = None
                self._connected.clear()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._turn:
            if self._batch is None:
                with self._transaction(shard) as connection:
                    yield connection
            else:
                if shard not in self._connected:
                    self._connected[shard] = self._batch.enter_context(self._transaction(shard))
                yield self._connected[shard]

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        with self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None) or self._opened(shard)
        self._engines[shard] = engine
        while len(self._engines) > FILES_KEPT_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def _opened(self, shard: str) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(shard),
            # One connection, which the storage's lock gives to one thread at a time.
            poolclass=StaticPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _return_before_the_disk_has_it)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine

    def dispose(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _return_before_the_disk_has_it(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
