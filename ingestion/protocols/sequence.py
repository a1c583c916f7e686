"""REST by sequence: every scope (a stock location) numbers its records from 1 without a gap, a page is what comes after a
number.

Belongs here: going on from number to number, and every doubt that numbers without gaps allow: a number that is missing,
a page that comes again, numbers that go backwards. Not here: which scopes and records there are (one module a system), or
how a record is decoded (landing).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.landing.page import Envelope, IncompleteAnswerError, Page
from ingestion.protocols.http import JsonClient, Response, asked_again

ENVELOPE = Envelope(list_at=("data",))
ROWS_A_PAGE = 1000


@dataclass(frozen=True)
class Numbered:
    """Records of one kind. path: where they are asked for; parameter: names the scope in a request; scope, number: the
    fields of a record that say which scope it is of, and its number there."""

    path: str
    parameter: str
    scope: str
    number: str


@dataclass(frozen=True)
class _Answer:
    page: Page
    end: int


class SequenceReader:
    """One service. Every method raises SourceError, and IncompleteAnswerError for numbers that cannot be right."""

    def __init__(self, client: JsonClient):
        self._client = client
        self._longest_page = 0

    def since(self, records: Numbered, scope: str, held: int, least: int = 0) -> Iterator[Page]:
        """What a scope has recorded after the number up to which everything is held, and the record of that number again:
        where it does not come, the scope counts anew, and what it gave before is not what these numbers stand for now.

        least: a number that the scope has reached for certain. Raises IncompleteAnswerError when the records end before.
        """
        reached = max(held - 1, 0)
        for answer in self._walk(records, scope, reached, must_begin=held > 0):
            reached = answer.end
            yield answer.page
        if reached < least:
            raise IncompleteAnswerError(
                f"{records.path} of {scope}: its records end with number {reached}, and it has reached {least}"
            )

    def between(self, records: Numbered, scope: str, after: int, last: int) -> Iterator[Page]:
        """The records of a scope after a number, up to another."""
        yield from (answer.page for answer in self._walk(records, scope, after, last))

    def last_number(self, records: Numbered, scope: str) -> int:
        """The number that a scope has reached, 0 for none. Reads everything: the service tells it in no other way."""
        return max((answer.end for answer in self._walk(records, scope, 0)), default=0)

    def _walk(
        self, records: Numbered, scope: str, after: int, last: int | None = None, must_begin: bool = False
    ) -> Iterator[_Answer]:
        """Answers in the order of their numbers, each with at least one record."""
        position = after
        while last is None or position < last:
            limit = ROWS_A_PAGE if last is None else min(ROWS_A_PAGE, last - position)
            answer = self._asked(records, scope, position, limit, must_begin and position == after)
            rows = answer.page.records or 0
            if rows:
                yield answer
            position = answer.end
            # How many rows a page may have is the service's own affair: one as long as any before may not be the last.
            if rows < self._longest_page or not rows:
                return
            self._longest_page = rows

    def _asked(self, records: Numbered, scope: str, after: int, limit: int, must_come: bool) -> _Answer:
        label = f"{records.path} of {scope} after {after}"
        parameters = {records.parameter: scope, "after_seq": after, "limit": limit}

        def ask() -> _Answer:
            answer = _read(self._client.get_bytes(records.path, parameters, label=label), records, scope, after)
            if must_come and not answer.page.records:
                raise IncompleteAnswerError(
                    f"{label}: the sequence goes backwards: number {after + 1} was read before and there is none now. "
                    "The service may have been restored from a copy: ask its operator, then load with --mode full."
                )
            return answer

        return asked_again(ask)


def _read(response: Response, records: Numbered, scope: str, after: int) -> _Answer:
    """A page that begins right after a number and leaves none out. A record may stand on it twice."""
    label, body = response.label, response.json()
    rows = body.get("data") if isinstance(body, dict) else None
    end = body.get("next_after_seq") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not isinstance(end, int):
        raise IncompleteAnswerError(f"{label}: the answer is no page of a sequence (`data`, `next_after_seq`)")
    numbers = sorted({_number(label, row, records, scope) for row in rows})
    if numbers and numbers[0] <= after:
        raise IncompleteAnswerError(f"{label}: number {numbers[0]} came again: the service repeats a page")
    for expected, number in enumerate(numbers, after + 1):
        if number != expected:
            raise IncompleteAnswerError(
                f"{label}: numbers {expected} to {number - 1} are missing, and the sequence has no gaps"
            )
    reached = after + len(numbers)
    if end != reached:
        raise IncompleteAnswerError(f"{label}: the answer says that it ends with {end}, and its records with {reached}")
    return _Answer(Page(response.body, ENVELOPE, label, len(rows)), end)


def _number(label: str, row: Any, records: Numbered, scope: str) -> int:
    if not isinstance(row, dict) or row.get(records.scope) != scope:
        raise IncompleteAnswerError(f"{label}: a record came that is not of this {records.parameter}")
    number = row.get(records.number)
    if not isinstance(number, int):
        raise IncompleteAnswerError(f"{label}: a record has no number ({records.number})")
    return number
