"""F2 to F10 against a server that speaks Tryton's REST: whatever it does, nothing is lost, doubled, stale or nulled."""

from datetime import timedelta

import pytest

from ingestion.landing.ledger import LoadReport
from ingestion.landing.replay import replay_quarantine
from ingestion.warehouse import Warehouse
from tests.faults.board import Board
from tests.faults.conftest import Shop


def failed(report: LoadReport) -> bool:
    return report.objects["party"].status == "FAILED"


@pytest.mark.parametrize("kind", ["429", "503", "500", "drop", "truncated", "slow"])
def test_f2_what_passes_by_waiting_is_waited_for(shop: Shop, board: Board, kind: str) -> None:
    shop.server.fault(kind, times=2, after=1)
    assert shop.load().is_clean
    shop.judge(f"F2 {kind}", board, shop.server.fired[kind])


@pytest.mark.parametrize("kind", ["error body", "html", "empty", "cut", "short", "repeated"])
def test_f3_f4_an_answer_that_is_no_page_fails_the_object_and_the_next_load_recovers(
    shop: Shop, board: Board, kind: str
) -> None:
    shop.server.fault(kind, after=1)
    assert failed(shop.load())
    assert shop.load().is_clean
    shop.judge(f"{'F4' if kind == 'repeated' else 'F3'} {kind}", board, shop.server.fired[kind])


def test_f3_an_incremental_read_that_comes_back_empty_loses_nothing(shop: Shop, board: Board) -> None:
    """Newest first would lose it for ever: the watermark must not pass what was never seen."""
    shop.load()
    for number in range(1, 30):
        shop.server.put(number, f"Renamed {number}")
    shop.server.tick(minutes=1)
    shop.server.fault("empty")
    assert failed(shop.load())
    shop.server.tick(hours=2)
    assert shop.load().is_clean
    shop.judge("F3 empty incremental", board, shop.server.fired["empty"])


def test_f4_rows_that_change_and_go_while_pages_are_read_shift_nothing(shop: Shop, board: Board) -> None:
    """Row 1 is updated and row 2 deleted between pages: an offset would skip two rows."""
    moved: list[int] = []
    given = shop.server.due

    def between_pages() -> str | None:
        if not moved:
            moved.append(1)
        elif len(moved) == 1:
            moved.append(2)
            shop.server.put(1, "Moved while read")
            del shop.server.parties[2]
        return given()

    shop.server.due = between_pages  # type: ignore[method-assign]
    shop.load()
    shop.server.tick(hours=1)
    assert shop.load().is_clean
    shop.judge("F4 shifting pages", board, len(moved) - 1)


def test_f5_late_inside_the_lag_lands_and_later_ones_are_found_by_the_key_comparison(shop: Shop, board: Board) -> None:
    shop.load()
    shop.server.put(901, "Five minutes late", shop.server.clock - timedelta(minutes=6))
    shop.server.put(902, "Five days late", shop.server.clock - timedelta(days=5))
    shop.server.put(7, "Changed with an old stamp", shop.server.parties[7]["last_modified_at"] + timedelta(seconds=1))
    shop.server.tick(minutes=1)
    assert shop.load().is_clean
    with Warehouse(shop.settings.warehouse_path) as warehouse:
        found = warehouse.connection.execute(
            "SELECT missing, stale, healed FROM ops.reconciliation ORDER BY load_id"
        ).fetchall()
    assert found == [(0, 0, 0), (1, 1, 2)]
    shop.judge("F5 late", board, 3)


def test_f6_ties_and_a_change_under_the_same_stamp_are_seen(shop: Shop, board: Board) -> None:
    """Ten rows share the stamp of the last one read; five of them were not there when it was read."""
    tied = shop.server.clock - timedelta(minutes=1)
    for number in range(601, 606):
        shop.server.put(number, "tied", tied)
    shop.load()
    for number in range(606, 611):
        shop.server.put(number, "tied too", tied)
    shop.server.tick(minutes=1)
    assert shop.load().is_clean
    shop.judge("F6 ties", board, 10)


