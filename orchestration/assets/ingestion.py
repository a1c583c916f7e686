"""Raw tables as assets: one step per source instance over its objects, around ingestion's `land`.

Belongs here: what Dagster must know of a load. Not here: how a load works (ingestion/landing). This is an asset of our
own and not dagster-dlt's: that one drops the pipeline's pending packages before every run, knows nothing of quarantine
and accounting, and makes phantom assets of child tables.

A source that fails does not stop the others: its check fails, and what it feeds is marked incomplete when published.
Dagster skips everything below an output that is missing, so a failed object still reports a materialization, with
`status: FAILED` and no new rows. Only an accounting difference blocks.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg
import duckdb

from expectations.results import QualityResult
from ingestion.contracts import Contract, ContractError, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.land import land
from ingestion.landing.ledger import Ledger, LoadReport, ObjectReport
from ingestion.landing.schema_changes import OpenChange, SchemaChanges
from ingestion.settings import Settings, SettingsError
from ingestion.warehouse import Warehouse, let_go
from orchestration import audit
from orchestration.naming import (
    ACCOUNTED_CHECK,
    FRESH_CHECK,
    READ_CHECK,
    SCHEMA_CHECK,
    WAREHOUSE_OPEN,
    WAREHOUSE_POOL,
    raw_identity,
    raw_schema,
)
from orchestration.quality import keep_results

EXPECTED = {
    READ_CHECK: "The last load of this object did not fail at the source.",
    ACCOUNTED_CHECK: "fetched = landed + duplicate + superseded + quarantined + out of scope, and the warehouse holds "
    "as many as the source counts.",
    SCHEMA_CHECK: "The source gives what its contract says. A change that freezes the object (a field renamed, "
    "gone or of another type, a new value of a list) holds what it feeds at its last published state, until "
    "the contract has a new version or somebody acknowledges it: parline sources.",
    FRESH_CHECK: "The source has answered in whole within the time agreed, with or without anything new. Judged "
    "by every load, and by the sensor freshness_breached between them.",
}
MAX_RETRIES = 2
FAILED = "FAILED"
# What an hourly run may take until its tables are fresh again: else every hour would end in an alarm.
RUN_TIME = timedelta(minutes=15)
QUARANTINE_METADATA = "open_quarantine"
ANSWERED_METADATA = "answered_at"
WAREHOUSE_WAIT_SECONDS = 600.0


@dataclass(frozen=True)
class Feed:
    """A source instance with the contract it is read by."""

    instance: Instance
    contract: Contract

    @property
    def tables(self) -> tuple[ObjectContract, ...]:
        """The objects this instance is read for: children come with their parents."""
        wanted = self.instance.objects
        return tuple(t for t in self.contract.objects if wanted is None or (t.parent or t.name) in wanted)

    def key(self, table: ObjectContract) -> dg.AssetKey:
        return raw_identity(self.instance, self.contract, table).key


@dataclass(frozen=True)
class _Outcome:
    """By table what became of it in a load, where it stands, and what its checks say."""

    reports: Mapping[str, ObjectReport]
    standing: Mapping[str, Mapping[str, dg.MetadataValue]]
    checks: Mapping[str, Sequence[dg.AssetCheckResult]]


def ingestion_assets(
    feed: Feed, settings: Settings, retry_wait_seconds: float, feeding: Collection[str], now: Callable[[], datetime]
) -> dg.AssetsDefinition:
    """The multi-asset of one instance. Objects can be selected one by one; a child is read with its parent. `feeding`: the
    objects that something is built of, and which therefore have to be accounted for; `now`: the clock of freshness."""
    by_key = {feed.key(table): table for table in feed.tables}

    @dg.multi_asset(
        name=f"ingest_{feed.instance.name}",
        specs=[_spec(feed, table) for table in feed.tables],
        check_specs=[spec for table in feed.tables for spec in _check_specs(feed, table, table.name in feeding)],
        can_subset=True,
        pool=WAREHOUSE_POOL,
        required_resource_keys={WAREHOUSE_OPEN},
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        selected = [by_key[key] for key in by_key if key in context.selected_asset_keys]
        outcome = _load(context, feed, settings, selected, feeding, retry_wait_seconds, now)
        for table in selected:
            result, standing = outcome.reports[table.name], outcome.standing[table.name]
            yield dg.MaterializeResult(asset_key=feed.key(table), metadata={**what_came_of(result), **standing})
            for check in outcome.checks[table.name]:
                if dg.AssetCheckKey(feed.key(table), str(check.check_name)) in context.selected_asset_check_keys:
                    yield check

    return ingest


def _spec(feed: Feed, table: ObjectContract) -> dg.AssetSpec:
    named = raw_identity(feed.instance, feed.contract, table)
    return dg.AssetSpec(
        key=named.key,
        description=table.description,
        group_name=named.group,
        owners=list(named.owners),
        tags=dict(named.tags),
        kinds={"duckdb", "dlt"},
        skippable=True,
        freshness_policy=dg.FreshnessPolicy.time_window(table.freshness + RUN_TIME) if table.freshness else None,
        metadata={
            "contract": f"{feed.contract.system} {feed.contract.version}",
            "contract_file": dg.MetadataValue.path(feed.contract.file),
            "dagster/table_name": f"{raw_schema(feed.contract.system)}.{table.name}",
            "dagster/column_schema": dg.TableSchema(
                [dg.TableColumn(one.name, one.sql_type.lower(), one.description) for one in table.landed_columns]
            ),
        },
    )


def _check_specs(feed: Feed, table: ObjectContract, is_feeding: bool) -> Iterator[dg.AssetCheckSpec]:
    key = feed.key(table)
    yield dg.AssetCheckSpec(READ_CHECK, asset=key, description=EXPECTED[READ_CHECK])
    yield dg.AssetCheckSpec(ACCOUNTED_CHECK, asset=key, blocking=is_feeding, description=EXPECTED[ACCOUNTED_CHECK])
    if table.parent is None:
        yield dg.AssetCheckSpec(SCHEMA_CHECK, asset=key, description=EXPECTED[SCHEMA_CHECK])
    if is_promised(table):
        yield dg.AssetCheckSpec(
            FRESH_CHECK, asset=key, description=f"Agreed: {table.freshness}. {EXPECTED[FRESH_CHECK]}"
        )


def is_promised(table: ObjectContract) -> bool:
    """Whether its contract says how old the object may become; its lines come with it."""
    return table.parent is None and table.freshness is not None


def _load(
    context: dg.AssetExecutionContext,
    feed: Feed,
    settings: Settings,
    tables: Sequence[ObjectContract],
    feeding: Collection[str],
    retry_wait_seconds: float,
    now: Callable[[], datetime],
) -> _Outcome:
    """A source that gave nothing at all is asked again, MAX_RETRIES times and no more. What the last answer's checks say is
    kept."""
    roots = sorted({table.parent or table.name for table in tables})
    with Warehouse(settings.warehouse_path, wait=WAREHOUSE_WAIT_SECONDS) as warehouse:
        report: LoadReport | None = None
        try:
            report = land(
                warehouse, feed.instance, settings, objects=roots, progress=context.log.info, run_id=context.run.run_id
            )
            reports = report.objects
        except (SettingsError, ContractError) as error:
            # Nothing could be asked (a secret is missing), and asking again would not help: others go on.
            reports = {table.name: ObjectReport(table.name, FAILED, error=str(error)) for table in feed.tables}
        if report is not None:
            audit.record(
                settings,
                "LOAD",
                feed.instance.name,
                run=context.run.run_id,
                objects=len(reports),
                failed=sum(result.status == FAILED for result in reports.values()),
                landed=sum(result.landed for result in reports.values()),
                quarantined=sum(result.quarantined for result in reports.values()),
            )
        standing = standing_of(warehouse.connection, feed)
        changes = SchemaChanges(warehouse.connection).open(feed.instance.name, feed.contract.version)
        at = now()
        checks = {
            table.name: _checks(feed.key(table), table, reports[table.name], standing[table.name], changes, at)
            for table in tables
        }
        is_asked_again = report is not None and _gave_nothing(report) and context.retry_number < MAX_RETRIES
        if not is_asked_again:
            said = [
                _said(feed, table, check, table.name in feeding, reports[table.name])
                for table in tables
                for check in checks[table.name]
            ]
            keep_results(warehouse.connection, settings, said, context.run.run_id)
    if is_asked_again:
        let_go(settings.warehouse_path)  # nobody should wait for it while a source is waited for
        raise dg.RetryRequested(MAX_RETRIES, retry_wait_seconds * 2**context.retry_number)
    return _Outcome(reports, standing, checks)


def _gave_nothing(report: LoadReport) -> bool:
    return all(result.status == FAILED for result in report.objects.values())


def standing_of(connection: duckdb.DuckDBPyConnection, feed: Feed) -> dict[str, dict[str, dg.MetadataValue]]:
    """By object what sensors go by: how many of its records are in quarantine, and when it was last answered in whole."""
    answered_at = Ledger(connection).answered_at(feed.instance.name)
    counted = connection.execute(
        "SELECT object, count(*) FROM ops.quarantine WHERE status = 'OPEN' AND source_instance = ? GROUP BY object",
        [feed.instance.name],
    ).fetchall()
    backlog = dict(counted)
    found: dict[str, dict[str, dg.MetadataValue]] = {}
    for table in feed.tables:
        found[table.name] = {QUARANTINE_METADATA: dg.MetadataValue.int(backlog.get(table.name, 0))}
        if table.name in answered_at:
            found[table.name][ANSWERED_METADATA] = dg.MetadataValue.timestamp(answered_at[table.name])
    return found


def _checks(
    key: dg.AssetKey,
    table: ObjectContract,
    result: ObjectReport,
    standing: Mapping[str, dg.MetadataValue],
    changes: Sequence[OpenChange],
    now: datetime,
) -> list[dg.AssetCheckResult]:
    """What its checks say of a table's load: those that it has (_check_specs)."""
    checks = [_read_result(key, result), _accounted_result(key, result)]
    if table.parent is None:
        checks.append(_schema_result(key, [change for change in changes if change.object == table.name]))
    if is_promised(table):
        checks.append(_fresh_result(key, table, standing, now))
    return checks


