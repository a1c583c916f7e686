"""Perioperative log: cases of operating rooms, catheter laboratories and endoscopy, with what was picked, used and wasted.

Belongs here: how this service is asked. Not here: the walk through what changed (protocols/keyset.py), tokens
(protocols/client_credentials.py), columns and what may be kept of them (contracts/perioperative.odcs.yaml).

Flow: whole cases, the oldest change first, from `last_modified_gte` on by page tokens, which die after some minutes. Each
change sends the whole case again: a line that is missing from a newer version is gone. A case is cancelled and never
deleted.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ingestion.contracts import Contract
from ingestion.instances import Instance
from ingestion.protocols.client_credentials import ClientCredentials
from ingestion.protocols.http import JsonClient
from ingestion.protocols.keyset import Dialect, KeysetSource

DIALECT = Dialect(records_at="cases", next_at="next_page_token", next_by="page_token", since="last_modified_gte")


class Options(BaseModel):
    """`options` of a `perioperative` block in sources.toml.

    client_id: as registered at the service, with `secret` naming its secret. token_url: where tokens are bought, if not
    at `oauth2/token` under base_url. page_size: cases asked for at once.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: str
    token_url: str | None = None
    scope: str = "cases.read"
    page_size: Annotated[int, Field(ge=1, le=500)] = 200


def open_source(instance: Instance, contract: Contract) -> KeysetSource:
    """The source of a `perioperative` block. Raises SettingsError."""
    options = instance.options_as(Options)
    token_url = options.token_url or f"{instance.base_url}/oauth2/token"
    tokens = ClientCredentials(token_url, options.client_id, instance.credential(), options.scope)
    return KeysetSource(JsonClient(instance.base_url, tokens), contract, DIALECT, options.page_size)
