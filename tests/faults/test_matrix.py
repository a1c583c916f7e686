"""Every fault on every protocol: whatever a source does, no load ends COMPLETE over a warehouse that is wrong.

Belongs here: the cells of the matrix. A load under a fault may be right at once, fail, or hold records back and say so;
after the next one, which nothing disturbs, the warehouse is what it would be had nothing happened.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ingestion.landing.land import Mode
from tests.faults.matrix import MATRIX, Home, Homes, Records, Wrong, very_late
from tests.faults.small_network import (
    FAULTS,
    FILES,
    GONE,
    LATER,
    PROTOCOLS,
    START,
    Protocol,
    SmallNetwork,
    small_network,
)

# What passes by waiting: all of it at once. What may fail a load: one after the other, in one home.
PASSING: dict[str, dict[str, float]] = {
    "429": {"rate": 0.4, "seconds": 0, "times": 1}, "5xx": {"rate": 0.4, "times": 1},
    # As often as may be: what is answered otherwise at the same time is not cut off.
    "dropped": {"rate": 1, "times": 3}, "slow": {"rate": 0.4, "seconds": 0.1, "times": 1},
}  # fmt: skip
FAILING = {
    "truncated": 0.4, "empty_page": 0.4, "error_body_200": 0.3, "html_200": 0.3, "token_expired": 0.3,
    "repeated_page": 0.5, "shifting_page": 0.5,
}  # fmt: skip
ROWS = ("duplicate_rows", "two_versions")
DRIFT = {
    "drift_added": {"ADDED"}, "drift_removed": {"REMOVED", "RENAMED"}, "drift_renamed": {"RENAMED", "REMOVED", "ADDED"},
    "drift_retyped": {"RETYPED"}, "drift_enum": {"ENUM_ADDED"},
}  # fmt: skip
UNDECIDED = ("REMOVED", "RENAMED")
# What the others leave behind is left behind by these, too.
MENDED = ("drift_removed", "drift_retyped")


Fault = dict[str, Any]
each_protocol = pytest.mark.parametrize("protocol", [pytest.param(each, id=each.name) for each in PROTOCOLS])


def cells(*faults: str) -> list[object]:
    """Each of these faults on each protocol that it can befall."""
    return [
        pytest.param(protocol, fault, id=f"{protocol.name}-{fault}")
        for protocol in PROTOCOLS
        for fault in faults
        if fault not in protocol.never
    ]


@pytest.fixture(scope="module")
def network(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallNetwork]:
    with small_network(made_world, tmp_path_factory.mktemp("matrix") / "world") as network:
        yield network


@pytest.fixture(scope="module")
def homes(network: SmallNetwork, tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(tmp_path_factory.mktemp("clean"), network)


@pytest.fixture(autouse=True)
def _calm(network: SmallNetwork) -> Iterator[None]:
    yield
    network.calm()
    network.at(START)


def surely(network: SmallNetwork, protocol: Protocol, fault: str, share: float) -> float:
    """A share with which one of the first is struck for certain; not the very first, which tells the source's time."""
    first = (1, 2) if fault in ("repeated_page", "shifting_page") else (2, 3)
    return max(share, min(network.chance(protocol, fault, number) for number in first) + 1e-6)


def record(protocol: Protocol, fault: str, first: str, struck: int, silent: Wrong | None = None) -> None:
    MATRIX.record(protocol.name, fault, first, struck, silent.count if silent else 0)
    assert struck, f"{fault} never struck {protocol.name}: the cell proves nothing"
    assert not silent, f"{fault}, {protocol.name}: a load ended COMPLETE and has {silent}: {vars(silent)}"


def right(home: Home, truth: Records, said: Collection[str] | None = None) -> None:
    wrong = home.against(truth, said)
    assert not wrong, f"{home.protocol.name}: after all {wrong}: {vars(wrong)}"


def recovers(home: Home, truth: Records) -> None:
    """The next load, which nothing disturbs, is right."""
    report = home.load()
    assert report.status == "COMPLETE", report
    right(home, truth)


