"""Procurement as a service, Coupa-like: requisitions, orders, receipts, electronic invoices and their matches.

Belongs here: how the service tells us what changed, and which fields are asked for. Not here: pages
(protocols/offset.py), tokens (protocols/client_credentials.py), columns and keys (contracts/procurement.odcs.yaml).

Flow: each object with its lines nested, by `updated-at` in a closed range, in the order of its id: a document that
changes meanwhile leaves the range and comes with the next load. Nothing is deleted: a status says what was cancelled.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Page, SourceError, SourceKey, Window
from ingestion.protocols.client_credentials import ClientCredentials
from ingestion.protocols.http import JsonClient
from ingestion.protocols.offset import CoupaStyle, Listing, OffsetReader

# To read, and no more: without a word a client gets every scope that it is registered for.
SCOPES = (
    "core.requisition.read", "core.purchase_order.read", "core.inventory.receiving.read", "core.invoice.read",
    "core.supplier.read", "core.item.read",
)  # fmt: skip
STAMP, CREATED = "updated-at", "created-at"
# A page holds fifty: more keys in one question would not make fewer of them.
KEYS_A_REQUEST = 50


class Options(BaseModel):
    """`options` of a `procurement` block in sources.toml.

    client_id: as registered at the service, with `secret` naming its secret. token_url: where tokens are sold, when it
    is not `oauth2/token` of base_url.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: str
    token_url: str | None = None


def open_source(instance: Instance, contract: Contract) -> "Procurement":
    """base_url is the service's address without `api`. Raises SettingsError for options that cannot be right."""
    options = instance.options_as(Options)
    token_url = options.token_url or f"{instance.base_url.rstrip('/')}/oauth2/token"
    auth = ClientCredentials(token_url, options.client_id, instance.credential(), " ".join(SCOPES))
    return Procurement(JsonClient(instance.base_url, auth), contract)


class Procurement:
    """Reads one procurement service as landing asks (ingestion.landing.page.Source)."""

    def __init__(self, client: JsonClient, contract: Contract):
        self._client, self._contract = client, contract
        self._reader = OffsetReader(client, CoupaStyle())

    def check(self) -> str:
        return f"the procurement service answers, clock {self.now():%Y-%m-%d %H:%M:%S} UTC"

    def now(self) -> datetime:
        question = {"limit": "1", "fields": _fields(["id"])}
        return self._client.get_bytes("api/suppliers", question, label="suppliers, clock").server_time()

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        since = [(f"{STAMP}[gt_or_eq]", _instant(window.start))] if window.start else []
        return self._reader.pages(self._listing(obj, *since, (f"{STAMP}[lt_or_eq]", _instant(window.end))))

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        ids = sorted(int(key[0]) for key in keys)
        for start in range(0, len(ids), KEYS_A_REQUEST):
            wanted = ",".join(map(str, ids[start : start + KEYS_A_REQUEST]))
            yield from self._reader.pages(self._listing(obj, ("id[in]", wanted)))

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        listing = self._listing(obj, (f"{CREATED}[lt_or_eq]", _instant(as_of)), fields=["id", STAMP])
        for row in self._reader.rows(listing):
            changed_at = _moment(row.get(STAMP), listing.path)
            # What changed after the read belongs to the next one: it is neither missing nor stale yet.
            yield SourceKey((str(row["id"]),), changed_at if changed_at <= as_of else None)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(())

    def close(self) -> None:
        self._client.close()

    def _listing(self, obj: ObjectContract, *conditions: tuple[str, str], fields: list[str] | None = None) -> Listing:
        asked = _fields(fields or self._paths(obj))
        return Listing(f"api/{obj.source_object}", ("id",), conditions, (("fields", asked),))

    def _paths(self, obj: ObjectContract) -> list[str]:
        """What the contract takes: the rest is not even asked for, names and addresses of people among it."""
        paths = [column.path for column in obj.landed_columns]
        for child in self._contract.children(obj.name):
            paths += [f"{child.rows_at}.{column.path}" for column in child.landed_columns if column.path[0] != "^"]
        return paths


def _fields(paths: Sequence[str]) -> str:
    """Dotted paths as the service takes them: `["id",{"supplier":["number"]}]`."""
    tree: dict[str, Any] = {}
    for path in paths:
        node = tree
        for name in path.split("."):
            node = node.setdefault(name, {})
    return orjson.dumps(_nested(tree)).decode()


def _nested(tree: dict[str, Any]) -> list[Any]:
    return [{name: _nested(below)} if below else name for name, below in tree.items()]


def _instant(moment: datetime) -> str:
    """A UTC instant, cut off at seconds: a start may only be earlier, and after an end the next load goes on."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _moment(text: Any, path: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise SourceError(f"{path}: a record's {STAMP} is no time") from None
    if moment.tzinfo is None:
        raise SourceError(f"{path}: a record's {STAMP} has no offset, so it could be any hour")
    return moment.astimezone(UTC)
