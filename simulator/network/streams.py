"""Random numbers by name: each part of the world draws from its own stream, so that a change of one part leaves the
draws of every other as they were.
"""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Streams:
    """The streams of one seed."""

    def __init__(self, seed: int):
        self.seed = seed

    def of(self, name: str) -> np.random.Generator:
        """The same numbers for the same seed and name, on every machine of one NumPy version."""
        key = int.from_bytes(sha256(f"{self.seed}|{name}".encode()).digest()[:16], "little")
        return np.random.Generator(np.random.Philox(key=key))


def quota(random: np.random.Generator, eligible: Bools, rate: float, of: int | None = None) -> Bools:
    """Mark exactly round(n x rate) of the eligible rows; n is their number, or `of`. Never more than are eligible."""
    places = np.flatnonzero(eligible)
    count = min(len(places), round((len(places) if of is None else of) * rate))
    marked = np.zeros(len(eligible), dtype=bool)
    marked[random.choice(places, size=count, replace=False)] = True
    return marked


def zipf(count: int, exponent: float) -> NDArray[np.float64]:
    """Shares of `count` members by rank, falling as rank to the power of -exponent; they sum to 1."""
    weights: NDArray[np.float64] = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares
