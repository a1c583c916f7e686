"""The rows in an answer's body, whatever protocol it is of, and what a damaged source makes of them.

Belongs here: where rows stand in a body, what names a row, its change stamp; damage to one row or to a page of them.
Not here: which rows are hit and when (`faults.py`). Shapes: OData v2 and v4, Oracle, reports, plain lists, FHIR bundles
and NDJSON files.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

# Keeps a decimal as it was written: 40.10 stays 40.10.
import simplejson

Row = dict[str, Any]

LISTS = ("results", "value", "items", "data", "Report_Entry", "entry")
LINKS = ("link", "links")
NEXT = ("__next", "@odata.nextLink", "next", "nextPage", "next_page", "next_page_token")
STAMP = re.compile(r"chang|updat|modif", re.IGNORECASE)
IDENTIFIER = re.compile(r"(id|number|no|seq|key|order|item|document|invoice|start|end)$", re.IGNORECASE)
KIND = re.compile(r"(status|state|type|category|class|code)$", re.IGNORECASE)
V2_DATE, ISO_DATE = re.compile(r"^/Date\((-?\d+)"), re.compile(r"^\d{4}-\d\d-\d\d")
DAY_MILLISECONDS = 86_400_000
# 69 years on: no clock that is merely wrong, and far beyond any window.
FAR_AHEAD, BEFORE = timedelta(days=25_202), timedelta(days=-1)

# Planted in the field that a drift adds, so that a scan can prove that no unknown field is stored.
ADDED_FIELD, ADDED_VALUE = "AddedByUpgrade", "CANARY-UNKNOWN-FIELD 555-0199"
NEW_MEMBER = "ZZ_NEW"


class Page:
    """A body that carries rows. `rows` may be changed; `text()` is the body again."""

    def __init__(self, document: Any, rows: list[Row], is_lines: bool) -> None:
        self.document, self.rows, self._is_lines = document, rows, is_lines

    @classmethod
    def read(cls, body: bytes, media_type: str) -> "Page | None":
        """None for a body without rows: a single record, a token, metadata, an error."""
        if "ndjson" in media_type:
            lines = [simplejson.loads(line, use_decimal=True) for line in body.splitlines() if line.strip()]
            return cls(lines, lines, is_lines=True)
        if "json" not in media_type:
            return None
        document = simplejson.loads(body, use_decimal=True)
        rows = _rows(document)
        return None if rows is None else cls(document, rows, is_lines=False)

    def text(self) -> bytes:
        parts = self.rows if self._is_lines else [self.document]
        return b"\n".join(
            simplejson.dumps(part, use_decimal=True, ensure_ascii=False, separators=(",", ":")).encode()
            for part in parts
        )

    def end(self) -> None:
        """Take away every row and every sign that more would follow; a declared total stays."""
        self.rows.clear()
        for part in (self.document, self.document.get("d") if isinstance(self.document, dict) else None):
            if not isinstance(part, dict):
                continue
            for name in NEXT:
                part.pop(name, None)
            if "hasMore" in part:
                part["hasMore"] = False
            for name in LINKS:
                if isinstance(part.get(name), list):
                    part[name] = [link for link in part[name] if "next" not in (link.get("rel"), link.get("relation"))]


def _rows(document: Any) -> list[Row] | None:
    if isinstance(document, list):
        return document if all(isinstance(row, dict) for row in document) else None
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("d"), dict):
        return _rows(document["d"])
    named = [document[name] for name in LISTS if isinstance(document.get(name), list)]
    if named:
        return _rows(named[0])
    # A service with a name of its own for its list: the only list of records that there is.
    lists = [value for name, value in document.items() if name not in LINKS and isinstance(value, list)]
    return _rows(lists[0]) if len(lists) == 1 and lists[0] else None


def content(row: Row) -> Row:
    """The record of a row: an entry of a FHIR bundle wraps its resource."""
    resource = row.get("resource")
    return resource if isinstance(resource, dict) else row


def row_key(row: Row) -> str:
    """What names a row for the truth, in all its versions: its address or id, else the identifiers it begins with."""
    record = content(row)
    if isinstance(metadata := record.get("__metadata"), dict):
        return str(metadata["uri"]).rpartition("/")[2]
    if "resourceType" in record:
        return f"{record['resourceType']}/{record.get('id')}"
    if "id" in record:
        return str(record["id"])
    return "|".join(str(record[name]) for name in _key_fields(record))


def fields_to_lose(row: Row) -> list[str]:
    """The fields that may drift away: values that are there, no part of a key and no change stamp."""
    record = content(row)
    kept = {"id", "resourceType", *_key_fields(record)}
    known = [name for name in _plain(record) if record[name] is not None]
    return [name for name in known if name not in kept and not STAMP.search(name)]


def fields_of_a_kind(row: Row) -> list[str]:
    """The fields that may get an unknown member: text that tells a status, a type or the like."""
    record = content(row)
    return [name for name in fields_to_lose(row) if KIND.search(name) and isinstance(record[name], str)]


def add_field(row: Row, field: str) -> None:
    content(row)[field] = ADDED_VALUE


def remove_field(row: Row, field: str) -> None:
    content(row).pop(field, None)


def rename_field(row: Row, field: str) -> None:
    record = content(row)
    if field in record:
        record[f"{field}New"] = record.pop(field)


def retype_field(row: Row, field: str) -> None:
    """A number becomes text, anything else an object."""
    record = content(row)
    value = record.get(field)
    if value is not None:
        is_number = not isinstance(value, (str, bool))
        record[field] = f"{value} EA" if is_number else {"value": value}


def rename_member(row: Row, field: str) -> None:
    if content(row).get(field) is not None:
        content(row)[field] = NEW_MEMBER


def restamp(row: Row, by: timedelta) -> bool:
    """Move the row's change stamp; False for a row that has none."""
    record = content(row)
    places = [record["meta"]] if isinstance(record.get("meta"), dict) else []
    for place in (record, *places):
        for name, value in place.items():
            if STAMP.search(name) and isinstance(value, str) and (moved := _moved(value, by)):
                place[name] = moved
                return True
    return False


def _moved(value: str, by: timedelta) -> str:
    if found := V2_DATE.match(value):
        milliseconds = int(found[1]) + by.days * DAY_MILLISECONDS
        return f"/Date({milliseconds}{value[found.end() :]}"
    if ISO_DATE.match(value):
        return f"{date.fromisoformat(value[:10]) + by}{value[10:]}"
    return ""


def _plain(record: Row) -> list[str]:
    """Names of fields that hold one value, in their order; annotations are none."""
    return [name for name, value in record.items() if not _is_nested(value) and not name.startswith(("@", "__"))]


def _key_fields(record: Row) -> list[str]:
    """A record begins with its key, whoever serves it: of its first fields those that look like one, or all."""
    first = _plain(record)[:4]
    return [name for name in first if IDENTIFIER.search(name)] or first


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def keys(rows: Iterable[Row]) -> list[str]:
    return [row_key(row) for row in rows]
