"""Landing again, as jobs with typed configuration for the launchpad: the quarantine, a stretch of the archive, everything
that a source has, every key against its source.

Belongs here: which instances and objects, and what Dagster is told. Not here: how anything lands (ingestion/landing); what is
built after it (the job `build_and_publish`, which the sensor `after_replay` asks for).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from ingestion.landing.land import land
from ingestion.landing.ledger import LoadReport
from ingestion.landing.replay import replay_archive, replay_quarantine
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration import audit
from orchestration.assets.ingestion import (
    QUARANTINE_METADATA,
    WAREHOUSE_WAIT_SECONDS,
    Feed,
    standing_of,
    what_came_of,
)
from orchestration.naming import WAREHOUSE_POOL

Land = Callable[[Warehouse, Feed, list[str] | None, Callable[[str], None]], LoadReport]


class Part(dg.Config):
    """What of the sources is meant; everything, where nothing is named."""

    sources: list[str] = Field(default=[], description="Instances of sources.toml. None named: all of them.")
    objects: list[str] = Field(
        default=[], description="Objects of their contracts, documents and not their lines. None named: all of them."
    )


class QuarantinePart(Part):
    """Which entries of the quarantine are landed again."""

    quarantine_ids: list[str] = Field(default=[], description="Only these entries. None named: all that are open.")


class ArchivePart(Part):
    """Which loads of the archive are landed again."""

    since: str = Field(default="", description="First load, as a moment in UTC: 2026-11-01 or 2026-11-01T06:00.")
    until: str = Field(default="", description="Loads that began before this moment.")


class SourcePart(Part):
    """What is read again from its source."""

    accept_fewer: bool = Field(
        default=False,
        description="Let a list shrink below 90 % of the last one, once; only after asking the source's owner.",
    )


def replay_jobs(settings: Settings, feeds: Sequence[Feed]) -> list[dg.JobDefinition]:
    """The four jobs; none reads or writes anything that is not named in its configuration."""

    @dg.op(pool=WAREHOUSE_POOL, tags={"kind": "dlt"})
    def land_quarantined_records(context: dg.OpExecutionContext, config: QuarantinePart) -> None:
        ids = config.quarantine_ids or None
        _land_again(
            context, settings, feeds, config, "REPLAY QUARANTINE",
            lambda warehouse, feed, objects, say: replay_quarantine(
                warehouse, feed.instance, settings, objects, ids, say
            ),
        )  # fmt: skip

    @dg.op(pool=WAREHOUSE_POOL, tags={"kind": "dlt"})
    def land_archived_pages(context: dg.OpExecutionContext, config: ArchivePart) -> None:
        since, until = moment(config.since), moment(config.until)
        _land_again(
            context, settings, feeds, config, "REPLAY ARCHIVE",
            lambda warehouse, feed, objects, say: replay_archive(
                warehouse, feed.instance, settings, objects, since, until, say
            ),
        )  # fmt: skip

    @dg.op(pool=WAREHOUSE_POOL, tags={"kind": "dlt"})
    def read_everything(context: dg.OpExecutionContext, config: SourcePart) -> None:
        _land_again(
            context, settings, feeds, config, "READ AGAIN",
            lambda warehouse, feed, objects, say: land(
                warehouse, feed.instance, settings, objects, "full", say, config.accept_fewer, context.run_id
            ),
        )  # fmt: skip

    @dg.op(pool=WAREHOUSE_POOL, tags={"kind": "dlt"})
    def compare_every_key(context: dg.OpExecutionContext, config: Part) -> None:
        _land_again(
            context, settings, feeds, config, "RECONCILE",
            lambda warehouse, feed, objects, say: land(
                warehouse, feed.instance, settings, objects, "reconcile", say, run_id=context.run_id
            ),
        )  # fmt: skip

    @dg.job(
        name="replay_quarantine",
        description="Lands open records of the quarantine again, after their cause was mended.",
    )
    def quarantine() -> None:
        land_quarantined_records()

    @dg.job(name="replay_archive", description="Lands again what the archive holds, by source, object and time.")
    def archive() -> None:
        land_archived_pages()

    @dg.job(name="read_again", description="Reads whole objects from their sources again, whatever was read before.")
    def again() -> None:
        read_everything()

    @dg.job(
        name="compare_keys",
        description="Compares every key with its source, fetches what is missing or stale, marks what is gone.",
    )
    def keys() -> None:
        compare_every_key()

    return [quarantine, archive, again, keys]


def after_replay(jobs: Sequence[dg.JobDefinition], build: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """What landed again is built, checked and published without anybody asking for it."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="after_replay",
        description="Builds and publishes after records were landed again.",
        monitored_jobs=list(jobs),
        request_job=build,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.RunStatusSensorContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=context.dagster_run.run_id, tags={"parline/after": context.dagster_run.run_id})

    return sensor


