"""Runs suites with Great Expectations: an ephemeral context and data frames, no files, no store, nothing sent.

Not here: what is expected. Great Expectations has no DuckDB of its own, so measures come as frames; it is imported when
first needed, for that takes seconds.
"""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import duckdb

from expectations.suite import Expectation, Outcome, Suite

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition


def validate(connection: duckdb.DuckDBPyConnection, suites: Sequence[Suite]) -> Iterator[tuple[Suite, Outcome]]:
    """One outcome for each suite. A table that does not exist yet is not measured, which is itself a warning."""
    batches = _frames()
    present = set(connection.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall())
    for suite in suites:
        if suite.place in present:
            yield suite, _judge(connection, batches, suite)
        else:
            yield suite, Outcome((), (f"not measured: {'.'.join(suite.place)} does not exist yet",), {})


def _frames() -> "BatchDefinition":
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # takes seconds, and most processes never validate

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # a dict is what it reads
    source = context.data_sources.add_pandas("measures")
    return source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")


def _judge(connection: duckdb.DuckDBPyConnection, batches: "BatchDefinition", suite: Suite) -> Outcome:
    from great_expectations import ExpectationSuite, expectations  # as above

    frame = connection.execute(suite.query).df()
    gx_suite = ExpectationSuite(
        name=suite.name,
        expectations=[
            getattr(expectations, expected.kind)(**expected.arguments, severity=expected.severity)
            for expected in suite.expectations
        ],
    )
    validated = batches.get_batch({"dataframe": frame}).validate(gx_suite)
    failed: dict[str, list[str]] = {"critical": [], "warning": []}
    for expected, result in zip(suite.expectations, validated.results, strict=True):
        if not result.success:
            failed[expected.severity].append(_complaint(expected))
    measures = {
        column: f"{frame[column].min()} to {frame[column].max()}" if len(frame) > 1 else f"{frame[column].iloc[0]}"
        for column in (frame.columns if len(frame) else ())
    }
    held = tuple(bool(result.success) for result in validated.results)
    return Outcome(tuple(failed["critical"]), tuple(failed["warning"]), measures, held)


def _complaint(expected: Expectation) -> str:
    return f"{expected.arguments.get('column', 'table')}: {expected.because}"
