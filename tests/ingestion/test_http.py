"""The HTTP client against a server that says exactly what a test tells it to, byte by byte."""

import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ingestion.landing.page import AuthenticationError, IncompleteAnswerError, SourceError
from ingestion.protocols.http import BearerToken, JsonClient, Patience, StatusError
from tests.ingestion.scripted_server import ScriptedServer, reply

HURRIED = Patience(attempts=3, server_errors=2, first_wait=0.01, longest_wait=2.0)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[JsonClient]:
    client = JsonClient(server.url + "/api", auth=BearerToken("SECRET-TOKEN"), patience=HURRIED, timeout=5.0)
    yield client
    client.close()


def test_bytes_come_as_they_were_sent_with_the_token_and_the_query(server: ScriptedServer, client: JsonClient) -> None:
    server.replies = [reply("200 OK", b'{"price": 1.10}', Date="Sat, 21 Nov 2026 00:30:39 GMT")]

    answer = client.get_bytes("items", params=[("f", "a"), ("f", "b")])

    assert answer.body == b'{"price": 1.10}'
    assert answer.server_time() == datetime(2026, 11, 21, 0, 30, 39, tzinfo=UTC)
    assert server.requests[0].startswith("GET /api/items?f=a&f=b HTTP/1.1")
    assert "Authorization: Bearer SECRET-TOKEN" in server.requests[0]


@pytest.mark.parametrize("status", ["429 Too Many", "502 Bad", "503 Busy", "504 Late", "500 Oops"])
def test_a_source_that_is_unwell_for_a_moment_is_asked_again(
    server: ScriptedServer, client: JsonClient, status: str
) -> None:
    server.replies = [reply(status, Retry_After="0"), reply("200 OK", b"[1]")]
    assert client.get_bytes("items").body == b"[1]"
    assert len(server.requests) == 2


def test_retry_after_as_a_date_is_measured_on_the_sources_clock(server: ScriptedServer, client: JsonClient) -> None:
    # One second, although both dates are long past on our clock.
    late = {"Date": "Sat, 21 Nov 2020 00:00:00 GMT", "Retry_After": "Sat, 21 Nov 2020 00:00:01 GMT"}
    server.replies = [reply("429 Too Many", **late), reply("200 OK", b"[1]")]
    assert client.get_bytes("items").body == b"[1]"


def test_a_wait_longer_than_our_patience_fails_at_once_and_says_how_long(
    server: ScriptedServer, client: JsonClient
) -> None:
    server.replies = [reply("503 Busy", Retry_After="3600")]
    with pytest.raises(SourceError, match="asks to wait 3600 s"):
        client.get_bytes("items")
    assert len(server.requests) == 1


def test_patience_ends(server: ScriptedServer, client: JsonClient) -> None:
    server.replies = [reply("429 Too Many", Retry_After="0")]
    with pytest.raises(SourceError, match=r"answered 429\. Given up after 3 attempts"):
        client.get_bytes("items")
    assert len(server.requests) == 3


def test_an_internal_error_is_given_fewer_chances(server: ScriptedServer, client: JsonClient) -> None:
    server.replies = [reply("500 Oops", b"patient 4711")]
    with pytest.raises(SourceError, match="answered 500"):
        client.get_bytes("items")
    assert len(server.requests) == 2


def test_a_body_shorter_than_announced_is_never_taken_for_whole(server: ScriptedServer, client: JsonClient) -> None:
    server.replies = [reply("200 OK", b'[{"id": 1}]', length=5000)]
    with pytest.raises(IncompleteAnswerError, match="broke before the answer was whole"):
        client.get_bytes("items")


def test_a_truncated_answer_is_asked_for_again(server: ScriptedServer, client: JsonClient) -> None:
    server.replies = [reply("200 OK", b"[1,", length=6), reply("200 OK", b"[1, 2]")]
    assert client.get_bytes("items").body == b"[1, 2]"


def test_half_a_json_without_a_length_is_found_when_it_is_parsed(server: ScriptedServer, client: JsonClient) -> None:
    server.replies = [b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"entry": [{"id": 1']
    with pytest.raises(IncompleteAnswerError, match="no whole JSON"):
        client.get_bytes("items").json()


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json"])
def test_a_web_page_with_status_200_is_refused(server: ScriptedServer, client: JsonClient, content_type: str) -> None:
    server.replies = [reply("200 OK", b"<html>Please log in</html>", content_type)]
    with pytest.raises(SourceError, match="a web page came back"):
        client.get_bytes("items")


def test_a_refused_credential_says_so(server: ScriptedServer, client: JsonClient) -> None:
    server.replies = [reply("403 Forbidden")]
    with pytest.raises(AuthenticationError, match=r"secret named in sources\.toml"):
        client.get_bytes("items")


def test_a_link_to_another_origin_is_not_followed(server: ScriptedServer, client: JsonClient) -> None:
    with pytest.raises(SourceError, match="another origin"):
        client.get_bytes("http://127.0.0.1:1/api/items?page=2")
    server.replies = [reply("302 Found", Location="http://127.0.0.1:1/elsewhere")]
    with pytest.raises(StatusError, match="redirects"):
        client.get_bytes("items")


def test_a_source_that_is_down_is_named_with_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match=r"no answer from .*Check base_url"):
        JsonClient(f"http://127.0.0.1:{port}", patience=HURRIED).get_bytes("items")


def test_a_stream_that_breaks_goes_on_where_it_stopped(server: ScriptedServer, client: JsonClient) -> None:
    content = b"".join(b'{"id": %d}\n' % number for number in range(200_000))
    server.replies = [reply("200 OK", content[:1_500_000], length=len(content)), reply("200 OK", content)]
    assert b"".join(client.stream(server.url + "/file", "application/x-ndjson", "file 1")) == content
    assert len(server.requests) == 2


def test_a_stream_whose_beginning_changed_meanwhile_is_refused(server: ScriptedServer, client: JsonClient) -> None:
    content = b"a" * 3_000_000
    server.replies = [reply("200 OK", content[:1_500_000], length=len(content)), reply("200 OK", b"b" + content[1:])]
    with pytest.raises(IncompleteAnswerError, match="changed while it was read"):
        list(client.stream(server.url + "/file", "application/x-ndjson", "file 1"))


def test_a_stream_may_leave_the_origin_only_without_the_credential(server: ScriptedServer) -> None:
    server.replies = [reply("200 OK", b"{}\n")]
    client = JsonClient("http://127.0.0.1:1/fhir", auth=BearerToken("SECRET-TOKEN"), patience=HURRIED)
    with pytest.raises(SourceError, match="another origin"):
        list(client.stream(server.url + "/file", "application/x-ndjson", "file 1"))
    assert list(client.stream(server.url + "/file", "application/x-ndjson", "file 1", with_credential=False)) == [
        b"{}\n"
    ]
    assert "Authorization" not in server.requests[0]


def test_neither_messages_nor_logs_carry_queries_bodies_or_tokens(
    server: ScriptedServer, client: JsonClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.replies = [reply("400 Bad", b"no patient 4711-MRN"), reply("200 OK", b"{}")]
    with pytest.raises(StatusError) as refused:
        client.get_bytes("Patient", params={"_id": "4711-MRN"})
    client.get_bytes("Patient", params={"_id": "4711-MRN"})
    for secret in ("4711-MRN", "SECRET-TOKEN"):
        assert secret not in caplog.text
        assert secret not in str(refused.value)
