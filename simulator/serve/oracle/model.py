"""What a resource declares: attributes with types, its key, and its children, which are resources within it.

Belongs here: the language that `resources.py` speaks. Not here: how a value looks on the wire (`rendering.py`).
"""

import re
from dataclasses import dataclass
from functools import cached_property

# Every number with a fraction has four decimals at most; it is shown without those that are zero.
SQL_TYPES = {
    "Integer": "BIGINT",
    "Number": "DECIMAL(18,4)",
    "String": "VARCHAR",
    "Boolean": "BOOLEAN",
    "Date": "DATE",
    "DateTime": "TIMESTAMP",
}


@dataclass(frozen=True)
class Attribute:
    name: str
    kind: str

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Resource:
    """A collection of items. At the top it is served from `<name>.parquet`, whose columns are those of `columns`."""

    name: str
    key: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    children: tuple["Resource", ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def child_by_name(self) -> dict[str, "Resource"]:
        return {child.name: child for child in self.children}

    @cached_property
    def columns(self) -> dict[str, str]:
        """Each column with its DuckDB type; a child is a list of structures."""
        own = {attribute.name: attribute.sql_type for attribute in self.attributes}
        return own | {child.name: f"{child.structure}[]" for child in self.children}

    @cached_property
    def structure(self) -> str:
        fields = ", ".join(f'"{name}" {kind}' for name, kind in self.columns.items())
        return f"STRUCT({fields})"


def resource(name: str, key: str, notation: str, *children: Resource) -> Resource:
    """A resource from `Name Type, Name Type`. Raises ValueError for what is no type, and for a key it does not have."""
    attributes = []
    for part in re.split(r",\s+", " ".join(notation.split()).rstrip(",")):
        attribute, _, kind = part.partition(" ")
        if kind not in SQL_TYPES:
            raise ValueError(f"{name}: {part!r} is no attribute, write Name Type with one of {', '.join(SQL_TYPES)}")
        attributes.append(Attribute(attribute, kind))
    declared = Resource(name, tuple(key.split()), tuple(attributes), children)
    if unknown := set(declared.key) - set(declared.by_name):
        raise ValueError(f"{name}: its key names {sorted(unknown)}, which are no attributes of it")
    return declared
