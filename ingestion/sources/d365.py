"""Dynamics 365 Finance and Operations: order to invoice, stock on hand and the general ledger over OData v4.

Belongs here: how each entity tells us that it changed, and the company rule. Not here: paging and counts
(protocols/odata.py), tokens (protocols/client_credentials.py), columns and keys (contracts/d365.odcs.yaml).

Flow: an entity with a stamp by `ModifiedDateTime` in a closed range, lines expanded into their header. Lines of receipts
cannot be expanded and have no stamp: the receipts that changed are listed, and their lines fetched by them. Stock on
hand is read whole. Nothing signals a hard delete: keys are compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import httpx
from pydantic import BaseModel, ConfigDict

from ingestion.contracts import Contract, ObjectContract
from ingestion.contracts.model import ARRIVAL
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Page, SourceKey, Window
from ingestion.protocols.client_credentials import ClientCredentials
from ingestion.protocols.http import JsonClient
from ingestion.protocols.odata import EntitySet, ODataClient, Value, read_moment

STAMP = "ModifiedDateTime"
# Without it only the user's own company would come, and no one would see what is missing.
EVERY_COMPANY = {"cross-company": "true"}
RECEIPTS = EntitySet("ProductReceiptHeaders", ("dataAreaId", "ProductReceiptNumber", "PurchaseOrderNumber"))
# A filter of so many keys stays below what servers and proxies allow of an address.
KEYS_A_REQUEST = 20


class Options(BaseModel):
    """`options` of a `d365` block in sources.toml.

    client_id: the application as registered in the directory, with `secret` naming its secret. token_url: where the
    directory sells tokens, `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token`.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: str
    token_url: str


def open_source(instance: Instance, contract: Contract) -> "Dynamics365":
    """base_url ends with `/data`. Raises SettingsError for options that cannot be right."""
    options = instance.options_as(Options)
    # The directory sells a token for one environment, named by its address.
    environment = httpx.URL(instance.base_url).copy_with(raw_path=b"/.default")
    auth = ClientCredentials(options.token_url, options.client_id, instance.credential(), str(environment))
    return Dynamics365(JsonClient(instance.base_url, auth), contract)


class Dynamics365:
    """Reads one environment as landing asks (ingestion.landing.page.Source)."""

    def __init__(self, client: JsonClient, contract: Contract):
        self._client, self._contract = client, contract
        self._odata = ODataClient(client, 4, EVERY_COMPANY)

    def check(self) -> str:
        receipts = self._odata.count(RECEIPTS)
        return f"Dynamics 365 answers, {receipts} receipts in every company, clock {self.now():%Y-%m-%d %H:%M:%S} UTC"

    def now(self) -> datetime:
        return self._odata.server_time(RECEIPTS)

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        if obj.cursor == ARRIVAL:
            yield from self._lines_of_receipts(obj, window)
        elif window.start is None:
            yield from self._odata.pages(_entity_set(obj), self._paths(obj))
        else:
            for where in self._odata.slices(_entity_set(obj), STAMP, window.start, window.end):
                yield from self._odata.pages(_entity_set(obj), self._paths(obj), where)

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        typed = [_typed(obj, key) for key in keys]
        return self._pages_of(obj, _entity_set(obj), typed)

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        """All keys, also of records that changed after `as_of`: they existed then, or are new and will be fetched."""
        entity_set = _entity_set(obj)
        is_stamped = any(column.path == STAMP for column in obj.columns)
        for row in self._odata.rows(entity_set, [*entity_set.key, *([STAMP] if is_stamped else [])]):
            changed_at = read_moment(row.get(STAMP), entity_set.name) if is_stamped else None
            # What changed after the read belongs to the next one: it is neither missing nor stale yet.
            is_known = changed_at is not None and changed_at <= as_of
            yield SourceKey(tuple(str(row[name]) for name in entity_set.key), changed_at if is_known else None)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(())

    def close(self) -> None:
        self._client.close()

    def _lines_of_receipts(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        """The lines of the receipts that changed; they are complete up to the latest of these changes."""
        where = None
        if window.start is not None:
            since, until = self._odata.literal(window.start), self._odata.literal(window.end)
            where = f"{STAMP} ge {since} and {STAMP} le {until}"
        receipts = list(self._odata.rows(RECEIPTS, [*RECEIPTS.key, STAMP], where))
        stamps = (read_moment(row.get(STAMP), RECEIPTS.name) for row in receipts)
        # A stamp ahead of the source's clock must not pull the watermark ahead.
        latest = min(max(stamps, default=window.end), window.end)
        if window.start is None:
            pages = self._odata.pages(_entity_set(obj), self._paths(obj))
        else:
            changed = [tuple(row[name] for name in RECEIPTS.key) for row in receipts]
            pages = self._pages_of(obj, replace(_entity_set(obj), key=RECEIPTS.key), changed)
        for page in pages:
            yield replace(page, watermark=latest)

    def _pages_of(self, obj: ObjectContract, known_by: EntitySet, keys: Sequence[tuple[Value, ...]]) -> Iterator[Page]:
        """Rows of an entity by their keys, or by those of the header (`known_by`) that they belong to."""
        for start in range(0, len(keys), KEYS_A_REQUEST):
            where = self._odata.same_keys(known_by, keys[start : start + KEYS_A_REQUEST])
            yield from self._odata.pages(_entity_set(obj), self._paths(obj), where)

    def _paths(self, obj: ObjectContract) -> list[str]:
        """What the contract takes, lines below their navigation."""
        paths = [column.path for column in obj.landed_columns]
        for child in self._contract.children(obj.name):
            paths += [f"{child.rows_at}/{column.path}" for column in child.landed_columns if column.path[0] != "^"]
        return paths


def _entity_set(obj: ObjectContract) -> EntitySet:
    return EntitySet(obj.source_object, tuple(column.path for column in obj.key_columns))


def _typed(obj: ObjectContract, key: tuple[str, ...]) -> tuple[Value, ...]:
    """A key's parts as a filter compares them: a number is no text."""
    pairs = zip(obj.key_columns, key, strict=True)
    return tuple(int(part) if column.logical_type == "integer" else part for column, part in pairs)
