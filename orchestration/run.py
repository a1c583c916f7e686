"""Running the whole way once, in this process: the same job that the UI and the schedules run.

Not here: what the job is made of (definitions.py), tables on a screen (cli.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
import duckdb

from ingestion.settings import Settings, SettingsError
from orchestration.assets.close import JOB as CLOSE
from orchestration.assets.close import MONTHS
from orchestration.definitions import Overrides, build_definitions, configured_feeds
from orchestration.instance import PROCESS_TAG, dagster_instance, forget_old_runs, this_process
from orchestration.naming import CLOSE_KEY, PUBLISHED_KEY
from orchestration.progress import PROGRESS, Progress, heard_by
from orchestration.schedules import EVERYTHING
from orchestration.watch import judge_freshness, judge_quarantine, judge_run, judge_silence


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended. failed_checks: those of error severity, `schema/table:check: why`; failures: steps that failed
    and why; is_published: whether a new build was swapped in."""

    run_id: str
    succeeded: bool
    is_published: bool
    failed_checks: tuple[str, ...]
    failures: tuple[str, ...]


def run_everything(
    settings: Settings,
    sources: Sequence[str] = (),
    progress: Progress = lambda line: None,
    overrides: Overrides | None = None,
) -> RunOutcome:
    """Ingest (the instances named, or all), build, check, publish. Raises SettingsError for an unknown instance."""
    overrides = overrides or Overrides(settings=settings)
    names = [feed.instance.name for feed in configured_feeds(settings, overrides.instances)]
    unknown = set(sources) - set(names)
    if unknown:
        raise SettingsError(f"No instance {', '.join(sorted(unknown))} in {settings.sources_path}; known: {names}")
    repository = build_definitions(overrides).get_repository_def()
    graph = repository.asset_graph
    left_out = {f"ingest_{name}" for name in names if sources and name not in sources}
    selected = [
        key
        for key in graph.executable_asset_keys
        if key != CLOSE_KEY and graph.assets_def_for_key(key).op.name not in left_out
    ]
    outcome = _execute(settings, repository, selected, progress)
    try:
        _judge(settings, overrides, outcome.run_id)
    except (OSError, ValueError, duckdb.Error) as error:
        progress(f"nobody was notified: {error}")
    return outcome


def publish_only(settings: Settings, overrides: Overrides | None = None) -> RunOutcome:
    """Publish what is built, if the gate has nothing against it, with all that is made of the published file."""
    repository = build_definitions(overrides or Overrides(settings=settings)).get_repository_def()
    group = PUBLISHED_KEY.path[0]
    published = [key for key in repository.asset_graph.executable_asset_keys if key.path[0] == group]
    return _execute(settings, repository, published, lambda line: None)


def write_closed_months(
    settings: Settings, months: Sequence[str], overrides: Overrides | None = None
) -> dict[str, RunOutcome]:
    """Materialize partitions of closed months: each one's sheet, and whether it still says what was known at the close."""
    repository = build_definitions(overrides or Overrides(settings=settings)).get_repository_def()
    outcomes = {}
    with dagster_instance(settings) as instance:
        instance.add_dynamic_partitions(str(MONTHS.name), months)
        for month in months:
            result = repository.get_job(CLOSE).execute_in_process(
                instance=instance,
                partition_key=month,
                tags={PROCESS_TAG: this_process()},
                run_config={"loggers": {PROGRESS: {}}},
                raise_on_error=False,
            )
            outcomes[month] = _outcome(result)
    return outcomes


def _execute(
    settings: Settings, repository: dg.RepositoryDefinition, keys: Sequence[dg.AssetKey], progress: Progress
) -> RunOutcome:
    with dagster_instance(settings) as instance, heard_by(progress):
        result = repository.get_job(EVERYTHING).execute_in_process(
            instance=instance,
            asset_selection=list(keys),
            tags={PROCESS_TAG: this_process()},
            run_config={"loggers": {PROGRESS: {}}},
            raise_on_error=False,
        )
        forget_old_runs(settings, instance, datetime.now(UTC))
    return _outcome(result)


def _judge(settings: Settings, overrides: Overrides, run_id: str) -> None:
    """What the sensors look for, once: where cron calls, no daemon runs. Where one does, what was told is not told again."""
    feeds = configured_feeds(settings, overrides.instances)
    with dagster_instance(settings) as instance:
        if run := instance.get_run_by_id(run_id):
            judge_run(settings, instance, run)
        judge_quarantine(settings, instance, feeds)
        judge_freshness(settings, instance, feeds, overrides.clock)
    judge_silence(settings)


def _outcome(result: dg.ExecuteInProcessResult) -> RunOutcome:
    return RunOutcome(
        run_id=result.run_id,
        succeeded=result.success,
        is_published=bool(result.asset_materializations_for_node(PUBLISHED_KEY.to_python_identifier()))
        if result.success
        else False,
        failed_checks=tuple(
            f"{check.asset_check_key.to_user_string()}: {check.description or 'see its metadata in the UI'}"
            for check in result.get_asset_check_evaluations()
            if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
        ),
        failures=tuple(f"{event.step_key}: {_cause(event)}" for event in result.all_events if event.is_step_failure),
    )


def _cause(event: dg.DagsterEvent) -> str:
    """The first line of the innermost error: what an operator can act on."""
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    error = failure.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else "no reason given"
