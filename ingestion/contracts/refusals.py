"""Combinations of a contract that cannot be right, each refused with file and line when the contract is read.

Belongs here: what may stand beside what. Not here: the shape (model.py), or YAML (reader.py).
"""

import re
from datetime import timedelta
from itertools import permutations

from ingestion.contracts.model import (
    ARRIVAL,
    CLASSIFICATIONS,
    ENCODINGS,
    IDENTIFIER,
    KEY_TYPES,
    NEEDS_A_RULE,
    OF_TWO_FIELDS,
    Column,
    Contract,
    ContractError,
    ObjectContract,
)
from ingestion.contracts.source_path import parse_path

# What can be made a year, and what a ZIP3.
MINIMISED = {"year": ("date", "timestamp"), "zip3": ("string",)}


def refuse_impossible(contract: Contract) -> None:
    """Raise ContractError for the first combination that cannot be right, with file and line."""
    seen: set[str] = set()
    for obj in contract.objects:
        where = f"{contract.file}:{obj.line}: {obj.name}"
        if obj.name in seen:
            raise ContractError(f"{where}: defined twice")
        seen.add(obj.name)
        if not IDENTIFIER.fullmatch(obj.name):
            raise ContractError(f"{where}: a table name is snake_case")
        for column in obj.columns:
            _refuse_column(f"{contract.file}:{column.line}: {obj.name}.{column.name}", column)
            _refuse_condition(f"{contract.file}:{column.line}: {obj.name}.{column.name}", obj, column)
        names = [column.name for column in obj.columns]
        for name in names:
            if names.count(name) > 1:
                raise ContractError(f"{where}: column {name} is defined twice")
        for shorter, longer in permutations((column.path for column in obj.landed_columns), 2):
            if longer.startswith(f"{shorter}."):
                raise ContractError(f"{where}: {shorter!r} is taken as a value and as an object (by {longer!r})")
        if obj.parent is not None:
            _refuse_child(where, contract, obj)
        else:
            _refuse_root(where, obj)


def _refuse_column(where: str, column: Column) -> None:
    if not IDENTIFIER.fullmatch(column.name):
        raise ContractError(f"{where}: a column name is snake_case and does not start with _")
    if not column.description:
        raise ContractError(f"{where}: no description; a column without a meaning cannot be landed")
    if column.classification not in CLASSIFICATIONS:
        raise ContractError(
            f"{where}: classification {column.classification!r} is none of {', '.join(CLASSIFICATIONS)}"
        )
    if column.encoding not in ENCODINGS:
        raise ContractError(f"{where}: encoding {column.encoding!r} is none of {', '.join(ENCODINGS)}")
    if column.classification in NEEDS_A_RULE and column.minimise.rule == "keep":
        raise ContractError(
            f"{where}: classified {column.classification!r} without a `minimise` rule: say drop, pseudonym:<domain>, "
            "zip3, year or where:<column>=<value>"
        )
    if column.minimise.rule == "pseudonym" and not column.minimise.domain:
        raise ContractError(f"{where}: a pseudonym needs a domain: `pseudonym:patient`")
    if column.minimise.rule == "drop" and (column.key_position is not None or column.required):
        raise ContractError(f"{where}: a dropped column can be neither key nor required")
    try:
        for part in column.parts_of(column.path.lstrip("^")):
            parse_path(part)
    except ValueError as error:
        raise ContractError(f"{where}: {error}") from None
    if column.encoding in OF_TWO_FIELDS and len(column.parts_of(column.path)) != 2:
        raise ContractError(f"{where}: encoding {column.encoding!r} takes two fields: `source: Date+Time`")
    _refuse_types(where, column)
    if column.minimise.rule != "keep" and column.has_rules:
        # Rules are checked on what is kept: a pseudonym has no form, no range and no list of values.
        raise ContractError(f"{where}: a rule on values cannot hold after `minimise: {column.minimise.rule}`")
    if column.logical_type == "number" and not 0 <= column.scale <= column.precision <= 38:
        raise ContractError(f"{where}: precision {column.precision} and scale {column.scale} do not fit DECIMAL")
    if column.pattern is not None:
        try:
            re.compile(column.pattern)
        except re.error as error:
            raise ContractError(f"{where}: pattern {column.pattern!r}: {error}") from error


def _refuse_condition(where: str, obj: ObjectContract, column: Column) -> None:
    if column.minimise.rule != "where":
        return
    decider = next((other for other in obj.landed_columns if other.name == column.minimise.condition[0]), None)
    if decider is None or decider.logical_type != "string" or decider.minimise.rule != "keep":
        raise ContractError(f"{where}: minimise: `where:<column>=<value>` takes a column of text that is kept as it is")
    if column.required:
        raise ContractError(f"{where}: what is kept of some records only cannot be required")


def _refuse_types(where: str, column: Column) -> None:
    kinds = ENCODINGS[column.encoding]
    if kinds and column.logical_type not in kinds:
        raise ContractError(
            f"{where}: encoding {column.encoding!r} makes {' or '.join(kinds)}, not {column.logical_type}"
        )
    kinds = MINIMISED.get(column.minimise.rule, ())
    if kinds and column.logical_type not in kinds:
        raise ContractError(f"{where}: minimise {column.minimise.rule!r} takes {' or '.join(kinds)}")
    if column.pattern is not None and column.logical_type != "string":
        raise ContractError(f"{where}: a pattern is for text, not for {column.logical_type}")
    has_range = column.minimum is not None or column.maximum is not None
    if has_range and column.logical_type not in ("integer", "number"):
        raise ContractError(f"{where}: minimum and maximum are for numbers, not for {column.logical_type}")
    if column.key_position is not None:
        if column.logical_type not in KEY_TYPES:
            # 5 and 5.00, or one instant in two zones, would be two keys.
            raise ContractError(
                f"{where}: a key is {', '.join(KEY_TYPES)}; {column.logical_type} has several ways to be written"
            )
        if column.minimise.rule not in ("keep", "pseudonym", "drop"):
            raise ContractError(f"{where}: minimise {column.minimise.rule!r} makes one key of many")


