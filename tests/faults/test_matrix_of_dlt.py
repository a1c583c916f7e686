"""The stock dlt rest_api source under the same faults, for the table: what it has wrong when its run ends green.

Belongs here: the cells of stock dlt (stock_dlt.py). Not here: anything that could fail because of dlt: only shown.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.matrix import STOCK
from tests.faults.small_network import GONE, LATER, PROTOCOLS, START, Protocol, SmallNetwork, small_network
from tests.faults.stock_dlt import KEYS, Records, StockDlt
from tests.faults.test_matrix import DRIFT, FAILING, PASSING, ROWS, surely

pytestmark = pytest.mark.faults_random

MOVED = {"late": LATER, "future_clock": LATER, "hard_delete": GONE}
# What is not tried on us, because we are not asked in that way, may well befall dlt.
PAGED = ("repeated_page", "shifting_page")
RIGHT = "right"


class Stock:
    """Loads of one protocol's object, and what an undisturbed pipeline holds at a time."""

    def __init__(self, folder: Path, network: SmallNetwork):
        self.folder, self.network = folder, network
        self._known: dict[tuple[str, datetime], Records] = {}

    def truth(self, protocol: Protocol, now: datetime) -> Records:
        if (protocol.name, now) not in self._known:
            self.network.calm()
            self.network.at(now)
            clean = StockDlt(self.folder / f"{protocol.name} {now:%H}", self.network, protocol)
            assert clean.load()
            self._known[protocol.name, now] = clean.records()
            self.network.at(START)
        return self._known[protocol.name, now]


@pytest.fixture(scope="module")
def network(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallNetwork]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
        # It waits as long as we do: hardly at all.
        patched.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0.01")
        with small_network(made_world, tmp_path_factory.mktemp("matrix") / "world") as network:
            yield network


@pytest.fixture(scope="module")
def stock(network: SmallNetwork, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return Stock(tmp_path_factory.mktemp("clean"), network)


@pytest.fixture(autouse=True)
def _calm(network: SmallNetwork) -> Iterator[None]:
    network.at(START)
    yield
    network.calm()
    network.at(START)


def cells() -> list[Any]:
    faults = (*PASSING, *FAILING, *ROWS, *MOVED, *DRIFT)
    return [
        pytest.param(protocol, fault, id=f"{protocol.name}-{fault}")
        for protocol in PROTOCOLS
        for fault in faults
        if protocol.name in KEYS and (fault not in protocol.never or (fault in PAGED and protocol.name != "report"))
    ]


@pytest.mark.parametrize(("protocol", "fault"), cells())
def test_stock_dlt(network: SmallNetwork, stock: Stock, tmp_path: Path, protocol: Protocol, fault: str) -> None:
    now = MOVED.get(fault, START)
    truth = stock.truth(protocol, now)
    pipeline = StockDlt(tmp_path, network, protocol)
    if now != START:
        network.at(LATER if fault == "hard_delete" else START)
        if fault == "future_clock":
            network.fail(protocol, {"fault": fault, "rate": 0.1})
        pipeline.load()
    struck = network.struck()[fault]
    if now == START:
        network.fail(protocol, described(network, protocol, fault))
    else:
        network.calm()
        network.at(now)
    first = pipeline.against(truth) if pipeline.load() else "fails"
    struck += network.struck()[fault] if now == START else 1
    network.calm()
    after = pipeline.against(truth) if pipeline.load() else "fails"
    if struck:
        STOCK.record(protocol.name, fault, words(first, after), struck)


def described(network: SmallNetwork, protocol: Protocol, fault: str) -> dict[str, Any]:
    if fault in PASSING:
        return {"fault": fault, **PASSING[fault], "rate": surely(network, protocol, fault, PASSING[fault]["rate"])}
    if fault in FAILING:
        return {"fault": fault, "rate": surely(network, protocol, fault, FAILING[fault])}
    if fault in DRIFT:
        field = {} if fault == "drift_added" else {"field": protocol.drift.get(fault, protocol.drift[""])}
        return {"fault": fault, "rate": 0.2 if fault == "drift_enum" else 1.0, **field}
    return {"fault": fault, "rate": 0.2}


def words(first: str, after: str) -> str:
    """What was wrong after a green run; in brackets where the next run put it right."""
    if first == "fails":
        return "fails" if after == RIGHT else f"fails, {after}"
    return f"({first})" if after == RIGHT != first else after
