"""Who may read: basic authentication as SAP asks for it, a bearer token and a request budget as Dynamics 365 does.

Belongs here: judging a request's credentials, issuing tokens, counting requests. Not here: routes of data (`server.py`).
"""

import base64
import binascii
import hmac
import math
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route


class Guard(Protocol):
    """Stands before every service: routes of its own, and a response for whoever may not pass."""

    def routes(self) -> list[Route]: ...

    def refuse(self, request: Request) -> Response | None: ...


@dataclass
class BasicGuard:
    """One technical user with a password."""

    user: str
    password: str

    def routes(self) -> list[Route]:
        return []

    def refuse(self, request: Request) -> Response | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            sent = base64.b64decode(given, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            sent = b""
        if hmac.compare_digest(sent, f"{self.user}:{self.password}".encode()):
            return None
        # The logon page of a real application server is HTML, whatever the client accepts.
        page = "<html><head><title>Logon Error Message</title></head><body>Logon failed</body></html>"
        challenge = {"WWW-Authenticate": 'Basic realm="SAP NetWeaver Application Server"'}
        return HTMLResponse(page, 401, challenge)


@dataclass
class TokenGuard:
    """Client credentials buy a bearer token; each client may ask `requests` times in `window_seconds`, sliding."""

    client_id: str
    client_secret: str
    token_seconds: int = 3599
    requests: int = 6000
    window_seconds: float = 300.0
    _expires_at: dict[str, float] = field(default_factory=dict)
    _asked_at: deque[float] = field(default_factory=deque)

    def routes(self) -> list[Route]:
        return [Route("/{tenant}/oauth2/v2.0/token", self.issue, methods=["POST"])]

    async def issue(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", "AADSTS70003: grant_type must be client_credentials.")
        if not form.get("scope", "").endswith("/.default"):
            return _oauth_error(400, "invalid_scope", "AADSTS70011: The scope must be the environment's /.default.")
        if not hmac.compare_digest(form.get("client_id", ""), self.client_id):
            return _oauth_error(400, "unauthorized_client", "AADSTS700016: The application was not found.")
        if not hmac.compare_digest(form.get("client_secret", ""), self.client_secret):
            return _oauth_error(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = secrets.token_urlsafe(32)
        self._expires_at[token] = time.monotonic() + self.token_seconds
        life = {"expires_in": self.token_seconds, "ext_expires_in": self.token_seconds}
        return JSONResponse(
            {"token_type": "Bearer", **life, "access_token": token}, headers={"Cache-Control": "no-store"}
        )

    def refuse(self, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._expires_at.get(token, 0) <= time.monotonic():
            return Response(status_code=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        now = time.monotonic()
        while self._asked_at and self._asked_at[0] <= now - self.window_seconds:
            self._asked_at.popleft()
        if len(self._asked_at) >= self.requests:
            wait = max(1, math.ceil(self._asked_at[0] + self.window_seconds - now))
            message = f"Number of requests exceeded the limit of {self.requests} over {self.window_seconds:g} seconds."
            return JSONResponse({"error": {"code": "", "message": message}}, 429, {"Retry-After": str(wait)})
        self._asked_at.append(now)
        return None


def _oauth_error(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
