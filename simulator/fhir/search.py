"""FHIR search: parameters in, searchset Bundles with opaque next links out.

Belongs here: `_lastUpdated`, `_id`, `_sort`, `_count`, `_summary`, `_elements`, paging and its faults.
Not here: HTTP routes (`server.py`), what is stored (`store.py`).

Paging is by offset on live data, as many servers do it: a resource that changes between two pages can be missed or
seen twice. A client has to live with that; this one makes it possible to test that it does.
"""

import base64
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.fhir.faults import Fault, Faults
from simulator.fhir.outcomes import RefusalError, operation_outcome
from simulator.fhir.store import Condition, Rows, Store, format_instant, parse, parse_instant, render

DEFAULT_COUNT = 50
KNOWN = {"_lastUpdated", "_id", "_sort", "_count", "_summary", "_elements", "_page"}
HARMLESS = {"_format", "_pretty", "_total"}
SORTS = {"_lastUpdated": "last_updated", "-_lastUpdated": "last_updated DESC", "_id": "id", "-_id": "id DESC"}
PREFIXED = re.compile(r"^(eq|ge|gt|le|lt)?(\d{4}-\d{2}-\d{2}.*)$")
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

Parameters = list[tuple[str, str]]


@dataclass(frozen=True)
class Search:
    """A search as asked."""

    type: str
    conditions: tuple[Condition, ...]
    order: str
    count: int
    only_total: bool
    elements: set[str]
    ignored: list[str]

    def run(self, store: Store) -> Rows:
        return store.select(self.type, self.conditions, self.order)

    def shown(self, body: bytes) -> bytes:
        if not self.elements:
            return body
        content = parse(body)
        kept = {key: value for key, value in content.items() if key in self.elements | {"resourceType", "id"}}
        meta = content.get("meta", {})
        return render(kept | {"meta": meta | {"tag": [*meta.get("tag", []), SUBSETTED]}})


def _time_bound(value: str) -> Condition:
    """A date stands for its whole day and a second for its whole second, as FHIR's prefixes are defined."""
    matched = PREFIXED.match(value)
    try:
        prefix, text = matched.groups() if matched else ("", "")
        if len(text) == len("2026-01-31"):
            start, width = datetime.fromisoformat(text), timedelta(days=1)
        else:
            start, width = parse_instant(text), timedelta(milliseconds=1) if "." in text else timedelta(seconds=1)
    except ValueError as error:
        raise RefusalError(400, f"Invalid _lastUpdated value {value!r}", "invalid") from error
    return {
        "ge": Condition("last_updated >= ?", (start,)),
        "gt": Condition("last_updated >= ?", (start + width,)),
        "le": Condition("last_updated < ?", (start + width,)),
        "lt": Condition("last_updated < ?", (start,)),
    }.get(prefix or "eq", Condition("last_updated >= ? AND last_updated < ?", (start, start + width)))


def read_search(type_: str, parameters: Parameters, largest_count: int, strict: bool) -> Search:
    """Raises RefusalError for a value that means nothing, and for an unknown parameter when `strict`."""
    ignored = [name for name, _ in parameters if name not in KNOWN | HARMLESS]
    if ignored and strict:
        raise RefusalError(400, f"Unknown search parameters: {', '.join(ignored)}", "not-supported")
    single = dict(parameters)
    sort, count_text = single.get("_sort"), single.get("_count", str(DEFAULT_COUNT))
    if sort is not None and sort not in SORTS:
        raise RefusalError(400, f"Cannot sort by {sort!r}", "not-supported")
    if not count_text.isdigit():
        raise RefusalError(400, f"Invalid _count {count_text!r}", "invalid")
    conditions = [_time_bound(value) for name, value in parameters if name == "_lastUpdated"]
    if "_id" in single:
        conditions.append(Condition("list_contains(?, id)", (sorted(set(single["_id"].split(","))),)))
    return Search(
        type=type_,
        conditions=tuple(conditions),
        order=SORTS[sort] if sort else "row",
        count=min(int(count_text), largest_count),
        only_total=single.get("_summary") == "count" or count_text == "0",
        elements={name for name in single.get("_elements", "").split(",") if name},
        ignored=ignored,
    )


def encode_page(parameters: Parameters, offset: int) -> str:
    return base64.urlsafe_b64encode(render([parameters, offset])).decode().rstrip("=")


def decode_page(token: str) -> tuple[Parameters, int]:
    """Raises RefusalError for a token that this server did not make."""
    try:
        parameters, offset = parse(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return [(name, value) for name, value in parameters], int(offset)
    except (ValueError, TypeError) as error:
        raise RefusalError(410, "The page is no longer available; start the search again", "expired") from error


def _entry(base: str, type_: str, row: bytes, mode: str) -> bytes:
    id_ = parse(row).get("id")
    full_url = b'"fullUrl":' + render(f"{base}/{type_}/{id_}") + b"," if id_ and mode == "match" else b""
    return b"{" + full_url + b'"resource":' + row + b',"search":{"mode":"' + mode.encode() + b'"}}'


def _warnings(search: Search, faults: list[str]) -> list[str]:
    warnings = [f"The search parameter {name!r} is not supported and was ignored" for name in search.ignored]
    if "outcome-entry" in faults:
        warnings.append("Some results were withheld by a policy of this server")
    return warnings


def search_bundle(
    store: Store, faults: Faults, target: str, base: str, link_base: str, search: Search, page: tuple[Parameters, int]
) -> bytes:
    """One page as JSON. `base` is the server's address, `link_base` the same or empty for relative links."""
    parameters, offset = page
    found = search.run(store)
    firing: list[Fault] = faults.firing("page", target)
    names = [fault.name for fault in firing]

    start = max(0, offset - search.count) if "repeated-page" in names else offset
    rows: list[bytes] = []
    if not ("empty-page" in names or search.only_total):
        page_rows = store.bodies(search.type, found[start : start + search.count])
        rows = faults.damage_rows([search.shown(body) for body in page_rows], target)
    more = offset + search.count < len(found) and "empty-page" not in names and not search.only_total
    next_offset = offset + search.count
    if "endless-next" in names:
        more, next_offset = True, offset
    if "shifting-page" in names and rows:
        # A row that was just delivered changes, moves to the end of the order, and all others move up by one.
        store.touch(search.type, int(found[start]))

    path = f"{link_base}/{search.type}"
    links = [{"relation": "self", "url": f"{path}?_page={encode_page(parameters, offset)}"}]
    if more:
        links.append({"relation": "next", "url": f"{path}?_page={encode_page(parameters, next_offset)}"})
    head = {
        "resourceType": "Bundle",
        "id": str(uuid.uuid4()),
        "meta": {"lastUpdated": format_instant(store.now())},
        "type": "searchset",
        "total": len(found),
        "link": links,
    }
    entries = [_entry(base, search.type, row, "match") for row in rows]
    for warning in _warnings(search, names):
        entries.append(
            _entry(base, search.type, render(operation_outcome(warning, "processing", "warning")), "outcome")
        )
    if not entries:  # FHIR forbids empty arrays: a page without entries has no `entry` at all.
        return render(head)
    return render(head)[:-1] + b',"entry":[' + b",".join(entries) + b"]}"
