"""When what somebody is needed for is looked at, while a daemon runs.

Belongs here: the sensors. Not here: what they look for (watch.py), that it is told once (notify.py).
"""

from collections.abc import Sequence

import dagster as dg

from ingestion.settings import Settings
from orchestration.assets.ingestion import Feed
from orchestration.instance import forget_old_runs
from orchestration.notify import Clock, deliver
from orchestration.watch import judge_freshness, judge_quarantine, judge_run, judge_silence

CHECK_INTERVAL_SECONDS = 300
DELIVERY_INTERVAL_SECONDS = 60
FORGETTING_INTERVAL_SECONDS = 3600


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
        judge_run(settings, context.instance, context.dagster_run)

    return run_failed


def _check_failed(settings: Settings) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="check_failed",
        description="Notifies of failed checks in runs that went through: a source that could not be read.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def check_failed(context: dg.RunStatusSensorContext) -> None:
        judge_run(settings, context.instance, context.dagster_run)

    return check_failed


def _quarantine_backlog(settings: Settings, feeds: Sequence[Feed]) -> dg.SensorDefinition:
    @dg.sensor(
        name="quarantine_backlog",
        description="Notifies when records of a source are in quarantine, when they have doubled, and when none is left.",
        minimum_interval_seconds=CHECK_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def quarantine_backlog(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(f"{judge_quarantine(settings, context.instance, feeds)} in quarantine")

    return quarantine_backlog


def _freshness_breached(settings: Settings, feeds: Sequence[Feed], now: Clock) -> dg.SensorDefinition:
    @dg.sensor(
        name="freshness_breached",
        description="Notifies when a source has not answered for longer than its contract allows, marks its objects as "
        "stale, and notifies when it answers again. One that answers and has nothing new is fresh.",
        minimum_interval_seconds=CHECK_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def freshness_breached(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        known = set((context.cursor or "").split())
        stale = judge_freshness(settings, context.instance, feeds, now)
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
        return dg.SkipReason(f"{judge_silence(settings)} sources are silent")

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