def _said(
    feed: Feed, table: ObjectContract, check: dg.AssetCheckResult, is_feeding: bool, result: ObjectReport
) -> QualityResult:
    """A check of a load as every other check is kept. What it saw is told in counts and names: an error may quote a value."""
    name = str(check.check_name)
    is_judged = name != ACCOUNTED_CHECK or result.status != FAILED
    seen = {
        READ_CHECK: result.status.lower(),
        ACCOUNTED_CHECK: f"{result.unaccounted} not accounted for, difference {result.difference}"
        if is_judged
        else "the load failed",
        SCHEMA_CHECK: "as agreed" if check.passed else "changed: parline sources",
        FRESH_CHECK: check.description or "",
    }
    return QualityResult(
        "landing",
        name,
        raw_schema(feed.contract.system),
        table.name,
        feed.instance.name,
        "critical" if name == ACCOUNTED_CHECK and is_feeding and is_judged else "warning",
        table.owner or feed.contract.owner,
        ("PASSED" if check.passed else "FAILED") if is_judged else "NOT MEASURED",
        EXPECTED[name],
        seen[name],
    )


def _read_result(key: dg.AssetKey, result: ObjectReport) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=READ_CHECK,
        passed=result.status != FAILED,
        metadata={"error": result.error or ""},
        description=result.error,
    )


