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

from orchestration.tables import Table

LATEST_AUDIT = """
    SELECT source_instance, object, status, unaccounted, difference, error
    FROM ops.load_audit
    QUALIFY row_number() OVER (PARTITION BY source_instance, object ORDER BY load_id DESC) = 1
"""


def refusals(
    connection: duckdb.DuckDBPyConnection,
    instance: dg.DagsterInstance,
    blocking_checks: Sequence[dg.AssetCheckKey],
    feeding: Collection[tuple[str, str]],
) -> list[str]:
    """Why the warehouse must not be published now; empty when it may. `feeding`: the (instance, object) pairs that
    something published is made of."""
    return [*_failed_checks(instance, blocking_checks), *_accounting_differences(connection, feeding)]


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
    for source, table, status, unaccounted, difference, _ in connection.execute(LATEST_AUDIT).fetchall():
        if status == "COMPLETE" and (source, table) in feeding and (unaccounted or difference):
            yield (
                f"{source}.{table}: {unaccounted} records unaccounted for, difference to the source's own count "
                f"{difference}. Find them with: parline reconcile --source {source}"
            )


def incomplete_tables(
    connection: duckdb.DuckDBPyConnection, feeds: Mapping[str, Sequence[str]], dbt_manifest: Mapping[str, Any]
) -> dict[Table, str]:
    """Tables that are older or poorer than they should be, and why: what they are made of failed at its last read, or
    has records in quarantine. `feeds`: object name to the models it feeds, as contracts say."""
    reasons: dict[str, list[str]] = {}
    for source, table, status, _, _, error in connection.execute(LATEST_AUDIT).fetchall():
        if status != "COMPLETE":
            reasons.setdefault(table, []).append(f"{source}.{table} could not be read: {error}")
    for source, table, count in connection.execute(
        "SELECT source_instance, object, count(DISTINCT coalesce(record_key, quarantine_id)) FROM ops.quarantine "
        "WHERE status = 'OPEN' GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        reasons.setdefault(table, []).append(f"{source}.{table}: {count} records in quarantine")
    because: dict[Table, list[str]] = {}
    for table, texts in sorted(reasons.items()):
        for model in _descendants(dbt_manifest, feeds.get(table, ())):
            because.setdefault(model, []).extend(texts)
    return {model: "; ".join(texts) for model, texts in because.items()}


def _descendants(dbt_manifest: Mapping[str, Any], names: Sequence[str]) -> set[Table]:
    nodes = dbt_manifest["nodes"]
    waiting = [unique_id for unique_id, node in nodes.items() if node["name"] in names]
    found: set[str] = set()
    while waiting:
        unique_id = waiting.pop()
        if unique_id not in found and nodes.get(unique_id, {}).get("resource_type") == "model":
            found.add(unique_id)
            waiting.extend(dbt_manifest["child_map"].get(unique_id, ()))
    return {Table(nodes[unique_id]["schema"], nodes[unique_id]["name"]) for unique_id in found}
