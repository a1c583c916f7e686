"""The whole way, run as operators run it: what blocks publishing, what does not, and that the old file answers."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ingestion.contracts import load_contract
from ingestion.landing.schema_changes import SchemaChanges
from ingestion.warehouse import Warehouse
from orchestration.backup import back_up, restore
from orchestration.instance import dagster_instance, forget_old_runs

NAMES = ["Cardinal", "Medline", "Stryker"]


def test_a_run_lands_builds_checks_and_publishes_and_a_second_one_changes_nothing(hospital):
    outcome = hospital.run()
    assert (outcome.succeeded, outcome.is_published, outcome.failed_checks, outcome.failures) == (True, True, (), ())
    assert hospital.published_names() == NAMES
    digests = "SELECT schema_name, table_name, rows, digest FROM about.tables ORDER BY ALL"
    first = hospital.ask(digests)
    assert hospital.run().is_published
    assert hospital.ask(digests) == first


def test_a_lost_home_comes_back_from_its_backup_and_the_next_run_changes_nothing(hospital, tmp_path):
    hospital.run()
    digests = "SELECT schema_name, table_name, rows, digest FROM about.tables ORDER BY ALL"
    first = hospital.ask(digests)
    kept = shutil.copytree(back_up(hospital.settings).folder, tmp_path / "other_machine")
    shutil.rmtree(hospital.settings.home)
    restore(hospital.settings, kept)
    assert hospital.run().is_published
    assert hospital.ask(digests) == first
    with Warehouse(hospital.settings.warehouse_path) as warehouse:
        written = warehouse.connection.execute(
            "SELECT sum(landed) FROM ops.load_audit GROUP BY load_id ORDER BY load_id"
        )
        assert written.fetchall() == [(3,), (0,)]


def test_a_source_that_fails_is_asked_thrice_fails_its_check_and_what_it_feeds_is_published_as_incomplete(hospital):
    hospital.run()
    hospital.erp.refuses = True
    outcome = hospital.run()
    assert outcome.succeeded
    assert outcome.is_published
    assert hospital.lines.count("ingest_tryton_main: will be tried again") == 2
    assert [check.split(": ")[0] for check in outcome.failed_checks] == [
        "raw_tryton/tryton_main/party:source_was_read",
        "raw_tryton/tryton_main/party_identifier:source_was_read",
    ]
    incomplete = hospital.ask("SELECT table_name, incomplete_because FROM about.tables WHERE NOT is_data_complete")
    assert [name for name, _ in incomplete] == ["dim_supplier", "mart_supplier"]
    assert "tryton_main: party, party_identifier could not be read" in incomplete[0][1]
    hospital.erp.refuses = False
    hospital.run()
    assert hospital.ask("SELECT count(*) FROM about.tables WHERE NOT is_data_complete") == [(0,)]
    # No daemon runs here: the run itself has told of it.
    assert hospital.told == [("CHECK_FAILED", "BEGUN"), ("CHECK_FAILED", "OVER")]


def test_what_a_frozen_object_feeds_stays_as_it_was_published_until_somebody_answers_for_the_change(hospital):
    hospital.run()
    hospital.erp.withheld, hospital.erp.parties[4] = "active", "Zimmer"
    outcome = hospital.run()
    assert (outcome.succeeded, outcome.is_published, outcome.failures) == (True, True, ())
    assert outcome.failed_checks == (
        "raw_tryton/tryton_main/party:schema_is_as_agreed: "
        "active REMOVED: empty in all of 4 rows, and its name is in no record",
    )
    assert hospital.published_names() == NAMES
    incomplete = hospital.ask("SELECT table_name, incomplete_because FROM about.tables WHERE NOT is_data_complete")
    assert [name for name, _ in incomplete] == ["dim_supplier", "mart_supplier"]
    assert "party, party_identifier frozen by a schema change: active REMOVED" in incomplete[0][1]
    with Warehouse(hospital.settings.warehouse_path) as warehouse:
        landed = warehouse.connection.execute("SELECT count(*) FROM raw_tryton.party WHERE name = 'Zimmer'").fetchall()
        assert landed == [(1,)]
        registry = SchemaChanges(warehouse.connection)
        [change] = registry.open("tryton_main", load_contract("tryton").version)
        registry.acknowledge(change.change_id, "kim", "the ERP's new release knows no inactive parties")
    outcome = hospital.run()
    assert (outcome.is_published, outcome.failed_checks, outcome.failures) == (True, (), ())
    assert hospital.published_names() == [*NAMES, "Zimmer"]
    assert hospital.ask("SELECT * FROM about.tables WHERE incomplete_because LIKE '%frozen%'") == []


def test_a_frozen_object_does_not_hold_the_first_publication(hospital):
    """A change that the very first load shows has no good state before it."""
    hospital.erp.parties.update({number: {"no": "text"} for number in range(4, 20)})
    assert "party:schema_is_as_agreed: name RETYPED" in hospital.run().failed_checks[0]
    assert hospital.published_names() == NAMES


def test_an_accounting_difference_stops_building_and_publishing(hospital):
    hospital.run()
    hospital.erp.ghosts = [77]
    hospital.erp.parties[4] = "Zimmer"
    outcome = hospital.run()
    assert not outcome.succeeded
    assert not outcome.is_published
    assert [check.split(": ")[0] for check in outcome.failed_checks] == [
        "raw_tryton/tryton_main/party:every_record_is_accounted_for"
    ]
    assert "dbt_build: started" not in hospital.lines
    assert hospital.published_names() == NAMES
    assert "difference to the source's own count 1" in hospital.publish().failures[0]


def test_an_error_planted_in_a_mart_blocks_publishing_now_and_later_until_it_is_mended(hospital):
    hospital.run()
    hospital.erp.parties[4] = "Medline"  # the mart promises unique names
    outcome = hospital.run()
    assert not outcome.is_published
    assert "published__analytics: started" not in hospital.lines
    assert hospital.published_names() == NAMES
    # A later run that does not rebuild the mart must not publish it either.
    later = hospital.publish()
    assert not later.is_published
    assert "mart_procurement/mart_supplier:unique_mart_supplier_supplier_name failed" in later.failures[0]
    assert hospital.published_names() == NAMES
    assert hospital.told == [("RUN_FAILED", "BEGUN")]
    del hospital.erp.parties[4]
    assert hospital.run().is_published
    assert hospital.publish().is_published
    assert hospital.told[1:] == [("RUN_FAILED", "OVER")]


def test_a_mart_that_lost_a_third_of_its_rows_is_not_published(hospital):
    hospital.erp.parties.update({number: f"Supplier {number}" for number in range(4, 61)})
    hospital.run()
    for number in range(41, 61):
        del hospital.erp.parties[number]
    outcome = hospital.run()
    assert not outcome.is_published
    assert "mart_expectations: FAILED" in hospital.lines
    assert any("the last build had 60 rows, this one too few" in check for check in outcome.failed_checks)
    assert len(hospital.published_names()) == 60


def test_a_run_killed_while_dbt_builds_leaves_the_old_file_and_the_next_run_goes_through(hospital):
    hospital.run()
    hospital.erp.parties[4] = "Zimmer"
    program = f"""
        import logging, os, signal
        from pathlib import Path
        from ingestion.instances import Instance
        from ingestion.settings import Settings
        from orchestration.definitions import Overrides
        from orchestration.run import run_everything

        class DieWhileDbtBuilds(logging.Handler):
            def emit(self, record):
                if "Running dbt command" in record.getMessage():
                    # With dbt, as a machine or a container dies: it would go on alone otherwise, and hold the warehouse.
                    os.killpg(os.getpgrp(), signal.SIGKILL)

        logging.getLogger("parline.progress").addHandler(DieWhileDbtBuilds())
        settings = Settings(home=Path({str(hospital.settings.home)!r}), pseudonym_key={_key(hospital)!r})
        erp = Instance("tryton_main", "tryton", {hospital.erp.url!r}, secret="SMALL_ERP_KEY", objects=("party",))
        overrides = Overrides(settings, {{"tryton_main": erp}}, Path({str(hospital.overrides.dbt_project_dir)!r}))
        run_everything(settings, overrides=overrides)
    """
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], env=dict(os.environ), check=False, start_new_session=True
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    assert hospital.published_names() == NAMES
    assert "was not evaluated" in hospital.publish().failures[0]
    assert hospital.run().is_published
    assert hospital.published_names() == [*NAMES, "Zimmer"]


def _key(hospital) -> str:
    return hospital.settings.pseudonym_key.get_secret_value()


def test_the_pool_of_the_one_writer_has_a_limit(hospital):
    hospital.run()
    with dagster_instance(hospital.settings) as instance:
        [pool] = instance.event_log_storage.get_pool_limits()
        assert (pool.name, pool.limit) == ("warehouse", 1)
        assert instance.event_log_storage.get_concurrency_info("warehouse").active_slot_count == 0
    assert (Path(hospital.settings.dagster_home) / "dagster.yaml").exists()


def test_events_that_are_written_at_once_are_all_there_or_none_is(hospital, monkeypatch):
    run_id = hospital.run().run_id
    with dagster_instance(hospital.settings) as instance:
        log = instance.event_log_storage
        planned = [
            record.event_log_entry._replace(run_id="another")
            for record in instance.get_records_for_run(
                run_id, of_type={dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED}
            ).records
        ]
        assert len(planned) > 5
        log.store_event_batch(planned)
        assert len(log.get_logs_for_run("another")) == len(planned)

        store, stored = log.store_event, []

        def breaks_off(event):
            if len(stored) == 3:
                raise OSError("no space left")
            stored.append(event)
            store(event)

        monkeypatch.setattr(log, "store_event", breaks_off)
        with pytest.raises(OSError, match="no space left"):
            log.store_event_batch([event._replace(run_id="a third") for event in planned])
        monkeypatch.undo()
        assert log.get_logs_for_run("a third") == []
        log.store_event(planned[0]._replace(run_id="a third"))
        assert len(log.get_logs_for_run("a third")) == 1


def test_old_runs_are_forgotten_and_what_their_checks_said_is_not(hospital):
    hospital.run()
    hospital.erp.parties[4] = "Medline"  # the mart promises unique names
    failed = hospital.run().run_id
    with dagster_instance(hospital.settings) as instance:
        files = list(hospital.settings.dagster_home.rglob(f"*{failed}*"))
        assert files != []
        assert forget_old_runs(hospital.settings, instance, datetime.now(UTC)) == 0
        later = datetime.now(UTC) + timedelta(days=hospital.settings.run_days, hours=1)
        assert forget_old_runs(hospital.settings, instance, later) == 2
        assert instance.get_runs_count() == 0
        assert [path for path in files if path.exists()] == []
    # The check that failed still stands before the next publication, which no run rebuilds.
    assert "unique_mart_supplier_supplier_name failed" in hospital.publish().failures[0]


def test_every_check_of_a_run_is_a_result_with_its_severity_and_owner(hospital):
    hospital.run()
    hospital.erp.parties[4] = "Medline"
    run_id = hospital.run().run_id
    with Warehouse(hospital.settings.warehouse_path) as warehouse:
        said = warehouse.connection.execute(
            "SELECT tool, check_name, table_name, severity, outcome, is_blocked, seen FROM ops.quality_results "
            "WHERE run_id = ? AND tool = 'dbt' ORDER BY ALL",
            [run_id],
        ).fetchall()
        owners = warehouse.connection.execute(
            "SELECT count(*) FILTER (WHERE owner = ''), count(*) FROM ops.quality_results"
        )
        assert owners.fetchall()[0][0] == 0
        landed = warehouse.connection.execute(
            "SELECT check_name, table_name, severity, outcome, is_blocked, seen FROM ops.quality_results "
            "WHERE run_id = ? AND tool = 'landing' AND source_instance = 'tryton_main' ORDER BY ALL",
            [run_id],
        ).fetchall()
    assert [check for check in landed if check[0] == "every_record_is_accounted_for"] == [
        (
            "every_record_is_accounted_for", "party", "critical", "PASSED", False,
            "0 not accounted for, difference 0",
        ),
        (
            "every_record_is_accounted_for", "party_identifier", "critical", "PASSED", False,
            "0 not accounted for, difference 0",
        ),
    ]  # fmt: skip
    assert {(name, table) for name, table, *_ in landed if name != "every_record_is_accounted_for"} == {
        ("source_was_read", "party"),
        ("source_was_read", "party_identifier"),
        ("schema_is_as_agreed", "party"),
        ("is_as_fresh_as_agreed", "party"),
    }
    assert said == [
        ("dbt", "not_null_mart_supplier_supplier_name", "mart_supplier", "critical", "PASSED", False, "0 rows"),
        ("dbt", "source_not_null_raw_tryton_party__row_key", "party", "critical", "PASSED", False, "0 rows"),
        ("dbt", "unique_mart_supplier_supplier_name", "mart_supplier", "critical", "FAILED", True, "1 rows"),
    ]
    page = (hospital.settings.quality_dir / "index.html").read_text(encoding="utf-8")
    assert "unique_mart_supplier_supplier_name" in page.split("Table by table")[0]
