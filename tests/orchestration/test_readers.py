"""Readers of everything that is published, while it is published and when publishing is killed: always one whole build."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingestion.settings import Settings
from orchestration.definitions import PROJECT_ROOT
from tests.orchestration.hospital import build_hospital
from tests.orchestration.whole_publication import POINTS, publish_everything, versions_seen, write_version

READERS = 20
# Asks again and again until told to stop, each time as a new reader does, and holds one connection open over all swaps.
READER = """
import json, sys, time
from pathlib import Path
import duckdb
published, stop, said, ready = (Path(one) for one in sys.argv[1:])
asked, errors, builds = 0, [], []
QUERY = (
    "SELECT (SELECT build_id FROM about.build), (SELECT rows FROM about.tables WHERE table_name = 'mart_supplier'), "
    "(SELECT count(*) FROM mart_procurement.mart_supplier), (SELECT count(*) FROM canonical.dim_supplier)"
)
while not stop.exists():
    try:
        with duckdb.connect(str(published), read_only=True) as reader:
            first = reader.execute(QUERY).fetchall()
            time.sleep(0.02)
            [again] = reader.execute(QUERY).fetchall()
        build, promised, marts, suppliers = again
        if first != [again] or not promised == marts == suppliers:
            errors.append(f"half of two: {first} {again}")
        if build not in builds:
            builds.append(build)
    except Exception as error:  # of any kind: the test asks that there is none
        errors.append(f"{type(error).__name__}: {error}")
    asked += 1
    if asked == 1:
        ready.touch()
    time.sleep(0.5)  # twenty people, not twenty loops: the run needs the processors too
said.write_text(json.dumps({"asked": asked, "errors": errors, "builds": builds}))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    build_hospital(settings)
    write_version(settings, 1)
    publish_everything(settings, 1)
    return settings


def test_twenty_readers_ask_without_an_error_while_a_whole_run_writes(hospital, tmp_path):
    """Processes of their own, as analysts are; before, during and after the swap of a run from source to published file."""
    hospital.run()
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen([
            sys.executable, "-c", READER, str(hospital.settings.published_dir / "analytics.duckdb"), str(stop),
            str(tmp_path / f"said_{number}"), str(tmp_path / f"ready_{number}"),
        ])
        for number in range(READERS)
    ]  # fmt: skip
    try:
        while len(list(tmp_path.glob("ready_*"))) < READERS:
            assert all(reader.poll() is None for reader in readers)
            time.sleep(0.1)
        hospital.erp.parties[4] = "Zimmer"
        assert hospital.run().is_published
        time.sleep(2)
    finally:
        stop.touch()
        for reader in readers:
            reader.wait(300)
    said = [json.loads((tmp_path / f"said_{number}").read_text()) for number in range(READERS)]
    assert [one["errors"] for one in said] == [[]] * READERS
    assert all(len(one["builds"]) == 2 for one in said)
    assert all(one["asked"] > 5 for one in said)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point, settings):
    """What was swapped before the kill is new, the rest is as it was, and nothing is half; the next publication mends all."""
    killed = subprocess.run(
        [sys.executable, "-m", "tests.orchestration.whole_publication", str(settings.home), "2", point],
        cwd=PROJECT_ROOT, check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    place = POINTS.index(point)
    assert versions_seen(settings) == {
        what: 2 if place >= POINTS.index(f"{what}: swapped") else 1 for what in ("file", "restricted", "pack")
    }
    write_version(settings, 3)
    publish_everything(settings, 3)
    assert versions_seen(settings) == {"file": 3, "restricted": 3, "pack": 3}
    assert not list(settings.home.rglob("builds/*.partial"))


@pytest.mark.faults_random
@pytest.mark.timeout(1200)
def test_twenty_kills_at_random_moments_of_publishing(settings):
    """Each trial publishes a new version, and is struck after a random part of the time that a whole one takes."""
    chance, version, kills = random.Random(20261122), 2, 0
    _, longest = _begun(settings, version)
    while kills < 20:
        before, version = versions_seen(settings), version + 1
        process, _ = _begun(settings, version, chance.uniform(0, longest))
        seen = versions_seen(settings)
        assert all(seen[what] in (before[what], version) for what in seen), (before, seen)
        kills += process.returncode == -signal.SIGKILL  # else it ended before it was struck: no trial
    write_version(settings, version)
    publish_everything(settings, version)
    assert versions_seen(settings) == dict.fromkeys(seen, version)


def _begun(settings: Settings, version: int, strike_after: float | None = None) -> tuple[subprocess.Popen, float]:
    """A publication in a process of its own, and the seconds from its beginning to its end."""
    program = [sys.executable, "-m", "tests.orchestration.whole_publication", str(settings.home), str(version), "none"]
    process = subprocess.Popen(program, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    begun = time.monotonic()
    if strike_after is not None:
        time.sleep(strike_after)
        process.kill()
    process.communicate(timeout=120)
    return process, time.monotonic() - begun
