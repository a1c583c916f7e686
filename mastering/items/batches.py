"""Python over many rows of a table: here for few, in a process per core for many.

Belongs here: the pool. Not here: what is done with a row.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar, cast

import pyarrow as pa

Result = TypeVar("Result")
# Starting processes costs more than reading so many rows.
POOL_FROM, BATCH = 400_000, 5_000
# So many batches wait for each process, that none waits for a batch.
AHEAD = 4


def by_batches(
    function: Callable[[pa.Table], Result], batches: Iterable[pa.RecordBatch], rows: int
) -> Iterator[Result]:
    """What the function (of a module, or a partial of one) makes of each batch of so many rows in all, in order. Of the
    batches hardly more are held than are being worked on."""
    tables = (pa.Table.from_batches([batch]) for batch in batches)
    if rows < POOL_FROM:
        yield from map(function, tables)
        return
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        under_way: deque[Future[Result]] = deque()
        for table in tables:
            under_way.append(pool.submit(function, cast("pa.Table", _Sent(table))))
            if len(under_way) > AHEAD * processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


class _Sent:
    """A batch on its way to another process, where it arrives as the table that it is. Arrow itself would send with a slice
    all that it is a slice of."""

    def __init__(self, batch: pa.Table):
        self._batch = batch

    def __reduce__(self) -> tuple[Any, ...]:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._batch.schema) as stream:
            stream.write_table(self._batch)
        return _received, (sink.getvalue().to_pybytes(),)


def _received(stream: bytes) -> pa.Table:
    return pa.ipc.open_stream(stream).read_all()
