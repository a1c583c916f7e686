"""The demo network, small and served as users serve it, for connectors to read.

Belongs here: one world for all tests of this folder, and copies of it whose time a test may move. Not here: what a
connector must do.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingestion.instances import Instance

SEED, SCALE = 1, 0.005


@dataclass
class Network:
    """A served world. `world` holds systems/<system>/<Object>.parquet (what is served, all versions), files/, truth/."""

    world: Path
    addresses: dict[str, str]
    credentials: dict[str, dict[str, str]]

    def address(self, system: str) -> str:
        return self.addresses[system]

    def instance(
        self,
        name: str,
        system: str,
        secret: str | None = None,
        base_url: str | None = None,
        objects: tuple[str, ...] | None = None,
        assigner: str | None = None,
        **options: Any,
    ) -> Instance:
        """A block of sources.toml. `secret` is the credential itself; base_url: by default that of the simulator's
        system of this name."""
        variable = f"TEST_{name.upper()}_SECRET"
        if secret is not None:
            os.environ[variable] = secret
        return Instance(
            name, system, base_url or self.address(system), variable if secret is not None else None, objects, options,
            assigner,
        )  # fmt: skip

    def advance(self, days: int, *faults: str) -> None:
        """Move the world's clock; of a copy only: the shared world stands still."""
        asked = [part for fault in faults for part in ("--fault", fault)]
        _simulate("advance", "--world", str(self.world), "--days", str(days), *asked)


def _simulate(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "simulator", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _served(world: Path) -> Iterator[Network]:
    command = [sys.executable, "-m", "simulator", "serve", "--world", str(world)]
    log = world / "serving.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text()
        announced = json.loads(line)
        credentials = json.loads(Path(announced["credentials"]).read_text())
        yield Network(world, announced["systems"], credentials)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once a session, or before it: PARLINE_TEST_WORLD names the folder of one that is to be used again."""
    if made_before := os.environ.get("PARLINE_TEST_WORLD"):
        return Path(made_before)
    world = tmp_path_factory.mktemp("network") / "world"
    _simulate("make", "--out", str(world), "--scale", str(SCALE), "--seed", str(SEED))
    return world


@pytest.fixture(scope="session")
def network(made_world: Path) -> Iterator[Network]:
    """The world at the clock it was made with. Nobody moves it."""
    with _served(made_world) as served:
        yield served


@pytest.fixture
def own_network(made_world: Path, tmp_path: Path) -> Iterator[Network]:
    """A copy of the world for one test, which may move its time and switch its faults."""
    world = tmp_path / "own_world"
    # Linked, but for the clock: nothing of what is served is ever written again.
    for part in ("truth", "systems", "files"):
        shutil.copytree(made_world / part, world / part, copy_function=os.link)
    shutil.copy(made_world / "clock.json", world)
    with _served(world) as served:
        yield served
