"""A filled Tryton server for the tests of this folder: one that nobody changes, and copies to change."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.tryton import environment
from simulator.tryton.server import Server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def filled() -> Iterator[Server]:
    """A server nobody changes; its folder is kept from run to run."""
    server = Server(environment.HOME / "test", free_port())
    server.up("2026-10-31")
    yield server
    server.stop()


@pytest.fixture
def changeable(filled: Server, tmp_path: Path) -> Iterator[Server]:
    """A copy for one test."""
    server = Server(tmp_path / "tryton", free_port())
    filled.copy_to(server)
    server.start()
    yield server
    server.stop()
