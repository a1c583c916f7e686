"""Bytes to rows: exact, the same by the fast path and the slow one, and one bad record costs itself only."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts import read_contract
from ingestion.landing.decode import Block, Decoder, join_blocks
from ingestion.landing.page import Envelope, IncompleteAnswerError, Page
from ingestion.landing.slices import record_slices

TEXT = """
apiVersion: v3.1.0
kind: DataContract
id: things
name: Things
version: 1.0.0
status: active
team: {name: testers}
schema:
  - name: thing
    description: One row per thing.
    customProperties:
      - {property: sourceObject, value: Thing}
      - {property: version, value: {changedAt: [changed_at]}}
      - {property: notTaken, value: [secret]}
    properties:
      - {name: id, description: Key., logicalType: integer, primaryKey: true, primaryKeyPosition: 1}
      - {name: name, description: Name., logicalType: string}
      - {name: price, description: Price., logicalType: number}
      - {name: changed_at, description: Stamp., logicalType: timestamp}
      - {name: code, description: Code., logicalType: string,
         customProperties: [{property: source, value: "codes[system=a.b].value"}]}
  - name: part
    description: One row per part.
    customProperties:
      - {property: parent, value: thing}
      - {property: rowsAt, value: parts}
    properties:
      - {name: thing_id, description: Thing., logicalType: integer, customProperties: [{property: source, value: ^id}]}
      - {name: label, description: Label., logicalType: string}
