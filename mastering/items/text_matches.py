"""Items that no identifier joins, joined by what is said of them: only where each is the other's one best partner.

Belongs here: who is whose unique best among clusters. Not here: what makes a pair strong (scoring.py) or barred (decide.py).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from mastering.clusters import Edge

LEAST_WEIGHT, MARGIN = 6.6, 3.0
# Whether two clusters, by their names, say nothing that contradicts each other, every member with every member.
Agree = Callable[[str, str], bool]


class TextPair(NamedTuple):
    """A pair that could be one item by what is said of it (Judgement.is_rival), without a veto or an identifier in common."""

    left: str
    right: str
    weight: float
    is_text_alone: bool


def unique_best(pairs: Iterable[TextPair], cluster_of: Mapping[str, str], agree: Agree) -> list[Edge]:
    """The pairs that text may join: of at least 6.6 bits, and better by 3 bits than any other partner of either cluster.

    Another partner counts even where text may not join it, but not where one of its members contradicts. One that agrees
    with the best one too is no rival: it is the same item a third time.
    """
    best: dict[str, dict[str, TextPair]] = {}
    for pair in sorted(pairs, key=lambda pair: (pair.is_text_alone, pair.weight, pair.left, pair.right)):
        one, other = cluster_of[pair.left], cluster_of[pair.right]
        if one != other:
            best.setdefault(one, {})[other] = pair
            best.setdefault(other, {})[one] = pair
    return [
        Edge(pair.left, pair.right, pair.weight)
        for one, partners in best.items()
        for other, pair in partners.items()
        if one < other and pair.is_text_alone and pair.weight >= LEAST_WEIGHT and agree(one, other)
        if _is_unique(best, one, other, agree) and _is_unique(best, other, one, agree)
    ]


def _is_unique(best: Mapping[str, Mapping[str, TextPair]], one: str, partner: str, agree: Agree) -> bool:
    weight = best[one][partner].weight
    near = (rival for rival, pair in best[one].items() if rival != partner and pair.weight > weight - MARGIN)
    return all(agree(partner, rival) for rival in near if agree(one, rival))
