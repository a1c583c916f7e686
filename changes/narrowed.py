"""A query that makes some units of its result alone, as SQL.

To make a result and leave most of it out costs what making all of it costs: an engine hands a condition on the result no
further down than the next window or outer join. Here it is handed to every table that it says anything of: through groups and
windows that are of one unit each, through unions, to both sides of a join by what is equal.

Not here: reading SQL (query.py), which units are asked for (touched.py).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeGuard

from sqlglot import exp

from changes.query import (
    NAME,
    Columns,
    Flat,
    Select,
    Source,
    Union,
    UntoldError,
    asks,
    read,
    relation_of,
    table_as,
    text_of,
)

# The table of the units that are asked for, in columns of their names.
UNITS = "touched"


class _Asked(NamedTuple):
    """Rows of which some columns are, together, a row of `relation` in its columns `keys`."""

    columns: Columns
    relation: str
    keys: Columns


class _Key(NamedTuple):
    relation: str
    key: str


def narrowed(
    sql: str, unit: Sequence[str], views: Mapping[str, str], tables: Mapping[str, Sequence[str]]
) -> str | None:
    """The query of at least those rows of a result that are of units in the table `touched`, each as it is in the whole result;
    None where it would read no less. Of rows of other units it may tell some, and not as they are: the condition is still to be
    asked. `views` are read through: SQL by `schema.name`. `tables` are the columns of all others."""
    try:
        query, root = read(sql, views, tables)
    except UntoldError:
        return None
    narrow = _Narrow(query)
    rows = narrow.rows(root, _Asked(tuple(unit), UNITS, tuple(unit)))
    return None if rows == root else narrow.sql(rows)


class _Narrow:
    """Parts of a query, each with what is asked of it."""

    def __init__(self, query: Flat):
        self._query = query
        self._made: dict[str, str] = {}
        self._known: dict[tuple[str, _Asked], str] = {}

    def sql(self, rows: str) -> str:
        texts = self._query.needed(rows, self._made)
        reads = Counter(name for text in texts.values() for name in NAME.findall(text))
        listed = ", ".join(
            f"{name} AS {'MATERIALIZED ' if name in self._made and reads[name] > 1 else ''}({text})"
            for name, text in texts.items()
        )
        return f"WITH {listed} SELECT * FROM {rows}"

    def rows(self, name: str, asked: _Asked) -> str:
        """What is read instead of a part or table, where so much is asked of it; itself, where that leaves nothing out."""
        if (name, asked) not in self._known:
            node = self._query.nodes.get(name)
            if node is None:
                made: str | None = _of_table(name, asked)
            elif isinstance(node, Union):
                made = self._of_union(node, asked)
            else:
                made = self._of_select(node, asked)
            self._known[name, asked] = name if made is None else self._named("narrowed", made)
        return self._known[name, asked]

    def _named(self, kind: str, sql: str) -> str:
        name = f"{kind}_{len(self._made) + 1}"
        self._made[name] = sql
        return name

    def _of_union(self, node: Union, asked: _Asked) -> str | None:
        if len({len(self._query.columns_of(part)) for part in node.parts}) > 1:
            return None
        owns = [dict(self._query.aligned(node, column)) for column in asked.columns]
        parts = [self.rows(part, asked._replace(columns=tuple(own[part] for own in owns))) for part in node.parts]
        return None if parts == node.parts else node.of(parts)

    def _of_select(self, node: Select, asked: _Asked) -> str | None:
        sought = {
            text_of(node.columns[column]): (node.columns[column], _Key(asked.relation, key))
            for column, key in zip(asked.columns, asked.keys, strict=True)
            if _is_of_unit(node, node.columns[column])
        }
        if node.is_one_row or not sought or not node.sources:
            return None
        relations = self._narrowed_sources(node, [*sought.values()])
        select = node.select.copy()
        places = [select.args["from_"], *(select.args.get("joins") or ())]
        for source, place in zip(node.sources, places, strict=True):
            if source.alias in relations:
                place.set("this", table_as(relations[source.alias], source.alias))
        if any(
            not join.args.get("kind") and not join.args.get("side") and not join.args.get("on") for join in places[1:]
        ):
            return select.sql(dialect="duckdb") if relations else None
        told = [
            exp.NullSafeEQ(this=told.copy(), expression=exp.column(key.key, _ASKED)) for told, key in sought.values()
        ]
        select.append(
            "joins", exp.Join(this=table_as(asked.relation, _ASKED), kind="SEMI", on=exp.and_(*told, copy=False))
        )
        return str(select.sql(dialect="duckdb"))

    def _narrowed_sources(self, node: Select, sought: Sequence[tuple[exp.Expr, _Key]]) -> dict[str, str]:
        """By alias, what is read instead of a source of which less than all is asked."""
        made: dict[str, str] = {}
        known = {text_of(expression): key for expression, key in sought}
        if any(source.kind in ("RIGHT", "FULL") for source in node.sources):
            for source, column, key in _of_both_sides(node, known):
                self._narrow_source(source, [(column.name.lower(), key)], made)
            return made
        equal, before = [*_equal(node)], -1
        # What is equal to what is asked for is asked for.
        while before != len(known):
            before = len(known)
            for _, column, other in equal:
                if text_of(other) in known:
                    known.setdefault(text_of(column), known[text_of(other)])
        for source in node.sources:
            self._narrow_source(source, [*_told_of(source, node, equal, known)], made)
            told = [(expression, key) for expression, key in sought if _is_of(expression, source)]
            if told and source.name:
                rows = relation_of(made.get(source.alias, source.name))
                made[source.alias] = self._named("narrowed", _semi_join(rows, source.alias, told))
        for source in node.sources:
            if source.alias not in made and self._is_dear(source.name):
                self._narrow_by_others(source, equal, made)
        return made

    def _narrow_source(self, source: Source, told: Sequence[tuple[str, _Key]], made: dict[str, str]) -> None:
        """Asks of a source what is told of its columns, as far as it is of one relation."""
        of_one = {column: key for column, key in told if key.relation == told[0][1].relation}
        if source.name and of_one:
            asked = _Asked(tuple(of_one), told[0][1].relation, tuple(key.key for key in of_one.values()))
            rows = self.rows(source.name, asked)
            if rows != source.name:
                made[source.alias] = rows

    def _narrow_by_others(
        self, source: Source, equal: Sequence[tuple[Source, exp.Column, exp.Expr]], made: dict[str, str]
    ) -> None:
        """Asks of a source no more than what it is joined to finds of it."""
        by_other: dict[str, dict[str, exp.Column]] = {}
        for one, column, other in equal:
            if one is source and isinstance(other, exp.Column) and other.table in made:
                by_other.setdefault(other.table, {})[column.name.lower()] = other
        if by_other:
            alias, columns = max(by_other.items(), key=lambda found: len(found[1]))
            keys = {name: f"key_{place}" for place, name in enumerate(columns)}
            listed = ", ".join(f'{text_of(columns[name])} AS "{key}"' for name, key in keys.items())
            relation = self._named("sought", f"SELECT DISTINCT {listed} FROM {made[alias]} AS {alias}")
            self._narrow_source(source, [(name, _Key(relation, key)) for name, key in keys.items()], made)

    def _is_dear(self, name: str) -> bool:
        """Whether a part costs more than reading a table."""
        node = self._query.nodes.get(name)
        if node is None:
            return False
        if isinstance(node, Union):
            return any(self._is_dear(part) for part in node.parts)
        is_gathered = node.groups is not None or bool(node.windows) or node.select.args.get("distinct") is not None
        return is_gathered or len(node.sources) > 1 or any(self._is_dear(source.name) for source in node.sources)


_ASKED = "asked_for"


def _of_table(name: str, asked: _Asked) -> str | None:
    if not name:
        return None
    keys = (_Key(asked.relation, key) for key in asked.keys)
    told = [(exp.column(column, "own", quoted=True), key) for column, key in zip(asked.columns, keys, strict=True)]
    return _semi_join(relation_of(name), "own", told)


def _semi_join(rows: str, alias: str, told: Sequence[tuple[exp.Expr, _Key]]) -> str:
    """Rows of which some expressions are, together, a row of what is asked for."""
    same = " AND ".join(f"{text_of(expression)} IS NOT DISTINCT FROM {_ASKED}.{key.key}" for expression, key in told)
    return f"SELECT {alias}.* FROM {rows} AS {alias} SEMI JOIN {told[0][1].relation} AS {_ASKED} ON {same}"


def _is_of(expression: exp.Expr, source: Source) -> bool:
    """Whether an expression is told by the rows of a source alone, every one of which is in the result by itself."""
    asked = {column.table for column in expression.find_all(exp.Column)}
    return asked == {source.alias} and source.kind != "LEFT" and not isinstance(expression, exp.Column)


def _is_of_unit(node: Select, expression: exp.Expr) -> bool:
    """Whether rows of other values of an expression tell nothing of a row: no window looks over several of them."""
    text = text_of(expression)
    return node.is_plain(expression) and all(
        any(text == text_of(key) for key in partition) for partition in node.windows
    )


def _equal(node: Select) -> Iterator[tuple[Source, exp.Column, exp.Expr]]:
    """Of a source, a column, and what it is equal to in every row of it that is joined to anything."""
    everywhere = [*node.where, *(on for source in node.sources if source.kind == "INNER" for on in source.on)]
    for source in node.sources:
        for column, other in _equalities(source.on if source.kind == "LEFT" else everywhere):
            if _is_column_of(column, source) and not asks(other, source.alias) and not other.find(exp.Query):
                yield source, column, other


def _equalities(conditions: Iterable[exp.Expr]) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """What is equal to what, by conditions that all hold; each way round."""
    for condition in (one.unnest() for one in conditions):
        if isinstance(condition, exp.EQ):
            left, right = condition.this.unnest(), condition.expression.unnest()
            yield from ((left, right), (right, left))


def _of_both_sides(node: Select, known: Mapping[str, _Key]) -> Iterator[tuple[Source, exp.Column, _Key]]:
    """Of two sides that keep all their rows: the columns by which they are joined, where what either has is asked for."""
    second, *others = node.sources[1:]
    if second.kind != "FULL" or any(source.kind in ("RIGHT", "FULL") for source in others):
        return
    for one, other in _equalities(second.on):
        key = known.get(f"COALESCE({text_of(one)}, {text_of(other)})")
        if key is not None:
            yield from (
                (source, column, key)
                for source in (node.sources[0], second)
                for column in (one, other)
                if _is_column_of(column, source)
            )


def _told_of(
    source: Source, node: Select, equal: Sequence[tuple[Source, exp.Column, exp.Expr]], known: Mapping[str, _Key]
) -> Iterator[tuple[str, _Key]]:
    """What is asked of a source's columns. Of one that may be found none of, only what it is joined by: what then finds none is
    of a unit that is not asked for, whatever else it says."""
    for one, column, other in equal:
        if one is source and text_of(other) in known:
            yield column.name.lower(), known[text_of(other)]
    if source.kind != "LEFT":
        for expression in node.columns.values():
            if _is_column_of(expression, source) and text_of(expression) in known:
                yield expression.name.lower(), known[text_of(expression)]


def _is_column_of(expression: exp.Expr, source: Source) -> TypeGuard[exp.Column]:
    return isinstance(expression, exp.Column) and expression.table == source.alias
