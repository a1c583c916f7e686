"""Everything Dagster knows of parline: `defs` for its tools, `build_definitions` for tests and the command line.

Importing this needs no network, secret or database: only contracts, the list of instances and dbt's manifest.
Runs execute in process: a step of the multiprocess executor imports everything again, and one warehouse has one writer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion.contracts import load_contract
from ingestion.instances import Instance, load_instances
from ingestion.settings import Settings, load_settings
from ingestion.warehouse import kept_open
from orchestration.assets.close import MART, close_asset, close_job, month_closed
from orchestration.assets.costing import costing_assets
from orchestration.assets.expectations import expectation_checks
from orchestration.assets.ingestion import Feed, ingestion_assets
from orchestration.assets.mastering import mastering_assets
from orchestration.assets.pack import pack_asset, required_tables
from orchestration.assets.publication import publication_assets
from orchestration.assets.transformation import load_dbt_manifest, local_dbt, transformation_assets
from orchestration.gate import fed_tables
from orchestration.naming import WAREHOUSE_OPEN, cadence_of
from orchestration.notify import Clock, utc_now
from orchestration.progress import PROGRESS, progress_logger
from orchestration.publish import published_models
from orchestration.replays import after_replay, replay_jobs
from orchestration.schedules import BUILD, jobs_and_schedules
from orchestration.sensors import sensors

PROJECT_ROOT = Path(__file__).parents[1]
DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"


@dataclass(frozen=True)
class Overrides:
    """What tests and the demo put in the place of the configured: settings, instances, dbt project, patience, clock."""

    settings: Settings | None = None
    instances: Mapping[str, Instance] | None = None
    dbt_project_dir: Path = DBT_PROJECT_DIR
    retry_wait_seconds: float = 30.0
    clock: Clock = utc_now


def build_definitions(overrides: Overrides | None = None) -> dg.Definitions:
    """Raises DbtManifestMissingError, ContractError or SettingsError: each says what to do."""
    overrides = overrides or Overrides()
    settings = overrides.settings or load_settings()
    feeds = configured_feeds(settings, overrides.instances)
    dbt_manifest = load_dbt_manifest(overrides.dbt_project_dir)
    ingestion = [
        ingestion_assets(feed, settings, overrides.retry_wait_seconds, _feeding(dbt_manifest, feed), overrides.clock)
        for feed in feeds
    ]
    transformation = transformation_assets(settings, overrides.dbt_project_dir, dbt_manifest, feeds)
    checks = expectation_checks(settings, dbt_manifest, feeds)
    blocking = _blocking_checks([*ingestion, *transformation, *checks])
    publication = publication_assets(settings, dbt_manifest, feeds, blocking)
    is_complete = required_tables() <= {str(model.table) for model in published_models(dbt_manifest)}
    pack = [pack_asset(settings)] if is_complete else []
    closing = [close_asset(settings)] if MART in {str(model.table) for model in published_models(dbt_manifest)} else []
    jobs, schedules = jobs_and_schedules(
        settings, _keys_by_cadence(feeds), _seeds(transformation), [key for step in checks for key in step.check_keys]
    )
    closes = [close_job(asset) for asset in closing]
    replays = replay_jobs(settings, feeds)
    build = next(job for job in jobs if job.name == BUILD)
    return dg.Definitions(
        assets=[
            *ingestion,
            *transformation,
            *mastering_assets(settings, dbt_manifest),
            *costing_assets(settings, dbt_manifest),
            *publication,
            *pack,
            *closing,
        ],
        asset_checks=checks,
        jobs=[*jobs, *replays, *closes],
        schedules=schedules,
        sensors=[
            *sensors(settings, feeds, overrides.clock),
            after_replay(replays, build),
            *(month_closed(settings, job) for job in closes),
        ],
        resources={"dbt": local_dbt(overrides.dbt_project_dir), WAREHOUSE_OPEN: warehouse_open},
        loggers={PROGRESS: progress_logger},
        executor=dg.in_process_executor,
    )


@dg.resource(description="The warehouse stays open from one step of a run to the next.")
def warehouse_open(context: dg.InitResourceContext) -> Iterator[None]:
    with kept_open():
        yield


def configured_feeds(settings: Settings, instances: Mapping[str, Instance] | None = None) -> list[Feed]:
    """Every configured instance with its contract, in the order of sources.toml."""
    if instances is None:
        instances = load_instances(settings.sources_path)
    return [Feed(instance, load_contract(instance.system)) for instance in instances.values()]


def _feeding(dbt_manifest: Mapping[str, Any], feed: Feed) -> set[str]:
    return {name for name, below in fed_tables(dbt_manifest, feed).items() if below}


def _blocking_checks(definitions: Sequence[dg.AssetsDefinition]) -> list[dg.AssetCheckKey]:
    return sorted(spec.key for definition in definitions for spec in definition.check_specs if spec.blocking)


def _keys_by_cadence(feeds: Sequence[Feed]) -> dict[str, list[dg.AssetKey]]:
    keys: dict[str, list[dg.AssetKey]] = {}
    for feed in feeds:
        for table in feed.tables:
            keys.setdefault(cadence_of(feed.contract, table).name, []).append(feed.key(table))
    return keys


def _seeds(transformation: Sequence[dg.AssetsDefinition]) -> list[dg.AssetKey]:
    return [spec.key for step in transformation for spec in step.specs if spec.tags["parline/layer"] == "seeds"]


@dg.definitions
def defs() -> dg.Definitions:
    return build_definitions()
