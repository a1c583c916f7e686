"""SMART backend services: a signed assertion buys a short-lived token, as hospitals' FHIR servers ask for it.

Belongs here: the key, the assertion, where tokens are sold. Not here: a token's life (client_credentials.py), what is
read with it (fhir.py).
Rules: HL7 SMART App Launch 2, "Backend Services" and "Asymmetric client authentication".
"""

import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ingestion.landing.page import SourceError
from ingestion.protocols.client_credentials import BoughtToken, request_token
from ingestion.protocols.http import JsonClient
from ingestion.settings import SettingsError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# The standard allows five minutes; a clock that differs by some seconds must not turn that into a refusal.
ASSERTION_SECONDS = 240


class BackendServices(BoughtToken):
    """A token for a signed assertion.

    private_key: PEM text, or the path of a PEM file: an elliptic key on P-384 signs ES384, an RSA key RS384.
    key_id: the name under which the public key is registered at the server. token_url: None asks the server at
    base_url for it. Raises SettingsError for a key of another kind.
    """

    def __init__(
        self, base_url: str, client_id: str, private_key: str, key_id: str, scope: str, token_url: str | None = None
    ):
        super().__init__()
        self._base_url, self._client_id, self._key_id, self._scope = base_url, client_id, key_id, scope
        self._token_url = token_url
        self._key, self._algorithm = _private_key(private_key)

    def buy(self) -> tuple[str, float]:
        if self._token_url is None:
            self._token_url = _announced_token_url(self._base_url)
        form = {
            "grant_type": "client_credentials",
            "scope": self._scope,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(self._token_url),
        }
        check = (
            "Check client_id, key_id and token_url of this source, and that its public key is registered at the server."
        )
        return request_token(self._token_url, form, check)

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
