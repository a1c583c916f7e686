"""Two clean catalogues linked: each product of one with at most one of the other, by what is said of it.

Where both lists hold a thing once, who else wants a partner says more than any score: the assignment that is best for all
together beats each one's best. Belongs here: lists without identifiers. Not here: item masters, which have them and repeat
themselves (resolution.py).
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from sklearn.feature_extraction.text import TfidfVectorizer

# Below so high a mean similarity two products are not one: one setting for every pair of catalogues.
LEAST_SIMILARITY = 0.25
_TOKEN = re.compile(r"[a-z0-9]+(?:[-./][a-z0-9]+)*")
_WITHIN = re.compile(r"[-./]")
Matrix = npt.NDArray[np.float64]


class Entry(NamedTuple):
    """One product: what it is called, and whatever else is said of it (maker, description, authors, year)."""

    name: str
    rest: str = ""


class Link(NamedTuple):
    """Places in both lists; score: mean similarity from 0 to 1."""

    left: int
    right: int
    score: float


def link_catalogues(
    left: Sequence[Entry], right: Sequence[Entry], labels: Mapping[tuple[int, int], bool] | None = None
) -> list[Link]:
    """The links of the best one-to-one assignment that are good enough, in order of the left list.

    labels: pairs that somebody looked at (left place, right place) -> whether they are one. They are facts: what is freed by
    them finds another partner. The similarities are held for every pair: for lists up to some ten thousand entries.
    """
    if not left or not right:
        return []
    score = _similarities(left, right).mean(axis=0)
    for pair, is_one in (labels or {}).items():
        score[pair] = float(is_one)
    lefts, rights = linear_sum_assignment(score, maximize=True)
    return [
        Link(int(one), int(other), float(score[one, other]))
        for one, other in zip(lefts, rights, strict=True)
        if score[one, other] >= LEAST_SIMILARITY
    ]


def _similarities(left: Sequence[Entry], right: Sequence[Entry]) -> Matrix:
    """Words of the names, words of everything, pieces of everything: cosines of tf-idf, one layer each."""
    lefts, rights = ([f"{entry.name} {entry.rest}" for entry in entries] for entries in (left, right))
    names = [entry.name for entry in left], [entry.name for entry in right]
    by_words = TfidfVectorizer(tokenizer=_tokens, token_pattern=None, sublinear_tf=True)
    by_pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    layers = ((by_words, names), (by_words, (lefts, rights)), (by_pieces, (lefts, rights)))
    return np.stack([_cosines(vectorizer, *texts) for vectorizer, texts in layers])


def _cosines(vectorizer: TfidfVectorizer, left: Sequence[str], right: Sequence[str]) -> Matrix:
    vectorizer.fit([*left, *right])
    cosines: Matrix = (vectorizer.transform(left) @ vectorizer.transform(right).T).toarray()
    return cosines


def _tokens(text: str) -> list[str]:
    """Words and numbers; what is written with a hyphen also in one piece, as the other catalogue may write it."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text.lower()):
        parts = _WITHIN.split(token)
        tokens += parts
        if len(parts) > 1:
            tokens.append("".join(parts))
    return tokens