def test_f6_a_row_changed_without_a_new_stamp_raises_a_conflict_and_never_passes_in_silence(shop: Shop) -> None:
    shop.load()
    last = shop.server.parties[450]
    shop.server.put(450, "changed under its stamp", last["last_modified_at"])
    shop.server.tick(minutes=1)
    shop.load()
    with Warehouse(shop.settings.warehouse_path) as warehouse:
        names = {
            row[0]
            for row in warehouse.connection.execute("SELECT name FROM raw_tryton.party WHERE id = 450").fetchall()
        }
        conflicts = warehouse.connection.execute("SELECT record_key, error_class FROM ops.quarantine").fetchall()
    assert names == {"Party 450", "changed under its stamp"}
    assert conflicts == [("450", "SOURCE_VERSION_CONFLICT")]


def test_f7_a_clock_ahead_drags_no_cursor(shop: Shop, board: Board) -> None:
    """One row a year ahead is outside the closed range; one an hour ahead too; fifty later rows are all seen."""
    shop.server.put(500, "from next year", shop.server.clock + timedelta(days=365))
    shop.server.put(501, "from the next hour", shop.server.clock + timedelta(hours=1))
    shop.load()
    for number in range(510, 560):
        shop.server.tick(minutes=2)
        shop.server.put(number, f"later {number}")
    shop.server.tick(minutes=1)
    shop.load()
    shop.server.parties.pop(500)  # what cannot be true yet is not missed; the rest must be there
    shop.load()
    shop.judge("F7 future clock", board, 2)


def test_f8_hard_deletes_are_found_within_one_load_and_lines_go_with_their_party(shop: Shop, board: Board) -> None:
    shop.load()
    for number in (1, 200, 201, 450):
        del shop.server.parties[number]
    shop.server.tick(minutes=1)
    report = shop.load()
    assert report.is_clean
    shop.judge("F8 hard deletes", board, 4)
    assert report.objects["party"].warehouse_count == 446


def test_f9_four_kinds_of_drift_alarm_and_good_rows_land(shop: Shop, board: Board) -> None:
    shop.load()
    truth = shop.server.names()
    for number in range(1, 40):
        shop.server.put(number, f"Renamed {number}")
    shop.server.parties[5]["code"] = {"value": "P5"}
    shop.server.drift = {"surprise": "CANARY 555-0199", "active": ..., "nested": {"a": {"b": 1}}}
    shop.server.tick(minutes=1)
    shop.load()
    with Warehouse(shop.settings.warehouse_path) as warehouse:
        drift = set(warehouse.connection.execute("SELECT kind, field FROM ops.drift").fetchall())
        columns = {
            row[0]
            for row in warehouse.connection.execute("SELECT column_name FROM information_schema.columns").fetchall()
        }
    assert {("ADDED", "surprise"), ("ADDED", "nested"), ("RETYPED", "code"), ("REMOVED", "active")} <= drift
    assert not {"surprise", "nested"} & columns
    assert truth[5] == "Party 5"
    shop.judge("F9 drift", board, 4)


def test_f10_a_poison_record_costs_itself_and_comes_back_once(shop: Shop, board: Board) -> None:
    shop.server.parties[77]["name"] = {"first": "Poison"}
    report = shop.load()
    assert (report.objects["party"].landed, report.objects["party"].quarantined) == (449, 1)
    shop.judge("F10 poison record", board, 1)
    shop.server.parties[77]["name"] = "Mended in place"
    with Warehouse(shop.settings.warehouse_path) as warehouse:
        for path in shop.settings.archive_dir.rglob("*.pages"):
            path.unlink()
        for _ in range(2):
            replay_quarantine(warehouse, shop.instance, shop.settings)
        assert warehouse.connection.execute("SELECT status FROM ops.quarantine").fetchall() == [("REPLAYED",)]
    shop.judge("F10 poison record replayed", board, 1)
