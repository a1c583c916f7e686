"""How good clusters are against the truth, by pairs and by records: each measure a numerator and a denominator.

Belongs here: precision and recall of pairs, B-cubed (Bagga and Baldwin), and what is made of them. Not here: whose clusters, of
which slices (accuracy.py, the benchmarks).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

Share = tuple[Decimal | int, Decimal | int]


class Quality(NamedTuple):
    """Shares from 0 to 1. wrong: how many pairs that are not one are joined. b_cubed: F1 of the mean precision and the mean
    recall over records."""

    precision: float
    recall: float
    f1: float
    wrong: int
    b_cubed: float


def shares_sql(table: str) -> str:
    """SQL that gives slice_kind, slice, measure, numerator, denominator of a table (slice_kind, slice, golden_key, true_key).

    precision: joined pairs that are one, of those joined. recall: the same of those that are one. b_cubed_precision and
    b_cubed_recall: the mean over records of how much of its cluster is the same thing, of how much of the thing is in its
    cluster.
    """
    return f"""
        WITH met AS (SELECT slice_kind, slice, golden_key, true_key, count(*) AS n FROM {table} GROUP BY ALL),
        cluster AS (SELECT slice_kind, slice, golden_key, sum(n) AS size FROM met GROUP BY ALL),
        truth AS (SELECT slice_kind, slice, true_key, sum(n) AS size FROM met GROUP BY ALL),
        right_pairs AS (SELECT slice_kind, slice, sum(n * (n - 1) // 2) AS pairs, sum(n) AS records FROM met GROUP BY ALL),
        joined AS (SELECT slice_kind, slice, sum(size * (size - 1) // 2) AS pairs FROM cluster GROUP BY ALL),
        true_pairs AS (SELECT slice_kind, slice, sum(size * (size - 1) // 2) AS pairs FROM truth GROUP BY ALL),
        shares AS (
            SELECT slice_kind, slice, sum((n * n)::DECIMAL(38, 6) / cluster.size) AS of_cluster,
                sum((n * n)::DECIMAL(38, 6) / truth.size) AS of_truth
            FROM met JOIN cluster USING (slice_kind, slice, golden_key) JOIN truth USING (slice_kind, slice, true_key)
            GROUP BY ALL)
        SELECT slice_kind, slice, 'precision' AS measure, right_pairs.pairs AS numerator, joined.pairs AS denominator
        FROM right_pairs JOIN joined USING (slice_kind, slice)
        UNION ALL SELECT slice_kind, slice, 'recall', right_pairs.pairs, true_pairs.pairs
        FROM right_pairs JOIN true_pairs USING (slice_kind, slice)
        UNION ALL SELECT slice_kind, slice, 'b_cubed_precision', of_cluster, records
        FROM shares JOIN right_pairs USING (slice_kind, slice)
        UNION ALL SELECT slice_kind, slice, 'b_cubed_recall', of_truth, records
        FROM shares JOIN right_pairs USING (slice_kind, slice)"""


def quality(shares: Mapping[str, Share]) -> Quality:
    """What the shares of one slice (by measure) come to. Nothing joined is no wrong pair, nothing to join none missed."""
    right, joined = shares["precision"]
    _, true = shares["recall"]
    precision, recall = _ratio(right, joined), _ratio(right, true)
    of_cluster, of_truth = (_ratio(*shares.get(name, (0, 0))) for name in ("b_cubed_precision", "b_cubed_recall"))
    return Quality(
        precision, recall, _harmonic(precision, recall), int(joined - right), _harmonic(of_cluster, of_truth)
    )


def _ratio(part: Decimal | int, whole: Decimal | int) -> float:
    return float(part / whole) if whole else 1.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
