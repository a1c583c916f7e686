"""Which readable records are not valid: required fields, allowed values, ranges, stamps from the future.

Belongs here: the rules a contract states for one record. Not here: whether it can be decoded (decode.py), counts of a
whole load (land.py), or rules of business (dbt).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import Column, ObjectContract

# A clock may be a little ahead; a stamp a day ahead is an error of the source and would drag every cursor with it.
FUTURE_TOLERANCE = timedelta(days=1)


@dataclass(frozen=True)
class Failure:
    """One rule that one row breaks. Says the rule, never the value."""

    row: int
    error_class: str
    field: str
    reason: str


def failures(obj: ObjectContract, table: pa.Table, as_of: datetime) -> Iterator[Failure]:
    """Every broken rule of every row."""
    stamps = set(obj.version.changed_at)
    for column in obj.landed_columns:
        values = table[column.name].combine_chunks()
        for error_class, reason, broken in _rules(column, values):
            yield from _rows(broken, error_class, column.name, reason)
        if column.name in stamps:
            latest = pa.scalar(as_of.replace(tzinfo=None) + FUTURE_TOLERANCE, pa.timestamp("us"))
            yield from _rows(
                pc.greater(values, latest), "FUTURE_STAMP", column.name, "is more than a day after the read began"
            )


def _rules(column: Column, values: pa.Array) -> Iterator[tuple[str, str, pa.Array]]:
    if column.required or column.key_position is not None:
        yield "MISSING", "is required and absent", values.is_null()
        # A part of a key may be empty where the contract says so: SAP writes "all plants" as no plant.
        if column.required and pa.types.is_string(values.type):
            yield "MISSING", "is required and empty", pc.equal(values, "")
    if column.valid_values:
        allowed = pa.array(column.valid_values, pa.string()).cast(values.type)
        reason = f"is none of {', '.join(column.valid_values)}"
        yield "NOT_ALLOWED", reason, pc.and_(values.is_valid(), pc.invert(pc.is_in(values, allowed)))
    if column.pattern is not None:
        reason = f"does not have the form {column.pattern}"
        yield "PATTERN", reason, pc.invert(pc.match_substring_regex(values, f"^(?:{column.pattern})$"))
    if column.minimum is not None:
        yield "RANGE", f"is below {column.minimum}", pc.less(values, _bound(column.minimum, values.type))
    if column.maximum is not None:
        yield "RANGE", f"is above {column.maximum}", pc.greater(values, _bound(column.maximum, values.type))


def _bound(limit: float, kind: pa.DataType) -> pa.Scalar:
    return pa.scalar(Decimal(str(limit)) if pa.types.is_decimal(kind) else int(limit), kind)


def _rows(broken: pa.Array, error_class: str, field: str, reason: str) -> Iterator[Failure]:
    for row in np.flatnonzero(pc.fill_null(broken, False).to_numpy(zero_copy_only=False)):
        yield Failure(int(row), error_class, field, reason)
