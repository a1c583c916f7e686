"""How good a clustering or a linkage is, against the truth.

Belongs here: precision, recall, F1 of pairs, B-cubed, unsafe merges. Not here: what is measured (items.py, catalogues.py).
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from typing import NamedTuple


class Quality(NamedTuple):
    """Shares from 0 to 1. wrong: how many pairs that are not one are joined."""

    precision: float
    recall: float
    f1: float
    wrong: int


def of_pairs(found: Collection[tuple[Hashable, Hashable]], true: Collection[tuple[Hashable, Hashable]]) -> Quality:
    """Pairs found against true pairs, each written one way round."""
    return _quality(len(set(found) & set(true)), len(set(found)), len(set(true)))


def of_clusters(cluster_of: Mapping[str, str], truth_of: Mapping[str, str]) -> Quality:
    """Every two records of one cluster against every two of one true thing."""
    both = Counter((cluster_of[key], truth_of[key]) for key in truth_of)
    clusters, truths = Counter(cluster_of[key] for key in truth_of), Counter(truth_of.values())
    return _quality(*(sum(n * (n - 1) // 2 for n in counts.values()) for counts in (both, clusters, truths)))


def b_cubed(cluster_of: Mapping[str, str], truth_of: Mapping[str, str]) -> float:
    """F1 of the mean precision and the mean recall over records (Bagga and Baldwin)."""
    both = Counter((cluster_of[key], truth_of[key]) for key in truth_of)
    clusters, truths = Counter(cluster_of[key] for key in truth_of), Counter(truth_of.values())
    precision = sum(n * n / clusters[cluster] for (cluster, _), n in both.items()) / len(truth_of)
    recall = sum(n * n / truths[truth] for (_, truth), n in both.items()) / len(truth_of)
    return 2 * precision * recall / (precision + recall)


def unsafe_merges(cluster_of: Mapping[str, str], attributes_of: Mapping[str, Hashable]) -> int:
    """Pairs of one cluster whose true attributes differ (size, side, sterility, strength, base GTIN)."""
    both = Counter((cluster_of[key], attributes) for key, attributes in attributes_of.items())
    clusters = Counter(cluster_of[key] for key in attributes_of)
    return sum(n * (n - 1) // 2 for n in clusters.values()) - sum(n * (n - 1) // 2 for n in both.values())


def _quality(right: int, found: int, true: int) -> Quality:
    precision, recall = right / found if found else 1.0, right / true if true else 1.0
    return Quality(precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0, found - right)
