"""What a source does that its contract does not say: fields added, retyped, vanished, too often empty.

Belongs here: noticing it while a load runs. Not here: single records that break a rule (validate.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pyarrow as pa

from ingestion.contracts import ObjectContract
from ingestion.landing.ledger import Drift, Quarantined
from ingestion.landing.raw import RawTables

# An empty column says nothing of the source below so many rows,
ENOUGH_ROWS = 20
# or so many, of a column that was never empty before.
SOME_ROWS = 5


class DriftWatch:
    """Watches the rows of one object and its children in one load."""

    def __init__(self, members: Iterable[ObjectContract]):
        self._members = {member.name: member for member in members}
        self._root = next(iter(self._members.values()))
        self._rows: Counter[str] = Counter()
        self._filled: Counter[tuple[str, str]] = Counter()
        self._unknown: set[str] = set()

    def unknown(self, paths: Iterable[str]) -> None:
        """Fields that the contract does not know; they were not stored."""
        self._unknown.update(paths)

    def rows(self, name: str, table: pa.Table) -> None:
        """Valid rows of one table."""
        self._rows[name] += len(table)
        for column in self._members[name].landed_columns:
            self._filled[name, column.name] += len(table) - table[column.name].null_count

    def found(self, raw: RawTables, instance: str, load_id: str, quarantined: Iterable[Quarantined]) -> Iterator[Drift]:
        """What there is to report at the end of the load."""
        root = self._root.name
        for path in sorted(self._unknown):
            yield Drift(root, path, "ADDED", "a field that the contract does not know; not stored")
        for field in sorted({r.field for r in quarantined if r.error_class == "TYPE" and r.field}):
            yield Drift(root, field, "RETYPED", "values do not have the contract's type")
        for name, member in self._members.items():
            yield from self._emptied(name, member, partial(raw.history, member, instance, load_id))

    def _emptied(
        self, name: str, member: ObjectContract, history_of: Callable[[list[str]], dict[str, int]]
    ) -> Iterator[Drift]:
        """The history is asked only of what is empty now: counting all of it would cost as much as it is long."""
        root, taken = self._root.name, self._rows[name]
        empty_columns = [c.name for c in member.landed_columns if taken and not self._filled[name, c.name]]
        has_no_lines = member.parent is not None and not taken and self._rows[root] >= ENOUGH_ROWS
        history = history_of(empty_columns) if has_no_lines or (empty_columns and taken >= SOME_ROWS) else {"*": 0}
        if has_no_lines and history["*"]:
            yield Drift(root, member.rows_at or name, "VANISHED", f"no rows in any of {self._rows[root]} records")
        for column in member.landed_columns:
            field = column.name if name == root else f"{name}.{column.name}"
            empty = taken - self._filled[name, column.name]
            was_filled = history.get(column.name, 0)
            was_always_filled = history["*"] >= ENOUGH_ROWS and was_filled == history["*"]
            if empty == taken >= (SOME_ROWS if was_always_filled else ENOUGH_ROWS) and was_filled:
                yield Drift(root, field, "VANISHED", f"empty in all of {taken} rows")
            if column.max_null_percent is not None and empty and empty * 100 >= column.max_null_percent * taken:
                detail = f"empty in {empty} of {taken} rows; the contract allows {column.max_null_percent:g} %"
                yield Drift(root, field, "NULL_RATE", detail)
