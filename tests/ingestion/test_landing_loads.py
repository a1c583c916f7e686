"""What a load does when sources fail, lie about time, send bad records, or change their shape."""

import subprocess
import sys
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from ingestion.contracts import read_contract
from ingestion.landing.page import Envelope, SourceError, Window
from tests.ingestion.landing_world import NOON, UNITS, ScriptedSource, World, order


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def watermarks(world: World) -> list:
    return [row[0] for row in world.rows(
        "SELECT watermark_to FROM ops.load_audit WHERE object = 'orders' ORDER BY load_id"
    )]  # fmt: skip


def test_the_next_read_begins_at_the_watermark_less_the_lag(world: World) -> None:
    source = ScriptedSource([order("O1", 30), order("O2", 20)])
    world.load(source)
    world.load(source)
    assert [asked for kind, asked in source.asked if kind == "pages"] == [None, NOON - timedelta(minutes=30)]


def test_a_source_that_fails_in_mid_read_leaves_nothing_and_its_watermark_where_it_was(world: World) -> None:
    source = ScriptedSource([order("O1", 30)])
    world.load(source)
    source.documents = [order("O2", 3), order("O3", 2), order("O4", 1)]
    source.failure = SourceError("page 2 answered 500")
    report = world.load(source)
    assert report.objects["orders"].status == report.status == "FAILED"
    assert [key for key, *_ in world.current()] == ["O1"]
    source.failure, source.documents = None, [order("O1", 30), *source.documents]
    world.load(source)
    assert [key for key, *_ in world.current()] == ["O1", "O2", "O3", "O4"]
    assert watermarks(world) == [naive(NOON) - timedelta(minutes=30), None, naive(NOON) - timedelta(minutes=1)]


def test_fewer_records_than_announced_fail_the_object(world: World) -> None:
    report = world.load(ScriptedSource([order("O1", 5)], announced=2))
    assert "announced 2 records and 1 came" in (report.objects["orders"].error or "")
    assert world.current() == []


def test_no_page_at_all_and_an_empty_page_are_no_records_and_no_error(world: World) -> None:
    assert world.load(ScriptedSource([])).is_clean
    assert world.load(ScriptedSource(bodies=[b'{"data": []}', b'{"data": null}', b"{}"], announced=None)).is_clean


def test_two_envelopes_in_one_load_are_both_read(world: World) -> None:
    class TwoWays(ScriptedSource):
        def pages(self, obj, window):
            yield from super().pages(obj, window)
            self.envelope = Envelope(lines=True)
            self.documents = [order("O3", 3), order("O4", 2)]
            yield from super().pages(obj, window)

    world.load(TwoWays([order("O1", 5), order("O2", 4)], lists_keys=False))
    assert [key for key, *_ in world.current()] == ["O1", "O2", "O3", "O4"]


def test_lines_of_ndjson_that_are_cut_null_or_of_another_type_cost_no_other_line(world: World) -> None:
    body = b"\n".join([
        b'{"type":"Order","id":"O1","changed_at":"2026-03-02T10:00:00Z"}',
        b'{"type":"Order","id":"O2","chang',
        b"null",
        b'{"type":"Outcome","issue":[1,"x"]}',
        b'{"type":"Order","id":"O3","changed_at":"2026-03-02T10:00:00Z","amount":"1.234"}\r',
        b'{"type":"Order","id":"O4","changed_at":"2026-03-02T10:00:00Z"}',
    ])  # fmt: skip
    source = ScriptedSource(bodies=[body], envelope=Envelope(lines=True, type_field="type"), lists_keys=False)
    with world.landing(source) as landing:
        obj = world.contract.by_name["orders"]
        pages = (page.__class__(page.body, page.envelope, page.label) for page in source.pages(obj, Window(None, NOON)))
        landing.land_pages(obj, pages, None, compare_keys=False)
    world.assert_accounts(landing.report)
    assert [key for key, *_ in world.current()] == ["O1", "O4"]
    assert sorted(error_class for _, error_class, _, _ in world.quarantine()) == ["MALFORMED", "MALFORMED", "TYPE"]
    assert world.drift() == [("WIDENED", "amount")]


def test_a_bad_line_holds_its_whole_document_and_no_other(world: World) -> None:
    world.load(
        ScriptedSource([order("O1", 9, ("A", 1), ("B", "many")), order("O2", 8, ("A", 1)), order("O3", 7, (None, 1))])
    )
    assert [key for key, *_ in world.current()] == ["O2"]
    assert world.current_lines() == [("O2", "A", Decimal(1))]
    assert world.quarantine() == [("O1", "TYPE", "lines.quantity", "OPEN"), ("O3", "MISSING", "lines.item", "OPEN")]


