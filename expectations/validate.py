"""Runs suites with Great Expectations: an ephemeral context and data frames, no files, no store, nothing sent.

Not here: what is expected. Great Expectations has no DuckDB of its own, so measures come as frames; it is imported when
first needed, for that takes seconds.
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.suite import Expectation, Outcome, Suite

if TYPE_CHECKING:
    from pandas import DataFrame


def validate(connection: duckdb.DuckDBPyConnection, suites: Sequence[Suite]) -> Iterator[tuple[Suite, Outcome]]:
    """One outcome for each suite. A table that does not exist yet is not measured, which is itself a warning."""
    present = set(connection.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall())
    frames = [connection.execute(suite.query).df() if suite.place in present else None for suite in suites]
    failed = _failed(suites, frames)
    for number, (suite, frame) in enumerate(zip(suites, frames, strict=True)):
        if frame is None:
            yield suite, Outcome((), (f"not measured: {'.'.join(suite.place)} does not exist yet",), {})
        else:
            yield suite, _outcome(suite, frame, failed[number])


def _failed(suites: Sequence[Suite], frames: Sequence["DataFrame | None"]) -> Mapping[int, set[int]]:
    """By suite the places of its expectations that failed.

    What is expected alike of many tables is asked once, of one column that holds what was measured of all of them: Great
    Expectations takes twenty milliseconds an expectation, whatever there is to judge.
    """
    import pandas as pd

    asked: dict[tuple[str, ...], list[tuple[int, int, pd.Series[Any]]]] = defaultdict(list)
    for number, (suite, frame) in enumerate(zip(suites, frames, strict=True)):
        if frame is None:
            continue
        for place, expected in enumerate(suite.expectations):
            values = frame[expected.arguments["column"]]
            limits = {name: value for name, value in expected.arguments.items() if name != "column"}
            asked[expected.kind, repr(sorted(limits.items())), str(values.dtype)].append((number, place, values))
    failed: dict[int, set[int]] = defaultdict(set)
    if not asked:
        return failed
    together = pd.DataFrame(
        {
            str(column): pd.concat([values for _, _, values in alike], ignore_index=True)
            for column, alike in enumerate(asked.values())
        }
    )
    expected_of = [suites[number].expectations[place] for [(number, place, _), *_] in asked.values()]
    for alike, unexpected in zip(asked.values(), _unexpected(together, expected_of), strict=True):
        judged = [(number, place) for number, place, values in alike for _ in range(len(values))]
        for row in range(len(judged)) if unexpected is None else unexpected:
            number, place = judged[row]
            failed[number].add(place)
    return failed


def _unexpected(frame: "DataFrame", expected: Sequence[Expectation]) -> Iterator[Sequence[int] | None]:
    """By column of the frame the rows that are not as expected; None where that could not be judged. A cell without a value
    is as expected."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # takes seconds, and most processes never validate

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # a dict is what it reads
    source = context.data_sources.add_pandas("measures")
    batches = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")
    asked = [
        getattr(gx.expectations, one.kind)(**{**one.arguments, "column": str(column)}, severity=one.severity)
        for column, one in enumerate(expected)
    ]
    batch = batches.get_batch({"dataframe": frame})
    validated = batch.validate(
        gx.ExpectationSuite(name="all", expectations=asked), result_format={"result_format": "COMPLETE"}
    )
    by_column = {result.expectation_config.kwargs["column"]: result for result in validated.results}
    for column in frame.columns:
        result = by_column[column]
        yield () if result.success else result.result.get("unexpected_index_list")


def _outcome(suite: Suite, frame: "DataFrame", failed: set[int]) -> Outcome:
    complaints: dict[str, list[str]] = {"critical": [], "warning": []}
    for place, expected in enumerate(suite.expectations):
        if place in failed:
            complaints[expected.severity].append(_complaint(expected))
    measures = {
        column: f"{frame[column].min()} to {frame[column].max()}" if len(frame) > 1 else f"{frame[column].iloc[0]}"
        for column in (frame.columns if len(frame) else ())
    }
    held = tuple(place not in failed for place in range(len(suite.expectations)))
    return Outcome(tuple(complaints["critical"]), tuple(complaints["warning"]), measures, held)


def _complaint(expected: Expectation) -> str:
    return f"{expected.arguments.get('column', 'table')}: {expected.because}"
