"""The shape of a suite: one query that measures, and what is expected of its measures.

Not here: the content (raw.py, marts.py), Great Expectations (validate.py). Measuring happens in SQL, so that a table of
any size is one small frame, and no record of it is ever shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Expectation:
    """kind: a class of great_expectations.expectations; arguments: its own. `critical` blocks publishing, `warning` is
    shown."""

    kind: str
    severity: Severity
    because: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """What is expected of one table.

    place: (schema, table); name: the check's name; query: measures the table, one row for each thing judged; owner: who
    answers for it; instance: the source instance whose rows are judged, None of all.
    """

    place: tuple[str, str]
    name: str
    description: str
    query: str
    expectations: tuple[Expectation, ...]
    owner: str = ""
    instance: str | None = None

    @property
    def is_critical(self) -> bool:
        return any(expectation.severity == "critical" for expectation in self.expectations)


@dataclass(frozen=True)
class Outcome:
    """What validating a suite said: the failed expectations, by severity, each measure's least and greatest value (as text),
    and the expectations that hold; none of either where the table could not be measured."""

    failed_critical: tuple[str, ...]
    failed_warning: tuple[str, ...]
    measures: Mapping[str, str]
    held: tuple[bool, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failed_critical and not self.failed_warning


def described(expectation: Expectation) -> str:
    """What is expected, in words: `0 to 0.6`, `at least 45`."""
    least, most = (expectation.arguments.get(name) for name in ("min_value", "max_value"))
    if most is None:
        return f"at least {least}"
    return f"at most {most}" if least is None else f"{least} to {most}"


def between(column: str, least: float | None, most: float | None, severity: Severity, because: str) -> Expectation:
    return Expectation(
        "ExpectColumnValuesToBeBetween", severity, because, {"column": column, "min_value": least, "max_value": most}
    )
