"""What bulk export and search of a FHIR R4 server share: media types, instants, and outcomes that are not data.

Not here: the two ways of reading (fhir_bulk.py, fhir_search.py), or which resources are read (sources/fhir_r4.py).
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ingestion.landing.page import SourceError
from ingestion.protocols.http import StatusError

FHIR_JSON = "application/fhir+json"
FHIR_NDJSON = "application/fhir+ndjson"
FAILED = ("error", "fatal")
ISSUE_CODE = re.compile(rb'"code"\s*:\s*"([a-z-]{1,40})"')


def instant(moment: datetime) -> str:
    """A UTC instant as FHIR writes it, to the millisecond (cut off: a lower bound may only be earlier)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(text: Any, label: str) -> datetime:
    """A FHIR instant as UTC. Raises SourceError for one without a zone: it could be any hour."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise SourceError(f"{label}: {text!r} is no FHIR instant") from None
    if moment.tzinfo is None:
        raise SourceError(f"{label}: the instant {text!r} has no time zone")
    return moment.astimezone(UTC)


def is_outcome(resource: Any) -> bool:
    return isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome"


def failed_issues(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    """The issues by which an OperationOutcome says that something is missing; warnings and information are none."""
    return [issue for issue in outcome.get("issue") or [] if issue.get("severity") in FAILED]


def issue_codes(issues: Iterable[dict[str, Any]]) -> str:
    """The codes alone: the texts of an outcome may name a person."""
    return ", ".join(sorted({str(issue.get("code", "unknown"))[:40] for issue in issues})) or "no issue code"


def explained(error: StatusError) -> SourceError:
    """A refusal with the OperationOutcome's code, where there is one."""
    code = ISSUE_CODE.search(error.body)
    return SourceError(f"{error}{f' ({code[1].decode()})' if code else ''}")
