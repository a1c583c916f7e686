"""Contracts: what cannot be right is refused with its line, and everything derived follows from what is written."""

from datetime import timedelta

import pyarrow as pa
import pytest

from ingestion.contracts import Contract, ContractError, known_systems, load_contract, read_contract
from ingestion.contracts.dbt_sources import dbt_sources_path, dbt_sources_yaml
from tests.ingestion.landing_world import orders_contract

GOOD = """\
apiVersion: v3.1.0
kind: DataContract
id: shop
name: Shop
version: 1.2.0
status: active
team: {name: buying}
slaProperties:
  - {property: freshness, value: 2, unit: h, element: orders}
schema:
  - name: orders
    description: One row per order version.
    customProperties:
      - {property: cursor, value: changed_at}
      - {property: lag, value: PT10M}
      - {property: version, value: {changedAt: [changed_at]}}
    properties:
      - {name: id, description: Key., logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - {name: amount, description: Money., logicalType: number, physicalType: "DECIMAL(18,2)"}
      - {name: changed_at, description: Stamp., logicalType: timestamp}
      - {name: person, description: Who., logicalType: string, classification: direct,
         customProperties: [{property: minimise, value: "pseudonym:person"}]}
  - name: lines
    description: One row per line.
    customProperties:
      - {property: parent, value: orders}
      - {property: rowsAt, value: lines}
    properties:
      - {name: order_id, description: Order., logicalType: string, customProperties: [{property: source, value: ^id}]}
"""  # fmt: skip
CURSOR = "      - {property: cursor, value: changed_at}\n"
LAG = "      - {property: lag, value: PT10M}\n"
VERSION = "      - {property: version, value: {changedAt: [changed_at]}}\n"
OCCURRED = "      - {property: version, value: {occurredAt: changed_at}}\n"
OWNER = "      - {property: owner, value: x}\n"
ROWS_AT = "      - {property: rowsAt, value: lines}\n"
ENCODED = ", customProperties: [{{property: encoding, value: {}}}]"
MINIMISE = 'customProperties: [{property: minimise, value: "pseudonym:person"}]'
AMOUNT = 'logicalType: number, physicalType: "DECIMAL(18,2)"'
KEY = "logicalType: string, primaryKey: true, primaryKeyPosition: 1"


def read(text: str) -> Contract:
    return read_contract("shop", text, "shop.odcs.yaml")


REFUSALS = [
    ("a cursor without a key", ", primaryKey: true, primaryKeyPosition: 1", "", 11, "without a key"),
    ("a cursor without a lag", LAG, "", 11, "without a lag"),
    ("a lag of nothing", "PT10M", "PT0S", 11, "without a lag"),
    ("a lag into the future", "PT10M", "-PT10M", 11, "without a lag"),
    ("a cursor that is no column", "cursor, value: changed_at", "cursor, value: touched", 11, "no column"),
    ("a cursor that moves no watermark", VERSION, OCCURRED, 11, "watermark"),
    ("a document without a version", CURSOR + LAG + VERSION, OWNER, 11, "which version is newer"),
    ("a snapshot without a floor", CURSOR + LAG, "      - {property: disposition, value: snapshot}\n", 11, "floor"),
    ("a floor of a document", LAG, LAG + "      - {property: floor, value: 0.9}\n", 11, "belongs to a snapshot"),
    ("a direct identifier without a rule", ",\n         " + MINIMISE, "", 22, "without a `minimise` rule"),
    ("a pseudonym without a domain", "pseudonym:person", "pseudonym", 22, "needs a domain"),
    ("a scope nobody knows", "pseudonym:person", "pseudonym:person:world", 22, "network"),
    ("a rule on a pseudonym", MINIMISE, MINIMISE + ", logicalTypeOptions: {pattern: '[0-9]+'}", 22, "cannot hold after"),
    ("a dropped key", KEY, KEY + ", customProperties: [{property: minimise, value: drop}]", 19, "neither key nor required"),
    ("a key of several spellings", KEY, KEY.replace("string", "number"), 19, "several ways"),
    ("a key position twice", AMOUNT, KEY, 11, "each once"),
    ("a typo in a standard field", "logicalType: timestamp", "logicalTyp: timestamp", 21, "did you mean logicalType"),
    ("a type nobody knows", "logicalType: timestamp", "logicalType: banana", 21, "banana"),
    ("a custom property nobody knows", "property: lag", "property: leg", 11, "unknown custom property 'leg'"),
    ("a float as a physical type", "DECIMAL(18,2)", "FLOAT", 20, "DECIMAL(precision,scale)"),
    ("more digits than a decimal has", "DECIMAL(18,2)", "DECIMAL(40,2)", 20, "do not fit"),
    ("an encoding of another type", AMOUNT, AMOUNT + ENCODED.format("zero_or_one"), 20, "makes boolean"),
    ("an encoding nobody knows", AMOUNT, AMOUNT + ENCODED.format("roman"), 20, "none of"),
    ("a path nobody can read", "value: ^id", 'value: "a[1].b"', 30, "cannot read the path"),
    ("a column without a meaning", "description: Money.", "description: ''", 20, "no description"),
    ("two columns of one name", "name: amount", "name: id", 11, "defined twice"),
    ("a name that would be normalised", "name: amount", "name: Amount", 20, "snake_case"),
    ("a technical name", "name: amount", "name: _amount", 20, "snake_case"),
    ("two objects of one name", "name: lines", "name: orders", 24, "defined twice"),
    ("a child of nobody", "parent, value: orders", "parent, value: nobody", 24, "no object of this contract"),
    ("a child without a place", ROWS_AT, "", 24, "rowsAt"),
    ("a child with a version of no column", ROWS_AT, ROWS_AT + VERSION, 24, "no column"),
    ("an SLA of no object", "element: orders", "element: order", 9, "no object"),
    ("a version that does not sort", "version: 1.2.0", "version: '1.2'", 5, "major.minor.patch"),
    ("nobody responsible", "team: {name: buying}\n", "", 1, "no owner"),
    ("no YAML", "kind: DataContract", "kind: [", 3, "not valid YAML"),
]  # fmt: skip


