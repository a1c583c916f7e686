"""What each golden item is, in structured words: noun, qualifier, material, strength, size, side, sterility and brand.

Belongs here: drawing the attributes, so that near-misses differ in exactly one of them, and the network's own wording. Not
here: how a source system writes the same item (habits.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.chart import ITEM_CLASSES
from simulator.network.masters.vocabulary import BRANDS, KINDS, Kind
from simulator.network.streams import Ints

# The parts of a description in the order of the network's own wording; each but the brand comes from the item's kind.
OPTIONS: dict[str, Callable[[Kind], tuple[str, ...]]] = {
    "noun": lambda kind: (kind.noun,),
    "qualifier": lambda kind: kind.qualifiers,
    "material": lambda kind: kind.materials,
    "strength": lambda kind: kind.strengths,
    "size": lambda kind: kind.sizes,
    "laterality": lambda kind: kind.sides,
    "sterility": lambda kind: kind.sterility,
    "brand": lambda kind: BRANDS,
}
ATTRIBUTES = tuple(OPTIONS)
# What a near-miss may differ in: what makes it another product although nearly every word agrees.
TELLING = ("strength", "size", "laterality", "sterility")
NEAR_MISS_SHARE = 0.09

# The words of each attribute; an item holds their places, and -1 where nothing is said.
WORDS = {name: sorted({word for kind in KINDS for word in options(kind)}) for name, options in OPTIONS.items()}
KINDS_OF_CLASS = [[place for place, kind in enumerate(KINDS) if kind.item_class == name] for name in ITEM_CLASSES]


@dataclass(frozen=True)
class Descriptions:
    """Columns by item number. `words[attribute]` are places in WORDS[attribute]; -1 where nothing is said.

    near_miss_of is the item that this one differs from in the attribute `differs_in` (a place in TELLING) only, or -1:
    such an item has the same class as the other, and is to be given the same maker (see `like`).
    """

    kind: Ints
    words: dict[str, Ints]
    near_miss_of: Ints
    differs_in: Ints

    @property
    def like(self) -> Ints:
        """The item whose maker, pack and price each one shares: its near-miss, or itself."""
        return np.where(self.near_miss_of < 0, np.arange(len(self.kind)), self.near_miss_of)

    def text(self, attribute: str) -> pa.Array:
        """The words of one attribute, null where nothing is said."""
        place = self.words[attribute]
        return pa.array(WORDS[attribute]).take(pa.array(place, mask=place < 0))

    @cached_property
    def sentences(self) -> pa.Array:
        """The network's own wording, `Glove, exam, nitrile, Large, Sterile, Belvogrip`."""
        parts = [self.text(name) for name in ATTRIBUTES]
        return pc.binary_join_element_wise(*parts, ", ", null_handling="skip")

    def columns(self) -> dict[str, pa.Array]:
        """One column an attribute, as the truth's items keep them."""
        return {name: self.text(name) for name in ATTRIBUTES}


def describe(random: np.random.Generator, item_class: Ints, alone: int = 0) -> Descriptions:
    """The attributes of items by class (places in ITEM_CLASSES). No two items agree in all of them; of n items
    2 x round(n x 9 % / 2) stand in near-miss pairs, each item in one pair at most, and of the last `alone` items none.
    """
    kind = _chosen(random, [np.array(kinds) for kinds in KINDS_OF_CLASS], item_class)
    words = {name: _chosen(random, _places(name), kind) for name in ATTRIBUTES}
    first, second = _pairs(random, item_class, alone)
    kind[second] = kind[first]
    for values in words.values():
        values[second] = values[first]
    differs_in = np.full(len(kind), -1)
    differs_in[second] = _chosen(random, [np.flatnonzero(row) for row in _can_differ()], kind[second])
    for place, name in enumerate(TELLING):
        here = np.flatnonzero(differs_in == place)
        words[name][here] = _another(random, _places(name), kind[here], words[name][here])
    near_miss_of = np.full(len(kind), -1)
    near_miss_of[second] = first
    _tell_apart(random, kind, words, near_miss_of)
    return Descriptions(kind, words, near_miss_of, differs_in)


def _places(attribute: str) -> list[Ints]:
    """By kind: the places of the words that an item of the kind may have."""
    place_of = {word: place for place, word in enumerate(WORDS[attribute])}
    return [np.array([place_of[word] for word in OPTIONS[attribute](kind)], dtype=np.int64) for kind in KINDS]


def _can_differ() -> np.ndarray:
    """By kind and telling attribute: whether there is another word to differ by."""
    return np.array([[len(OPTIONS[name](kind)) > 1 for name in TELLING] for kind in KINDS])


def _chosen(random: np.random.Generator, options: list[Ints], of: Ints) -> Ints:
    """One of the options of each row's group, -1 where there is none."""
    counts = np.array([len(choices) for choices in options])
    drawn = random.integers(0, np.maximum(counts[of], 1))
    chosen: Ints = _table(options)[of, drawn]
    return chosen


def _another(random: np.random.Generator, options: list[Ints], of: Ints, but: Ints) -> Ints:
    """One of the options of each row's group other than the one it has."""
    table, counts = _table(options), np.array([len(choices) for choices in options])
    now = (table[of] == but[:, None]).argmax(axis=1)
    other: Ints = table[of, (now + random.integers(1, counts[of])) % counts[of]]
    return other


def _table(options: list[Ints]) -> Ints:
    """Options side by side, filled up with -1."""
    table = np.full((len(options), max(1, max(len(choices) for choices in options))), -1, dtype=np.int64)
    for row, choices in enumerate(options):
        table[row, : len(choices)] = choices
    return table


def _pairs(random: np.random.Generator, item_class: Ints, alone: int) -> tuple[Ints, Ints]:
    """Two items of one class each, no item twice."""
    shuffled = random.permutation(len(item_class) - alone)
    by_class = shuffled[np.argsort(item_class[shuffled], kind="stable")]
    first, second = by_class[0:-1:2], by_class[1::2]
    fits = np.flatnonzero(item_class[first] == item_class[second])
    kept = random.choice(fits, size=min(len(fits), round(len(item_class) * NEAR_MISS_SHARE / 2)), replace=False)
    return first[kept], second[kept]


def _tell_apart(random: np.random.Generator, kind: Ints, words: dict[str, Ints], near_miss_of: Ints) -> None:
    """Draws another brand for an item that agrees with an earlier one in everything; its near-miss follows."""
    key = kind.copy()
    for name in ATTRIBUTES[1:-1]:
        key = key * (len(WORDS[name]) + 1) + words[name] + 1
    brand = words["brand"]
    is_second = near_miss_of >= 0
    while True:
        # The second of a pair takes its brand from the first, so it never moves by itself.
        _, seen = np.unique(key * len(BRANDS) + brand, return_index=True)
        again = np.ones(len(key), dtype=bool)
        again[seen] = False
        if not again.any():
            return
        moved = np.unique(np.where(is_second, near_miss_of, np.arange(len(key)))[again])
        brand[moved] = random.integers(0, len(BRANDS), len(moved))
        brand[is_second] = brand[near_miss_of[is_second]]
