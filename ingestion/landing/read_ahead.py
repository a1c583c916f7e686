"""What is asked of a source next, asked while what came before is being landed: half of a load's time is waiting for answers.

Belongs here: the thread that asks, and how far ahead it may be. Not here: how a source is read, what becomes of its pages.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from types import TracebackType

from ingestion.landing.page import Page, Refused, UnreachableError

Reading = Callable[[], Iterator[Page | Refused]]
# What waits to be landed, at most, but for the page that goes beyond it: two batches (object_load.BATCH_BYTES).
WAITING_BYTES = 16 * 2**20
# A question that is being asked when nobody wants the answer any more is let be.
STOP_SECONDS = 5.0


class ReadAhead:
    """The pages of some objects, read by one thread in the order given, each object's wanted after those before it.

    `with ReadAhead({"invoice": ask}) as ahead: for page in ahead.pages("invoice")`. What reading an object raises, its `pages`
    raise, after the pages before it. Where nothing answers, no later object is asked for: theirs raise the same. Pages of
    an object that is left before its end are dropped when the next is asked for.
    """

    def __init__(self, readings: Mapping[str, Reading]):
        self._readings = list(readings.values())
        self._places = {name: place for place, name in enumerate(readings)}
        self._changed = threading.Condition()
        self._waiting: deque[tuple[int, Page | Refused | BaseException | None]] = deque()
        self._bytes = 0
        self._wanted = 0
        self._thread = threading.Thread(target=self._read, name="read ahead", daemon=True)

    def __enter__(self) -> "ReadAhead":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._want(len(self._readings))
        self._thread.join(STOP_SECONDS)

    def pages(self, name: str) -> Iterator[Page | Refused]:
        """One object's pages, in the order of its source."""
        self._want(self._places[name])
        while (item := self._next()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def _want(self, place: int) -> None:
        """From here on only what stands at this place or later."""
        with self._changed:
            self._wanted = place
            self._waiting = deque(entry for entry in self._waiting if entry[0] >= place)
            self._bytes = sum(_size(item) for _, item in self._waiting)
            self._changed.notify_all()

    def _next(self) -> Page | Refused | BaseException | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            _, item = self._waiting.popleft()
            self._bytes -= _size(item)
            self._changed.notify_all()
            return item

    def _put(self, place: int, item: Page | Refused | BaseException | None) -> bool:
        """Whether it is wanted: it waits until there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._bytes < WAITING_BYTES or place < self._wanted)
            if place >= self._wanted:
                self._waiting.append((place, item))
                self._bytes += _size(item)
                self._changed.notify_all()
            return place >= self._wanted

    def _read(self) -> None:
        unreachable: UnreachableError | None = None
        for place, ask in enumerate(self._readings):
            end: BaseException | None = unreachable
            if unreachable is None:
                try:
                    with closing(_asked(ask)) as pages:
                        for page in pages:
                            if not self._put(place, page):
                                break
                except BaseException as error:  # it is raised where the pages are wanted
                    end = error
                    unreachable = error if isinstance(error, UnreachableError) else None
            self._put(place, end)


def _asked(ask: Reading) -> Generator[Page | Refused]:
    """As a generator: a source may give any iterator."""
    yield from ask()


def _size(item: Page | Refused | BaseException | None) -> int:
    return len(item.body) if isinstance(item, Page) else 0
