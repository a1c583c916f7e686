"""The faults that can befall delivered files, in the same table as those of protocols: a file is whole or is not taken.

Belongs here: damage to files, and what a load makes of it. Not here: a server's faults (test_matrix.py).
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copy2

import pytest

from ingestion.instances import Instance
from simulator.serve.faults import Faults, cut_files, switch
from tests.faults.matrix import MATRIX, Home, Records
from tests.faults.small_network import FILES, SmallNetwork, files_only

FEED = "statistics"
DELIVERED = tuple(f"STATISTICS_A1_2024{month}.csv" for month in (10, 11, 12))
# A month that comes later.
NEXT = "STATISTICS_A1_202501.csv"
# The files say when they were written; all of them on one day.
WRITTEN = 1_760_000_000
AN_HOUR, A_YEAR = 3_600, 31_536_000


class FileHome(Home):
    """A home that reads a folder of its own."""

    def __init__(self, folder: Path, network: SmallNetwork, made: Path):
        super().__init__(folder / "home", network, FILES)
        self.made, self.delivered = made / "files" / FEED, folder / "world" / "files" / FEED
        self.delivered.mkdir(parents=True)
        for name in DELIVERED:
            self.deliver(name)

    @property
    def instance(self) -> Instance:
        return replace(super().instance, base_url=str(self.delivered.parent))

    def deliver(self, name: str, written: int = WRITTEN) -> Path:
        path = Path(copy2(self.made / name, self.delivered / name))
        os.utime(path, (written, written))
        return path


@dataclass(frozen=True)
class Damage:
    """What is done to the lines of a file: the first line names, the last counts."""

    to: Callable[[list[str]], list[str]]
    word: str
    alarm: str | None = None


def _row_twice(lines: list[str]) -> list[str]:
    """As a sender does who joins what he should not: the trailer counts it, too."""
    count, total = lines[-1].split(",")[1:]
    quantity = lines[1].split(",")[-1]
    cents = round((float(total) + float(quantity)) * 100)
    return [*lines[:2], *lines[1:-1], f"TRAILER,{int(count) + 1},{cents // 100}.{cents % 100:02}"]


def _renamed(lines: list[str]) -> list[str]:
    return [lines[0].replace("statistic,", "statistic_code,"), *lines[1:]]


def _each_row(change: Callable[[list[str]], list[str]]) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*(",".join(change(line.split(","))) for line in lines[:-1]), lines[-1]]


DAMAGES = {
    "truncated": Damage(lambda lines: [*lines[:9], lines[9][:6]], "refused"),
    "empty_page": Damage(lambda lines: [], "refused"),
    "html_200": Damage(lambda lines: ["<!doctype html><html><body><h1>Log on</h1></body></html>"], "refused"),
    "drift_added": Damage(_each_row(lambda values: [*values, "AddedByUpgrade"]), "alarm", "ADDED"),
    "drift_removed": Damage(_each_row(lambda values: values[:2] + values[3:]), "refused"),
    "drift_renamed": Damage(_renamed, "refused"),
    "drift_retyped": Damage(
        lambda lines: [lines[0], *(f"{line} EA" for line in lines[1:-1]), lines[-1]], "alarm", "RETYPED"
    ),
    "poison": Damage(lambda lines: [lines[0], f"{lines[1]} EA", *lines[2:]], "holds 1,"),
    "duplicate_rows": Damage(_row_twice, "right"),
}


@pytest.fixture(scope="module")
def network(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallNetwork]:
    with files_only(tmp_path_factory.mktemp("matrix") / "world") as network:
        yield network


@pytest.fixture
def home(tmp_path: Path, network: SmallNetwork, made_world: Path) -> FileHome:
    return FileHome(tmp_path, network, made_world)


@pytest.fixture(scope="module")
def truth(network: SmallNetwork, made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Records:
    """What lies in the files that came first, and in the later one."""
    home = FileHome(tmp_path_factory.mktemp("clean"), network, made_world)
    home.deliver(NEXT)
    assert home.load().status == "COMPLETE"
    return home.records()


def first_of(truth: Records, home: FileHome) -> Records:
    later = {tuple(line.split(",")[:4]) for line in (home.made / NEXT).read_text().splitlines()}
    return {key: record for key, record in truth.items() if tuple(key.split("|")) not in later}


@pytest.mark.parametrize("fault", DAMAGES)
def test_a_damaged_file_is_refused_or_its_rows_are_held(home: FileHome, truth: Records, fault: str) -> None:
    damage, known = DAMAGES[fault], first_of(truth, home)
    path = home.delivered / DELIVERED[1]
    path.write_text("".join(f"{line}\n" for line in damage.to(path.read_text().splitlines())))
    report = home.load()
    refused = {kind for (kind,) in home.query("SELECT error_class FROM ops.quarantine WHERE record_key IS NULL")}
    alarms = {kind for kind, _ in home.alarms()}
    wrong = home.against(known)
    is_said = bool(refused) if damage.word == "refused" else damage.alarm is None or damage.alarm in alarms
    MATRIX.record(FILES.name, fault, damage.word, 1, 0 if is_said and (refused or not wrong) else wrong.count)
    assert report.status == "COMPLETE"
    assert is_said, (refused, alarms)
    assert refused or not wrong, vars(wrong)
    # The whole file, sent again.
    home.deliver(DELIVERED[1], WRITTEN + AN_HOUR)
    home.load()
    home.replay()
    assert not home.against(known)
    assert home.query("SELECT * FROM ops.quarantine WHERE status = 'OPEN'") == []


def test_a_file_that_was_cut_is_refused_until_it_comes_whole(home: FileHome, truth: Records, tmp_path: Path) -> None:
    world = tmp_path / "world"
    switch(world, {FEED: [{"fault": "truncated_full_file", "times": 1}]})
    cut = cut_files(Faults(world), home.delivered.iterdir())
    home.load()
    wrong = home.against(first_of(truth, home))
    refused = home.query("SELECT error_class FROM ops.quarantine WHERE status = 'OPEN' AND record_key IS NULL")
    MATRIX.record(FILES.name, "truncated_file", "refused", len(cut), 0 if refused else wrong.count)
    assert (len(cut), refused) == (1, [("TRAILER",)])
    for path in cut:
        home.deliver(path.name, WRITTEN + AN_HOUR)
    home.load()
    assert not home.against(first_of(truth, home))


@pytest.mark.parametrize(
    ("fault", "written"),
    [("late", WRITTEN - A_YEAR), ("ties", WRITTEN), ("future_clock", WRITTEN + 20 * A_YEAR)],
)
def test_a_file_is_read_when_it_arrives_whenever_it_was_written(
    home: FileHome, truth: Records, fault: str, written: int
) -> None:
    home.load()
    home.deliver(NEXT, written)
    assert home.load().status == "COMPLETE"
    wrong = home.against(truth)
    MATRIX.record(FILES.name, fault, "right", 1, wrong.count)
    assert not wrong, vars(wrong)


def test_an_older_copy_that_comes_last_is_not_believed(home: FileHome, truth: Records) -> None:
    older = home.deliver(NEXT, WRITTEN - AN_HOUR)
    older.rename(home.delivered / "STATISTICS_A1_202501_OLD.csv")
    home.deliver(NEXT)
    home.load()
    copied = home.delivered / "STATISTICS_A1_202501_OLD.csv"
    lines = copied.read_text().splitlines()
    count, total = lines[-1].split(",")[1:]
    row = lines[1].rpartition(",")
    changed = [lines[0], f"{row[0]},0.00", *lines[2:-1]]
    cents = round((float(total) - float(row[2])) * 100)
    copied.write_text("\n".join([*changed, f"TRAILER,{count},{cents // 100}.{cents % 100:02}", ""]))
    os.utime(copied, (WRITTEN - AN_HOUR, WRITTEN - AN_HOUR))
    assert home.load().status == "COMPLETE"
    wrong = home.against(truth)
    MATRIX.record(FILES.name, "two_versions", "right", 1, wrong.count)
    assert not wrong, vars(wrong)
