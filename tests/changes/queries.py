"""Queries over small tables: some written in ways that models have, others made by chance."""

import random

import duckdb

TABLES = {
    "s.head": ["doc", "supplier", "status"],
    "s.line": ["doc", "line_no", "item", "qty"],
    "s.plan": ["doc", "due"],
    "x.item": ["item", "item_key", "class"],
    "x.mirror": ["supplier"],
}
VIEWS = {
    "c.feed": """
        with first_plan as (select doc, min(due) as due from s.plan group by doc)
        select line.doc, line.doc || '|' || line.line_no as pk, line.item, line.qty, head.supplier, first_plan.due
        from s.line as line
        inner join s.head as head on line.doc = head.doc
        left join first_plan on line.doc = first_plan.doc
        where head.status <> 2"""
}
# By name: what a model reads in ways that models have, and its unit.
QUERIES = {
    "a line looks its item up": (
        "pk",
        """select line.pk, line.qty, coalesce(item.item_key, -1) as item_key
        from c.feed as line left join x.item as item on line.item = item.item""",
    ),
    "the first of a document": (
        "pk",
        """with ranked as (
            select line.*, row_number() over (partition by doc order by due, pk, item, qty) as place from c.feed as line
        )
        select pk, doc, item from ranked where place = 1""",
    ),
    "what others are left out for": (
        "doc",
        "select doc, supplier from s.head as head where supplier not in (select mirror.supplier from x.mirror as mirror)",
    ),
    "sums of a group, and who has more": (
        "doc",
        """with sums as (select doc, sum(qty) as qty from s.line group by doc)
        select head.doc, sums.qty from s.head as head left join sums on head.doc = sums.doc
        where sums.qty is null or sums.qty > 3""",
    ),
    "one table twice, and a share of a whole": (
        "item",
        """with used as (select item, doc, sum(qty) as qty from s.line group by item, doc)
        select used.item, used.doc, used.qty, sum(used.qty) over (partition by used.item) as whole, twin.qty as other
        from used left join used as twin on used.doc = twin.doc and used.item < twin.item""",
    ),
    "the second of a document, where there is one": (
        "who",
        """with ranked as (
            select line.*, row_number() over (partition by doc order by item, line_no, qty) as place from s.line as line
        )
        select head.doc, head.status, coalesce(ranked.item, head.supplier) as who
        from s.head as head left join ranked on head.doc = ranked.doc and ranked.place = 2""",
    ),
    "what either side has, with or without the other": (
        "who",
        """with kept as (
            select doc, supplier from s.head
            where supplier not in (select mirror.supplier from x.mirror as mirror where mirror.supplier is not null)
        )
        select coalesce(kept.supplier, plan.due) as who, plan.doc
        from kept full join s.plan as plan on kept.doc = plan.doc""",
    ),
    "either of two": (
        "doc",
        """select doc, 'line' as kind, qty as figure from s.line where qty > 1
        union all
        select head.doc, 'item' as kind, item.class from s.head as head
        inner join s.line as line on head.doc = line.doc inner join x.item as item on line.item = item.item""",
    ),
}


def filled(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> None:
    for schema in ("s", "x", "c"):
        connection.execute(f"CREATE SCHEMA {schema}")
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{column} INTEGER' for column in columns)})")
        for _ in range(chance.randrange(5, 25)):
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join(str(value(chance)) for _ in columns)})")
    for view, sql in VIEWS.items():
        connection.execute(f"CREATE VIEW {view} AS {sql}")


def value(chance: random.Random) -> int | str:
    return "NULL" if chance.random() < 0.05 else chance.randrange(6)


class Queries:
    """SELECTs by chance: joins of all kinds, conditions, groups, windows, unions, queries within queries."""

    def __init__(self, chance: random.Random):
        self._chance = chance

    def query(self, depth: int) -> tuple[str, list[str]]:
        """SQL, and the names of its columns."""
        kind = (
            self._chance.choice(["plain", "plain", "grouped", "first", "ranked", "distinct", "union"])
            if depth
            else "plain"
        )
        if kind == "union":
            (left, columns), (right, others) = self.query(depth - 1), self.query(depth - 1)
            width = min(len(columns), len(others))
            told = ", ".join(columns[:width])
            return (
                f"select {told} from ({left}) as one union all "
                f"select {', '.join(others[:width])} from ({right}) as two", columns[:width]
            )  # fmt: skip
        source, columns = self._joined(depth)
        where = f" where {self._condition(columns)}" if self._chance.random() < 0.5 else ""
        told = [self._value(columns) for _ in range(self._chance.randrange(1, 4))]
        names = [f"c{place}" for place in range(len(told))]
        listed = ", ".join(f"{value} as {name}" for value, name in zip(told, names, strict=True))
        if kind == "grouped":
            figure = self._chance.choice(["sum", "min", "count"])
            groups = ", ".join(told)
            return f"select {listed}, {figure}({self._column(columns)}) as figure from {source}{where} group by {groups}", [
                *names, "figure",
            ]  # fmt: skip
        if kind in ("first", "ranked"):
            over = f"partition by {self._value(columns)} order by {', '.join(columns)}"
            ranked = f"select {listed}, row_number() over ({over}) as place from {source}{where}"
            if kind == "ranked":
                return ranked, [*names, "place"]
            return f"with ranked as ({ranked}) select {', '.join(names)} from ranked where place = 1", names
        return f"select {'distinct ' if kind == 'distinct' else ''}{listed} from {source}{where}", names

    def _joined(self, depth: int) -> tuple[str, list[str]]:
        text, columns = self._relation("t0", depth)
        for place in range(1, self._chance.choice([1, 2, 2, 3])):
            kind = self._chance.choice(["inner", "inner", "left", "left", *(["full"] if place == 1 else [])])
            other, others = self._relation(f"t{place}", depth)
            on = f"{self._value(columns)} = {self._column(others)}"
            if self._chance.random() < 0.3:
                on += f" and {self._plain_condition(others)}"
            text, columns = f"{text} {kind} join {other} on {on}", columns + others
        return text, columns

    def _relation(self, alias: str, depth: int) -> tuple[str, list[str]]:
        if depth and self._chance.random() < 0.5:
            query, columns = self.query(depth - 1)
            return f"({query}) as {alias}", [f"{alias}.{column}" for column in columns]
        table = self._chance.choice(list(TABLES))
        return f"{table} as {alias}", [f"{alias}.{column}" for column in TABLES[table]]

    def _column(self, columns: list[str]) -> str:
        return self._chance.choice(columns)

    def _value(self, columns: list[str]) -> str:
        one, other = self._column(columns), self._column(columns)
        return self._chance.choice(
            [one, one, one, f"coalesce({one}, {other})", f"case when {one} > 2 then {other} end"]
        )

    def _plain_condition(self, columns: list[str]) -> str:
        one, other = self._column(columns), self._column(columns)
        return self._chance.choice([f"{one} > 1", f"{one} <> {other}", f"{one} is null", f"{one} is not null"])

    def _condition(self, columns: list[str]) -> str:
        if self._chance.random() < 0.7:
            return self._plain_condition(columns)
        among, named = self._chance.choice(["in", "not in"]), "select near.supplier from x.mirror as near"
        return f"{self._column(columns)} {among} ({named} where near.supplier is not null)"