def test_a_quarantined_document_is_held_until_its_next_version_lands(world: World) -> None:
    """The version before stays current, the difference knows it, and an older version does not close the case."""
    source = ScriptedSource([order("O1", 50, ("A", 1), note="good")])
    world.load(source)
    source.documents = [order("O1", 20, ("A", "bad"), note="bad")]
    assert world.load(source).is_clean
    assert world.current(columns="id, note") == [("O1", "good")]
    source.documents = [
        order("O1", 30, ("A", 2), note="older than the bad one"),
        order("O1", 20, ("A", "bad"), note="bad"),
    ]
    world.load(source)
    assert [status for *_, status in world.quarantine()] == ["OPEN"]
    source.documents = [order("O1", 10, ("A", 3), note="mended")]
    world.load(source)
    assert world.current(columns="id, note") == [("O1", "mended")]
    assert [status for *_, status in world.quarantine()] == ["SUPERSEDED"]


def test_a_bad_edit_of_a_line_alone_is_not_closed_by_the_version_before_it(world: World) -> None:
    before, after = order("O1", 50, ("A", 1)), order("O1", 50, ("A", "bad"))
    after["lines"][0]["changed_at"] = (NOON - timedelta(minutes=5)).isoformat()
    source = ScriptedSource([before])
    world.load(source)
    source.documents = [after]
    world.load(source)
    assert [status for *_, status in world.quarantine()] == ["OPEN"]


def test_a_stamp_of_tomorrow_moves_no_watermark_and_one_of_next_year_is_quarantined(world: World) -> None:
    soon, far = (NOON + timedelta(hours=23)).isoformat(), (NOON + timedelta(days=365)).isoformat()
    source = ScriptedSource([order("O1", soon), order("O2", far), order("O3", 5)])
    world.load(source)
    assert [key for key, *_ in world.current()] == ["O1", "O3"]
    assert world.quarantine() == [("O2", "FUTURE_STAMP", "changed_at", "OPEN")]
    assert watermarks(world) == [naive(NOON)]


def test_a_key_comparison_fetches_what_no_window_showed(world: World) -> None:
    """A record committed after the lag with an old stamp, and one whose change moved no window: found, counted, healed."""
    source = ScriptedSource([order("O1", 30), order("O2", 20, note="before")])
    world.load(source)
    source.documents = [order("O1", 30), order("O2", 15, note="after"), order("late", 300)]
    source.clock = NOON + timedelta(hours=1)
    world.load(ScriptedSource([], clock=source.clock, lists_keys=False))
    report = world.load(source, mode="reconcile")
    assert world.rows("SELECT missing, stale, deleted, healed FROM ops.reconciliation ORDER BY load_id")[-1] == (
        1,
        1,
        0,
        2,
    )
    assert world.current(columns="id, note") == [("O1", None), ("O2", "after"), ("late", None)]
    assert report.is_clean


def test_a_reconciliation_does_not_move_the_watermark_past_what_was_never_read(world: World) -> None:
    source = ScriptedSource([order("O1", 60)])
    world.load(source)
    source.documents.append(order("O2", 5))
    world.load(source, mode="reconcile")
    assert max(mark for mark in watermarks(world) if mark) == naive(NOON) - timedelta(minutes=60)


def test_a_list_of_keys_that_lost_most_of_them_buries_nothing(world: World) -> None:
    source = ScriptedSource([order(f"O{number:02}", 5) for number in range(30)])
    world.load(source)
    source.hidden = {f"O{number:02}" for number in range(20)}
    report = world.load(source)
    assert "nothing was buried" in (report.objects["orders"].error or "")
    assert len(world.current()) == 30
    world.load(source, mode="full", accept_fewer=True)
    assert len(world.current()) == 10


def test_one_object_fails_and_the_others_land(world: World) -> None:
    text = UNITS.replace("schema:", "schema:").replace("name: unit\n", "name: first\n")
    second = UNITS[UNITS.index("  - name: unit") :].replace("name: unit\n", "name: second\n")
    world.contract = read_contract("units", text + second, "units.odcs.yaml")

    class HalfDead(ScriptedSource):
        def pages(self, obj, window):
            if obj.name == "first":
                raise SourceError("first: answered 500")
            return super().pages(obj, window)

    report = world.load(HalfDead([{"code": "EA", "name": "each"}], key="code", lists_keys=False))
    assert (report.status, report.objects["first"].status, report.objects["second"].status) == (
        "COMPLETE", "FAILED", "COMPLETE",
    )  # fmt: skip
    assert world.current("second", "code, name") == [("EA", "each")]


@pytest.fixture
def units(world: World) -> World:
    world.contract = read_contract("units", UNITS, "units.odcs.yaml")
    return world


def unit_list(**names: str) -> ScriptedSource:
    return ScriptedSource([{"code": code, "name": name} for code, name in names.items()], key="code", lists_keys=False)


def at(source: ScriptedSource, hours: int) -> ScriptedSource:
    source.clock = NOON + timedelta(hours=hours)
    return source


@pytest.mark.parametrize("hours", [1, 0], ids=["hourly", "all within a second of the source's clock"])
def test_a_snapshot_goes_from_a_to_b_and_back_to_a(units: World, hours: int) -> None:
    for load, name in enumerate(["a", "b", "a"]):
        units.load(at(unit_list(EA=name, BX="box"), load * hours))
        assert units.current("unit", "code, name") == [("BX", "box"), ("EA", name)]
    assert units.rows("SELECT count(*) FROM raw_units.unit") == [(4,)]  # three versions of EA, one of BX


