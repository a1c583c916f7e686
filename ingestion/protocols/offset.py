"""Offset paging over data that lives: Oracle's REST framework (`items` in an envelope), Coupa's API (a bare list).

Belongs here: where a page begins, when a list is at its end, and what is done when it moves while it is read. Not here:
which records, fields and filters (one module a system), or how a record is decoded (landing).

A row that leaves the list moves the next one onto a page that was read already, and no later page shows it. So every
list is in the order of its key, and every page begins with the last row of the one before: where that row is not met,
rows were passed over, and reading goes on behind the last certain key. No query is paged far (a server counts through
all rows before an offset): from time to time a new one begins at the last key.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import orjson

from ingestion.landing.page import Envelope, IncompleteAnswerError, Page, SourceError
from ingestion.protocols.http import JsonClient, Response, StatusError

log = logging.getLogger(__name__)

OVERLAP = 1
ROWS_OF_A_QUERY = 5_000
MOST_DOUBTS = 4
MOST_PASSES = 3
BAD_REQUEST = 400
LONGEST_REASON = 300

Params = list[tuple[str, str]]
Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Listing:
    """One list of a system. path: its address; key: the fields that name a record, the list is in the order of the
    first (records that share it are fewer than a page); conditions: what to ask for, in the style's own words;
    params: what else to send (fields)."""

    path: str
    key: tuple[str, ...]
    conditions: tuple[Any, ...] = ()
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """One page. limit: how many rows a full one has; total: how many the whole list has, where the server says so."""

    rows: list[Row]
    limit: int
    total: int | None


class Style(Protocol):
    """How one kind of system is asked for a page, and how it answers."""

    envelope: Envelope

    def asked(self, listing: Listing, since: Any, offset: int) -> Params:
        """The parameters of the page at an offset of what has a first key of at least `since` (None: of everything)."""

    def answered(self, response: Response) -> Answer:
        """Raises SourceError for a body that is no page."""

    def reasons(self, refusal: Any) -> list[str]:
        """What a refusal says of the question; raises what it likes for a body of another shape."""


class OracleStyle:
    """Oracle Fusion. Conditions are texts of `q`, in the syntax of framework version 2.

    A limit above 499 is cut without a word, and the answer says so. `hasMore` is not read, and the total is asked for
    at the beginning only: behind an offset neither is reliable.
    """

    envelope = Envelope(list_at=("items",))
    largest_page = 499

    def asked(self, listing: Listing, since: Any, offset: int) -> Params:
        first = listing.key[0]
        conditions = [*listing.conditions, *([f"{first} >= {oracle_literal(since)}"] if since is not None else [])]
        return [
            *listing.params,
            *([("q", " and ".join(conditions))] if conditions else []),
            ("orderBy", ",".join(f"{name}:asc" for name in listing.key)),
            ("onlyData", "true"),
            ("limit", str(self.largest_page)),
            ("offset", str(offset)),
            *([("totalResults", "true")] if since is None and offset == 0 else []),
        ]

    def answered(self, response: Response) -> Answer:
        body = response.json()
        rows = _rows(response, body.get("items") if isinstance(body, dict) else None)
        limit, total = body.get("limit"), body.get("totalResults")
        if not isinstance(limit, int) or limit <= OVERLAP:
            raise IncompleteAnswerError(f"{response.label}: the answer does not say how many rows a page has")
        return Answer(rows, min(limit, self.largest_page), total if isinstance(total, int) else None)

    def reasons(self, refusal: Any) -> list[str]:
        return [detail["detail"] for detail in refusal["o:errorDetails"]]


class CoupaStyle:
    """Coupa. Conditions are pairs of a parameter and its value: ("updated-at[gt_or_eq]", "2025-01-01T00:00:00+00:00").

    Fifty rows a page at most, and no word of how many there are.
    """

    envelope = Envelope()
    largest_page = 50

    def asked(self, listing: Listing, since: Any, offset: int) -> Params:
        first = listing.key[0]
        return [
            *listing.params,
            *listing.conditions,
            *([(f"{first}[gt_or_eq]", str(since))] if since is not None else []),
            ("order_by", first),
            ("dir", "asc"),
            ("limit", str(self.largest_page)),
            ("offset", str(offset)),
        ]

    def answered(self, response: Response) -> Answer:
        return Answer(_rows(response, response.json()), self.largest_page, None)

    def reasons(self, refusal: Any) -> list[str]:
        return list(refusal["errors"]["base"])


def oracle_literal(value: Any) -> str:
    """A value as `q` takes it."""
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


@dataclass
class _Pass:
    """One way through a list: what was seen, how far it is certain, and how many the server says that there are."""

    seen: set[Key] = field(default_factory=set)
    last: Key | None = None
    reached: Any = None
    total: int | None = None
    pages: int = 0

    @property
    def is_whole(self) -> bool:
        return self.total is not None and len(self.seen) >= self.total

    def goes_on(self, keys: list[Key], since: Any, offset: int) -> bool:
        """Whether a page can be the next one. Of an offset it begins with what was seen, of a new query with its key."""
        if not keys:
            return False
        first = keys[0][0]
        return keys[0] in self.seen if offset else not (isinstance(first, int) and since is not None and first < since)

    def see(self, keys: list[Key]) -> None:
        self.seen.update(keys)
        self.last = keys[-1]
        self.reached = next((key[0] for key in reversed(keys) if key[0] is not None), self.reached)


class OffsetReader:
    """Reads lists of one system. Every method raises SourceError."""

    def __init__(self, client: JsonClient, style: Style):
        self._client, self._style = client, style

    def pages(self, listing: Listing) -> Iterator[Page]:
        """All pages of a list. Some rows come twice: where pages overlap, and when the list is read again."""
        for page, _ in self._read(listing):
            yield page

    def rows(self, listing: Listing) -> Iterator[Row]:
        """The rows of a list, each key once, parsed: for keys and stamps only, as numbers become floats."""
        seen: set[Key] = set()
        for _, rows in self._read(listing):
            for row in rows:
                if (key := _key(listing, row)) not in seen:
                    seen.add(key)
                    yield row

    def _read(self, listing: Listing) -> Iterator[tuple[Page, list[Row]]]:
        for _ in range(MOST_PASSES):
            walk = _Pass()
            yield from self._walk(listing, walk)
            if walk.total is not None and not walk.is_whole:
                # Rows that left the list meanwhile are no longer counted: what counts is the total of now.
                walk.total = self._ask(listing, None, 0, walk)[0].total
            if walk.total is None or walk.is_whole:
                return
            log.warning("%s: the list moved while it was read; reading again", listing.path)
        raise IncompleteAnswerError(
            f"{listing.path}: {len(walk.seen)} records came and the source counts {walk.total}, {MOST_PASSES} times "
            "over. Load again at a quieter hour; if this stays, ask the source's operator."
        )

    def _walk(self, listing: Listing, walk: _Pass) -> Iterator[tuple[Page, list[Row]]]:
        since, offset, doubts = None, 0, 0
        while True:
            answer, response = self._ask(listing, since, offset, walk)
            if since is None and offset == 0:
                walk.total = answer.total
            keys = [_key(listing, row) for row in answer.rows]
            _see_order(response.label, keys)
            is_short = len(keys) < answer.limit
            goes_on = walk.goes_on(keys, since, offset)
            if goes_on and not walk.seen.issuperset(keys):
                yield Page(response.body, self._style.envelope, response.label, len(keys)), answer.rows
                walk.see(keys)
                doubts = 0
                # By distinct keys: a row that stands twice in a page takes no second place in the list.
                offset += len(set(keys)) - OVERLAP
                if offset + answer.limit > ROWS_OF_A_QUERY:
                    since, offset = walk.reached, 0
                if is_short and walk.is_whole:
                    return
            elif is_short and (walk.is_whole or (goes_on and (offset == 0 or keys == [walk.last]))):
                # All that was announced is there, or nothing is there behind the last row.
                return
            elif doubts < MOST_DOUBTS:
                doubts += 1
                since, offset = walk.reached, 0
            elif not keys:
                # The last row itself has left, or there never was one: so it is, if it is said again and again.
                return
            else:
                raise IncompleteAnswerError(
                    f"{response.label}: no page goes on from the one before, {doubts + 1} times over: the source "
                    "repeats a page, or its list moves faster than it can be read"
                )

    def _ask(self, listing: Listing, since: Any, offset: int, walk: _Pass) -> tuple[Answer, Response]:
        walk.pages += 1
        label = f"{listing.path}, page {walk.pages}"
        try:
            response = self._client.get_bytes(listing.path, self._style.asked(listing, since, offset), label=label)
        except StatusError as error:
            raise SourceError(f"{error}{self._why(error)}") from None
        return self._style.answered(response), response

    def _why(self, error: StatusError) -> str:
        """What the source does not understand of a question: a field that is gone, mostly. It quotes no record."""
        if error.status != BAD_REQUEST:
            return ""
        try:
            reasons = "; ".join(self._style.reasons(orjson.loads(error.body)))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return ""
        return f": {reasons[:LONGEST_REASON]}"


def _key(listing: Listing, row: Row) -> Key:
    """What names a row; by its content, where it has no key: such a record is for the quarantine, and is not lost."""
    key = tuple(row.get(name) for name in listing.key)
    if any(not isinstance(part, (int, str)) for part in key):
        return (None, hashlib.sha256(orjson.dumps(row, option=orjson.OPT_SORT_KEYS)).hexdigest())
    return key


def _see_order(label: str, keys: list[Key]) -> None:
    """Raises IncompleteAnswerError where the numbers that the list is in the order of do not rise."""
    numbers = [key[0] for key in keys if isinstance(key[0], int)]
    if any(later < earlier for earlier, later in pairwise(numbers)):
        raise IncompleteAnswerError(f"{label}: the page is not in the order of its key, so what follows it is unknown")


def _rows(response: Response, rows: Any) -> list[Row]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{response.label}: the answer holds no list of records")
    return rows
