"""F1: a load is killed where it hurts; the next one leaves nothing lost, doubled, stale or nulled."""

import random
import signal
import subprocess
import sys
import time

import pytest

from ingestion.warehouse import Warehouse
from tests.faults.board import Board
from tests.faults.conftest import Shop
from tests.faults.killed_load import POINTS


def child(shop: Shop, point: str) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-m", "tests.faults.killed_load", point, str(shop.home), shop.server.url]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def change(shop: Shop) -> None:
    """Thirty parties renamed, ten new, five gone, one with fewer identifiers."""
    start = max(shop.server.parties) + 1
    for number in range(50, 80):
        shop.server.put(number, f"Renamed at {shop.server.clock}", identifiers=number % 3)
    for number in range(start, start + 10):
        shop.server.put(number, f"New {number}", identifiers=2)
    for number in sorted(shop.server.parties)[:5]:
        del shop.server.parties[number]
    shop.server.tick(minutes=20)


def statuses(shop: Shop) -> list[str]:
    with Warehouse(shop.settings.warehouse_path) as warehouse:
        return [
            row[0] for row in warehouse.connection.execute("SELECT status FROM ops.load ORDER BY load_id").fetchall()
        ]


@pytest.mark.parametrize("point", POINTS)
def test_f1_a_load_killed_at_a_named_point_is_made_good_by_the_next(shop: Shop, board: Board, point: str) -> None:
    shop.load()
    change(shop)
    killed = child(shop, point)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert (shop.home / "struck").read_text(encoding="utf-8") == point
    assert shop.load().is_clean
    assert statuses(shop) == ["COMPLETE", "FAILED", "COMPLETE"]
    assert list(shop.settings.pipelines_dir.glob("*")) == []
    shop.judge(f"F1 {point}", board, 1)


def test_f1_the_very_first_load_killed_after_its_commit_is_made_good(shop: Shop, board: Board) -> None:
    killed = child(shop, "after dlt's marker, before ours")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert shop.load().is_clean
    shop.judge("F1 first load", board, 1)


def test_f1_the_rows_of_a_killed_load_are_no_ones_current_version_before_the_next(shop: Shop) -> None:
    """What was committed by a load that never ended is there, and counts for nothing."""
    shop.load()
    change(shop)
    child(shop, "after dlt's marker, before ours").communicate(timeout=60)
    with Warehouse(shop.settings.warehouse_path) as warehouse:
        unfinished = warehouse.connection.execute(
            "SELECT count(*), min(status) FROM raw_tryton.party JOIN ops.load ON load_id = _load_id WHERE status <> 'COMPLETE'"
        ).fetchone()
    assert unfinished is not None
    assert unfinished[0] > 0
    assert unfinished[1] == "RUNNING"


@pytest.mark.faults_random
@pytest.mark.timeout(1800)
def test_f1_forty_kills_at_random_points(shop: Shop, board: Board) -> None:
    """Each trial: changes at the source, a load killed after a random time, a whole one, and the score."""
    chance = random.Random(20260302)
    whole = child(shop, "none")
    assert whole.stdout is not None
    whole.stdout.readline()
    began = time.monotonic()
    whole.communicate(timeout=120)
    longest = time.monotonic() - began
    kills = 0
    while kills < 40:
        change(shop)
        killed = child(shop, "none")
        assert killed.stdout is not None
        killed.stdout.readline()
        time.sleep(chance.uniform(0, longest))
        killed.kill()
        killed.communicate(timeout=60)
        if killed.returncode != -signal.SIGKILL:
            continue  # it ended before it was struck: no trial
        kills += 1
        assert shop.load().is_clean
        shop.judge("F1 random kills", board, 1)
