"""Sequences without gaps: what is missing, repeated, of somebody else or taken back is noticed, number by number."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from ingestion.landing.page import IncompleteAnswerError
from ingestion.protocols.http import JsonClient
from ingestion.protocols.sequence import Numbered, SequenceReader
from tests.ingestion.scripted_server import ScriptedServer, reply

MOVEMENTS = Numbered("v1/movements", "location", "location_id", "seq")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def reader(server: ScriptedServer) -> Iterator[SequenceReader]:
    client = JsonClient(server.url)
    yield SequenceReader(client)
    client.close()


def page(*numbers: int, end: int | None = None, location: str = "L1") -> bytes:
    rows = [{"location_id": location, "seq": number} for number in numbers]
    return answer({"data": rows, "next_after_seq": numbers[-1] if end is None else end})


def answer(body: Any) -> bytes:
    return reply("200 OK", orjson.dumps(body))


def numbers(reader: SequenceReader, held: int, least: int = 0) -> list[int]:
    pages = reader.since(MOVEMENTS, "L1", held, least)
    return [row["seq"] for found in pages for row in orjson.loads(found.body)["data"]]


def asked_after(server: ScriptedServer) -> list[str]:
    return [request.partition("after_seq=")[2].partition("&")[0] for request in server.requests]


def test_reading_goes_on_until_a_page_is_shorter_than_one_before(
    server: ScriptedServer, reader: SequenceReader
) -> None:
    server.replies = [page(1, 2), page(3, 4), page(5)]
    assert numbers(reader, 0) == [1, 2, 3, 4, 5]
    assert asked_after(server) == ["0", "2", "4"]


def test_an_empty_page_is_the_end(server: ScriptedServer, reader: SequenceReader) -> None:
    server.replies = [page(1, 2), page(end=2)]
    assert numbers(reader, 0) == [1, 2]


def test_the_last_number_held_is_asked_for_once_more(server: ScriptedServer, reader: SequenceReader) -> None:
    server.replies = [page(7, 8), page(end=8)]
    assert numbers(reader, 7) == [7, 8]
    assert asked_after(server) == ["6", "8"]


def test_a_record_that_stands_twice_on_its_page_is_no_gap(server: ScriptedServer, reader: SequenceReader) -> None:
    server.replies = [page(1, 2, 2, 3), page(end=3)]
    assert numbers(reader, 0) == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (page(7, 8, 10), "numbers 9 to 9 are missing"),
        (page(9, 10), "numbers 7 to 8 are missing"),
        (page(5, 6), "number 5 came again: the service repeats a page"),
        (page(7, 8, end=12), "says that it ends with 12, and its records with 8"),
        (page(end=12), "says that it ends with 12, and its records with 6"),
        (page(end=6), "the sequence goes backwards: number 7 was read before and there is none now"),
        (page(7, location="L2"), "a record came that is not of this location"),
        (answer({"data": [{"location_id": "L1", "seq": "7 EA"}], "next_after_seq": 7}), "a record has no number"),
        (answer({"error": {"code": "SY/530", "message": "not now"}}), "is no page of a sequence"),
        (answer([]), "is no page of a sequence"),
        (reply("200 OK", b'{"data":[{"location_id":"L1","se'), "is no whole JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_right_is_asked_again_and_then_refused(
    server: ScriptedServer, reader: SequenceReader, said: bytes, reason: str
) -> None:
    server.replies = [said]
    with pytest.raises(IncompleteAnswerError, match=reason):
        numbers(reader, 7)
    assert asked_after(server) == ["6", "6", "6"]


def test_what_was_wrong_only_once_is_read_as_if_it_never_was(server: ScriptedServer, reader: SequenceReader) -> None:
    server.replies = [page(5, 6), page(7, 8), page(10), page(end=8)]
    assert numbers(reader, 7) == [7, 8]


def test_records_that_end_before_a_number_that_is_known_to_exist_are_not_all(
    server: ScriptedServer, reader: SequenceReader
) -> None:
    server.replies = [page(7, 8), page(end=8)]
    with pytest.raises(IncompleteAnswerError, match="its records end with number 8, and it has reached 9"):
        numbers(reader, 7, least=9)


def test_single_records_are_asked_for_by_their_numbers(server: ScriptedServer, reader: SequenceReader) -> None:
    server.replies = [page(5, 6)]
    assert len(list(reader.between(MOVEMENTS, "L1", 4, 6))) == 1
    assert asked_after(server) == ["4"]
    assert "limit=2" in server.requests[0]
