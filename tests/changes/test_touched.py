"""Whatever changes in the tables that a query reads, rows of units that are not told as touched stay as they are."""

import random
from collections.abc import Iterator, Mapping

import duckdb
import pytest

from changes.query import columns_read
from changes.touched import touched_units
from tests.changes.queries import QUERIES, TABLES, VIEWS, Queries, filled, value


def _changed(connection: duckdb.DuckDBPyConnection, chance: random.Random) -> Iterator[str]:
    """Takes rows away and adds some, in tables by chance; keeps as `changed_<table>` what the net of it is."""
    for table, columns in TABLES.items():
        if chance.random() < 0.5:
            continue
        connection.execute(f"CREATE OR REPLACE TEMP TABLE before AS FROM {table}")
        gone = f"SELECT rowid FROM {table} ORDER BY hash(rowid + {chance.randrange(99)}) LIMIT 2"
        connection.execute(f"DELETE FROM {table} WHERE rowid IN ({gone})")
        for _ in range(chance.randrange(3)):
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join(str(value(chance)) for _ in columns)})")
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE changed_{table.replace('.', '__')} AS "
            f"(FROM before EXCEPT ALL FROM {table}) UNION ALL (FROM {table} EXCEPT ALL FROM before)"
        )
        yield table


def _by_unit(connection: duckdb.DuckDBPyConnection, sql: str, unit: str) -> Mapping[object, list[str]]:
    rows: dict[object, list[str]] = {}
    for key, text in connection.execute(f"SELECT {unit}, CAST(row_of AS VARCHAR) FROM ({sql}) AS row_of").fetchall():
        rows.setdefault(key, []).append(text)
    return {key: sorted(texts) for key, texts in rows.items()}


def _missed(sql: str, unit: str, chance: random.Random) -> tuple[set[object], int] | None:
    """Of a change by chance: units that differ and are not told, and how many are not touched; None where all may be."""
    with duckdb.connect() as connection:
        filled(connection, chance)
        before = _by_unit(connection, sql, unit)
        changed = list(_changed(connection, chance))
        after = _by_unit(connection, sql, unit)
        touched = set()
        if not columns_read(sql, VIEWS, TABLES).keys().isdisjoint(changed):
            query = touched_units(sql, [unit], changed, VIEWS, TABLES)
            if query is None:
                return None
            touched = {key for (key,) in connection.execute(query).fetchall()}
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return differing - touched, len((before.keys() | after.keys()) - touched)


@pytest.mark.parametrize("name", QUERIES)
def test_what_is_not_touched_stays(name: str) -> None:
    unit, sql = QUERIES[name]
    untouched = 0
    for seed in range(60):
        found = _missed(sql, unit, random.Random(seed))
        assert found is not None
        assert not found[0], f"seed {seed}: {found[0]}"
        untouched += found[1]
    assert untouched > 0  # or else everything were always touched


def test_nothing_that_differs_is_missed_of_queries_by_chance() -> None:
    told = untouched = 0
    for seed in range(400):
        chance = random.Random(seed)
        sql, columns = Queries(chance).query(2)
        found = _missed(sql, columns[0], chance)
        if found is not None:
            assert not found[0], f"seed {seed}: {found[0]} of {sql}"
            told, untouched = told + 1, untouched + found[1]
    assert told > 150, "most queries are of those that can be told"
    assert untouched > 300, "not everything is always touched"


def test_columns_that_are_not_asked_are_no_change() -> None:
    _, sql = QUERIES["a line looks its item up"]
    assert columns_read(sql, VIEWS, TABLES) == {
        "s.head": ["doc", "status"],
        "s.line": ["doc", "item", "line_no", "qty"],
        "s.plan": ["doc"],
        "x.item": ["item", "item_key"],
    }


def test_a_sum_of_everything_is_touched_by_anything() -> None:
    assert touched_units("select count(*) as n, 1 as one from s.line", ["one"], ["s.line"], VIEWS, TABLES) is None


def test_which_rows_of_two_sides_find_none_by_a_rank_is_not_told() -> None:
    sql = """
        with ranked as (select line.*, row_number() over (partition by doc order by item, line_no) as place from s.line as line)
        select coalesce(ranked.item, head.supplier) as who
        from ranked full join s.head as head on ranked.doc = head.doc and ranked.place = 2"""
    assert touched_units(sql, ["who"], ["s.line"], VIEWS, TABLES) is None
