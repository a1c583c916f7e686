"""What became of every row: the `ops` schema, written in one transaction when a load ends.

Belongs here: tables of ops and what is written to and read from them. Not here: raw tables (raw.py).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import duckdb

from ingestion.contracts import Contract, ContractError, ObjectContract
from ingestion.landing.page import Part
from ingestion.landing.schema_changes import SchemaChange, SchemaChanges

DDL = """
CREATE SCHEMA IF NOT EXISTS ops;
CREATE TABLE IF NOT EXISTS ops.load (
    load_id VARCHAR PRIMARY KEY, source_instance VARCHAR, system VARCHAR, status VARCHAR, started_at TIMESTAMP,
    finished_at TIMESTAMP, contract_version VARCHAR, pseudonym_key_id VARCHAR, run_id VARCHAR, error VARCHAR);
CREATE TABLE IF NOT EXISTS ops.contract (
    system VARCHAR, version VARCHAR, fingerprint VARCHAR, first_used_at TIMESTAMP, PRIMARY KEY (system, version));
CREATE TABLE IF NOT EXISTS ops.agreed_object (
    system VARCHAR, object VARCHAR, owner VARCHAR, freshness_seconds BIGINT, minimum_rows BIGINT,
    PRIMARY KEY (system, object));
CREATE TABLE IF NOT EXISTS ops.load_audit (
    load_id VARCHAR, source_instance VARCHAR, system VARCHAR, object VARCHAR, status VARCHAR, fetched BIGINT,
    landed BIGINT, duplicate BIGINT, superseded BIGINT, quarantined BIGINT, out_of_scope BIGINT, source_count BIGINT,
    warehouse_count BIGINT, difference BIGINT, unaccounted BIGINT, watermark_from TIMESTAMP, watermark_to TIMESTAMP,
    bytes BIGINT, seconds DECIMAL(18,3), contract_version VARCHAR, error VARCHAR, PRIMARY KEY (load_id, object));
CREATE TABLE IF NOT EXISTS ops.quarantine (
    quarantine_id VARCHAR PRIMARY KEY, source_instance VARCHAR, system VARCHAR, object VARCHAR, record_key VARCHAR,
    changed_at TIMESTAMP, payload_hash VARCHAR, error_class VARCHAR, field VARCHAR, reason VARCHAR, payload VARCHAR,
    contract_version VARCHAR,
    load_id VARCHAR, archive_ref VARCHAR, first_seen_at TIMESTAMP, last_seen_at TIMESTAMP, status VARCHAR,
    resolved_at TIMESTAMP, resolved_load_id VARCHAR);
CREATE TABLE IF NOT EXISTS ops.reconciliation (
    load_id VARCHAR, source_instance VARCHAR, system VARCHAR, object VARCHAR, as_of TIMESTAMP, source_count BIGINT,
    warehouse_count BIGINT, missing BIGINT, stale BIGINT, deleted BIGINT, healed BIGINT,
    PRIMARY KEY (load_id, object));
CREATE TABLE IF NOT EXISTS ops.delivered_file (
    load_id VARCHAR, source_instance VARCHAR, system VARCHAR, object VARCHAR, name VARCHAR, state VARCHAR,
    contract_version VARCHAR, PRIMARY KEY (source_instance, object, name));
CREATE TABLE IF NOT EXISTS ops.quality_results (
    run_id VARCHAR, checked_at TIMESTAMP, tool VARCHAR, check_name VARCHAR, table_schema VARCHAR, table_name VARCHAR,
    source_instance VARCHAR, severity VARCHAR, owner VARCHAR, outcome VARCHAR, is_blocked BOOLEAN, expected VARCHAR,
    seen VARCHAR);
