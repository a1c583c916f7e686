"""Who may read: keys in a header, bearer tokens of client credentials with scopes, requests a second.

Belongs here: judging a request, issuing tokens. Not here: the body of a refusal, which is each service's own: a guard
raises RefusalError and the service answers.
"""

import base64
import binascii
import hmac
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class RefusalError(Exception):
    """A request that gets no data: an HTTP status, the service's own code, a message, and headers."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}


class Guard(Protocol):
    """Stands before every path: routes of its own, and RefusalError for whoever may not pass."""

    def routes(self) -> list[Route]: ...

    def check(self, request: Request, scope: str) -> None: ...


@dataclass
class KeyGuard:
    """One key, in one header."""

    header: str
    key: str

    def routes(self) -> list[Route]:
        return []

    def check(self, request: Request, scope: str) -> None:
        if not hmac.compare_digest(request.headers.get(self.header, "").encode(), self.key.encode()):
            raise RefusalError(401, "unauthorized", f"A valid API key is required in the header {self.header}.")


@dataclass
class UserGuard:
    """One technical user with a password, by basic authentication."""

    user: str
    password: str

    def routes(self) -> list[Route]:
        return []

    def check(self, request: Request, scope: str) -> None:
        if not hmac.compare_digest(_basic(request), f"{self.user}:{self.password}".encode()):
            challenge = {"WWW-Authenticate": 'Basic realm="Workday"'}
            raise RefusalError(401, "unauthorized", "invalid username or password", challenge)


@dataclass
class ClientGuard:
    """Client credentials buy a bearer token for the scopes it asks for, of those in `scopes`."""

    client_id: str
    client_secret: str
    scopes: frozenset[str]
    path: str = "/oauth2/token"
    token_seconds: float = 86_399
    _tokens: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        return [Route(self.path, self.issue, methods=["POST"])]

    async def issue(self, request: Request) -> Response:
        """RFC 6749, 4.4: the client by basic authentication or in the form."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        given = _basic(request) or f"{form.get('client_id', '')}:{form.get('client_secret', '')}".encode()
        if form.get("grant_type") != "client_credentials":
            return _no_token(400, "unsupported_grant_type", "The authorization grant type is not supported.")
        if not hmac.compare_digest(given, f"{self.client_id}:{self.client_secret}".encode()):
            return _no_token(401, "invalid_client", "Client authentication failed.")
        asked = frozenset(form.get("scope", "").split()) or self.scopes
        if not asked <= self.scopes:
            return _no_token(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (time.monotonic() + self.token_seconds, asked)
        answer = {"access_token": token, "token_type": "bearer", "expires_in": int(self.token_seconds)}
        return JSONResponse(answer | {"scope": " ".join(sorted(asked))}, headers={"Cache-Control": "no-store"})

    def check(self, request: Request, scope: str) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        expires, granted = self._tokens.get(token, (0.0, frozenset()))
        if scheme.lower() != "bearer" or expires <= time.monotonic():
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise RefusalError(401, "invalid_token", "The access token is invalid or has expired.", challenge)
        if scope not in granted:
            challenge = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
            raise RefusalError(403, "insufficient_scope", f"The access token lacks the scope {scope}.", challenge)


@dataclass
class Pace:
    """At most so many requests in any second."""

    requests: int
    _asked_at: deque[float] = field(default_factory=deque)

    def check(self) -> None:
        now = time.monotonic()
        while self._asked_at and self._asked_at[0] <= now - 1:
            self._asked_at.popleft()
        if len(self._asked_at) >= self.requests:
            message = f"Rate limit of {self.requests} requests a second exceeded."
            raise RefusalError(429, "rate_limited", message, {"Retry-After": "1"})
        self._asked_at.append(now)


def _basic(request: Request) -> bytes:
    """The user and password of a request, with a colon between them; empty where it gives none."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(given, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        return b""


def _no_token(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