def disturbed(home: Home, truth: Records, mode: Mode, *faults: Fault) -> bool:
    """Whether a load under faults ends COMPLETE; wrong is what it then has got wrong."""
    home.network.fail(home.protocol, *faults)
    is_complete, struck = home.load(mode).status == "COMPLETE", home.network.struck()
    home.network.calm()
    wrong = home.against(truth) if is_complete else None
    for fault in faults:
        name = str(fault["fault"])
        record(home.protocol, name, "right" if is_complete else "fails", struck[name], wrong)
    return is_complete


@each_protocol
def test_what_passes_by_waiting(network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol) -> None:
    home, truth = Home(tmp_path / "home", network, protocol), homes.truth(protocol)
    faults = [
        {"fault": name, **how, "rate": surely(network, protocol, name, how["rate"])} for name, how in PASSING.items()
    ]
    if not disturbed(home, truth, "incremental", *faults):
        recovers(home, truth)


@each_protocol
def test_what_may_fail_a_load(network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol) -> None:
    """One after the other, so that a warehouse suffers in all ways that it can before it is left in peace."""
    home, truth = Home(tmp_path / "home", network, protocol), homes.truth(protocol)
    for fault, share in FAILING.items():
        if fault not in protocol.never:
            disturbed(home, truth, "full", {"fault": fault, "rate": surely(network, protocol, fault, share)})
    recovers(home, truth)


@each_protocol
def test_rows_that_come_twice_or_older(network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol) -> None:
    home, truth = Home(tmp_path / "home", network, protocol), homes.truth(protocol)
    faults = [{"fault": name, "rate": 0.2} for name in ROWS if name not in protocol.never]
    if not disturbed(home, truth, "incremental", *faults):
        recovers(home, truth)


@each_protocol
def test_what_comes_late_or_with_the_latest_stamp(
    network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol
) -> None:
    """One record came later than the lag allows for: the comparison of keys finds it."""
    faults = [fault for fault in ("late", "ties") if fault not in protocol.never]
    if not faults:
        return
    truth, before = homes.truth(protocol, LATER), homes.truth(protocol)
    home = homes.copy(protocol, tmp_path / "home")
    network.at(LATER)
    assert home.load().status == "COMPLETE"
    wrong = home.against(truth, very_late(truth))
    for fault in faults:
        record(protocol, fault, "right", len(truth.keys() - before.keys()), wrong)
    if home.against(truth):
        assert home.load("reconcile").status == "COMPLETE"
        right(home, truth)


@pytest.mark.parametrize(("protocol", "fault"), cells("future_clock"))
def test_a_clock_that_is_ahead_drags_no_cursor(
    network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol, fault: str
) -> None:
    later, truth = homes.truth(protocol, LATER), homes.truth(protocol)
    home = Home(tmp_path / "home", network, protocol)
    network.fail(protocol, {"fault": fault, "rate": 0.1})
    report = home.load()
    is_complete = report.status == "COMPLETE"
    word = f"holds {report.quarantined}," if is_complete else "fails"
    record(protocol, fault, word, network.struck()[fault], home.against(truth) if is_complete else None)
    network.calm()
    network.at(LATER)
    home.load("full")
    right(home, later, ())


@pytest.mark.parametrize(("protocol", "fault"), cells("hard_delete"))
def test_what_is_deleted_is_found_in_one_reconciliation(
    network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol, fault: str
) -> None:
    truth, before = homes.truth(protocol, GONE), homes.truth(protocol, LATER)
    home = homes.copy(protocol, tmp_path / "home")
    network.at(GONE)
    home.load()
    if wrong := home.against(truth):
        home.load("reconcile")
    found = "next load" if not wrong else "reconciled"
    record(protocol, fault, found, len(before.keys() - truth.keys()), home.against(truth))