"""
CONTRACT = read_contract("things", TEXT, "things.odcs.yaml")
THING = CONTRACT.by_name["thing"]
LIST, BUNDLE = Envelope(), Envelope(("entry",), ("resource",), type_field="kind")
LINES = Envelope(lines=True, type_field="kind")


def decoder() -> Decoder:
    return Decoder(THING, CONTRACT.children("thing"))


def decode(*bodies: bytes, envelope: Envelope = LIST) -> Block:
    pages = [Page(body, envelope, "test page") for body in bodies]
    return join_blocks(list(decoder().blocks(pages, 0)))


def column(block: Block, name: str, table: str = "thing") -> list[Any]:
    return block.rows[table].table[name].to_pylist()


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
codes = st.fixed_dictionaries({"system": st.sampled_from(["a.b", "c"]), "value": texts})
records = st.fixed_dictionaries(
    {"id": st.integers(-(2**63), 2**63 - 1)},
    optional={
        "name": st.none() | texts,
        "price": st.none() | st.decimals(-(10**12) + 1, 10**12 - 1, places=6, allow_nan=False).map(str),
        "codes": st.none() | st.lists(codes, max_size=3),
        "parts": st.none() | st.lists(st.fixed_dictionaries({"label": st.none() | texts}), max_size=3),
    },
)  # fmt: skip


@given(st.lists(records, max_size=6))
def test_what_is_decoded_is_what_was_sent(things: list[dict[str, Any]]) -> None:
    block = decode(json.dumps(things).encode())
    assert column(block, "id") == [thing["id"] for thing in things]
    assert column(block, "name") == [thing.get("name") for thing in things]
    assert column(block, "price") == [thing.get("price") and Decimal(thing["price"]) for thing in things]
    first = [[c["value"] for c in thing.get("codes") or [] if c["system"] == "a.b"] for thing in things]
    assert column(block, "code") == [found[0] if found else None for found in first]
    parts = [(thing["id"], part.get("label")) for thing in things for part in thing.get("parts") or []]
    assert list(zip(column(block, "thing_id", "part"), column(block, "label", "part"), strict=True)) == parts


@given(st.lists(records, max_size=6), st.sampled_from([LIST, BUNDLE, LINES]))
def test_the_slow_path_gives_the_same_rows_as_the_fast_one(things: list[dict[str, Any]], envelope: Envelope) -> None:
    """A poison record sends a page down the slow path: every other record must come out as without it."""
    poison = {"kind": "Thing", "id": "no number"}

    def page(rows: list[dict[str, Any]]) -> bytes:
        typed = [{"kind": "Thing", **row} for row in rows]
        if envelope.lines:
            return b"\n".join(json.dumps(row).encode() for row in typed)
        if envelope.list_at:
            return json.dumps({"entry": [{"resource": row} for row in typed]}).encode()
        return json.dumps(rows).encode()

    fast, slow = decode(page(things), envelope=envelope), decode(page([*things, poison]), envelope=envelope)
    assert [(bad.error_class, bad.field) for bad in slow.bad] == [("TYPE", "id")]
    for table in ("thing", "part"):
        assert slow.rows[table].table.equals(fast.rows[table].table)
        assert slow.rows[table].parent.tolist() == fast.rows[table].parent.tolist()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(
    st.lists(values, max_size=5),
    st.dictionaries(texts.filter(lambda key: key != "data"), values, max_size=2),
    st.sampled_from([None, 1]),
)
def test_slices_are_the_records(elements: list[Any], beside: dict[str, Any], indent: int | None) -> None:
    body = json.dumps({**beside, "data": elements}, indent=indent, ensure_ascii=False).encode()
    slices = record_slices(Page(body, Envelope(("data",)), "page"), "Thing")
    assert [json.loads(piece) for piece in slices] == elements


@pytest.mark.parametrize(
    ("number", "exact"),
    [("0.1", "0.1"), ("1e2", "100"), ('"1E+2"', "100"), ("1.5000000", "1.5"), ("-0", "0"),
     ("999999999999.999999", "999999999999.999999")],
)  # fmt: skip
def test_numbers_are_decimals_exactly(number: str, exact: str) -> None:
    assert column(decode(b'[{"id":1,"price":%s}]' % number.encode()), "price") == [Decimal(exact)]


@pytest.mark.parametrize(
    "number", ["0.0000001", "1e-7", "1000000000000", "999999999999999999", '""', '"1,5"', "true", '"NaN"', "[1]"]
)
def test_a_number_that_does_not_fit_its_column_is_refused_not_bent(number: str) -> None:
    block = decode(b'[{"id":1,"price":%s},{"id":2,"price":"1"}]' % number.encode())
    assert [(bad.error_class, bad.field) for bad in block.bad] == [("TYPE", "price")]
    assert column(block, "price") == [Decimal(1)]


@pytest.mark.parametrize(
    "record",
    [
        b"null",
        b"5",
        b"[]",
        b'"text"',
        b'{"id":1,"name":"\\ud800"}',
        b'{"id":1,"name":"\xff"}',
        b'{"id":1,"name":"a\nb"}',
    ],
)
def test_what_is_no_readable_object_costs_itself_only(record: bytes) -> None:
    block = decode(b'[{"id":7},%s,{"id":8}]' % record)
    assert column(block, "id") == [7, 8]
    assert [bad.error_class for bad in block.bad] == ["MALFORMED"]
    lone = decode(b"[%s]" % record)
    assert (len(lone), len(lone.bad)) == (0, 1)


def test_a_field_twice_is_ambiguous_and_refused() -> None:
    assert [bad.error_class for bad in decode(b'[{"id":1,"price":"1","price":"2"}]').bad] == ["DUPLICATE_FIELD"]


@pytest.mark.parametrize("body", [b"", b"{", b'{"error": "no"}', b"5", b'[{"id":1}'])
def test_a_page_that_is_no_list_of_records_is_an_incomplete_answer(body: bytes) -> None:
    with pytest.raises(IncompleteAnswerError):
        decode(body)


def test_unknown_fields_are_named_at_any_depth_and_agreed_ones_are_not() -> None:
    block = decode(b'[{"id":1,"secret":"s","x":1,"parts":[{"label":"a","y":{"z":1}}]},{"id":2,"x":"other type"}]')
    assert block.unknown == {"x", "parts.y"}
    assert len(block) == 2
    assert block.rows["thing"].table.column_names == ["id", "name", "price", "changed_at", "code"]


def test_records_of_other_types_are_neither_rows_nor_drift() -> None:
    outcome = b'{"kind":"Outcome","issue":[{"code":"x"}]}'
    bundle = b'{"entry":[{"resource":{"kind":"Thing","id":1}},{"resource":%s},{"search":{}}]}' % outcome
    lines = b'{"kind":"Thing","id":1}\n{"kind":"Outcome","issue":[{"code":"x"}]}'
    for block in (decode(bundle, envelope=BUNDLE), decode(lines, envelope=LINES)):
        assert (column(block, "id"), block.unknown, block.bad) == ([1], set(), [])


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-01T10:00:00Z", datetime(2026, 1, 1, 10)), ("2026-01-01T10:00:00+02:00", datetime(2026, 1, 1, 8)),
        ("2026-01-01T23:30:00-05:00", datetime(2026, 1, 2, 4, 30)), ("2026-01-01T10:00:00", datetime(2026, 1, 1, 10)),
        ("2026-01-01T10:00:00.1234567Z", datetime(2026, 1, 1, 10, 0, 0, 123456)), ("2026-01-01", datetime(2026, 1, 1)),
        ("9999-12-31T00:00:00Z", datetime(9999, 12, 31)),
    ],
)  # fmt: skip
def test_timestamps_are_utc_whatever_their_offset(text: str, utc: datetime) -> None:
    assert column(decode(json.dumps([{"id": 1, "changed_at": text}]).encode()), "changed_at") == [utc]


@pytest.mark.parametrize("text", ["2026-02-30T10:00:00Z", "yesterday", "2026-13-01", ""])
def test_a_timestamp_that_is_none_is_refused(text: str) -> None:
    assert [bad.field for bad in decode(json.dumps([{"id": 1, "changed_at": text}]).encode()).bad] == ["changed_at"]


def test_a_decoded_table_has_no_float() -> None:
    for rows in decode(b'[{"id":1,"price":1.5}]').rows.values():
        assert not [field for field in rows.table.schema if pa.types.is_floating(field.type)]
