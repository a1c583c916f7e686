"""Which version of a record is current, whatever order, page or load its versions arrive in."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from ingestion.contracts import ContractError, read_contract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion
from tests.ingestion.landing_world import (
    EXTRA_COLUMN,
    NOON,
    ORDERS,
    ScriptedSource,
    World,
    order,
    orders_contract,
)


def loads(world: World, *batches: list) -> None:
    """Each batch is one load of a source that has just these records to tell, and can list no keys."""
    for batch in batches:
        world.load(ScriptedSource(batch, ignores_window=True, lists_keys=False))


def test_an_older_version_that_arrives_later_changes_nothing(world: World) -> None:
    loads(world, [order("O1", 5, ("A", 2), note="new")], [order("O1", 50, ("A", 9), ("B", 1), note="old")])
    assert world.current() == [("O1", Decimal("10.00"), "new")]
    assert world.current_lines() == [("O1", "A", Decimal(2))]
    landed = world.rows("SELECT object, landed, superseded FROM ops.load_audit ORDER BY load_id, object")
    assert landed == [("lines", 1, 0), ("orders", 1, 0), ("lines", 0, 2), ("orders", 0, 1)]


def test_two_versions_in_one_page_leave_the_newer_one(world: World) -> None:
    for batch in ([order("O1", 5, note="new"), order("O1", 50, note="old")],):
        loads(world, batch)
    assert world.current() == [("O1", Decimal("10.00"), "new")]


def test_a_line_removed_at_the_source_is_removed_here_and_so_is_the_last_one(world: World) -> None:
    loads(world, [order("O1", 9, ("A", 1), ("B", 1))], [order("O1", 8, ("A", 1))])
    assert world.current_lines() == [("O1", "A", Decimal(1))]
    loads(world, [order("O1", 7)])
    assert world.current_lines() == []


@pytest.mark.parametrize("absent", [{"lines": None}, {}])
def test_a_list_of_lines_that_is_null_or_absent_has_no_lines(world: World, absent: dict) -> None:
    record = order("O1", 5)
    del record["lines"]
    loads(world, [record | absent, order("O2", 5, ("A", 1))])
    assert len(world.current()) == 2
    assert world.current_lines() == [("O2", "A", Decimal(1))]


def test_equal_lines_are_as_many_lines(world: World) -> None:
    loads(world, [order("O1", 5, ("A", 1), ("A", 1))], [order("O1", 5, ("A", 1), ("A", 1))])
    assert world.current_lines("item, _line_no") == [("A", 1), ("A", 2)]


def test_duplicates_inside_a_page_across_pages_and_across_loads_land_once(world: World) -> None:
    twice = [order("O1", 5, ("A", 1)), order("O1", 5, ("A", 1)), order("O2", 4), order("O1", 5, ("A", 1))]
    loads(world, twice, twice)
    assert world.rows("SELECT count(*), count(DISTINCT _row_key) FROM raw_shop.orders") == [(2, 2)]
    assert world.rows("SELECT count(*) FROM raw_shop.lines") == [(1,)]
    counted = world.rows(
        "SELECT fetched, landed, duplicate FROM ops.load_audit WHERE object = 'orders' ORDER BY load_id"
    )
    assert counted == [(4, 2, 2), (4, 0, 4)]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("turned", [True, False])
def test_two_payloads_of_one_version_leave_the_greater_hash_and_the_other_in_quarantine(
    world: World, together: bool, turned: bool
) -> None:
    first, second = order("O1", 5, ("A", 1), note="one"), order("O1", 5, ("A", 2), note="two")
    if turned:
        first, second = second, first
    loads(world, *([[first, second]] if together else [[first], [second]]))
    (greatest,) = world.rows("SELECT max(_payload_hash) FROM raw_shop.orders")
    assert world.current(columns="_payload_hash") == [greatest]
    [(key, error_class, _, status)] = world.quarantine()
    assert (key, error_class, status) == ("O1", "SOURCE_VERSION_CONFLICT", "OPEN")
    (loser,) = world.rows("SELECT min(_payload_hash) FROM raw_shop.orders")
    assert world.quarantine("payload_hash") == [loser]


def test_a_history_gives_the_same_state_in_any_order_and_any_split(tmp_path: Path) -> None:
    """Three versions, two payloads of the newest, one bad version: current rows, lines and quarantine are the same."""
    history = [
        order("O1", 30, ("A", 1), note="first"),
        order("O1", 20, ("A", 1), ("B", 2), note="second"),
        order("O1", 10, ("B", 2), note="third"),
        order("O1", 10, ("B", 3), note="third again"),
        order("O2", 25, ("A", "not a number")),
        order("O2", 15, ("A", 4)),
        order("O3", 15, ("A", 4)),
        order("O3", 5, (None, 4)),
    ]
    states = set()
    orders = list(permutations(range(len(history))))
    for number, positions in enumerate(orders[:: len(orders) // 5]):
        cut = number % len(history)
        with World(tmp_path / str(number)) as world:
            shuffled = [history[position] for position in positions]
            loads(world, *[batch for batch in (shuffled[:cut], shuffled[cut:], shuffled[:2]) if batch])
            quarantined = world.quarantine("record_key, error_class, field, payload_hash, status")
            states.add(
                (tuple(world.current(columns="id, note, _row_key")), tuple(world.current_lines()), tuple(quarantined))
            )
    assert len(states) == 1
    [(current, _, quarantined)] = states
    assert [key for key, *_ in current] == ["O1", "O2", "O3"]
    assert [(key, error_class, status) for key, error_class, _, _, status in quarantined] == [
        ("O1", "SOURCE_VERSION_CONFLICT", "OPEN"),
        ("O2", "TYPE", "SUPERSEDED"),
        ("O3", "MISSING", "OPEN"),
    ]


def test_a_new_column_of_a_contract_fills_without_a_conflict(world: World) -> None:
    record = order("O1", 5, ("A", 1), buyer="Kim")
    loads(world, [record])
    assert world.drift() == [("ADDED", "buyer")]
    world.contract = orders_contract("1.1.0", extra=EXTRA_COLUMN)
    loads(world, [record])
    assert world.current(columns="id, buyer, _contract_version") == [("O1", "Kim", "0001.0001.0000")]
    assert world.current_lines() == [("O1", "A", Decimal(1))]
    assert world.quarantine() == []


def test_a_changed_type_of_a_column_is_refused_and_nothing_of_the_table_is_lost(world: World) -> None:
    loads(world, [order("O1", 5)])
    retyped = ORDERS.format(version="2.0.0", deletes="reconcile", extra="").replace("DECIMAL(18,2)", "DECIMAL(18,4)")
    world.contract = read_contract("shop", retyped, "shop.odcs.yaml")
    with pytest.raises(ContractError, match=r"shop.odcs.yaml:\d+: orders.amount is DECIMAL\(18,2\) in the warehouse"):
        loads(world, [order("O2", 4)])
    assert world.current(columns="id, amount") == [("O1", Decimal("10.00"))]


def test_a_tombstone_buries_and_a_newer_version_comes_back(world: World) -> None:
    source = ScriptedSource([order("O1", 50), order("O2", 40)])
    world.load(source)
    gone = source.documents.pop(0)
    report = world.load(source)
    assert [key for key, *_ in world.current()] == ["O2"]
    assert world.rows("SELECT deleted FROM ops.reconciliation ORDER BY load_id") == [(0,), (1,)]
    source.clock = NOON + timedelta(hours=1)
    source.documents.append({**gone, "changed_at": (NOON + timedelta(minutes=30)).isoformat()})
    report = world.load(source)
    assert [key for key, *_ in world.current()] == ["O1", "O2"]
    assert report.is_clean


def test_a_record_that_was_hidden_comes_back_with_the_stamp_it_had(world: World) -> None:
    """A right lost for an hour buries a record; the right given back, the same version must live again, and stay."""
    source = ScriptedSource([order("O1", 50, ("A", 1)), order("O2", 40)])
    world.load(source)
    source.hidden, source.clock = {"O1"}, NOON + timedelta(hours=1)
    world.load(source)
    assert [key for key, *_ in world.current()] == ["O2"]
    source.hidden, source.clock = set(), NOON + timedelta(hours=2)
    assert world.load(source).is_clean
    source.clock = NOON + timedelta(hours=3)
    again = world.load(source)
    assert [key for key, *_ in world.current()] == ["O1", "O2"]
    assert world.current_lines() == [("O1", "A", Decimal(1))]
    assert again.objects["orders"].landed == 0


def test_what_the_source_signals_as_deleted_is_buried_once(world: World) -> None:
    world.contract = orders_contract(deletes="tombstone")
    source = ScriptedSource([order("O1", 50), order("O2", 40)])
    world.load(source)
    source.told_deleted = [Deletion(("O1",), NOON)]
    world.load(source)
    source.told_deleted = [Deletion(("O1",), NOON + timedelta(hours=1))]
    world.load(source)
    assert [key for key, *_ in world.current()] == ["O2"]
    assert world.rows("SELECT count(*) FROM raw_shop.orders WHERE _op = 'TOMBSTONE'") == [(1,)]


def test_keys_that_hold_the_separator_do_not_meet(world: World) -> None:
    source = ScriptedSource([order("a|b", 5), order("a%7Cb", 4), order("ä–日本", 3)])
    world.load(source)
    assert sorted(key for key, *_ in world.current()) == ["a%7Cb", "a|b", "ä–日本"]
    source.documents.pop(0)
    assert world.load(source).is_clean
    assert sorted(key for key, *_ in world.current()) == ["a%7Cb", "ä–日本"]
    assert world.rows("SELECT id FROM raw_shop.orders WHERE _op = 'TOMBSTONE'") == [("a|b",)]


def test_two_instances_of_one_system_do_not_share_keys(world: World) -> None:
    world.load(ScriptedSource([order("O1", 5, note="here")]))
    world.load(
        ScriptedSource([order("O1", 5, note="there")]), instance=Instance("shop_two", "shop", "http://127.0.0.1")
    )
    assert [note for _, _, note in world.current()] == ["here", "there"]
    assert world.rows("SELECT count(DISTINCT _row_key) FROM raw_shop.orders") == [(2,)]


def test_records_without_a_stamp_are_as_new_as_their_read_and_unchanged_ones_are_no_version(world: World) -> None:
    """Recorded FHIR servers send no stamp at all: a to b and back to a must be seen, and a second read of a must not."""
    text = ORDERS.format(version="1.0.0", deletes="none", extra="").replace("timestamp, required: true", "timestamp")
    world.contract = read_contract("shop", text, "shop.odcs.yaml")
    source = ScriptedSource(lists_keys=False, ignores_window=True)
    for hours, note in enumerate(["a", "a", "b", "a"]):
        source.clock = NOON + timedelta(hours=hours)
        source.documents = [order("O1", None, ("A", 1), note=note), order("O2", None, note="same")]
        world.load(source)
        assert world.current(columns="id, note") == [("O1", note), ("O2", "same")]
        assert world.current_lines() == [("O1", "A", Decimal(1))]
    assert world.rows("SELECT count(*) FROM raw_shop.orders") == [(4,)]
    assert world.quarantine() == []
    assert world.rows("SELECT max(watermark_to) FROM ops.load_audit") == [(None,)]
