"""The whole graph against a picture of it, so that a change of lineage, owner, check or schedule shows in review.

When the change is meant, take a new picture and commit it: python -m tests.orchestration.test_asset_graph
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import dagster as dg

from ingestion.instances import Instance
from ingestion.settings import Settings
from orchestration.definitions import PROJECT_ROOT, Overrides, build_definitions

PICTURE = Path(__file__).with_name("asset_graph.json")
INSTANCES = {
    "tryton_main": Instance("tryton_main", "tryton", "http://127.0.0.1:1/erp", secret="NOT_SET"),
    "ehr_main": Instance("ehr_main", "fhir_r4", "http://127.0.0.1:1/fhir", secret="NOT_SET"),
}


def definitions() -> dg.Definitions:
    """Everything, made without network, secret or database."""
    return build_definitions(Overrides(Settings(home=Path("nowhere")), INSTANCES))


def picture(defs: dg.Definitions) -> dict[str, object]:
    repository = defs.get_repository_def()
    graph = repository.asset_graph
    return {
        "assets": {
            key.to_user_string(): {
                "group": graph.get(key).group_name,
                "owners": sorted(graph.get(key).owners),
                "needs": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
                "checks": sorted(
                    f"{check.name}{' (blocking)' if graph.get(check).blocking else ''}"
                    for check in graph.get(key).check_keys
                ),
                "fresh_within_seconds": _fresh_within(graph.get(key).freshness_policy),
            }
            for key in sorted(graph.get_all_asset_keys())
        },
        "jobs": {job.name: steps(job) for job in sorted(repository.get_all_jobs(), key=lambda job: job.name)},
        "schedules": {
            schedule.name: schedule.cron_schedule
            for schedule in sorted(repository.schedule_defs, key=lambda schedule: schedule.name)
        },
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
    }


def steps(job: dg.JobDefinition) -> list[str]:
    """Steps in their order. Dagster takes a step apart that others stand in between of (dbt before and after mastering and
    costing), and numbers the parts as it likes."""
    return [re.sub(r"_\d+$", "", node.name) for node in job.nodes_in_topological_order]


def _fresh_within(policy) -> int | None:
    return int(policy.fail_window.to_timedelta().total_seconds()) if policy else None


def test_the_graph_is_as_pictured():
    pictured = json.loads(PICTURE.read_text(encoding="utf-8"))
    now = picture(definitions())
    assert now == pictured, "meant? then: python -m tests.orchestration.test_asset_graph, and commit the picture"


def test_every_asset_has_an_owner_a_group_and_a_description():
    graph = definitions().get_repository_def().asset_graph
    nameless = [
        key.to_user_string()
        for key in graph.executable_asset_keys
        if not (graph.get(key).owners and graph.get(key).group_name and graph.get(key).description)
    ]
    assert nameless == []


def test_sources_are_read_and_checked_before_dbt_builds_and_mastering_and_costing_stand_in_between():
    order = steps(definitions().get_repository_def().get_job("everything"))
    read = max(order.index("ingest_tryton_main"), order.index("ingest_ehr_main"))
    told = (
        "raw_expectations", "dbt_records", "mastering", "dbt_build", "costing", "dbt_costs", "cost_expectations",
        "published__analytics",
    )  # fmt: skip
    assert [step for step in order if step in told] == list(told)
    assert read < order.index("raw_expectations")
    assert set(order[-3:]) == {"published__analytics", "published__patient_level", "published__pack"}
    assert order.index("published__analytics") < order.index("published__pack")


def test_a_second_instance_of_a_system_feeds_the_same_models():
    second = {**INSTANCES, "tryton_two": Instance("tryton_two", "tryton", "http://127.0.0.1:1/erp", secret="NOT_SET")}
    defs = build_definitions(Overrides(Settings(home=Path("nowhere")), second))
    needs = picture(defs)["assets"]["staging/stg_tryton__party"]["needs"]
    assert [need for need in needs if need.startswith("raw_")] == [
        "raw_tryton/tryton_main/party",
        "raw_tryton/tryton_two/party",
    ]


def test_dagsters_own_tool_accepts_the_definitions():
    dg_tool = Path(sys.executable).with_name("dg")
    environment = {**os.environ, "PARLINE_SOURCES": "nowhere.toml"}
    checked = subprocess.run(
        [dg_tool, "check", "defs"], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


if __name__ == "__main__":
    PICTURE.write_text(json.dumps(picture(definitions()), indent=1) + "\n", encoding="utf-8")
