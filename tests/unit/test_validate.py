"""Rules of single records: each broken one is named, with its field, and never with the value."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from ingestion.contracts.model import Column, ObjectContract, VersionOrder
from ingestion.landing.validate import failures

NOON = datetime(2026, 3, 2, 12)


def broken(column: Column, *values: Any, stamp: bool = False) -> list[tuple[int, str]]:
    obj = ObjectContract(
        "thing", "Things.", "Thing", "me", (column,), version=VersionOrder(changed_at=(column.name,) if stamp else ())
    )
    table = pa.table({column.name: pa.array(values, column.arrow_type)})
    found = list(failures(obj, table, NOON.replace(tzinfo=UTC)))
    for failure in found:
        assert failure.field == column.name
        assert str(values[failure.row]) not in failure.reason or values[failure.row] in (None, "")
    return [(failure.row, failure.error_class) for failure in found]


@pytest.mark.parametrize(
    ("rules", "kind", "values", "expected"),
    [
        ({"required": True}, "string", ["a", None, ""], [(1, "MISSING"), (2, "MISSING")]),
        ({"required": True}, "number", [Decimal(0), None], [(1, "MISSING")]),
        ({"valid_values": ("draft", "done")}, "string", ["draft", "odd", None], [(1, "NOT_ALLOWED")]),
        ({"valid_values": ("1", "2")}, "integer", [1, 7], [(1, "NOT_ALLOWED")]),
        ({"pattern": "[0-9]{3}"}, "string", ["123", "1234", "x", None], [(1, "PATTERN"), (2, "PATTERN")]),
        ({"pattern": "a|b"}, "string", ["a", "b", "ab"], [(2, "PATTERN")]),
        ({"minimum": 0.5}, "number", [Decimal("0.5"), Decimal("0.499999"), None], [(1, "RANGE")]),
        ({"maximum": 100}, "integer", [100, 101], [(1, "RANGE")]),
    ],
)
def test_each_rule_finds_what_breaks_it(rules: dict, kind: Any, values: list, expected: list) -> None:
    assert broken(Column("field", "A field.", kind, "field", **rules), *values) == expected


def test_a_stamp_more_than_a_day_ahead_is_from_the_future() -> None:
    column = Column("changed_at", "Stamp.", "timestamp", "changed_at")
    stamps = [NOON, NOON + timedelta(days=1), NOON + timedelta(days=1, microseconds=1), None]
    assert broken(column, *stamps, stamp=True) == [(2, "FUTURE_STAMP")]
    assert broken(column, *stamps) == []
