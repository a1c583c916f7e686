"""What an installation keeps running: its units start commands that there are, and the viewer's server changes nothing."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.definitions import PROJECT_ROOT
from tests.orchestration.dagster_ui import free_port, wait_for

UNITS = sorted((PROJECT_ROOT / "deploy" / "systemd").glob("*.service"))
LAUNCH = """
mutation { launchRun(executionParams: {selector: {repositoryName: "__repository__", repositoryLocationName: "parline",
    pipelineName: "everything"}}) { __typename } }
"""


def command(unit: Path) -> list[str]:
    [line] = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    return shlex.split(line)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_there_is_as_a_user_that_may_write_the_home_only(unit):
    program, *arguments = command(unit)
    assert program == "/opt/parline/.venv/bin/parline"
    # Unknown options and values are refused before help is shown.
    assert CliRunner().invoke(app, [*arguments, "--help"]).exit_code == 0
    text = unit.read_text()
    [home] = re.findall(r"^PARLINE_HOME=(.*)$", (PROJECT_ROOT / "deploy" / "parline.env").read_text(), re.MULTILINE)
    for line in ("User=parline", "ProtectSystem=strict", "UMask=0077", f"ReadWritePaths={home}"):
        assert line in text.splitlines()


def test_there_is_one_daemon_and_the_proxy_knows_both_servers():
    started = [command(unit)[1:] for unit in UNITS]
    assert sum(arguments[:2] == ["serve", "daemon"] for arguments in started) == 1
    ports = {arguments[1]: arguments[arguments.index("--port") + 1] for arguments in started if "--port" in arguments}
    proxy = (PROJECT_ROOT / "deploy" / "nginx.conf").read_text()
    assert re.findall(r"proxy_pass http://127\.0\.0\.1:(\d+);", proxy) == [ports["web"], ports["viewer"]]


@pytest.mark.timeout(300)
def test_the_viewers_server_shows_and_refuses_to_launch(tmp_path):
    port = free_port()
    viewer = subprocess.Popen(
        [Path(sys.executable).with_name("parline"), "serve", "viewer", "--port", str(port), "--path-prefix", "/view"],
        cwd=tmp_path,  # a service need not start in the checkout
        env={**os.environ, "PARLINE_HOME": str(tmp_path / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}/view"
        wait_for(f"{address}/server_info")
        answer = httpx.post(f"{address}/graphql", json={"query": LAUNCH}, timeout=60).json()
        assert answer["data"]["launchRun"]["__typename"] == "UnauthorizedError"
    finally:
        os.killpg(viewer.pid, signal.SIGTERM)
        viewer.wait(30)
