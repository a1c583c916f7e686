"""One page of a load, looked at again for its names: whether a field is left out, or only empty.

Belongs here: what pyarrow does not tell of a page, because it reads an absent field as null. Not here: what follows from
it (drift.py).
"""

from functools import cached_property
from itertools import islice
from typing import Any

import orjson

from ingestion.contracts import Column, ObjectContract
from ingestion.contracts.source_path import parse_path
from ingestion.landing.decode import Decoder
from ingestion.landing.page import Page
from ingestion.landing.slices import line_slices, record_slices

# As many records as tell a habit of the source.
LOOKED_AT = 200
EMPTY: tuple[object, ...] = (None, "", [])


class Sample:
    """The first records of a page."""

    def __init__(self, page: Page, record_type: str):
        self._page, self._record_type = page, record_type

    def lacks(self, path: str) -> bool:
        """Whether no record has this field, not even empty."""
        names = [step.name for step in parse_path(path)]
        return not any(_has(record, names) for record in self._records)

    @property
    def writes_empty_values(self) -> bool:
        """Whether this source writes a field that is empty; others (FHIR) leave it out."""
        return any(_has_empty(record) for record in self._records)

    def fills(self, decoder: Decoder, member: ObjectContract, column: Column) -> bool:
        """Whether a decoder of one column reads every record, and finds a value."""
        blocks = list(decoder.blocks([self._page], 0))
        values = [block.rows[member.name].table[column.name] for block in blocks]
        return not any(block.bad for block in blocks) and any(len(found) > found.null_count for found in values)

    @cached_property
    def _records(self) -> list[Any]:
        envelope = self._page.envelope
        if envelope.delimiter is not None:
            # A delimited row has every name of the first line, empty or not.
            names = self._page.body.split(b"\n", 1)[0].decode().strip("\r").split(envelope.delimiter)
            return [{name.strip('"'): "" for name in names}]
        slices = (line_slices if envelope.lines else record_slices)(self._page, self._record_type)
        return [_parsed(body) for body in islice(slices, LOOKED_AT)]


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _has(value: Any, names: list[str]) -> bool:
    """Whether a field stands at a path. Nobody can tell below what is empty: then it does."""
    if not names or value in EMPTY:
        return True
    if isinstance(value, list):
        return any(_has(item, names) for item in value)
    return isinstance(value, dict) and names[0] in value and _has(value[names[0]], names[1:])


def _has_empty(value: Any) -> bool:
    if value in EMPTY:
        return True
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_empty(part) for part in parts)
