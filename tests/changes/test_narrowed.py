"""A query that makes some units alone makes them as they are in the whole result."""

import random
from collections import Counter
from collections.abc import Sequence

import duckdb
import pytest

from changes.narrowed import narrowed
from tests.changes.queries import QUERIES, TABLES, VIEWS, Queries, filled, value


def _differing(sql: str, unit: Sequence[str], chance: random.Random) -> tuple[Counter[str], int] | None:
    """Of units by chance: rows that the whole result has and the narrowed one has not, or the other way; how many fewer rows it
    tells. None where it is not narrowed."""
    query = narrowed(sql, unit, VIEWS, TABLES)
    if query is None:
        return None
    with duckdb.connect() as connection:
        filled(connection, chance)
        listed = ", ".join(unit)
        connection.execute(
            f"CREATE TEMP TABLE touched AS SELECT DISTINCT {listed} FROM ({sql}) ORDER BY hash({listed}) LIMIT 2"
        )
        if chance.random() < 0.5:
            connection.execute(f"INSERT INTO touched VALUES ({', '.join(str(value(chance)) for _ in unit)})")
        asked = " AND ".join(f"row_of.{column} IS NOT DISTINCT FROM touched.{column}" for column in unit)

        def rows(of: str) -> Counter[str]:
            found = connection.execute(
                f"SELECT CAST(row_of AS VARCHAR) FROM ({of}) AS row_of SEMI JOIN touched ON {asked}"
            ).fetchall()
            return Counter(text for (text,) in found)

        whole, made = rows(sql), rows(query)
        counts = [connection.execute(f"SELECT count(*) FROM ({of})").fetchall()[0][0] for of in (sql, query)]
    return (whole - made) + (made - whole), counts[0] - counts[1]


@pytest.mark.parametrize("name", QUERIES)
def test_a_unit_made_alone_is_as_in_the_whole(name: str) -> None:
    unit, sql = QUERIES[name]
    left_out = 0
    for seed in range(60):
        found = _differing(sql, [unit], random.Random(seed))
        assert found is not None
        assert not found[0], f"seed {seed}: {found[0]}"
        left_out += found[1]
    assert left_out > 0


def test_units_of_queries_by_chance_are_as_in_the_whole() -> None:
    told = left_out = 0
    for seed in range(400):
        chance = random.Random(seed)
        sql, columns = Queries(chance).query(2)
        found = _differing(sql, columns[: chance.choice([1, 1, 2])], chance)
        if found is not None:
            assert not found[0], f"seed {seed}: {found[0]} of {sql}"
            told, left_out = told + 1, left_out + found[1]
    assert told > 150, "most queries can be narrowed"
    assert left_out > 1000, "a narrowed query leaves rows out"
