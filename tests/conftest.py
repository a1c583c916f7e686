"""What every test may use. Not here: fixtures of one room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.ingestion.landing_world import World

# No test asserts a time; the same examples in every run, so that a red build says something about the change.
settings.register_profile("parline", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("parline")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty warehouse; every load into it must account for every row."""
    with World(tmp_path) as world:
        yield world


class OneFolderOneProcess(LoadScopeScheduling):
    """Tests of one folder stay in one process: they share servers and built warehouses (`pytest -n 2`)."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0].rsplit("/", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneFolderOneProcess:
    """Folders begin in the order of their names: the longest, dbt and end_to_end, are first and end together."""
    config.option.loadscopereorder = False
    return OneFolderOneProcess(config, log)
