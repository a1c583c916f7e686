"""One world for all tests of the demo network: what they only read is made once."""

from pathlib import Path

import pytest

from simulator.network.world import write_world

SEED, SCALE = 1, 0.01


@pytest.fixture(scope="session")
def network_truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a world's truth. Nobody may write into it."""
    truth = tmp_path_factory.mktemp("network") / "truth"
    write_world(SEED, SCALE, truth)
    return truth


@pytest.fixture(scope="module")
def own_truth(network_truth: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same tables in a folder of the module's own, where it may replace some."""
    truth = tmp_path_factory.mktemp("world") / "truth"
    truth.mkdir()
    for file in network_truth.iterdir():
        (truth / file.name).symlink_to(file)
    return truth
