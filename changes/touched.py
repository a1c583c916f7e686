"""Which rows of a query's result a change of one of its tables may touch, as SQL.

A model says by which columns its result is made anew (its unit: an order, an encounter, a facility and month). From the model's
own SQL follows a query of the units in which any row may differ when rows of the tables that it reads came, went or changed. It
tells too many rather than too few: what cannot be told from the changed rows alone is left out of the conditions.

Belongs here: reading SQL, writing SQL. Not here: what has changed since when, and who makes the rows anew (dbt_project/macros).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import sqlglot
from sqlglot import exp

# The changed rows of a table are in one of this name, before the table's schema and name.
CHANGED = "changed"

Columns = tuple[str, ...]
# Ways to join that are understood.
_KINDS = ("INNER", "LEFT", "RIGHT", "FULL", "CROSS")


class EverythingTouchedError(Exception):
    """A change may touch any row of the result; the message says why."""


def touched_units(
    sql: str,
    unit: Sequence[str],
    changed: Collection[str],
    views: Mapping[str, str],
    tables: Mapping[str, Sequence[str]],
) -> str | None:
    """The query of the units that changed rows of these tables (`schema.name`) touch; None where they may touch every unit.

    It reads a table's changed rows, each as it was and as it is, as `changed_<schema>__<name>`, and everything as it is now.
    `views` are read through: SQL by `schema.name`. `tables` are the columns of all others.
    """
    try:
        query, root = _flat(sql, views, tables)
        return _Touch(query, frozenset(changed) & query.tables_of(root)).units(root, tuple(unit))
    except EverythingTouchedError:
        return None


def columns_read(sql: str, views: Mapping[str, str], tables: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """By table that a query reads, the columns that its result depends on, all of them where that cannot be told; nothing where
    changes may touch everything."""
    try:
        query, root = _flat(sql, views, tables)
    except EverythingTouchedError:
        return {}
    asked: dict[str, set[str]] = {root: set(query.columns_of(root))}
    for name in reversed(query.nodes):
        for source, column in query.asked_by(name, asked.get(name, set())):
            asked.setdefault(source, set()).add(column)
    return {table: sorted(asked.get(table) or query.columns_of(table)) for table in sorted(query.tables_of(root))}


def _flat(sql: str, views: Mapping[str, str], tables: Mapping[str, Sequence[str]]) -> "tuple[_Flat, str]":
    """A query as parts, and the part that is its result."""
    query = _Flat(views, tables)
    return query, query.add(sqlglot.parse_one(sql, dialect="duckdb"), {})


@dataclass
class _Source:
    """What a SELECT reads under an alias: a part or a table, or an expression (`unnest`) of what stands before it."""

    alias: str
    name: str
    expression: exp.Expr | None = None
    kind: str = ""
    on: list[exp.Expr] = field(default_factory=list)


class _Query(NamedTuple):
    """A query within an expression: a part of its own, where it asks nothing of the row around it; what it reads."""

    name: str | None
    reads: frozenset[str]


@dataclass
class _Select:
    select: exp.Select
    sources: list[_Source]
    where: list[exp.Expr]
    queries: list[tuple[exp.Expr | None, _Query]]
    windows: list[list[exp.Expr]]
    columns: dict[str, exp.Expr] = field(default_factory=dict)

    @cached_property
    def by_alias(self) -> dict[str, _Source]:
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
        return frozenset(_text(one.unnest()) for one in listed)

    @cached_property
    def is_one_row(self) -> bool:
        return self.groups is None and any(_own(self.select, (exp.AggFunc,), outside_windows=True))

    def may_find_none_of(self, source: _Source) -> bool:
        """Whether there are rows of what a source is joined to that find none of its rows."""
        later = self.sources[self.sources.index(source) + 1 :]
        return source.kind in ("LEFT", "FULL") or any(other.kind in ("RIGHT", "FULL") for other in later)

    def is_plain(self, expression: exp.Expr) -> bool:
        """Whether an expression is of a row alone: of no other row, and of nothing that several rows are made to."""
        if expression.find(exp.Window, exp.AggFunc, exp.Query) is not None:
            return False
        if self.groups is None or _text(expression.unnest()) in self.groups:
            return True
        # A function that the parser does not know may be one of many rows.
        return expression.find(exp.Anonymous) is None and self.groups.issuperset(
            _text(column) for column in expression.find_all(exp.Column)
        )


@dataclass
class _Union:
    parts: list[str]
    operation: exp.SetOperation


class _Flat:
    """A query as named parts, each a SELECT over tables and parts that stand before it, or a union of parts."""

    def __init__(self, views: Mapping[str, str], tables: Mapping[str, Sequence[str]]):
        self._views, self._tables = views, tables
        self.nodes: dict[str, _Select | _Union] = {}
        self._texts: dict[str, str] = {}
        self._of_view: dict[str, str] = {}
        self._read: dict[str, frozenset[str]] = {}
        self._windowed: dict[tuple[str, str], bool] = {}

    def add(self, query: exp.Expr, scope: Mapping[str, str]) -> str:
        """Takes a query in; the name of its part."""
        scope = dict(scope)
        for cte in _ctes(query):
            scope[cte.alias.lower()] = self.add(cte.this, scope)
        if isinstance(query, exp.Subquery):
            return self.add(query.this, scope)
        if isinstance(query, exp.SetOperation):
            return self._named(_Union([self.add(part, scope) for part in (query.left, query.right)], query))
        if not isinstance(query, exp.Select):
            raise EverythingTouchedError(f"a query that is no SELECT: {type(query).__name__}")
        return self._add_select(query, scope)

    def _named(self, node: "_Select | _Union") -> str:
        name = f"part_{len(self.nodes) + 1}"
        self.nodes[name] = node
        return name

    def _add_select(self, select: exp.Select, scope: Mapping[str, str]) -> str:
        select.set("with_", None)
        for clause in ("limit", "offset", "sample", "pivots", "laterals"):
            if select.args.get(clause):
                raise EverythingTouchedError(f"{clause} of a SELECT")
        sources: list[_Source] = []
        from_ = select.args.get("from_")
        if from_ is not None:
            sources.append(self._source(from_.this, scope))
            for join in select.args.get("joins") or ():
                sources.append(self._source(join.this, scope))
                sources[-1].kind = (join.side or join.kind or "INNER").upper()
                sources[-1].on = _conjuncts(join.args.get("on"))
                if join.args.get("using") or join.method or sources[-1].kind not in _KINDS:
                    raise EverythingTouchedError(f"a join by USING, or {join.method} {sources[-1].kind}")
        queries = [(found.parent, self._within(found, scope)) for found in list(_own(select, (exp.Query,)))]
        where = select.args.get("where")
        node = _Select(
            select, sources, _conjuncts(where.this if where is not None else None), queries, list(_partitions(select))
        )
        self._qualify(node)
        node.columns = self._columns(node)
        return self._named(node)

    def _source(self, relation: exp.Expr, scope: Mapping[str, str]) -> _Source:
        alias = relation.alias_or_name.lower()
        if relation.args.get("pivots") or relation.args.get("sample"):
            raise EverythingTouchedError(f"a pivot or sample of {alias}")
        if isinstance(relation, exp.Subquery):
            name = self.add(relation.this, scope)
        elif isinstance(relation, exp.Table) and isinstance(relation.this, exp.Identifier):
            name = self._name(relation, scope)
        else:
            return _Source(alias, "", relation)
        relation.replace(_table(name, alias))
        return _Source(alias, name)

    def _name(self, table: exp.Table, scope: Mapping[str, str]) -> str:
        if not table.db:
            if table.name.lower() not in scope:
                raise EverythingTouchedError(f"a table of no schema: {table.name}")
            return scope[table.name.lower()]
        name = f"{table.db}.{table.name}"
        if name in self._views and name not in self._of_view:
            self._of_view[name] = self.add(sqlglot.parse_one(self._views[name], dialect="duckdb"), {})
        return self._of_view.get(name, name)

    def _within(self, query: exp.Expr, scope: Mapping[str, str]) -> _Query:
        """A query within an expression, its tables under the names of parts."""
        if isinstance(query.parent, exp.In):
            copy = query.copy()
            name = self.add(copy, scope)
            node = self.nodes[name]
            is_alone = isinstance(node, _Union) or all(
                column.table in node.by_alias for column in node.select.find_all(exp.Column)
            )
            if is_alone:
                query.replace(exp.Subquery(this=sqlglot.parse_one(f"SELECT * FROM {name}")))
                return _Query(name, frozenset({name}))
        if any(_ctes(inner) for inner in query.find_all(exp.Query)):
            raise EverythingTouchedError("a WITH within an expression")
        reads = set()
        for table in list(query.find_all(exp.Table)):
            name = self._name(table, scope)
            reads.add(name)
            table.replace(_table(name, table.alias_or_name))
        return _Query(None, frozenset(reads))

    def _qualify(self, node: _Select) -> None:
        """Every column under its source's alias; what a column of the same SELECT is called, as what it is."""
        for column in [found for found in _own(node.select, (exp.Column,)) if isinstance(found, exp.Column)]:
            if column.table:
                column.set("table", exp.to_identifier(column.table.lower()))
                continue
            found = [source.alias for source in node.sources if column.name.lower() in self.names(source)]
            if found:
                column.set("table", exp.to_identifier(found[0]))
                continue
            named = [one for one in node.select.expressions if one.alias.lower() == column.name.lower()]
            if named and named[0] is not column and not _is_within(column, named[0]):
                column.replace(exp.Paren(this=named[0].unalias().copy()))

    def names(self, source: _Source) -> list[str]:
        if source.expression is None:
            return self.columns_of(source.name)
        alias = source.expression.args.get("alias")
        return [column.name.lower() for column in (alias.columns if alias is not None else ())] or [source.alias]

    def columns_of(self, name: str) -> list[str]:
        node = self.nodes.get(name)
        if node is None:
            return [column.lower() for column in self._tables.get(name, ())]
        return self.columns_of(node.parts[0]) if isinstance(node, _Union) else list(node.columns)

    def _columns(self, node: _Select) -> dict[str, exp.Expr]:
        columns: dict[str, exp.Expr] = {}
        for place, projection in enumerate(node.select.expressions):
            star = projection.this if isinstance(projection, exp.Column) else projection
            if isinstance(star, exp.Star):
                if any(star.args.values()):
                    raise EverythingTouchedError("a star that changes columns or leaves some out")
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
            if isinstance(node, _Union):
                words = {exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}.get(type(node.operation), "UNION")
                every = "" if node.operation.args.get("distinct") else " ALL"
                self._texts[name] = f" {words}{every} ".join(f"SELECT * FROM {part}" for part in node.parts)
            else:
                self._texts[name] = node.select.sql(dialect="duckdb")
        return self._texts[name]

    def tables_of(self, name: str) -> frozenset[str]:
        """The tables that a part reads in the end."""
        if name not in self._read:
            node = self.nodes.get(name)
            if node is None:
                self._read[name] = frozenset({name} if name else ())
            elif isinstance(node, _Union):
                self._read[name] = frozenset().union(*map(self.tables_of, node.parts))
            else:
                read = {source.name for source in node.sources}.union(*(query.reads for _, query in node.queries))
                self._read[name] = frozenset().union(*map(self.tables_of, read))
        return self._read[name]

    def asked_by(self, name: str, columns: Collection[str]) -> Iterator[tuple[str, str]]:
        """What a part asks of what it reads, to tell some of its columns and which rows it has."""
        node = self.nodes[name]
        if isinstance(node, _Union):
            names = self.columns_of(node.parts[0])
            # Of rows that are told apart, every column is asked.
            is_every = bool(node.operation.args.get("distinct")) or not isinstance(node.operation, exp.Union)
            for part in node.parts:
                own = self.columns_of(part)
                for column in names if is_every else columns:
                    yield part, own[names.index(column)] if column in names and len(own) == len(names) else column
            return
        is_every = node.select.args.get("distinct") is not None
        told = [expression for column, expression in node.columns.items() if is_every or column in columns]
        clauses = [
            child for key, child in _children(node.select) if key not in ("expressions", "from_", "joins", "with_")
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
            if isinstance(node, _Union):
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


class _Touch:
    """What changed rows of some tables touch, part by part."""

    def __init__(self, query: _Flat, changed: frozenset[str]):
        self._query, self._changed = query, changed
        # By name: the SQL of touched rows, and which parts and touched rows it reads.
        self._touched: dict[str, str] = {}
        self._now: dict[str, str] = {}
        self._known_now: dict[tuple[str, Columns, bool], str] = {}
        self._asked: dict[str, set[str]] = {}
        self._known: dict[tuple[str, Columns], str] = {}
        self._tellable: dict[tuple[str, str], bool] = {}

    def units(self, root: str, unit: Columns) -> str:
        if not set(unit) <= set(self._query.columns_of(root)):
            raise ValueError(f"a unit is of columns that the model has: {', '.join(unit)}")
        rows, asked = self._rows(root, unit), -1
        # What is asked of a part in several places is told once, in all columns that any of them asks.
        while asked != sum(map(len, self._asked.values())):
            asked = sum(map(len, self._asked.values()))
            for made in (self._touched, self._known, self._now, self._known_now):
                made.clear()
            rows = self._rows(root, unit)
        return f"{self._with(rows)} SELECT DISTINCT {', '.join(unit)} FROM {rows}"

    def _with(self, rows: str) -> str:
        """All that is read on the way to some rows, each before what reads it."""
        needed, found = [rows], set[str]()
        while needed:
            name = needed.pop()
            if name not in found and (name in self._touched or name in self._now or name in self._query.nodes):
                found.add(name)
                needed.extend(_PART.findall(self._touched.get(name) or self._now.get(name) or self._query.text(name)))
        parts, now, touched = (
            sorted(found & names.keys(), key=_number) for names in (self._query.nodes, self._now, self._touched)
        )
        return "WITH " + ", ".join(
            [
                *(f"{name} AS NOT MATERIALIZED ({self._query.text(name)})" for name in parts),
                *(f"{name} AS NOT MATERIALIZED ({self._now[name]})" for name in now),
                *(f"{name} AS MATERIALIZED ({self._touched[name]})" for name in touched),
            ]
        )

    def is_touched(self, name: str) -> bool:
        return not self._changed.isdisjoint(self._query.tables_of(name))

    def _rows(self, name: str, columns: Columns) -> str:
        """The name of the rows of a part that a change may touch, in these columns."""
        if name in self._changed:
            return f"{CHANGED}_{name.replace('.', '__')}"
        asked = self._asked.setdefault(name, set())
        asked.update(columns)
        columns = tuple(sorted(asked))
        if (name, columns) not in self._known:
            node = self._query.nodes[name]
            made = self._of_union(node, columns) if isinstance(node, _Union) else self._of_select(node, columns)
            self._known[name, columns] = self._named(list(made))
        return self._known[name, columns]

    def _named(self, selects: Iterable[str]) -> str:
        rows = _UNION.join(selects)
        name = f"touched_{len(self._touched) + 1}"
        self._touched[name] = rows
        return name

    def _of_union(self, node: _Union, columns: Columns) -> Iterator[str]:
        for part, own, listed in self._parts(node, columns):
            if self.is_touched(part):
                yield f"SELECT DISTINCT {listed} FROM {self._rows(part, own)}"

    def _parts(self, node: _Union, columns: Columns) -> Iterator[tuple[str, Columns, str]]:
        """The parts of a union, each with what it calls some columns, and these under the union's names."""
        owns = {column: dict(self._aligned(node, column)) for column in columns}
        for part in node.parts:
            listed = ", ".join(f'"{owns[column][part]}" AS "{column}"' for column in columns)
            yield part, tuple(dict.fromkeys(owns[column][part] for column in columns)), listed

    def _aligned(self, node: _Union, column: str) -> Iterator[tuple[str, str]]:
        """By part of a union, what the part calls one of its columns: unions go by place."""
        names = self._query.columns_of(node.parts[0])
        for part in node.parts:
            own = self._query.columns_of(part)
            yield part, own[names.index(column)] if column in names and len(own) == len(names) else column

    def _of_select(self, node: _Select, columns: Columns) -> Iterator[str]:
        wanted = {column: node.columns[column] for column in columns}
        if node.is_one_row:
            raise EverythingTouchedError("one row of everything")
        for column, expression in wanted.items():
            if not self._is_told(node, expression):
                raise EverythingTouchedError(f"{column} is not told by the changed rows")
        yield from self._branches(node, wanted)
        texts = {_text(expression) for expression in wanted.values()}
        for partition in node.windows:
            if not texts <= {_text(expression) for expression in partition}:
                yield self._mates(node, wanted, partition)

    def _mates(self, node: _Select, wanted: Mapping[str, exp.Expr], partition: Sequence[exp.Expr]) -> str:
        """All rows of the partitions of a window in which a row is touched."""
        if not partition or not all(self._is_told(node, expression) for expression in partition):
            raise EverythingTouchedError("a window over what is not told by the changed rows")
        keys = {f"key_{place}": expression for place, expression in enumerate(partition)}
        touched = self._named(self._branches(node, keys))
        listed = ", ".join(f'mate."{column}"' for column in wanted)
        same = " AND ".join(f"mate.{key} IS NOT DISTINCT FROM own.{key}" for key in keys)
        mates = self._joined(node, {**wanted, **keys})
        return f"SELECT DISTINCT {listed} FROM ({mates}) AS mate SEMI JOIN {touched} AS own ON {same}"

    def _branches(self, node: _Select, wanted: Mapping[str, exp.Expr]) -> Iterator[str]:
        """For each place where the table is read: the rows that a changed row is part of."""
        for source in node.sources:
            if source.name and self.is_touched(source.name):
                yield self._joined(node, wanted, source)
                yield from self._without(node, wanted, source)
        for place, query in node.queries:
            if any(self.is_touched(name) for name in query.reads):
                if query.name is None or not isinstance(place, exp.In):
                    raise EverythingTouchedError("a query within an expression")
                yield self._among(node, wanted, place, query.name)

    def _among(self, node: _Select, wanted: Mapping[str, exp.Expr], condition: exp.In, name: str) -> str:
        """Rows that are in, or not in, what a query tells: those of which its changed rows speak."""
        [column] = self._query.columns_of(name)
        spoken_of = f'SELECT "{column}" FROM {self._rows(name, (column,))}'
        asked = self._joined(node, {**wanted, "asked_for": condition.this})
        listed = ", ".join(f'"{column}"' for column in wanted)
        return f"SELECT DISTINCT {listed} FROM ({asked}) AS one WHERE asked_for IN ({spoken_of})"

    def _without(self, node: _Select, wanted: Mapping[str, exp.Expr], source: _Source) -> Iterator[str]:
        """Where rows may find none of a source: the same of those that find a changed row and found none, or the other way."""
        later = node.sources[node.sources.index(source) + 1 :]
        uses = [*wanted.values(), *(on for other in later for on in other.on)]
        if not node.may_find_none_of(source) or not _asks_any(uses, source.alias):
            return
        keeping = [other for other in later if other.kind in ("RIGHT", "FULL")]
        is_next = keeping == later[:1] and _asks_any(wanted.values(), keeping[0].alias if keeping else "")
        if keeping and not (is_next and source is node.sources[0]):
            raise EverythingTouchedError(f"a join that keeps the rows that find none of {source.alias}")
        yield self._joined(node, wanted, source, is_without=True)

    def _joined(
        self,
        node: _Select,
        wanted: Mapping[str, exp.Expr],
        changed: _Source | None = None,
        *,
        is_without: bool = False,
    ) -> str:
        """The SELECT without what is not needed to tell `wanted`. Where a changed source is named: of its changed rows alone,
        or of what finds one of them, as if it had found none."""
        listed = _listed(wanted)
        asked = {column.table for expression in wanted.values() for column in expression.find_all(exp.Column)}
        if changed is not None and asked <= {changed.alias} and not is_without:
            columns = _used(changed.alias, wanted.values()) or self._any_columns(changed)
            return f"SELECT DISTINCT {listed} FROM {self._rows(changed.name, columns)} AS {changed.alias}"
        kept = asked | ({changed.alias} if changed is not None else set())
        conditions: dict[str, list[exp.Expr]] = {}
        for source in reversed(node.sources):
            if source.alias in kept or source is node.sources[0]:
                conditions[source.alias] = [on for on in source.on if self._may_stay(node, on, changed)]
                read = [*conditions[source.alias], *([source.expression] if source.expression is not None else ())]
                kept |= {column.table for on in read for column in on.find_all(exp.Column)} & node.by_alias.keys()
        where = [
            condition
            for condition in node.where
            if self._may_stay(node, condition, changed)
            and {column.table for column in condition.find_all(exp.Column)} <= conditions.keys()
            # Of a row that is there or not, nothing can be asked: what had none may have one.
            and not (changed is not None and node.may_find_none_of(changed) and _asks(condition, changed.alias))
        ]
        uses = [*wanted.values(), *where, *(on for source in conditions for on in conditions[source])]
        if changed is not None and not _asks_any(uses[len(wanted) :], changed.alias):
            raise EverythingTouchedError(f"nothing that is told of {changed.alias} says which rows it is part of")
        if any(
            source.kind in ("RIGHT", "FULL") and len(conditions.get(source.alias, ())) < len(source.on)
            for source in node.sources
        ):
            raise EverythingTouchedError("a join that keeps the rows of both sides, by what cannot be told")
        # What is joined to the left by less than it says may find rows that it does not have: then it may as well find none.
        doubtful = [
            source.alias
            for source in node.sources
            if source.kind == "LEFT"
            and source is not changed
            and len(conditions.get(source.alias, source.on)) < len(source.on)
        ]
        selects = []
        for nothing in _subsets([alias for alias in doubtful if _asks_any(uses, alias)]):
            found = {alias: [exp.false()] if alias in nothing else on for alias, on in conditions.items()}
            if changed is not None and is_without:
                joined = " ".join(self._joins_without(node, found, uses, changed))
            else:
                joined = " ".join(
                    self._join(node, source, found[source.alias], uses, changed)
                    for source in node.sources
                    if source.alias in found
                )
            selects.append(_select(f"DISTINCT {listed}", joined, where))
        return _UNION.join(selects)

    def _join(
        self,
        node: _Select,
        source: _Source,
        on: Sequence[exp.Expr],
        uses: Sequence[exp.Expr],
        changed: _Source | None,
        *,
        is_exact: bool = False,
    ) -> str:
        if source.expression is not None:
            relation = _text(source.expression)
        elif source is changed:
            columns = _used(source.alias, uses) or self._any_columns(source)
            relation = f"{self._rows(source.name, columns)} AS {source.alias}"
        else:
            relation = self._state(node, source, uses, changed, is_exact=is_exact)
        place = node.sources.index(source)
        if place == 0:
            return relation
        # Only rows that a changed row is part of; and of two sides that keep all their rows, the one that is asked for.
        kind = source.kind
        if source is changed:
            kind = "RIGHT" if kind == "FULL" else "INNER"
        elif kind == "FULL" and changed in node.sources[:place]:
            kind = "LEFT"
        return f"CROSS JOIN {relation}" if kind == "CROSS" else f"{kind} JOIN {relation} ON {_all(on) or 'TRUE'}"

    def _joins_without(
        self,
        node: _Select,
        conditions: Mapping[str, Sequence[exp.Expr]],
        uses: Sequence[exp.Expr],
        changed: _Source,
    ) -> Iterator[str]:
        """The joins, each row of which finds a changed row (under another alias) and is told as if it had not."""
        rows = self._rows(changed.name, _used(changed.alias, uses) or self._any_columns(changed))
        found, nothing = f"{changed.alias}_found", f"LEFT JOIN {rows} AS {changed.alias} ON FALSE"
        first, *others = (source for source in node.sources if source.alias in conditions)
        yield f"{rows} AS {found}" if first is changed else self._join(node, first, (), uses, changed)
        for place, source in enumerate(others):
            if source is changed or (first is changed and place == 0):
                relation = f"{rows} AS {found}" if source is changed else self._state(node, source, uses, changed)
                told = [_under(condition, changed.alias, found) for condition in conditions[source.alias]]
                yield f"INNER JOIN {relation} ON {_all(told) or 'TRUE'} {nothing}"
            else:
                yield self._join(node, source, conditions[source.alias], uses, changed)

    def _state(
        self,
        node: _Select,
        source: _Source,
        uses: Sequence[exp.Expr],
        changed: _Source | None,
        *,
        is_exact: bool = False,
    ) -> str:
        """A source as it is; beside changed rows, with those of its own rows that the change touches as they were."""
        columns = _used(source.alias, uses)
        is_now = self._as_it_is(source.name, columns, is_exact=is_exact or node.may_find_none_of(source))
        if changed is None or not columns or not self.is_touched(source.name):
            return f"{is_now} AS {source.alias}"
        listed = ", ".join(f'"{column}"' for column in columns)
        is_now, touched = (f"SELECT {listed} FROM {one}" for one in (is_now, self._rows(source.name, columns)))
        return f"({is_now} UNION ALL {touched}) AS {source.alias}"

    def _as_it_is(self, name: str, columns: Columns, *, is_exact: bool) -> str:
        """The name of the rows of a part, in these columns alone, without what does not tell them; perhaps of some more, unless
        it is asked which rows there are not."""
        if name not in self._query.nodes or not columns:
            return _relation(name)
        key = (name, columns, is_exact)
        if key not in self._known_now:
            node = self._query.nodes[name]
            if isinstance(node, _Union):
                told = self._union_as_it_is(node, columns, is_exact)
            else:
                told = self._select_as_it_is(node, columns, is_exact)
            known = name
            if told is not None:
                known = f"now_{len(self._now) + 1}"
                self._now[known] = told
            self._known_now[key] = known
        return self._known_now[key]

    def _union_as_it_is(self, node: _Union, columns: Columns, is_exact: bool) -> str | None:
        if not isinstance(node.operation, exp.Union):
            return None
        return " UNION ALL ".join(
            f"SELECT {listed} FROM {self._as_it_is(part, own, is_exact=is_exact)}"
            for part, own, listed in self._parts(node, columns)
        )

    def _select_as_it_is(self, node: _Select, columns: Columns, is_exact: bool) -> str | None:
        wanted = {column: node.columns[column] for column in columns}
        where = [condition for condition in node.where if self._may_stay(node, condition, None)]
        if (
            node.is_one_row
            or any(node.select.args.get(clause) is not None for clause in ("having", "qualify"))
            or not all(node.is_plain(expression) for expression in wanted.values())
            or any(source.kind in ("RIGHT", "FULL") for source in node.sources)
            or (is_exact and where != node.where)
        ):
            return None
        uses: list[exp.Expr] = [*wanted.values(), *where]
        kept: list[_Source] = []
        # A row stays that finds none of what is joined to its left; so of that nothing is asked unless it tells something.
        for source in reversed(node.sources):
            if source.kind != "LEFT" or _asks_any(uses, source.alias):
                if not all(self._may_stay(node, on, None) for on in source.on):
                    return None
                kept.insert(0, source)
                uses += [*source.on, *([source.expression] if source.expression is not None else ())]
        listed = _listed(wanted)
        joined = " ".join(self._join(node, source, source.on, uses, None, is_exact=is_exact) for source in kept)
        is_once = node.groups is not None or node.select.args.get("distinct") is not None
        return _select(f"DISTINCT {listed}" if is_once else listed, joined, where)

    def _may_stay(self, node: _Select, condition: exp.Expr, changed: _Source | None) -> bool:
        """Whether a condition can be asked of the changed rows, and of what they are joined to as it was and as it is."""
        if condition.find(exp.Query, exp.Window, exp.AggFunc) is not None:
            return False
        asked = [column for column in condition.find_all(exp.Column) if column.table in node.by_alias]
        # A rank is dear to tell, and which row of a partition has it changes with the others.
        if any(self._query.is_of_window(node.by_alias[column.table].name, column.name.lower()) for column in asked):
            return False
        return changed is None or all(self._is_told_of(node, column) for column in asked)

    def _is_told(self, node: _Select, expression: exp.Expr) -> bool:
        """Whether the changed rows alone say what an expression of a touched row is."""
        return node.is_plain(expression) and all(
            self._is_told_of(node, column)
            for column in expression.find_all(exp.Column)
            if column.table in node.by_alias
        )

    def _is_told_of(self, node: _Select, column: exp.Column) -> bool:
        name = node.by_alias[column.table].name
        return not name or not self.is_touched(name) or self._is_column_told(name, column.name.lower())

    def _is_column_told(self, name: str, column: str) -> bool:
        if name in self._changed:
            return True
        if (name, column) not in self._tellable:
            node = self._query.nodes[name]
            if isinstance(node, _Union):
                is_told = all(
                    self._is_column_told(part, own)
                    for part, own in self._aligned(node, column)
                    if self.is_touched(part)
                )
            else:
                is_told = column in node.columns and self._is_told(node, node.columns[column])
            self._tellable[name, column] = is_told
        return self._tellable[name, column]

    def _any_columns(self, source: _Source) -> Columns:
        """Of what is asked only whether it is there: a column that is told."""
        if source.name in self._changed:
            return ()
        for column in self._query.columns_of(source.name):
            if self._is_column_told(source.name, column):
                return (column,)
        raise EverythingTouchedError(f"nothing of {source.alias} is told")


_PART = re.compile(r"\b(?:part|now|touched)_\d+\b")
# Each row once: what one change touches in several ways is many times as much at the next join.
_UNION = " UNION "


def _listed(wanted: Mapping[str, exp.Expr]) -> str:
    return ", ".join(f'{_text(expression)} AS "{column}"' for column, expression in wanted.items())


def _select(listed: str, joined: str, where: Sequence[exp.Expr]) -> str:
    return f"SELECT {listed}" + (f" FROM {joined}" if joined else "") + (f" WHERE {_all(where)}" if where else "")


def _subsets(aliases: Sequence[str]) -> list[frozenset[str]]:
    if len(aliases) > 3:
        raise EverythingTouchedError(f"too much that may find nothing: {', '.join(aliases)}")
    return [frozenset(some) for size in range(len(aliases) + 1) for some in combinations(aliases, size)]


def _number(name: str) -> int:
    return int(name.rsplit("_", 1)[1])


def _text(expression: exp.Expr) -> str:
    """SQL of an expression, written once."""
    known = expression.meta.get("text")
    if known is None:
        known = expression.meta["text"] = expression.sql(dialect="duckdb")
    return str(known)


def _all(conditions: Sequence[exp.Expr]) -> str:
    return " AND ".join(f"({_text(condition)})" for condition in conditions)


def _relation(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))