"""


@dataclass
class ObjectReport:
    """The account of one object in one load: the columns of ops.load_audit."""

    object: str
    status: str = "COMPLETE"
    fetched: int = 0
    landed: int = 0
    duplicate: int = 0
    superseded: int = 0
    quarantined: int = 0
    out_of_scope: int = 0
    source_count: int | None = None
    warehouse_count: int | None = None
    difference: int = 0
    unaccounted: int = 0
    watermark_from: datetime | None = None
    watermark_to: datetime | None = None
    bytes: int = 0
    seconds: float = 0.0
    error: str | None = None


@dataclass
class LoadReport:
    """The account of one load of one source instance."""

    load_id: str
    source_instance: str
    system: str
    status: str
    objects: dict[str, ObjectReport] = field(default_factory=dict)
    error: str | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing failed and every row is accounted for."""
        return self.status == "COMPLETE" and all(
            report.status == "COMPLETE" and not report.difference and not report.unaccounted
            for report in self.objects.values()
        )


@dataclass
class Quarantined:
    """A row of ops.quarantine in the making."""

    quarantine_id: str
    object: str
    record_key: str | None
    changed_at: datetime | None
    payload_hash: str
    error_class: str
    field: str | None
    reason: str
    payload: str
    archive_ref: str | None


@dataclass(frozen=True)
class OpenEntry:
    """What replay needs of an open row of ops.quarantine."""

    quarantine_id: str
    record_key: str | None
    archive_ref: str | None