@pytest.mark.parametrize(("protocol", "fault"), cells(*DRIFT))
def test_drift_is_alarmed_and_nothing_is_nulled_in_silence(
    network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol, fault: str
) -> None:
    truth = homes.truth(protocol)
    home = homes.copy(protocol, tmp_path / "home")
    field = {} if fault == "drift_added" else {"field": protocol.drift.get(fault, protocol.drift[""])}
    network.fail(protocol, {"fault": fault, "rate": 0.2 if fault == "drift_enum" else 1.0, **field})
    report = home.load("full")
    alarms, wrong, struck = home.alarms(), home.against(truth), network.struck()[fault]
    columns = home.query("SELECT column_name FROM information_schema.columns WHERE column_name ILIKE '%AddedBy%'")
    network.calm()
    is_complete, kinds = report.status == "COMPLETE", {kind for kind, _ in alarms}
    if not is_complete or kinds.intersection(UNDECIDED):
        # It is said of the whole object that a field is gone.
        wrong.nulled.clear()
    record(protocol, fault, "alarm" if is_complete else "fails", struck, wrong)
    assert not is_complete or kinds & DRIFT[fault], (report, alarms)
    assert columns == []
    if fault in MENDED:
        assert home.load("full").status == "COMPLETE"
        home.replay()
        # What landed without the field has the stamp of what has it: of two payloads for one version one stays in
        # quarantine and the object stays frozen, until somebody decides.
        right(home, truth, home.conflicts() if kinds.intersection(UNDECIDED) else ())


@pytest.mark.parametrize(("protocol", "fault"), cells("poison"))
def test_a_poison_record_costs_itself_and_comes_back_once(
    network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol, fault: str
) -> None:
    truth = homes.truth(protocol)
    home = Home(tmp_path / "home", network, protocol)
    field = protocol.drift.get(fault, protocol.drift[""])
    network.fail(protocol, {"fault": "drift_retyped", "rate": 0.06, "field": field})
    report = home.load()
    record(protocol, fault, f"holds {report.quarantined},", network.struck()["drift_retyped"], home.against(truth))
    assert 0 < len(home.held()) < len(truth) / 4
    network.calm()
    for _ in range(2):
        home.replay()
    statuses = {status for (status,) in home.query("SELECT status FROM ops.quarantine")}
    if home.has_pseudonym_for_key:
        # Only the archive knows who it is, and holds it as it was: the record comes when it is read again.
        assert home.load("full").status == "COMPLETE"
    else:
        assert statuses == {"REPLAYED"}
    right(home, truth, ())


@pytest.mark.faults_random
@pytest.mark.parametrize("seed", range(6))
@each_protocol
def test_several_faults_at_once(
    network: SmallNetwork, homes: Homes, tmp_path: Path, protocol: Protocol, seed: int
) -> None:
    """Three at a time, each with a share of its own, over a first load and one that reads what came since."""
    chance = Random(f"{protocol.name} {seed}")
    possible = [fault for fault in (*PASSING, *FAILING, *ROWS) if fault not in protocol.never]
    faults = [{"fault": name, "rate": chance.uniform(0.05, 0.5), "seconds": 0} for name in chance.sample(possible, 3)]
    truths = {now: homes.truth(protocol, now) for now in (START, LATER)}
    home = Home(tmp_path / "home", network, protocol)
    for now, truth in truths.items():
        network.at(now)
        network.fail(protocol, *faults)
        is_complete, struck = home.load().status == "COMPLETE", network.struck()
        network.calm()
        wrong = home.against(truth, home.held() | very_late(truth)) if is_complete else None
        for name in struck:
            record(protocol, name, "right" if is_complete else "fails", struck[name], wrong)
    assert home.load().status == "COMPLETE"
    assert home.load("reconcile").status == "COMPLETE"
    right(home, truths[LATER])


def test_every_fault_is_tried_on_every_protocol_or_cannot_befall_it() -> None:
    for protocol in (*PROTOCOLS, FILES):
        MATRIX.never |= {(fault, protocol.name): reason for fault, reason in protocol.never.items()}
        assert protocol.never.keys() <= set(FAULTS)
    tried = {
        *PASSING,
        *FAILING,
        *ROWS,
        *DRIFT,
        "late",
        "ties",
        "future_clock",
        "hard_delete",
        "poison",
        "truncated_file",
    }
    assert tried == set(FAULTS)
