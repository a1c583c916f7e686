"""OData v2 and v4: pages of an entity set, and the doubts that paging over live data deserves.

Belongs here: envelopes, following links, comparing with the server's own count. Not here: how a question is written
(odata_query.py), what an object of a contract means as one (odata_objects.py), which entity sets a system has (sources/);
rows are decoded by landing, from their bytes.

Flow: links are followed as the server gives them. Rows that come, go or change meanwhile move the others over the
borders of pages, and the server's count betrays it: then all is read again by the key of the last row, where nothing moves.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from ingestion.landing.page import Envelope, IncompleteAnswerError, Page, SourceError
from ingestion.protocols.http import JsonClient, Response, StatusError
from ingestion.protocols.odata_query import Value, Version, beyond, literal, one_of, shape

log = logging.getLogger(__name__)

Moment = TypeVar("Moment", date, datetime)

ENVELOPES = {2: Envelope(list_at=("d", "results")), 4: Envelope(list_at=("value",))}
ERROR_CODE = re.compile(rb'"code"\s*:\s*"([A-Za-z0-9_./:-]{1,60})"')
V2_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# An answer that makes no sense (an error in place of rows, the page before once more) is asked for again so often.
MOST_ASKED = 3
FIRST_WAIT_SECONDS = 0.2
# A server may filter after it has cut a page, so that pages without a row come; without end they may not.
MOST_EMPTY_PAGES = 100
# A range with more rows is read in parts: what is kept of a pass, and what is read again, stays small.
ROWS_A_SLICE = 100_000
ROWS_BY_KEY = 1000


@dataclass(frozen=True)
class EntitySet:
    """One entity set: its path below the base URL and the properties of its key, in order."""

    path: str
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class ODataClient:
    """Entity sets of one version of OData on one server.

    params: query parameters that every request carries (Dynamics 365's cross-company). top: a number of rows beyond any
    answer, for servers that cut larger pages of flat rows when one is named (SAP). Every method raises SourceError.
    """

    def __init__(
        self, client: JsonClient, version: Version, params: Mapping[str, str] | None = None, top: int | None = None
    ):
        self._client, self.version = client, version
        self._params, self._top = dict(params or {}), top

    def pages(self, entity_set: EntitySet, paths: Sequence[str], where: str | None = None) -> Iterator[Page]:
        """Pages of the rows that meet `where`, each with at least one row; some rows come twice when the data moved.

        paths: properties to select, below a navigation as `to_Item/Material`; what a path leads through is expanded.
        Raises IncompleteAnswerError when rows are lacking that the server counts.
        """
        for page, _ in self._read(entity_set, paths, where):
            yield page

    def rows(self, entity_set: EntitySet, paths: Sequence[str], where: str | None = None) -> Iterator[dict[str, Any]]:
        """The rows of `pages`, parsed, each key once: for keys and stamps only, as numbers become floats."""
        seen: set[tuple[Any, ...]] = set()
        for _, rows in self._read(entity_set, paths, where):
            for row in rows:
                if (key := _key(entity_set, row)) not in seen:
                    seen.add(key)
                    yield row

    def count(self, entity_set: EntitySet, where: str | None = None) -> int:
        """How many rows the server says meet `where`."""
        label = f"{entity_set.name}, count"
        params = self._params | ({"$filter": where} if where else {})
        for attempt in _patiently():
            with attempt:
                answer = self._get(f"{entity_set.path}/$count", label, params, accept="text/plain")
                text = answer.body.decode("utf-8-sig", errors="replace").strip()
                if not text.isdecimal():
                    raise IncompleteAnswerError(f"{label}: the answer is no number")
        return int(text)

    def slices(self, entity_set: EntitySet, name: str, start: Moment, end: Moment) -> Iterator[str]:
        """Filters that together cover a closed range of a property, each of not more than ROWS_A_SLICE rows.

        Rows that share one moment are never parted.
        """

        def between(first: Moment, last: Moment, bound: str) -> str:
            return f"{name} ge {self.literal(first)} and {name} {bound} {self.literal(last)}"

        waiting = [(start, end, "le", self.count(entity_set, between(start, end, "le")))]
        while waiting:
            first, last, bound, rows = waiting.pop()
            # A date has no half days, and a filter no fractions that every server would read.
            middle = first + timedelta(seconds=(last - first) // timedelta(seconds=2))
            if rows <= ROWS_A_SLICE or not first < middle:
                yield between(first, last, bound)
            else:
                earlier = self.count(entity_set, between(first, middle, "lt"))
                waiting += [(middle, last, bound, rows - earlier), (first, middle, "lt", earlier)]

    def literal(self, value: Value) -> str:
        return literal(self.version, value)

    def same_keys(self, entity_set: EntitySet, keys: Sequence[Sequence[Value]]) -> str:
        """The filter for rows by their keys."""
        return one_of(self.version, entity_set.key, keys)

    def server_time(self, entity_set: EntitySet) -> datetime:
        return self._get(
            f"{entity_set.path}/$count", f"{entity_set.name}, count", self._params, "text/plain"
        ).server_time()

    def _read(
        self, entity_set: EntitySet, paths: Sequence[str], where: str | None
    ) -> Iterator[tuple[Page, list[dict[str, Any]]]]:
        walk = _Pass(entity_set)
        try:
            yield from self._walk(self._question(entity_set, paths, where), walk)
            if walk.is_steady:
                return
            log.warning("%s: the data moved while it was read; reading again by key", entity_set.name)
        except IncompleteAnswerError as error:
            log.warning("%s Reading again by key.", error)
        yield from self._walk_by_key(paths, where, _Pass(entity_set))

    def _walk(self, params: dict[str, str], walk: "_Pass") -> Iterator[tuple[Page, list[dict[str, Any]]]]:
        """One way through all pages. Where the server names no next page and counts more rows, we skip what came."""
        address, asked = walk.entity_set.path, params
        while True:
            page, rows, link = self._page(address, asked, walk)
            if rows:
                yield page, rows
            if link is not None:
                address, asked = walk.followed(link), {}
            elif rows and walk.lacks_rows:
                address, asked = walk.entity_set.path, params | {"$skip": str(len(walk.keys))}
            else:
                return

    def _walk_by_key(
        self, paths: Sequence[str], where: str | None, walk: "_Pass"
    ) -> Iterator[tuple[Page, list[dict[str, Any]]]]:
        """One way through all rows, each page asked for by the last key of the one before."""
        entity_set, after = walk.entity_set, where
        while True:
            # What is counted is what is still to come.
            walk.totals, walk.counted_from = set(), len(walk.keys)
            params = self._question(entity_set, paths, after) | {"$top": str(ROWS_BY_KEY)}
            page, rows, _ = self._page(entity_set.path, params, walk)
            if rows:
                yield page, rows
            if not rows or (walk.totals and not walk.lacks_rows):
                return
            further = beyond(self.version, entity_set.key, [_typed(part) for part in _key(entity_set, rows[-1])])
            after = f"({where}) and ({further})" if where else further

    def _page(
        self, address: str, params: dict[str, str], walk: "_Pass"
    ) -> tuple[Page, list[dict[str, Any]], str | None]:
        walk.number += 1
        for attempt in _patiently():
            with attempt:
                answer = self._get(address, walk.label, params)
                rows, total, link = _content(answer, self.version)
                walk.see(rows, total, link)
        page = Page(answer.body, ENVELOPES[self.version], walk.label, len(rows))
        return page, rows, str(httpx.URL(answer.url).join(link)) if link else None

    def _get(self, address: str, label: str, params: dict[str, str], accept: str = "application/json") -> Response:
        try:
            # None where a next link has its own: httpx would take an empty mapping as "no query".
            return self._client.get_bytes(address, params or None, accept=accept, label=label)
        except StatusError as error:
            code = ERROR_CODE.search(error.body)
            raise SourceError(f"{error}{f' ({code[1].decode()})' if code else ''}") from None

    def _question(self, entity_set: EntitySet, paths: Sequence[str], where: str | None) -> dict[str, str]:
        # An order of its own, whoever cuts the pages: without one no page would be sure to follow the last.
        params = self._params | {"$orderby": ",".join(entity_set.key)}
        params |= {"$inlinecount": "allpages"} if self.version == 2 else {"$count": "true"}
        params |= {"$filter": where} if where else {}
        # Rows that bring others with them fill a page soon enough.
        is_flat = bool(paths) and not any("/" in path for path in paths)
        params |= {"$top": str(self._top)} if self._top and is_flat else {}
        return params | (shape(self.version, [*entity_set.key, *paths]) if paths else {})


@dataclass
class _Pass:
    """One way through all pages of a question, and what the server counted on it."""

    entity_set: EntitySet
    number: int = 0
    empty: int = 0
    counted_from: int = 0
    keys: set[tuple[Any, ...]] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)

    @property
    def label(self) -> str:
        return f"{self.entity_set.name}, page {self.number}"

    @property
    def lacks_rows(self) -> bool:
        return bool(self.totals) and len(self.keys) - self.counted_from < max(self.totals)

    @property
    def is_steady(self) -> bool:
        """Whether the server's count stayed what it was, and everything it counts was seen."""
        return not self.totals or self.totals == {len(self.keys)}

    def see(self, rows: list[dict[str, Any]], total: int | None, link: str | None) -> None:
        """Take note of a page. Raises IncompleteAnswerError for one that brings nothing new while rows are lacking."""
        if total is not None:
            self.totals.add(total)
        self.empty = 0 if rows else self.empty + 1
        if (not rows and link is None and self.lacks_rows) or self.empty > MOST_EMPTY_PAGES:
            raise IncompleteAnswerError(f"{self.label}: it is empty, and the server counts more rows than came")
        keys = {_key(self.entity_set, row) for row in rows}
        if rows and keys <= self.keys:
            raise IncompleteAnswerError(f"{self.label}: every row of it came before: the server repeats a page")
        self.keys |= keys

    def followed(self, link: str) -> str:
        if link in self.links:
            raise IncompleteAnswerError(f"{self.label}: its next link was followed before: the server goes in a circle")
        self.links.add(link)
        return link


def read_moment(text: Any, label: str) -> datetime:
    """A date or time as either version writes it, as UTC. Raises SourceError for anything else."""
    if isinstance(text, str):
        if found := V2_DATE.fullmatch(text):
            # Milliseconds UTC; the offset only says where they were written down.
            return EPOCH + timedelta(milliseconds=int(found[1]))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    raise SourceError(f"{label}: a value is no date or time as OData writes them")


def _patiently() -> Retrying:
    return Retrying(
        retry=retry_if_exception_type(IncompleteAnswerError),
        stop=stop_after_attempt(MOST_ASKED),
        wait=wait_exponential(FIRST_WAIT_SECONDS),
        reraise=True,
    )


def _content(answer: Response, version: Version) -> tuple[list[dict[str, Any]], int | None, str | None]:
    """Rows, the server's count and the next link of a page."""
    body = answer.json()
    if isinstance(body, dict) and "error" in body:
        code = ERROR_CODE.search(answer.body)
        raise IncompleteAnswerError(
            f"{answer.label}: an error came in place of rows ({code[1].decode() if code else 'without a code'})"
        )
    part = body.get("d") if version == 2 and isinstance(body, dict) else body
    names = ("results", "__count", "__next") if version == 2 else ("value", "@odata.count", "@odata.nextLink")
    rows, total, link = (part.get(name) for name in names) if isinstance(part, dict) else (None, None, None)
    if not isinstance(rows, list) or not (total is None or str(total).isdecimal()):
        raise IncompleteAnswerError(f"{answer.label}: the answer has no list of rows, or a count that is no number")
    return rows, None if total is None else int(total), link


def _typed(part: Any) -> Value:
    """A part of a key as a page has it, as a filter compares it."""
    is_date = isinstance(part, str) and V2_DATE.fullmatch(part)
    return read_moment(part, "key").date() if is_date else part


def _key(entity_set: EntitySet, row: Any) -> tuple[Any, ...]:
    try:
        key = tuple(row[name] for name in entity_set.key)
        hash(key)  # an object in the place of a key is none
    except (KeyError, TypeError):
        raise IncompleteAnswerError(f"{entity_set.name}: a row has no {', '.join(entity_set.key)}") from None
    return key
