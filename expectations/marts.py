"""What is expected of published tables: as many rows as the last build had, distributions that make sense, and that
systems agree with each other.

Not here: keys, references, accepted values, row-level rules (dbt tests), money ties within one table (dbt tests).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from expectations.suite import Expectation, Suite, between

Place = tuple[str, str]

# A mart that loses a tenth of its rows between two builds has lost a source, not business.
LEAST_SHARE_OF_LAST_BUILD = 0.9


@dataclass(frozen=True)
class Measure:
    """One number about a table: `sql` is an expression over the whole table, with what is expected of it."""

    sql: str
    expectation: Expectation
    needs: tuple[Place, ...] = ()

    @property
    def column(self) -> str:
        return str(self.expectation.arguments["column"])


MEASURES: Mapping[Place, tuple[Measure, ...]] = {}


def mart_suites(places: Iterable[Place], last_build_rows: Mapping[Place, int]) -> list[Suite]:
    """One suite for each published table. `last_build_rows`: rows of the build that readers have now; a table not in
    it has no baseline yet."""
    return [_suite(place, last_build_rows.get(place, 0)) for place in places]


def _suite(place: Place, last_rows: int) -> Suite:
    least = int(last_rows * LEAST_SHARE_OF_LAST_BUILD)
    baseline = between("row_count", least, None, "critical", f"the last build had {last_rows} rows, this one too few")
    measures = (Measure("count(*)", baseline), *MEASURES.get(place, ()))
    columns = ", ".join(f"{measure.sql} AS {measure.column}" for measure in measures)
    return Suite(
        place=place,
        name="expectations",
        description="Rows against the last published build, distributions, agreement between systems.",
        query=f"SELECT {columns} FROM {place[0]}.{place[1]}",
        expectations=tuple(measure.expectation for measure in measures),
        needs=tuple(place for measure in measures for place in measure.needs),
    )
