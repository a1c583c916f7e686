"""Of which columns of which tables each column of a query is made.

Belongs here: reading SQL. Not here: which queries, and who is told (assets/transformation.py).
"""

from collections.abc import Iterator
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope


class Origin(NamedTuple):
    """A column of a table outside the query."""

    schema: str
    table: str
    column: str


def column_origins(sql: str, dialect: str = "duckdb") -> dict[str, set[Origin]]:
    """By column of the result, the columns that its value is computed from, through all CTEs and subqueries of FROM.

    What decides only which rows there are (WHERE, conditions of joins) is left out. A constant has no origin. A column
    that only `*` brings is told when somebody reads it by name. SQL that cannot be read tells nothing.
    """
    try:
        scope = build_scope(sqlglot.parse_one(sql, dialect=dialect))
    except sqlglot.errors.SqlglotError:
        return {}
    if scope is None:
        return {}
    reader = _Reader()
    return {name: reader.origins(scope, name) for name in _names(scope) if name != "*"}


class _Reader:
    """Finds origins scope by scope, each column of a scope once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], set[Origin]] = {}

    def origins(self, scope: Scope, column: str) -> set[Origin]:
        place = (id(scope), column)
        if place not in self._known:
            self._known[place] = set()  # a recursive query meets itself
            self._known[place] = set(self._found(scope, column))
        return self._known[place]

    def _found(self, scope: Scope, column: str) -> Iterator[Origin]:
        if scope.set_operation_scopes:
            # The first part gives the names, the others follow by place.
            first = _names(scope.set_operation_scopes[0])
            for part in scope.set_operation_scopes:
                names = _names(part)
                is_aligned = column in first and len(names) == len(first)
                yield from self.origins(part, names[first.index(column)] if is_aligned else column)
            return
        if not isinstance(scope.expression, exp.Query):
            return  # unnest and the like: made from a column, and none itself
        selects = scope.expression.selects
        named = [select for select in selects if not select.is_star and select.alias_or_name == column]
        for select in named:
            for read in select.find_all(exp.Column):
                yield from self._read(scope, read.table, read.name)
        for star in () if named else (select for select in selects if select.is_star):
            yield from self._read(scope, star.table if isinstance(star, exp.Column) else "", column)

    def _read(self, scope: Scope, name: str, column: str) -> Iterator[Origin]:
        """A column as it is written; without its table's name it is of the subquery that has it, else of the one table."""
        read = {alias: source for alias, (_, source) in scope.selected_sources.items()}
        inner = [source for source in read.values() if isinstance(source, Scope) and _has(source, column)]
        outer = [source for source in read.values() if isinstance(source, exp.Table)]
        meant = [read[name]] if name in read else [] if name else inner or outer[:1]
        for source in meant:
            if isinstance(source, Scope):
                yield from self.origins(source, column)
            else:
                yield Origin(source.db, source.name, column)


def _has(scope: Scope, column: str) -> bool:
    first = scope.set_operation_scopes[0] if scope.set_operation_scopes else scope
    return first.expression.is_star or column in _names(first)


def _names(scope: Scope) -> list[str]:
    return scope.expression.named_selects if isinstance(scope.expression, exp.Query) else []
