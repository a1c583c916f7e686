"""What an operator asks of the warehouse: what was loaded, what is set aside, what the last run made of each object.

Belongs here: questions to ops and the counts of staging, as plain values. Not here: how they are shown (cli.py),
whether the set-up is right (doctor.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from ingestion.landing.schema_changes import OpenChange, SchemaChanges
from orchestration.assets.ingestion import Feed

NEVER_LOADED = "NEVER LOADED"
WORST_FIRST = ("FAILED", NEVER_LOADED, "COMPLETE")
LAST_AUDIT = """
    SELECT status, fetched, landed, duplicate, superseded, quarantined, out_of_scope, source_count, warehouse_count,
           difference, unaccounted, error
    FROM ops.load_audit WHERE source_instance = ? AND object = ? ORDER BY load_id DESC LIMIT 1
"""
LAST_COMPLETE_AT = """
    SELECT max(load.finished_at) FROM ops.load_audit JOIN ops.load USING (load_id)
    WHERE load_audit.source_instance = ? AND object = ? AND load_audit.status = 'COMPLETE'
"""
OPEN_QUARANTINE = "SELECT count(*) FROM ops.quarantine WHERE source_instance = ? AND object = ? AND status = 'OPEN'"

# Of an object that becomes several canonical tables: the one that holds most of it, and what any of them lacks.
CANONICAL = """
    SELECT canonical_rows, out_of_scope_rows, sum(missing_rows + unexpected_rows) OVER ()
    FROM canonical.canonical_account WHERE source_instance = ? AND object = ?
    ORDER BY canonical_rows DESC, canonical_table LIMIT 1
"""


@dataclass(frozen=True)
class ObjectState:
    """One object of one instance: what its last load did, and where it stands.

    landed: rows the last load wrote; current: rows of its staging model, None before the first build; canonical and
    out_of_scope: where these are in the canonical table of the object, None where it has none of its own; difference:
    what the source counts otherwise, and what is missing from the canonical table; is_late: older than its contract
    allows (None: the contract says nothing, or nothing was loaded yet).
    """

    instance: str
    object: str
    contract_version: str
    owner: str
    status: str
    landed: int | None
    source_count: int | None
    warehouse_count: int | None
    difference: int | None
    unaccounted: int | None
    open_quarantine: int
    current: int | None
    canonical: int | None
    out_of_scope: int | None
    loaded_at: datetime | None
    freshness: timedelta | None
    error: str | None

    def is_late(self, now: datetime) -> bool | None:
        if self.freshness is None or self.loaded_at is None:
            return None
        return now - self.loaded_at > self.freshness


@dataclass(frozen=True)
class InstanceState:
    """One source instance: the worst of its objects. loaded_at: when its last load ended; late: objects that are older
    than their contract allows; changes: what its source does that its contract does not say."""

    instance: str
    system: str
    contract_version: str
    status: str
    loaded_at: datetime | None
    late: tuple[str, ...]
    open_quarantine: int
    changes: tuple[OpenChange, ...]


def instance_states(connection: duckdb.DuckDBPyConnection, feeds: Sequence[Feed], now: datetime) -> list[InstanceState]:
    """Every configured instance, in the order of sources.toml."""
    registry = SchemaChanges(connection)
    states = object_states(connection, feeds)
    summaries = []
    for feed in feeds:
        own = [state for state in states if state.instance == feed.instance.name]
        statuses = {state.status for state in own} or {NEVER_LOADED}
        summaries.append(
            InstanceState(
                instance=feed.instance.name,
                system=feed.contract.system,
                contract_version=feed.contract.version,
                status=next(status for status in WORST_FIRST if status in statuses),
                loaded_at=max((state.loaded_at for state in own if state.loaded_at), default=None),
                late=tuple(state.object for state in own if state.is_late(now)),
                open_quarantine=sum(state.open_quarantine for state in own),
                changes=tuple(registry.open(feed.instance.name, feed.contract.version)),
            )
        )
    return summaries


def object_states(connection: duckdb.DuckDBPyConnection, feeds: Sequence[Feed]) -> list[ObjectState]:
    """Every object of every configured instance, in the order of sources.toml and contract."""
    places = set(connection.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall())
    if ("ops", "load_audit") not in places:
        return []
    return [_state(connection, feed, name, places) for feed in feeds for name in (t.name for t in feed.tables)]


def _state(connection: duckdb.DuckDBPyConnection, feed: Feed, name: str, places: set[tuple[str, str]]) -> ObjectState:
    table = feed.contract.by_name[name]
    here = [feed.instance.name, name]
    cursor = connection.execute(LAST_AUDIT, here)
    columns = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    last: dict[str, Any] = dict(zip(columns, row, strict=True)) if row else {}
    canonical, out_of_scope, astray = _canonical(connection, here, places)
    difference = last.get("difference")
    return ObjectState(
        instance=feed.instance.name,
        object=name,
        contract_version=feed.contract.version,
        owner=table.owner or feed.contract.owner,
        status=last.get("status", NEVER_LOADED),
        landed=last.get("landed"),
        source_count=last.get("source_count"),
        warehouse_count=last.get("warehouse_count"),
        difference=difference if astray is None else (difference or 0) + astray,
        unaccounted=last.get("unaccounted"),
        open_quarantine=_number(connection, OPEN_QUARANTINE, here),
        current=_current(connection, feed, name, places),
        canonical=canonical,
        out_of_scope=out_of_scope,
        loaded_at=_value(connection, LAST_COMPLETE_AT, here),
        freshness=table.freshness,
        error=last.get("error"),
    )


def _current(connection: duckdb.DuckDBPyConnection, feed: Feed, name: str, places: set[tuple[str, str]]) -> int | None:
    model = f"stg_{feed.contract.system}__{name}"
    if ("staging", model) not in places:
        return None
    return _number(connection, f"SELECT count(*) FROM staging.{model} WHERE source_instance = ?", [feed.instance.name])


def _canonical(
    connection: duckdb.DuckDBPyConnection, here: list[str], places: set[tuple[str, str]]
) -> tuple[int | None, int | None, int | None]:
    if ("canonical", "canonical_account") not in places:
        return None, None, None
    row = connection.execute(CANONICAL, here).fetchone()
    return row or (None, None, None)


def _value(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[str]) -> Any:
    [(value,)] = connection.execute(query, parameters).fetchall()
    return value


def _number(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[str]) -> int:
    return int(_value(connection, query, parameters))


QUARANTINE_COLUMNS = (
    "quarantine_id", "source_instance", "object", "error_class", "field", "reason", "status", "first_seen_at",
)  # fmt: skip


def quarantine_entries(
    connection: duckdb.DuckDBPyConnection, source: str | None, table: str | None, only_open: bool
) -> list[tuple[Any, ...]]:
    """QUARANTINE_COLUMNS of each entry, oldest first."""
    return connection.execute(
        f"SELECT {', '.join(QUARANTINE_COLUMNS)} FROM ops.quarantine "
        "WHERE ($1 IS NULL OR source_instance = $1) AND ($2 IS NULL OR object = $2) AND (NOT $3 OR status = 'OPEN') "
        "ORDER BY first_seen_at, quarantine_id",
        [source, table, only_open],
    ).fetchall()


def quarantine_entry(connection: duckdb.DuckDBPyConnection, quarantine_id: str) -> dict[str, Any] | None:
    """Everything kept of one entry: its payload is the minimised one, there is no other."""
    cursor = connection.execute("SELECT * FROM ops.quarantine WHERE quarantine_id = ?", [quarantine_id])
    columns = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    return dict(zip(columns, row, strict=True)) if row else None
