"""Supplier records in, which are one supplier out: assignments, evidence, what stewards should look at, the hierarchy.

Belongs here: which pairs are looked at, the order of things. Not here: the rules over one pair (decide.py), the tables handed
over (outcome.py). Golden ids are given by the registry (mastering/registry.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from typing import NamedTuple, TypeVar

import pyarrow as pa

from mastering.clusters import Clustering, Edge, MayJoin, cluster
from mastering.stewardship import InForce, in_force
from mastering.suppliers import outcome
from mastering.suppliers.aliases import Aliases
from mastering.suppliers.decide import Judgement, Stage, judge, veto
from mastering.suppliers.hierarchy import hierarchy
from mastering.suppliers.likeness import NameIndex
from mastering.suppliers.records import (
    QualityEvent,
    SupplierRecord,
    join_acquired,
    mark_shared,
    read_records,
)
from mastering.vocabulary import Verdict

# Of names alike, so many are looked at for each record, and none that have less than this in common.
NEAREST, LEAST_IN_COMMON = 8, 0.4
# A value that more records have says too little about any two of them; its records are compared along the list only.
WIDEST_BLOCK = 60
# More than any weight, so that no pair of a later stage joins before one of an earlier.
LATER = 100.0


# A record by its place or by its key.
Place = TypeVar("Place", int, str)


class SupplierResolution(NamedTuple):
    """Tables as mastering/vocabulary.py states them, and the hierarchy (hierarchy.HIERARCHY)."""

    assignments: pa.Table
    kept_pairs: pa.Table
    review_queue: pa.Table
    quality_events: pa.Table
    hierarchy: pa.Table


def resolve(records: pa.Table, decisions: pa.Table, aliases: pa.Table, at: datetime) -> SupplierResolution:
    """Which supplier records are one supplier, with everything that was decided by `at`.

    records: one row per record of a source (records.SUPPLIER_RECORDS). decisions: stewardship.DECISIONS. aliases:
    aliases.ALIASES, as aliases.known_aliases() and what a network adds. The order of rows does not matter.
    Raises ValueError for a record that comes twice.
    """
    names = Aliases(aliases, in_force(decisions, at, lambda left, right: None).aliases, at)
    read, events = read_records(records, names)
    by_key = {record.key: record for record in read}
    index = NameIndex([record.name for record in read])
    events += mark_shared(read, index)
    join_acquired(read)

    def pair_veto(left: str, right: str) -> str | None:
        missing = [key for key in (left, right) if key not in by_key]
        return f"no record {missing[0]}" if missing else veto(by_key[left], by_key[right])

    force = in_force(decisions, at, pair_veto)
    pairs = sorted(_pairs(read, index))
    judged = [
        judge(read[left], read[right], index, runs)
        for (left, right), runs in zip(pairs, index.in_common(pairs), strict=True)
    ]
    clustering, judged = _clustered(by_key, judged, force)
    parents, more_events = hierarchy(read, clustering.cluster_of, force)
    kept = outcome.kept_pairs(judged, clustering, force)
    return SupplierResolution(
        outcome.assignments(read, clustering, kept),
        kept,
        outcome.review_queue(judged, clustering, force),
        outcome.quality_events([*events, *more_events, *_contradictions(by_key, clustering, force)]),
        parents,
    )


def _contradictions(
    by_key: Mapping[str, SupplierRecord], clustering: Clustering, force: InForce
) -> Iterable[QualityEvent]:
    """What stewards keep apart and, by other words of theirs, join: together a must and a must again are more than each."""
    for left, right in sorted(force.cannot):
        if {left, right} <= by_key.keys() and clustering.cluster_of[left] == clustering.cluster_of[right]:
            detail = "stewards keep the two apart, and join both to what is one"
            yield QualityEvent(by_key[left], "DECISIONS_CONTRADICT", right, detail)


def _pairs(records: Sequence[SupplierRecord], index: NameIndex) -> set[tuple[int, int]]:
    """The pairs worth comparing, as places of the records, the lesser first."""
    blocks: dict[tuple[str, str], list[int]] = {}
    for place, record in enumerate(records):
        keys = {record.name.key, *(" ".join(words) for words in record.name.trading)}
        if record.standing:
            keys.add(record.standing.name.key)
        for block in (*record.values.items(), *(("name", key) for key in keys if key)):
            blocks.setdefault(block, []).append(place)
    pairs = {pair for places in blocks.values() for pair in _within(places)}
    place_of = {record.key: place for place, record in enumerate(records)}
    for place, record in enumerate(records):
        if record.remit_to in place_of:
            pairs.add(_ordered(place, place_of[record.remit_to]))
    for place, nearest in enumerate(index.nearest([record.name for record in records], NEAREST + 1)):
        pairs |= {_ordered(place, other) for other, runs in nearest if runs >= LEAST_IN_COMMON and other != place}
    return pairs


def _within(places: Sequence[int]) -> Iterable[tuple[int, int]]:
    return combinations(places, 2) if len(places) <= WIDEST_BLOCK else pairwise(places)


def _clustered(
    by_key: Mapping[str, SupplierRecord], judged: Sequence[Judgement], force: InForce
) -> tuple[Clustering, list[Judgement]]:
    """Joins stage by stage, stewards first. Pairs of a name that have a rival come back as candidates for review."""
    may_join = _may_join(by_key, force)
    edges = [Edge(left, right, 0.0, is_forced=True) for left, right in force.must if {left, right} <= by_key.keys()]
    clustering = cluster(by_key, edges, may_join)
    final = [pair for pair in judged if pair.verdict != Verdict.AUTO]
    for stage in Stage:
        found = [pair for pair in judged if pair.verdict == Verdict.AUTO and pair.stage == stage]
        if stage == Stage.REMITTANCE:
            found, late = _of_orphans(found, by_key, clustering)
            final += [pair.as_candidate() for pair in late]
        rivals = _with_rivals(found, clustering.cluster_of) if stage != Stage.NUMBER else set()
        sure = [pair for pair in found if not {pair.left, pair.right} & rivals]
        final += [*sure, *(pair.as_candidate() for pair in found if {pair.left, pair.right} & rivals)]
        edges += [Edge(pair.left, pair.right, pair.weight - LATER * stage) for pair in sure]
        clustering = cluster(by_key, edges, may_join)
    return clustering, sorted(final, key=lambda pair: (pair.left, pair.right))


def _of_orphans(
    found: Sequence[Judgement], by_key: Mapping[str, SupplierRecord], clustering: Clustering
) -> tuple[list[Judgement], list[Judgement]]:
    """The pairs whose remittance record has found no supplier so far, and the others: those know already whose they are."""
    size = Counter(clustering.cluster_of.values())
    orphans: list[Judgement] = []
    others: list[Judgement] = []
    for pair in found:
        marked = pair.left if by_key[pair.left].is_remittance else pair.right
        (orphans if size[clustering.cluster_of[marked]] == 1 else others).append(pair)
    return orphans, others


def _with_rivals(found: Sequence[Judgement], cluster_of: Mapping[str, str]) -> set[str]:
    """Records that would join several which nothing, so far or now, joins to each other."""
    partners: dict[str, set[str]] = {}
    for pair in found:
        partners.setdefault(pair.left, set()).add(pair.right)
        partners.setdefault(pair.right, set()).add(pair.left)

    def are_one(one: str, other: str) -> bool:
        return cluster_of[one] == cluster_of[other] or other in partners[one]

    return {key for key, others in partners.items() if not _are_connected(sorted(others), are_one)}


def _are_connected(keys: Sequence[str], are_one: Callable[[str, str], bool]) -> bool:
    reached, waiting = {keys[0]}, [keys[0]]
    while waiting:
        here = waiting.pop()
        new = {key for key in keys if key not in reached and are_one(here, key)}
        reached |= new
        waiting += new
    return len(reached) == len(keys)


def _may_join(by_key: Mapping[str, SupplierRecord], force: InForce) -> MayJoin:
    def may_join(one: Sequence[str], other: Sequence[str]) -> str | None:
        for left in one:
            for right in other:
                if _ordered(left, right) in force.cannot:
                    return "a steward keeps them apart"
                reason = veto(by_key[left], by_key[right])
                if reason:
                    return reason
        return None

    return may_join


def _ordered(one: Place, other: Place) -> tuple[Place, Place]:
    return (one, other) if one < other else (other, one)
