"""What is expected of published tables: as many rows as the last build had, distributions that make sense, and that
systems agree with each other.

Not here: keys, references, accepted values, row-level rules (dbt tests), money ties within one table (dbt tests).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from expectations.suite import Expectation, Severity, Suite, between

Place = tuple[str, str]

# A mart that loses a tenth of its rows between two builds has lost a source, not business.
LEAST_SHARE_OF_LAST_BUILD = 0.9
# Of a short table a tenth is a row or two, and those come and go.
ENOUGH_ROWS = 50
# An exception that was resolved is gone: few of them is good news.
SHRINKS_BY_NATURE = {("mart_procurement", "mart_invoice_line_exception")}


@dataclass(frozen=True)
class Measure:
    """One number about a table: `sql` is an expression over the whole table, with what is expected of it."""

    sql: str
    expectation: Expectation

    @property
    def column(self) -> str:
        return str(self.expectation.arguments["column"])


def share(condition: str, weight: str = "1") -> str:
    """SQL of the weight of rows that meet a condition, over the weight of all: 0 to 1, and 0 of nothing. A measure of
    health, not money: it may be a floating number."""
    return f"coalesce((sum({weight}) FILTER (WHERE {condition}))::DOUBLE / nullif(sum({weight}), 0)::DOUBLE, 0)"


def at_most(column: str, sql: str, most: float, severity: Severity, because: str) -> Measure:
    return Measure(sql, between(column, 0, most, severity, because))


THREE_WAY_MATCH = ("mart_procurement", "mart_three_way_match")
SPEND_CUBE = ("mart_procurement", "mart_spend_cube")
CONSUMPTION = ("restricted", "fct_consumption_line")

MEASURES: Mapping[Place, tuple[Measure, ...]] = {
    THREE_WAY_MATCH: (
        at_most(
            "exception_share",
            share("match_status = 'EXCEPTION'"),
            0.6,
            "warning",
            # Published averages are near 23 %, so this is no target: it is the mark of a feed that is missing.
            "most lines are exceptions: receipts or orders are missing, or a unit changed",
        ),
        at_most(
            "receipt_missing_share",
            share("primary_exception_code = 'RECEIPT_MISSING'"),
            0.5,
            "critical",
            "half of all invoice lines lack a receipt: receipts were not loaded",
        ),
        at_most(
            "unknown_supplier_share",
            share("supplier_key = '-1'", "abs(functional_amount)"),
            0.01,
            "critical",
            "more than 1 % of the money has no supplier",
        ),
    ),
    SPEND_CUBE: (
        at_most(
            "unknown_supplier_share",
            share("supplier_key = '-1'", "abs(spend_net_amount)"),
            0.01,
            "critical",
            "more than 1 % of spend has no supplier",
        ),
        at_most(
            "unclassified_share",
            share("NOT is_classified", "abs(spend_net_amount)"),
            0.5,
            "warning",
            "most spend has no category: map more of dbt_project/seeds/map_item_class.csv",
        ),
        at_most(
            "posted_in_the_future",
            "count(*) FILTER (WHERE posting_date > current_date + 31)",
            0,
            "warning",
            "invoices are posted more than a month ahead",
        ),
    ),
    # Two systems agree: what the EHR says was used is an item that purchasing knows.
    CONSUMPTION: (
        at_most(
            "used_item_unknown_to_purchasing_share",
            share("item_key = '-1'"),
            0.5,
            "warning",
            "most of what was used is no item of the ERP: item codes of EHR and ERP do not meet",
        ),
    ),
}


def mart_suites(places: Iterable[Place], last_build_rows: Mapping[Place, int]) -> list[Suite]:
    """One suite for each published table. `last_build_rows`: rows of the build that readers have now; a table not in
    it has no baseline yet."""
    return [_suite(place, last_build_rows.get(place, 0)) for place in places]


def _suite(place: Place, last_rows: int) -> Suite:
    has_baseline = last_rows >= ENOUGH_ROWS and place not in SHRINKS_BY_NATURE
    least = last_rows * LEAST_SHARE_OF_LAST_BUILD if has_baseline else 0
    baseline = between("row_count", least, None, "critical", f"the last build had {last_rows} rows, this one too few")
    measures = (Measure("count(*)", baseline), *MEASURES.get(place, ()))
    columns = ", ".join(f"{measure.sql} AS {measure.column}" for measure in measures)
    return Suite(
        place=place,
        name="expectations",
        description="Rows against the last published build, distributions, agreement between systems.",
        query=f"SELECT {columns} FROM {place[0]}.{place[1]}",
        expectations=tuple(measure.expectation for measure in measures),
    )
