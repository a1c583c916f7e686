"""`parline simulate` makes a world, serves it, moves its time and stops it: real processes, met over HTTP.

Belongs here: the command as a person uses it. Not here: faults in detail (`test_served_faults.py`).
"""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.serve.clock import set_clock
from tests.simulator.odata_client import followed
from tests.simulator.odata_world import ORDERS, write_network

PARLINE = Path(sys.executable).with_name("parline")
ORDER_SET = "sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"


def simulate(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PARLINE, "simulate", *map(str, words)], capture_output=True, text=True, check=False)


@contextmanager
def served(world: Path) -> Iterator[dict[str, Any]]:
    command = [PARLINE, "simulate", "serve", "--world", world]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        announced = json.loads(process.stdout.readline())
        try:
            yield announced
            if (world / "serving.json").exists():
                process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()


def sap(announced: dict[str, Any]) -> httpx.Client:
    known = json.loads(Path(announced["credentials"]).read_text())["sap_s4"]
    headers = {"Accept": "application/json"}
    return httpx.Client(
        base_url=announced["systems"]["sap_s4"] + "/", auth=(known["user"], known["password"]), headers=headers
    )


def orders(client: httpx.Client) -> list[dict[str, Any]]:
    """Every order without its address, which has the port of the day in it."""
    rows = [row for page in followed(client, ORDER_SET) for row in page]
    return [{name: value for name, value in row.items() if not isinstance(value, dict)} for row in rows]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    write_network(tmp_path / "world")
    return tmp_path / "world"


def test_status_tells_the_new_documents_after_an_advance_and_a_client_reads_them(world: Path) -> None:
    def told() -> list[str]:
        lines = simulate("status", "--world", world).stdout.splitlines()
        return next(line.split() for line in lines if "A_PurchaseOrder " in line)[2:]

    with served(world) as announced, sap(announced) as client:
        assert announced["systems"]["sap_s4"] in simulate("status", "--world", world).stdout
        assert told() == ["2,350", "0"]
        assert len(orders(client)) == ORDERS
        # 50 orders of the 2nd come; on the 3rd, by six, the hours 0 to 6 bring one each, ten change, one vanishes.
        assert (
            "2026-10-02 06:00 UTC; it can go on to 2026-11-01 06:00"
            in simulate("advance", "--world", world, "--days", 1).stdout
        )
        assert told() == ["2,400", "50"]
        assert len(orders(client)) == ORDERS + 50
        simulate("advance", "--world", world, "--days", 1)
        assert told() == ["2,406", "17"]
        assert len(orders(client)) == ORDERS + 56


def test_a_world_advanced_day_by_day_shows_the_same_as_one_set_to_that_date_at_once(
    world: Path, tmp_path: Path
) -> None:
    write_network(tmp_path / "other")
    with served(world) as announced, sap(announced) as client:
        for _ in range(3):
            simulate("advance", "--world", world, "--days", 1)
            step_by_step = orders(client)
    set_clock(tmp_path / "other", datetime.fromisoformat("2026-10-04T06:00:00"))
    with served(tmp_path / "other") as announced, sap(announced) as client:
        assert orders(client) == step_by_step
    assert len(step_by_step) == ORDERS + 50 + 24 - 1


def test_a_world_is_served_once_at_a_time(world: Path) -> None:
    with served(world) as announced:
        second = simulate("serve", "--world", world)
        assert second.returncode == 1
        assert "is being served already" in second.stderr
        assert "parline simulate stop --world" in second.stderr
        assert simulate("make", "--out", world).returncode == 1
        assert httpx.get(f"{announced['systems']['sap_s4']}/{ORDER_SET}").status_code == 401


def test_stop_ends_the_process_and_leaves_the_world_to_be_served_again(world: Path) -> None:
    for _ in range(2):
        with served(world) as announced:
            ended = simulate("stop", "--world", world)
            assert ended.stdout == f"Stopped process {announced['pid']}.\n"
            assert not (world / "serving.json").exists()
    again = simulate("stop", "--world", world)
    assert again.returncode == 1
    assert "is not being served" in again.stderr


