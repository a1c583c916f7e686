"""Paths of a contract, `code.coding[0].code` or `identifier[system=urn:x].value`: their schema and their columns.

Belongs here: how nested records become flat Arrow columns, without a loop over rows. Not here: types on the wire
(encodings.py) or bytes (decode.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts.source_path import parse_path


@dataclass
class SchemaTree:
    """The nested Arrow type that holds a set of paths and nothing else."""

    leaf: pa.DataType | None = None
    is_list: bool = False
    fields: dict[str, "SchemaTree"] = field(default_factory=dict)

    def add(self, path: str, leaf: pa.DataType) -> None:
        node = self
        for step in parse_path(path):
            node = node.fields.setdefault(step.name, SchemaTree())
            node.is_list = node.is_list or step.is_list
            if step.where is not None:
                key_node = node
                for name in step.where[0]:
                    key_node = key_node.fields.setdefault(name, SchemaTree())
                key_node.leaf = key_node.leaf or pa.string()
        if not node.fields:
            node.leaf = leaf

    def subtree(self, path: Iterable[str], is_list: bool = False) -> "SchemaTree":
        """The node at a plain path, made if absent."""
        node = self
        for name in path:
            node = node.fields.setdefault(name, SchemaTree())
        node.is_list = node.is_list or is_list
        return node

    def type(self) -> pa.DataType:
        value = self.struct() if self.fields or self.leaf is None else self.leaf
        return pa.list_(value) if self.is_list else value

    def struct(self) -> pa.StructType:
        return pa.struct([pa.field(name, node.type()) for name, node in self.fields.items()])


def pick(records: pa.Array, path: str) -> pa.Array:
    """The value at `path` of each record (a struct array): one per record, null where anything on the way is."""
    value = records
    for step in parse_path(path):
        value = pc.struct_field(value, step.name)
        if step.is_list:
            value = _first(value, step.where)
    return value


def explode(records: pa.Array, list_path: str) -> tuple[pa.Array, np.ndarray]:
    """The elements of the list at a path, and for each the index of its record. Null elements are kept."""
    value = records
    for step in parse_path(list_path):
        value = pc.struct_field(value, step.name)
    return pc.list_flatten(value), pc.list_parent_indices(value).to_numpy(zero_copy_only=False)


def _first(lists: pa.Array, where: tuple[tuple[str, ...], str] | None) -> pa.Array:
    """The first element of each list (that satisfies `where`), null where there is none."""
    elements = pc.list_flatten(lists)
    parents = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    positions = np.arange(len(elements))
    if where is not None:
        key = elements
        for name in where[0]:
            key = pc.struct_field(key, name)
        kept = pc.fill_null(pc.equal(key, where[1]), False).to_numpy(zero_copy_only=False)
        parents, positions = parents[kept], positions[kept]
    owners, first = np.unique(parents, return_index=True)
    chosen = np.zeros(len(lists), dtype=np.int64)
    found = np.zeros(len(lists), dtype=bool)
    chosen[owners] = positions[first]
    found[owners] = True
    return elements.take(pa.array(chosen, mask=~found))


def unknown_paths(actual: pa.DataType, expected: pa.DataType, at: str = "") -> Iterable[str]:
    """Paths that a decoded block has beyond the schema it was decoded with, outermost only."""
    while pa.types.is_list(actual) and pa.types.is_list(expected):
        actual, expected = actual.value_type, expected.value_type
    if not (pa.types.is_struct(actual) and pa.types.is_struct(expected)):
        return
    known = {expected.field(index).name: expected.field(index).type for index in range(expected.num_fields)}
    for index in range(actual.num_fields):
        name = actual.field(index).name
        where = f"{at}.{name}" if at else name
        if name in known:
            yield from unknown_paths(actual.field(index).type, known[name], where)
        else:
            yield where
