"""One publication of everything that a run publishes, file, restricted file and pack, and what a reader makes of them.

`python -m tests.orchestration.whole_publication HOME VERSION POINT` publishes a version in a process of its own and dies at the
point by SIGKILL. Belongs here: writing and judging versions. Not here: who dies when (the tests). Every table of a version says
which it is, so that a mixture shows.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from ingestion.settings import Settings
from ingestion.warehouse import Warehouse
from orchestration.publish import (
    FILE_NAME,
    RESTRICTED_FILE_NAME,
    BuildFacts,
    pack_of,
    publish,
    published_models,
    restricted_models,
    swap_in_pack,
)
from tests.orchestration.hospital import MANIFEST

PAGES = ("index.html", "spend.html", "data.js")
# In the order in which a run passes them; `swapped` is after the rename that readers see.
POINTS = tuple(
    f"{what}: {point}"
    for what, points in {
        "file": ("folder made", "copied mart_procurement.mart_spend_cube", "file written", "manifest written",
                 "build complete", "before swap", "swapped", "old builds removed"),
        "restricted": ("folder made", "copied restricted.mart_case_cost", "file written", "manifest written",
                       "build complete", "before swap", "swapped", "old builds removed"),
        "pack": ("half written", "written", "before swap", "swapped"),
    }.items()
    for point in points
)  # fmt: skip


def write_version(settings: Settings, version: int) -> None:
    """Everything in the warehouse says the version: three tables, two of which are published and one restricted."""
    with Warehouse(settings.warehouse_path) as warehouse:
        for statement in (
            f"UPDATE mart_procurement.mart_spend_cube SET spend_amount = {version}",
            f"UPDATE canonical.dim_supplier SET supplier_name = '{version}'",
            f"CREATE OR REPLACE TABLE restricted.mart_case_cost AS SELECT '{version}' AS case_key FROM range(3)",
        ):
            warehouse.connection.execute(statement)


def publish_everything(settings: Settings, version: int, passed: Callable[[str], None] = lambda point: None) -> None:
    """As a run does, asset after asset. `passed` hears each of POINTS."""
    facts = BuildFacts(run_id=f"run-{version}", git_commit="abc123")
    with Warehouse(settings.warehouse_path) as warehouse:
        connection = warehouse.connection
        build = publish(
            connection, settings.published_dir, published_models(MANIFEST), facts, 3, lambda at: passed(f"file: {at}")
        )
        publish(
            connection, settings.restricted_dir, restricted_models(MANIFEST), facts, 3,
            lambda at: passed(f"restricted: {at}"), RESTRICTED_FILE_NAME,
        )  # fmt: skip
    # The pack is written beside and renamed, as bi.build.write_pack does, which needs every mart.
    partial = pack_of(build).with_suffix(".partial")
    partial.mkdir()
    for number, page in enumerate(PAGES):
        (partial / page).write_text(str(version), encoding="utf-8")
        if number == 0:
            passed("pack: half written")
    partial.rename(pack_of(build))
    passed("pack: written")
    passed("pack: before swap")
    swap_in_pack(settings.published_dir, build)
    passed("pack: swapped")


def versions_seen(settings: Settings) -> dict[str, int]:
    """What a reader finds now: the version of file, restricted file and pack. Raises AssertionError for half of two."""
    found = {}
    with duckdb.connect(str(settings.published_dir / FILE_NAME), read_only=True) as reader:
        said = reader.execute(
            "SELECT spend_amount::INTEGER FROM mart_procurement.mart_spend_cube UNION ALL "
            "SELECT supplier_name::INTEGER FROM canonical.dim_supplier UNION ALL "
            "SELECT replace(run_id, 'run-', '')::INTEGER FROM about.build"
        ).fetchall()
        assert len(said) == 5, said
        [found["file"]] = {version for (version,) in said}
    with duckdb.connect(str(settings.restricted_dir / RESTRICTED_FILE_NAME), read_only=True) as reader:
        said = reader.execute(
            "SELECT case_key::INTEGER FROM restricted.mart_case_cost UNION ALL "
            "SELECT replace(run_id, 'run-', '')::INTEGER FROM about.build"
        ).fetchall()
        assert len(said) == 4, said
        [found["restricted"]] = {version for (version,) in said}
    folder = (settings.published_dir / "pack").resolve()  # a browser that has opened a page stays in its folder
    [found["pack"]] = {int((folder / page).read_text(encoding="utf-8")) for page in PAGES}
    return found


def die_at(wanted: str) -> Callable[[str], None]:
    def passed(point: str) -> None:
        if point == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return passed


if __name__ == "__main__":
    home, number, point = sys.argv[1:]
    chosen = Settings(home=Path(home))
    print("begun", flush=True)
    write_version(chosen, int(number))
    publish_everything(chosen, int(number), die_at(point))
