"""What notices that somebody is needed: a failed run or check, a backlog in quarantine, a source that is late or silent.

Belongs here: when each is so, and what to do then. Not here: that it is told once (notify.py). Sensors read what runs have
reported and what is published, never the warehouse: that has one writer.
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
import duckdb

from ingestion.settings import Settings
from orchestration.assets.ingestion import QUARANTINE_METADATA, RUN_TIME, Feed, last_answer
from orchestration.instance import forget_old_runs
from orchestration.naming import FRESH_CHECK
from orchestration.notify import Breach, Clock, deliver, settle
from orchestration.publish import FILE_NAME

CHECK_INTERVAL_SECONDS = 300
DELIVERY_INTERVAL_SECONDS = 60
FORGETTING_INTERVAL_SECONDS = 3600
SILENT = """
    SELECT source_instance, list(object_name ORDER BY object_name), max(silent_hours), max(usual_silence_hours)
    FROM mart_operations.mart_freshness WHERE freshness_status = 'SILENT' GROUP BY 1 ORDER BY 1
"""


def sensors(settings: Settings, feeds: Sequence[Feed], now: Clock) -> list[dg.SensorDefinition]:
    """`now`: the clock that freshness is judged by."""
    return [
        _run_failed(settings),
        _check_failed(settings),
        _quarantine_backlog(settings, feeds),
        _freshness_breached(settings, feeds, now),
        _source_silent(settings),
        _notifications_delivered(settings),
        _old_runs_forgotten(settings, now),
    ]


def _run_failed(settings: Settings) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="run_failed",
        description="Notifies of a job whose runs fail: at the first one, and when one goes through again.",
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitor_all_code_locations=False,
    )
    def run_failed(context: dg.RunFailureSensorContext) -> None:
        job, run_id = context.dagster_run.job_name, context.dagster_run.run_id
        steps = [event.step_key for event in context.get_step_failure_events() if event.step_key]
        checks = [name for name, passed in _judged_checks(context.instance, run_id).items() if not passed]
        breach = Breach(
            job,
            f"{job} failed; the last published build still answers",
            f"See the log of run {run_id[:8]} in the UI, and docs/operating.md, at three in the morning.",
            details={"run_id": run_id, "steps": steps, "checks": checks},
        )
        settle(settings, "RUN_FAILED", [breach], [job])

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
        settle(settings, "RUN_FAILED", [], [context.dagster_run.job_name])
        judged = _judged_checks(context.instance, context.dagster_run.run_id)
        failed = [
            Breach(name, f"{name} failed; what it feeds is published and marked incomplete", "See: parline doctor")
            for name, passed in judged.items()
            if not passed
        ]
        settle(settings, "CHECK_FAILED", failed, judged)

    return check_failed


def _judged_checks(instance: dg.DagsterInstance, run_id: str) -> dict[str, bool]:
    """Every check that a run evaluated, and whether it is no error."""
    found = {}
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation:
            is_error = not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
            found[evaluation.asset_check_key.to_user_string()] = not is_error
    return found


def _quarantine_backlog(settings: Settings, feeds: Sequence[Feed]) -> dg.SensorDefinition:
    @dg.sensor(
        name="quarantine_backlog",
        description="Notifies when records of a source are in quarantine, when they have doubled, and when none is left.",
        minimum_interval_seconds=CHECK_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def quarantine_backlog(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        reported = _last_reports(context.instance, feeds)
        breaches = []
        for feed in feeds:
            waiting = {
                table.name: count for table in feed.tables if (count := _quarantined(reported.get(feed.key(table), {})))
            }
            if waiting:
                total, name = sum(waiting.values()), feed.instance.name
                breaches.append(
                    Breach(
                        name,
                        f"{total} records of {name} are in quarantine ({_listed(waiting)})",
                        f"See: parline quarantine list --source {name}; mend seed, contract or source, then replay.",
                        total,
                    )
                )
        settle(settings, "QUARANTINE_BACKLOG", breaches)
        return dg.SkipReason(f"{sum(one.size for one in breaches)} in quarantine")

    return quarantine_backlog


def _freshness_breached(settings: Settings, feeds: Sequence[Feed], now: Clock) -> dg.SensorDefinition:
    """By when a source last answered in whole. Dagster's own freshness goes by the last materialization, and a load that
    failed is one: what stands below it would be skipped otherwise."""

    @dg.sensor(
        name="freshness_breached",
        description="Notifies when a source has not answered for longer than its contract allows, marks its objects as "
        "stale, and notifies when it answers again. One that answers and has nothing new is fresh.",
        minimum_interval_seconds=CHECK_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def freshness_breached(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        at, known = now(), set((context.cursor or "").split())
        reported = _last_reports(context.instance, feeds)
        breaches, stale = [], dict[str, dg.AssetCheckEvaluation]()
        for feed in feeds:
            late: dict[str, str] = {}
            for table in feed.tables:
                answered_at = last_answer(reported.get(feed.key(table), {}))
                if table.parent or table.freshness is None or answered_at is None:
                    continue
                if at - answered_at > table.freshness + RUN_TIME:
                    late[table.name] = f"agreed {table.freshness}, last {answered_at:%Y-%m-%d %H:%M} UTC"
                    key = feed.key(table)
                    stale[key.to_user_string()] = dg.AssetCheckEvaluation(
                        key, FRESH_CHECK, False, severity=dg.AssetCheckSeverity.WARN, description=late[table.name]
                    )
            if late:
                name = feed.instance.name
                breaches.append(
                    Breach(
                        name,
                        f"{name} has not answered in whole for longer than agreed: {_listed(late)}",
                        f"Ask {feed.contract.owner}, or see its check source_was_read; what was missed is read by the "
                        "next load. If no run has begun: parline run",
                    )
                )
        settle(settings, "FRESHNESS_BREACHED", breaches, now=now)
        # Told to Dagster once: a load that is answered says by itself that its object is fresh again.
        new = [evaluation for name, evaluation in stale.items() if name not in known]
        return dg.SensorResult(
            asset_events=new, cursor=" ".join(sorted(stale)), skip_reason=f"{len(stale)} objects are late"
        )

    return freshness_breached


def _source_silent(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="source_silent",
        description="Notifies when a source answers and nothing of it is new, for longer than it was ever silent before "
        "(mart_freshness): its feed has stopped behind it.",
        minimum_interval_seconds=CHECK_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def source_silent(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        breaches = [
            Breach(
                name,
                f"{name} answers, and has had nothing new for {hours:.0f} hours; {usual:.0f} were the longest until now "
                f"({_listed(dict.fromkeys(objects, ''))})",
                "Ask its owner whether its interfaces run; parline reads what comes later by itself.",
            )
            for name, objects, hours, usual in _silent(settings)
        ]
        settle(settings, "SOURCE_SILENT", breaches)
        return dg.SkipReason(f"{len(breaches)} sources are silent")

    return source_silent


def _notifications_delivered(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="notifications_delivered",
        description="Sends again what a webhook or mail server did not take.",
        minimum_interval_seconds=DELIVERY_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def notifications_delivered(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason("; ".join(deliver(settings)) or "nothing waits")

    return notifications_delivered


def _old_runs_forgotten(settings: Settings, now: Clock) -> dg.SensorDefinition:
    @dg.sensor(
        name="old_runs_forgotten",
        description=f"Deletes finished runs that are older than {settings.run_days} days; what checks said last is kept.",
        minimum_interval_seconds=FORGETTING_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def old_runs_forgotten(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(f"{forget_old_runs(settings, context.instance, now())} runs forgotten")

    return old_runs_forgotten


Report = Mapping[str, dg.MetadataValue]


def _quarantined(report: Report) -> int:
    said = report.get(QUARANTINE_METADATA)
    return int(str(said.value)) if said else 0


def _last_reports(instance: dg.DagsterInstance, feeds: Sequence[Feed]) -> dict[dg.AssetKey, Report]:
    """The metadata of the last load of every raw table."""
    found: dict[dg.AssetKey, Report] = {}
    keys = [feed.key(table) for feed in feeds for table in feed.tables]
    for record in instance.get_asset_records(keys) if keys else ():
        event = record.asset_entry.last_materialization
        if event and event.asset_materialization:
            found[record.asset_entry.asset_key] = event.asset_materialization.metadata
    return found


def _silent(settings: Settings) -> Iterator[tuple[str, list[str], float, float]]:
    path = settings.published_dir / FILE_NAME
    if path.exists():
        with duckdb.connect(str(path), read_only=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM duckdb_columns() WHERE table_name = 'mart_freshness' AND column_name = 'silent_hours'"
            ).fetchall()
            yield from connection.execute(SILENT).fetchall() if known else ()


def _listed(said: Mapping[str, object]) -> str:
    """A few of many names, so that a message stays one."""
    shown = [f"{name} {value}".strip() for name, value in list(said.items())[:5]]
    return ", ".join(shown) + (f" and {len(said) - 5} more" if len(said) > 5 else "")
