"""The UI as an operator opens it: `dagster dev` on the workspace, a run launched through its GraphQL."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingestion.settings import Settings
from tests.orchestration.dagster_ui import dagster_dev

PATIENCE_SECONDS = 900
LAUNCH = """
mutation Launch($job: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $job}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on InvalidSubsetError { message }
  }
}
"""
STATUS = """
query Status($id: ID!) {
  runOrError(runId: $id) { __typename ... on Run { status } }
}
"""
CHECKS = """
query Assets { assetNodes { assetKey { path } groupName } }
"""


@pytest.fixture
def ui(tmp_path: Path) -> Iterator[tuple[str, Settings]]:
    """The address of a running UI, and its home: no source, so that dbt builds on empty raw tables."""
    settings = Settings(home=tmp_path / "home")
    with dagster_dev(settings, tmp_path / "dagster.log", {}, "-w", "workspace.yaml") as address:
        yield f"{address}/graphql", settings


def _ask(address: str, query: str, **variables: object) -> dict:
    answer = httpx.post(address, json={"query": query, "variables": variables}, timeout=120)
    content = answer.json()
    assert "errors" not in content, json.dumps(content["errors"])
    return content["data"]


def _wait_until_it_answers(address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if _ask(address, CHECKS)["assetNodes"]:
                return
        except (httpx.TransportError, AssertionError, KeyError):
            pass
        time.sleep(1)
    raise AssertionError("the UI never answered")


@pytest.mark.timeout(1200)
def test_a_run_launched_through_the_ui_builds_checks_and_publishes(ui):
    address, settings = ui
    _wait_until_it_answers(address)
    job = {"repositoryName": "__repository__", "repositoryLocationName": "parline", "pipelineName": "everything"}
    launched = _ask(address, LAUNCH, job=job)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    status = ""
    while status not in ("SUCCESS", "FAILURE", "CANCELED") and time.monotonic() < deadline:
        time.sleep(2)
        status = _ask(address, STATUS, id=run_id)["runOrError"]["status"]
    assert status == "SUCCESS"
    assert (settings.published_dir / "analytics.duckdb").exists()
