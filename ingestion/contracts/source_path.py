"""Paths of a contract into a source's record: `code.coding[0].code`, `identifier[system=urn:x].value`.

Belongs here: their grammar. Not here: what is done with them (landing/paths.py).
"""

import re
from dataclasses import dataclass
from functools import cache

STEP = re.compile(r"(?P<name>[^.\[\]]+)(?:\[(?:(?P<first>0)|(?P<key>[^=\]]+)=(?P<value>[^\]]*))\])?(?:\.|$)")


@dataclass(frozen=True)
class Step:
    """One name of a path. `is_list`: its value is a list of which the first element counts, or, with `where`, the
    first whose (dotted) key has that value."""

    name: str
    is_list: bool = False
    where: tuple[tuple[str, ...], str] | None = None


@cache
def parse_path(path: str) -> tuple[Step, ...]:
    """The steps of a path. Raises ValueError for one that cannot be read."""
    steps, position = [], 0
    while position < len(path):
        match = STEP.match(path, position)
        if match is None:
            raise ValueError(f"cannot read the path {path!r} at {path[position:]!r}")
        where = (tuple(match["key"].split(".")), match["value"]) if match["key"] else None
        steps.append(Step(match["name"], bool(match["first"]) or where is not None, where))
        position = match.end()
    return tuple(steps)
