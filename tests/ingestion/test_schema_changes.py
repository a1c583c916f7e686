"""What a source changes without a word is noticed by its kind, has its consequence, and is over when it is settled."""

from decimal import Decimal
from typing import Any

import pytest

from ingestion.contracts import Contract, ContractError, read_contract
from ingestion.landing.page import Envelope
from ingestion.landing.schema_changes import SchemaChanges, UnknownChangeError
from tests.ingestion.landing_world import ScriptedSource, World, order

PARTS = """
apiVersion: v3.1.0
kind: DataContract
id: shop
name: Shop
version: {version}
status: active
team: {{name: buying}}
schema:
  - name: part
    description: One row per version of a part.
    customProperties:
      - {{property: version, value: {{changedAt: [changed_at]}}}}
      - {{property: notTaken, value: [supplier.city]}}
    properties:
      - {{name: id, description: Number., logicalType: string, primaryKey: true, primaryKeyPosition: 1}}
      - {{name: price, description: Price., logicalType: number, physicalType: "DECIMAL({precision})"}}
      - {{name: stock, description: Pieces., logicalType: {stock}}}
      - {{name: supplier, description: Who delivers., logicalType: string,
         customProperties: [{{property: source, value: {supplier_at}}}]}}
      - name: status
        description: Where it stands.
        logicalType: string
        classification: {classification}
        quality: [{{metric: invalidValues, arguments: {{validValues: [ACTIVE, CLOSED]}}, mustBe: 0}}]
      - {{name: changed_at, description: Last change., logicalType: timestamp, required: true}}
"""
DEFAULTS = {
    "version": "1.0.0",
    "precision": "18,2",
    "stock": "integer",
    "classification": "internal",
    "supplier_at": "supplier.name",
}


def parts_contract(**more: str) -> Contract:
    return read_contract("shop", PARTS.format(**DEFAULTS | more), "shop.odcs.yaml")


def part(number: int, minute: int, **more: Any) -> dict[str, Any]:
    whole = {"price": "1.50", "stock": 3, "supplier": {"name": "Medline", "city": None}, "status": "ACTIVE", **more}
    return {
        name: value
        for name, value in order(f"P{number:03}", minute, **whole).items()
        if name not in ("lines", "amount")
    }


@pytest.fixture
def parts(world: World) -> World:
    world.contract = parts_contract()
    load(world, [part(n, 50) for n in range(25)])
    return world


def load(world: World, documents: list[dict[str, Any]]) -> None:
    world.load(ScriptedSource(documents, rows_a_page=500, lists_keys=False))


def changes(world: World) -> list[tuple[Any, ...]]:
    return world.rows("SELECT kind, field, found, consequence FROM ops.drift ORDER BY ALL")


def frozen(world: World) -> list[str]:
    changes = SchemaChanges(world.warehouse.connection).open(world.instance.name, world.contract.version)
    return [f"{change.kind} {change.field}" for change in changes if change.consequence == "FROZEN"]


def test_an_unknown_field_is_accepted_with_a_notice(parts: World) -> None:
    load(parts, [part(1, 5, colour="red")])
    assert changes(parts) == [("ADDED", "colour", "", "NOTICE")]


def test_a_field_that_is_left_out_where_nulls_are_written_is_removed_even_in_one_record(parts: World) -> None:
    removed = part(1, 5)
    del removed["price"]
    load(parts, [removed])
    assert changes(parts) == [("REMOVED", "price", "", "FROZEN")]


def test_a_field_that_is_only_empty_for_a_while_is_no_change(parts: World) -> None:
    """New documents of some kinds have no value yet: twenty of them in a row prove nothing."""
    load(parts, [part(90, 45, price=None)])
    load(parts, [part(n, 5, price=None) for n in range(60)])
    assert changes(parts) == []


def test_a_field_that_was_never_empty_and_is_in_all_of_many_records_is_removed(parts: World) -> None:
    load(parts, [part(n, 5, price=None) for n in range(20)])
    assert changes(parts) == [("REMOVED", "price", "", "FROZEN")]


