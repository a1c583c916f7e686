"""REST collections in the order of their last change: by page tokens, or by asking for what changed after the last record.

Belongs here: the walk through such a collection, the place from which it can be taken up again, and the doubts that an
answer deserves. Not here: how one service spells its parameters, and who may ask (its source module).
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from ingestion.contracts import Contract, ObjectContract
from ingestion.landing.page import Deletion, Envelope, IncompleteAnswerError, Page, SourceKey, Window
from ingestion.protocols.http import JsonClient, StatusError

log = logging.getLogger(__name__)

# Stamps are asked for in whole seconds: so much before a stamp leaves out nothing that has it.
A_MOMENT = timedelta(seconds=1)
# A token that has expired is gone (410), or is none that the service knows (400), as after it was started anew.
TOKEN_IS_LOST = (400, 410)
# How often the walk may be taken up at one and the same place.
MOST_DOUBTS = 3
RECORDS_A_PAGE_BY_KEY = 50
SINGLE_RECORDS = Envelope(lines=True)


@dataclass(frozen=True)
class Dialect:
    """How a service is asked for what changed, and how it says what follows.

    records_at, next_at: the fields of an answer that hold its records and what to ask for next (null at the end).
    next_by, since, size: the parameters that take that, the stamp to begin from, and the records of a page.
    leaves_out_since: changes after that stamp come, and not those at it. next_is_place: what comes next is a place in
    the order of change, so it can be followed; otherwise it counts pages of what is there at the moment, and every
    record that changes meanwhile moves another onto a page that was read. total_at: the field that counts all records
    from the stamp on.
    """

    records_at: str
    next_at: str
    next_by: str
    since: str
    size: str = "page_size"
    leaves_out_since: bool = False
    next_is_place: bool = True
    total_at: str | None = None


class KeysetSource:
    """One service whose objects are such collections, as landing asks (ingestion.landing.page.Source).

    An object's `sourceObject` is the collection's path, its key and its cursor are the fields that name a record and
    say when it changed.
    """

    def __init__(self, client: JsonClient, contract: Contract, dialect: Dialect, page_size: int):
        self._client, self._contract, self._dialect, self._page_size = client, contract, dialect, page_size

    def check(self) -> str:
        return f"{self._contract.name} answers at {self._client.base_url}, clock {self.now():%Y-%m-%d %H:%M:%S} UTC"

    def now(self) -> datetime:
        path = self._contract.roots[0].source_object
        return self._client.get_bytes(path, {self._dialect.size: 1}, label=path).server_time()

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        for page, _ in self._walk(obj, window).pages():
            yield page

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        """Record by record: such services have no other way. A page holds one a line."""
        for start in range(0, len(keys), RECORDS_A_PAGE_BY_KEY):
            found = [self._single(obj, key[0]) for key in keys[start : start + RECORDS_A_PAGE_BY_KEY]]
            lines = [body for body in found if body is not None]
            if lines:
                yield Page(b"\n".join(lines), SINGLE_RECORDS, f"{obj.source_object} by key", len(lines))

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        """All keys, read with their whole records: such services cannot leave anything out of one."""
        walk = self._walk(obj, Window(None, as_of))
        latest: dict[str, datetime | None] = {}
        for _, records in walk.pages():
            for record in records:
                if isinstance(record, dict) and (key := record.get(walk.key)) is not None:
                    latest[str(key)] = walk.place_of(record)
        for key, changed_at in latest.items():
            yield SourceKey((key,), changed_at)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(())

    def close(self) -> None:
        self._client.close()

    def _walk(self, obj: ObjectContract, window: Window) -> "_Walk":
        return _Walk(self._client, self._dialect, obj, window, self._page_size)

    def _single(self, obj: ObjectContract, key: str) -> bytes | None:
        try:
            path = f"{obj.source_object}/{quote(key, safe='')}"
            answer = self._client.get_bytes(path, label=f"{obj.source_object} by key")
        except StatusError as error:
            if error.status == 404:
                return None
            raise
        record = answer.json()
        if not isinstance(record, dict) or str(record.get(_key_field(obj))) != key:
            raise IncompleteAnswerError(f"{answer.label}: another record came than the one that was asked for")
        # Between the values of a JSON document a line break is a space, and within a text there is none.
        return answer.body.replace(b"\n", b" ")


@dataclass(frozen=True)
class _Answer:
    body: bytes
    label: str
    records: list[Any]
    following: str | None
    total: int | None


class _DoubtError(Exception):
    """An answer came and cannot be right or whole: asked once more, another may come."""


class _Walk:
    """One way through all that changed in a window.

    place: the latest change that was seen. All before it was seen too, because the oldest change comes first: whenever
    an answer is in doubt, the walk is taken up there again.
    """

    def __init__(self, client: JsonClient, dialect: Dialect, obj: ObjectContract, window: Window, page_size: int):
        self._client, self._dialect, self._page_size = client, dialect, page_size
        self._path, self.key, self._stamp = obj.source_object, _key_field(obj), obj.column(obj.cursor or "").path
        # A clock that is ahead makes no place: everything else would lie behind it.
        self._until = window.end
        self._place = self._since = window.start
        self._pages = 0
        self._doubts = 0
        # What the first answer counted, and which records came since, where the service counts.
        self._announced: int | None = None
        self._keys: set[Any] = set()
        # Of the way since a stamp was asked for: records with their stamps, what was followed, and how many pages.
        self._seen: set[tuple[Any, Any]] = set()
        self._followed: set[str] = set()
        self._pages_since = 0
        self._seen_before: set[tuple[Any, Any]] | None = None
        self._following: str | None = None
        self._is_over = False

    def pages(self) -> Iterator[tuple[Page, list[Any]]]:
        """Pages with a record each, and their records, parsed for keys and stamps only. A record may come twice.

        Raises IncompleteAnswerError when the walk cannot get on, or brings fewer records than were announced.
        """
        while not self._is_over:
            try:
                answer = self._ask()
            except _DoubtError as doubt:
                self._take_up_again(doubt)
                continue
            if answer.records:
                envelope = Envelope(list_at=(self._dialect.records_at,))
                yield Page(answer.body, envelope, answer.label, len(answer.records)), answer.records
            self._move(answer.records)
            self._go_on(answer.following)
        if self._announced is not None and len(self._keys) < self._announced:
            raise IncompleteAnswerError(f"{self._path}: {len(self._keys)} records came of {self._announced}")

    def place_of(self, record: Any) -> datetime | None:
        """When a record changed; None where it does not say so, or says that it is still to come."""
        text = record.get(self._stamp) if isinstance(record, dict) else None
        with suppress(ValueError):
            if isinstance(text, str):
                moment = datetime.fromisoformat(text)
                # Without a zone it is UTC, here as in what lands of it.
                moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                return moment if moment <= self._until else None
        return None

    def _begin(self) -> None:
        """The next answer is asked for by the place, and nothing was seen since."""
        self._since, self._following = self._place, None
        self._seen, self._followed, self._pages_since = set(), set(), 0

    def _take_up_again(self, doubt: "_DoubtError") -> None:
        self._doubts += 1
        if self._doubts > MOST_DOUBTS:
            raise IncompleteAnswerError(str(doubt)) from None
        log.warning("%s; reading on from the last change that was seen", doubt)
        self._begin()

    def _move(self, records: list[Any]) -> None:
        """The place after these records."""
        places = [place for record in records if (place := self.place_of(record)) is not None]
        if places and (self._place is None or max(places) > self._place):
            self._place = max(places)
            self._doubts = 0

    def _go_on(self, following: str | None) -> None:
        """What to ask for after a good answer."""
        if self._dialect.next_is_place or (following is not None and self._place == self._since):
            self._following, self._is_over = following, following is None
        elif self._is_shaken():
            self._seen_before, self._place = self._seen, self._since
            self._begin()
        else:
            self._seen_before, self._is_over = None, following is None
            self._begin()

    def _is_shaken(self) -> bool:
        """Whether records with one and the same stamp, counted over several pages, may have moved meanwhile: until a
        second way through them shows each where it was, one may have slipped onto a page that was read."""
        return self._pages_since > 1 and not (self._seen_before is not None and self._seen_before <= self._seen)

    def _ask(self) -> _Answer:
        """One answer that is not in doubt. Raises _DoubtError for one that is, SourceError where none comes."""
        label = f"{self._path}, page {self._pages + 1}"
        try:
            response = self._client.get_bytes(self._path, self._parameters(), label=label)
        except StatusError as error:
            if self._following is None or error.status not in TOKEN_IS_LOST:
                raise
            raise _DoubtError(f"{label}: what leads on to it has expired ({error.status})") from None
        try:
            answer = self._read(response.body, response.json(), label)
        except IncompleteAnswerError as error:
            raise _DoubtError(str(error)) from None
        self._doubt(answer)
        self._pages += 1
        self._pages_since += 1
        return answer

    def _parameters(self) -> list[tuple[str, str | int]]:
        parameters: list[tuple[str, str | int]] = [(self._dialect.size, self._page_size)]
        if self._since is not None:
            earliest = self._since.astimezone(UTC) - (A_MOMENT if self._dialect.leaves_out_since else timedelta())
            parameters.append((self._dialect.since, f"{earliest:%Y-%m-%dT%H:%M:%SZ}"))
        return parameters if self._following is None else [*parameters, (self._dialect.next_by, self._following)]

    def _read(self, body: bytes, answer: Any, label: str) -> _Answer:
        dialect = self._dialect
        if not isinstance(answer, dict) or not isinstance(answer.get(dialect.records_at), list):
            raise IncompleteAnswerError(f"{label}: the answer has no list {dialect.records_at!r}")
        if dialect.next_at not in answer:
            raise IncompleteAnswerError(f"{label}: the answer does not say whether more follows ({dialect.next_at!r})")
        following, total = answer[dialect.next_at], answer.get(dialect.total_at or "")
        if dialect.total_at and not isinstance(total, int):
            raise IncompleteAnswerError(f"{label}: the answer does not count its records ({dialect.total_at!r})")
        return _Answer(body, label, answer[dialect.records_at], str(following) if following else None, total)

    def _doubt(self, answer: _Answer) -> None:
        """Raises _DoubtError for an answer that cannot be all that was asked for."""
        names = {self._name(record) for record in answer.records}
        if not names and (self._pages or answer.following is not None):
            raise _DoubtError(f"{answer.label}: it is empty, and there was to be more")
        if names and names <= self._seen:
            raise _DoubtError(f"{answer.label}: every record of it came before: the source repeats a page")
        if answer.following is not None and answer.following in self._followed:
            raise _DoubtError(f"{answer.label}: what it leads on to came before: the source goes in a circle")
        if answer.total is not None:
            self._count(answer.total, names, answer)
        if answer.following is not None:
            self._followed.add(answer.following)
        self._seen |= names

    def _count(self, total: int, names: set[tuple[Any, Any]], answer: _Answer) -> None:
        """Raises _DoubtError for a last answer with which fewer came, since a stamp was asked for, than there are."""
        if answer.following is None and (came := len({key for key, _ in self._seen | names})) < total:
            raise _DoubtError(f"{answer.label}: it is the last, with {came} records of {total}")
        self._announced = total if self._announced is None else self._announced
        self._keys |= {key for key, _ in names}

    def _name(self, record: Any) -> tuple[Any, Any]:
        """A record with its stamp. One that does not say which it is counts as one that nobody has seen."""
        key, stamp = (record.get(self.key), record.get(self._stamp)) if isinstance(record, dict) else (None, None)
        return (key if isinstance(key, str | int) else object(), stamp if isinstance(stamp, str) else None)


def _key_field(obj: ObjectContract) -> str:
    return obj.key_columns[0].path
