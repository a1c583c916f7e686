"""Every rate that the demo network promises is met: to the row, or as nearly as its line says it can be."""

from pathlib import Path

import pytest

from bench.simulator.planted import RATES, Rate
from bench.simulator.rates import Ask, asking, count


@pytest.fixture(scope="module")
def ask(network_truth: Path) -> Ask:
    return asking(network_truth)


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.pattern)
def test_a_rate_is_met(ask: Ask, rate: Rate) -> None:
    found = count(ask, rate)
    assert found.target > 0
    assert found.met != "no", found
