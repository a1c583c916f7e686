"""What checks said, run after run: `ops.quality_results`, one row per check, table and run, of landing, dbt and Great
Expectations.

Belongs here: the shape of a result, keeping it, forgetting the old. Not here: what is expected; who decides what a failure
stops (Dagster's blocking checks do, and `is_blocked` repeats it). A result holds counts, shares and names, never a value of a
record.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

import duckdb
import pyarrow as pa

from expectations.suite import Outcome, Severity, Suite, described

Result = Literal["PASSED", "FAILED", "NOT MEASURED"]


@dataclass(frozen=True)
class QualityResult:
    """One check of one table. tool: landing, dbt or great_expectations; source_instance: whose rows, None of all; expected,
    seen: in words and figures."""

    tool: str
    check_name: str
    table_schema: str
    table_name: str
    source_instance: str | None
    severity: Severity
    owner: str
    outcome: Result
    expected: str
    seen: str

    @property
    def is_blocked(self) -> bool:
        """Whether nothing below the table is published because of it."""
        return self.severity == "critical" and self.outcome != "PASSED"


NAMES = [field.name for field in fields(QualityResult)]


def of_suite(suite: Suite, outcome: Outcome) -> list[QualityResult]:
    """One result for each expectation of a suite."""
    found = []
    for number, expected in enumerate(suite.expectations):
        measure = str(expected.arguments.get("column", "table"))
        seen = " ".join(filter(None, (outcome.measures.get(measure), outcome.measures.get(f"{measure}_names"))))
        is_measured = bool(outcome.held)
        found.append(
            QualityResult(
                "great_expectations",
                measure,
                *suite.place,
                suite.instance,
                # What could not be measured is a warning, whatever it would have been.
                expected.severity if is_measured else "warning",
                suite.owner,
                ("PASSED" if outcome.held[number] else "FAILED") if is_measured else "NOT MEASURED",
                f"{described(expected)}; else {expected.because}",
                seen if is_measured else "the table does not exist yet",
            )
        )
    return found


def keep(
    connection: duckdb.DuckDBPyConnection, results: Iterable[QualityResult], run_id: str, now: datetime, days: int
) -> None:
    """Append the results of a run, and forget what is older than so many days. `now`: UTC, without a zone."""
    rows = [(*astuple(result), result.is_blocked) for result in results]
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    types = [*(pa.string() for _ in NAMES), pa.bool_()]
    table = pa.table(
        [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)], [*NAMES, "is_blocked"]
    )
    connection.register("arrived_results", table)
    try:
        connection.execute(
            "INSERT INTO ops.quality_results BY NAME SELECT *, $1::VARCHAR AS run_id, $2::TIMESTAMP AS checked_at "
            "FROM arrived_results",
            [run_id, now],
        )
        connection.execute("DELETE FROM ops.quality_results WHERE checked_at < ?", [now - timedelta(days=days)])
    finally:
        connection.unregister("arrived_results")
