"""Resources as SQL: a shape that looks like the JSON it makes, compiled to one expression that DuckDB computes.

Belongs here: the compiler. Not here: what resources look like.

Text is joined, because `to_json` of a struct writes a member that is null as null, which FHIR forbids. Here a member
whose value is null is left out, and a decimal stands as it is written: 40.10 is 40.10.
"""

import json
from collections.abc import Sequence
from typing import Any

Shape = dict[str, Any]


class Sql(str):
    """An SQL expression whose value is JSON text; where it is null, the member that it stands for is left out."""

    __slots__ = ()


def text(expression: str) -> Sql:
    """Any text."""
    return Sql(f"to_json({expression})::VARCHAR")


def code(expression: str) -> Sql:
    """Text in which nothing needs to be escaped: numbers of documents, codes, times."""
    return Sql(f"""'"' || ({expression}) || '"'""")


def number(expression: str) -> Sql:
    return Sql(f"({expression})::VARCHAR")


def when(condition: str, value: Any) -> Sql:
    return Sql(f"CASE WHEN {condition} THEN {compiled(value)} END")


def each(rows: str, value: Any) -> Sql:
    """A JSON list of a list of structs, each seen as `one`; none of an empty list, which FHIR forbids."""
    return Sql(f"'[' || array_to_string(list_transform({rows}, lambda one: {compiled(value)}), ',') || ']'")


def compiled(value: Any) -> str:
    """The SQL expression of a shape: its JSON as text."""
    if isinstance(value, Sql):
        return f"({value})"
    if isinstance(value, dict):
        members = [(f"{json.dumps(name)}:", member) for name, member in value.items()]
        return _joined("{", members, "}")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _joined("[", [("", member) for member in value], "]")
    return _literal(json.dumps(value, ensure_ascii=False))


def _joined(opening: str, members: list[tuple[str, Any]], closing: str) -> str:
    """Members with commas between those that are there. `head || null` is null, and concat_ws leaves nulls out."""
    if all(_is_constant(member) for _, member in members):
        body = ",".join(head + json.dumps(member, ensure_ascii=False) for head, member in members)
        return _literal(opening + body + closing)
    parts = [f"{_literal(head)} || {compiled(member)}" if head else compiled(member) for head, member in members]
    return f"({_literal(opening)} || concat_ws(',', {', '.join(parts)}) || {_literal(closing)})"


def _is_constant(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_constant(member) for member in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(_is_constant(member) for member in value)
    return not isinstance(value, Sql)


def _literal(constant: str) -> str:
    return "'" + constant.replace("'", "''") + "'"
