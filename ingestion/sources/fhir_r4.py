"""EHR over FHIR R4: patients (minimised), encounters, procedures, supplies used, drugs given, charges.

Belongs here: how a FHIR server is asked for the contract's objects: by bulk export (nightly, everything that changed)
or by search (small servers, frequent loads). Not here: export and paging (protocols/fhir_*.py), tokens
(protocols/smart_backend.py), columns and what may be kept of them (contracts/fhir_r4.odcs.yaml).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Page, SourceError, SourceKey, Window
from ingestion.protocols.fhir import FHIR_JSON, instant, read_instant
from ingestion.protocols.fhir_bulk import Export
from ingestion.protocols.fhir_search import search_pages, search_resources
from ingestion.protocols.http import JsonClient
from ingestion.protocols.smart_backend import BackendServices
from ingestion.settings import SettingsError

# Ids have at most 64 characters: so many of them stay below what servers and proxies allow of an address.
KEYS_IN_ONE_SEARCH = 50


class Options(BaseModel):
    """`options` of a `fhir_r4` block in sources.toml.

    access: bulk export or search. client_id, key_id: as registered at the server, with `secret` naming the private
    key; without a secret the server must be open. token_url: only where the server does not announce it.
    page_size: records asked for in a search page. export_minutes: how long an export may take.
    """

    model_config = ConfigDict(extra="forbid")

    access: Literal["bulk", "search"] = "bulk"
    client_id: str | None = None
    key_id: str | None = None
    token_url: str | None = None
    scope: str = "system/*.read"
    page_size: Annotated[int, Field(ge=1, le=5000)] = 200
    export_minutes: Annotated[int, Field(ge=1)] = 120


class FhirR4:
    """One FHIR server, for the length of one load: the exports it starts serve all objects of that load."""

    def __init__(self, instance: Instance, contract: Contract):
        self._instance = instance
        self._types = tuple(
            obj.source_object for obj in contract.roots if instance.objects is None or obj.name in instance.objects
        )
        self._options = instance.options_as(Options)
        self._client = JsonClient(instance.base_url, auth=_authorization(instance, self._options))
        self._exports: list[Export] = []
        self._unread = set(self._types)
        self._searchable_types: frozenset[str] | None = None

    def check(self) -> str:
        statement = self._metadata()
        missing = sorted(set(self._types) - self._searchable(statement))
        if missing and self._options.access == "search":
            raise SourceError(f"{self._instance.name}: the server offers no search for {', '.join(missing)}")
        return f"FHIR {statement['fhirVersion']} at {self._instance.base_url}, read by {self._options.access}"

    def now(self) -> datetime:
        return self._client.get_bytes(
            "metadata", {"_summary": "true"}, accept=FHIR_JSON, label="metadata"
        ).server_time()

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        if self._options.access == "bulk":
            yield from self._export(obj.source_object, window.start).pages(obj.source_object)
            self._unread.discard(obj.source_object)
            return
        params = [("_lastUpdated", f"le{instant(window.end)}")]
        if window.start is not None:
            params.append(("_lastUpdated", f"ge{instant(window.start)}"))
        # Oldest change first: a record that changes while we read moves behind us, out of the window, not in front.
        yield from search_pages(self._client, obj.source_object, [*params, ("_sort", "_lastUpdated"), self._count])

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        for start in range(0, len(keys), KEYS_IN_ONE_SEARCH):
            ids = ",".join(key[0] for key in keys[start : start + KEYS_IN_ONE_SEARCH])
            yield from search_pages(self._client, obj.source_object, [("_id", ids), self._count])

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey] | None:
        """All ids, also of records that changed after `as_of`: they existed then, or are new and will be fetched.

        None on a server that can only export.
        """
        if self._searchable_types is None:
            self._searchable_types = frozenset(self._searchable(self._metadata()))
        if obj.source_object not in self._searchable_types:
            return None
        return self._keys(obj.source_object)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        """What a bulk export lists as deleted since the window's start; search says nothing of deletions."""
        if self._options.access == "bulk" and window.start is not None:
            export = self._export(obj.source_object, window.start)
            for id_ in export.deleted_ids(obj.source_object):
                # The bundle does not say when: it was gone when the export was cut.
                yield Deletion((id_,), export.manifest().transaction_time)

    def close(self) -> None:
        for export in self._exports:
            export.close()
        self._client.close()

    @property
    def _count(self) -> tuple[str, str]:
        return ("_count", str(self._options.page_size))

    def _export(self, type_: str, since: datetime | None) -> Export:
        """The export that holds a type's changes since a moment: one for all types that are read from that moment."""
        for export in self._exports:
            if export.since == since and type_ in export.types:
                return export
        types = tuple(sorted(self._unread | {type_}))
        export = Export(self._client, types, since, timedelta(minutes=self._options.export_minutes))
        self._exports.append(export)
        return export

    def _keys(self, type_: str) -> Iterator[SourceKey]:
        params = [("_elements", "id,meta"), ("_sort", "_lastUpdated"), self._count]
        for resource in search_resources(self._client, type_, params):
            if not isinstance(id_ := resource.get("id"), str):
                raise SourceError(f"{type_} search: a record has no id, so the server's keys cannot be compared")
            stamp = (resource.get("meta") or {}).get("lastUpdated")
            yield SourceKey((id_,), read_instant(stamp, f"{type_} search") if stamp else None)

    def _metadata(self) -> dict[str, Any]:
        answer = self._client.get_bytes("metadata", accept=FHIR_JSON, label="metadata").json()
        statement: dict[str, Any] = answer if isinstance(answer, dict) else {}
        version = str(statement.get("fhirVersion", ""))
        if not version.startswith("4.0"):
            raise SourceError(
                f"{self._instance.name}: base_url answers as FHIR {version or 'nothing known'}, and this reads R4 "
                "(4.0). Many servers have one address per version: give that of R4."
            )
        return statement

    @staticmethod
    def _searchable(statement: dict[str, Any]) -> set[str]:
        return {
            resource["type"]
            for rest in statement.get("rest") or []
            for resource in rest.get("resource") or []
            if any(interaction.get("code") == "search-type" for interaction in resource.get("interaction") or [])
        }


def open_source(instance: Instance, contract: Contract) -> FhirR4:
    """The source of a `fhir_r4` block. Raises SettingsError for options or a key that cannot be right."""
    return FhirR4(instance, contract)


def _authorization(instance: Instance, options: Options) -> BackendServices | None:
    if instance.secret is None:
        return None
    if options.client_id is None or options.key_id is None:
        raise SettingsError(
            f"{instance.name}: a secret needs options.client_id and options.key_id, as registered at the server"
        )
    return BackendServices(
        instance.base_url, options.client_id, instance.credential(), options.key_id, options.scope, options.token_url
    )