@pytest.mark.parametrize("hours", [1, 0], ids=["hourly", "all within a second of the source's clock"])
def test_a_snapshot_buries_what_it_no_longer_lists_and_brings_it_back(units: World, hours: int) -> None:
    names = {f"U{number}": "unit" for number in range(10)}
    units.load(at(unit_list(**names), 0))
    units.load(at(unit_list(**{code: name for code, name in names.items() if code != "U3"}), hours))
    assert len(units.current("unit", "code")) == 9
    units.load(at(unit_list(**names), 2 * hours))
    assert len(units.current("unit", "code")) == 10


def test_a_short_snapshot_replaces_nothing_until_somebody_says_it_is_right(units: World) -> None:
    names = {f"U{number}": "unit" for number in range(10)}
    units.load(at(unit_list(**names), 0))
    for short in (dict(list(names.items())[:8]), {}):
        report = units.load(at(unit_list(**short), 1))
        assert "fewer than 9" in (report.objects["unit"].error or "")
    assert len(units.current("unit", "code")) == 10
    units.load(at(unit_list(U1="unit"), 2), mode="full", accept_fewer=True)
    assert units.current("unit", "code") == [("U1",)]


def test_a_record_that_cannot_be_named_keeps_a_snapshot_from_burying(units: World) -> None:
    names = {f"U{number}": "unit" for number in range(10)}
    units.load(at(unit_list(**names), 0))
    source = at(unit_list(**{code: name for code, name in names.items() if code != "U3"}), 1)
    source.documents.append({"code": 3, "name": "U3, its code a number now"})
    units.load(source)
    assert len(units.current("unit", "code")) == 10


def test_drift_is_noticed_in_records_and_in_lines(world: World) -> None:
    history = [order(f"O{n:03}", 50, ("A", 1), note="said") for n in range(25)]
    source = ScriptedSource(history, rows_a_page=50, lists_keys=False)
    world.load(source)
    changed = [order(f"P{n:03}", 5, ("A", None), surprise={"deep": n}) for n in range(25)]
    changed[0]["lines"][0]["colour"] = "red"
    changed[1]["amount"] = {"value": 1}
    source.documents = changed
    world.load(source)
    assert world.drift() == [
        ("ADDED", "lines.colour"), ("ADDED", "surprise"), ("REMOVED", "lines.quantity"), ("REMOVED", "note"),
        ("RETYPED", "amount"),
    ]  # fmt: skip
    assert len(world.current()) == 49
    assert "surprise" not in {row[0] for row in world.rows("SELECT column_name FROM information_schema.columns")}


def test_lines_that_vanish_from_every_document_are_noticed(world: World) -> None:
    """A right that a reader lost: the list is left out of every answer, silently."""
    source = ScriptedSource([order(f"O{n:03}", 50, ("A", 1)) for n in range(25)], rows_a_page=50, lists_keys=False)
    world.load(source)
    source.documents = [{k: v for k, v in order(f"P{n:03}", 5).items() if k != "lines"} for n in range(25)]
    world.load(source)
    assert ("REMOVED", "lines") in world.drift()


def test_lines_that_only_some_documents_ever_had_may_be_in_none_of_a_load(world: World) -> None:
    """Most procedures use no implant, and those that do use three."""
    few = [order(f"O{n:03}", 50, *((("A", 1),) * 3 if n % 2 else ())) for n in range(30)]
    without = [{k: v for k, v in order(f"P{n:03}", 5).items() if k != "lines"} for n in range(25)]
    for documents in (few, without):
        world.load(ScriptedSource(documents, rows_a_page=50, lists_keys=False))
    assert world.drift() == []


def test_two_loads_of_one_warehouse_at_once_say_who_holds_it(world: World) -> None:
    code = f"""
from pathlib import Path
from ingestion.warehouse import Warehouse
with Warehouse(Path({str(world.settings.warehouse_path)!r})): pass
"""
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "WarehouseBusyError" in second.stderr
    assert "is being written by process" in second.stderr


def test_money_is_exact_through_the_whole_path_and_what_does_not_fit_is_quarantined(world: World) -> None:
    amounts = ["0.07", 1e2, "1E+2", "9999999999999999.99", 123456789.25, "0.005", 999999999999999999, "12,5", ""]
    world.load(ScriptedSource([order(f"O{n}", 5, amount=amount) for n, amount in enumerate(amounts)]))
    assert [amount for _, amount, _ in world.current()] == [
        Decimal("0.07"), Decimal("100.00"), Decimal("100.00"), Decimal("9999999999999999.99"), Decimal("123456789.25"),
    ]  # fmt: skip
    assert [(key, field) for key, _, field, _ in world.quarantine()] == [(f"O{n}", "amount") for n in (5, 6, 7, 8)]


def test_nothing_that_lands_has_a_float(world: World) -> None:
    world.load(ScriptedSource([order("O1", 5, ("A", 1.5))]))
    kinds = {row[0] for row in world.rows(
        "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema IN ('raw_shop', 'ops')"
    )}  # fmt: skip
    assert not [kind for kind in kinds if "DOUBLE" in kind or "FLOAT" in kind or "REAL" in kind]