def test_a_source_that_leaves_out_what_is_empty_is_not_taken_at_its_word_for_one_record(world: World) -> None:
    world.contract = parts_contract()
    silent = [{k: v for k, v in part(n, 50, supplier={"name": "Medline"}).items() if v is not None} for n in range(25)]
    load(world, silent)
    few = [{k: v for k, v in part(n, 5, supplier={"name": "Medline"}).items() if k != "price"} for n in range(3)]
    load(world, few)
    assert changes(world) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("price", {"unit_price": "1.50"}, "unit_price"),
        ("price", {"surprise": "red", "cost": "1.50"}, "cost"),
        ("status", {"remark": "ACTIVE", "state": "CLOSED"}, "state"),
    ],
)
def test_one_field_gone_and_one_new_that_could_be_it_is_a_rename(
    parts: World, old: str, new: dict[str, Any], found: str
) -> None:
    documents = [part(n, 5, **new) for n in range(10)]
    for document in documents:
        del document[old]
    load(parts, documents)
    assert ("RENAMED", old, found, "FROZEN") in changes(parts)
    assert {field for kind, field, _, _ in changes(parts) if kind == "ADDED"} == set(new) - {found}


def test_a_rename_shows_in_one_record_of_a_source_that_has_nothing_empty(world: World) -> None:
    world.contract = parts_contract()
    load(world, [part(n, 50, supplier={"name": "Medline"}) for n in range(25)])
    renamed = part(1, 5, supplier={"name": "Medline"}, cost="1.50")
    del renamed["price"]
    load(world, [renamed])
    assert changes(world) == [("RENAMED", "price", "cost", "FROZEN")]


def test_a_rename_inside_an_object_names_both_places(parts: World) -> None:
    load(parts, [part(n, 5, supplier={"title": "Medline", "city": None}) for n in range(10)])
    assert changes(parts) == [("RENAMED", "supplier", "supplier.title", "FROZEN")]


def test_one_value_of_another_type_is_a_bad_record_and_many_are_another_type(parts: World) -> None:
    load(parts, [part(n, 5, stock="none" if n == 1 else 3) for n in range(10)])
    assert changes(parts) == [("RETYPED", "stock", "", "WARNING")]
    load(parts, [part(n, 4, stock={"value": 3} if n < 6 else 3) for n in range(30)])
    assert changes(parts) == [("RETYPED", "stock", "", "FROZEN")]


def test_what_is_only_longer_or_finer_than_agreed_is_wider_and_nothing_of_it_is_cut(parts: World) -> None:
    documents = [part(1, 5, price="1.505"), part(2, 5, stock=2.5), part(3, 5, price="1.51")]
    load(parts, documents)
    assert changes(parts) == [("WIDENED", "price", "", "WARNING"), ("WIDENED", "stock", "", "WARNING")]
    stood = parts.current("part", "id, price, stock")
    assert stood[1:4] == [("P001", Decimal("1.50"), 3), ("P002", Decimal("1.50"), 3), ("P003", Decimal("1.51"), 3)]
    assert [row[:3] for row in parts.quarantine()] == [("P001", "TYPE", "price"), ("P002", "TYPE", "stock")]


def test_a_wider_contract_widens_the_table_and_keeps_every_digit(parts: World) -> None:
    load(parts, [part(1, 5, price="1.505"), part(2, 5, stock=2.5)])
    parts.contract = parts_contract(version="1.1.0", precision="20,4", stock='number, physicalType: "DECIMAL(20,1)"')
    load(parts, [part(1, 5, price="1.505"), part(2, 5, stock=2.5), part(3, 4, price="123456789012345.1234")])
    assert parts.current("part", "id, price, stock")[1:4] == [
        ("P001", Decimal("1.5050"), Decimal(3)), ("P002", Decimal("1.5000"), Decimal("2.5")),
        ("P003", Decimal("123456789012345.1234"), Decimal(3)),
    ]  # fmt: skip
    assert [row[3] for row in parts.quarantine()] == ["SUPERSEDED", "SUPERSEDED"]
    assert frozen(parts) == []


