"""One history, told in any order (D1 to D4): shuffled, some of it twice, in seven loads with runs in between. What is expected
is what came of it in order, in one load.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.hospital import BOX, GLOVES, STEM, Hospital, fill, line
from tests.dbt.raw_world import RawWorld
from tests.dbt.runs import Project, row_hashes

LOADS = 7
# After which loads there is a run; after the last always.
RUNS_AFTER = (3, LOADS)
Row = tuple[str, dict[str, Any]]


def changes(world: RawWorld) -> None:
    """What becomes of the hospital's documents later: every way in which a second version can matter."""
    hospital = Hospital(world)
    hospital.order(2, [(GLOVES, "6", BOX, "56.00")], version=1)  # a price is put right
    hospital.order(60, [(GLOVES, "1", BOX, "50.00")], version=1)  # two lines go, another replaces the third
    hospital.order(22, [(GLOVES, "5", BOX, "50.00")], version=2)  # more is ordered
    hospital.order(22, [(GLOVES, "4", BOX, "50.00")], version=1, state="cancelled")  # which it was before
    world.put("invoice", at=Hospital.deleted_at, op="TOMBSTONE", id=51)
    hospital.bill(50, [line(GLOVES, "1", BOX, "50.00")], "50.00", state="cancelled", version=3)
    hospital.bill(100, [line(GLOVES, "-1", BOX, "50.00", "account.invoice.line,11")], "-50.00", day_no=20)
    hospital.order(110, [(STEM, "3", 1, "1985.00")], day_no=12)
    hospital.receive(11001, 1101, STEM, "3", 1, 14)


@pytest.fixture(scope="module")
def in_order(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[list[Row]], set[tuple[str, str]]]:
    """Every version of a record with its lines, and what the marts say of all of them in one load."""
    folder = tmp_path_factory.mktemp("in_order")
    with RawWorld(folder / "told.duckdb") as world:
        fill(world)
        changes(world)
    told, landed = list(versions(world)), set[str]()
    with RawWorld(folder / "warehouse.duckdb") as world:
        world.load("0001")
        for event in told:
            land(world, event, landed)
    project.run(["seed"], world.path)
    project.run(["run"], world.path)
    return told, row_hashes(project, world.path)


def versions(world: RawWorld) -> Iterator[list[Row]]:
    """A row of a record, and the lines that came with it."""
    lines: dict[str, list[Row]] = {}
    for table, rows in world.rows.items():
        for row in rows:
            if "_parent_row_key" in row:
                lines.setdefault(row["_parent_row_key"], []).append((table, row))
    for table, rows in world.rows.items():
        for row in rows:
            if "_business_key" in row:
                yield [(table, row), *lines.get(row["_row_key"], ())]


def test_a_history_shuffled_and_doubled_in_seven_loads_gives_the_same_marts(
    project: Project, in_order: tuple[list[list[Row]], set[tuple[str, str]]], tmp_path: Path
) -> None:
    told, expected = in_order
    shuffled = random.Random(7)
    events = [*told, *shuffled.sample(told, len(told) // 3)]
    shuffled.shuffle(events)
    path, landed = tmp_path / "warehouse.duckdb", set[str]()
    with RawWorld(path):
        pass
    project.run(["seed"], path)
    for number in range(1, LOADS + 1):
        with RawWorld(path) as world:
            world.load(f"{number:04}")
            for event in events[number - 1 :: LOADS]:
                land(world, event, landed)
        if number in RUNS_AFTER:
            project.run(["run"], path)
    assert row_hashes(project, path) == expected


def land(world: RawWorld, event: list[Row], landed: set[str]) -> None:
    """As landing does: a row is written once, with the load that first brought it."""
    if event[0][1]["_row_key"] in landed:
        return
    landed.add(event[0][1]["_row_key"])
    for table, row in event:
        world.rows.setdefault(table, []).append(row | {"_load_id": world.load_id, "_loaded_at": world.loaded_at})
