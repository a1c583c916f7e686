"""Sensors against a real Dagster instance that is told what loads and runs report: what each notices, once, and its end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.settings import Settings
from orchestration.assets.ingestion import ANSWERED_METADATA, QUARANTINE_METADATA, RUN_TIME, Feed
from orchestration.naming import FRESH_CHECK
from orchestration.sensors import sensors

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEED = Feed(Instance("erp", "tryton", "http://127.0.0.1:1/erp", objects=("party", "purchase")), load_contract("tryton"))
SLA = FEED.contract.by_name["purchase"].freshness


@dataclass
class Watch:
    """Dagster's memory, the sensors that look at it, and their clock."""

    settings: Settings
    instance: dg.DagsterInstance
    clock: list[datetime] = field(default_factory=lambda: [NOW])
    cursors: dict[str, str | None] = field(default_factory=dict)

    def reports(self, table: str, quarantined: int = 0, answered_at: datetime = NOW) -> None:
        metadata = {
            QUARANTINE_METADATA: dg.MetadataValue.int(quarantined),
            ANSWERED_METADATA: dg.MetadataValue.timestamp(answered_at),
        }
        key = FEED.key(FEED.contract.by_name[table])
        self.instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata=metadata))

    def look(self, name: str) -> list[dg.AssetCheckEvaluation]:
        sensor = self.named(name)
        ticked = sensor.evaluate_tick(dg.build_sensor_context(self.instance, cursor=self.cursors.get(name)))
        self.cursors[name] = ticked.cursor
        return list(ticked.asset_events)

    def named(self, name: str) -> dg.SensorDefinition:
        return next(one for one in sensors(self.settings, [FEED], lambda: self.clock[0]) if one.name == name)

    @property
    def told(self) -> list[tuple[str, str, list[str]]]:
        path = self.settings.home / "notifications.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [(line["kind"], line["state"], line["subjects"]) for line in lines]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Watch(Settings(home=tmp_path / "home"), instance)


def test_a_backlog_is_told_when_it_begins_when_it_has_doubled_and_when_it_is_gone(watch):
    for quarantined in (0, 3, 3, 5, 6, 0, 0):
        watch.reports("party", quarantined)
        watch.look("quarantine_backlog")
    assert [state for _, state, _ in watch.told] == ["BEGUN", "BEGUN", "OVER"]
    assert watch.told[0] == ("QUARANTINE_BACKLOG", "BEGUN", ["erp"])


def test_a_source_is_late_when_its_time_and_a_run_s_time_are_over_and_not_before(watch):
    assert SLA is not None
    watch.reports("purchase")
    watch.clock[0] = NOW + SLA + RUN_TIME
    assert watch.look("freshness_breached") == []
    watch.clock[0] += timedelta(seconds=1)
    [evaluation] = watch.look("freshness_breached")
    assert (evaluation.check_name, evaluation.passed, evaluation.severity) == (
        FRESH_CHECK,
        False,
        dg.AssetCheckSeverity.WARN,
    )
    assert evaluation.asset_key.path[-1] == "purchase"
    assert watch.look("freshness_breached") == []  # said once to Dagster, too
    assert watch.told == [("FRESHNESS_BREACHED", "BEGUN", ["erp"])]
    # The next load is answered and brings nothing: quiet, and fresh.
    watch.reports("purchase", answered_at=watch.clock[0])
    watch.look("freshness_breached")
    assert watch.told[1:] == [("FRESHNESS_BREACHED", "OVER", ["erp"])]


def test_a_failed_load_does_not_make_a_source_fresh(watch):
    """Dagster counts it as a materialization; its answer is the old one."""
    assert SLA is not None
    watch.reports("purchase")
    watch.clock[0] = NOW + SLA + RUN_TIME + timedelta(minutes=1)
    watch.reports("purchase", answered_at=NOW)
    assert len(watch.look("freshness_breached")) == 1


def test_a_silent_source_is_told_from_what_is_published(watch):
    watch.look("source_silent")  # nothing is published yet
    path = watch.settings.published_dir / "analytics.duckdb"
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA mart_operations")
        connection.execute(
            "CREATE TABLE mart_operations.mart_freshness AS SELECT * FROM (VALUES ('erp', 'purchase', 'SILENT', 30.2, 6.0), "
            "('erp', 'party', 'QUIET', 30.2, 6.0), ('ehr', 'visit', 'FRESH', 0.5, 2.0)) "
            "AS t(source_instance, object_name, freshness_status, silent_hours, usual_silence_hours)"
        )
    for _ in range(2):
        watch.look("source_silent")
    assert watch.told == [("SOURCE_SILENT", "BEGUN", ["erp"])]
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE mart_operations.mart_freshness SET freshness_status = 'FRESH'")
    watch.look("source_silent")
    assert watch.told[1:] == [("SOURCE_SILENT", "OVER", ["erp"])]


class Works:
    """A job of one asset with a check; whether the asset fails, and whether its check does, is told from outside."""

    def __init__(self) -> None:
        self.fails, self.check_fails = False, False

        @dg.asset(check_specs=[dg.AssetCheckSpec("was_read", asset="party")])
        def party():
            if self.fails:
                raise dg.Failure("no", allow_retries=False)
            yield dg.MaterializeResult()
            yield dg.AssetCheckResult(check_name="was_read", passed=not self.check_fails)

        job = dg.define_asset_job("hourly", dg.AssetSelection.assets(party))
        self.job = dg.Definitions(assets=[party], jobs=[job]).resolve_job_def("hourly")

    def run(self, watch: Watch) -> None:
        """Once, and then the tick that follows."""
        result = self.job.execute_in_process(instance=watch.instance, raise_on_error=False)
        name = "check_failed" if result.success else "run_failed"
        of = dg.DagsterEventType.RUN_SUCCESS if result.success else dg.DagsterEventType.RUN_FAILURE
        context = dg.build_run_status_sensor_context(
            name,
            dagster_instance=watch.instance,
            dagster_run=watch.instance.get_run_by_id(result.run_id),
            dagster_event=next(event for event in result.all_events if event.event_type == of),
        )
        watch.named(name)(context if result.success else context.for_run_failure())


def test_a_job_that_fails_is_told_once_and_when_it_goes_through_again(watch):
    works = Works()
    for works.fails in (False, True, True, False, False):
        works.run(watch)
    assert watch.told == [("RUN_FAILED", "BEGUN", ["hourly"]), ("RUN_FAILED", "OVER", ["hourly"])]


def test_a_check_that_fails_in_a_run_that_went_through_is_told_once_and_when_it_passes(watch):
    works = Works()
    for works.check_fails in (False, True, True, False, False):
        works.run(watch)
    assert watch.told == [("CHECK_FAILED", "BEGUN", ["party:was_read"]), ("CHECK_FAILED", "OVER", ["party:was_read"])]
