"""How everything is called in Dagster: the one place that makes asset keys, groups, owners and tags.

Not here: what an asset does. A raw table's key names its instance, since two instances of a system share a table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance

# One slot in dagster.yaml: whoever opens the warehouse takes it.
WAREHOUSE_POOL = "warehouse"
# What a step asks for so that the warehouse stays open from one step to the next.
WAREHOUSE_OPEN = "warehouse"
# Owns what nobody else has put a name to.
PLATFORM_OWNER = "data-platform"
PUBLISHED_KEY = dg.AssetKey(["published", "analytics"])
RESTRICTED_KEY = dg.AssetKey(["published", "patient_level"])
PACK_KEY = dg.AssetKey(["published", "pack"])
CLOSE_KEY = dg.AssetKey(["monthly_close", "closed_month"])
READ_CHECK = "source_was_read"
ACCOUNTED_CHECK = "every_record_is_accounted_for"
SCHEMA_CHECK = "schema_is_as_agreed"
FRESH_CHECK = "is_as_fresh_as_agreed"


@dataclass(frozen=True)
class Identity:
    """What an asset is called and whose it is."""

    key: dg.AssetKey
    group: str
    owners: tuple[str, ...]
    tags: Mapping[str, str]


def identity(path: tuple[str, ...], owner: str | None, **tags: str) -> Identity:
    """`path` is schema first, then table (with the instance between them for raw tables); the schema is the group."""
    return Identity(
        key=dg.AssetKey(path),
        group=path[0],
        owners=(_owner(owner or PLATFORM_OWNER),),
        tags={f"parline/{name}": value for name, value in tags.items()},
    )


def raw_identity(instance: Instance, contract: Contract, table: ObjectContract) -> Identity:
    return identity(
        (raw_schema(contract.system), instance.name, table.name),
        table.owner or contract.owner,
        layer="raw",
        system=contract.system,
        cadence=cadence_of(contract, table).name,
        personal="yes" if table.is_personal else "no",
    )


def raw_schema(system: str) -> str:
    return f"raw_{system}"


def _owner(owner: str) -> str:
    """Dagster takes an address or `team:<name>`."""
    return owner if "@" in owner else "team:" + re.sub(r"[^a-z0-9_]+", "_", owner.lower()).strip("_")


@dataclass(frozen=True)
class Cadence:
    """How often objects are read: those whose contract wants them no older than `freshness` (None: the rest)."""

    name: str
    freshness: timedelta | None
    cron: str
    description: str


CADENCES = (
    Cadence("every_ten_minutes", timedelta(minutes=30), "*/10 * * * *", "What is used on patients as it is used."),
    Cadence("hourly", timedelta(hours=12), "5 * * * *", "Procure-to-pay and inventory."),
    Cadence("nightly", None, "0 2 * * *", "Ledger, master data, bulk exports and everything slower."),
)


def cadence_of(contract: Contract, table: ObjectContract) -> Cadence:
    """A child table is read with its document, whatever it says of itself."""
    root = contract.by_name[table.parent] if table.parent else table
    for cadence in CADENCES:
        if cadence.freshness is None or (root.freshness is not None and root.freshness <= cadence.freshness):
            return cadence
    raise AssertionError("the last cadence takes everything")
