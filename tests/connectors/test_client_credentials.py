"""A token bought with an id and a secret, met over HTTP: how often it is bought, and what a refusal says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.landing.page import AuthenticationError, SourceError
from ingestion.protocols.client_credentials import ClientCredentials
from ingestion.protocols.http import JsonClient, Patience
from simulator.serve.loopback import serving

SECRET = "a secret that no message may show"


class Shop:
    """Sells tokens that it numbers, and opens its door to those that it has not withdrawn."""

    def __init__(self, **granted: Any):
        self.granted, self.sold, self.asked = granted, 0, 0
        self.withdrawn: set[str] = set()
        self.forms: list[dict[str, str]] = []
        self.refusal: Response | None = None

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/token", self.sell, methods=["POST"]), Route("/data", self.open)])

    async def sell(self, request: Request) -> Response:
        self.forms.append({name: values[0] for name, values in parse_qs((await request.body()).decode()).items()})
        if self.refusal is not None:
            return self.refusal
        self.sold += 1
        return JSONResponse({"token_type": "Bearer", "access_token": f"token-{self.sold}", **self.granted})

    async def open(self, request: Request) -> Response:
        self.asked += 1
        token = request.headers["authorization"].removeprefix("Bearer ")
        return Response(status_code=401) if token in self.withdrawn else JSONResponse({"token": token})


@contextmanager
def open_shop(shop: Shop) -> Iterator[JsonClient]:
    with serving(shop.application()) as url:
        quick = Patience(attempts=2, first_wait=0.01)
        client = JsonClient(
            url, ClientCredentials(f"{url}/token", "parline", SECRET, "data.read", quick), patience=quick
        )
        yield client
        client.close()


def tokens(client: JsonClient, requests: int) -> list[str]:
    return [client.get_bytes("data").json()["token"] for _ in range(requests)]


def test_one_token_serves_many_requests() -> None:
    shop = Shop(expires_in=3599)
    with open_shop(shop) as client:
        assert tokens(client, 5) == ["token-1"] * 5
    assert shop.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "parline",
            "client_secret": SECRET,
            "scope": "data.read",
        }
    ]


@pytest.mark.parametrize("life", [0, "0"])
def test_a_token_is_renewed_before_it_ends(life: Any) -> None:
    with open_shop(Shop(expires_in=life)) as client:
        assert tokens(client, 3) == ["token-1", "token-2", "token-3"]


@pytest.mark.parametrize("granted", [{}, {"expires_in": None}, {"expires_in": "3599"}])
def test_a_token_without_a_readable_life_is_used_until_it_is_refused(granted: dict[str, Any]) -> None:
    shop = Shop(**granted)
    with open_shop(shop) as client:
        assert tokens(client, 3) == ["token-1"] * 3
        shop.withdrawn.add("token-1")
        assert tokens(client, 2) == ["token-2"] * 2


def test_a_token_that_was_withdrawn_is_replaced_once_and_no_request_is_lost() -> None:
    shop = Shop(expires_in=3599)
    with open_shop(shop) as client:
        tokens(client, 2)
        shop.withdrawn.add("token-1")
        assert tokens(client, 2) == ["token-2"] * 2
        assert (shop.sold, shop.asked) == (2, 5)


def test_a_server_that_refuses_every_token_is_not_asked_for_ever() -> None:
    shop = Shop(expires_in=3599)
    shop.withdrawn = {f"token-{number}" for number in range(10)}
    with open_shop(shop) as client, pytest.raises(AuthenticationError, match="401"):
        tokens(client, 1)
    assert (shop.sold, shop.asked) == (2, 2)


def test_a_refused_secret_is_named_by_its_code_and_never_shown() -> None:
    shop = Shop()
    shop.refusal = JSONResponse({"error": "unauthorized_client", "error_description": f"no {SECRET}"}, 400)
    with open_shop(shop) as client, pytest.raises(AuthenticationError) as refused:
        tokens(client, 1)
    assert "400 (unauthorized_client). Check client_id" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_token_server_that_is_down_is_not_taken_for_a_refusal() -> None:
    shop = Shop()
    shop.refusal = Response(status_code=503)
    with open_shop(shop) as client, pytest.raises(SourceError, match="503") as down:
        tokens(client, 1)
    assert not isinstance(down.value, AuthenticationError)
    assert len(shop.forms) == 2
