"""The UI as an operator opens it: `dagster dev` on the workspace, a run launched through its GraphQL."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingestion.settings import Settings
from orchestration.definitions import PROJECT_ROOT
from orchestration.instance import prepare_dagster_home

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
    port = _free_port()
    environment = {
        **os.environ,
        "PARLINE_HOME": str(settings.home),
        "DAGSTER_HOME": str(prepare_dagster_home(settings)),
    }
    dagster = str(Path(sys.executable).with_name("dagster"))
    log = (tmp_path / "dagster.log").open("w")
    process = subprocess.Popen(
        [dagster, "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
        cwd=PROJECT_ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}/graphql", settings
    finally:
        # The web server, the daemon and the code server are its children, in its session.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
