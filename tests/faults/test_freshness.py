"""A source that falls silent, beside one that is merely quiet: who is stale, who is told, and what the pack says.

The network is served; the clock is moved, for loads and sensors alike. Not here: how a notification travels (orchestration).
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from bi.build import write_pack
from bi.pages import PAGES
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.definitions import DBT_PROJECT_DIR, Overrides, build_definitions, configured_feeds
from orchestration.gate import fed_tables
from orchestration.instance import dagster_instance
from orchestration.naming import FRESH_CHECK
from orchestration.publish import FILE_NAME, published_models
from orchestration.schedules import EVERYTHING
from tests.bi import published
from tests.dbt.runs import Project
from tests.faults.small_network import LATER, PROTOCOLS, START, Protocol, SmallNetwork, small_network
from tests.ingestion.landing_world import KEY

# One falls silent, as a system does whose interface or network is down; one answers and has nothing new; one answers, and its
# feed has stopped behind it, which had something every hour until then.
SILENCED, QUIET, STOPPED = (
    next(protocol for protocol in PROTOCOLS if protocol.name == name) for name in ("sequence", "OData v4", "page token")
)
SLA, GRACE = timedelta(hours=1), timedelta(minutes=15)
# The last look is at the end of a day, which dbt can be told to take for now.
THE_END = datetime(2026, 11, 21, tzinfo=UTC)
BEGIN = THE_END - SLA - GRACE - timedelta(minutes=1)
UNREACHABLE = {"fault": "dropped", "rate": 1}


@dataclass
class House:
    """A home with three instances, a clock, and Dagster's memory of them."""

    settings: Settings
    network: SmallNetwork
    overrides: Overrides
    instance: dg.DagsterInstance
    clock: list[datetime]
    cursors: dict[str, str | None] = field(default_factory=dict)

    def load(self) -> None:
        """What the hourly job does before it builds."""
        repository = build_definitions(self.overrides).get_repository_def()
        raw = [key for key in repository.asset_graph.executable_asset_keys if key.path[0].startswith("raw_")]
        # Of dbt's own raw tables, the sources of systems that are not read are none of ours.
        assert repository.get_job(EVERYTHING).execute_in_process(instance=self.instance, asset_selection=raw).success

    def look(self, sensor: str) -> None:
        """One tick, as the daemon makes it: what it reports of assets is kept, and so is its cursor."""
        definition = next(one for one in build_definitions(self.overrides).sensors or () if one.name == sensor)
        context = dg.build_sensor_context(self.instance, cursor=self.cursors.get(sensor))
        ticked = definition.evaluate_tick(context)
        self.cursors[sensor] = ticked.cursor
        for event in ticked.asset_events:
            self.instance.report_runless_asset_event(event)

    @property
    def told(self) -> list[tuple[str, str, list[str]]]:
        path = self.settings.home / "notifications.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [(line["kind"], line["state"], line["subjects"]) for line in lines]

    def is_stale(self, protocol: Protocol) -> bool:
        key = dg.AssetKey([f"raw_{protocol.system}", protocol.block, protocol.object])
        check = dg.AssetCheckKey(key, FRESH_CHECK)
        record = self.instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
        assert record.evaluation is not None
        return not record.evaluation.passed