def test_a_contract_that_would_cut_what_is_there_is_refused(parts: World) -> None:
    parts.contract = parts_contract(version="2.0.0", precision="18,1")
    with pytest.raises(ContractError, match=r"part.price is DECIMAL\(18,2\) in the warehouse"):
        load(parts, [])


def test_each_new_value_of_a_list_is_a_change_of_its_own_until_it_is_acknowledged(parts: World) -> None:
    load(parts, [part(1, 5, status="HELD"), part(2, 5, status="HELD")])
    assert changes(parts) == [("ENUM_ADDED", "status", "HELD", "FROZEN")]
    assert parts.rows("SELECT detail FROM ops.drift") == [
        ("'HELD' is none of the contract's values; the records are in quarantine",)
    ]
    registry = SchemaChanges(parts.warehouse.connection)
    [change] = registry.open("shop_main", "1.0.0")
    registry.acknowledge(change.change_id, "kim", "a hold is no state of ours")
    load(parts, [part(1, 4, status="HELD")])
    assert frozen(parts) == []
    load(parts, [part(3, 3, status="SPLIT")])
    assert frozen(parts) == ["ENUM_ADDED status"]
    by = parts.rows("SELECT acknowledged_by, acknowledged_because FROM ops.drift WHERE found = 'HELD'")
    assert by == [("kim", "a hold is no state of ours")]
    with pytest.raises(UnknownChangeError, match="parline sources"):
        registry.acknowledge(change.change_id, "kim", "again")


def test_what_stands_where_a_code_should_be_is_not_shown_of_a_person(world: World) -> None:
    world.contract = parts_contract(classification="clinical")
    load(world, [part(1, 5, status="Smith, John")])
    [(kind, field, found, _)] = changes(world)
    assert (kind, field, len(found)) == ("ENUM_ADDED", "status", 8)
    assert "Smith" not in str(world.rows("SELECT * FROM ops.drift"))


def test_a_new_version_of_the_contract_ends_a_change_unless_it_is_seen_again(parts: World) -> None:
    load(parts, [part(1, 5, status="HELD")])
    parts.contract = parts_contract(version="1.0.1")
    assert frozen(parts) == []
    load(parts, [part(2, 4, status="HELD")])
    assert frozen(parts) == ["ENUM_ADDED status"]


def test_a_delimited_file_without_a_column_has_lost_it(world: World) -> None:
    world.contract = parts_contract(supplier_at="supplier")
    envelope = Envelope(delimiter=",")
    header, row = "id,price,stock,status,changed_at", "{},1.50,3,ACTIVE,2026-03-02T{}:00:00Z"
    load_file(world, envelope, [header, *(row.format(f"P{n}", "10") for n in range(5))])
    load_file(world, envelope, [header, row.format("P1", "11").replace("1.50", "")])
    assert changes(world) == []
    load_file(world, envelope, [header.replace("price,", ""), row.format("P1", "11").replace("1.50,", "")])
    assert changes(world) == [("REMOVED", "price", "", "FROZEN")]


def load_file(world: World, envelope: Envelope, lines: list[str]) -> None:
    body = "\n".join(lines).encode()
    world.load(ScriptedSource(bodies=[body], envelope=envelope, lists_keys=False))


def test_a_warehouse_of_before_the_registry_is_taken_over(world: World) -> None:
    world.warehouse.connection.execute(
        "CREATE SCHEMA ops; CREATE TABLE ops.drift (source_instance VARCHAR, kind VARCHAR)"
    )
    world.contract = parts_contract()
    load(world, [part(1, 5, colour="red")])
    assert changes(world) == [("ADDED", "colour", "", "NOTICE")]
