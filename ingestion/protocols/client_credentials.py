"""OAuth2 client credentials: an id and a secret buy a short-lived token, as Dynamics 365 and most cloud services ask.

Belongs here: the life of a token (bought at first use, renewed before it ends, replaced once when refused), and the
purchase by id and secret. Not here: the purchase by a signed assertion (smart_backend.py), what is read with a token.
Rules: RFC 6749, sections 4.4 and 5; the secret goes in the form, which servers of both kinds take.
"""

import math
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from contextlib import closing

import httpx

from ingestion.landing.page import AuthenticationError
from ingestion.protocols.http import JsonClient, Patience, StatusError

# A token is renewed this long before it ends, so that a request on its way does not outlive it; of a very short
# life, half.
RENEW_SECONDS_BEFORE_END = 30.0
ERROR_CODES = (
    "invalid_client", "invalid_grant", "invalid_scope", "invalid_request", "unauthorized_client",
    "unsupported_grant_type",
)  # fmt: skip


class BoughtToken(httpx.Auth, ABC):
    """Puts a valid token on each request: bought at first use, renewed before it ends, and once after a 401."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    @abstractmethod
    def buy(self) -> tuple[str, float]:
        """A new token and the seconds that it lives. Raises SourceError, AuthenticationError for a refusal."""

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {self.token(refused=token)}"
            yield request

    def token(self, refused: str | None = None) -> str:
        """A token that still holds; another one than `refused`. Raises SourceError, as `buy` does."""
        with self._lock:
            if not self._token or self._token == refused or time.monotonic() >= self._renew_at:
                asked_at = time.monotonic()
                self._token, seconds = self.buy()
                self._renew_at = asked_at + max(seconds - RENEW_SECONDS_BEFORE_END, seconds / 2)
            return self._token


class ClientCredentials(BoughtToken):
    """A token for a client's id and secret. `scope`: what the token shall open, where the server wants it said."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        patience: Patience | None = None,
    ):
        super().__init__()
        self._token_url, self._patience = token_url, patience
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        if scope:
            self._form["scope"] = scope

    def buy(self) -> tuple[str, float]:
        check = "Check client_id, token_url and scope of this source, and the secret named in sources.toml."
        return request_token(self._token_url, self._form, check, self._patience)


def request_token(
    token_url: str, form: Mapping[str, str], check: str, patience: Patience | None = None
) -> tuple[str, float]:
    """The token that a form buys, and the seconds that it lives. `check`: what a reader should look at when the server
    refuses. Raises AuthenticationError for a refusal or an answer without a token, SourceError for a server that is down.
    """
    try:
        with closing(JsonClient(token_url, patience=patience)) as client:
            granted = client.post_form(token_url, form, label="token request").json()
    except StatusError as error:
        raise AuthenticationError(
            f"token request: refused with {error.status}{_error_code(error.body)}. {check}"
        ) from None
    if not isinstance(granted, dict) or not isinstance(granted.get("access_token"), str):
        raise AuthenticationError("token request: the answer holds no access_token")
    # Some servers write the number as text. Without a word on its life a token is used until it is refused.
    life = str(granted.get("expires_in"))
    return granted["access_token"], float(life) if life.isdigit() else math.inf


def _error_code(body: bytes) -> str:
    """The error's code alone: its description may repeat what was sent."""
    for code in ERROR_CODES:
        if f'"{code}"'.encode() in body:
            return f" ({code})"
    return ""
