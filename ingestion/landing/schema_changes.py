"""The registry of schema changes, `ops.drift`: what a source does that its contract does not say, and what follows.

Belongs here: kinds, consequences, the table, and who acknowledged what. Not here: noticing a change (drift.py), or
holding back what a frozen object feeds (orchestration/gate.py).

A change stands until the contract has a new version, under which it is noticed again or not, or until somebody
acknowledges it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import duckdb

Kind = Literal["ADDED", "WIDENED", "NULL_RATE", "RETYPED", "RENAMED", "REMOVED", "ENUM_ADDED"]
# NOTICE: accepted. WARNING: what fits lands, what does not is in quarantine. FROZEN: rows still land or are in
# quarantine, and what the object feeds keeps its last published state.
Consequence = Literal["NOTICE", "WARNING", "FROZEN"]

DDL = """
CREATE SCHEMA IF NOT EXISTS ops;
CREATE TABLE IF NOT EXISTS ops.drift (
    change_id VARCHAR PRIMARY KEY, source_instance VARCHAR, system VARCHAR, object VARCHAR, field VARCHAR, kind VARCHAR,
    found VARCHAR, consequence VARCHAR, detail VARCHAR, contract_version VARCHAR, first_load_id VARCHAR,
    first_seen_at TIMESTAMP, last_seen_at TIMESTAMP, acknowledged_at TIMESTAMP, acknowledged_by VARCHAR,
    acknowledged_because VARCHAR);
"""
OPEN = """
    SELECT change_id, object, field, kind, consequence, detail, first_seen_at FROM ops.drift
    WHERE source_instance = ? AND contract_version = ? AND acknowledged_at IS NULL ORDER BY object, field, kind, found
"""
# A warning that was acknowledged and has become worse is open again.
NOTE = """
    INSERT INTO ops.drift VALUES ($id, $instance, $system, $object, $field, $kind, $found, $consequence, $detail,
        $version, $load, $now, $now, NULL, NULL, NULL)
    ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at, detail = excluded.detail,
        acknowledged_at = CASE WHEN excluded.consequence = 'FROZEN' AND consequence <> 'FROZEN' THEN NULL
            ELSE acknowledged_at END,
        consequence = CASE WHEN consequence = 'FROZEN' THEN consequence ELSE excluded.consequence END
"""


@dataclass(frozen=True)
class SchemaChange:
    """One thing noticed in a load. found: what stands there instead (the new value, the new name), so that another one
    later is another change; detail: a sentence for people."""

    object: str
    field: str
    kind: Kind
    detail: str
    consequence: Consequence
    found: str = ""


@dataclass(frozen=True)
class OpenChange:
    """A change that neither a new contract version nor anybody has settled."""

    change_id: str
    object: str
    field: str
    kind: Kind
    consequence: Consequence
    detail: str
    first_seen_at: datetime

    def __str__(self) -> str:
        return f"{self.field} {self.kind}: {self.detail}"


class UnknownChangeError(Exception):
    """No open change has this id; the message says where to look."""


class SchemaChanges:
    """The registry in a warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection
        connection.execute(DDL)
        self._drop_what_had_no_ids()

    def note(
        self, instance: str, system: str, contract_version: str, load_id: str, changes: Iterable[SchemaChange]
    ) -> None:
        """Enter what a load noticed. Seen again, it is the same entry."""
        for change in changes:
            parts = (instance, change.object, change.field, change.kind, change.found, contract_version)
            self._connection.execute(
                NOTE,
                {
                    "id": hashlib.md5("\x1f".join(parts).encode(), usedforsecurity=False).hexdigest()[:12],
                    "instance": instance, "system": system, "object": change.object, "field": change.field,
                    "kind": change.kind, "found": change.found, "consequence": change.consequence,
                    "detail": change.detail, "version": contract_version, "load": load_id, "now": _now(),
                },
            )  # fmt: skip

    def open(self, instance: str, contract_version: str) -> list[OpenChange]:
        """What stands open of an instance, read under this version of its contract."""
        rows = self._connection.execute(OPEN, [instance, contract_version]).fetchall()
        return [OpenChange(*row) for row in rows]

    def acknowledge(self, change_id: str, by: str, because: str) -> None:
        """Somebody takes the change as it is, and answers for it. Raises UnknownChangeError."""
        done = self._connection.execute(
            "UPDATE ops.drift SET acknowledged_at = ?, acknowledged_by = ?, acknowledged_because = ? "
            "WHERE change_id = ? AND acknowledged_at IS NULL",
            [_now(), by, because, change_id],
        ).fetchone()
        if not done or not done[0]:
            raise UnknownChangeError(f"No open schema change {change_id}. See: parline sources")

    def _drop_what_had_no_ids(self) -> None:
        """The first layout of the table named neither version nor consequence: what still stands is noticed again."""
        has_ids = "SELECT count(*) FROM pragma_table_info('ops.drift') WHERE name = 'change_id'"
        if self._connection.execute(has_ids).fetchall() == [(0,)]:
            self._connection.execute("DROP TABLE ops.drift")
            self._connection.execute(DDL)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
