"""Measures of a clustering, worked out by hand."""

import pytest

from bench.mastering.metrics import of_clusters, of_pairs, unsafe_merges

# Joined: a, b, c and d alone. True: a with b, c with d.
CLUSTERS = {"a": "1", "b": "1", "c": "1", "d": "2"}
TRUTH = {"a": "x", "b": "x", "c": "y", "d": "y"}


def test_a_cluster_of_three_of_which_two_are_one():
    """Three pairs joined, one right; two true. Records: a, b are in a cluster two thirds theirs, c one third, d all."""
    found = of_clusters(CLUSTERS, TRUTH)
    assert (found.precision, found.recall, found.wrong) == (pytest.approx(1 / 3), 0.5, 2)
    assert found.f1 == pytest.approx(0.4)
    precision, recall = (2 / 3 + 2 / 3 + 1 / 3 + 1) / 4, (1 + 1 + 1 / 2 + 1 / 2) / 4
    assert found.b_cubed == pytest.approx(2 * precision * recall / (precision + recall))


def test_nothing_joined_is_no_wrong_pair_and_misses_all():
    found = of_clusters({key: key for key in TRUTH}, TRUTH)
    assert (found.precision, found.recall, found.f1, found.wrong) == (1.0, 0.0, 0.0, 0)
    assert of_pairs([], []).recall == 1.0


def test_links_are_counted_once_however_often_they_are_found():
    found = of_pairs([(1, 1), (1, 1), (2, 3)], [(1, 1), (2, 2), (3, 3)])
    assert (found.precision, found.recall, found.wrong) == (0.5, pytest.approx(1 / 3), 1)


def test_a_pair_of_one_cluster_with_other_attributes_is_unsafe():
    assert unsafe_merges(CLUSTERS, {"a": "16FR", "b": "16FR", "c": "18FR", "d": "18FR"}) == 2
