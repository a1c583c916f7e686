"""A query as parts: each a SELECT over tables and parts that stand before it, or a union of parts.

Belongs here: reading SQL. Not here: what is asked of it (touched.py, narrowed.py).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import sqlglot
from sqlglot import exp

Columns = tuple[str, ...]
# What a part is called, and what is made of parts.
NAME = re.compile(r"\b[a-z]+_\d+\b")
# Ways to join that are understood.
_KINDS = ("INNER", "LEFT", "RIGHT", "FULL", "CROSS")


class UntoldError(Exception):
    """What is asked of a query cannot be told of it; the message says why."""


def read(sql: str, views: Mapping[str, str], tables: Mapping[str, Sequence[str]]) -> "tuple[Flat, str]":
    """A query as parts, and the part that is its result. Raises UntoldError where it is no plain SELECT."""
    query = Flat(views, tables)
    return query, query.add(sqlglot.parse_one(sql, dialect="duckdb"), {})


def columns_read(sql: str, views: Mapping[str, str], tables: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """By table that a query reads, the columns that its result depends on, all of them where that cannot be told; nothing where
    changes may touch everything."""
    try:
        query, root = read(sql, views, tables)
    except UntoldError:
        return {}
    asked: dict[str, set[str]] = {root: set(query.columns_of(root))}
    for name in reversed(query.nodes):
        for source, column in query.asked_by(name, asked.get(name, set())):
            asked.setdefault(source, set()).add(column)
    return {table: sorted(asked.get(table) or query.columns_of(table)) for table in sorted(query.tables_of(root))}


@dataclass
class Source:
    """What a SELECT reads under an alias: a part or a table, or an expression (`unnest`) of what stands before it."""

    alias: str
    name: str
    expression: exp.Expr | None = None
    kind: str = ""
    on: list[exp.Expr] = field(default_factory=list)


class InnerQuery(NamedTuple):
    """A query within an expression: a part of its own, where it asks nothing of the row around it; what it reads."""

    name: str | None
    reads: frozenset[str]


@dataclass
class Select:
    select: exp.Select
    sources: list[Source]
    where: list[exp.Expr]
    queries: list[tuple[exp.Expr | None, InnerQuery]]
    windows: list[list[exp.Expr]]
    columns: dict[str, exp.Expr] = field(default_factory=dict)

    @cached_property
    def by_alias(self) -> dict[str, Source]:
        return {source.alias: source for source in self.sources}

    @cached_property
    def groups(self) -> frozenset[str] | None:
        """What its rows are grouped by; None where they are not."""
        group = self.select.args.get("group")
        if group is None:
            return None
        listed = (
            self.select.expressions[int(one.name) - 1].unalias() if isinstance(one, exp.Literal) else one
            for one in group.expressions
        )
        return frozenset(text_of(one.unnest()) for one in listed)

    @cached_property
    def is_one_row(self) -> bool:
        return self.groups is None and any(own(self.select, (exp.AggFunc,), outside_windows=True))

    def may_find_none_of(self, source: Source) -> bool:
        """Whether there are rows of what a source is joined to that find none of its rows."""
        later = self.sources[self.sources.index(source) + 1 :]
        return source.kind in ("LEFT", "FULL") or any(other.kind in ("RIGHT", "FULL") for other in later)

    def is_plain(self, expression: exp.Expr) -> bool:
        """Whether an expression is of a row alone: of no other row, and of nothing that several rows are made to."""
        if expression.find(exp.Window, exp.AggFunc, exp.Query) is not None:
            return False
        if self.groups is None or text_of(expression.unnest()) in self.groups:
            return True
        # A function that the parser does not know may be one of many rows.
        return expression.find(exp.Anonymous) is None and self.groups.issuperset(
            text_of(column) for column in expression.find_all(exp.Column)
        )


@dataclass
class Union:
    parts: list[str]
    operation: exp.SetOperation

    def of(self, parts: Sequence[str]) -> str:
        """The same of other parts."""
        words = {exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}.get(type(self.operation), "UNION")
        every = "" if self.operation.args.get("distinct") else " ALL"
        return f" {words}{every} ".join(f"SELECT * FROM {part}" for part in parts)


class Flat:
    """A query as named parts, each a SELECT over tables and parts that stand before it, or a union of parts."""

    def __init__(self, views: Mapping[str, str], tables: Mapping[str, Sequence[str]]):
        self._views, self._tables = views, tables
        self.nodes: dict[str, Select | Union] = {}
        self._texts: dict[str, str] = {}
        self._of_view: dict[str, str] = {}
        self._read: dict[str, frozenset[str]] = {}
        self._windowed: dict[tuple[str, str], bool] = {}

    def add(self, query: exp.Expr, scope: Mapping[str, str]) -> str:
        """Takes a query in; the name of its part."""
        scope = dict(scope)
        for cte in ctes(query):
            scope[cte.alias.lower()] = self.add(cte.this, scope)
        if isinstance(query, exp.Subquery):
            return self.add(query.this, scope)
        if isinstance(query, exp.SetOperation):
            return self._named(Union([self.add(part, scope) for part in (query.left, query.right)], query))
        if not isinstance(query, exp.Select):
            raise UntoldError(f"a query that is no SELECT: {type(query).__name__}")
        return self._add_select(query, scope)

    def _named(self, node: "Select | Union") -> str:
        name = f"part_{len(self.nodes) + 1}"
        self.nodes[name] = node
        return name

    def _add_select(self, select: exp.Select, scope: Mapping[str, str]) -> str:
        select.set("with_", None)
        for clause in ("limit", "offset", "sample", "pivots", "laterals"):
            if select.args.get(clause):
                raise UntoldError(f"{clause} of a SELECT")
        sources: list[Source] = []
        from_ = select.args.get("from_")
        if from_ is not None:
            sources.append(self._source(from_.this, scope))
            for join in select.args.get("joins") or ():
                sources.append(self._source(join.this, scope))
                sources[-1].kind = (join.side or join.kind or "INNER").upper()
                sources[-1].on = conjuncts(join.args.get("on"))
                if join.args.get("using") or join.method or sources[-1].kind not in _KINDS:
                    raise UntoldError(f"a join by USING, or {join.method} {sources[-1].kind}")
        queries = [(found.parent, self._within(found, scope)) for found in list(own(select, (exp.Query,)))]
        where = select.args.get("where")
        node = Select(
            select, sources, conjuncts(where.this if where is not None else None), queries, list(partitions(select))
        )
        self._qualify(node)
        node.columns = self._columns(node)
        return self._named(node)

    def _source(self, relation: exp.Expr, scope: Mapping[str, str]) -> Source:
        alias = relation.alias_or_name.lower()
        if relation.args.get("pivots") or relation.args.get("sample"):
            raise UntoldError(f"a pivot or sample of {alias}")
        if isinstance(relation, exp.Subquery):
            name = self.add(relation.this, scope)
        elif isinstance(relation, exp.Table) and isinstance(relation.this, exp.Identifier):
            name = self._name(relation, scope)
        else:
            return Source(alias, "", relation)
        relation.replace(table_as(name, alias))
        return Source(alias, name)

    def _name(self, table: exp.Table, scope: Mapping[str, str]) -> str:
        if not table.db:
            if table.name.lower() not in scope:
                raise UntoldError(f"a table of no schema: {table.name}")
            return scope[table.name.lower()]
        name = f"{table.db}.{table.name}"
        if name in self._views and name not in self._of_view:
            self._of_view[name] = self.add(sqlglot.parse_one(self._views[name], dialect="duckdb"), {})
        return self._of_view.get(name, name)

    def _within(self, query: exp.Expr, scope: Mapping[str, str]) -> InnerQuery:
        """A query within an expression, its tables under the names of parts."""
        if isinstance(query.parent, exp.In):
            copy = query.copy()
            name = self.add(copy, scope)
            node = self.nodes[name]
            is_alone = isinstance(node, Union) or all(
                column.table in node.by_alias for column in node.select.find_all(exp.Column)
            )
            if is_alone:
                query.replace(exp.Subquery(this=sqlglot.parse_one(f"SELECT * FROM {name}")))
                return InnerQuery(name, frozenset({name}))
        if any(ctes(inner) for inner in query.find_all(exp.Query)):
            raise UntoldError("a WITH within an expression")
        reads = set()
        for table in list(query.find_all(exp.Table)):
            name = self._name(table, scope)
            reads.add(name)
            table.replace(table_as(name, table.alias_or_name))
        return InnerQuery(None, frozenset(reads))

    def _qualify(self, node: Select) -> None:
        """Every column under its source's alias; what a column of the same SELECT is called, as what it is."""
        for column in [found for found in own(node.select, (exp.Column,)) if isinstance(found, exp.Column)]:
            if column.table:
                column.set("table", exp.to_identifier(column.table.lower()))
                continue
            found = [source.alias for source in node.sources if column.name.lower() in self.names(source)]
            if found:
                column.set("table", exp.to_identifier(found[0]))
                continue
            named = [one for one in node.select.expressions if one.alias.lower() == column.name.lower()]
            if named and named[0] is not column and not is_within(column, named[0]):
                column.replace(exp.Paren(this=named[0].unalias().copy()))

    def names(self, source: Source) -> list[str]:
        if source.expression is None:
            return self.columns_of(source.name)
        alias = source.expression.args.get("alias")
        return [column.name.lower() for column in (alias.columns if alias is not None else ())] or [source.alias]

    def columns_of(self, name: str) -> list[str]:
        node = self.nodes.get(name)
        if node is None:
            return [column.lower() for column in self._tables.get(name, ())]
        return self.columns_of(node.parts[0]) if isinstance(node, Union) else list(node.columns)

    def _columns(self, node: Select) -> dict[str, exp.Expr]:
        columns: dict[str, exp.Expr] = {}
        for place, projection in enumerate(node.select.expressions):
            star = projection.this if isinstance(projection, exp.Column) else projection
            if isinstance(star, exp.Star):
                if any(star.args.values()):
                    raise UntoldError("a star that changes columns or leaves some out")
                only = projection.table.lower() if isinstance(projection, exp.Column) else ""
                for source in node.sources:
                    if only in ("", source.alias):
                        for name in self.names(source):
                            columns.setdefault(name, exp.column(name, source.alias))
            else:
                name = projection.alias_or_name.lower()
                if not name:
                    name = f"unnamed_{place}"
                    projection.replace(exp.alias_(projection.copy(), name))
                columns[name] = node.select.expressions[place].unalias()
        return columns

    def text(self, name: str) -> str:
        """The SQL of a part."""
        if name not in self._texts:
            node = self.nodes[name]
            self._texts[name] = node.of(node.parts) if isinstance(node, Union) else node.select.sql(dialect="duckdb")
        return self._texts[name]

    def needed(self, rows: str, made: Mapping[str, str]) -> dict[str, str]:
        """The SQL of what is read on the way to some rows, of parts and of what was made of them, each before what reads it."""
        texts: dict[str, str] = {}
        waiting = [rows]
        while waiting:
            name = waiting.pop()
            if name not in texts and (name in made or name in self.nodes):
                texts[name] = made.get(name) or self.text(name)
                waiting.extend(NAME.findall(texts[name]))
        return {name: texts[name] for name in (*self.nodes, *made) if name in texts}

    def aligned(self, node: Union, column: str) -> Iterator[tuple[str, str]]:
        """By part of a union, what the part calls one of its columns: unions go by place."""
        names = self.columns_of(node.parts[0])
        for part in node.parts:
            own = self.columns_of(part)
            yield part, own[names.index(column)] if column in names and len(own) == len(names) else column

    def tables_of(self, name: str) -> frozenset[str]:
        """The tables that a part reads in the end."""
        if name not in self._read:
            node = self.nodes.get(name)
            if node is None:
                self._read[name] = frozenset({name} if name else ())
            elif isinstance(node, Union):
                self._read[name] = frozenset().union(*map(self.tables_of, node.parts))
            else:
                read = {source.name for source in node.sources}.union(*(query.reads for _, query in node.queries))
                self._read[name] = frozenset().union(*map(self.tables_of, read))
        return self._read[name]

    def asked_by(self, name: str, columns: Collection[str]) -> Iterator[tuple[str, str]]:
        """What a part asks of what it reads, to tell some of its columns and which rows it has."""
        node = self.nodes[name]
        if isinstance(node, Union):
            names = self.columns_of(node.parts[0])
            # Of rows that are told apart, every column is asked.
            is_every = bool(node.operation.args.get("distinct")) or not isinstance(node.operation, exp.Union)
            for column in names if is_every else columns:
                yield from self.aligned(node, column)
            return
        is_every = node.select.args.get("distinct") is not None
        told = [expression for column, expression in node.columns.items() if is_every or column in columns]
        clauses = [
            child for key, child in children(node.select) if key not in ("expressions", "from_", "joins", "with_")
        ]
        joins = [
            on
            for source in node.sources
            for on in (*source.on, *([source.expression] if source.expression is not None else ()))
        ]
        for expression in (*told, *clauses, *joins):
            for column in expression.find_all(exp.Column):
                source = node.by_alias.get(column.table)
                if source is not None and source.name:
                    yield source.name, column.name.lower()
        for _, query in node.queries:
            for read in query.reads:
                for column in self.columns_of(read):
                    yield read, column

    def is_of_window(self, name: str, column: str) -> bool:
        """Whether a column of a part is told by looking over other rows."""
        if (name, column) not in self._windowed:
            node = self.nodes.get(name)
            found = False
            if isinstance(node, Union):
                found = any(self.is_of_window(part, column) for part in node.parts)
            elif node is not None and column in node.columns:
                expression = node.columns[column]
                found = expression.find(exp.Window) is not None or (
                    isinstance(expression, exp.Column)
                    and expression.table in node.by_alias
                    and self.is_of_window(node.by_alias[expression.table].name, expression.name.lower())
                )
            self._windowed[name, column] = found
        return self._windowed[name, column]