def _accounted_result(key: dg.AssetKey, result: ObjectReport) -> dg.AssetCheckResult:
    """A failed load has landed nothing that counts, so there is nothing to account for: the other check speaks."""
    failed = result.status == FAILED
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=ACCOUNTED_CHECK,
        passed=failed or (result.unaccounted == 0 and result.difference == 0),
        metadata={"unaccounted": result.unaccounted, "difference": result.difference},
    )


def _fresh_result(
    key: dg.AssetKey, table: ObjectContract, standing: Mapping[str, dg.MetadataValue], now: datetime
) -> dg.AssetCheckResult:
    """A warning: that a source could not be read is an error of its own, at once."""
    limit = table.freshness + RUN_TIME if table.freshness else timedelta.max
    answered_at = last_answer(standing)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=FRESH_CHECK,
        passed=answered_at is not None and now - answered_at <= limit,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"agreed {table.freshness}, last {answered_at:%Y-%m-%d %H:%M} UTC"
        if answered_at
        else "never answered",
    )


def last_answer(standing: Mapping[str, dg.MetadataValue]) -> datetime | None:
    """When an object was last answered in whole, as its last load reported it; None of one that never said."""
    stamp = standing.get(ANSWERED_METADATA)
    return datetime.fromtimestamp(stamp.value, UTC) if isinstance(stamp, dg.TimestampMetadataValue) else None


def _schema_result(key: dg.AssetKey, changes: Sequence[OpenChange]) -> dg.AssetCheckResult:
    """A notice passes, a warning warns, and what freezes the object is an error that blocks nothing else."""
    frozen = [change for change in changes if change.consequence == "FROZEN"]
    columns = ("change_id", "field", "kind", "consequence", "detail")
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=SCHEMA_CHECK,
        passed=all(change.consequence == "NOTICE" for change in changes),
        severity=dg.AssetCheckSeverity.ERROR if frozen else dg.AssetCheckSeverity.WARN,
        description="; ".join(map(str, frozen or changes)) or None,
        metadata={
            "changes": dg.MetadataValue.table(
                [dg.TableRecord({name: getattr(change, name) for name in columns}) for change in changes],
                dg.TableSchema([dg.TableColumn(name) for name in columns]),
            )
        },
    )


def what_came_of(result: ObjectReport) -> dict[str, dg.MetadataValue]:
    """What an engineer needs at 3 a.m.: rows in and out, what was set aside, how far the read got."""
    numbers = ("fetched", "landed", "duplicate", "superseded", "quarantined", "out_of_scope", "bytes", "difference")
    metadata: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.int(getattr(result, name)) for name in numbers}
    metadata["status"] = dg.MetadataValue.text(result.status)
    if result.source_count is not None:
        metadata["source_count"] = dg.MetadataValue.int(result.source_count)
    if result.watermark_to is not None:
        metadata["watermark"] = dg.MetadataValue.timestamp(result.watermark_to)
    return metadata
