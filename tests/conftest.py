"""What every test may use. Not here: fixtures of one room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.ingestion.landing_world import World

# No test asserts a time; the same examples in every run, so that a red build says something about the change.
settings.register_profile("parline", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("parline")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty warehouse; every load into it must account for every row."""
    with World(tmp_path) as world:
        yield world


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one folder stay in one process: they share servers and built warehouses (`pytest -n 2 --dist loadgroup`)."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
