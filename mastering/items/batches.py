"""Python over many rows of a table: here for few, in a process per core for many.

Belongs here: the pool. Not here: what is done with a row.
"""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

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
        return list(pool.map(function, batches))
