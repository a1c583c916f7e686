"""The inventory service: movements by their numbers, balances as of a moment, and no answer taken for whole that is not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts import load_contract
from ingestion.landing.page import AuthenticationError
from ingestion.settings import SettingsError
from ingestion.sources.inventory import open_source
from tests.connectors.landed import Landed, pseudonym
from tests.connectors.part_of_network import START, PartOfNetwork, cut, served_part

CONTRACT = load_contract("inventory")
# A surgery center: four carts, and a store room with more than one page of movements.
BUSIEST = "A1-STORE"
HERE = "location_id LIKE 'A1-%'"
# Some of what happened before this was recorded after it.
EARLIER = datetime(2026, 9, 25, 6)
# A par level that is there at first, and gone later.
GONE = "min(item_no) FILTER (location_id = 'A1-19001')"
TABLES = {
    "locations": f"FROM whole WHERE {HERE}",
    "pars": f"SELECT * REPLACE (if(location_id = 'A1-19001' AND item_no = (SELECT {GONE} FROM whole), "
    f"TIMESTAMP '{EARLIER + timedelta(days=1)}', _until) AS _until) FROM whole WHERE {HERE}",
    "movements": f"FROM whole WHERE {HERE} ORDER BY location_id, seq",
    "counts": f"FROM whole WHERE {HERE} ORDER BY location_id, seq",
}
MOVED = "stock_movement"
KEYS = {
    "location": ("locations", "location_id", "location_id"),
    "par": ("pars", "location_id, item_number", "location_id, item_no"),
    "stock_movement": ("movements", "location_id, seq", "location_id, seq"),
    "stock_count": ("counts", "location_id, seq", "location_id, seq"),
}


@pytest.fixture(scope="module")
def part(made_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartOfNetwork]:
    world = cut(made_world, tmp_path_factory.mktemp("inventory") / "world", "inventory", TABLES)
    with served_part(world, "inventory") as part:
        yield part


@pytest.fixture
def stock(part: PartOfNetwork) -> PartOfNetwork:
    part.at(START)
    part.fail()
    return part


@pytest.fixture(scope="module")
def landed(part: PartOfNetwork, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    """Everything, read once when the clock stands at its start."""
    part.at(START)
    with Landed(tmp_path_factory.mktemp("warehouse")) as landed:
        report = landed.load(part.instance("stock", {}), "full")
        assert report.is_clean
        assert {item.difference for item in report.objects.values()} == {0}
        yield landed


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Landed]:
    with Landed(tmp_path) as landed:
        yield landed


def load(landed: Landed, stock: PartOfNetwork, *objects: str, mode: Any = "incremental") -> Any:
    return landed.load(stock.instance("stock", {}, *objects), mode)


def assert_holds_what_is_served(landed: Landed, stock: PartOfNetwork, now: datetime, *objects: str) -> None:
    for name in objects or KEYS:
        table, ours, theirs = KEYS[name]
        landed.see_current(f"raw_inventory.{name}")
        held = landed.rows(f"SELECT {ours} FROM current_{name} ORDER BY ALL")
        assert held == landed.rows(f"SELECT {theirs} FROM {stock.served(table, now)} ORDER BY ALL"), name
        assert held, name


def assert_balances_are_what_was_moved(landed: Landed, stock: PartOfNetwork, now: datetime) -> None:
    balances = f"SELECT location_id, item_no, sum(qty), max(seq) FROM {stock.served('movements', now)} GROUP BY ALL"
    landed.see_current("raw_inventory.balance")
    columns = "location_id, item_number, on_hand_qty, last_seq"
    assert landed.rows(f"SELECT {columns} FROM current_balance ORDER BY ALL") == landed.rows(f"{balances} ORDER BY ALL")


def test_every_record_that_the_service_shows_lands_once(landed: Landed, part: PartOfNetwork) -> None:
    assert_holds_what_is_served(landed, part, START)
    assert_balances_are_what_was_moved(landed, part, START)
    assert landed.rows("SELECT object, field, kind FROM ops.drift") == []
    assert landed.rows("SELECT object, field, error_class FROM ops.quarantine") == []
    assert landed.value("SELECT count(*) FROM raw_inventory.stock_movement WHERE location_id = ?", BUSIEST) > 1000


def test_a_movement_says_what_the_service_says(landed: Landed, part: PartOfNetwork) -> None:
    assert landed.rows(
        "SELECT movement_id, movement_type, occurred_at, recorded_at, bin_id, item_number, udi_di, expires_on, qty, uom, "
        "reference_type, user_role FROM raw_inventory.stock_movement ORDER BY ALL"
    ) == landed.rows(
        "SELECT movement_id, type, occurred_at, recorded_at, bin_id, item_no, substr(udi, 5), expiry, "
        f"qty::DECIMAL(18, 6), uom, ref_type, user_role FROM {part.served('movements', START)} ORDER BY ALL"
    )


def test_an_order_is_named_in_clear_and_a_case_lot_or_serial_number_by_its_pseudonym(
    landed: Landed, part: PartOfNetwork
) -> None:
    served = part.served("movements", START)
    referring = landed.rows(f"SELECT movement_id, ref_id FROM {served} WHERE ref_type = 'PO' ORDER BY ALL")
    assert referring == landed.rows(
        "SELECT movement_id, po_number FROM raw_inventory.stock_movement WHERE po_number IS NOT NULL ORDER BY ALL"
    )
    told = landed.rows(f"SELECT movement_id, case_id, lot, serial FROM {served} WHERE serial IS NOT NULL")
    assert told
    for movement, case, lot, serial in told:
        found = landed.rows(
            "SELECT case_key, lot_token, serial_token FROM raw_inventory.stock_movement WHERE movement_id = ?", movement
        )
        lots = [pseudonym("any", "device_identifier", value, is_network_wide=True) for value in (lot, serial)]
        assert found == [(pseudonym("network", "case", case), *lots)]


def test_later_only_what_is_new_is_read_and_what_was_recorded_late_is_among_it(
    own: Landed, stock: PartOfNetwork
) -> None:
    stock.at(EARLIER)
    load(own, stock)
    stock.at(START)
    report = load(own, stock)
    assert_holds_what_is_served(own, stock, START)
    assert_balances_are_what_was_moved(own, stock, START)
    new = own.rows(
        f"SELECT count(*), count(DISTINCT location_id), count(*) FILTER (occurred_at < TIMESTAMP '{EARLIER}') "
        f"FROM {stock.served('movements', START)} WHERE recorded_at > TIMESTAMP '{EARLIER}'"
    )
    (movements, locations, late) = new[0]
    assert (report.objects["stock_movement"].landed, report.objects["stock_movement"].duplicate) == (
        movements,
        locations,
    )
    assert late > 0
    gone = own.rows("SELECT location_id FROM raw_inventory.par WHERE _op = 'TOMBSTONE'")
    assert gone == [("A1-19001",)]
    # What was on hand before stays known beside what is now.
    assert own.value("SELECT count(*) FROM raw_inventory.balance") > own.value("SELECT count(*) FROM current_balance")
    again = load(own, stock)
    assert sum(item.landed for item in again.objects.values()) == 0
    assert again.objects["stock_movement"].fetched == 0


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "429", "rate": 0.3, "seconds": 0},
        {"fault": "error_body_200", "rate": 0.2},
        {"fault": "truncated", "rate": 0.2},
        {"fault": "empty_page", "rate": 0.2},
        {"fault": "repeated_page", "rate": 0.3},
        {"fault": "drift_retyped", "field": "bin_id", "rate": 0.01},
    ],
    ids=lambda fault: fault["fault"],
)
def test_under_a_fault_a_list_is_whole_or_its_load_fails_and_the_next_one_has_it(
    own: Landed, stock: PartOfNetwork, fault: dict[str, Any]
) -> None:
    stock.fail(fault)
    objects = ("location", MOVED)
    report = load(own, stock, *objects)
    for name in objects:
        table, ours, theirs = KEYS[name]
        held = own.rows(f"SELECT DISTINCT {ours} FROM raw_inventory.{name} ORDER BY ALL")
        if report.objects[name].status == "COMPLETE" and not report.objects[name].quarantined:
            assert held == own.rows(f"SELECT {theirs} FROM {stock.served(table, START)} ORDER BY ALL"), name
        elif report.objects[name].status == "FAILED":
            assert held == [], name
    stock.fail()
    load(own, stock, *objects, mode="full")
    assert_holds_what_is_served(own, stock, START, *objects)


def test_a_new_kind_of_movement_is_held_back_and_named(own: Landed, stock: PartOfNetwork) -> None:
    stock.fail({"fault": "drift_enum", "field": "type", "rate": 0.002})
    report = load(own, stock, MOVED)
    held = report.objects["stock_movement"].quarantined
    assert held > 0
    assert own.rows("SELECT DISTINCT error_class, field FROM ops.quarantine WHERE object = 'stock_movement'") == [
        ("NOT_ALLOWED", "movement_type")
    ]
    # What is held back is known: it is neither a gap nor asked for again.
    stock.fail()
    assert load(own, stock, MOVED).objects["stock_movement"].fetched == 0
    assert load(own, stock, MOVED, mode="full").objects["stock_movement"].landed == held


def test_reconciliation_fetches_by_number_what_is_missing(own: Landed, stock: PartOfNetwork) -> None:
    load(own, stock, MOVED)
    own.rows("DELETE FROM raw_inventory.stock_movement WHERE location_id = ? AND seq IN (5, 6, 1001)", BUSIEST)
    report = load(own, stock, MOVED, mode="reconcile")
    assert (report.objects["stock_movement"].landed, report.objects["stock_movement"].fetched) == (3, 3)
    assert_holds_what_is_served(own, stock, START, MOVED)


def test_what_falls_out_of_the_middle_is_read_again_from_there(own: Landed, stock: PartOfNetwork) -> None:
    load(own, stock, MOVED)
    own.rows("DELETE FROM raw_inventory.stock_movement WHERE location_id = ? AND seq = 1001", BUSIEST)
    assert load(own, stock, MOVED).objects["stock_movement"].landed == 1
    assert_holds_what_is_served(own, stock, START, MOVED)


def test_a_service_that_was_restored_from_a_copy_is_not_believed(own: Landed, stock: PartOfNetwork) -> None:
    load(own, stock, MOVED)
    held = own.value("SELECT count(*) FROM raw_inventory.stock_movement")
    stock.at(START - timedelta(days=30))
    report = load(own, stock, MOVED)
    assert report.objects["stock_movement"].status == "FAILED"
    assert "goes backwards" in str(report.objects["stock_movement"].error)
    assert own.value("SELECT count(*) FROM raw_inventory.stock_movement") == held


def test_a_second_service_is_a_block_of_configuration(own: Landed, stock: PartOfNetwork) -> None:
    for name in ("stock", "stock_of_a_new_hospital"):
        own.load(stock.instance(name, {}, MOVED))
    counts = own.rows("SELECT _source_instance, count(*) FROM raw_inventory.stock_movement GROUP BY ALL ORDER BY ALL")
    assert [name for name, _ in counts] == ["stock", "stock_of_a_new_hospital"]
    assert counts[0][1] == counts[1][1]


def test_a_wrong_key_is_refused_and_never_shown(stock: PartOfNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = stock.instance("stock", {})
    monkeypatch.setenv(str(instance.secret), "wrong-key-4711")
    source = open_source(instance, CONTRACT)
    with pytest.raises(AuthenticationError, match="401") as refused:
        source.check()
    source.close()
    assert "4711" not in str(refused.value)


def test_the_service_says_that_it_answers(stock: PartOfNetwork) -> None:
    source = open_source(stock.instance("stock", {}), CONTRACT)
    assert source.check() == "inventory service answers, 5 locations"
    source.close()


def test_an_option_that_nobody_knows_is_named(stock: PartOfNetwork) -> None:
    with pytest.raises(SettingsError, match=r"stock: options\.site"):
        open_source(stock.instance("stock", {"site": "H1"}), CONTRACT)
