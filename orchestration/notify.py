"""What somebody should hear of without looking: one JSON line each in `<home>/notifications.jsonl`, and in the log.

Belongs here: the sensors that notice, and the shape of a notification, which any log shipper can forward. Not here:
mail or chat, which every hospital has its own way for. It carries counts and names of tables, never records.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import dagster as dg

from ingestion.settings import Settings
from orchestration.assets.ingestion import QUARANTINE_METADATA

Kind = Literal["RUN_FAILED", "CHECK_FAILED", "QUARANTINE_GREW"]
CHECK_INTERVAL_SECONDS = 300


def notify(settings: Settings, kind: Kind, message: str, **details: Any) -> None:
    """Append one notification. `message` says what happened and what to do."""
    settings.home.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"at": at, "environment": settings.env, "kind": kind, "message": message, **details}
    with (settings.home / "notifications.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def sensors(settings: Settings, raw_keys: Sequence[dg.AssetKey]) -> list[dg.SensorDefinition]:
    return [_run_failed(settings), _check_failed(settings), _quarantine_grew(settings, raw_keys)]


def _run_failed(settings: Settings) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="run_failed",
        description="Notifies of every run that failed.",
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitor_all_code_locations=False,
    )
    def run_failed(context: dg.RunFailureSensorContext) -> None:
        steps = [event.step_key for event in context.get_step_failure_events() if event.step_key]
        notify(
            settings,
            "RUN_FAILED",
            f"{context.dagster_run.job_name} failed; the last published build still answers. See the run's log.",
            run_id=context.dagster_run.run_id,
            steps=steps,
            checks=list(_failed_checks(context.instance, context.dagster_run.run_id)),
        )

    return run_failed


def _check_failed(settings: Settings) -> dg.SensorDefinition:
    """A failed source fails its check and not its run, so a run that succeeded may have something to say too."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="check_failed",
        description="Notifies of failed checks in runs that went through: a source that could not be read.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def check_failed(context: dg.RunStatusSensorContext) -> None:
        failed = list(_failed_checks(context.instance, context.dagster_run.run_id))
        if failed:
            notify(
                settings,
                "CHECK_FAILED",
                f"{len(failed)} checks failed; what they feed is published and marked incomplete. See: parline doctor",
                run_id=context.dagster_run.run_id,
                checks=failed,
            )

    return check_failed


def _failed_checks(instance: dg.DagsterInstance, run_id: str) -> Iterator[str]:
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation and not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
            yield evaluation.asset_check_key.to_user_string()


def _quarantine_grew(settings: Settings, raw_keys: Sequence[dg.AssetKey]) -> dg.SensorDefinition:
    @dg.sensor(
        name="quarantine_grew",
        description="Notifies when more records are in quarantine than when it last looked. Reads what the loads "
        "reported, never the warehouse: that has one writer.",
        minimum_interval_seconds=CHECK_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def quarantine_grew(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        known: dict[str, int] = json.loads(context.cursor or "{}")
        open_now = {key.to_user_string(): _open_quarantine(context.instance, key) for key in raw_keys}
        grown = {name: count for name, count in open_now.items() if count > known.get(name, 0)}
        if grown:
            notify(
                settings,
                "QUARANTINE_GREW",
                f"{sum(open_now.values())} records in quarantine. See: parline quarantine list",
                tables=grown,
            )
        return dg.SensorResult(cursor=json.dumps(open_now), skip_reason=f"{sum(open_now.values())} in quarantine")

    return quarantine_grew


def _open_quarantine(instance: dg.DagsterInstance, key: dg.AssetKey) -> int:
    event = instance.get_latest_materialization_event(key)
    metadata = event.asset_materialization.metadata if event and event.asset_materialization else {}
    value = metadata[QUARANTINE_METADATA].value if QUARANTINE_METADATA in metadata else 0
    return int(value)  # type: ignore[arg-type]  # the metadata was written as an integer
