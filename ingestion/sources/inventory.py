"""Inventory service: movements and counts by each location's own numbers, locations, pars and balances as whole lists.

Belongs here: how this service is asked for each of them. Not here: sequences (protocols/sequence.py), columns and what
may be kept of them (contracts/inventory.odcs.yaml).

Flow: balances at one moment, page after page. The greatest number in them at a location is how many movements it has
(an item that was ever moved keeps its balance, be it zero): so all keys of movements are known without reading one, and
only locations that have recorded something are asked for it, after the last number held, which comes once more.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Envelope, IncompleteAnswerError, Page, SourceKey, Window
from ingestion.protocols.http import JsonClient, Response, StatusError, asked_again
from ingestion.protocols.sequence import ROWS_A_PAGE, Numbered, SequenceReader

WHOLE = Envelope(list_at=("data",))
LOCATIONS, BALANCES, MOVEMENTS = "v1/locations", "v1/balances", "v1/movements"
NOT_FOUND = 404

Row = dict[str, Any]


class Options(BaseModel):
    """An `inventory` block in sources.toml has no options."""

    model_config = ConfigDict(extra="forbid")


class Inventory:
    """One inventory service, for the length of one load."""

    def __init__(self, client: JsonClient):
        self._client, self._sequences = client, SequenceReader(client)

    def check(self) -> str:
        return f"inventory service answers, {len(self._whole(LOCATIONS)[1])} locations"

    def now(self) -> datetime:
        return self._client.get_bytes(LOCATIONS).server_time()

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        if obj.sequence is not None:
            yield from self._recorded(obj, window)
        elif obj.source_object == BALANCES:
            yield from (page for page, _ in self._balances(window.end))
        else:
            yield self._whole(obj.source_object)[0]

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        if obj.sequence is not None:
            for location, after, last in _runs(keys):
                yield from self._sequences.between(_numbered(obj), location, after, last)
            return
        for location in sorted({key[0] for key in keys}):
            try:
                page, rows = self._whole(obj.source_object, {"location": location})
            except StatusError as error:
                if error.status != NOT_FOUND:
                    raise
                continue
            if rows:
                yield page

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        if obj.sequence is not None:
            records = _numbered(obj)
            for location, moved in self._moved(as_of).items():
                last = moved if obj.source_object == MOVEMENTS else self._sequences.last_number(records, location)
                yield from (SourceKey((location, str(number))) for number in range(1, last + 1))
        elif obj.source_object == BALANCES:
            yield from (_key(obj, row) for _, rows in self._balances(as_of) for row in rows)
        else:
            yield from (_key(obj, row) for row in self._whole(obj.source_object)[1])

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        """None: what was recorded wrongly is reversed by another movement."""
        return iter(())

    def close(self) -> None:
        self._client.close()

    def _recorded(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        """What each location has recorded since it was read. One that is held and has no balance any more is asked for
        too: only the service can say that it has gone, with all that it recorded."""
        records, moved = _numbered(obj), self._moved(window.end)
        for location in sorted({*moved, *window.after}):
            held = window.after.get(location, 0)
            least = moved.get(location, 0) if obj.source_object == MOVEMENTS else 0
            if held and held == least:
                continue
            try:
                yield from self._sequences.since(records, location, held, least)
            except StatusError as error:
                if location in moved or error.status != NOT_FOUND:
                    raise

    def _moved(self, as_of: datetime) -> dict[str, int]:
        """Every location that has ever moved anything, with the number of its last movement until `as_of`. What has
        moved nothing has counted nothing."""
        last: dict[str, int] = {}
        for _, rows in self._balances(as_of):
            for row in rows:
                last[row["location_id"]] = max(last.get(row["location_id"], 0), row["last_seq"])
        if not last:
            raise IncompleteAnswerError(f"{BALANCES}: no balance is listed, and so no location could be read")
        return last

    def _balances(self, as_of: datetime) -> Iterator[tuple[Page, list[Row]]]:
        """All balances of one moment: nothing that moves meanwhile is in one page and not in another."""
        moment, after = f"{as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", None
        while True:
            asked = {"as_of": moment, "limit": str(ROWS_A_PAGE)} | ({"after": after} if after else {})
            page, rows, following = self._list(BALANCES, asked, f"{BALANCES} after {after or 'the start'}")
            if following == after and after is not None:
                raise IncompleteAnswerError(f"{page.label}: the page goes on where it began")
            yield page, rows
            if following is None:
                return
            # A service whose clock is behind answers as of its own: from here on it is held to that.
            moment, after = rows[0]["as_of"], following

    def _whole(self, path: str, asked: dict[str, str] | None = None) -> tuple[Page, list[Row]]:
        """A list that comes in one answer."""
        page, rows, _ = self._list(path, asked or {}, path)
        return page, rows

    def _list(self, path: str, asked: dict[str, str], label: str) -> tuple[Page, list[Row], str | None]:
        """A page of a list, and what to go on after. That there is nothing is believed when it was said again."""

        def ask() -> tuple[Page, list[Row], str | None]:
            answer = self._client.get_bytes(path, asked, label=label)
            rows, following = _read(answer)
            return Page(answer.body, WHOLE, label, len(rows)), rows, following

        found = asked_again(ask)
        return found if found[1] else asked_again(ask)


def open_source(instance: Instance, contract: Contract) -> Inventory:
    """The source of an `inventory` block; `secret` names the variable that holds its API key."""
    instance.options_as(Options)
    return Inventory(JsonClient(instance.base_url, headers={"X-API-Key": instance.credential()}))


def _numbered(obj: ObjectContract) -> Numbered:
    if obj.sequence is None:
        raise ValueError(f"{obj.name} has no sequence")
    scope, number = obj.column(obj.sequence.scope).path, obj.column(obj.sequence.number).path
    return Numbered(obj.source_object, "location", scope, number)


def _read(answer: Response) -> tuple[list[Row], str | None]:
    """The rows of a list, and the last of them where more follow."""
    body = answer.json()
    rows, following = (body.get("data"), body.get("next_after")) if isinstance(body, dict) else (None, None)
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "location_id" in row for row in rows):
        raise IncompleteAnswerError(f"{answer.label}: the answer is no list of the service (`data`)")
    if following is not None and (not rows or following != f"{rows[-1]['location_id']}/{rows[-1].get('item_no')}"):
        raise IncompleteAnswerError(f"{answer.label}: the page does not end where it says that it does")
    return rows, following


def _key(obj: ObjectContract, row: Row) -> SourceKey:
    return SourceKey(tuple(str(row.get(column.path)) for column in obj.key_columns))


def _runs(keys: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, int, int]]:
    """Keys of a sequence as stretches without a gap: location, the number before the first, the last."""
    numbered = sorted((location, int(number)) for location, number in keys)
    # Within a stretch a number and its place in the list rise together.
    for _, run in groupby(enumerate(numbered), key=lambda at: (at[1][0], at[1][1] - at[0])):
        stretch = [key for _, key in run]
        yield stretch[0][0], stretch[0][1] - 1, stretch[-1][1]
