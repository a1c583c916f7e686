"""What a service declares: its entity sets, their properties with EDM types, keys and navigations.

Belongs here: the language that `sap.py` and `d365.py` speak. Not here: how a value looks on the wire (`wire.py`).
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Version = Literal[2, 4]
Flavour = Literal["sap", "d365"]

# Notation: (type of OData v2, of v4, DuckDB type). Amount and Quantity are decimals that SAP shows with the decimals of
# their currency or unit, NoonDate is how Dynamics 365 shows a date (12:00 UTC), Enum arrives and leaves as its member.
KINDS: dict[str, tuple[str, str, str]] = {
    "String": ("Edm.String", "Edm.String", "VARCHAR"),
    "Boolean": ("Edm.Boolean", "Edm.Boolean", "BOOLEAN"),
    "Byte": ("Edm.Byte", "Edm.Byte", "UTINYINT"),
    "Int16": ("Edm.Int16", "Edm.Int16", "SMALLINT"),
    "Int32": ("Edm.Int32", "Edm.Int32", "INTEGER"),
    "Int64": ("Edm.Int64", "Edm.Int64", "BIGINT"),
    "Guid": ("Edm.Guid", "Edm.Guid", "UUID"),
    "Decimal": ("Edm.Decimal", "Edm.Decimal", "DECIMAL"),
    "Amount": ("Edm.Decimal", "Edm.Decimal", "DECIMAL"),
    "Quantity": ("Edm.Decimal", "Edm.Decimal", "DECIMAL"),
    "Date": ("Edm.DateTime", "Edm.Date", "DATE"),
    "DateTime": ("Edm.DateTime", "Edm.DateTimeOffset", "TIMESTAMP"),
    "DateTimeOffset": ("Edm.DateTimeOffset", "Edm.DateTimeOffset", "TIMESTAMP"),
    "NoonDate": ("Edm.DateTimeOffset", "Edm.DateTimeOffset", "TIMESTAMP"),
    "Time": ("Edm.Time", "Edm.TimeOfDay", "TIME"),
    "Enum": ("Edm.String", "", "VARCHAR"),
}
NOTATION = re.compile(r"^(\w+)(?:=(\w+))? (\w+)(?:\((\w+)(?:,(\d+))?\))?$")


@dataclass(frozen=True)
class Property:
    """One property. `column` is its column in the Parquet file; `size` is a length, a precision or an enum's name."""

    name: str
    column: str
    kind: str
    size: str | None = None
    scale: int = 0

    @property
    def sql_type(self) -> str:
        type_ = KINDS[self.kind][2]
        return f"DECIMAL({self.size},{self.scale})" if type_ == "DECIMAL" else type_

    def edm_type(self, version: Version) -> str:
        return KINDS[self.kind][0 if version == 2 else 1]


@dataclass(frozen=True)
class Navigation:
    """A way from one entity set to another of the same service: (own property, target's property) pairs."""

    name: str
    target: str
    on: tuple[tuple[str, str], ...]
    many: bool = True


@dataclass(frozen=True)
class EntitySet:
    """One entity set, served from `<file>.parquet`. The file is sorted by the key: that is the order of the feed."""

    name: str
    type_name: str
    file: str
    key: tuple[str, ...]
    properties: tuple[Property, ...]
    navigations: tuple[Navigation, ...]

    @cached_property
    def by_name(self) -> dict[str, Property]:
        return {property_.name: property_ for property_ in self.properties}

    @cached_property
    def navigation_by_name(self) -> dict[str, Navigation]:
        return {navigation.name: navigation for navigation in self.navigations}


@dataclass(frozen=True)
class Service:
    """One service root. `page` is the page without $top, `largest_page` the page with it, both in rows."""

    path: str
    namespace: str
    version: Version
    flavour: Flavour
    sets: tuple[EntitySet, ...]
    page: int
    largest_page: int
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def set_by_name(self) -> dict[str, EntitySet]:
        return {entity_set.name: entity_set for entity_set in self.sets}


def properties(notation: str) -> tuple[Property, ...]:
    """Properties from `Name Type, Name Type(size), Name Type(precision,scale), Name=Column Type`."""
    read = []
    for part in re.split(r",\s+", " ".join(notation.split()).rstrip(",")):
        match = NOTATION.match(part)
        if not match or match[3] not in KINDS:
            raise ValueError(f"{part!r} is no property: write Name Type, Name Type(size) or Name=Column Type")
        read.append(Property(match[1], match[2] or match[1], match[3], match[4], int(match[5] or 0)))
    return tuple(read)


def navigation(name: str, target: str, on: str, many: bool = True) -> Navigation:
    """A navigation; `on` lists the properties that both ends share, `own=target's` where the names differ."""
    pairs = [pair.partition("=") for pair in on.split()]
    return Navigation(name, target, tuple((own, other or own) for own, _, other in pairs), many)


def entity_set(
    name: str, key: str, notation: str, *navigations: Navigation, type_name: str = "", file: str = ""
) -> EntitySet:
    """An entity set in few words. Raises ValueError for a key that is not among the properties."""
    declared = EntitySet(
        name, type_name or f"{name}Type", file or name, tuple(key.split()), properties(notation), navigations
    )
    if unknown := set(declared.key) - set(declared.by_name):
        raise ValueError(f"{name}: its key names {sorted(unknown)}, which are no properties of it")
    return declared
