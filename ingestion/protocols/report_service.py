"""Reports as a service, as Workday has them: one answer without pages, prompts as parameters, every value text.

Belongs here: asking a report, seeing that it still has the columns that its contract counts on, cutting a long time into
prompts, gathering lines without a key into the documents they are lines of. Not here: which reports there are and what
their prompts are called (one module a system).

A report's columns are what its author made them, and what is empty is left out of an entry: a column that was renamed
looks like one that is empty in every line. So a column that the contract counts on must come at least once, or nothing
of the report is taken.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from ingestion.contracts import ObjectContract
from ingestion.landing.page import Envelope, IncompleteAnswerError, SourceError
from ingestion.protocols.http import JsonClient, Response, asked_again

ENTRIES = "Report_Entry"
# Entries as the report gives them, and documents that were gathered of them.
REPORT = Envelope(list_at=(ENTRIES,), is_text=True)
GATHERED = Envelope(is_text=True)

Entry = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """Some days of a long time: the periods that begin from `first` to `last` are its own. To have them whole, the
    report is asked for what lies between `first` and `end`; what begins after `last` is of the next slice."""

    first: date
    last: date
    end: date


class ReportService:
    """The reports of one owner. Every method raises SourceError."""

    def __init__(self, client: JsonClient, tenant: str, owner: str):
        self._client, self._folder = client, f"ccx/service/customreport2/{tenant}/{owner}"

    def ask(self, report: str, prompts: Mapping[str, str], columns: Iterable[str]) -> tuple[Response, list[Entry]]:
        """A report's answer and its entries; none is an answer too.

        columns: those that must come at least once where there are entries. Raises IncompleteAnswerError for an answer
        that is no report, SourceError for a column that is missing in every entry.
        """
        label = f"report {report}"

        def answered() -> tuple[Response, list[Entry]]:
            answer = self._client.get_bytes(f"{self._folder}/{report}", {"format": "json", **prompts}, label=label)
            return answer, _entries(answer)

        answer, entries = asked_again(answered)
        came = {name for entry in entries for name in entry}
        if entries and (missing := [name for name in columns if name not in came]):
            known = f" It has {', '.join(sorted(came))}." if came else ""
            raise SourceError(
                f"{label}: no entry has the column {', '.join(missing)}: its author has renamed or removed it.{known} "
                "Ask for the column back, or change the contract."
            )
        return answer, entries


def counted_on(obj: ObjectContract, children: Sequence[ObjectContract] = ()) -> list[str]:
    """The columns of a report that may not be missing: those required, and those of which most lines have a value."""
    return [
        column.path.lstrip("^")
        for member in (obj, *children)
        for column in member.landed_columns
        if column.required or column.max_null_percent is not None
    ]


def gathered(entries: Iterable[Entry], by: Sequence[str], lines: str) -> list[Entry]:
    """Entries as documents: those that are equal in the columns `by` are the `lines` of one, in the report's order."""
    documents: dict[tuple[Any, ...], Entry] = {}
    own = frozenset(by)
    for entry in entries:
        # As text whatever it is: a value that came as an object tells nothing apart, and is refused when it is landed.
        key = tuple(str(entry.get(name)) for name in by)
        document = documents.setdefault(key, {name: entry[name] for name in by if name in entry} | {lines: []})
        document[lines].append({name: value for name, value in entry.items() if name not in own})
    return list(documents.values())


def as_body(documents: list[Entry]) -> bytes:
    return orjson.dumps(documents)


def slices(first: date, last: date, longest_period: int) -> Iterator[Slice]:
    """All days from `first` to `last`, in slices as long as the longest period (in days). Every period that begins in
    these days lies wholly in what is asked for one slice, whatever calendar it is of, and is that slice's own."""
    step = timedelta(days=longest_period)
    while first <= last:
        following = first + step
        yield Slice(first, min(following - timedelta(days=1), last), following + step - timedelta(days=2))
        first = following


def _entries(answer: Response) -> list[Entry]:
    """The entries, their numbers as the digits that were written: most values are text, none is to pass through float."""
    try:
        body = json.loads(answer.body, parse_float=str, parse_int=str)
    except ValueError:
        raise IncompleteAnswerError(
            f"{answer.label}: the answer of {len(answer.body)} bytes is no whole JSON"
        ) from None
    entries = body.get(ENTRIES) if isinstance(body, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise IncompleteAnswerError(f"{answer.label}: the answer is no report ({ENTRIES})")
    return entries