def test_the_contract_that_the_refusals_are_made_of_is_good() -> None:
    assert [obj.name for obj in read(GOOD).objects] == ["orders", "lines"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_what_cannot_be_right_is_refused_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    with pytest.raises(ContractError) as refused:
        read(GOOD.replace(old, new, 1))
    assert says in str(refused.value)
    assert str(refused.value).startswith("shop.odcs.yaml:")
    assert abs(int(str(refused.value).split(":")[1]) - line) <= 1


def test_types_allow_list_and_schedule_follow_from_the_contract() -> None:
    contract = read(GOOD)
    orders = contract.by_name["orders"]
    assert [(c.name, c.arrow_type, c.sql_type) for c in orders.landed_columns] == [
        ("id", pa.string(), "VARCHAR"),
        ("amount", pa.decimal128(18, 2), "DECIMAL(18,2)"),
        ("changed_at", pa.timestamp("us"), "TIMESTAMP"),
        ("person", pa.string(), "VARCHAR"),
    ]
    assert (orders.lag, orders.freshness, orders.owner) == (timedelta(minutes=10), timedelta(hours=2), "buying")
    assert orders.is_personal
    assert [child.name for child in contract.children("orders")] == ["lines"]


def test_versions_of_a_contract_sort_as_text() -> None:
    versions = [orders_contract(version).sortable_version for version in ("1.2.0", "1.10.0", "10.0.0")]
    assert versions == sorted(versions)


@pytest.mark.parametrize("system", known_systems())
def test_no_column_of_any_landed_table_is_a_float(system: str) -> None:
    kinds = {column.arrow_type for obj in load_contract(system).objects for column in obj.landed_columns}
    assert not [kind for kind in kinds if pa.types.is_floating(kind)]


@pytest.mark.parametrize("system", known_systems())
def test_the_generated_dbt_sources_are_fresh(system: str) -> None:
    contract = load_contract(system)
    assert dbt_sources_path(contract).read_text(encoding="utf-8") == dbt_sources_yaml(contract), "run: make contracts"


@pytest.mark.parametrize("system", known_systems())
def test_no_direct_identifier_of_any_contract_is_kept(system: str) -> None:
    kept = [
        f"{obj.name}.{column.name}" for obj in load_contract(system).objects for column in obj.columns
        if column.classification == "direct" and column.minimise.rule not in ("drop", "pseudonym", "year")
    ]  # fmt: skip
    assert kept == []
