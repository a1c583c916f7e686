"""Replaying quarantine and archive: the same path, the same result, however often, and never a step back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts import read_contract
from ingestion.landing import replay
from ingestion.landing.ledger import LoadReport
from ingestion.landing.page import SourceError, UnreachableError
from tests.ingestion.landing_world import NOON, ORDERS, UNITS, ScriptedSource, World, order


def mend(world: World) -> None:
    """The next version of the contract: a line without an item is a line."""
    text = ORDERS.format(version="1.0.1", deletes="reconcile", extra="")
    text = text.replace("What., logicalType: string, required: true", "What., logicalType: string")
    world.contract = read_contract("shop", text, "shop.odcs.yaml")


@contextmanager
def opened(world: World, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`sources.toml` knows no scripted source: the registry is told of it here."""
    with monkeypatch.context() as patch:
        patch.setattr(replay, "open_source", lambda instance: (source, world.contract))
        yield


def replay_quarantine(world: World, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch, **more: Any) -> LoadReport:
    with opened(world, source, monkeypatch):
        report = replay.replay_quarantine(
            world.warehouse, world.instance, world.settings, progress=world.messages.append, **more
        )
    world.assert_accounts(report)
    return report


def replay_archive(world: World, source: ScriptedSource, monkeypatch: pytest.MonkeyPatch) -> LoadReport:
    with opened(world, source, monkeypatch):
        report = replay.replay_archive(world.warehouse, world.instance, world.settings)
    world.assert_accounts(report)
    return report


def statuses(world: World) -> list[tuple[Any, ...]]:
    return world.quarantine("record_key, status")


def test_after_the_contract_is_mended_a_replay_restores_the_record_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ScriptedSource([order("O1", 5, (None, 1)), order("O2", 4, ("A", 1))])
    world.load(source)
    replay_quarantine(world, source, monkeypatch)
    assert statuses(world) == [("O1", "OPEN")]
    mend(world)
    assert replay_quarantine(world, source, monkeypatch).objects["orders"].landed == 1
    assert statuses(world) == [("O1", "REPLAYED")]
    assert [key for key, *_ in world.current()] == ["O1", "O2"]
    assert replay_quarantine(world, source, monkeypatch).objects == {}
    assert world.rows("SELECT count(*) FROM raw_shop.lines") == [(2,)]


def test_a_replay_that_finds_no_page_and_no_record_leaves_the_entry_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with World(tmp_path, archive_key=None) as world:
        source = ScriptedSource([order("O1", 5, (None, 1))])
        world.load(source)
        mend(world)
        source.documents = []
        replay_quarantine(world, source, monkeypatch)
        assert statuses(world) == [("O1", "OPEN")]
        assert any("never archived" in message for message in world.messages)


def test_without_an_archive_the_source_is_asked_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with World(tmp_path, archive_key=None) as world:
        source = ScriptedSource([order("O|1", 5, (None, 1))])
        world.load(source)
        mend(world)
        replay_quarantine(world, source, monkeypatch)
        assert ("pages_by_key", ["O|1"]) in source.asked
        assert statuses(world) == [("O%7C1", "REPLAYED")]


def test_a_replay_does_not_step_over_a_newer_version(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bad version is replayed when a newer one has landed: history gains it, the current row stays."""
    source = ScriptedSource([order("O1", 20, (None, 1), note="bad")])
    world.load(source)
    source.documents = [order("O1", 5, ("A", 1), note="newer")]
    world.load(source)
    assert statuses(world) == [("O1", "SUPERSEDED")]
    mend(world)
    replay_archive(world, source, monkeypatch)
    assert world.current(columns="id, note") == [("O1", "newer")]
    assert world.rows("SELECT count(*) FROM raw_shop.orders") == [(2,)]


def test_a_record_healed_by_key_is_replayed_from_its_own_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages fetched by key go into the archive after those of the read: their numbers go on."""
    source = ScriptedSource([order("O1", 5), order("O2", 5)])
    world.load(source)
    source.documents = [*source.documents, order("late", 300, (None, 1))]
    world.load(source)
    mend(world)
    assert replay_quarantine(world, source, monkeypatch).objects["orders"].landed == 1
    assert [key for key, *_ in world.current()] == ["O1", "O2", "late"]


def test_replays_work_while_the_source_is_down_and_copy_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Down(ScriptedSource):
        def now(self):
            raise UnreachableError("nothing answers")

    world.load(ScriptedSource([order("O1", 5, (None, 1)), order("O2", 4)]))
    files = sorted(path.stat().st_size for path in world.settings.archive_dir.rglob("*.pages"))
    mend(world)
    replay_archive(world, Down(), monkeypatch)
    assert [key for key, *_ in world.current()] == ["O1", "O2"]
    assert sorted(path.stat().st_size for path in world.settings.archive_dir.rglob("*.pages")) == files


def test_replaying_what_a_failed_load_archived_moves_no_watermark(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ScriptedSource([order("O1", 60)], rows_a_page=1)
    world.load(source)
    source.documents = [order("O2", 10), order("O3", 30)]
    source.failure = SourceError("page 2 answered 500")
    world.load(source)
    source.failure = None
    replay_archive(world, source, monkeypatch)
    source.lists_keys = False
    source.documents = [order("O1", 60), order("O3", 30), order("O2", 10)]
    world.load(source)
    assert [key for key, *_ in world.current()] == ["O1", "O2", "O3"]


def test_an_old_snapshot_page_replayed_is_as_old_as_its_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.contract = read_contract("units", UNITS, "units.odcs.yaml")
    for hours, name in enumerate(["a", "b"]):
        source = ScriptedSource([{"code": "EA", "name": name}], key="code", lists_keys=False)
        source.clock = NOON + timedelta(hours=hours)
        world.load(source)
    source.clock = NOON + timedelta(hours=5)
    replay_archive(world, source, monkeypatch)
    assert world.current("unit", "code, name") == [("EA", "b")]


def test_a_warehouse_is_rebuilt_from_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ScriptedSource([order("O1", 50, ("A", 1)), order("O2", 40)])
    with World(tmp_path) as world:
        world.load(source)
        source.documents = [order("O1", 30, ("B", 2))]
        source.lists_keys = False
        world.load(source)
        before = world.current(columns="_row_key, id"), world.current_lines()
    world.settings.warehouse_path.unlink()
    with World(tmp_path) as world:
        replay_archive(world, source, monkeypatch)
        assert (world.current(columns="_row_key, id"), world.current_lines()) == before
