"""How good a clustering or a linkage of a benchmark is, against its truth.

Belongs here: bringing benchmarks to the measures, and unsafe merges, which only a known truth can tell. Not here: the measures
(mastering/metrics.py), what is measured (items.py, catalogues.py).
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping

import duckdb
import pyarrow as pa

from mastering.metrics import Quality, quality, shares_sql


def of_pairs(found: Collection[tuple[Hashable, Hashable]], true: Collection[tuple[Hashable, Hashable]]) -> Quality:
    """Pairs found against true pairs, each written one way round; B-cubed has no sense."""
    right = len(set(found) & set(true))
    return quality({"precision": (right, len(set(found))), "recall": (right, len(set(true)))})


def of_clusters(cluster_of: Mapping[str, str], truth_of: Mapping[str, str]) -> Quality:
    """Every two records of one cluster against every two of one true thing."""
    with duckdb.connect() as connection:
        connection.register("labelled", pa.table({
            "golden_key": pa.array([cluster_of[key] for key in truth_of], pa.string()),
            "true_key": pa.array([str(truth) for truth in truth_of.values()], pa.string()),
        }))  # fmt: skip
        rows = connection.execute(
            f"""
            WITH sliced AS (SELECT 'all' AS slice_kind, 'all' AS slice, * FROM labelled)
            SELECT measure, numerator, denominator FROM ({shares_sql("sliced")})"""
        ).fetchall()
    return quality({measure: (part, whole) for measure, part, whole in rows})


def unsafe_merges(cluster_of: Mapping[str, str], attributes_of: Mapping[str, Hashable]) -> int:
    """Pairs of one cluster whose true attributes differ (size, side, sterility, strength, base GTIN)."""
    both = Counter((cluster_of[key], attributes) for key, attributes in attributes_of.items())
    clusters = Counter(cluster_of[key] for key in attributes_of)
    return sum(n * (n - 1) // 2 for n in clusters.values()) - sum(n * (n - 1) // 2 for n in both.values())
