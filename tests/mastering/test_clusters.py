"""Clusters: the strongest pair first, nothing through a veto, and the same answer whatever the order."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from mastering.clusters import Edge, Refusal, cluster

# Records are named by a size and a letter; two sizes are never one thing.
KEYS = [f"{size}{letter}" for size in "123" for letter in "abcd"]
EDGES = st.lists(
    st.builds(Edge, st.sampled_from(KEYS), st.sampled_from(KEYS), st.integers(0, 4).map(float)), max_size=25
)


def other_size(one: Sequence[str], other: Sequence[str]) -> str | None:
    return "other size" if {key[0] for key in one} != {key[0] for key in other} else None


def test_a_wrong_pair_does_not_join_what_a_rule_keeps_apart() -> None:
    edges = [Edge("1a", "1b", 9.0), Edge("2a", "2b", 8.0), Edge("1b", "2a", 7.0), Edge("1a", "2b", 3.0)]
    found = cluster(["1a", "1b", "2a", "2b", "3a"], edges, other_size)
    assert found.members() == {"1a": ["1a", "1b"], "2a": ["2a", "2b"], "3a": ["3a"]}
    assert found.refusals == [Refusal("1b", "2a", 7.0, "other size")]


def test_a_forced_pair_comes_first_and_is_not_asked() -> None:
    found = cluster(["1a", "2a", "2b"], [Edge("2a", "2b", 9.0), Edge("1a", "2a", 0.0, is_forced=True)], other_size)
    assert found.members() == {"1a": ["1a", "2a"], "2b": ["2b"]}


def test_a_cluster_stops_at_its_limit() -> None:
    keys = [f"1{number:02}" for number in range(5)]
    found = cluster(keys, [Edge(keys[0], key, 5.0) for key in keys[1:]], other_size, size_limit=3)
    assert found.members() == {"100": ["100", "101", "102"], "103": ["103"], "104": ["104"]}
    assert {refusal.reason for refusal in found.refusals} == {"more than 3 members"}


@given(EDGES, st.randoms())
def test_order_does_not_matter_and_no_cluster_holds_two_sizes(edges: list[Edge], random: Random) -> None:
    shuffled, keys = [Edge(edge.right, edge.left, edge.weight) for edge in edges], list(KEYS)
    random.shuffle(shuffled)
    random.shuffle(keys)
    found = cluster(KEYS, edges, other_size)
    assert found == cluster(keys, shuffled, other_size)
    assert all(len({key[0] for key in members}) == 1 for members in found.members().values())
    joined = {frozenset((edge.left, edge.right)) for edge in edges if edge.left[0] == edge.right[0]}
    assert all(found.cluster_of[min(pair)] == found.cluster_of[max(pair)] for pair in joined)


def test_refused_unions_are_between_clusters_that_stayed_apart() -> None:
    edges = [Edge("1a", "2a", 5.0), Edge("1a", "2a", 0.0, is_forced=True)]
    assert cluster(["1a", "2a"], edges, other_size).refusals == []
