"""Single systems of the demo network, served in this process at a time that a test sets, and their loads.

Belongs here: what the tests of Dynamics 365 and of the procurement service share. Not here: any test.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing.land import Mode, land
from ingestion.landing.ledger import LoadReport
from tests.ingestion.landing_world import World

AS_THEY_STAND = "_from <= $now AND (_until IS NULL OR _until > $now)"


class Clock:
    """The time at which a system is seen (UTC). `at_request`: called with the number of each question that reads it."""

    def __init__(self, now: datetime):
        self.now, self.asked = now, 0
        self.at_request: Callable[[int], None] = lambda number: None

    def __call__(self) -> datetime:
        self.asked += 1
        self.at_request(self.asked)
        return self.now


def load(
    world: World, instance: Instance, mode: Mode = "incremental", objects: Iterable[str] | None = None
) -> LoadReport:
    """One load in which every object completes, nothing is held back, and every row is accounted for."""
    world.contract = load_contract(instance.system)
    report = land(world.warehouse, instance, world.settings, objects, mode, world.messages.append)
    failed = {name: found.error for name, found in report.objects.items() if found.status != "COMPLETE"}
    assert not failed, failed
    world.assert_accounts(report)
    return report


def served(folder: Path, name: str, columns: str, now: datetime, where: str = "true") -> list[tuple[Any, ...]]:
    """What a system shows of one object at a time, straight from the files that it is served from; ordered."""
    return duckdb.execute(
        f"SELECT {columns} FROM '{folder}/{name}.parquet' WHERE {AS_THEY_STAND} AND {where} ORDER BY ALL", {"now": now}
    ).fetchall()