class Ledger:
    """The ops tables of a warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection
        connection.execute(DDL)
        self._schema_changes = SchemaChanges(connection)

    def agree(self, contract: Contract) -> None:
        """Note which contract a warehouse is loaded under, and what it promises of each object.

        Raises ContractError when it changed without a new version: the same record read in another way would look like
        two payloads of one version (SOURCE_VERSION_CONFLICT).
        """
        self._connection.execute("DELETE FROM ops.agreed_object WHERE system = ?", [contract.system])
        self._connection.executemany(
            "INSERT INTO ops.agreed_object VALUES (?, ?, ?, ?, ?)",
            [
                [
                    contract.system,
                    obj.name,
                    obj.owner,
                    int(obj.freshness.total_seconds()) if obj.freshness else None,
                    obj.minimum_rows,
                ]
                for obj in contract.objects
            ],
        )
        self._connection.execute(
            "INSERT INTO ops.contract VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [contract.system, contract.version, contract.fingerprint, _now()],
        )
        row = self._connection.execute(
            "SELECT fingerprint FROM ops.contract WHERE system = ? AND version = ?", [contract.system, contract.version]
        ).fetchone()
        if row and row[0] != contract.fingerprint:
            raise ContractError(
                f"{contract.file}:1: the contract changed and is still version {contract.version}, under which this "
                "warehouse was loaded. Raise `version` (docs/operating.md, upgrading a contract)."
            )

    def open_load(
        self, load_id: str, instance: str, system: str, contract_version: str, key_id: str | None, run_id: str | None
    ) -> None:
        self._connection.execute(
            "INSERT INTO ops.load VALUES (?, ?, ?, 'RUNNING', ?, NULL, ?, ?, ?, NULL)",
            [load_id, instance, system, _now(), contract_version, key_id, run_id],
        )

    def interrupted_loads(self, instance: str) -> list[str]:
        """Loads that never ended: their process was killed, for the warehouse's lock is ours."""
        rows = self._connection.execute(
            "SELECT load_id FROM ops.load WHERE source_instance = ? AND status = 'RUNNING' ORDER BY 1", [instance]
        ).fetchall()
        return [row[0] for row in rows]

    def mark_interrupted(self, load_id: str) -> None:
        self._connection.execute(
            "UPDATE ops.load SET status = 'FAILED', finished_at = ?, error = 'interrupted; its rows were taken back' "
            "WHERE load_id = ?",
            [_now(), load_id],
        )

    def watermark(self, instance: str, obj: str) -> datetime | None:
        """Up to when an object has been read completely."""
        row = self._connection.execute(
            "SELECT max(watermark_to) FROM ops.load_audit JOIN ops.load USING (load_id) "
            "WHERE load_audit.source_instance = ? AND object = ? AND load_audit.status = 'COMPLETE' "
            "AND load.status = 'COMPLETE'",
            [instance, obj],
        ).fetchone()
        return row[0].replace(tzinfo=UTC) if row and row[0] else None

    def held_parts(self, instance: str, obj: str, contract_version: str) -> frozenset[Part]:
        """Files that landed whole, with nothing put aside, under this version of the contract."""
        rows = self._connection.execute(
            "SELECT name, state FROM ops.delivered_file "
            "WHERE source_instance = ? AND object = ? AND contract_version = ?",
            [instance, obj, contract_version],
        ).fetchall()
        return frozenset(Part(*row) for row in rows)

    def answered_at(self, instance: str) -> dict[str, datetime]:
        """By object when it was last answered in whole (UTC); of one that never was, when it was first asked."""
        rows = self._connection.execute(
            "SELECT object, coalesce(max(finished_at) FILTER (WHERE load_audit.status = 'COMPLETE' "
            "AND load.status = 'COMPLETE'), min(started_at)) FROM ops.load_audit JOIN ops.load USING (load_id) "
            "WHERE load_audit.source_instance = ? GROUP BY object",
            [instance],
        ).fetchall()
        return {name: moment.replace(tzinfo=UTC) for name, moment in rows}

    def open_entries(self, instance: str, obj: str, quarantine_ids: Sequence[str] | None) -> list[OpenEntry]:
        """Open entries of an object that can be replayed (a version conflict cannot: it is decided)."""
        rows = self._connection.execute(
            "SELECT quarantine_id, record_key, archive_ref FROM ops.quarantine WHERE source_instance = ? "
            "AND object = ? AND status = 'OPEN' AND error_class <> 'SOURCE_VERSION_CONFLICT' ORDER BY quarantine_id",
            [instance, obj],
        ).fetchall()
        return [OpenEntry(*row) for row in rows if quarantine_ids is None or row[0] in quarantine_ids]

    def refused_before(self, instance: str, obj: str, parts: Iterable[str]) -> list[str]:
        """Open entries of files that were refused, of those that have come whole now."""
        hashes = [sha256(part.encode()).hexdigest()[:32] for part in parts]
        rows = self._connection.execute(
            "SELECT quarantine_id FROM ops.quarantine WHERE source_instance = ? AND object = ? AND status = 'OPEN' "
            "AND record_key IS NULL AND payload_hash IN (SELECT unnest(?::VARCHAR[]))",
            [instance, obj, hashes],
        ).fetchall()
        return [row[0] for row in rows]

    def open_quarantine_keys(self, instance: str, obj: str) -> dict[str, datetime | None]:
        """Keys with an open fault and the stamp of the latest faulty version. A conflict is none: a version landed."""
        rows = self._connection.execute(
            "SELECT record_key, max(changed_at) FROM ops.quarantine WHERE source_instance = ? AND object = ? "
            "AND status = 'OPEN' AND error_class <> 'SOURCE_VERSION_CONFLICT' AND record_key IS NOT NULL GROUP BY 1",
            [instance, obj],
        ).fetchall()
        return dict(rows)

    def close_load(
        self,
        report: LoadReport,
        contract: Contract,
        quarantined: list[Quarantined],
        resolved: list[str],
        drift: list[SchemaChange],
        reconciliations: list[dict[str, Any]],
        parts: Mapping[str, Collection[Part]],
    ) -> None:
        """Everything a load has to say, and that it is over: all of it or nothing. parts: by object the files that landed."""
        self._connection.execute("BEGIN")
        try:
            for item in report.objects.values():
                self._audit(report, item, contract.version)
            for record in quarantined:
                self._quarantine(report, record, contract.version)
            for obj in contract.roots:
                if obj.name in report.objects:
                    self._supersede(report, obj)
            for entry in resolved:
                self._connection.execute(
                    "UPDATE ops.quarantine SET status = 'REPLAYED', resolved_at = ?, resolved_load_id = ? "
                    "WHERE quarantine_id = ?",
                    [_now(), report.load_id, entry],
                )
            self._schema_changes.note(report.source_instance, report.system, contract.version, report.load_id, drift)
            for row in reconciliations:
                self._connection.execute(
                    "INSERT INTO ops.reconciliation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [report.load_id, report.source_instance, report.system, *row.values()],
                )
            for name, landed in parts.items():
                self._hold(report, name, landed, contract.version)
            self._connection.execute(
                "UPDATE ops.load SET status = ?, finished_at = ?, error = ? WHERE load_id = ?",
                [report.status, _now(), report.error, report.load_id],
            )
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def _hold(self, report: LoadReport, obj: str, parts: Collection[Part], contract_version: str) -> None:
        for part in parts:
            self._connection.execute(
                "INSERT OR REPLACE INTO ops.delivered_file VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    report.load_id, report.source_instance, report.system, obj, part.name, part.state,
                    contract_version,
                ],
            )  # fmt: skip

    def _audit(self, report: LoadReport, item: ObjectReport, contract_version: str) -> None:
        values = {f.name: getattr(item, f.name) for f in fields(item)}
        for name in ("watermark_from", "watermark_to"):
            values[name] = _naive(values[name])
        values |= {
            "load_id": report.load_id, "source_instance": report.source_instance, "system": report.system,
            "contract_version": contract_version,
        }  # fmt: skip
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self._connection.execute(f"INSERT INTO ops.load_audit ({names}) VALUES ({marks})", list(values.values()))

    def _quarantine(self, report: LoadReport, record: Quarantined, contract_version: str) -> None:
        """A record seen again with the same fault is the same entry; one that was resolved and is bad again reopens."""
        self._connection.execute(
            "INSERT INTO ops.quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'OPEN', NULL, NULL) "
            "ON CONFLICT (quarantine_id) DO UPDATE SET last_seen_at = excluded.last_seen_at, status = 'OPEN', "
            "archive_ref = coalesce(excluded.archive_ref, archive_ref), resolved_at = NULL, resolved_load_id = NULL",
            [
                record.quarantine_id, report.source_instance, report.system, record.object, record.record_key,
                record.changed_at, record.payload_hash, record.error_class, record.field, record.reason, record.payload,
                contract_version,
                report.load_id, record.archive_ref, _now(), _now(),
            ],
        )  # fmt: skip

    def _supersede(self, report: LoadReport, obj: ObjectContract) -> None:
        """An open entry is over when a version as new as it, or newer, of the same record stands in the raw table,
        whichever came first. A faulty stamp says nothing: then a version changed after the fault was seen is newer."""
        self._connection.execute(
            f"UPDATE ops.quarantine SET status = 'SUPERSEDED', resolved_at = $now, resolved_load_id = $load "
            f"FROM (SELECT _source_instance, _business_key, max(_changed_at) AS changed_at, max(_loaded_at) AS loaded_at"
            f"  FROM raw_{report.system}.{obj.name} WHERE _business_key IN (SELECT record_key FROM ops.quarantine "
            f"    WHERE status = 'OPEN' AND source_instance = $instance AND object = $object) GROUP BY ALL) AS landed "
            f"WHERE status = 'OPEN' AND error_class <> 'SOURCE_VERSION_CONFLICT' AND source_instance = $instance "
            f"AND source_instance = landed._source_instance AND object = $object AND record_key = landed._business_key "
            f"AND CASE WHEN landed.changed_at IS NULL THEN landed.loaded_at > last_seen_at "
            f"  WHEN error_class = 'FUTURE_STAMP' OR quarantine.changed_at IS NULL THEN landed.changed_at > first_seen_at "
            f"  ELSE landed.changed_at >= quarantine.changed_at END",
            {"now": _now(), "load": report.load_id, "instance": report.source_instance, "object": obj.name},
        )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment
