"""Who a record is: keys that never change for the same facts, and differ for different ones."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts import ObjectContract, read_contract
from ingestion.landing.decode import Decoder, join_blocks
from ingestion.landing.identity import CHILD_COLUMNS, ROOT_COLUMNS, Identifier, LoadStamp, join_key, split_key
from ingestion.landing.page import Envelope, Page
from tests.ingestion.landing_world import ORDERS, orders_contract

READ_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAMP = LoadStamp("20260302T120000-shop", "shop_main", READ_AT, READ_AT)
CONTRACT = orders_contract()
BODY = (
    b'[{"id":"O|1","amount":"10.00","changed_at":"2026-03-01T00:00:00Z","lines":[%s]},'
    b'{"id":"O2","changed_at":"2026-03-01T00:00:00Z"}]'
)
A, B = b'{"item":"A","quantity":1}', b'{"item":"B","quantity":2,"changed_at":"2026-03-01T08:00:00Z"}'


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def rows(lines: bytes, stamp: LoadStamp = STAMP) -> list[dict]:
    obj: ObjectContract = CONTRACT.by_name["orders"]
    pages = [Page(BODY % lines, Envelope(), "page")]
    block = join_blocks(list(Decoder(obj, CONTRACT.children("orders")).blocks(pages, 0)))
    identifier = Identifier(CONTRACT, obj, stamp)
    tables = identifier.identify(block.rows, [READ_AT] * len(block))
    identifier.close()
    return tables["orders"].to_pylist()


def test_a_row_key_is_the_same_in_every_load_and_on_every_machine() -> None:
    """Made here from its documented parts: a change of it would land every record of every warehouse again."""
    null, unit = "\0", "\x1f"
    own = md5(unit.join(["O2", null, null, "2026-03-01 00:00:00"]))
    payload = md5(own + "lines")
    by_hand = md5(unit.join(["shop_main", "O2", "UPSERT", null, "2026-03-01 00:00:00", payload]))
    assert rows(A)[1]["_payload_hash"] == payload
    assert rows(A)[1]["_row_key"] == by_hand
    keys = [row["_row_key"] for row in rows(A)]
    assert keys == [row["_row_key"] for row in rows(A, replace(STAMP, load_id="later", loaded_at=datetime(2027, 1, 1)))]
    assert keys != [row["_row_key"] for row in rows(A, replace(STAMP, instance="shop_two"))]
    assert len(set(keys)) == 2


def test_the_order_of_lines_is_no_version_and_a_line_more_is_one() -> None:
    assert rows(A + b"," + B)[0]["_row_key"] == rows(B + b"," + A)[0]["_row_key"]
    assert len({rows(lines)[0]["_row_key"] for lines in (A, B, A + b"," + A, A + b"," + B, b"")}) == 5


def test_a_document_is_as_new_as_its_newest_line() -> None:
    assert rows(B)[0]["_changed_at"] == datetime(2026, 3, 1, 8)
    assert rows(A)[0]["_changed_at"] == datetime(2026, 3, 1)


def test_the_same_line_in_another_list_is_another_document() -> None:
    """Lines moved from one list of a document to another of the same columns must not look unchanged."""
    text = ORDERS.format(version="1.0.0", deletes="none", extra="")
    second = (
        text[text.index("  - name: lines") :]
        .replace("name: lines", "name: returns")
        .replace("value: lines", "value: returns")
    )
    contract = read_contract("shop", text + second, "shop.odcs.yaml")
    obj = contract.by_name["orders"]
    hashes = set()
    for place in (b"lines", b"returns"):
        body = b'[{"id":"O1","changed_at":"2026-03-01T00:00:00Z","%s":[{"item":"A"}]}]' % place
        block = join_blocks(list(Decoder(obj, contract.children("orders")).blocks([Page(body, Envelope(), "p")], 0)))
        identifier = Identifier(contract, obj, STAMP)
        hashes.add(identifier.identify(block.rows, [READ_AT])["orders"]["_payload_hash"].to_pylist()[0])
        identifier.close()
    assert len(hashes) == 2


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_business_keys_come_apart_as_they_were_joined(parts: list[str], others: list[str]) -> None:
    assert list(split_key(join_key(parts))) == parts
    assert (join_key(parts) == join_key(others)) == (parts == others)


def test_sql_and_python_join_keys_alike_and_every_raw_key_carries_its_instance() -> None:
    assert [row["_business_key"] for row in rows(A)] == [join_key(["O|1"]), "O2"]
    assert {row["_source_instance"] for row in rows(A)} == {"shop_main"}
    assert "_source_instance" in ROOT_COLUMNS
    assert "_source_instance" in CHILD_COLUMNS
