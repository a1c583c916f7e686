"""Oracle Fusion Cloud: suppliers, items, procure-to-pay, over its REST resources.

Belongs here: how Fusion tells us what changed, and which fields are asked for. Not here: pages and their doubts
(protocols/offset.py), columns, keys and what may be kept (contracts/oracle_fusion.odcs.yaml).

Flow: each document with all that is within it, by its own change stamp in a closed range: whatever changes within a
document moves the stamp. Only fields of the contract are asked for, so that what may not be kept never travels. Nothing
is deleted: cancellations are statuses and dates. The exception is a draft, which may go; keys are compared for that.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import httpx
from pydantic import BaseModel, ConfigDict

from ingestion.contracts import Column, Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, Page, SourceKey, Window
from ingestion.protocols.http import JsonClient, Response
from ingestion.protocols.offset import Listing, OffsetReader, OracleStyle, oracle_literal

CREATED = "created_at"
# A condition on each: so many stay well below what servers and proxies allow of an address.
KEYS_A_REQUEST = 40


class Options(BaseModel):
    """`options` of an `oracle_fusion` block in sources.toml; base_url is the pod's address, `secret` names the password.

    user: the integration user. version: of the REST resources, as it stands in their address.
    """

    model_config = ConfigDict(extra="forbid")

    user: str
    version: str = "11.13.18.05"


def open_source(instance: Instance, contract: Contract) -> "OracleFusion":
    """The source of an `oracle_fusion` block. Raises SettingsError for options that cannot be right."""
    options = instance.options_as(Options)
    client = JsonClient(
        f"{instance.base_url}/fscmRestApi/resources/{options.version}",
        httpx.BasicAuth(options.user, instance.credential()),
        # From version 2 on conditions are joined by `and` and `or`; from 3 on children come in pages of their own.
        headers={"REST-Framework-Version": "2"},
    )
    return OracleFusion(client, contract, instance.objects)


class OracleFusion:
    """Reads one Fusion environment as landing asks (ingestion.landing.page.Source)."""

    def __init__(self, client: JsonClient, contract: Contract, objects: tuple[str, ...] | None = None):
        self._client, self._contract = client, contract
        self._reader = OffsetReader(client, OracleStyle())
        self._objects = [obj for obj in contract.roots if objects is None or obj.name in objects]

    def check(self) -> str:
        # One record of each: a user without the right to a resource is told of it here, not by night.
        for obj in self._objects:
            clock = self._one_record(obj).server_time()
        return f"Oracle Fusion answers, {len(self._objects)} resources, clock {clock:%Y-%m-%d %H:%M:%S} UTC"

    def now(self) -> datetime:
        return self._one_record(self._objects[0]).server_time()

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        stamp = _stamp(obj).path
        since = [f"{stamp} >= {_moment(window.start)}"] if window.start else []
        return self._reader.pages(self._whole(obj, *since, f"{stamp} <= {_moment(window.end)}"))

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        for start in range(0, len(keys), KEYS_A_REQUEST):
            named = [_is_key(obj, key) for key in keys[start : start + KEYS_A_REQUEST]]
            yield from self._reader.pages(self._whole(obj, f"({' or '.join(named)})"))

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        listing = _keys_only(obj, f"{obj.column(CREATED).path} <= {_moment(as_of)}")
        for row in self._reader.rows(listing):
            changed_at = datetime.fromisoformat(row[_stamp(obj).path])
            # What changed after the read belongs to the next one: it is neither missing nor stale yet.
            yield SourceKey(tuple(str(row[name]) for name in listing.key), changed_at if changed_at <= as_of else None)

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        return iter(())

    def close(self) -> None:
        self._client.close()

    def _one_record(self, obj: ObjectContract) -> Response:
        params = [*_keys_only(obj).params, ("onlyData", "true"), ("limit", "1")]
        return self._client.get_bytes(obj.source_object, params)

    def _whole(self, obj: ObjectContract, *conditions: str) -> Listing:
        """Records with everything in them that the contract lands."""
        shown = [_fields(obj, "")]
        for child in self._contract.children(obj.name):
            # `lines[].schedules` stands in the contract where Oracle says `lines.schedules`.
            shown.append(_fields(child, f"{(child.rows_at or '').replace('[]', '')}:"))
        return Listing(obj.source_object, _key(obj), conditions, (("fields", ";".join(shown)),))


def _keys_only(obj: ObjectContract, *conditions: str) -> Listing:
    fields = ",".join((*_key(obj), _stamp(obj).path))
    return Listing(obj.source_object, _key(obj), conditions, (("fields", fields),))


def _fields(obj: ObjectContract, within: str) -> str:
    """The obj's own fields as `fields` takes them; what it repeats of its document stands there already."""
    return within + ",".join(column.path for column in obj.landed_columns if not column.path.startswith("^"))


def _key(obj: ObjectContract) -> tuple[str, ...]:
    return tuple(column.path for column in obj.key_columns)


def _stamp(obj: ObjectContract) -> Column:
    return obj.column(obj.cursor or "")


def _is_key(obj: ObjectContract, key: tuple[str, ...]) -> str:
    values = [
        int(value) if column.logical_type == "integer" else value
        for column, value in zip(obj.key_columns, key, strict=True)
    ]
    return " and ".join(f"{name} = {oracle_literal(value)}" for name, value in zip(_key(obj), values, strict=True))


def _moment(moment: datetime) -> str:
    return oracle_literal(moment.isoformat(timespec="milliseconds"))
