"""Python over many rows of a table: here for few, in a process per core for many.

Belongs here: the pool. Not here: what is done with a row.
"""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

import pyarrow as pa

Result = TypeVar("Result")
# Starting processes costs more than reading so many rows.
POOL_FROM, BATCH = 400_000, 5_000


def by_batches(function: Callable[[pa.Table], Result], table: pa.Table) -> list[Result]:
    """What the function (of a module, or a partial of one) makes of each batch of the table, in order."""
    batches = [pa.Table.from_batches([batch]) for batch in table.to_batches(max_chunksize=BATCH)]
    if len(table) < POOL_FROM:
        return [function(batch) for batch in batches]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(function, map(_Sent, batches)))


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
