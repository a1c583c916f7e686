"""Objects of a contract as questions to OData: what to select, which range of a cursor, which keys.

Belongs here: what follows from a contract alone, for any system that speaks OData. Not here: paging and literals
(odata.py), where a system's entity sets are (sources/).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingestion.contracts import Column, Contract, ObjectContract
from ingestion.contracts.model import ARRIVAL
from ingestion.contracts.source_path import parse_path
from ingestion.landing.page import Page, SourceError, SourceKey, Window
from ingestion.protocols.odata import ROWS_A_SLICE, EntitySet, ODataClient, read_moment
from ingestion.protocols.odata_query import Value

# v2 wraps the rows of a navigation in an object of this one field.
V2_LIST = "results"
# Servers and proxies refuse addresses that are too long.
FILTER_CHARACTERS = 1500
FIRST_DAY = date(1900, 1, 1)
V2_TIME = re.compile(r"PT(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?")
V4_TIME = re.compile(r"(?P<hours>\d\d):(?P<minutes>\d\d):(?P<seconds>\d\d)(?:\.\d+)?")


class ODataObjects:
    """The objects of one contract on one server. `root`: the path that their `sourceObject` stands below."""

    def __init__(self, client: ODataClient, contract: Contract, root: str):
        self._client, self._contract, self._root = client, contract, root

    def entity_set(self, obj: ObjectContract) -> EntitySet:
        return EntitySet(f"{self._root}/{obj.source_object}", tuple(column.path for column in obj.key_columns))

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        """Everything that changed in the window, with its children; everything there is for an object without cursor."""
        for where in self._ranges(obj, window):
            yield from self._client.pages(self.entity_set(obj), self._paths(obj), where)

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        typed = (tuple(_typed(column, part) for column, part in zip(obj.key_columns, key, strict=True)) for key in keys)
        return self.pages_where(obj, self.entity_set(obj).key, typed)

    def pages_where(
        self, obj: ObjectContract, names: tuple[str, ...], values: Iterable[tuple[Value, ...]]
    ) -> Iterator[Page]:
        """Records of which some properties have one of these combinations of values: a key, or that of their header."""
        named, gathered = EntitySet(obj.source_object, names), list[tuple[Value, ...]]()
        for value in values:
            if gathered and len(self._client.same_keys(named, [*gathered, value])) > FILTER_CHARACTERS:
                yield from self._client.pages(
                    self.entity_set(obj), self._paths(obj), self._client.same_keys(named, gathered)
                )
                gathered = []
            gathered.append(value)
        if gathered:
            yield from self._client.pages(
                self.entity_set(obj), self._paths(obj), self._client.same_keys(named, gathered)
            )

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        """All keys, also of what changed after `as_of`: it existed then, or is new and will be fetched."""
        entity_set, label = self.entity_set(obj), f"{obj.source_object} keys"
        stamps = () if obj.is_dated_by_read else tuple(obj.column(name) for name in obj.version.changed_at)
        paths = [part for column in stamps for part in column.parts_of(column.path)]
        for where in self._ranges(obj, Window(None, as_of)):
            for row in self._client.rows(entity_set, paths or list(entity_set.key), where):
                key = tuple(_text(column, row[column.path], label) for column in obj.key_columns)
                moments = (_stamp(row, column, label) for column in stamps)
                changed_at = next((moment for moment in moments if moment), None)
                yield SourceKey(key, changed_at if changed_at and changed_at <= as_of else None)

    def _ranges(self, obj: ObjectContract, window: Window) -> Iterator[str | None]:
        """Filters that together bring a window, none of them too many rows; None for all rows there are."""
        entity_set = self.entity_set(obj)
        # What has no stamp of its own is read whole.
        if (
            obj.cursor is None
            or obj.cursor == ARRIVAL
            or (window.start is None and self._client.count(entity_set) <= ROWS_A_SLICE)
        ):
            yield None
            return
        cursor = obj.column(obj.cursor)
        others = [obj.column(name) for name in obj.version.changed_at if name != obj.cursor]
        yield from self._range(entity_set, cursor, window)
        if cursor.required:
            return
        if window.start is None:
            yield f"{cursor.parts_of(cursor.path)[0]} eq null"
        else:
            # What never changed has no stamp yet, and is found by when it was made.
            for column in others:
                yield from self._range(entity_set, column, window)

    def _range(self, entity_set: EntitySet, column: Column, window: Window) -> Iterator[str]:
        name, *time_of_day = column.parts_of(column.path)
        if time_of_day or column.logical_type == "date":
            start = window.start.date() if window.start else FIRST_DAY
            yield from self._client.slices(entity_set, name, start, window.end.date())
        else:
            moment = window.start or datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC)
            yield from self._client.slices(entity_set, name, moment, window.end)

    def _paths(self, obj: ObjectContract) -> list[str]:
        """What to select: the landed columns of the object and, below their navigation, of its children."""
        paths = [path for column in obj.landed_columns for path in _selected(column, "")]
        for child in self._contract.children(obj.name):
            rows_at = (child.rows_at or "").replace("[]", "")
            paths += [path for column in child.landed_columns for path in _selected(column, f"{rows_at}.")]
        return list(dict.fromkeys(paths))


def _selected(column: Column, prefix: str) -> Iterator[str]:
    """The properties that a column needs, as OData names a way: `to_Item/Material`."""
    for part in column.parts_of(column.path):
        steps = parse_path(part.removeprefix("^") if part.startswith("^") else prefix + part)
        names = [step.name for step in steps if step.name != V2_LIST]
        yield "/".join(names)
        for depth, step in enumerate(steps):
            if step.where is not None:
                way = [other.name for other in steps[: depth + 1] if other.name != V2_LIST]
                yield "/".join((*way, *step.where[0]))


def _typed(column: Column, text: str) -> Value:
    """A part of a key as landing writes it, as the value that a filter compares."""
    if column.logical_type == "integer":
        return int(text)
    return date.fromisoformat(text) if column.logical_type == "date" else text


def _text(column: Column, value: Any, label: str) -> str:
    """A part of a key as the source writes it, as landing does."""
    if value is None:
        raise SourceError(f"{label}: a row has no {column.path}")
    return str(read_moment(value, label).date()) if column.logical_type == "date" else str(value)


def _stamp(row: dict[str, Any], column: Column, label: str) -> datetime | None:
    day, *time_of_day = (row[part] for part in column.parts_of(column.path))
    if day is None:
        return None
    moment = read_moment(day, label)
    for text in time_of_day:
        found = V2_TIME.fullmatch(text or "PT0S") or V4_TIME.fullmatch(text)
        if found is None:
            raise SourceError(f"{label}: a value is no time of day as OData writes it")
        moment += timedelta(**{unit: int(number or 0) for unit, number in found.groupdict().items()})
    return moment
