"""The URL parameters of a request, as what is to be selected and shown.

Belongs here: fields, expand, limit, offset and which parameters there are. Not here: `q` and `orderBy` (`queries.py`).
"""

from dataclasses import dataclass

from simulator.serve.oracle.model import Resource
from simulator.serve.oracle.queries import Condition, attribute_of, read_order, read_query
from simulator.serve.oracle.refusals import malformed
from simulator.serve.oracle.rendering import Shape

DEFAULT_LIMIT, LARGEST_LIMIT = 25, 499
OF_AN_ITEM = ("fields", "expand", "onlyData")
OF_A_COLLECTION = (*OF_AN_ITEM, "q", "orderBy", "limit", "offset", "totalResults")


@dataclass(frozen=True)
class Wanted:
    """What a request asks for; a limit above the largest is cut to it without a word, as the real one does."""

    shape: Shape
    condition: Condition | None
    order: str
    limit: int
    offset: int
    is_counted: bool


def read_parameters(options: dict[str, str], resource: Resource, is_item: bool) -> Wanted:
    """Raises RefusalError 400 that names the parameter and what is wrong with it."""
    for name in options:
        if name not in (OF_AN_ITEM if is_item else OF_A_COLLECTION):
            raise malformed(f"The URL parameter {name} cannot be used here.")
    with_links = not _flag(options, "onlyData")
    # Where both are given, fields decides: what it does not name is not shown, expanded or not.
    if "fields" in options:
        shape = _shape(resource, _fields(options["fields"], resource), with_links)
    else:
        shape = _shape(resource, _expanded(options.get("expand", ""), resource), with_links)
    return Wanted(
        shape=shape,
        condition=read_query(options["q"], resource) if options.get("q", "").strip() else None,
        order=read_order(options["orderBy"], resource) if options.get("orderBy") else "",
        limit=min(_count(options, "limit", DEFAULT_LIMIT, least=1), LARGEST_LIMIT),
        offset=_count(options, "offset", 0, least=0),
        is_counted=_flag(options, "totalResults"),
    )


# Which attributes are shown at each path of children; None is all of them.
Shown = dict[tuple[str, ...], list[str] | None]


def _shape(resource: Resource, shown: Shown, with_links: bool, path: tuple[str, ...] = ()) -> Shape:
    names = shown[path]
    attributes = (
        resource.attributes if names is None else tuple(attribute_of(resource, name, "fields") for name in names)
    )
    below = [child for child in resource.children if (*path, child.name) in shown]
    expanded = tuple(_shape(child, shown, with_links, (*path, child.name)) for child in below)
    return Shape(resource, attributes, expanded, with_links)


def _expanded(text: str, resource: Resource) -> Shown:
    """`lines.schedules,other` or `all`; the children on the way are shown too."""
    shown: Shown = {(): None}
    if text == "all":
        _add_all(shown, resource, ())
        return shown
    for part in filter(None, text.split(",")):
        _add(shown, _path(part.strip(), resource, "expand"), None)
    return shown


def _add_all(shown: Shown, resource: Resource, path: tuple[str, ...]) -> None:
    shown[path] = None
    for child in resource.children:
        _add_all(shown, child, (*path, child.name))


def _fields(text: str, resource: Resource) -> Shown:
    """`A,B;lines:C,D;lines.schedules:E`: attributes of the resource itself and of children."""
    shown: Shown = {(): []}
    for part in filter(None, text.split(";")):
        child, separator, names = part.rpartition(":")
        path = _path(child.strip(), resource, "fields") if separator else ()
        _add(shown, path, [name.strip() for name in names.split(",") if name.strip()])
    return shown


def _add(shown: Shown, path: tuple[str, ...], names: list[str] | None) -> None:
    for length in range(1, len(path)):
        shown.setdefault(path[:length], names and [])
    shown[path] = names


def _path(text: str, resource: Resource, where: str) -> tuple[str, ...]:
    path = tuple(text.split("."))
    for name in path:
        if name not in resource.child_by_name:
            raise malformed(f"{where}: {name} is no child of {resource.name}.")
        resource = resource.child_by_name[name]
    return path


def _flag(options: dict[str, str], name: str) -> bool:
    value = options.get(name, "false").lower()
    if value not in ("true", "false"):
        raise malformed(f"{name}: true or false is expected, not {value}.")
    return value == "true"


def _count(options: dict[str, str], name: str, default: int, least: int) -> int:
    value = options.get(name, str(default))
    if not value.isdecimal() or int(value) < least:
        raise malformed(f"{name}: a whole number of at least {least} is expected, not {value}.")
    return int(value)
