"""When what runs: one job and schedule for each cadence, and one job for everything.

Not here: which object has which cadence (naming.py, from the contract's freshness).
"""

from collections.abc import Mapping, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from ingestion.settings import Settings
from orchestration.naming import CADENCES, CLOSE_KEY, Cadence

EVERYTHING = "everything"
BUILD = "build_and_publish"


def jobs_and_schedules(
    settings: Settings,
    raw_keys: Mapping[str, Sequence[dg.AssetKey]],
    seeds: Sequence[dg.AssetKey],
    checks: Sequence[dg.AssetCheckKey],
) -> tuple[list[UnresolvedAssetJobDefinition], list[dg.ScheduleDefinition]]:
    """`raw_keys`: cadence name to the raw tables that have it. A cadence's job reads those, and builds, checks and
    publishes what is below them; dbt's seeds are below nothing, so every job brings them. `checks`: those that look at a
    table from outside, raw ones too; what built the table need not run for them."""
    close = dg.AssetSelection.groups(CLOSE_KEY.path[0])
    read = dg.AssetSelection.assets(*(key for keys in raw_keys.values() for key in keys))
    jobs = [
        dg.define_asset_job(
            EVERYTHING, selection=dg.AssetSelection.all() - close, description="All sources, all models."
        ),
        dg.define_asset_job(
            BUILD,
            selection=(dg.AssetSelection.all() - close - read) | dg.AssetSelection.checks(*checks),
            description="Builds, checks and publishes what has landed; asks no source.",
        ),
    ]
    schedules = []
    for cadence in CADENCES:
        if raw_keys.get(cadence.name):
            below = dg.AssetSelection.assets(*raw_keys[cadence.name]).downstream() - close
            job = dg.define_asset_job(
                cadence.name, selection=below | dg.AssetSelection.assets(*seeds), description=cadence.description
            )
            jobs.append(job)
            schedules.append(_schedule(settings, cadence, job))
    return jobs, schedules


def _schedule(settings: Settings, cadence: Cadence, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Runs by itself in production only. While a run of the job is unfinished the tick is skipped: behind a nightly
    run, ten-minute runs would pile up."""

    @dg.schedule(
        name=f"{cadence.name}_schedule",
        job=job,
        cron_schedule=cadence.cron,
        description=cadence.description,
        default_status=dg.DefaultScheduleStatus.RUNNING if settings.env == "prod" else dg.DefaultScheduleStatus.STOPPED,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        unfinished = context.instance.get_runs(
            dg.RunsFilter(
                job_name=cadence.name,
                statuses=[
                    dg.DagsterRunStatus.QUEUED,
                    dg.DagsterRunStatus.NOT_STARTED,
                    dg.DagsterRunStatus.STARTING,
                    dg.DagsterRunStatus.STARTED,
                ],
            ),
            limit=1,
        )
        if unfinished:
            return dg.SkipReason(f"run {unfinished[0].run_id} of {cadence.name} has not finished")
        return dg.RunRequest()

    return schedule