def text_of(expression: exp.Expr) -> str:
    """SQL of an expression, written once."""
    known = expression.meta.get("text")
    if known is None:
        known = expression.meta["text"] = expression.sql(dialect="duckdb")
    return str(known)


def all_of(conditions: Sequence[exp.Expr]) -> str:
    return " AND ".join(f"({text_of(condition)})" for condition in conditions)


def asks(expression: exp.Expr, alias: str) -> bool:
    """Whether an expression asks a column of what is read under an alias."""
    return any(column.table == alias for column in expression.find_all(exp.Column))


def relation_of(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))


def ctes(query: exp.Expr) -> list[exp.CTE]:
    with_ = query.args.get("with_")
    return list(with_.expressions) if with_ is not None else []


def conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    if condition is None:
        return []
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def table_as(name: str, alias: str) -> exp.Expr:
    parts = [exp.to_identifier(part, quoted="." in name) for part in name.split(".")]
    table = exp.Table(this=parts[-1], db=parts[0] if len(parts) > 1 else None)
    return table.as_(alias, table=True) if alias else table


def is_within(node: exp.Expr, outer: exp.Expr) -> bool:
    while node.parent is not None and node is not outer:
        node = node.parent
    return node is outer


def own(select: exp.Expr, kinds: tuple[type[exp.Expr], ...], *, outside_windows: bool = False) -> Iterator[exp.Expr]:
    """Expressions of a SELECT, not of the queries within it nor of what it reads."""
    waiting = [child for key, child in children(select) if key not in ("from_", "with_")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, kinds):
            yield node
        elif isinstance(node, exp.Join):
            waiting.extend(child for key, child in children(node) if key == "on")
        elif not isinstance(node, exp.Query) and not (outside_windows and isinstance(node, exp.Window)):
            waiting.extend(child for _, child in children(node))


def children(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for key, value in node.args.items():
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, exp.Expr):
                yield key, child


def partitions(select: exp.Select) -> Iterator[list[exp.Expr]]:
    """By what its windows look over rows, each once; and by what it keeps one row each of."""
    named = {window.name.lower(): window for window in select.args.get("windows") or ()}
    told = set()
    for window in own(select, (exp.Window,)):
        reference = window.args.get("alias")
        over = named.get(reference.name.lower(), window) if reference is not None else window
        partition = over.args.get("partition_by") or []
        text = ", ".join(expression.sql(dialect="duckdb") for expression in partition)
        if text not in told:
            told.add(text)
            yield list(partition)
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        yield list(distinct.args["on"].expressions)
