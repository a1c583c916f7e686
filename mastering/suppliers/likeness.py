"""How alike two supplier names are, with the words that are rare among the names at hand counting most.

Belongs here: comparing names, finding names alike. Not here: reading a name (names.py), what follows from likeness.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein
from sklearn.feature_extraction.text import TfidfVectorizer

from mastering.rules import read_rules
from mastering.suppliers.names import RULES, SupplierName, Words

_OTHER_BODY = frozenset(row["word"] for row in read_rules("other_body_words", RULES))
# Rare words, all runs of two to four letters, and the letters in order see different slips: each is a share of likeness.
_WORDS, _RUNS, _LETTERS = 0.5, 0.3, 0.2
_OTHER_BODY_COSTS = 0.2
# Where one name has a legal form and the other none. Ledgers leave it out, but among many names it tells firms apart.
_FORM_MISSING_COSTS = 0.1
_CUT_WORD, _SLIP, _SHORTEST = 0.9, 0.75, 4
# A word written by its consonants: SPLY, GRP, MGMT.
_CONSONANTS, _VOWELS, _FEWEST_CONSONANTS = 0.9, frozenset("AEIOU"), 3
_BATCH = 500
# Stands where there is no name: a null word, so that no name is like it.
_NO_NAME = "NONE"
ALIKE, COVERED, WHOLE, SPELT_ALIKE = 0.7, 0.75, 0.9, 0.85


class NameLevel(IntEnum):
    """What two names say of their owners, weakest first."""

    DIFFERS = 0
    PART = 1  # all that one says, the other says; or nearly all letters are the same
    ALIKE = 2  # a slip, an abbreviation
    SAME = 3
    ALIAS = 4  # attested


@dataclass(frozen=True, slots=True)
class Comparison:
    """likeness: 0 to 1. covers: the share of each name's weight that the other has too. has_other_word: each has a word
    that the other lacks, as Supply and Service of one group. letters: the share of letters in common, in their order.
    """

    likeness: float
    covers: tuple[float, float]
    has_other_word: bool
    letters: float

    @property
    def level(self) -> NameLevel:
        is_near = self.likeness >= ALIKE and min(self.covers) >= COVERED
        if is_near and not self.has_other_word:
            return NameLevel.ALIKE
        is_part = is_near or max(self.covers) >= WHOLE or self.letters >= SPELT_ALIKE
        return NameLevel.PART if is_part else NameLevel.DIFFERS


class NameIndex:
    """Names to compare with, and by. Places are those of `names`."""

    def __init__(self, names: Sequence[SupplierName]):
        self.names = names
        self._count = len(names)
        self._rarity = Counter(word for name in names for word in set(name.words))
        self._runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32)
        self._matrix = self._runs.fit_transform([name.key or _NO_NAME for name in names] or [_NO_NAME])

    def nearest(self, names: Sequence[SupplierName], count: int) -> Iterator[list[tuple[int, float]]]:
        """For each name the places of the `count` most alike by their runs of letters, with the share they have in common.

        Of equally alike ones those that stand first.
        """
        runs = self._runs.transform([name.key for name in names] or [_NO_NAME])
        for start in range(0, len(names), _BATCH):
            for row in (runs[start : start + _BATCH] @ self._matrix.T).toarray():
                least = np.partition(row, -count)[-count] if len(row) > count else 0.0
                places = np.flatnonzero((row >= least) & (row > 0))
                best = places[np.argsort(-row[places], kind="stable")][:count]
                yield [(int(place), float(row[place])) for place in best]

    def in_common(self, pairs: Sequence[tuple[int, int]]) -> list[float]:
        """What the names of two places have in common by their runs of letters, 0 to 1, for each pair."""
        if not pairs:
            return []
        left, right = (self._matrix[list(places)] for places in zip(*pairs, strict=True))
        return [float(share) for share in np.asarray(left.multiply(right).sum(axis=1)).ravel()]

    def compare(self, one: SupplierName, other: SupplierName, runs: float, says_more: float = 0.5) -> Comparison:
        """runs: what the two have in common by their runs of letters, as `nearest` and `in_common` say.

        says_more: how much, 0 to 1, it counts that the other says what one says; the rest, that one says what the other says.
        """
        if not one.words or not other.words:
            return Comparison(0.0, (0.0, 0.0), True, 0.0)
        forward = [max(_word_likeness(word, candidate) for candidate in other.words) for word in one.words]
        backward = [max(_word_likeness(word, candidate) for candidate in one.words) for word in other.words]
        covers = self._share(one.words, forward), self._share(other.words, backward)
        letters = fuzz.ratio(one.key.replace(" ", ""), other.key.replace(" ", "")) / 100
        in_words = says_more * covers[0] + (1 - says_more) * covers[1]
        likeness = _WORDS * in_words + _RUNS * runs + _LETTERS * letters
        if _OTHER_BODY & (set(one.words) ^ set(other.words)):
            likeness -= _OTHER_BODY_COSTS
        return Comparison(likeness, covers, min(forward) == 0 and min(backward) == 0, letters)

    def _share(self, words: Words, found: list[float]) -> float:
        weights = [self._weight(word) for word in words]
        return sum(weight * likeness for weight, likeness in zip(weights, found, strict=True)) / sum(weights)

    def _weight(self, word: str) -> float:
        return math.log((self._count + 1) / (self._rarity[word] + 1)) + 0.1


def form_is_missing(one: SupplierName, other: SupplierName) -> float:
    """What it costs a link that one name has a legal form and the other has none."""
    return _FORM_MISSING_COSTS if bool(one.legal_form) != bool(other.legal_form) else 0.0


@lru_cache(maxsize=1_000_000)
def _word_likeness(one: str, other: str) -> float:
    """1 for equal words, less for a word cut off or mistyped, 0 for other words."""
    if one == other:
        return 1.0
    if _is_by_consonants(one, other) or _is_by_consonants(other, one):
        return _CONSONANTS
    if min(len(one), len(other)) < _SHORTEST:
        return 0.0
    if one.startswith(other) or other.startswith(one):
        return _CUT_WORD
    likeness: float = DamerauLevenshtein.normalized_similarity(one, other)
    return likeness if likeness >= _SLIP else 0.0


def _is_by_consonants(short: str, full: str) -> bool:
    """Whether all letters of the short one stand in the full one in order, from its first on, and it has no vowel inside."""
    if not _FEWEST_CONSONANTS <= len(short) < len(full) or short[0] != full[0] or set(short[1:-1]) & _VOWELS:
        return False
    rest = iter(full)
    return short[-1] == full[-1] and all(letter in rest for letter in short)
