"""The tables a resolution hands over, out of judged pairs and clusters.

Belongs here: which pair stands for a record, the order of the queue. Not here: what was decided (decide.py, resolution.py).
"""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from mastering.clusters import Clustering
from mastering.stewardship import InForce
from mastering.suppliers.decide import Judgement
from mastering.suppliers.records import QualityEvent, SupplierRecord
from mastering.vocabulary import ASSIGNMENTS, KEPT_PAIRS, QUALITY_EVENTS, REVIEW_QUEUE, Method, QueueKind, Verdict

_ORDER = (QueueKind.PENDING, QueueKind.REFUSED, QueueKind.CANDIDATE)


def kept_pairs(judged: Sequence[Judgement], clustering: Clustering, force: InForce) -> pa.Table:
    """KEPT_PAIRS: what joined two records of one cluster, by key; a steward's word has no weight."""
    rows: list[dict[str, Any]] = [
        {
            "left_key": left, "right_key": right, "verdict": Verdict.AUTO, "method": Method.STEWARD,
            "evidence": f"{decision['by']}: {decision['reason']}",
        }
        for (left, right), decision in force.must.items()
    ]  # fmt: skip
    rows += [
        {
            "left_key": pair.left, "right_key": pair.right, "verdict": pair.verdict, "method": pair.method,
            "weight": pair.weight, "levels": json.dumps(pair.levels), "evidence": pair.sentence,
        }
        for pair in judged
        if pair.verdict == Verdict.AUTO and _are_together(pair, clustering)
    ]  # fmt: skip
    return pa.Table.from_pylist(
        sorted(rows, key=lambda row: (row["left_key"], row["right_key"], row["method"])), KEPT_PAIRS
    )


def assignments(records: Sequence[SupplierRecord], clustering: Clustering, kept: pa.Table) -> pa.Table:
    """ASSIGNMENTS: every record with its cluster and the strongest of the pairs that put it there, a steward's word first."""
    strongest: dict[str, dict[str, Any]] = {}
    for pair in sorted(kept.to_pylist(), key=lambda row: (row["method"] != Method.STEWARD, -(row["weight"] or 0))):
        for key in (pair["left_key"], pair["right_key"]):
            strongest.setdefault(key, pair)
    single = {"method": Method.SINGLE, "weight": None, "evidence": "nothing else is the same supplier"}
    rows = []
    for record in records:
        pair = strongest.get(record.key, single)
        cluster_key = clustering.cluster_of[record.key]
        values = (record.key, *record.source, cluster_key, pair["method"], pair["weight"], pair["evidence"])
        rows.append(dict(zip(ASSIGNMENTS.names, values, strict=True)))
    return pa.Table.from_pylist(rows, ASSIGNMENTS)


def review_queue(judged: Sequence[Judgement], clustering: Clustering, force: InForce) -> pa.Table:
    """REVIEW_QUEUE: stewards' words that wait, refused unions, then candidates by falling weight: of each two clusters the
    strongest pair, and of each cluster the best one only. What a steward keeps apart is in it no more."""
    found: list[tuple[QueueKind, str, str, float | None, str]] = []
    for row in force.pending:
        left, right = sorted((row.decision["left_key"], row.decision["right_key"]))
        found.append((QueueKind.PENDING, left, right, None, row.reason))
    sentences = {(pair.left, pair.right): pair.sentence for pair in judged}
    for refusal in clustering.refusals:
        sentence = sentences.get((refusal.left, refusal.right), "a steward's word")
        found.append(
            (QueueKind.REFUSED, refusal.left, refusal.right, refusal.weight, f"refused: {refusal.reason}; {sentence}")
        )
    for pair in judged:
        if pair.verdict == Verdict.REVIEW and not _are_together(pair, clustering):
            found.append((QueueKind.CANDIDATE, pair.left, pair.right, pair.weight, pair.sentence))
    rows: list[dict[str, Any]] = []
    between: set[frozenset[str]] = set()
    has_best: set[str] = set()
    for kind, left, right, weight, sentence in sorted(
        found, key=lambda row: (_ORDER.index(row[0]), -(row[3] or 0), *row[1:3])
    ):
        clusters = {clustering.cluster_of.get(left, left), clustering.cluster_of.get(right, right)}
        if (left, right) in force.cannot or frozenset(clusters) in between:
            continue
        if kind == QueueKind.CANDIDATE and clusters <= has_best:
            continue
        between.add(frozenset(clusters))
        has_best |= clusters
        values = (len(rows) + 1, kind, left, right, weight, sentence)
        rows.append(dict(zip(REVIEW_QUEUE.names, values, strict=True)))
    return pa.Table.from_pylist(rows, REVIEW_QUEUE)


def quality_events(events: Sequence[QualityEvent]) -> pa.Table:
    """QUALITY_EVENTS, by record and kind."""
    rows = [
        dict(
            zip(
                QUALITY_EVENTS.names,
                (event.record.key, *event.record.source, event.kind, event.raw_value, event.detail),
                strict=True,
            )
        )
        for event in events
    ]
    rows.sort(key=lambda row: (row["record_key"], row["kind"], row["raw_value"]))
    return pa.Table.from_pylist(rows, QUALITY_EVENTS)


def _are_together(pair: Judgement, clustering: Clustering) -> bool:
    return clustering.cluster_of[pair.left] == clustering.cluster_of[pair.right]
