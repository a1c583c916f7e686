"""A running Dagster UI with its daemon, as `parline dev` starts it, for tests that use it from outside.

Not here: what is asked of it (test_ui.py by GraphQL, test_ui_walk.py by a browser).
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from ingestion.settings import Settings
from orchestration.definitions import PROJECT_ROOT
from orchestration.instance import prepare_dagster_home


@contextmanager
def dagster_dev(settings: Settings, log: Path, environment: Mapping[str, str], *code: str) -> Iterator[str]:
    """The address of a UI on some code (`-w FILE` or `-f FILE`), which may not answer yet."""
    port = free_port()
    said = log.open("w")
    process = subprocess.Popen(
        [Path(sys.executable).with_name("dagster"), "dev", *code, "-h", "127.0.0.1", "-p", str(port)],
        cwd=PROJECT_ROOT,
        env={
            **os.environ,
            "PARLINE_HOME": str(settings.home),
            "DAGSTER_HOME": str(prepare_dagster_home(settings)),
            **environment,
        },
        stdout=said,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        # The web server, the daemon and the code server are its children, in its session.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        said.close()


def wait_for(address: str, seconds: float = 240) -> None:
    """Until something answers there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(address).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"{address} never answered")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
