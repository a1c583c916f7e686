"""What a client asks for, as SQL with bound values: a path into nested documents, an operator and a literal.

Belongs here: walking a path through structs and lists, reading literals by the type they are compared with.
Not here: how a service spells its parameters (one module a service).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import pyarrow as pa

from simulator.serve.saas.documents import Condition
from simulator.serve.saas.wire import EASTERN, quoted

COMPARISONS = {"eq": "=", "not_eq": "<>", "gt": ">", "lt": "<", "gt_or_eq": ">=", "lt_or_eq": "<="}
OPERATORS = {*COMPARISONS, "in", "not_in", "contains", "blank"}


class LiteralError(Exception):
    """A literal is not one of the kind that it is compared with."""


def leaf(schema: pa.Schema, path: Sequence[str]) -> pa.DataType | None:
    """The type of the value at the end of a path; None where there is no single value, or no such path."""
    type_: pa.DataType = pa.struct(list(schema))
    for name in path:
        while pa.types.is_list(type_):
            type_ = type_.value_type
        if not pa.types.is_struct(type_) or type_.get_field_index(name) < 0:
            return None
        type_ = type_.field(name).type
    return None if pa.types.is_nested(type_) else type_


def compare(schema: pa.Schema, path: Sequence[str], operator: str, literal: str) -> Condition:
    """What meets an operator at a path that `leaf` knows; of a list, any element does. Raises LiteralError."""
    type_ = leaf(schema, path)
    if operator in COMPARISONS:
        values: tuple = (read_literal(literal, type_),)
        test = f"@ {COMPARISONS[operator]} ?"
    elif operator in ("in", "not_in"):
        values = tuple(read_literal(part.strip(), type_) for part in literal.split(","))
        negated = "NOT " if operator == "not_in" else ""
        test = f"@ {negated}IN ({', '.join('?' * len(values))})"
    elif operator == "contains":
        values = (literal.lower(),)
        test = "contains(lower(@::VARCHAR), ?)"
    else:
        values = (read_literal(literal, pa.bool_()),)
        test = "(coalesce(@::VARCHAR, '') = '') = ?"
    return Condition(_met(schema.field(path[0]).type, quoted(path[0]), path[1:], test), values)


def _met(type_: pa.DataType, column: str, path: Sequence[str], test: str, depth: int = 0) -> str:
    """`test` is of the column @."""
    if pa.types.is_list(type_):
        inner = _met(type_.value_type, f"e{depth}", path, test, depth + 1)
        return f"len(list_filter({column}, lambda e{depth}: {inner})) > 0"
    if pa.types.is_struct(type_):
        return _met(type_.field(path[0]).type, f"{column}.{quoted(path[0])}", path[1:], test, depth)
    return test.replace("@", column)


def read_literal(literal: str, type_: pa.DataType) -> object:
    """A value of a column's type. Raises LiteralError."""
    try:
        if pa.types.is_timestamp(type_):
            return read_time(literal)
        if pa.types.is_date(type_):
            return date.fromisoformat(literal)
        if pa.types.is_decimal(type_):
            return Decimal(literal)
        if pa.types.is_integer(type_):
            return int(literal)
        if pa.types.is_boolean(type_):
            return {"true": True, "1": True, "false": False, "0": False}[literal.lower()]
    except (ValueError, KeyError, InvalidOperation) as error:
        raise LiteralError(f"'{literal}' is not a valid {type_}") from error
    return literal


def read_time(literal: str) -> datetime:
    """A time or a day as UTC without a zone; without an offset it is local time. Raises LiteralError.

    A plus sign that a client left unescaped in an address has become a space: read as what was meant.
    """
    try:
        given = datetime.fromisoformat(literal.strip().replace(" ", "+") if literal.count(":") > 2 else literal)
    except ValueError as error:
        raise LiteralError(f"'{literal}' is not a valid time") from error
    if given.tzinfo is None:
        given = given.replace(tzinfo=ZoneInfo(EASTERN))
    return given.astimezone(UTC).replace(tzinfo=None)
