"""A load that is killed at a named point: run as a process of its own by test_kills.py, never imported.

`python -m tests.faults.killed_load POINT HOME URL` wraps one step of dlt's or of ours so that SIGKILL strikes there; the
point is first written to HOME/struck, so that the test knows that it was reached. Production code knows nothing of it.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlt.destinations.impl.duckdb.duck import DuckDbClient, DuckDbCopyJob
from dlt.destinations.job_client_impl import SqlLoadJob
from dlt.pipeline.pipeline import Pipeline

from ingestion.instances import Instance
from ingestion.landing.archive import Archive
from ingestion.landing.land import land
from ingestion.landing.ledger import Ledger
from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from tests.ingestion.landing_world import KEY

# Point: the class, its method, whether SIGKILL strikes before or after the call, and at which call.
POINTS: dict[str, tuple[type, str, str, int]] = {
    "after archive": (Archive, "add", "after", 1),
    "after extract": (Pipeline, "extract", "after", 1),
    "after normalize": (Pipeline, "normalize", "after", 1),
    "working directory lost": (Pipeline, "normalize", "after", 1),
    "between copy jobs": (DuckDbCopyJob, "run", "after", 1),
    "after copying, before the merge": (SqlLoadJob, "run", "before", 1),
    "between merge jobs": (SqlLoadJob, "run", "after", 1),
    "after commit, before dlt's marker": (DuckDbClient, "complete_load", "before", 1),
    "after dlt's marker, before ours": (Pipeline, "load", "after", 1),
    "in the middle of closing the load": (Ledger, "_audit", "after", 1),
}


def strike_at(point: str, home: Path) -> None:
    owner, name, when, count = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def strike() -> None:
        (home / "struck").write_text(point, encoding="utf-8")
        if point == "working directory lost":
            shutil.rmtree(home / "pipelines")
        os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        mine = calls  # jobs run in threads
        if when == "before" and mine == count:
            strike()
        result = original(*arguments, **named)
        if when == "after" and mine == count:
            strike()
        return result

    setattr(owner, name, wrapped)


def main(point: str, home: str, url: str) -> None:
    settings = Settings(home=Path(home), archive_key=KEY, pseudonym_key=KEY)
    if point != "none":
        strike_at(point, settings.home)
    instance = Instance("erp", "tryton", url, secret="PARLINE_TEST_TOKEN", objects=("party",))
    print("ready", flush=True)
    with Warehouse(settings.warehouse_path) as warehouse:
        land(warehouse, instance, settings)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
