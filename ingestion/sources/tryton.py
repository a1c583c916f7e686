"""Tryton 8.2: requisition to payment and the general ledger, over its REST user application.

Belongs here: how Tryton tells us what changed. Not here: paging and domains (protocols/tryton.py), columns and keys
(contracts/tryton.odcs.yaml).

Flow: each model with its lines nested, by `last_modified_at` in a closed range. A line edited by itself does not touch
its document, so the range is asked of the lines too. Nothing signals a delete: keys are compared at every load. A line
deleted by itself (no client of Tryton's does that) moves no stamp at all, and is found by a full read only.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import orjson

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Page, SourceKey, Window
from ingestion.protocols.tryton import Domain, TrytonClient, as_moment, instant

STAMP = "last_modified_at"
KEYS_A_REQUEST = 500
# What a typed value is wrapped in is no field to ask for.
TYPED_VALUE = re.compile(r"\.decimal$")


def open_source(instance: Instance, contract: Contract) -> "TrytonSource":
    """base_url ends with the database's name; `options.company` is the company whose prices and accounts are read."""
    client = TrytonClient(instance.base_url, instance.credential(), instance.options.get("company", 1))
    return TrytonSource(client, contract)


class TrytonSource:
    """Reads one Tryton database as landing asks (ingestion.landing.page.Source)."""

    def __init__(self, client: TrytonClient, contract: Contract):
        self._client, self._contract = client, contract

    def check(self) -> str:
        parties, clock = self._client.count("party.party", []), self._client.now()
        return f"Tryton answers, {parties} parties, clock {clock:%Y-%m-%d %H:%M:%S} UTC"

    def now(self) -> datetime:
        return self._client.now()

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        return self._client.pages(obj.source_object, self._fields(obj), self._changed_in(obj, window))

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        ids = sorted(int(key[0]) for key in keys)
        for start in range(0, len(ids), KEYS_A_REQUEST):
            domain = [["id", "in", ids[start : start + KEYS_A_REQUEST]]]
            yield from self._client.pages(obj.source_object, self._fields(obj), domain)

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        domain = [["create_date", "<=", instant(as_of)]]
        for page in self._client.pages(obj.source_object, [STAMP], domain):
            for row in orjson.loads(page.body):
                changed_at = as_moment(row[STAMP])
                # What changed after the read belongs to the next one: it is neither missing nor stale yet.
                yield SourceKey((str(row["id"]),), changed_at if changed_at <= as_of else None)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(())

    def close(self) -> None:
        self._client.close()

    def _fields(self, obj: ObjectContract) -> list[str]:
        """The dotted fields to ask for: the contract's paths, children's under their list."""
        children = self._contract.children(obj.name)
        paths = [column.path for column in obj.landed_columns]
        for child in children:
            rows_at = _dotted(child)
            paths += [f"{rows_at}.{column.path}" for column in child.landed_columns if column.path[0] != "^"]
        return sorted({TYPED_VALUE.sub("", path) for path in paths})

    def _changed_in(self, obj: ObjectContract, window: Window) -> Domain:
        own = _range(STAMP, window)
        stamped = [child for child in self._contract.children(obj.name) if child.version.changed_at]
        lines = [_range(f"{_dotted(child)}.{STAMP}", window) for child in stamped]
        return ["OR", own, *lines] if lines and window.start else own


def _dotted(child: ObjectContract) -> str:
    """Where a child's rows are, as Tryton names fields: lists are not marked."""
    return (child.rows_at or "").replace("[]", "")


def _range(field: str, window: Window) -> Domain:
    since = [[field, ">=", instant(window.start)]] if window.start else []
    return [*since, [field, "<=", instant(window.end)]]
