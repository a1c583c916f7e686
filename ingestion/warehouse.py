"""The one way to the warehouse file: one read-write connection in a process, one lock between processes.

Not here: what is in it (landing/ledger.py for ops, dlt for raw, dbt for the rest).
"""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

import duckdb

# One set of settings for every connection: DuckDB refuses two connections of one process that differ in them.
CONNECTION_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


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
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._lock: int | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise RuntimeError("the warehouse is not open: use it in a `with` block")
        return self._connection

    def __enter__(self) -> "Warehouse":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._acquire_lock()
        try:
            self._connection = duckdb.connect(str(self.path), config=CONNECTION_CONFIG)
            self._connection.execute("SET TimeZone = 'UTC'")
        except BaseException:
            self._release_lock()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
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
