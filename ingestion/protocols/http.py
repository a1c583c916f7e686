"""HTTP as a source system needs it: time limits, bounded patience, and no answer taken for whole that is not.

Belongs here: what every HTTP source shares. Not here: paging, envelopes and tokens of one protocol (its own module).
Nothing here logs or quotes a body, a header or a query: they carry tokens and identifiers of persons.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, TypeVar, cast

import httpx
import orjson
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from ingestion.landing.page import AuthenticationError, IncompleteAnswerError, SourceError, UnreachableError

JSON = "application/json"
BUSY = (429, 502, 503, 504)
STREAM_CHUNK_BYTES = 1 << 20
# What a source says three times, it means.
MOST_DOUBTS = 3

Answer = TypeVar("Answer")

# httpx writes every URL with its query at INFO, httpcore headers at DEBUG: both would put patients' ids into a log.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Patience:
    """How long a source may be unwell before a load fails.

    attempts: requests in all for 429, 502, 503, 504 and broken connections; server_errors: in all for 500, which is
    mostly a fault that stays; first_wait: seconds before the second try when the source names none (doubles, with
    jitter); longest_wait: a Retry-After beyond it is not waited for.
    """

    attempts: int = 6
    server_errors: int = 3
    first_wait: float = 0.5
    longest_wait: float = 120.0


@dataclass(frozen=True)
class Response:
    """One whole answer with a status of 2xx. `label` names the request in messages; `url` may hold identifiers."""

    label: str
    status: int
    headers: httpx.Headers
    body: bytes
    url: str

    def json(self) -> Any:
        """The body, parsed for its envelope only: numbers are floats, so take no money from it.

        Raises IncompleteAnswerError when it is no JSON.
        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise IncompleteAnswerError(
                f"{self.label}: the answer of {len(self.body)} bytes is no whole JSON (stops making sense at "
                f"character {error.pos}). If this stays, ask the source's operator."
            ) from None

    def server_time(self) -> datetime:
        """The source's clock, UTC, from its Date header. Raises SourceError when it sends none."""
        stamp = _http_date(self.headers.get("date"))
        if stamp is None:
            raise SourceError(f"{self.label}: the answer has no readable Date header, so the source's clock is unknown")
        return stamp


class StatusError(SourceError):
    """A status that is neither success nor worth a retry. `body` is for the protocol's own reading, never for a log."""

    def __init__(self, message: str, status: int, body: bytes):
        super().__init__(message)
        self.status, self.body = status, body


