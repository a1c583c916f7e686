"""FHIR search: pages of a searchset Bundle behind opaque links, and the doubts that live paging deserves.

Belongs here: following links, seeing that each page brings something new, comparing with the server's total.
Not here: which resources are read (sources/fhir_r4.py); a Bundle's records are decoded by landing, from its bytes.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from ingestion.landing.page import Envelope, IncompleteAnswerError, Page, SourceError
from ingestion.protocols.fhir import FHIR_JSON, explained, failed_issues, is_outcome, issue_codes
from ingestion.protocols.http import JsonClient, Response, StatusError

log = logging.getLogger(__name__)

BUNDLE = Envelope(list_at=("entry",), record_at=("resource",), type_field="resourceType")
# A server may filter after it has cut a page, so that pages without a match come; without end they may not.
MOST_EMPTY_PAGES = 100
MOST_PASSES = 3


@dataclass
class _Pass:
    """One way through all pages of a search, and whether the ground moved under it."""

    links: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    without_id: int = 0
    totals: set[int] = field(default_factory=set)
    empty_in_a_row: int = 0

    @property
    def records(self) -> int:
        return len(self.ids) + self.without_id

    @property
    def is_steady(self) -> bool:
        """Whether the server's total stayed what it was and everything it counts was seen.

        Many servers page by offset on live data: a record that leaves the window in mid-paging moves the next one onto
        a page that was already read. The total betrays it.
        """
        return not self.totals or self.totals == {self.records}


def search_pages(client: JsonClient, type_: str, params: list[tuple[str, str]]) -> Iterator[Page]:
    """Pages with at least one record of the type, read again (records come twice then) when the data moved meanwhile.

    Raises IncompleteAnswerError for a repeated page or link and for a total that is not reached in three passes;
    SourceError for an OperationOutcome in place of, or among, the matches that reports an error.
    """
    for page, _ in _read(client, type_, params):
        yield page


def search_resources(client: JsonClient, type_: str, params: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """The records of `search_pages`, parsed, each id once: for keys and stamps only, as numbers become floats."""
    seen: set[Any] = set()
    for _, records in _read(client, type_, params):
        for record in records:
            if record.get("id") not in seen:
                seen.add(record.get("id"))
                yield record


def _read(client: JsonClient, type_: str, params: list[tuple[str, str]]) -> Iterator[tuple[Page, list[dict[str, Any]]]]:
    for _ in range(MOST_PASSES):
        walk = _Pass()
        yield from _walk(client, type_, params, walk)
        if walk.is_steady:
            return
        log.warning("%s search: the data moved while it was read; reading again", type_)
    raise IncompleteAnswerError(
        f"{type_} search: {walk.records} records came and the server counts "
        f"{' or '.join(map(str, sorted(walk.totals)))}, {MOST_PASSES} times over. Load again at a quieter hour, or "
        "read this source by bulk export."
    )


def _walk(
    client: JsonClient, type_: str, params: list[tuple[str, str]], walk: _Pass
) -> Iterator[tuple[Page, list[dict[str, Any]]]]:
    link: str | None = None
    number = 0
    while number == 0 or link is not None:
        number += 1
        label = f"{type_} search, page {number}"
        answer = _page(client, type_, params, link, label)
        bundle = _bundle(answer)
        records = _records(bundle, type_, label)
        _see_progress(walk, records, label)
        if isinstance(total := bundle.get("total"), int):
            walk.totals.add(total)
        if records:
            yield Page(answer.body, BUNDLE, label, records=len(records)), records
        link = _next_link(bundle, answer)
        if link in walk.links:
            raise IncompleteAnswerError(f"{label}: its next link was followed before: the server goes in a circle")
        if link is not None:
            walk.links.add(link)


def _page(client: JsonClient, type_: str, params: list[tuple[str, str]], link: str | None, label: str) -> Response:
    try:
        if link is None:
            return client.get_bytes(type_, [*params, ("_total", "accurate")], accept=FHIR_JSON, label=label)
        return client.get_bytes(link, accept=FHIR_JSON, label=label)
    except StatusError as error:
        raise explained(error) from None


def _bundle(answer: Response) -> dict[str, Any]:
    bundle = answer.json()
    if is_outcome(bundle):
        raise SourceError(
            f"{answer.label}: an OperationOutcome came in place of a Bundle ({issue_codes(bundle.get('issue') or [])})"
        )
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise SourceError(f"{answer.label}: the answer is no Bundle")
    return bundle


def _records(bundle: dict[str, Any], type_: str, label: str) -> list[dict[str, Any]]:
    """The records of the type. An outcome among them that reports an error means that others are missing."""
    records = []
    for entry in bundle.get("entry") or []:
        resource = entry.get("resource") or {}
        if resource.get("resourceType") == type_:
            records.append(resource)
        elif is_outcome(resource) and (failed := failed_issues(resource)):
            raise IncompleteAnswerError(f"{label}: the server reports that results are missing ({issue_codes(failed)})")
    return records


def _see_progress(walk: _Pass, records: list[dict[str, Any]], label: str) -> None:
    """Raises IncompleteAnswerError for a page that brings nothing new, or too many without any record."""
    if not records:
        walk.empty_in_a_row += 1
        if walk.empty_in_a_row > MOST_EMPTY_PAGES:
            raise IncompleteAnswerError(f"{label}: {MOST_EMPTY_PAGES} pages in a row without a record")
        return
    walk.empty_in_a_row = 0
    ids = {record["id"] for record in records if isinstance(record.get("id"), str)}
    without_id = sum(1 for record in records if not isinstance(record.get("id"), str))
    if not without_id and ids <= walk.ids:
        raise IncompleteAnswerError(f"{label}: every record of it came before: the server repeats a page")
    walk.ids |= ids
    walk.without_id += without_id


def _next_link(bundle: dict[str, Any], answer: Response) -> str | None:
    """The opaque next link; a relative one stands against the address it came from."""
    for link in bundle.get("link") or []:
        if link.get("relation") == "next":
            return str(httpx.URL(answer.url).join(link["url"]))
    return None