def _refuse_key(where: str, obj: ObjectContract) -> None:
    positions = [column.key_position for column in obj.key_columns]
    if positions != list(range(1, len(positions) + 1)):
        raise ContractError(f"{where}: primaryKeyPosition runs from 1, each once; here it is {positions}")


def _refuse_version(where: str, obj: ObjectContract) -> None:
    columns = {column.name: column for column in obj.columns}
    cursor = [obj.cursor] if obj.cursor and obj.cursor != ARRIVAL else []
    for name in (*obj.version.columns, *cursor):
        if name not in columns:
            raise ContractError(f"{where}: {name!r} is no column of the object")
        if columns[name].minimise.rule != "keep":
            raise ContractError(f"{where}: {name!r} orders versions or reads and is not kept")
    for name in (*obj.version.changed_at, *([obj.version.occurred_at] if obj.version.occurred_at else [])):
        if columns[name].logical_type not in ("timestamp", "date"):
            raise ContractError(f"{where}: {name!r} is no time")
    if obj.version.version_no and columns[obj.version.version_no].logical_type != "integer":
        raise ContractError(f"{where}: version number {obj.version.version_no!r} is no integer")


def _refuse_root(where: str, obj: ObjectContract) -> None:
    names = {column.name: column for column in obj.columns}
    if not obj.key_columns:
        reason = f"cursor {obj.cursor!r} without a key" if obj.cursor else "no key"
        raise ContractError(f"{where}: {reason}: no row could be told from its next version (primaryKey: true)")
    _refuse_key(where, obj)
    _refuse_version(where, obj)
    if obj.cursor and (obj.lag is None or obj.lag <= timedelta()):
        raise ContractError(f"{where}: a cursor without a lag loses late and changed rows; say `lag: PT...`")
    if obj.cursor and obj.cursor != ARRIVAL:
        _refuse_cursor(where, obj, names[obj.cursor])
    _refuse_reading_again(where, obj)
    if obj.disposition == "document" and not (obj.version.columns or obj.is_dated_by_read):
        raise ContractError(f"{where}: a document changes, and nothing says which version is newer (`version`)")
    if obj.disposition == "snapshot" and obj.floor is None:
        raise ContractError(f"{where}: a snapshot replaces what was there; without a `floor` a short one empties it")
    if obj.disposition == "snapshot" and obj.cursor:
        raise ContractError(f"{where}: a snapshot is read whole: it has no cursor")
    if obj.disposition != "snapshot" and obj.floor is not None:
        raise ContractError(f"{where}: a floor belongs to a snapshot")
    if obj.floor is not None and not 0 < obj.floor <= 1:
        raise ContractError(f"{where}: floor {obj.floor} is no share between 0 and 1")


def _refuse_cursor(where: str, obj: ObjectContract, cursor: Column) -> None:
    if cursor.name not in obj.version.changed_at:
        raise ContractError(
            f"{where}: cursor {cursor.name!r} is none of `version: changedAt`, which moves the watermark"
        )
    if cursor.logical_type not in ("timestamp", "date"):
        raise ContractError(f"{where}: cursor {cursor.name!r} is no timestamp and no date")
    if cursor.logical_type == "date" and (obj.lag or timedelta()) < timedelta(days=1):
        raise ContractError(f"{where}: cursor {cursor.name!r} is a date: what comes later that day needs a lag of P1D")


def _refuse_reading_again(where: str, obj: ObjectContract) -> None:
    names = {column.name: column for column in obj.landed_columns}
    if obj.reread is not None:
        if obj.reread.column not in names:
            raise ContractError(f"{where}: rereadWhile: {obj.reread.column!r} is no landed column")
        if any(column.minimise.rule != "keep" for column in obj.key_columns):
            raise ContractError(f"{where}: rereadWhile: a pseudonym is no key to ask the source by")
    if obj.sequence is not None:
        wanted = [obj.sequence.scope, obj.sequence.number]
        if [column.name for column in obj.key_columns] != wanted or any(
            column.minimise.rule != "keep" for column in obj.key_columns
        ):
            raise ContractError(f"{where}: sequence: the key is {', '.join(wanted)}, as the source writes them")
        if names[obj.sequence.number].logical_type != "integer":
            raise ContractError(f"{where}: sequence: {obj.sequence.number!r} is no integer")


def _refuse_child(where: str, contract: Contract, obj: ObjectContract) -> None:
    parents = {candidate.name for candidate in contract.objects if candidate.parent is None}
    if obj.parent not in parents:
        raise ContractError(
            f"{where}: parent {obj.parent!r} is no object of this contract (lines belong to a document)"
        )
    if not obj.rows_at:
        raise ContractError(f"{where}: a child without `rowsAt`: where in the parent's record are its rows?")
    _refuse_version(where, obj)
    of_parent = {
        "cursor": obj.cursor, "floor": obj.floor, "lag": obj.lag, "rereadWhile": obj.reread, "sequence": obj.sequence,
        "asRead": obj.is_dated_by_read or None,
    }  # fmt: skip
    for name, value in of_parent.items():
        if value is not None:
            raise ContractError(f"{where}: {name} belongs to the parent: a child is read with its document")
