"""The one way to the warehouse file: one user in a process at a time, one lock between processes.

Not here: what is in it (landing/ledger.py for ops, dlt for raw, dbt for the rest).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import duckdb

# One set of settings for every connection: DuckDB refuses two connections of one process that differ in them.
CONNECTION_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


# Warehouses that are open between two uses, each with its lock, and the blocks of `kept_open` that want them so.
_kept: dict[Path, tuple[duckdb.DuckDBPyConnection, int]] = {}
_keepers: list[object] = []


class WarehouseBusyError(Exception):
    """Another process holds the warehouse; the message names it."""


class Warehouse:
    """The warehouse file, open for writing: `with Warehouse(path) as warehouse: warehouse.connection.execute(...)`.

    DuckDB allows one writing process. A lock file beside the database makes the second one wait (`wait` seconds) and
    then say who holds it, instead of failing somewhere in a library.
    """

    def __init__(self, path: Path, wait: float = 0.0):
        self.path = path
        self._wait = wait
        self._database: duckdb.DuckDBPyConnection | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._lock: int | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise RuntimeError("the warehouse is not open: use it in a `with` block")
        return self._connection

    def __enter__(self) -> "Warehouse":
        if kept := _kept.pop(self.path.resolve(), None):
            self._database, self._lock = kept
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._acquire_lock()
        try:
            self._database = self._database or duckdb.connect(str(self.path), config=CONNECTION_CONFIG)
            # One of its own for each use: what a use leaves behind, temporary tables and settings, goes with it.
            self._connection = self._database.cursor()
            self._connection.execute("SET TimeZone = 'UTC'")
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None and _keepers and self._connection and self._database and self._lock is not None:
            self._connection.close()
            _kept[self.path.resolve()] = self._database, self._lock
            self._connection = self._database = self._lock = None
        else:
            self._close()

    def _close(self) -> None:
        for connection in (self._connection, self._database):
            if connection is not None:
                connection.close()
        self._connection = self._database = None
        self._release_lock()

    def _acquire_lock(self) -> None:
        lock_path = self.path.with_suffix(".lock")
        self._lock = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = lock_path.read_text(encoding="utf-8") or "unknown"
                    os.close(self._lock)
                    self._lock = None
                    raise WarehouseBusyError(
                        f"{self.path} is being written by process {holder}. Wait for it, or stop it if it hangs."
                    ) from None
                time.sleep(0.2)
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


@contextmanager
def kept_open() -> Iterator[None]:
    """In this block a warehouse stays open, and locked, from one use to the next, until `let_go`: to open one is to read all
    that is in it, half a second where there are a thousand views, and a run uses it thirty times."""
    _keepers.append(object())
    try:
        yield
    finally:
        _keepers.pop()
        if not _keepers:
            for path in list(_kept):
                let_go(path)


def let_go(path: Path) -> None:
    """Close a warehouse that is kept open, for another process to use it."""
    if kept := _kept.pop(path.resolve(), None):
        database, lock = kept
        database.close()
        os.close(lock)
