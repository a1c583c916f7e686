"""Columns of the world: money as whole cents until it is written.

Belongs here: how numbers become Arrow. Not here: what they mean.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.network.streams import Ints

EPOCH = np.datetime64("1970-01-01", "D")


def decimals(values: Ints, precision: int, scale: int) -> pa.Array:
    """Whole numbers of 10 to the power of -scale as exact decimals: 1050 at scale 2 is 10.50."""
    wide = np.empty((len(values), 2), dtype=np.int64)
    wide[:, 0] = values
    wide[:, 1] = values >> 63  # the sign, carried into the upper half of the 128 bits
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(values), [None, pa.py_buffer(wide.tobytes())])


def money(cents: Ints) -> pa.Array:
    return decimals(cents, 18, 2)


def cents(amounts: pa.ChunkedArray) -> Ints:
    """Back from decimals of two places, none of them null, to whole cents."""
    column = amounts.cast(pa.decimal128(18, 2)).combine_chunks()
    wide = np.frombuffer(column.buffers()[1], dtype=np.int64)[::2]
    return wide[column.offset : column.offset + len(column)].copy()


def dates(days: Ints) -> pa.Array:
    """Days since 1970-01-01 as dates; a negative day is no date."""
    return pa.array(days.astype(np.int32), mask=days < 0).cast(pa.date32())


def moments(days: Ints, seconds: Ints) -> pa.Array:
    """Days since 1970-01-01 and seconds of the day (UTC) as timestamps without a zone; a negative day is none."""
    return pa.array((days.astype(np.int64) * 86_400 + seconds) * 1_000_000, mask=days < 0).cast(pa.timestamp("us"))


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Document and master numbers: `PO` and 7 at width 5 is PO00007."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def pick(names: list[str], places: NDArray[np.integer]) -> pa.Array:
    """The name at each place."""
    return pa.array(names).take(pa.array(places))


def named(table: pa.Table, column: str, place: Ints) -> pa.ChunkedArray:
    """The column's value at each place."""
    return table[column].take(pa.array(place))


def maybe(names: list[str], place: Ints) -> pa.Array:
    """The name at each place; none at a negative one."""
    return pa.array(names).take(pa.array(place, mask=place < 0))


def maybe_numbered(prefix: str, number: Ints, width: int) -> pa.Array:
    """The number of a document counted from 0; a negative one is none."""
    return numbered(prefix, np.maximum(number, 0) + 1, width).take(
        pa.array(np.arange(len(number)), mask=number < 0)
    )  # fmt: skip


def times(quantity: Ints, price: Ints) -> Ints:
    """Quantity (whole) times price (10,000ths of a dollar) in cents, half a cent away from zero."""
    exact = quantity * price
    cents: Ints = np.sign(exact) * ((np.abs(exact) + 50) // 100)
    return cents
