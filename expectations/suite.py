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

    place: (schema, table); name: the check's name; query: measures the table, one row for each thing judged.
    """

    place: tuple[str, str]
    name: str
    description: str
    query: str
    expectations: tuple[Expectation, ...]

    @property
    def is_critical(self) -> bool:
        return any(expectation.severity == "critical" for expectation in self.expectations)


@dataclass(frozen=True)
class Outcome:
    """What validating a suite said: the failed expectations, by severity, and each measure's least and greatest value
    (as text)."""

    failed_critical: tuple[str, ...]
    failed_warning: tuple[str, ...]
    measures: Mapping[str, str]

    @property
    def passed(self) -> bool:
        return not self.failed_critical and not self.failed_warning


def between(column: str, least: float | None, most: float | None, severity: Severity, because: str) -> Expectation:
    return Expectation(
        "ExpectColumnValuesToBeBetween", severity, because, {"column": column, "min_value": least, "max_value": most}
    )
