"""What a source does that its contract does not say: fields added, gone, renamed, of another type, new values of a list.

Belongs here: noticing it while a load runs. Not here: what follows from it (schema_changes.py), or single records that
break a rule (validate.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial

import pyarrow as pa

from ingestion.contracts import Column, ObjectContract
from ingestion.landing.decode import BadRecord, Decoder, list_paths
from ingestion.landing.page import Page
from ingestion.landing.quarantine import payload_hash
from ingestion.landing.raw import RawTables
from ingestion.landing.sample import Sample
from ingestion.landing.schema_changes import SchemaChange
from ingestion.landing.validate import Failure

# An empty column says nothing of the source below so many rows.
ENOUGH_ROWS = 20
# One value of another type is a bad record, in quarantine; so many, and so large a share, are a change of the source.
ALIKE_RECORDS, ALIKE_SHARE = 5, 10
# How like two names must be where more than one new field might be the one that is gone.
ALIKE_NAMES = 0.6
SHOWN = 40


class DriftWatch:
    """Watches the rows of one object and its children in one load."""

    def __init__(self, members: Iterable[ObjectContract], key: bytes | None):
        self._members = {member.name: member for member in members}
        self._root = next(iter(self._members.values()))
        self._is_personal = any(member.is_personal for member in self._members.values())
        self._key = key
        self._rows: Counter[str] = Counter()
        self._filled: Counter[tuple[str, str]] = Counter()
        self._records = 0
        self._misfits: Counter[str] = Counter()
        self._wider: Counter[str] = Counter()
        self._unknown: set[str] = set()
        self._new_values: set[tuple[str, str]] = set()
        self._page: Page | None = None

    def page(self, page: Page) -> None:
        """A page of the load; names are looked up in the largest one."""
        if self._page is None or len(page.body) > len(self._page.body):
            self._page = page

    def unknown(self, paths: Iterable[str]) -> None:
        """Fields that the contract does not know; they were not stored."""
        self._unknown.update(paths)

    def rows(self, name: str, table: pa.Table) -> None:
        """Readable rows of one table, valid or not."""
        self._rows[name] += len(table)
        self._records += len(table) if name == self._root.name else 0
        for column in self._members[name].landed_columns:
            self._filled[name, column.name] += len(table) - table[column.name].null_count

    def unreadable(self, bad: BadRecord) -> None:
        """A record of which a value does not have its column's type."""
        self._records += 1
        if bad.field is not None:
            is_wider = _fits_when_widened(self._alone, *self._member_and_column(bad.field), bad)
            (self._wider if is_wider else self._misfits)[bad.field] += 1

    def refused(self, name: str, failure: Failure, table: pa.Table) -> None:
        """A row that breaks a rule: a value that the contract's list does not have is a new one."""
        if failure.error_class == "NOT_ALLOWED":
            value = str(table[failure.field][failure.row].as_py())
            # What stands where a code should be may be anything: of a person not even that is written here.
            shown = payload_hash(value.encode(), self._key)[:8] if self._is_personal else value[:SHOWN]
            self._new_values.add((self._field(name, failure.field), shown))

    def found(self, raw: RawTables, instance: str, load_id: str) -> Iterator[SchemaChange]:
        """What there is to report at the end of the load."""
        root = self._root.name
        for field, count in sorted(self._wider.items()):
            detail = f"{count} records do not fit in {self._type_of(field)} and would in a wider type of the kind"
            yield SchemaChange(root, field, "WIDENED", detail, "WARNING")
        for field, count in sorted(self._misfits.items()):
            is_change = count >= ALIKE_RECORDS and count * ALIKE_SHARE >= self._records
            detail = f"{count} of {self._records} records are not {self._type_of(field)}"
            yield SchemaChange(root, field, "RETYPED", detail, "FROZEN" if is_change else "WARNING")
        for field, shown in sorted(self._new_values):
            named = "a value" if self._is_personal else repr(shown)
            detail = f"{named} is none of the contract's values; the records are in quarantine"
            yield SchemaChange(root, field, "ENUM_ADDED", detail, "FROZEN", found=shown)
        sample = Sample(self._page, self._root.source_object) if self._page else None
        for name, member in self._members.items():
            yield from self._emptied(name, member, partial(raw.history, member, instance, load_id), sample)
        yield from self._lost_lists(raw, instance, load_id, sample)
        for path in sorted(self._unknown):
            yield SchemaChange(root, path, "ADDED", "a field that the contract does not know; not stored", "NOTICE")

    def _emptied(
        self,
        name: str,
        member: ObjectContract,
        history_of: Callable[[list[str]], dict[str, int]],
        sample: Sample | None,
    ) -> Iterator[SchemaChange]:
        """The history is asked only of what is empty now: counting all of it would cost as much as it is long."""
        taken = self._rows[name]
        empty = [c for c in member.landed_columns if taken and not self._filled[name, c.name]]
        if sample is not None and empty:
            history = history_of([column.name for column in empty])
            for column in empty:
                if history[column.name]:
                    was_always_filled = history["*"] >= ENOUGH_ROWS and history[column.name] == history["*"]
                    yield from self._gone(name, column, was_always_filled, sample)
        for column in member.landed_columns:
            blank = taken - self._filled[name, column.name]
            if column.max_null_percent is not None and blank and blank * 100 >= column.max_null_percent * taken:
                detail = f"empty in {blank} of {taken} rows; the contract allows {column.max_null_percent:g} %"
                yield SchemaChange(self._root.name, self._field(name, column.name), "NULL_RATE", detail, "WARNING")

    def _lost_lists(self, raw: RawTables, instance: str, load_id: str, sample: Sample | None) -> Iterator[SchemaChange]:
        """A list that is left out where empty ones are written, or of which every record before had at least one row."""
        taken = self._rows[self._root.name]
        for name, child in self._members.items():
            if sample is None or child.parent is None or self._rows[name] or taken < ENOUGH_ROWS:
                continue
            with_rows = raw.records_with(child, instance, load_id)
            is_left_out = sample.lacks(list_paths(child)[-1]) and sample.writes_empty_values
            before = raw.history(self._root, instance, load_id, [])["*"]
            if with_rows and (is_left_out or with_rows == before >= ENOUGH_ROWS):
                detail = f"no rows in any of {taken} records"
                yield SchemaChange(self._root.name, child.rows_at or name, "REMOVED", detail, "FROZEN")

    def _gone(self, name: str, column: Column, was_always_filled: bool, sample: Sample) -> Iterator[SchemaChange]:
        """A field is gone when its name is, where a source writes empty values; else when it was never empty before, and
        is in all of many rows or another field has come in its place."""
        taken, member = self._rows[name], self._members[name]
        paths, field = _paths(member, column), self._field(name, column.name)
        is_left_out = any(sample.lacks(path) for path in paths)
        is_gone = is_left_out and sample.writes_empty_values
        new = self._new_name(member, column, sample) if is_left_out and (is_gone or was_always_filled) else None
        if new is not None:
            self._unknown.discard(new)
            detail = f"{paths[0]} is gone, and {new} is new with values of the same kind"
            yield SchemaChange(self._root.name, field, "RENAMED", detail, "FROZEN", found=new)
        elif is_gone or (was_always_filled and taken >= ENOUGH_ROWS):
            why = "its name is in no record" if is_left_out else "it was never empty before"
            detail = f"empty in all of {taken} rows, and {why}"
            yield SchemaChange(self._root.name, field, "REMOVED", detail, "FROZEN")

    def _new_name(self, member: ObjectContract, column: Column, sample: Sample) -> str | None:
        """Of the unknown fields beside the one that is gone: the one whose values it could hold."""
        old, *more = _paths(member, column)
        if more:
            return None  # a column of two fields, of which one is gone
        beside = [path for path in sorted(self._unknown) if path.rpartition(".")[0] == old.rpartition(".")[0]]
        prefix = f"{list_paths(member)[-1]}." if member.parent is not None else ""
        fitting = [
            path
            for path in beside
            if path.startswith(prefix)
            and sample.fills(self._alone(member, replace(column, path=path.removeprefix(prefix))), member, column)
        ]
        if len(fitting) > 1:
            likeness = {path: _likeness(old, path) for path in fitting}
            fitting = [path for path in fitting if likeness[path] == max(likeness.values()) >= ALIKE_NAMES]
        return fitting[0] if len(fitting) == 1 else None

    def _alone(self, member: ObjectContract, column: Column, is_text: bool = False) -> Decoder:
        """A decoder of one column and nothing else."""
        root = replace(self._root, columns=(column,) if member.name == self._root.name else ())
        children = [] if member.name == self._root.name else [replace(member, columns=(column,))]
        return Decoder(root, children, is_text=is_text)

    def _member_and_column(self, field: str) -> tuple[ObjectContract, Column]:
        name, _, column = field.rpartition(".")
        member = self._members[name or self._root.name]
        return member, member.column(column)

    def _type_of(self, field: str) -> str:
        _, column = self._member_and_column(field)
        return f"{column.logical_type} ({column.sql_type})"

    def _field(self, name: str, column: str) -> str:
        return column if name == self._root.name else f"{name}.{column}"


def _fits_when_widened(
    alone: Callable[[ObjectContract, Column, bool], Decoder], member: ObjectContract, column: Column, bad: BadRecord
) -> bool:
    """Whether a value is of the column's kind and only longer or finer than the contract says."""
    wider = {
        "number": replace(column, precision=38, scale=max(18, column.scale)),
        "integer": replace(column, logical_type="number", precision=38, scale=18),
        "date": replace(column, logical_type="timestamp"),
    }.get(column.logical_type)
    if wider is None:
        return False
    try:
        alone(member, wider, bad.is_text).decode_one(bad.body, 0)
    except pa.ArrowInvalid:
        return False
    return True


def _paths(member: ObjectContract, column: Column) -> list[str]:
    """Where a column stands in the record, seen from the record."""
    inside = member.parent is not None and not column.path.startswith("^")
    prefix = f"{list_paths(member)[-1]}." if inside else ""
    return [prefix + part for part in column.parts_of(column.path.lstrip("^"))]


def _likeness(old: str, new: str) -> float:
    names = [path.rpartition(".")[2].lower() for path in (old, new)]
    return SequenceMatcher(None, names[0], names[1]).ratio()
