"""SAP S/4HANA over OData v2: masters, requisition to payment, and the general ledger.

Belongs here: how an S/4HANA is reached. Not here: paging (protocols/odata.py), what follows from the contract
(protocols/odata_objects.py), what each service says of change: cursors, lags and re-reads are rules of the contract
(contracts/sap_s4.odcs.yaml).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import httpx
from pydantic import BaseModel, ConfigDict, Field

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Page, SourceKey, Window
from ingestion.protocols.http import JsonClient
from ingestion.protocols.odata import ODataClient
from ingestion.protocols.odata_objects import ODataObjects

SERVICES = "sap/opu/odata/sap"
# SAP cuts pages of 1,000 rows, and of up to 5,000 where a number is named: this one is beyond any answer.
ALL_ROWS = 999_999_999


class Options(BaseModel):
    """`options` of a `sap_s4` block in sources.toml. user: the communication user whose password `secret` names; client:
    the SAP client (mandant), where the user's default is another."""

    model_config = ConfigDict(extra="forbid")

    user: str
    client: str | None = Field(default=None, pattern=r"^\d{3}$")


class SapS4:
    """One S/4HANA, read as landing asks (ingestion.landing.page.Source)."""

    def __init__(self, instance: Instance, contract: Contract):
        options = instance.options_as(Options)
        # By header, not by parameter: next links need not repeat a parameter that is none of OData's.
        headers = {"sap-client": options.client} if options.client else {}
        self._http = JsonClient(instance.base_url, httpx.BasicAuth(options.user, instance.credential()), headers)
        self._client = ODataClient(self._http, 2, top=ALL_ROWS)
        self._objects = ODataObjects(self._client, contract, SERVICES)
        roots = [obj for obj in contract.roots if instance.objects is None or obj.name in instance.objects]
        # Of all entity sets the quickest to count.
        self._probe = min(roots, key=lambda obj: (obj.disposition != "snapshot", obj.name))

    def check(self) -> str:
        entity_set = self._objects.entity_set(self._probe)
        rows, clock = self._client.count(entity_set), self.now()
        return f"SAP S/4HANA answers, {rows} rows in {entity_set.name}, clock {clock:%Y-%m-%d %H:%M:%S} UTC"

    def now(self) -> datetime:
        return self._client.server_time(self._objects.entity_set(self._probe))

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        return self._objects.pages(obj, window)

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        return self._objects.pages_by_key(obj, keys)

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        return self._objects.keys(obj, as_of)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        """None: what SAP deletes it marks, in the document itself."""
        return iter(())

    def close(self) -> None:
        self._http.close()


def open_source(instance: Instance, contract: Contract) -> SapS4:
    """The source of a `sap_s4` block. Raises SettingsError for options or a secret that cannot be right."""
    return SapS4(instance, contract)
