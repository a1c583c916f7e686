"""Items as JSON text: one SQL expression that renders a document and, inside it, the children that are expanded.

Belongs here: values, nested children, links of an item. Not here: envelopes (`server.py`). DuckDB renders a page in one
statement over nested lists, so Python receives one string a page and builds no object for an item.
"""

from dataclasses import dataclass

import numpy as np

from simulator.serve.oracle.documents import Documents, Relation, Rows
from simulator.serve.oracle.model import Attribute, Resource


@dataclass(frozen=True)
class Shape:
    """What of a resource is shown: some of its attributes, some of its children, and its links or not."""

    resource: Resource
    attributes: tuple[Attribute, ...]
    expanded: tuple["Shape", ...]
    with_links: bool


def render(documents: Documents, relation: Relation, shape: Shape, rows: Rows, collection: str) -> str:
    """The items' JSON objects, joined by commas, in the order of `rows`. `collection` is the address they stand under."""
    if not len(rows):
        return ""
    item = _item(shape, "", "'" + collection.replace("'", "''") + "'", 0)
    first, last = int(min(rows)), int(max(rows))
    between = f"_row BETWEEN {first} AND {last}"
    if last - first + 1 == len(rows) and bool(np.all(np.diff(rows) == 1)):
        source, values = f"SELECT *, _row AS _at FROM {relation.sql} WHERE {between}", []
    else:
        numbers = "SELECT unnest(?::BIGINT[]) AS _row, generate_subscripts(?::BIGINT[], 1) AS _at"
        source = f"SELECT * FROM {relation.sql} JOIN ({numbers}) USING (_row) WHERE {between}"
        values = [list(map(int, rows))] * 2
    sql = f"SELECT string_agg(_text, ',' ORDER BY _at) FROM (SELECT _at, {item} AS _text FROM ({source}))"
    found = documents.cursor().execute(sql, [*relation.values, *values]).fetchone()
    return found[0] if found else ""


def key_text(resource: Resource, row: str = "") -> str:
    """SQL: what stands for an item in its address: its key, or one opaque word for a key of several attributes."""
    parts = [f'{row}"{part}"::VARCHAR' for part in resource.key]
    return parts[0] if len(parts) == 1 else f"lower(hex(encode(concat_ws(',', {', '.join(parts)}))))"


def _item(shape: Shape, row: str, collection: str, depth: int) -> str:
    """SQL: one item as text. `row` qualifies its columns, `collection` is SQL of the address above it."""
    address = f"concat({collection}, '/', {key_text(shape.resource, row)})"
    pieces = [(attribute.name, _value(f'{row}"{attribute.name}"', attribute)) for attribute in shape.attributes]
    for child in shape.expanded:
        name, each = child.resource.name, f"c{depth}"
        item = _item(child, f"{each}.", f"concat({address}, '/child/{name}')", depth + 1)
        texts = f"""list_transform({row}"{name}", lambda {each}: {item})"""
        pieces.append((name, f"concat('[', array_to_string({texts}, ','), ']')"))
    if shape.with_links:
        pieces.append(("links", _links(shape.resource, address)))
    parts = [f"""'{"{" if at == 0 else ","}"{name}":', {sql}""" for at, (name, sql) in enumerate(pieces)]
    return f"concat({', '.join(parts)}, '}}')" if parts else "'{}'"


def _links(resource: Resource, address: str) -> str:
    """SQL: the item itself twice, as the real framework has it, and its children."""

    def link(relation: str, below: str, name: str, kind: str) -> str:
        return f"""'{{"rel":"{relation}","href":"', {address}, '{below}","name":"{name}","kind":"{kind}"}}'"""

    links = [link(relation, "", resource.name, "item") for relation in ("self", "canonical")]
    links += [link("child", f"/child/{child.name}", child.name, "collection") for child in resource.children]
    joined = ", ',', ".join(links)
    return f"concat('[', {joined}, ']')"


def _value(column: str, attribute: Attribute) -> str:
    """SQL: a value as JSON text; a decimal by its digits, so that it stays exact."""
    text = {
        "String": f"to_json({column})::VARCHAR",
        "Number": f"rtrim(rtrim({column}::VARCHAR, '0'), '.')",
        "Date": f"""'"' || {column}::VARCHAR || '"'""",
        "DateTime": f"""strftime({column}, '"%Y-%m-%dT%H:%M:%S+00:00"')""",
    }.get(attribute.kind, f"{column}::VARCHAR")
    return f"coalesce({text}, 'null')"