class BearerToken(httpx.Auth):
    """A fixed token, as Tryton's user applications and many SaaS systems hand out."""

    def __init__(self, token: str):
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]  # httpx says Generator
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class JsonClient:
    """Requests to one source system.

    A path is taken relative to `base_url`; a whole URL must have the same origin, or the credential would travel to a
    stranger. Redirects are refused for the same reason. Every method raises SourceError: AuthenticationError for 401
    and 403, IncompleteAnswerError for a body that was cut off, StatusError for any other status from 300.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        patience: Patience | None = None,
        timeout: float = 60.0,
    ):
        self.base_url = base_url.rstrip("/")
        self._auth = auth
        self._patience = patience or Patience()
        self._client = httpx.Client(headers=dict(headers or {}), timeout=httpx.Timeout(timeout, connect=10.0))

    def get_bytes(
        self,
        path_or_url: str,
        params: Any = None,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        label: str | None = None,
    ) -> Response:
        """A whole answer. `params` as httpx takes them; `label` defaults to the path without its query."""
        return self._whole("GET", path_or_url, label, accept, params=params, headers=headers)

    def delete(self, path_or_url: str, label: str | None = None) -> Response:
        return self._whole("DELETE", path_or_url, label, JSON)

    def post_form(self, path_or_url: str, form: Mapping[str, str], label: str | None = None) -> Response:
        """A form, posted once and again when no answer came: only for what may be repeated (a token request)."""
        return self._whole("POST", path_or_url, label, JSON, data=dict(form))

    def post_json(self, path: str, document: Any, label: str | None = None) -> Response:
        """A question asked by POST (a count, a search): it changes nothing, so it may be repeated."""
        return self._whole("POST", path, label, JSON, json=document)

    def stream(self, url: str, accept: str, label: str, with_credential: bool = True) -> Iterator[bytes]:
        """A large body in chunks of about a megabyte, decompressed.

        A connection that breaks is opened again, and the bytes that were already handed out are skipped; should they
        have changed, IncompleteAnswerError. Without the credential any origin is allowed (pre-signed file stores).
        """
        address = self._address(url, label) if with_credential else httpx.URL(url)
        auth = self._auth if with_credential else None
        handed_out, digest = 0, hashlib.sha256()
        for attempt in self._retrying():
            with attempt, self._opened("GET", address, label, accept, auth) as answer:
                resume_at, expected = handed_out, digest.digest()
                position, again = 0, hashlib.sha256()
                for chunk in answer.iter_bytes(STREAM_CHUNK_BYTES):
                    cut = max(0, resume_at - position)
                    position += len(chunk)
                    again.update(chunk[:cut])
                    if new := chunk[cut:]:
                        if again.digest() != expected:
                            raise IncompleteAnswerError(f"{label}: the file changed while it was read; read it again")
                        if not handed_out:
                            _refuse_html(label, answer.headers, new)
                        handed_out += len(new)
                        digest.update(new)
                        yield new
                if position < resume_at:
                    raise IncompleteAnswerError(f"{label}: the file became shorter while it was read; read it again")

    def close(self) -> None:
        self._client.close()

    def _whole(self, method: str, path_or_url: str, label: str | None, accept: str, **request: Any) -> Response:
        label = label or f"{method} {path_or_url.partition('?')[0]}"
        address = self._address(path_or_url, label)

        def attempt() -> Response:
            with self._opened(method, address, label, accept, self._auth, **request) as answer:
                body = answer.read()
                _refuse_html(label, answer.headers, body)
                return Response(label, answer.status_code, answer.headers, body, str(answer.url))

        return self._retrying()(attempt)

    @contextmanager
    def _opened(
        self,
        method: str,
        address: httpx.URL,
        label: str,
        accept: str,
        auth: httpx.Auth | None,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Iterator[httpx.Response]:
        """An answer whose status is 2xx. Raises _PassingError for what may pass, also when reading breaks off."""
        try:
            with self._client.stream(
                method, address, auth=auth, headers={"Accept": accept, **(headers or {})}, **request
            ) as answer:
                if not answer.is_success:
                    _raise_for(label, answer)
                yield answer
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError) as error:
            raise _PassingError(
                IncompleteAnswerError(f"{label}: the connection broke before the answer was whole ({_kind(error)})")
            ) from None
        except httpx.TransportError as error:
            raise _PassingError(
                UnreachableError(
                    f"{label}: no answer from {address.scheme}://{address.netloc.decode()} ({_kind(error)}). "
                    "Check base_url in sources.toml, the network and whether the source is up."
                )
            ) from None

    def _address(self, path_or_url: str, label: str) -> httpx.URL:
        base, address = httpx.URL(self.base_url), httpx.URL(path_or_url)
        if address.is_relative_url:
            return httpx.URL(f"{self.base_url}/{path_or_url.lstrip('/')}")
        if (address.scheme, address.host, address.port) != (base.scheme, base.host, base.port):
            raise SourceError(
                f"{label}: the source sends us to {address.scheme}://{address.host}, another origin than base_url; "
                "refused, because the credential would go there"
            )
        return address

    def _retrying(self) -> Retrying:
        patience = self._patience
        backoff = wait_exponential(patience.first_wait, patience.longest_wait) + wait_random(0, patience.first_wait)

        def passing(state: RetryCallState) -> "_PassingError":
            # tenacity asks only after what it may retry
            return cast(_PassingError, state.outcome.exception() if state.outcome else None)

        def wait(state: RetryCallState) -> float:
            asked = passing(state).retry_after
            return backoff(state) if asked is None else asked

        def stop(state: RetryCallState) -> bool:
            error = passing(state)
            limit = patience.server_errors if error.status == 500 else patience.attempts
            return state.attempt_number >= limit or (error.retry_after or 0.0) > patience.longest_wait

        def give_up(state: RetryCallState) -> NoReturn:
            error = passing(state)
            asked = f", the source asks to wait {error.retry_after:.0f} s" if error.retry_after else ""
            raise type(error.reason)(f"{error.reason} Given up after {state.attempt_number} attempts{asked}.") from None

        return Retrying(
            retry=retry_if_exception_type(_PassingError), wait=wait, stop=stop, retry_error_callback=give_up
        )


class _PassingError(Exception):
    """What may pass by waiting: the error to raise when it does not, and how long the source asks to wait."""

    def __init__(self, reason: SourceError, status: int | None = None, retry_after: float | None = None):
        super().__init__(str(reason))
        self.reason, self.status, self.retry_after = reason, status, retry_after


def _raise_for(label: str, answer: httpx.Response) -> NoReturn:
    status = answer.status_code
    if status in (*BUSY, 500):
        reason = SourceError(f"{label}: the source answered {status}.")
        raise _PassingError(reason, status, retry_after(answer.headers))
    if status in (401, 403):
        raise AuthenticationError(
            f"{label}: the source answered {status}: the credential is refused or may not read this. "
            "Check the secret named in sources.toml and the rights it has at the source."
        )
    if answer.is_redirect:
        raise StatusError(f"{label}: the source redirects ({status}); give the final address as base_url", status, b"")
    raise StatusError(f"{label}: the source answered {status}", status, answer.read())


def asked_again(ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns, asked again while it cannot be right or whole. Raises the last IncompleteAnswerError."""
    doubted = retry_if_exception_type(IncompleteAnswerError)
    return Retrying(retry=doubted, stop=stop_after_attempt(MOST_DOUBTS), reraise=True)(ask)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After header asks to wait (a number or an HTTP date); None without a readable one."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    until = _http_date(text)
    # The source's own clock measures the wait when it tells it: ours may differ by minutes.
    now = _http_date(headers.get("date")) or datetime.now(UTC)
    return None if until is None else max(0.0, (until - now).total_seconds())


def _http_date(text: str | None) -> datetime | None:
    try:
        stamp = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


def _refuse_html(label: str, headers: Mapping[str, str], start: bytes) -> None:
    if start and ("html" in headers.get("content-type", "").lower() or start.lstrip()[:1] == b"<"):
        raise SourceError(
            f"{label}: a web page came back with status 200 where data was expected: a proxy, a login page or a wrong "
            "base_url answers instead of the source"
        )


def _kind(error: Exception) -> str:
    return type(error).__name__
