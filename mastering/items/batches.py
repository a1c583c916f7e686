"""Python over many rows of tables: here for few, in a process per core for many.

Belongs here: the pool. Not here: what is done with a row.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import starmap
from typing import Any, TypeVar

import pyarrow as pa

Result = TypeVar("Result")
# Starting processes costs more than reading so many rows.
POOL_FROM, BATCH = 400_000, 5_000
# So many batches wait for each process, that none waits for a batch.
AHEAD = 2


def by_batches(function: Callable[..., Result], batches: Iterable[tuple[pa.Table, ...]], rows: int) -> Iterator[Result]:
    """What the function (of a module, or a partial of one) makes of the tables of each batch, in order; rows: of all batches.
    Of the batches hardly more are held than are being worked on."""
    if rows < POOL_FROM:
        yield from starmap(function, batches)
        return
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        under_way: deque[Future[Result]] = deque()
        for tables in batches:
            under_way.append(pool.submit(function, *map(_Sent, tables)))
            if len(under_way) > AHEAD * processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


class _Sent:
    """A table on its way to another process, where it arrives as the table that it is. Arrow itself would send with a slice
    all that it is a slice of."""

    def __init__(self, table: pa.Table):
        self._table = table

    def __reduce__(self) -> tuple[Any, ...]:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._table.schema) as stream:
            stream.write_table(self._table)
        return _received, (sink.getvalue().to_pybytes(),)


def _received(stream: bytes) -> pa.Table:
    return pa.ipc.open_stream(stream).read_all()
