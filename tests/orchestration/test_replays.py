"""Landing again from the launchpad: what is named in the configuration lands, is built and published; nothing else is asked."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from ingestion.settings import Settings
from orchestration import audit
from orchestration.definitions import build_definitions
from orchestration.instance import dagster_instance
from orchestration.replays import moment

ARCHIVE_KEY = base64.b64encode(bytes(32)).decode()
PARTY = dg.AssetKey(["raw_tryton", "tryton_main", "party"])


def execute(hospital, job: str, op: str | None = None, **config) -> dg.ExecuteInProcessResult:
    repository = build_definitions(hospital.overrides).get_repository_def()
    run_config = {"ops": {op: {"config": config}}} if op else {}
    with dagster_instance(hospital.settings) as instance:
        return repository.get_job(job).execute_in_process(
            instance=instance, run_config=run_config, raise_on_error=False
        )


def counts(result: dg.ExecuteInProcessResult) -> dict[str, int]:
    """What the replay says of parties."""
    [event] = [
        event.step_materialization_data.materialization
        for event in result.all_events
        if event.is_step_materialization and event.asset_key == PARTY
    ]
    return {name: event.metadata[name].value for name in ("fetched", "landed", "duplicate", "open_quarantine")}


def why(result: dg.ExecuteInProcessResult) -> str:
    [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    return failure.user_failure_data.description


def test_a_record_mended_at_its_source_lands_from_the_quarantine_and_is_published(hospital):
    hospital.erp.parties[4] = "Zimmer"
    hospital.erp.unreadable = {4}
    hospital.run()
    assert hospital.published_names() == ["Cardinal", "Medline", "Stryker"]
    assert hospital.ask("SELECT count(*) FROM about.tables WHERE NOT is_data_complete") == [(2,)]
    hospital.erp.unreadable = set()
    again = execute(
        hospital, "replay_quarantine", "land_quarantined_records", sources=["tryton_main"], objects=["party"]
    )
    assert again.success
    assert counts(again) == {"fetched": 1, "landed": 1, "duplicate": 0, "open_quarantine": 0}
    assert execute(hospital, "build_and_publish").success
    assert hospital.published_names() == ["Cardinal", "Medline", "Stryker", "Zimmer"]
    assert hospital.ask("SELECT count(*) FROM about.tables WHERE NOT is_data_complete") == [(0,)]
    assert "REPLAY QUARANTINE" in [entry["action"] for entry in audit.entries(hospital.settings)]


def test_what_landed_again_is_built_without_being_asked_for(hospital):
    defs = build_definitions(hospital.overrides)
    sensor = defs.get_repository_def().get_sensor_def("after_replay")
    with dagster_instance(hospital.settings) as instance:
        done = defs.get_job_def("compare_keys").execute_in_process(instance=instance)
        context = dg.build_run_status_sensor_context(
            "after_replay", done.get_run_success_event(), instance, done.dagster_run
        )
        asked = sensor(context)
    assert (asked.run_key, asked.tags["parline/after"]) == (done.run_id, done.run_id)
    assert sensor.job_name == "build_and_publish"


def test_a_build_asks_no_source(hospital):
    hospital.run()
    asked = hospital.erp.requests
    assert execute(hospital, "build_and_publish").success
    assert hospital.erp.requests == asked


def test_of_the_archive_only_the_loads_that_began_in_the_time_that_is_named_land_again(hospital):
    hospital.settings = Settings(**hospital.settings.model_dump() | {"archive_key": ARCHIVE_KEY})
    hospital.overrides = replace(hospital.overrides, settings=hospital.settings)
    hospital.run()
    between = datetime.now(UTC)
    hospital.erp.parties[4] = "Zimmer"
    hospital.run()
    tomorrow = between + timedelta(days=1)
    for window, fetched in [
        ({"until": between.isoformat()}, 3),
        ({"since": tomorrow.isoformat()}, 0),
    ]:
        again = execute(hospital, "replay_archive", "land_archived_pages", objects=["party"], **window)
        assert again.success
        assert (counts(again)["fetched"], counts(again)["landed"]) == (fetched, 0)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"sources": ["sap_main"]}, "No source sap_main; there are: tryton_main"),
        (
            {"objects": ["party_identifier"]},
            "No object party_identifier to land by itself; there are: tryton_main: party",
        ),
    ],
)
def test_a_name_that_nobody_has_is_told_with_those_that_there_are_and_nothing_is_read(hospital, config, message):
    refused = execute(hospital, "read_again", "read_everything", **config)
    assert not refused.success
    assert why(refused) == message
    assert hospital.erp.requests == 0


def test_a_source_that_cannot_be_read_fails_the_run_and_says_why(hospital):
    hospital.erp.refuses = True
    refused = execute(hospital, "read_again", "read_everything", sources=["tryton_main"])
    assert not refused.success
    assert why(refused).startswith("tryton_main: party: ")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", None),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T06:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01T06:00-05:00", datetime(2026, 11, 1, 11, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_utc(said, meant):
    assert moment(said) == meant


def test_what_is_no_moment_is_refused():
    with pytest.raises(dg.Failure, match="yesterday"):
        moment("yesterday")
