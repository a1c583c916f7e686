"""What a path below a service's root means: an entity set, one entity, what a navigation leads to, or a count.

Belongs here: segments, keys, walking navigations. Not here: query options (`query.py`).
"""

import re
from dataclasses import dataclass

from simulator.serve.odata.filters import read_key
from simulator.serve.odata.model import EntitySet, Service
from simulator.serve.odata.refusals import malformed, not_found
from simulator.serve.odata.tables import Condition, Tables

SEGMENT = re.compile(r"^(\w+)(?:\((.*)\))?$", re.DOTALL)
# A slash inside quotes belongs to a key.
OUTSIDE_QUOTES = re.compile(r"/(?=(?:[^']*'[^']*')*[^']*$)")


@dataclass(frozen=True)
class Resource:
    """The rows of one entity set that a path names; `single` for one entity, `only_count` for `/$count`."""

    entity_set: EntitySet
    conditions: tuple[Condition, ...] = ()
    single: bool = False
    only_count: bool = False


def read_path(path: str, service: Service, tables: Tables) -> Resource:
    """The resource of a path. Raises RefusalError 404 for a segment that is not there, 400 for a malformed key."""
    first, *rest = OUTSIDE_QUOTES.split(path.strip("/"))
    name, key = _segment(first)
    if name not in service.set_by_name:
        raise not_found(first)
    resource = _with_key(Resource(service.set_by_name[name]), key, service)
    for at, segment in enumerate(rest):
        if segment == "$count" and at == len(rest) - 1 and not resource.single:
            return Resource(resource.entity_set, resource.conditions, only_count=True)
        resource = _follow(resource, segment, service, tables)
    return resource


def _segment(text: str) -> tuple[str, str | None]:
    match = SEGMENT.match(text)
    if not match:
        raise not_found(text)
    return match[1], match[2]


def _with_key(resource: Resource, key: str | None, service: Service) -> Resource:
    if key is None:
        return resource
    conditions = read_key(key, service, resource.entity_set)
    return Resource(resource.entity_set, (*resource.conditions, *conditions), single=True)


def _follow(resource: Resource, segment: str, service: Service, tables: Tables) -> Resource:
    name, key = _segment(segment)
    navigation = resource.entity_set.navigation_by_name.get(name)
    if navigation is None:
        raise not_found(segment)
    if not resource.single:
        raise malformed(f"Invalid navigation from a collection to '{name}': name one entity by its key")
    columns = ", ".join(f'"{own}"' for own, _ in navigation.on)
    where = " AND ".join(f"({condition.sql})" for condition in resource.conditions)
    found = (
        tables.cursor()
        .execute(
            f"SELECT {columns} FROM {tables.table(service, resource.entity_set)} WHERE {where}",
            [value for condition in resource.conditions for value in condition.values],
        )
        .fetchone()
    )
    if found is None:
        raise not_found(resource.entity_set.name)
    conditions = tuple(
        Condition(f'coalesce("{other}" = ?, false)', (value,))
        for (_, other), value in zip(navigation.on, found, strict=True)
    )
    target = Resource(service.set_by_name[navigation.target], conditions, single=not navigation.many)
    return _with_key(target, key, service)
