"""The query options of a request: read, judged, and turned into what to select and how to show it.

Belongs here: $select, $expand, $orderby, $top, $skip, $skiptoken, $inlinecount, $count, $format.
Not here: the grammar of $filter (`filters.py`), addresses of resources (`server.py`).
"""

import re
from dataclasses import dataclass, field

from simulator.serve.odata.filters import read_filter, unknown_property
from simulator.serve.odata.model import EntitySet, Navigation, Property, Service
from simulator.serve.odata.refusals import RefusalError, malformed
from simulator.serve.odata.tables import Condition

OPTIONS = {
    2: {"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$skiptoken", "$inlinecount", "$format"},
    4: {"$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$skiptoken", "$count", "$format"},
}
NESTED = re.compile(r"^(\w+)(?:\((.*)\))?$", re.DOTALL)


@dataclass
class Shape:
    """What of a row is shown: its properties, links to what is left out, and navigations with their own shape."""

    entity_set: EntitySet
    properties: list[Property] = field(default_factory=list)
    links: list[Navigation] = field(default_factory=list)
    expanded: dict[str, "Shape"] = field(default_factory=dict)


@dataclass
class Query:
    """A collection as asked. `token` is the number of rows that earlier pages have delivered."""

    shape: Shape
    conditions: list[Condition]
    order: str
    top: int | None
    skip: int
    token: int
    counted: bool


def read_query(options: list[tuple[str, str]], service: Service, entity_set: EntitySet, single: bool) -> Query:
    """The query of a request. Raises RefusalError 400 for an option that is unknown, doubled or malformed."""
    known = OPTIONS[service.version]
    asked: dict[str, str] = {}
    for name, value in options:
        if not name.startswith("$"):
            continue  # sap-client, cross-company and the like are no query options.
        if name not in known:
            raise malformed(f"The query parameter '{name}' is not supported.")
        if name in asked:
            raise malformed(f"The query parameter '{name}' must be specified only once.")
        asked[name] = value
    if single and (wrong := set(asked) - {"$select", "$expand", "$format"}):
        raise malformed(f"The query parameter '{min(wrong)}' is not allowed for a single entity.")
    if asked.get("$format", "json").partition(";")[0] not in ("json", "application/json"):
        raise RefusalError(415, f"The format '{asked['$format']}' is not served: ask for $format=json.")
    conditions = [read_filter(asked["$filter"], service, entity_set)] if "$filter" in asked else []
    read_shape = _shape_v2 if service.version == 2 else _shape_v4
    return Query(
        read_shape(service, entity_set, asked.get("$select", ""), asked.get("$expand", "")),
        conditions,
        _order(asked["$orderby"], service, entity_set) if "$orderby" in asked else "",
        _number(asked, "$top"),
        _number(asked, "$skip") or 0,
        _number(asked, "$skiptoken") or 0,
        _counted(asked),
    )


def _number(asked: dict[str, str], name: str) -> int | None:
    if name not in asked:
        return None
    if not re.fullmatch(r"\d{1,18}", asked[name]):
        raise malformed(f"Invalid value '{asked[name]}' for query parameter '{name}': a whole number is expected.")
    return int(asked[name])


def _counted(asked: dict[str, str]) -> bool:
    value = asked.get("$inlinecount", asked.get("$count", "none"))
    if value not in (("allpages", "none") if "$inlinecount" in asked else ("true", "false", "none")):
        raise malformed(f"Invalid value '{value}': the count is asked for by $inlinecount=allpages or $count=true.")
    return value in ("allpages", "true")


def _order(text: str, service: Service, entity_set: EntitySet) -> str:
    terms = []
    for term in text.split(","):
        name, _, direction = term.strip().partition(" ")
        if name not in entity_set.by_name:
            raise unknown_property(name, service, entity_set)
        if direction.strip() not in ("", "asc", "desc"):
            raise malformed(f"Invalid $orderby: '{direction.strip()}' is neither asc nor desc.")
        # OData: null sorts below every value.
        terms.append(f'"{name}" DESC NULLS LAST' if direction.strip() == "desc" else f'"{name}" ASC NULLS FIRST')
    return ", ".join(terms)


def _shape_v2(service: Service, entity_set: EntitySet, select: str, expand: str) -> Shape:
    """v2 writes paths: $expand=to_Item/to_ScheduleLine and $select=Supplier,to_Item/Material."""
    selected = [path.strip().split("/") for path in select.split(",") if path.strip()]
    expanded = [path.strip().split("/") for path in expand.split(",") if path.strip()]
    return _by_paths(service, entity_set, selected, expanded)


def _by_paths(service: Service, entity_set: EntitySet, selected: list[list[str]], expanded: list[list[str]]) -> Shape:
    own = {path[0] for path in selected}
    for path in selected:
        if path[0] != "*" and path[0] not in (entity_set.by_name if len(path) == 1 else {}):
            _navigation(service, entity_set, path[0])
    everything = not selected or "*" in own
    shape = Shape(entity_set, [each for each in entity_set.properties if everything or each.name in own])
    for name in dict.fromkeys(path[0] for path in expanded):
        navigation = _navigation(service, entity_set, name)
        if not everything and name not in own:
            continue
        below = [path[1:] for path in selected if path[0] == name and len(path) > 1]
        deeper = [path[1:] for path in expanded if path[0] == name and len(path) > 1]
        shape.expanded[name] = _by_paths(service, service.set_by_name[navigation.target], below, deeper)
    shape.links = [
        each for each in entity_set.navigations if each.name not in shape.expanded and (everything or each.name in own)
    ]
    return shape


def _shape_v4(service: Service, entity_set: EntitySet, select: str, expand: str) -> Shape:
    """v4 nests: $expand=_PurchaseOrderItem($select=Material;$expand=_PurchaseOrderScheduleLineTP)."""
    names = [name.strip() for name in select.split(",") if name.strip()]
    for name in names:
        if name != "*" and name not in entity_set.by_name:
            raise unknown_property(name, service, entity_set)
    everything = not names or "*" in names
    shape = Shape(entity_set, [each for each in entity_set.properties if everything or each.name in names])
    for part in _outside_parentheses(expand, ","):
        match = NESTED.match(part.strip())
        if not match:
            raise malformed(f"Invalid $expand: '{part}'")
        target = service.set_by_name[_navigation(service, entity_set, match[1]).target]
        nested = dict(_option(option) for option in _outside_parentheses(match[2] or "", ";"))
        if wrong := set(nested) - {"$select", "$expand"}:
            raise malformed(f"The query option '{min(wrong)}' is not supported within $expand.")
        if service.flavour == "d365" and "$expand" in nested:
            raise malformed("The request includes a $expand path which is too deep. The maximum depth allowed is 1.")
        shape.expanded[match[1]] = _shape_v4(service, target, nested.get("$select", ""), nested.get("$expand", ""))
    return shape


def _navigation(service: Service, entity_set: EntitySet, name: str) -> Navigation:
    if name not in entity_set.navigation_by_name:
        raise unknown_property(name, service, entity_set)
    return entity_set.navigation_by_name[name]


def _option(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition("=")
    return name, value


def _outside_parentheses(text: str, mark: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == mark and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [part for part in [*parts, text[start:]] if part.strip()]
