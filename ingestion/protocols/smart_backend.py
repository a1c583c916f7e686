"""SMART backend services: a signed assertion buys a short-lived token, as hospitals' FHIR servers ask for it.

Belongs here: assertion, token request, renewal. Not here: what is read with the token (fhir.py).
Rules: HL7 SMART App Launch 2, "Backend Services" and "Asymmetric client authentication".
"""

import threading
import time
import uuid
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ingestion.landing.page import AuthenticationError, SourceError
from ingestion.protocols.http import JsonClient, StatusError
from ingestion.settings import SettingsError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# The standard allows five minutes; a clock that differs by some seconds must not turn that into a refusal.
ASSERTION_SECONDS = 240
# A token is renewed this long before it ends, so that a request on its way does not outlive it; of a very short
# life, half.
RENEW_SECONDS_BEFORE_END = 30.0


class BackendServices(httpx.Auth):
    """Puts a valid token on each request: bought at first use, renewed before it ends, and once after a 401.

    private_key: PEM text, or the path of a PEM file: an elliptic key on P-384 signs ES384, an RSA key RS384.
    key_id: the name under which the public key is registered at the server. token_url: None asks the server at
    base_url for it. Raises SettingsError for a key of another kind.
    """

    def __init__(
        self, base_url: str, client_id: str, private_key: str, key_id: str, scope: str, token_url: str | None = None
    ):
        self._base_url, self._client_id, self._key_id, self._scope = base_url, client_id, key_id, scope
        self._token_url = token_url
        self._key, self._algorithm = _private_key(private_key)
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {self.token(refused=token)}"
            yield request

    def token(self, refused: str | None = None) -> str:
        """A token that still holds; another one than `refused`. Raises AuthenticationError."""
        with self._lock:
            if not self._token or self._token == refused or time.monotonic() >= self._renew_at:
                self._buy()
            return self._token

    def _buy(self) -> None:
        asked_at = time.monotonic()
        if self._token_url is None:
            self._token_url = _announced_token_url(self._base_url)
        form = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(self._token_url),
        }
        try:
            with closing(JsonClient(self._token_url)) as client:
                granted = client.post_form(self._token_url, form, label="token request").json()
        except StatusError as error:
            raise AuthenticationError(
                f"token request: refused with {error.status}{_oauth_code(error.body)}. Check client_id, key_id and "
                "token_url of this source, and that its public key is registered at the server."
            ) from None
        if not isinstance(granted, dict) or not isinstance(granted.get("access_token"), str):
            raise AuthenticationError("token request: the answer holds no access_token")
        seconds = float(granted.get("expires_in", 0))
        self._token = granted["access_token"]
        self._renew_at = asked_at + max(seconds - RENEW_SECONDS_BEFORE_END, seconds / 2)

    def _assertion(self, token_url: str) -> str:
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": token_url,
            "exp": int(time.time()) + ASSERTION_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self._key, algorithm=self._algorithm, headers={"kid": self._key_id})


def _announced_token_url(base_url: str) -> str:
    """The token endpoint that the server itself announces. Raises SourceError when it announces none."""
    with closing(JsonClient(base_url)) as client:
        answer = client.get_bytes(".well-known/smart-configuration", label="smart-configuration").json()
    token_url = answer.get("token_endpoint") if isinstance(answer, dict) else None
    if not isinstance(token_url, str):
        raise SourceError("smart-configuration: no token_endpoint; set options.token_url for this source")
    return token_url


def _private_key(text: str) -> tuple[Any, str]:
    pem = text
    if "-----BEGIN" not in text:
        try:
            pem = Path(text).read_text(encoding="ascii")
        except (OSError, ValueError):
            raise SettingsError(
                "the private key is neither PEM text nor the path of a readable PEM file; "
                "the variable named by `secret` in sources.toml holds it"
            ) from None
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError("the private key cannot be read: give an unencrypted PEM key") from None
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1):
        return key, "ES384"
    if isinstance(key, rsa.RSAPrivateKey):
        return key, "RS384"
    raise SettingsError("the private key is neither RSA nor elliptic on P-384: servers accept RS384 and ES384 only")


def _oauth_code(body: bytes) -> str:
    """The error's code alone: its description may repeat what was sent."""
    for code in ("invalid_client", "invalid_grant", "invalid_scope", "invalid_request", "unsupported_grant_type"):
        if f'"{code}"'.encode() in body:
            return f" ({code})"
    return ""
