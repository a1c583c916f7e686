"""Pages asked for ahead: all of them, in order, by one thread; and what becomes of it where reading or landing fails."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ingestion.landing.page import Envelope, Page, Refused, SourceError, UnreachableError
from ingestion.landing.read_ahead import WAITING_BYTES, ReadAhead

# Of this size five fill what may wait.
LARGE = WAITING_BYTES // 5 + 1


def page(name: str, size: int = 0) -> Page:
    return Page(b"x" * size, Envelope(), name)


def labels(pages: Iterator[Page | Refused]) -> list[str]:
    return [one.label if isinstance(one, Page) else one.part for one in pages]


class Asked:
    """An object's pages, which notes each as it is asked for."""

    def __init__(self, *pages: Page | Refused | Exception):
        self.pages, self.given, self.is_closed = pages, 0, False
        self.threads: set[int] = set()

    def __call__(self) -> Iterator[Page | Refused]:
        try:
            for one in self.pages:
                self.threads.add(threading.get_ident())
                if isinstance(one, Exception):
                    raise one
                self.given += 1
                yield one
        finally:
            self.is_closed = True


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.005)
    return holds()


def test_objects_come_whole_and_in_order_from_one_thread_that_is_not_ours() -> None:
    orders, nothing = Asked(page("o1"), Refused("o2.csv", "TRUNCATED", "breaks off"), page("o3")), Asked()
    invoices = Asked(page("i1"))
    with ReadAhead({"orders": orders, "nothing": nothing, "invoices": invoices}) as ahead:
        assert labels(ahead.pages("orders")) == ["o1", "o2.csv", "o3"]
        assert labels(ahead.pages("nothing")) == []
        assert labels(ahead.pages("invoices")) == ["i1"]
    assert orders.threads == invoices.threads != {threading.get_ident()}


def test_the_next_object_is_read_before_it_is_wanted() -> None:
    orders, invoices = Asked(page("o1")), Asked(page("i1"), page("i2"))
    with ReadAhead({"orders": orders, "invoices": invoices}) as ahead:
        first = ahead.pages("orders")
        next(first)
        assert eventually(lambda: invoices.given == 2)
        assert labels(first) == []
        assert labels(ahead.pages("invoices")) == ["i1", "i2"]


def test_no_more_waits_than_may() -> None:
    orders = Asked(*(page(f"o{number}", LARGE) for number in range(20)))
    with ReadAhead({"orders": orders}) as ahead:
        assert eventually(lambda: orders.given == 6)  # five that wait, and one that waits to wait
        time.sleep(0.05)
        assert orders.given == 6
        assert labels(ahead.pages("orders")) == [f"o{number}" for number in range(20)]


def test_an_error_is_raised_where_its_pages_are_wanted_and_the_next_object_goes_on() -> None:
    orders, invoices = Asked(page("o1"), SourceError("orders: 500")), Asked(page("i1"))
    with ReadAhead({"orders": orders, "invoices": invoices}) as ahead:
        read = ahead.pages("orders")
        assert next(read) == page("o1")
        with pytest.raises(SourceError, match="orders: 500"):
            next(read)
        assert labels(ahead.pages("invoices")) == ["i1"]


def test_of_what_does_not_answer_no_more_is_asked() -> None:
    orders, invoices = Asked(UnreachableError("nobody there")), Asked(page("i1"))
    with ReadAhead({"orders": orders, "invoices": invoices}) as ahead:
        for name in ("orders", "invoices"):
            with pytest.raises(UnreachableError, match="nobody there"):
                labels(ahead.pages(name))
    assert invoices.threads == set()


def test_an_object_that_is_left_halfway_holds_up_nobody() -> None:
    """Landing it failed: its other pages are let go, those that wait and those not asked for yet."""
    orders, invoices = Asked(*(page(f"o{number}", LARGE) for number in range(20))), Asked(page("i1"))
    with ReadAhead({"orders": orders, "invoices": invoices}) as ahead:
        next(ahead.pages("orders"))
        assert labels(ahead.pages("invoices")) == ["i1"]
    assert orders.given < 20
    assert orders.is_closed


def test_it_ends_with_its_block_however_much_was_left() -> None:
    orders = Asked(*(page(f"o{number}", LARGE) for number in range(20)))
    with ReadAhead({"orders": orders}) as ahead:
        next(ahead.pages("orders"))
    assert orders.given < 20
    assert orders.is_closed
    assert "read ahead" not in {thread.name for thread in threading.enumerate()}
