"""May the warehouse be published? Read from facts: what checks said last, and what the loads account for.

Within a run Dagster already skips publishing after a failed blocking check. This gate also holds between runs: a mart
that failed in last night's run must not be published by the next hourly one that does not rebuild it.

Not here: publishing itself (publish.py).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import duckdb
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from ingestion.contracts import ObjectContract
from ingestion.landing.schema_changes import SchemaChanges
from orchestration.assets.ingestion import Feed
from orchestration.naming import READ_CHECK, raw_schema
from orchestration.publish import Build
from orchestration.tables import Table

LAST_COMPLETE_AUDIT = """
    SELECT source_instance, object, unaccounted, difference
    FROM ops.load_audit
    WHERE status = 'COMPLETE'
    QUALIFY row_number() OVER (PARTITION BY source_instance, object ORDER BY load_id DESC) = 1
"""


def refusals(
    connection: duckdb.DuckDBPyConnection,
    instance: dg.DagsterInstance,
    blocking_checks: Sequence[dg.AssetCheckKey],
    feeding: Collection[tuple[str, str]],
    held: Collection[Table] = (),
) -> list[str]:
    """Why the warehouse must not be published now; empty when it may. `feeding`: the (instance, object) pairs that
    something published is made of; `held`: tables that are not built now and stay as they were published."""
    not_built = {dg.AssetKey([table.schema, table.name]) for table in held}
    checks = [check for check in blocking_checks if check.asset_key not in not_built]
    return [*_failed_checks(instance, checks), *_accounting_differences(connection, feeding)]


def _failed_checks(instance: dg.DagsterInstance, checks: Sequence[dg.AssetCheckKey]) -> Iterator[str]:
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(checks)
    for key, record in sorted(latest.items(), key=lambda item: item[0].to_user_string()):
        reason = _reason_to_refuse(instance, record)
        if reason:
            yield f"check {key.to_user_string()} {reason} (run {record.run_id[:8]})"


def _reason_to_refuse(instance: dg.DagsterInstance, record: AssetCheckExecutionRecord) -> str | None:
    if record.status == AssetCheckExecutionRecordStatus.SUCCEEDED:
        return None
    if record.status == AssetCheckExecutionRecordStatus.FAILED:
        evaluation = record.evaluation
        is_warning = evaluation is not None and evaluation.severity == dg.AssetCheckSeverity.WARN
        return None if is_warning else "failed"
    run = instance.get_run_by_id(record.run_id)
    # Planned and never evaluated: its table may have been rebuilt and never looked at (a build that was killed).
    # A run that succeeded without it, or was deleted, had no reason to evaluate it.
    return None if run is None or run.is_success else "was not evaluated"


def _accounting_differences(
    connection: duckdb.DuckDBPyConnection, feeding: Collection[tuple[str, str]]
) -> Iterator[str]:
    for source, table, unaccounted, difference in connection.execute(LAST_COMPLETE_AUDIT).fetchall():
        if (source, table) in feeding and (unaccounted or difference):
            yield (
                f"{source}.{table}: {unaccounted} records unaccounted for, difference to the source's own count "
                f"{difference}. Find them with: parline reconcile --source {source}"
            )


def incomplete_tables(
    connection: duckdb.DuckDBPyConnection,
    instance: dg.DagsterInstance,
    feeds: Sequence[Feed],
    dbt_manifest: Mapping[str, Any],
) -> dict[Table, str]:
    """Tables that are older or poorer than they should be, and why: what they are made of could not be read the last
    time, has records in quarantine, or is frozen. Read once, a reason stands until the next read goes through."""
    because: dict[Table, dict[str, list[str]]] = {}
    for feed in feeds:
        frozen = _frozen(connection, feed)
        below = fed_tables(dbt_manifest, feed)
        for table in feed.tables:
            held = frozen.get(table.parent or table.name)
            for reason in (_unread(instance, feed, table), _quarantined(connection, feed, table), held):
                for model in below[table.name] if reason else ():
                    said = f"{feed.instance.name}: {{}} {reason}"
                    because.setdefault(model, {}).setdefault(said, []).append(table.name)
    return {
        model: "; ".join(reason.replace("{}", ", ".join(sorted(tables)), 1) for reason, tables in reasons.items())
        for model, reasons in because.items()
    }


def _unread(instance: dg.DagsterInstance, feed: Feed, table: ObjectContract) -> str | None:
    key = dg.AssetCheckKey(feed.key(table), READ_CHECK)
    record = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).get(key)
    if record is None or record.status != AssetCheckExecutionRecordStatus.FAILED:
        return None
    return f"could not be read: {record.evaluation.description if record.evaluation else 'see its check'}"


def _quarantined(connection: duckdb.DuckDBPyConnection, feed: Feed, table: ObjectContract) -> str | None:
    [(count,)] = connection.execute(
        "SELECT count(DISTINCT coalesce(record_key, quarantine_id)) FROM ops.quarantine "
        "WHERE status = 'OPEN' AND source_instance = ? AND object = ?",
        [feed.instance.name, table.name],
    ).fetchall()
    return f"{count} records in quarantine" if count else None


def held_tables(
    connection: duckdb.DuckDBPyConnection,
    feeds: Sequence[Feed],
    dbt_manifest: Mapping[str, Any],
    published: Build | None,
) -> set[Table]:
    """Tables below a frozen object: they are neither built nor published anew, whatever lands. What has no state to be
    held at (nothing was published, the table was never built) goes on."""
    if published is None:
        return set()
    held: set[Table] = set()
    for feed in feeds:
        roots = _frozen(connection, feed)
        for name, below in fed_tables(dbt_manifest, feed).items() if roots else ():
            held |= below if name in roots else set()
    present = connection.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    return held & {Table(*row) for row in present}


def _frozen(connection: duckdb.DuckDBPyConnection, feed: Feed) -> dict[str, str]:
    """Objects that a schema change has frozen, and how: a document with its lines, whole."""
    reasons: dict[str, list[str]] = {}
    for change in SchemaChanges(connection).open(feed.instance.name, feed.contract.version):
        if change.consequence == "FROZEN":
            reasons.setdefault(change.object, []).append(str(change))
    return {name: f"frozen by a schema change: {'; '.join(said)}" for name, said in reasons.items()}


def fed_tables(dbt_manifest: Mapping[str, Any], feed: Feed) -> dict[str, set[Table]]:
    """By object of an instance the tables that dbt makes of it, or of another part of its document: an order that cannot be
    read has no lines either. dbt's graph says so, and no list beside it."""
    schema = raw_schema(feed.contract.system)
    sources = {node["name"]: key for key, node in dbt_manifest["sources"].items() if node["schema"] == schema}
    documents: dict[str, set[Table]] = {}
    for table in feed.tables:
        below = documents.setdefault(table.parent or table.name, set())
        below |= _descendants(dbt_manifest, sources[table.name]) if table.name in sources else set()
    return {table.name: documents[table.parent or table.name] for table in feed.tables}


def _descendants(dbt_manifest: Mapping[str, Any], source: str) -> set[Table]:
    nodes = dbt_manifest["nodes"]
    waiting = list(dbt_manifest["child_map"].get(source, ()))
    found: set[str] = set()
    while waiting:
        unique_id = waiting.pop()
        if unique_id not in found and nodes.get(unique_id, {}).get("resource_type") == "model":
            found.add(unique_id)
            waiting.extend(dbt_manifest["child_map"].get(unique_id, ()))
    return {Table(nodes[unique_id]["schema"], nodes[unique_id]["name"]) for unique_id in found}