def test_a_world_whose_process_was_killed_can_be_served_again(world: Path) -> None:
    command = [PARLINE, "simulate", "serve", "--world", world]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    assert (world / "serving.json").exists()
    assert "Not being served" in simulate("status", "--world", world).stdout
    with served(world) as announced:
        assert announced["pid"] != process.pid


def test_credentials_are_the_worlds_own_readable_by_its_owner_and_stay(world: Path, tmp_path: Path) -> None:
    def known(folder: Path) -> dict[str, Any]:
        with served(folder) as announced:
            file = Path(announced["credentials"])
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            credentials: dict[str, Any] = json.loads(file.read_text())
            return credentials

    write_network(tmp_path / "other")
    first, other = known(world), known(tmp_path / "other")
    assert known(world) == first
    assert first["sap_s4"]["password"] != other["sap_s4"]["password"]
    assert first["d365"]["client_secret"] != other["d365"]["client_secret"]
    with served(world) as announced:
        assert (
            httpx.get(f"{announced['systems']['sap_s4']}/{ORDER_SET}", auth=("PARLINE", "simulator")).status_code == 401
        )


def test_faults_are_switched_on_with_an_advance_and_off_again(world: Path) -> None:
    with served(world) as announced, sap(announced) as client:
        told = simulate("advance", "--world", world, "--days", 1, "--fault", "429:sap_s4=1", "--fault", "slow=0")
        assert "Faults that are on: 429:sap_s4=1.0, slow:d365=0.0, slow:sap_s4=0.0." in told.stdout.replace(
            "429:sap_s4=1.0, slow:sap_s4=0.0, slow:d365=0.0", "429:sap_s4=1.0, slow:d365=0.0, slow:sap_s4=0.0"
        )
        assert client.get(ORDER_SET).status_code == 429
        simulate("advance", "--world", world, "--days", 0, "--fault", "none")
        assert len(orders(client)) == ORDERS + 50


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("advance", "--days", 32), "simulated until 2026-11-01 06:00 UTC"),
        (("advance", "--days", -1), "goes forward only"),
        (("advance", "--days", 1, "--fault", "sloow"), "There are: 429, 5xx"),
        (("advance", "--days", 1, "--fault", "slow:sap_ecc"), "There are: d365, sap_s4"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(world: Path, words: tuple[object, ...], says: str) -> None:
    before = sorted(path.name for path in world.iterdir())
    done = simulate(*words, "--world", world)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in world.iterdir()) == before


@pytest.mark.parametrize("act", ["serve", "status", "stop", "advance"])
def test_without_a_world_it_is_said_how_to_make_one(tmp_path: Path, act: str) -> None:
    done = simulate(act, "--world", tmp_path / "nowhere", *(["--days", 1] if act == "advance" else []))
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    if act != "stop":
        assert f"parline simulate make --out {tmp_path / 'nowhere'}" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_is_no_world_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "thesis.txt").write_text("years of work")
    done = simulate("make", "--out", tmp_path)
    assert done.returncode == 1
    assert "is no world: nothing was touched" in done.stderr
    assert (tmp_path / "files" / "thesis.txt").exists()


def test_a_world_that_was_made_is_served_from_its_first_morning(tmp_path: Path) -> None:
    made = simulate("make", "--scale", 0.001, "--seed", 7, "--out", tmp_path / "world")
    assert made.returncode == 0, made.stderr
    assert json.loads((tmp_path / "world" / "truth" / "manifest.json").read_text())["seed"] == 7
    assert json.loads((tmp_path / "world" / "clock.json").read_text()) == {"now": "2026-10-01T06:00:00Z"}
    with served(tmp_path / "world") as announced, sap(announced) as client:
        first = client.get(f"{ORDER_SET}?$inlinecount=allpages").json()["d"]
        assert int(first["__count"]) > 0
