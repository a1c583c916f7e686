"""What is expected of published tables: rows, filled columns and codes as in the last published builds, distributions that
make sense, and that systems agree with each other.

Not here: keys, references, accepted values, row-level rules (dbt tests), money ties within one table (dbt tests).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from expectations.suite import Expectation, Severity, Suite, between

Place = tuple[str, str]

# The schema-qualified names of the builds that readers have now, as they are attached while suites run.
LAST_PUBLISHED, LAST_RESTRICTED = "last_published", "last_restricted"
UNKNOWN_MEMBER = "'-1'"
COUNTED = re.compile(r"now\.(nulls|unknown)_(\w+)")

# A mart that loses a tenth of its rows between two builds has lost a source, not business.
LEAST_SHARE_OF_LAST_BUILD = 0.9
# Of a short table a tenth is a row or two, and those come and go.
ENOUGH_ROWS = 50
# What has more than twice the rows that any kept build had was loaded twice, or is a whole system more.
MOST_TIMES_ANY_BUILD = 2
# Shares that move by more than this between two builds are no business of one day, but a feed, a mapping or a unit.
NULLS_MAY_RISE, UNKNOWN_MAY_RISE, CODES_MAY_SHIFT = 0.2, 0.05, 0.2
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


@dataclass(frozen=True)
class Baseline:
    """The builds that readers have now. rows: of each kept build by table, the current one first; columns: of each table of
    the current one, with the database that it is attached as."""

    rows: Mapping[Place, Sequence[int]] = field(default_factory=dict)
    columns: Mapping[Place, tuple[str, frozenset[str]]] = field(default_factory=dict)


THREE_WAY_MATCH = ("mart_procurement", "mart_three_way_match")
SPEND_CUBE = ("mart_procurement", "mart_spend_cube")
COMPLIANCE = ("mart_procurement", "mart_contract_compliance")
RECEIPTS = ("canonical", "fct_receipt_line")
CONSUMPTION = ("restricted", "fct_consumption_line")
CHARGES = ("restricted", "fct_charge_line")
CASES = ("restricted", "fct_case")
ENCOUNTERS = ("restricted", "fct_encounter")

# Codes whose shares hardly move from one build to the next while sources, mappings and units are what they were.
STEADY_CODES: Mapping[Place, tuple[str, ...]] = {
    THREE_WAY_MATCH: ("match_status", "primary_exception_code", "item_class"),
    SPEND_CUBE: ("expense_class", "functional_currency_code"),
    COMPLIANCE: ("compliance_class",),
    CONSUMPTION: ("evidence", "not_counted_reason"),
    ENCOUNTERS: ("encounter_class", "payer_class"),
}

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
    CHARGES: (
        at_most(
            "charge_without_visit_share",
            share("encounter_key = '-1'"),
            0.05,
            "warning",
            "charges name visits that the EHR does not know: one of the two is behind, or their numbers differ",
        ),
    ),
    CASES: (
        at_most(
            "case_without_visit_share",
            share("encounter_key = '-1'"),
            0.05,
            "warning",
            "operations name visits that the EHR does not know: the theatre's system or the EHR is behind",
        ),
    ),
    RECEIPTS: (
        at_most(
            "receipt_without_order_share",
            share("po_line_key = '-1'"),
            0.05,
            "warning",
            "docks received what no order asked for: orders are behind, or their numbers differ",
        ),
    ),
}


def mart_suites(
    places: Iterable[Place],
    baseline: Baseline,
    columns: Mapping[Place, Sequence[str]] | None = None,
    owners: Mapping[Place, str] | None = None,
) -> list[Suite]:
    """One suite for each table. `baseline`: what is compared with; a table not in it has none yet. `columns`: those that the
    tables have now; without them nothing is compared but rows."""
    return [_suite(place, baseline, (columns or {}).get(place, ()), (owners or {}).get(place, "")) for place in places]


def _suite(place: Place, baseline: Baseline, columns: Sequence[str], owner: str) -> Suite:
    measures = (*_volume(place, baseline.rows.get(place, ())), *MEASURES.get(place, ()))
    drifted = tuple(_drift(place, baseline, columns))
    query = (
        _compared(place, baseline, measures, drifted) if drifted else f"SELECT {_listed(measures)} FROM {_sql(place)}"
    )
    return Suite(
        place=place,
        name="expectations",
        description="Rows, filled columns and codes against the last published builds, distributions, agreement between "
        "systems.",
        query=query,
        expectations=tuple(measure.expectation for measure in (*measures, *drifted)),
        owner=owner,
    )


def _volume(place: Place, rows: Sequence[int]) -> Iterator[Measure]:
    last = rows[0] if rows else 0
    has_baseline = last >= ENOUGH_ROWS and place not in SHRINKS_BY_NATURE
    least = last * LEAST_SHARE_OF_LAST_BUILD if has_baseline else 0
    yield Measure(
        "count(*)",
        between("row_count", least, None, "critical", f"the last build had {last} rows, this one too few"),
    )
    if last >= ENOUGH_ROWS:
        most = MOST_TIMES_ANY_BUILD * max(rows)
        because = f"none of the last builds had more than {max(rows)} rows: something came twice, or a source is new"
        yield Measure("count(*)", between("rows_at_most", 0, most, "warning", because))


def _drift(place: Place, baseline: Baseline, columns: Sequence[str]) -> Iterator[Measure]:
    """Measures of this build (`now`) against the last (`before`), each a relation with its columns counted."""
    if place not in baseline.columns or baseline.rows.get(place, (0,))[0] < ENOUGH_ROWS:
        return
    shared = [name for name in columns if name in baseline.columns[place][1]]
    if not shared:
        return
    yield _risen(
        "columns_emptied", shared, "nulls", NULLS_MAY_RISE, "columns are empty that were filled in the last build"
    )
    if keys := [name for name in shared if name.endswith("_key")]:
        because = (
            "rows name members that nobody knows, and did not in the last build: a dimension or a mapping is behind"
        )
        yield _risen("members_lost", keys, "unknown", UNKNOWN_MAY_RISE, because)
    because = "its codes are others than in the last build: a source, a mapping or a unit has changed"
    for name in STEADY_CODES.get(place, ()):
        if name in shared:
            shift = _shift(place, baseline.columns[place][0], name)
            yield at_most(f"{name}_shift", shift, CODES_MAY_SHIFT, "warning", because)


def _risen(measure: str, columns: Sequence[str], counted: str, may_rise: float, because: str) -> Measure:
    """How many columns have risen by more than they may; their names are a measure beside it."""
    grown = [
        f"CASE WHEN now.{counted}_{name} / now.rows_ - before.{counted}_{name} / before.rows_ > {may_rise} THEN '{name}' END"
        for name in columns
    ]
    listed = f"concat_ws(' ', {', '.join(grown)})"
    return Measure(
        f"len(string_split(nullif({listed}, ''), ' ')) AS {measure}_or_null, {listed} AS {measure}_names, "
        f"coalesce({measure}_or_null, 0)",
        between(measure, 0, 0, "warning", because),
    )


def _shift(place: Place, database: str, column: str) -> str:
    """Half the sum of differences of the codes' shares: 0 when they are the same, 1 when none is left."""

    def shares(relation: str) -> str:
        return (
            f"(SELECT coalesce({column}::VARCHAR, '') AS code, count(*) / sum(count(*)) OVER () AS share "
            f"FROM {relation} GROUP BY 1)"
        )

    return (
        f"(SELECT coalesce(sum(abs(coalesce(a.share, 0) - coalesce(b.share, 0))) / 2, 0) FROM {shares('it')} AS a "
        f"FULL JOIN {shares(f'{database}.{_sql(place)}')} AS b ON a.code = b.code)"
    )