def moment(said: str) -> datetime | None:
    """A moment in UTC of what somebody wrote; none of nothing. Raises dagster's Failure for what is no moment."""
    if not said:
        return None
    try:
        meant = datetime.fromisoformat(said)
    except ValueError:
        raise dg.Failure(f"{said!r} is no moment: write 2026-11-01 or 2026-11-01T06:00", allow_retries=False) from None
    return meant.astimezone(UTC) if meant.tzinfo else meant.replace(tzinfo=UTC)


def _land_again(
    context: dg.OpExecutionContext, settings: Settings, feeds: Sequence[Feed], part: Part, action: str, land_part: Land
) -> None:
    """Every instance that is meant, each by itself. Raises dagster's Failure for a name that nobody has, before anything is
    read; and at the end, when something was not read or is not accounted for."""
    chosen = _chosen(feeds, part)
    unclean: list[str] = []
    with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
        for feed, objects in chosen:
            report = land_part(warehouse, feed, objects, context.log.info)
            standing = standing_of(warehouse.connection, feed)
            for table in feed.tables:
                if result := report.objects.get(table.name):
                    metadata = {**what_came_of(result), **standing[table.name]}
                    context.log_event(dg.AssetMaterialization(feed.key(table), metadata=metadata))
            landed = sum(result.landed for result in report.objects.values())
            audit.record(
                settings, action, feed.instance.name, run=context.run_id, objects=len(report.objects), landed=landed
            )
            context.log.info(f"{feed.instance.name}: {landed} rows landed, {_waiting(standing)} still in quarantine")
            unclean += [
                f"{feed.instance.name}: {name}: {result.error or 'not every record is accounted for'}"
                for name, result in report.objects.items()
                if result.status != "COMPLETE" or result.difference or result.unaccounted
            ]
    if unclean:
        raise dg.Failure("\n".join(unclean), allow_retries=False)


def _waiting(standing: Mapping[str, Mapping[str, dg.MetadataValue]]) -> int:
    return sum(int(str(one[QUARANTINE_METADATA].value)) for one in standing.values())


def _chosen(feeds: Sequence[Feed], part: Part) -> list[tuple[Feed, list[str] | None]]:
    """The instances that are meant, with the objects of each; none for all of them."""
    named = [feed for feed in feeds if not part.sources or feed.instance.name in part.sources]
    nobody = set(part.sources) - {feed.instance.name for feed in named}
    if nobody:
        known = ", ".join(feed.instance.name for feed in feeds)
        raise dg.Failure(f"No source {', '.join(sorted(nobody))}; there are: {known}", allow_retries=False)
    roots = {feed.instance.name: {table.name for table in feed.tables if table.parent is None} for feed in named}
    nothing = set(part.objects) - set().union(*roots.values())
    if nothing:
        raise dg.Failure(
            f"No object {', '.join(sorted(nothing))} to land by itself; there are: "
            + "; ".join(f"{name}: {', '.join(sorted(objects))}" for name, objects in roots.items()),
            allow_retries=False,
        )
    if not part.objects:
        return [(feed, None) for feed in named]
    wanted = {feed.instance.name: sorted(roots[feed.instance.name] & set(part.objects)) for feed in named}
    return [(feed, wanted[feed.instance.name]) for feed in named if wanted[feed.instance.name]]
