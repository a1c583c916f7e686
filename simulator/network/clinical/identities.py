"""Names and numbers of persons that cannot be anybody's.

Belongs here: names from word lists, NPIs that fail their check digit, canary tokens. Not here: whose they are (people.py).
"""

from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.columns import numbered, pick
from simulator.network.streams import Ints, Streams
from simulator.network.suppliers import FIRST_WORDS, SECOND_WORDS

GIVEN = [
    ["Ada", "Berit", "Cora", "Delia", "Edith", "Freya", "Greta", "Hilda", "Ines", "Juno", "Kaia", "Lena", "Maren", "Nora",
     "Odile", "Petra", "Quinn", "Rosa", "Selma", "Tilda", "Una", "Vera", "Wilma", "Xenia", "Yrsa", "Zelda", "Alma", "Britt"],
    ["Anton", "Bruno", "Casper", "Dario", "Emil", "Felix", "Gustav", "Hugo", "Ivan", "Jasper", "Karl", "Lars", "Milo",
     "Nils", "Otto", "Pavel", "Quentin", "Rolf", "Stefan", "Theo", "Ulrich", "Viktor", "Walter", "Xaver", "Yann", "Zeno"],
]  # fmt: skip
CANARY_BITS = 48
# Odd, so that numbers of 48 bits stay distinct when multiplied by it.
SPREAD = 0x9E3779B97F4B


def given_names(mixed: Ints, sex: Ints) -> pa.Array:
    """sex: 0 for F, 1 for M."""
    place = np.where(sex == 0, mixed // 13 % len(GIVEN[0]), len(GIVEN[0]) + mixed // 13 % len(GIVEN[1]))
    return pick(GIVEN[0] + GIVEN[1], place)


def family_names(mixed: Ints) -> pa.Array:
    names = [first + second for first in FIRST_WORDS for second in SECOND_WORDS]
    return pick(names, mixed // 29 % len(names))


def canaries(streams: Streams, number: Ints) -> pa.Array:
    """A token that is nowhere else: where it turns up, a person's record has been."""
    salt = int.from_bytes(sha256(f"canary|{streams.seed}".encode()).digest()[:6], "big")
    mixed = (number.astype(np.uint64) * np.uint64(SPREAD) & np.uint64((1 << CANARY_BITS) - 1)) ^ np.uint64(salt)
    digits = np.frombuffer(mixed.astype(">u8").tobytes().hex().encode(), dtype="S16").astype("U16")
    return pc.binary_join_element_wise("CANARY-", pc.utf8_slice_codeunits(pa.array(digits), 4), "")


def npis(number: Ints) -> pa.Array:
    """Ten digits whose last is not the check digit: Luhn over 80840 and the nine before it, which makes 24 of the prefix."""
    body = 100_000_000 + number
    digits = body[:, None] // 10 ** np.arange(9)[None, :] % 10
    doubled = digits * np.where(np.arange(9) % 2 == 0, 2, 1)
    check = -(24 + (doubled // 10 + doubled % 10).sum(axis=1)) % 10
    return numbered("", body * 10 + (check + 1 + number % 9) % 10, 10)
