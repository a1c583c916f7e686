"""The bytes of single records inside a page, as they came: for what a whole page cannot be decoded with.

Belongs here: where a JSON value begins and ends. Not here: what it means (decode.py).
"""

import json
import re
from collections.abc import Iterator

import orjson

from ingestion.landing.page import IncompleteAnswerError, Page

MARK = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def line_slices(page: Page, record_type: str) -> list[bytes]:
    """The records of a page of NDJSON. A line that does not say its type may be a record that was cut: it is kept."""
    lines = [line for line in page.body.split(b"\n") if line.strip()]
    if page.envelope.type_field is None:
        return lines
    return [line for line in lines if _type_of_line(line, page.envelope.type_field) in (None, record_type)]


def _type_of_line(line: bytes, type_field: str) -> object:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value.get(type_field) if isinstance(value, dict) else None


def record_slices(page: Page, record_type: str) -> Iterator[bytes]:
    """The bytes of each record of a page, as they came. Raises IncompleteAnswerError when the page is cut or no JSON.

    Records of another type are left out where the envelope has a field that says the type.
    """
    try:
        # As forgiving as can be: a text that is not quite right belongs to one record, and costs that record only.
        json.loads(page.body.decode("utf-8", errors="replace"), strict=False)
    except json.JSONDecodeError as error:
        raise IncompleteAnswerError(f"{page.label}: the answer is not whole JSON: {error.msg}") from None
    start = _value_start(page.body, page.envelope.list_at)
    if start is None:
        return  # a FHIR bundle without a match has no `entry`
    if page.body[start : start + 1] != b"[":
        raise IncompleteAnswerError(f"{page.label}: something else stands where the list of records should be")
    for body in _elements(page.body, start):
        if page.envelope.record_at:
            body = _inside(body, page.envelope.record_at)
        type_field = page.envelope.type_field
        if type_field is None or _inside(body, (type_field,)) == orjson.dumps(record_type):
            yield body


def repeats_a_field(body: bytes) -> bool:
    """Whether an object of this (valid) JSON has a field twice: which of the two counts, nobody can say."""
    repeated = False

    def see(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal repeated
        seen = dict(pairs)
        repeated = repeated or len(seen) < len(pairs)
        return seen

    json.loads(body, object_pairs_hook=see)
    return repeated


def _elements(body: bytes, start: int) -> Iterator[bytes]:
    """Slices of the elements of the list that begins at `start`. Assumes valid JSON."""
    position = start + 1
    while True:
        position = _skip_space(body, position, b",")
        if body[position : position + 1] == b"]":
            return
        end = _value_end(body, position)
        yield body[position:end]
        position = end


def _inside(body: bytes, path: tuple[str, ...]) -> bytes:
    start = _value_start(body, path)
    return b"null" if start is None else body[start : _value_end(body, start)]


def _value_start(body: bytes, path: tuple[str, ...]) -> int | None:
    """Where the value at a path of object keys begins."""
    position = _skip_space(body, 0)
    for name in path:
        if body[position : position + 1] != b"{":
            return None
        position = _skip_space(body, position + 1)
        while body[position : position + 1] != b"}":
            key_end = _value_end(body, position)
            key = body[position:key_end]
            position = _skip_space(body, key_end, b":")
            if key == orjson.dumps(name):
                break
            position = _skip_space(body, _value_end(body, position), b",")
        else:
            return None
    return position


def _value_end(body: bytes, start: int) -> int:
    """Where the JSON value that begins at `start` ends."""
    if body[start : start + 1] not in (b"{", b"[", b'"'):
        end = start
        while end < len(body) and body[end] not in b",]} \t\r\n":
            end += 1
        return end
    depth = 0
    for mark in MARK.finditer(body, start):
        token = mark.group()
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
        if depth == 0:
            return mark.end()
    return len(body)


def _skip_space(body: bytes, position: int, also: bytes = b"") -> int:
    while position < len(body) and body[position] in b" \t\r\n" + also:
        position += 1
    return position
