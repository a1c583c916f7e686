"""Which rows of a query's result a change of one of its tables may touch, as SQL.

A model says by which columns its result is made anew (its unit: an order, an encounter, a facility and month). From the model's
own SQL follows a query of the units in which any row may differ when rows of the tables that it reads came, went or changed. It
tells too many rather than too few: what cannot be told from the changed rows alone is left out of the conditions.

Not here: reading SQL (query.py), what has changed since when, and who makes the rows anew (dbt_project/macros).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from sqlglot import exp

from changes.query import Columns, Flat, Select, Source, Union, UntoldError, all_of, asks, read, relation_of, text_of

# The changed rows of a table are in one of this name, before the table's schema and name.
CHANGED = "changed"


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
        query, root = read(sql, views, tables)
        return _Touch(query, frozenset(changed) & query.tables_of(root)).units(root, tuple(unit))
    except UntoldError:
        return None


class _Touch:
    """What changed rows of some tables touch, part by part."""

    def __init__(self, query: Flat, changed: frozenset[str]):
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
        listed = ", ".join(
            f"{name} AS {'MATERIALIZED' if name in self._touched else 'NOT MATERIALIZED'} ({text})"
            for name, text in self._query.needed(rows, {**self._now, **self._touched}).items()
        )
        return f"WITH {listed}"

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
            made = self._of_union(node, columns) if isinstance(node, Union) else self._of_select(node, columns)
            self._known[name, columns] = self._named(list(made))
        return self._known[name, columns]

    def _named(self, selects: Iterable[str]) -> str:
        rows = _UNION.join(selects)
        name = f"touched_{len(self._touched) + 1}"
        self._touched[name] = rows
        return name

    def _of_union(self, node: Union, columns: Columns) -> Iterator[str]:
        for part, own, listed in self._parts(node, columns):
            if self.is_touched(part):
                yield f"SELECT DISTINCT {listed} FROM {self._rows(part, own)}"

    def _parts(self, node: Union, columns: Columns) -> Iterator[tuple[str, Columns, str]]:
        """The parts of a union, each with what it calls some columns, and these under the union's names."""
        owns = {column: dict(self._query.aligned(node, column)) for column in columns}
        for part in node.parts:
            listed = ", ".join(f'"{owns[column][part]}" AS "{column}"' for column in columns)
            yield part, tuple(dict.fromkeys(owns[column][part] for column in columns)), listed

    def _of_select(self, node: Select, columns: Columns) -> Iterator[str]:
        wanted = {column: node.columns[column] for column in columns}
        if node.is_one_row:
            raise UntoldError("one row of everything")
        for column, expression in wanted.items():
            if not self._is_told(node, expression):
                raise UntoldError(f"{column} is not told by the changed rows")
        yield from self._branches(node, wanted)
        texts = {text_of(expression) for expression in wanted.values()}
        for partition in node.windows:
            if not texts <= {text_of(expression) for expression in partition}:
                yield self._mates(node, wanted, partition)

    def _mates(self, node: Select, wanted: Mapping[str, exp.Expr], partition: Sequence[exp.Expr]) -> str:
        """All rows of the partitions of a window in which a row is touched; where not all that parts them is told, of larger
        ones."""
        told = [expression for expression in partition if self._is_told(node, expression)]
        if not told:
            raise UntoldError("a window over what is not told by the changed rows")
        keys = {f"key_{place}": expression for place, expression in enumerate(told)}
        touched = self._named(self._branches(node, keys))
        listed = ", ".join(f'mate."{column}"' for column in wanted)
        same = " AND ".join(f"mate.{key} IS NOT DISTINCT FROM own.{key}" for key in keys)
        mates = self._joined(node, {**wanted, **keys})
        return f"SELECT DISTINCT {listed} FROM ({mates}) AS mate SEMI JOIN {touched} AS own ON {same}"

    def _branches(self, node: Select, wanted: Mapping[str, exp.Expr]) -> Iterator[str]:
        """For each place where the table is read: the rows that a changed row is part of."""
        for source in node.sources:
            if source.name and self.is_touched(source.name):
                yield self._joined(node, wanted, source)
                yield from self._without(node, wanted, source)
        for place, query in node.queries:
            if any(self.is_touched(name) for name in query.reads):
                if query.name is None or not isinstance(place, exp.In):
                    raise UntoldError("a query within an expression")
                yield self._among(node, wanted, place, query.name)

    def _among(self, node: Select, wanted: Mapping[str, exp.Expr], condition: exp.In, name: str) -> str:
        """Rows that are in, or not in, what a query tells: those of which its changed rows speak."""
        [column] = self._query.columns_of(name)
        spoken_of = f'SELECT "{column}" FROM {self._rows(name, (column,))}'
        asked = self._joined(node, {**wanted, "asked_for": condition.this})
        listed = ", ".join(f'"{column}"' for column in wanted)
        return f"SELECT DISTINCT {listed} FROM ({asked}) AS one WHERE asked_for IN ({spoken_of})"

    def _without(self, node: Select, wanted: Mapping[str, exp.Expr], source: Source) -> Iterator[str]:
        """Where rows may find none of a source: the same of those that find a changed row and found none, or the other way."""
        later = node.sources[node.sources.index(source) + 1 :]
        uses = [*wanted.values(), *(on for other in later for on in other.on)]
        if not node.may_find_none_of(source) or not _asks_any(uses, source.alias):
            return
        keeping = [other for other in later if other.kind in ("RIGHT", "FULL")]
        is_next = keeping == later[:1] and _asks_any(wanted.values(), keeping[0].alias if keeping else "")
        if keeping and not (is_next and source is node.sources[0]):
            raise UntoldError(f"a join that keeps the rows that find none of {source.alias}")
        yield self._joined(node, wanted, source, is_without=True)

    def _joined(
        self,
        node: Select,
        wanted: Mapping[str, exp.Expr],
        changed: Source | None = None,
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
            and not (changed is not None and node.may_find_none_of(changed) and asks(condition, changed.alias))
        ]
        uses = [*wanted.values(), *where, *(on for source in conditions for on in conditions[source])]
        if changed is not None and not _asks_any(uses[len(wanted) :], changed.alias):
            raise UntoldError(f"nothing that is told of {changed.alias} says which rows it is part of")
        if any(
            source.kind in ("RIGHT", "FULL") and len(conditions.get(source.alias, ())) < len(source.on)
            for source in node.sources
        ):
            raise UntoldError("a join that keeps the rows of both sides, by what cannot be told")
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
        node: Select,
        source: Source,
        on: Sequence[exp.Expr],
        uses: Sequence[exp.Expr],
        changed: Source | None,
        *,
        is_exact: bool = False,
    ) -> str:
        if source.expression is not None:
            relation = text_of(source.expression)
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
        return f"CROSS JOIN {relation}" if kind == "CROSS" else f"{kind} JOIN {relation} ON {all_of(on) or 'TRUE'}"

    def _joins_without(
        self,
        node: Select,
        conditions: Mapping[str, Sequence[exp.Expr]],
        uses: Sequence[exp.Expr],
        changed: Source,
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
                yield f"INNER JOIN {relation} ON {all_of(told) or 'TRUE'} {nothing}"
            else:
                yield self._join(node, source, conditions[source.alias], uses, changed)

    def _state(
        self,
        node: Select,
        source: Source,
        uses: Sequence[exp.Expr],
        changed: Source | None,
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
            return relation_of(name)
        key = (name, columns, is_exact)
        if key not in self._known_now:
            node = self._query.nodes[name]
            if isinstance(node, Union):
                told = self._union_as_it_is(node, columns, is_exact)
            else:
                told = self._select_as_it_is(node, columns, is_exact)
            known = name
            if told is not None:
                known = f"now_{len(self._now) + 1}"
                self._now[known] = told
            self._known_now[key] = known
        return self._known_now[key]

    def _union_as_it_is(self, node: Union, columns: Columns, is_exact: bool) -> str | None:
        if not isinstance(node.operation, exp.Union):
            return None
        return " UNION ALL ".join(
            f"SELECT {listed} FROM {self._as_it_is(part, own, is_exact=is_exact)}"
            for part, own, listed in self._parts(node, columns)
        )

    def _select_as_it_is(self, node: Select, columns: Columns, is_exact: bool) -> str | None:
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
        kept: list[Source] = []
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

    def _may_stay(self, node: Select, condition: exp.Expr, changed: Source | None) -> bool:
        """Whether a condition can be asked of the changed rows, and of what they are joined to as it was and as it is."""
        if condition.find(exp.Query, exp.Window, exp.AggFunc) is not None:
            return False
        asked = [column for column in condition.find_all(exp.Column) if column.table in node.by_alias]
        # A rank is dear to tell, and which row of a partition has it changes with the others.
        if any(self._query.is_of_window(node.by_alias[column.table].name, column.name.lower()) for column in asked):
            return False
        return changed is None or all(self._is_told_of(node, column) for column in asked)

    def _is_told(self, node: Select, expression: exp.Expr) -> bool:
        """Whether the changed rows alone say what an expression of a touched row is."""
        return node.is_plain(expression) and all(
            self._is_told_of(node, column)
            for column in expression.find_all(exp.Column)
            if column.table in node.by_alias
        )

    def _is_told_of(self, node: Select, column: exp.Column) -> bool:
        name = node.by_alias[column.table].name
        return not name or not self.is_touched(name) or self._is_column_told(name, column.name.lower())

    def _is_column_told(self, name: str, column: str) -> bool:
        if name in self._changed:
            return True
        if (name, column) not in self._tellable:
            node = self._query.nodes[name]
            if isinstance(node, Union):
                is_told = all(
                    self._is_column_told(part, own)
                    for part, own in self._query.aligned(node, column)
                    if self.is_touched(part)
                )
            else:
                is_told = column in node.columns and self._is_told(node, node.columns[column])
            self._tellable[name, column] = is_told
        return self._tellable[name, column]

    def _any_columns(self, source: Source) -> Columns:
        """Of what is asked only whether it is there: a column that is told."""
        if source.name in self._changed:
            return ()
        for column in self._query.columns_of(source.name):
            if self._is_column_told(source.name, column):
                return (column,)
        raise UntoldError(f"nothing of {source.alias} is told")


# Each row once: what one change touches in several ways is many times as much at the next join.
_UNION = " UNION "


def _listed(wanted: Mapping[str, exp.Expr]) -> str:
    return ", ".join(f'{text_of(expression)} AS "{column}"' for column, expression in wanted.items())


def _select(listed: str, joined: str, where: Sequence[exp.Expr]) -> str:
    return f"SELECT {listed}" + (f" FROM {joined}" if joined else "") + (f" WHERE {all_of(where)}" if where else "")


def _subsets(aliases: Sequence[str]) -> list[frozenset[str]]:
    if len(aliases) > 3:
        raise UntoldError(f"too much that may find nothing: {', '.join(aliases)}")
    return [frozenset(some) for size in range(len(aliases) + 1) for some in combinations(aliases, size)]


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
    return any(asks(use, alias) for use in uses)
