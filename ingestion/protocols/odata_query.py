"""What is written into an OData query, v2 or v4: literals, filters on keys, $select and $expand.

Belongs here: text made of values and names. Not here: asking, and what comes back (odata.py).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

Version = Literal[2, 4]
Value = str | bool | int | Decimal | date | datetime


def literal(version: Version, value: Value) -> str:
    """A value as a filter writes it. A v2 timestamp is an Edm.DateTimeOffset, a v2 date an Edm.DateTime."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        # Cut off at seconds: a start may only be earlier, and after an end the next load goes on.
        moment = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"datetimeoffset'{moment}'" if version == 2 else moment
    if isinstance(value, date):
        return f"datetime'{value}T00:00:00'" if version == 2 else str(value)
    return f"{value}M" if version == 2 and isinstance(value, Decimal) else str(value)


def one_of(version: Version, names: Sequence[str], keys: Sequence[Sequence[Value]]) -> str:
    """Rows by their keys."""
    return " or ".join(f"({_equal(version, names, key)})" for key in keys)


def beyond(version: Version, names: Sequence[str], key: Sequence[Value]) -> str:
    """Rows whose key comes after another in the order of its parts."""
    ways = []
    for depth, name in enumerate(names):
        equal = [_equal(version, names[:depth], key[:depth])] if depth else []
        ways.append(" and ".join([*equal, f"{name} gt {literal(version, key[depth])}"]))
    return " or ".join(f"({way})" for way in ways)


def shape(version: Version, paths: Sequence[str]) -> dict[str, str]:
    """$select and $expand for properties, those below a navigation as `to_Item/Material`."""
    return _v2_shape(paths) if version == 2 else dict(_v4_shape(paths))


def _equal(version: Version, names: Sequence[str], key: Sequence[Value]) -> str:
    return " and ".join(f"{name} eq {literal(version, value)}" for name, value in zip(names, key, strict=True))


def _v2_shape(paths: Sequence[str]) -> dict[str, str]:
    """v2 writes paths: $select=Supplier,to_Item/Material and $expand=to_Item."""
    through = dict.fromkeys(path.rpartition("/")[0] for path in paths if "/" in path)
    # A longer way expands all it leads through.
    ways = [way for way in through if not any(other.startswith(f"{way}/") for other in through)]
    options = {"$select": ",".join(dict.fromkeys(paths)), "$expand": ",".join(ways)}
    return {name: value for name, value in options.items() if value}


def _v4_shape(paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """v4 nests: $select=Supplier and $expand=_Item($select=Material;$expand=_Schedule)."""
    below: dict[str, list[str]] = {}
    for path in paths:
        way, _, rest = path.partition("/")
        if rest:
            below.setdefault(way, []).append(rest)
    if own := dict.fromkeys(path for path in paths if "/" not in path):
        yield "$select", ",".join(own)
    if below:
        nested = {way: ";".join(f"{name}={value}" for name, value in _v4_shape(rest)) for way, rest in below.items()}
        yield "$expand", ",".join(f"{way}({options})" for way, options in nested.items())
