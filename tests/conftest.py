"""What every test may use. Not here: fixtures of one room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingestion.landing_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty warehouse; every load into it must account for every row."""
    with World(tmp_path) as world:
        yield world