def _used(alias: str, uses: Iterable[exp.Expr]) -> Columns:
    return tuple(
        dict.fromkeys(
            column.name.lower() for use in uses for column in use.find_all(exp.Column) if column.table == alias
        )
    )


def _under(condition: exp.Expr, alias: str, other: str) -> exp.Expr:
    """A condition that asks a source under another alias."""
    told = condition.transform(
        lambda part: exp.column(part.name, other) if isinstance(part, exp.Column) and part.table == alias else part
    )
    told.meta.pop("text", None)
    return told


def _asks_any(uses: Iterable[exp.Expr], alias: str) -> bool:
    return any(_asks(use, alias) for use in uses)


def _asks(condition: exp.Expr, alias: str) -> bool:
    return any(column.table == alias for column in condition.find_all(exp.Column))


def _ctes(query: exp.Expr) -> list[exp.CTE]:
    with_ = query.args.get("with_")
    return list(with_.expressions) if with_ is not None else []


def _conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    if condition is None:
        return []
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def _table(name: str, alias: str) -> exp.Expr:
    parts = [exp.to_identifier(part, quoted="." in name) for part in name.split(".")]
    table = exp.Table(this=parts[-1], db=parts[0] if len(parts) > 1 else None)
    return table.as_(alias, table=True) if alias else table


def _is_within(node: exp.Expr, outer: exp.Expr) -> bool:
    while node.parent is not None and node is not outer:
        node = node.parent
    return node is outer


def _own(select: exp.Expr, kinds: tuple[type[exp.Expr], ...], *, outside_windows: bool = False) -> Iterator[exp.Expr]:
    """Expressions of a SELECT, not of the queries within it nor of what it reads."""
    waiting = [child for key, child in _children(select) if key not in ("from_", "with_")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, kinds):
            yield node
        elif isinstance(node, exp.Join):
            waiting.extend(child for key, child in _children(node) if key == "on")
        elif not isinstance(node, exp.Query) and not (outside_windows and isinstance(node, exp.Window)):
            waiting.extend(child for _, child in _children(node))


def _children(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for key, value in node.args.items():
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, exp.Expr):
                yield key, child


def _partitions(select: exp.Select) -> Iterator[list[exp.Expr]]:
    """By what its windows look over rows, each once; and by what it keeps one row each of."""
    named = {window.name.lower(): window for window in select.args.get("windows") or ()}
    told = set()
    for window in _own(select, (exp.Window,)):
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
