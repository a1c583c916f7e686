"""Records whose every value is text: delimited files and reports. One bad row costs itself only."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from ingestion.contracts import read_contract
from ingestion.contracts.model import Column
from ingestion.landing.decode import Block, Decoder, join_blocks
from ingestion.landing.encodings import to_column
from ingestion.landing.page import Envelope, Page

TEXT = """
apiVersion: v3.1.0
kind: DataContract
id: charges
name: Charges
version: 1.0.0
status: active
team: {name: testers}
schema:
  - name: charge
    description: One row per charge.
    customProperties:
      - {property: disposition, value: posting}
      - {property: version, value: {}}
    properties:
      - {name: id, description: Key., logicalType: integer, primaryKey: true, primaryKeyPosition: 1}
      - {name: amount, description: Money., logicalType: number, physicalType: "DECIMAL(18,2)"}
      - {name: is_credit, description: A credit., logicalType: boolean}
      - {name: service_date, description: When., logicalType: date}
      - {name: posted_local_at, description: "When, as written.", logicalType: timestamp,
         customProperties: [{property: encoding, value: local_time}]}
      - {name: note, description: Text., logicalType: string}
"""
CHARGE = read_contract("charges", TEXT, "charges.odcs.yaml").by_name["charge"]
NAMES = b"id,amount,is_credit,service_date,posted_local_at,note\n"
DELIMITED = Envelope(delimiter=",")


def decoded(*bodies: bytes, envelope: Envelope = DELIMITED) -> Block:
    pages = [Page(body, envelope, "file") for body in bodies]
    return join_blocks(list(Decoder(CHARGE).blocks(pages, 0)))


def test_text_becomes_the_contracts_types_and_empty_text_no_value() -> None:
    body = NAMES + b'7,1234.50,Y,2026-03-01,2026-03-01 02:30:00,\n8, -0.5 ,false,,,"two\nlines, quoted"\n'
    assert decoded(body).rows["charge"].table.to_pylist() == [
        {
            "id": 7, "amount": Decimal("1234.50"), "is_credit": True, "service_date": date(2026, 3, 1),
            "posted_local_at": datetime(2026, 3, 1, 2, 30), "note": None,
        },
        {
            "id": 8, "amount": Decimal("-0.50"), "is_credit": False, "service_date": None, "posted_local_at": None,
            "note": "two\nlines, quoted",
        },
    ]  # fmt: skip


def test_the_same_record_as_a_report_of_text_reads_the_same() -> None:
    report = b'{"rows":[{"id":"7","amount":"1234.50","is_credit":"1","service_date":"2026-03-01"}]}'
    row = decoded(report, envelope=Envelope(list_at=("rows",), is_text=True)).rows["charge"].table.to_pylist()[0]
    assert row["id"] == 7
    assert row["amount"] == Decimal("1234.50")
    assert row["is_credit"] is True
    assert row["note"] is None


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (b"2,12.345,Y,,,", "amount"),  # more digits than the contract says are another amount
        (b"2,1234,5O,Y,,", "is_credit"),
        (b"2,10.00,maybe,,,", "is_credit"),
        (b"2,10.00,Y,2026-02-30,,", "service_date"),
        (b"x,10.00,Y,,,", "id"),
    ],
)
def test_a_row_that_cannot_be_read_stands_alone(row: bytes, field: str) -> None:
    block = decoded(NAMES + b"1,1.00,Y,,,\n" + row + b"\n3,3.00,N,,,\n")
    assert block.rows["charge"].table["id"].to_pylist() == [1, 3]
    assert [(bad.error_class, bad.field) for bad in block.bad] == [("TYPE", field)]


def test_a_row_of_another_length_is_malformed_and_the_others_are_read() -> None:
    block = decoded(NAMES + b"1,1.00,Y,,,\n2,2.00\n3,3.00,N,,,\n")
    assert block.rows["charge"].table["id"].to_pylist() == [1, 3]
    assert [bad.error_class for bad in block.bad] == ["MALFORMED"]


def test_a_column_that_nobody_agreed_on_is_named_and_one_that_is_missing_is_empty() -> None:
    block = decoded(b"id,amount,surprise\n1,1.00,x\n")
    assert block.unknown == {"surprise"}
    assert block.rows["charge"].table["note"].to_pylist() == [None]


def test_rows_know_their_page_and_a_file_may_have_none() -> None:
    block = decoded(NAMES, NAMES + b"1,1.00,Y,,,\n", NAMES + b"2,1.00,Y,,,\n3,1.00,Y,,,\n")
    assert block.pages.tolist() == [1, 2, 2]


def value(encoding: str, kind: str, *fields: str | None) -> object:
    column = Column("field", "A field.", kind, "a+b", encoding=encoding)  # type: ignore[arg-type]
    made = to_column(column, *(pa.array([text, None], pa.string()) for text in fields))
    assert made.type == column.arrow_type
    assert made.to_pylist()[1] is None
    return made.to_pylist()[0]


# 1715817600 seconds after 1970 are the first moment of 16 May 2024.
@pytest.mark.parametrize(
    ("encoding", "kind", "fields", "expected"),
    [
        ("odata_date", "date", ["/Date(1715817600000)/"], date(2024, 5, 16)),
        ("odata_date", "timestamp", ["/Date(1715817600123+0000)/"], datetime(2024, 5, 16, 0, 0, 0, 123_000)),
        ("odata_date", "timestamp", ["/Date(1715817600000+0120)/"], datetime(2024, 5, 16)),
        ("odata_date", "date", ["/Date(-86400000)/"], date(1969, 12, 31)),
        ("odata_date_and_time", "timestamp", ["/Date(1715817600000)/", "PT11H22M33S"], datetime(2024, 5, 16, 11, 22, 33)),
        ("odata_date_and_time", "timestamp", ["/Date(1715817600000)/", "PT5M"], datetime(2024, 5, 16, 0, 5)),
        ("odata_date_and_time", "timestamp", ["/Date(1715817600000)/", None], datetime(2024, 5, 16)),
        ("iso_date_and_time", "timestamp", ["2024-05-16", "11:22:33"], datetime(2024, 5, 16, 11, 22, 33)),
        ("date_or_1900", "date", ["1900-01-01T12:00:00Z"], None),
        ("date_or_1900", "date", ["2024-05-16T12:00:00Z"], date(2024, 5, 16)),
        ("date_or_1900", "timestamp", ["2024-05-16T12:00:00Z"], datetime(2024, 5, 16, 12)),
        ("local_time", "timestamp", ["2024-05-16 02:30:00"], datetime(2024, 5, 16, 2, 30)),
    ],
)  # fmt: skip
def test_dates_are_read_as_their_systems_write_them(
    encoding: str, kind: str, fields: list[str | None], expected: object
) -> None:
    assert value(encoding, kind, *fields) == expected


@pytest.mark.parametrize(
    ("encoding", "fields"),
    [
        ("odata_date", ["2024-05-16"]),
        ("odata_date_and_time", ["/Date(1715817600000)/", "11:22:33"]),
        ("local_time", ["yesterday"]),
    ],
)
def test_what_is_written_otherwise_is_refused(encoding: str, fields: list[str]) -> None:
    with pytest.raises(pa.ArrowInvalid):
        value(encoding, "timestamp", *fields)