def _compared(place: Place, baseline: Baseline, measures: Sequence[Measure], drifted: Sequence[Measure]) -> str:
    """One query. Many marts are views, so the table is read once: kept where its codes are read as well."""
    names = sorted({name for measure in drifted for name in COUNTED.findall(measure.sql)})
    counts = ", ".join(
        f"(count(*) - count({name}))::DOUBLE AS nulls_{name}"
        if kind == "nulls"
        else f"(count(*) FILTER (WHERE {name} = {UNKNOWN_MEMBER}))::DOUBLE AS unknown_{name}"
        for kind, name in names
    )
    counted = f"SELECT greatest(count(*), 1)::DOUBLE AS rows_, {counts}"
    kept = "MATERIALIZED" if place in STEADY_CODES else "NOT MATERIALIZED"
    return (
        f"WITH it AS {kept} (FROM {_sql(place)}), now AS ({counted}, {_listed(measures)} FROM it), "
        f"before AS ({counted} FROM {baseline.columns[place][0]}.{_sql(place)}) "
        f"SELECT {', '.join(f'now.{measure.column}' for measure in measures)}, {_listed(drifted)} FROM now, before"
    )


def _listed(measures: Sequence[Measure]) -> str:
    return ", ".join(f"{measure.sql} AS {measure.column}" for measure in measures)


def _sql(place: Place) -> str:
    return f"{place[0]}.{place[1]}"
