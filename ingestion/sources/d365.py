"""Dynamics 365 Finance and Operations: order to invoice, stock on hand and the general ledger over OData v4.

Belongs here: the company rule, and how lines of receipts are found. Not here: paging (protocols/odata.py), what follows
from the contract (protocols/odata_objects.py), tokens (protocols/client_credentials.py).

Flow: an entity with a stamp by `ModifiedDateTime` in a closed range, lines expanded into their header. Lines of receipts
cannot be expanded and have no stamp: the receipts that changed are listed, and their lines fetched by them. Stock on
hand and conversions of units are read whole. Nothing signals a hard delete: keys are compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from ingestion.contracts import Contract, ObjectContract
from ingestion.contracts.model import ARRIVAL
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Page, SourceKey, Window
from ingestion.protocols.client_credentials import ClientCredentials
from ingestion.protocols.http import JsonClient
from ingestion.protocols.odata import EntitySet, ODataClient, read_moment
from ingestion.protocols.odata_objects import ODataObjects

ENTITIES = "data"
# Without it only the user's own company would come, and nothing would say that others are missing.
EVERY_COMPANY = {"cross-company": "true"}
STAMP = "ModifiedDateTime"
RECEIPTS = EntitySet(f"{ENTITIES}/ProductReceiptHeaders", ("dataAreaId", "ProductReceiptNumber", "PurchaseOrderNumber"))


class Options(BaseModel):
    """`options` of a `d365` block in sources.toml.

    client_id: the application as registered in the directory, with `secret` naming its secret. token_url: where the
    directory sells tokens, `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token`.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: str
    token_url: str


class Dynamics365:
    """Reads one environment as landing asks (ingestion.landing.page.Source)."""

    def __init__(self, instance: Instance, contract: Contract):
        options, environment = instance.options_as(Options), instance.base_url.rstrip("/")
        # The directory sells a token for one environment, named by its address.
        auth = ClientCredentials(
            options.token_url, options.client_id, instance.credential(), scope=f"{environment}/.default"
        )
        self._http = JsonClient(environment, auth)
        self._client = ODataClient(self._http, 4, EVERY_COMPANY)
        self._objects = ODataObjects(self._client, contract, ENTITIES)

    def check(self) -> str:
        receipts, clock = self._client.count(RECEIPTS), self.now()
        return f"Dynamics 365 answers, {receipts} receipts in all companies, clock {clock:%Y-%m-%d %H:%M:%S} UTC"

    def now(self) -> datetime:
        return self._client.server_time(RECEIPTS)

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        return self._lines_of_receipts(obj, window) if obj.cursor == ARRIVAL else self._objects.pages(obj, window)

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        return self._objects.pages_by_key(obj, keys)

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        return self._objects.keys(obj, as_of)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(())

    def close(self) -> None:
        self._http.close()

    def _lines_of_receipts(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        """The lines of the receipts that changed: complete up to the latest of these changes."""
        where = None
        if window.start is not None:
            since, until = self._client.literal(window.start), self._client.literal(window.end)
            where = f"{STAMP} ge {since} and {STAMP} le {until}"
        receipts = list(self._client.rows(RECEIPTS, [STAMP], where))
        stamps = (read_moment(row.get(STAMP), RECEIPTS.name) for row in receipts)
        # A stamp ahead of the source's clock must not pull the watermark ahead.
        latest = max((stamp for stamp in stamps if stamp <= window.end), default=None)
        if window.start is None:
            pages = self._objects.pages(obj, window)
        else:
            changed = (tuple(row[name] for name in RECEIPTS.key) for row in receipts)
            pages = self._objects.pages_where(obj, RECEIPTS.key, changed)
        for page in pages:
            yield replace(page, watermark=latest)


def open_source(instance: Instance, contract: Contract) -> Dynamics365:
    """The source of a `d365` block; base_url is the environment's address. Raises SettingsError for options that cannot
    be right."""
    return Dynamics365(instance, contract)
