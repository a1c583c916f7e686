"""How a document looks on the wire: SQL that turns nested columns into JSON text, in the style of one service.

Belongs here: which kind of value becomes what, and which fields are shown; the row is rendered inside DuckDB and never
touched by Python. Not here: which rows (`documents.py`), what a client asks for (`conditions.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

Sql = Callable[[str], str]
# What a client asked to see of a document: the names of fields, with what it asked of their children (None: all).
Fields = dict[str, Any] | None

EASTERN = "America/New_York"


def as_it_is(column: str) -> str:
    return column


def as_text(column: str) -> str:
    return f"{column}::VARCHAR"


def without_zeros(column: str) -> str:
    """A decimal's digits, no more of them than are needed: 12.50 is 12.5 and 8.00 is 8."""
    text = f"{column}::VARCHAR"
    return f"CASE WHEN {text} LIKE '%.%' THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END"


def in_utc(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')"


def in_zone(zone: str) -> Sql:
    """A time in UTC as the local time of a place, with its offset: 2025-03-09T03:00:00-04:00."""

    def shown(column: str) -> str:
        local = f"timezone('{zone}', {column} AT TIME ZONE 'UTC')"
        hours = f"date_diff('hour', {column}, {local})"
        return f"strftime({local}, '%Y-%m-%dT%H:%M:%S') || printf('%+03d:00', {hours})"

    return shown


@dataclass(frozen=True)
class Style:
    """What a service writes for each kind of value. Numbers are whole ones; `decimal` is for money and quantities."""

    timestamp: Sql = in_utc
    decimal: Sql = as_it_is
    number: Sql = as_it_is
    boolean: Sql = as_it_is
    # A report leaves out what is empty; an interface says null.
    omits_null: bool = False


def is_shown(name: str) -> bool:
    """Columns that begin with an underscore are for the server alone."""
    return not name.startswith("_")


def document(schema: pa.Schema, style: Style, fields: Fields = None) -> str:
    """SQL: one row of a table of this schema as JSON text."""
    text = f"to_json({_object([(column.name, column.type) for column in schema], '', style, fields)})"
    return f"json_merge_patch('{{}}', {text})" if style.omits_null else text


def _object(members: list[tuple[str, pa.DataType]], of: str, style: Style, fields: Fields, depth: int = 0) -> str:
    kept = [(name, type_) for name, type_ in members if is_shown(name) and (fields is None or name in fields)]
    parts = [
        f"{quoted(name)} := {_value(of + quoted(name), type_, style, fields and fields[name], depth)}"
        for name, type_ in kept
    ]
    return f"struct_pack({', '.join(parts)})"


def _value(column: str, type_: pa.DataType, style: Style, fields: Fields, depth: int) -> str:
    if pa.types.is_struct(type_):
        members = [(member.name, member.type) for member in type_]
        return f"CASE WHEN {column} IS NOT NULL THEN {_object(members, f'{column}.', style, fields, depth)} END"
    if pa.types.is_list(type_):
        # Named by its depth: an element of an inner list is not one of the outer.
        element = f"e{depth}"
        return (
            f"list_transform({column}, lambda {element}: {_value(element, type_.value_type, style, fields, depth + 1)})"
        )
    for is_kind, shown in (
        (pa.types.is_timestamp, style.timestamp),
        (pa.types.is_decimal, style.decimal),
        (pa.types.is_integer, style.number),
        (pa.types.is_boolean, style.boolean),
    ):
        if is_kind(type_):
            return shown(column)
    return column


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
