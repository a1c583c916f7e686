"""The JSON of the versions of one type: in its Parquet file, and in memory for what came since.

Belongs here: reading bodies by row number. Not here: which rows are wanted (`store.py`).
"""

from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray


class Bodies:
    """Bodies by row number: those of the file first, then what was added. Not safe between threads by itself."""

    def __init__(self, file: Path | None) -> None:
        self._file = pq.ParquetFile(file) if file else None
        groups = range(self._file.num_row_groups) if self._file else range(0)
        sizes = [self._file.metadata.row_group(group).num_rows for group in groups] if self._file else []
        # The first row of each group, and the first behind the file.
        self._starts = np.cumsum([0, *sizes], dtype=np.int64)
        # The row group decoded last: a client that pages in the order of the file asks for the same one again.
        self._kept: tuple[int, pa.Array] | None = None
        self._added: list[bytes] = []

    def add(self, body: bytes) -> int:
        """The row number of a body that is kept in memory."""
        self._added.append(body)
        return int(self._starts[-1]) + len(self._added) - 1

    def read(self, rows: NDArray[np.int64]) -> list[bytes]:
        found = [b""] * len(rows)
        group_of = np.searchsorted(self._starts, rows, side="right") - 1
        for group in np.unique(group_of):
            places = np.flatnonzero(group_of == group)
            within = rows[places] - self._starts[group]
            if group == len(self._starts) - 1:
                bodies = [self._added[row] for row in within]
            else:
                bodies = self._group(int(group)).take(pa.array(within)).to_pylist()
            for place, body in zip(places, bodies, strict=True):
                found[place] = body
        return found

    def _group(self, group: int) -> pa.Array:
        if self._kept is None or self._kept[0] != group:
            # A group other than the last stands in the file, so there is one.
            column = cast(pq.ParquetFile, self._file).read_row_group(group, columns=["resource"])["resource"]
            self._kept = group, column.combine_chunks().cast(pa.binary())
        return self._kept[1]
