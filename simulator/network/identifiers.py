"""Identifiers that pass their check digit and cannot be anybody's: GS1 prefix 952 is kept for examples."""

import numpy as np
from numpy.typing import NDArray

from simulator.network.streams import Ints

PREFIX = "952"


def gln(number: int) -> str:
    """The global location number of one party."""
    body = f"{PREFIX}{number:09d}"
    return body + _check_digit(body)


def gtins(numbers: Ints, indicator: Ints) -> NDArray[np.str_]:
    """GTIN-14 of each item at a pack level (indicator 0 is the base unit, 1 to 8 are packs)."""
    digits = np.zeros((len(numbers), 13), dtype=np.int64)
    digits[:, 0] = indicator
    digits[:, 1:4] = [int(digit) for digit in PREFIX]
    rest = numbers.copy()
    for place in range(12, 3, -1):
        rest, digits[:, place] = np.divmod(rest, 10)
    weights = np.array([3, 1] * 7)[:13]
    check = -(digits * weights).sum(axis=1) % 10
    return np.array(["".join(map(str, row)) for row in np.column_stack([digits, check])])


def _check_digit(body: str) -> str:
    """GS1 General Specifications, 7.9: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)