@pytest.fixture
def house(
    made_world: Path, tmp_path: Path, small_dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    monkeypatch.setenv("DAGSTER_HOME", "")
    clock = [BEGIN]
    monkeypatch.setattr("ingestion.landing.ledger._now", lambda: clock[0].replace(tzinfo=None))
    with small_network(made_world, tmp_path / "world") as network:
        settings = Settings(home=tmp_path / "home", pseudonym_key=KEY)
        instances = {one.block: network.instance(one) for one in (SILENCED, QUIET, STOPPED)}
        overrides = Overrides(settings, instances, small_dbt_project, 0.01, lambda: clock[0])
        with dagster_instance(settings) as instance:
            yield House(settings, network, overrides, instance, clock)


def test_a_silenced_source_is_stale_within_its_sla_is_told_once_and_a_quiet_one_is_not(
    house: House, tmp_path: Path
) -> None:
    house.load()
    _had_something_every_ten_minutes(house, STOPPED)
    house.network.fail(SILENCED, UNREACHABLE)
    nothing_new = {"fault": "silent", "since": f"{START:%Y-%m-%dT%H:%M:%SZ}"}
    faults = {SILENCED.served: [UNREACHABLE], QUIET.served: [nothing_new], STOPPED.served: [nothing_new]}
    (house.network.world / "faults.json").write_text(json.dumps(faults), encoding="utf-8")
    house.network.at(LATER)
    house.clock[0] = BEGIN + SLA + GRACE
    house.load()
    house.look("freshness_breached")
    assert house.told == []  # in time still: it was answered an hour and a quarter ago
    house.clock[0] = THE_END
    house.look("freshness_breached")
    assert house.told == [("FRESHNESS_BREACHED", "BEGUN", ["inventory"])]
    assert house.is_stale(SILENCED)
    for _ in range(2):
        house.load()
        house.look("freshness_breached")
    assert len(house.told) == 1
    # The third owes an hour too, and has had nothing new for longer: it answers, so it is not stale.
    assert [house.is_stale(one) for one in (SILENCED, QUIET, STOPPED)] == [True, False, False]

    _what_the_pack_says(house, tmp_path)
    for _ in range(2):
        house.look("source_silent")
    assert house.told[1:] == [("SOURCE_SILENT", "BEGUN", ["perioperative"])]

    house.network.calm()
    house.load()
    house.look("freshness_breached")
    assert house.told[2:] == [("FRESHNESS_BREACHED", "OVER", ["inventory"])]
    assert not house.is_stale(SILENCED)


def _had_something_every_ten_minutes(house: House, protocol: Protocol) -> None:
    """Six loads before the first, so that an hour without anything is against its habit."""
    with Warehouse(house.settings.warehouse_path) as warehouse:
        for number in range(1, 7):
            for table in ("load", "load_audit"):
                moved = f"- INTERVAL {10 * number} MINUTE"
                times = f", finished_at {moved} AS finished_at" if table == "load" else ""
                warehouse.connection.execute(
                    f"INSERT INTO ops.{table} SELECT * REPLACE ('0' || ? || load_id AS load_id{times}) FROM ops.{table} "
                    "WHERE source_instance = ? AND load_id LIKE '2%'",
                    [str(9 - number), protocol.block],
                )


def _what_the_pack_says(house: House, tmp_path: Path) -> None:
    """The pack of this warehouse's freshness and dbt's own lineage: every page below the silenced and the stopped source says
    so, and no page speaks of the quiet one."""
    warehouse = Path(shutil.copy(house.settings.warehouse_path, tmp_path / "warehouse.duckdb"))
    models = (
        "stg_ops__object_load stg_ops__agreed_object stg_ops__quarantined_record int_load__day int_load__object_state "
    )
    Project(tmp_path / "dbt").run(
        ["run", "--select", *models.split(), "int_load__instance_habit", "mart_freshness"], warehouse, "2026-11-20"
    )
    manifest = json.loads((DBT_PROJECT_DIR / "target" / "manifest.json").read_text(encoding="utf-8"))
    house.settings.published_dir.mkdir()
    database = published.make(house.settings.published_dir / FILE_NAME, DBT_PROJECT_DIR / "target" / "manifest.json")
    with duckdb.connect(str(warehouse), read_only=True) as built:
        freshness = built.execute("FROM mart_operations.mart_freshness").to_arrow_table()
    with duckdb.connect(str(database)) as connection:
        connection.register("freshness", freshness)
        connection.execute("DELETE FROM mart_operations.mart_freshness")
        connection.execute("INSERT INTO mart_operations.mart_freshness FROM freshness")
        connection.execute("DELETE FROM about.lineage")
        for model in published_models(manifest):
            for origin in model.made_of:
                place = [model.table.schema, model.table.name, origin.schema, origin.name]
                connection.execute("INSERT INTO about.lineage VALUES (?, ?, ?, ?)", place)
        statuses = connection.execute(
            "SELECT source_instance, freshness_status FROM mart_operations.mart_freshness WHERE agreed_hours IS NOT NULL "
            "AND object_name IN ('stock_movement', 'released_product', 'surgical_case')"
        ).fetchall()
    # Dynamics owes products within a day, and had some a little over an hour ago.
    assert dict(statuses) == {"inventory": "BROKEN", "d365": "FRESH", "perioperative": "SILENT"}
    pack = write_pack(database, tmp_path / "pack").parent
    below = {
        feed.instance.name: {str(table) for table in fed_tables(manifest, feed)[protocol.object]}
        for protocol in (SILENCED, QUIET, STOPPED)
        for feed in configured_feeds(house.settings, {protocol.block: house.network.instance(protocol)})
    }
    spoke_of = dict.fromkeys(below, 0)
    for page in PAGES:
        stands_on = {dataset.relation for dataset in page.datasets.values()}
        stands_on |= {"mart_operations.mart_exec_kpi"} if page.kpis else set()
        warning = (
            (pack / f"{page.name}.html").read_text(encoding="utf-8").partition('class="warning"')[2].split("</div>")[0]
        )
        for name, words in (
            ("inventory stock_movement", "no answer for 1"),
            ("perioperative surgical_case", "nothing new"),
        ):
            is_fed = bool(stands_on & below[name.split()[0]])
            assert (f"<code>{name}</code>: {words}" in warning) is is_fed, (page.name, name, warning)
            spoke_of[name.split()[0]] += is_fed
        assert "d365" not in warning
    assert all(spoke_of[name] > 0 for name in ("inventory", "perioperative"))
