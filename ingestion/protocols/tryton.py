"""Tryton's REST user application: domains, pages by id, counts.

Belongs here: how a Tryton server is asked. Not here: which models (sources/tryton.py), or what their fields are
(contracts/tryton.odcs.yaml).
"""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from ingestion.landing.page import Envelope, IncompleteAnswerError, Page
from ingestion.protocols.http import BearerToken, JsonClient, Patience

ROWS_A_PAGE = 200
# A list of records is the whole page: `[{"id": 1, ...}, ...]`.
ENVELOPE = Envelope()

Domain = list[Any]


class TrytonClient:
    """One Tryton database. Every method raises SourceError."""

    def __init__(self, base_url: str, key: str, company: int | None, patience: Patience | None = None):
        # Without a company in the context, company-dependent fields (prices, accounts) are silently null.
        headers = {"X-Tryton-Context": _encoded({"company": company})} if company is not None else {}
        self._client = JsonClient(base_url, BearerToken(key), headers, patience)

    def now(self) -> datetime:
        """The server's clock."""
        return self._client.get_bytes("rest/model/company.company", self._query(["id"], [], 1)).server_time()

    def count(self, model: str, domain: Domain) -> int:
        answer = self._client.post_json(f"rest/model/{model}/search_count", {"domain": domain}).json()
        if not isinstance(answer, int):
            raise IncompleteAnswerError(f"{model}: the count is no number")
        return answer

    def pages(self, model: str, fields: Sequence[str], domain: Domain) -> Iterator[Page]:
        """All records of a domain, by rising id: a keyset, so that rows that come and go shift no page.

        Raises IncompleteAnswerError when a page does not go on, or fewer records come than there are.
        """
        before = self.count(model, domain)
        last, seen = 0, 0
        while True:
            query = self._query(fields, [domain, ["id", ">", last]], ROWS_A_PAGE)
            response = self._client.get_bytes(f"rest/model/{model}", query)
            ids = _ids(model, response.json())
            if ids and (ids != sorted(set(ids)) or ids[0] <= last):
                raise IncompleteAnswerError(f"{model}: a page repeats records or is out of order (after id {last})")
            if ids:
                yield Page(response.body, ENVELOPE, f"{model} after id {last}", len(ids))
                seen, last = seen + len(ids), ids[-1]
            if len(ids) < ROWS_A_PAGE:
                break
        # A record that changes while we read leaves a closed window: only what was there before and after is missed.
        if seen < before and seen < (after := self.count(model, domain)):
            raise IncompleteAnswerError(f"{model}: {seen} records came of {min(before, after)}")

    def close(self) -> None:
        self._client.close()

    def _query(self, fields: Sequence[str], domain: Domain, limit: int) -> list[tuple[str, str | int]]:
        return [
            ("s", limit),
            ("d", _encoded(domain)),
            ("o", _encoded([["id", "ASC"]])),
            *(("f", field) for field in fields),
        ]


def instant(moment: datetime) -> dict[str, Any]:
    """A moment as Tryton writes one in a domain."""
    utc = moment.astimezone(UTC)
    return {
        "__class__": "datetime", "year": utc.year, "month": utc.month, "day": utc.day, "hour": utc.hour,
        "minute": utc.minute, "second": utc.second, "microsecond": utc.microsecond,
    }  # fmt: skip


def as_moment(value: dict[str, int]) -> datetime:
    """The other way round."""
    return datetime(
        value["year"], value["month"], value["day"], value["hour"], value["minute"], value["second"],
        value["microsecond"], UTC,
    )  # fmt: skip


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode()


def _ids(model: str, answer: Any) -> list[int]:
    if not isinstance(answer, list) or not all(
        isinstance(row, dict) and isinstance(row.get("id"), int) for row in answer
    ):
        raise IncompleteAnswerError(f"{model}: the answer is no list of records")
    return [row["id"] for row in answer]
