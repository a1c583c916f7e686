"""SMART backend services: a signed assertion buys a short-lived bearer token.

Belongs here: judging an assertion against the registered public keys, issuing and judging tokens.
Not here: routes; resource rights finer than `system/*.read` (the server serves everything to a valid token).
Rules: SMART App Launch 2, "Backend Services" and "Asymmetric client authentication".
"""

import re
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

import jwt

ALGORITHMS = ["ES384", "RS384"]
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 300
SYSTEM_READ_SCOPE = re.compile(r"^system/(\*|[A-Z][A-Za-z]+)\.(read|rs)$")


class OAuthError(Exception):
    """An assertion or scope that is refused: `error` is the OAuth code, the text its description."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


class TokenRefusedError(Exception):
    """A bearer token that does not open anything. The text is what the recorded server sends as a body."""


@dataclass
class Authorization:
    """One registered client and the tokens it holds. `token_url` is the audience an assertion must name."""

    client_id: str
    keys: jwt.PyJWKSet
    token_seconds: int
    token_url: str = ""
    _seen_assertions: set[str] = field(default_factory=set)
    _expires_at: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_jwks_file(cls, client_id: str, file: Path, token_seconds: int) -> "Authorization":
        return cls(client_id, jwt.PyJWKSet.from_json(file.read_text()), token_seconds)

    def issue(self, form: dict[str, str]) -> dict:
        """The token answer for a token request. Raises OAuthError."""
        if form.get("grant_type") != "client_credentials":
            raise OAuthError("unsupported_grant_type", "The grant_type parameter should equal 'client_credentials'")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise OAuthError("invalid_request", "Invalid client_assertion_type parameter")
        scopes = form.get("scope", "").split()
        if not scopes or not all(SYSTEM_READ_SCOPE.match(scope) for scope in scopes):
            raise OAuthError("invalid_scope", f'No access could be granted for scopes "{" ".join(scopes)}".')
        claims = self._judge_assertion(form.get("client_assertion", ""))

        # As the recorded server does: a token never outlives the assertion that bought it.
        seconds = min(self.token_seconds, int(claims["exp"] - time.time()))
        token = secrets.token_urlsafe(32)
        self._expires_at[token] = time.time() + seconds
        return {"token_type": "bearer", "scope": " ".join(scopes), "expires_in": seconds, "access_token": token}

    def _judge_assertion(self, assertion: str) -> dict:
        try:
            header = jwt.get_unverified_header(assertion)
            key = self.keys[header.get("kid", "")]
        except jwt.DecodeError as error:
            raise OAuthError("invalid_request", f"Invalid registration token: {error}") from error
        except KeyError as error:
            kid = header.get("kid")
            raise OAuthError(
                "invalid_grant", f'No public keys found in the JWKS with "kid" equal to "{kid}"'
            ) from error
        try:
            claims = jwt.decode(
                assertion,
                key,
                algorithms=ALGORITHMS,
                audience=self.token_url,
                options={"require": ["iss", "sub", "aud", "exp", "jti"]},
            )
        except jwt.InvalidAudienceError as error:
            raise OAuthError("invalid_grant", f"Invalid token 'aud' value. Must be '{self.token_url}'.") from error
        except jwt.InvalidTokenError as error:
            message = f"Unable to verify the token with any of the public keys found in the JWKS: {error}"
            raise OAuthError("invalid_grant", message) from error
        if not claims["iss"] == claims["sub"] == self.client_id:
            message = f"The given iss '{claims['iss']}' does not match the registered client_id '{claims['sub']}'"
            raise OAuthError("invalid_grant", message)
        # One second of grace for the round trip: a client that asks for exactly five minutes is right.
        if claims["exp"] - time.time() > LONGEST_ASSERTION_SECONDS + 1:
            raise OAuthError("invalid_grant", "The assertion's 'exp' is more than five minutes in the future")
        if claims["jti"] in self._seen_assertions:
            raise OAuthError("invalid_grant", "Invalid 'jti' value")
        self._seen_assertions.add(claims["jti"])
        return claims

    def check(self, header: str) -> None:
        """Raises TokenRefusedError unless the Authorization header carries a live token of ours."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or token not in self._expires_at:
            raise TokenRefusedError("JsonWebTokenError: invalid token")
        if self._expires_at[token] <= time.time():
            raise TokenRefusedError("TokenExpiredError: jwt expired")
