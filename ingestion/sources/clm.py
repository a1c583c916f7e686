"""Contract lifecycle management: contracts with their versions, tiers, eligible facilities and price lines.

Belongs here: how this service is asked. Not here: the walk through what changed (protocols/keyset.py), columns and keys
(contracts/clm.odcs.yaml).

Flow: whole contracts, the oldest change first, by `updated_after`. Pages are counted over what is there at the moment, so
the way on is the last change that was seen and not the number of a page. A contract ends and is never deleted.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ingestion.contracts import Contract
from ingestion.instances import Instance
from ingestion.protocols.http import JsonClient
from ingestion.protocols.keyset import Dialect, KeysetSource

DIALECT = Dialect(
    records_at="data",
    next_at="next_page",
    next_by="page",
    since="updated_after",
    leaves_out_since=True,
    next_is_place=False,
    total_at="total",
)


class Options(BaseModel):
    """`options` of a `clm` block in sources.toml. page_size: contracts asked for at once; one may have thousands of
    price lines."""

    model_config = ConfigDict(extra="forbid")

    page_size: Annotated[int, Field(ge=1, le=100)] = 25


def open_source(instance: Instance, contract: Contract) -> KeysetSource:
    """The source of a `clm` block; `secret` names the API key. Raises SettingsError."""
    options = instance.options_as(Options)
    client = JsonClient(instance.base_url, headers={"X-API-Key": instance.credential()})
    return KeysetSource(client, contract, DIALECT, options.page_size)
