"""Raw tables written by hand, in the shape that landing gives them: what the tests of the dbt project start from.

Belongs here: how a record becomes raw rows. Not here: which records there are (hospital.py), or how dbt is run (runs.py).
"""

import datetime
import hashlib
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from costing import tables as costing_tables
from ingestion.contracts.model import Contract, ObjectContract
from ingestion.contracts.reader import known_systems, load_contract
from ingestion.landing.ledger import Ledger
from mastering import tables as mastering_tables

INSTANCE = "tryton_main"
RAW_COLUMNS = {
    "_source_instance": "VARCHAR", "_business_key": "VARCHAR", "_row_key": "VARCHAR", "_payload_hash": "VARCHAR",
    "_version_no": "BIGINT", "_changed_at": "TIMESTAMP", "_occurred_at": "TIMESTAMP", "_op": "VARCHAR",
    "_contract_version": "VARCHAR", "_load_id": "VARCHAR", "_loaded_at": "TIMESTAMP",
}  # fmt: skip
CHILD_COLUMNS = {
    "_source_instance": "VARCHAR", "_parent_row_key": "VARCHAR", "_row_key": "VARCHAR", "_line_no": "BIGINT",
    "_load_id": "VARCHAR", "_loaded_at": "TIMESTAMP",
}  # fmt: skip
# What a load is told of in ops.*, of the columns that these tables have.
OPS = {
    "load": {
        "load_id": "VARCHAR", "source_instance": "VARCHAR", "system": "VARCHAR", "status": "VARCHAR",
        "started_at": "TIMESTAMP", "finished_at": "TIMESTAMP",
    },
    "load_audit": {
        "load_id": "VARCHAR", "source_instance": "VARCHAR", "system": "VARCHAR", "object": "VARCHAR",
        "status": "VARCHAR", "fetched": "BIGINT", "landed": "BIGINT", "quarantined": "BIGINT", "unaccounted": "BIGINT",
        "difference": "BIGINT",
    },
}  # fmt: skip


def column_types(obj: ObjectContract) -> dict[str, str]:
    return {column.name: column.sql_type for column in obj.landed_columns}


@cache
def contract_of(system: str) -> Contract:
    return load_contract(system)


class RawWorld:
    """A warehouse with the raw tables of every contract, one system's filled record by record: `world.put("party", id=1, ...)`.

    A record put again, with a later `at`, is its next version. `load` begins a load, which counts as complete unless
    said otherwise. Used in a `with` block: dbt needs the file closed.
    """

    def __init__(self, path: Path, system: str = "tryton", instance: str = INSTANCE):
        self.path, self.contract, self.instance = path, contract_of(system), instance
        self.load_id, self.loaded_at = "", datetime.datetime(2026, 1, 1)
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def __enter__(self) -> "RawWorld":
        is_new = not self.path.exists()
        self.connection = duckdb.connect(str(self.path))
        self.connection.execute("BEGIN")
        if is_new:
            self._create()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write()
        self.connection.execute("COMMIT" if kind is None else "ROLLBACK")
        self.connection.close()

    def load(self, load_id: str, status: str = "COMPLETE") -> None:
        self.load_id = load_id
        self.loaded_at = datetime.datetime(2026, 11, 1) + datetime.timedelta(hours=int(load_id))
        self._insert("ops.load", OPS["load"], {
            "load_id": load_id, "source_instance": self.instance, "system": self.contract.system, "status": status,
            "started_at": self.loaded_at, "finished_at": self.loaded_at,
        })  # fmt: skip
        for obj in self.contract.objects:
            self._insert("ops.load_audit", OPS["load_audit"], {
                "load_id": load_id, "source_instance": self.instance, "system": self.contract.system,
                "object": obj.name, "status": status, "fetched": 0, "landed": 0, "quarantined": 0, "unaccounted": 0,
                "difference": 0,
            })  # fmt: skip

    def put(
        self,
        object_name: str,
        /,
        at: datetime.datetime = datetime.datetime(2026, 10, 1),
        op: str = "UPSERT",
        lines: dict[str, Iterable[dict[str, Any]]] | None = None,
        **values: Any,
    ) -> None:
        """One version of a record; `lines` are its children by object name."""
        obj = self.contract.by_name[object_name]
        values = {name: at for name in ("created_at", "changed_at") if name in column_types(obj)} | values
        key = "|".join(str(values[column.name]) for column in obj.key_columns)
        payload = _hash(
            [sorted(values.items(), key=str), op, {child: list(rows) for child, rows in (lines or {}).items()}]
        )
        row_key = _hash([self.instance, key, at, payload])
        self._insert(f"raw_{self.contract.system}.{object_name}", column_types(obj) | RAW_COLUMNS, values | {
            "_source_instance": self.instance, "_business_key": key, "_row_key": row_key, "_payload_hash": payload,
            "_changed_at": at, "_op": op, "_contract_version": "0001.0000.0000",
            "_load_id": self.load_id, "_loaded_at": self.loaded_at,
        })  # fmt: skip
        for child, rows in (lines or {}).items():
            child_obj = self.contract.by_name[child]
            of_parent = {f"^{column.path}": values[column.name] for column in obj.key_columns}
            parents = {column.name: of_parent[column.path] for column in child_obj.columns if column.path in of_parent}
            for line_no, row in enumerate(rows, start=1):
                stamps = {name: at for name in ("created_at", "changed_at") if name in column_types(child_obj)}
                self._insert(f"raw_{self.contract.system}.{child}", column_types(child_obj) | CHILD_COLUMNS, {
                    **stamps, **parents, **row,
                    "_source_instance": self.instance, "_parent_row_key": row_key, "_row_key": _hash([row_key, child, line_no]),
                    "_line_no": line_no, "_load_id": self.load_id, "_loaded_at": self.loaded_at,
                })  # fmt: skip

    def _create(self) -> None:
        Ledger(self.connection)
        for system in known_systems():
            self.connection.execute(f"CREATE SCHEMA raw_{system}")
            for obj in load_contract(system).objects:
                tail = CHILD_COLUMNS if obj.parent else RAW_COLUMNS
                self._create_table(f"raw_{system}.{obj.name}", column_types(obj) | tail)
        mastering_tables.ensure(self.connection)
        costing_tables.ensure(self.connection)

    def _create_table(self, table: str, columns: dict[str, str]) -> None:
        self.connection.execute(
            f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        )

    def _insert(self, table: str, columns: dict[str, str], values: dict[str, Any]) -> None:
        unknown = set(values) - set(columns)
        assert not unknown, f"{table} has no {sorted(unknown)}"
        self.rows.setdefault(table, []).append({name: values.get(name) for name in columns})

    def _write(self) -> None:
        """One statement per table: row by row takes seconds."""
        for table, rows in self.rows.items():
            places = ", ".join(f"({', '.join('?' for _ in rows[0])})" for _ in rows)
            values = [str(value) if isinstance(value, Decimal) else value for row in rows for value in row.values()]
            self.connection.execute(f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {places}", values)


def _hash(parts: Any) -> str:
    return hashlib.md5(repr(parts).encode(), usedforsecurity=False).hexdigest()
