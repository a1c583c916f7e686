"""Golden ids over many runs: what keeps its id, where an id goes, and that nothing that was counted is lost."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastering.registry import BEGINNING, CLUSTERED, EMPTY, FOREVER, Registry, Run, advance

FIRST_DAY = datetime(2026, 1, 1)
Clusters = Iterable[Iterable[str]]


def run_on(day: int) -> Run:
    return Run(f"run-{day:03}", FIRST_DAY + timedelta(days=day), "1")


def clustered(clusters: Clusters, created: Mapping[str, datetime] | None = None, seed: int = 0) -> pa.Table:
    """One row per record, in an order and under cluster names that depend on the seed alone."""
    shuffled = random.Random(seed)
    rows = [
        {
            "source_system": "erp", "source_instance": "erp_1", "source_key": record, "cluster_key": f"{seed}-{place}",
            "created_at": (created or {}).get(record), "precedence": 1, "method": "identifier", "weight": 9.0,
            "evidence": "tax id equal",
        }
        for place, members in enumerate(clusters) for record in members
    ]  # fmt: skip
    shuffled.shuffle(rows)
    return pa.Table.from_pylist(rows, CLUSTERED)


def advanced(runs: Iterable[Clusters]) -> Registry:
    registry = EMPTY
    for day, clusters in enumerate(runs, start=1):
        registry = advance(registry, clustered(clusters, seed=day), "SUP", run_on(day))
    return registry


def held_now(registry: Registry) -> dict[str, str]:
    open_rows = [row for row in registry.xref.to_pylist() if row["valid_to"] == FOREVER]
    now = {row["source_key"]: row["golden_key"] for row in open_rows}
    assert len(now) == len(open_rows), "a record stands in two places"
    return now


def status(registry: Registry) -> dict[str, tuple[str, str | None]]:
    return {row["golden_key"]: (row["status"], row["redirect_to"]) for row in registry.ids.to_pylist()}


def logged(registry: Registry) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["old_key"], row["new_key"]) for row in registry.merge_log.to_pylist()]


def test_the_first_ids_go_by_the_age_of_the_oldest_record_then_by_key():
    created = {"c": datetime(2020, 1, 1), "a": datetime(2021, 1, 1), "d": datetime(2021, 1, 1)}
    registry = advance(EMPTY, clustered([["a"], ["b"], ["d"], ["c", "z"]], created), "ITM", run_on(1))
    assert held_now(registry) == {
        "c": "ITM-000001", "z": "ITM-000001", "a": "ITM-000002", "d": "ITM-000003", "b": "ITM-000004"
    }  # fmt: skip


def test_a_records_first_stay_reaches_back_before_the_run_that_found_it():
    rows = advanced([["ab"], ["a", "b"]]).xref.to_pylist()
    assert [(row["source_key"], row["golden_key"], row["valid_from"], row["valid_to"]) for row in rows] == [
        ("a", "SUP-000001", BEGINNING, FOREVER),
        ("b", "SUP-000001", BEGINNING, FIRST_DAY + timedelta(days=2)),
        ("b", "SUP-000002", FIRST_DAY + timedelta(days=2), FOREVER),
    ]


def test_an_id_follows_most_of_its_records_and_the_rest_gets_a_new_one():
    registry = advanced([["abc"], ["a", "bc"]])
    assert held_now(registry) == {"a": "SUP-000002", "b": "SUP-000001", "c": "SUP-000001"}
    assert logged(registry) == [("split", "SUP-000001", "SUP-000002")]


def test_of_two_ids_in_one_cluster_the_one_with_more_records_lives_and_the_other_redirects():
    registry = advanced([["a", "bc"], ["abc"]])
    assert held_now(registry) == {"a": "SUP-000002", "b": "SUP-000002", "c": "SUP-000002"}
    assert status(registry) == {"SUP-000001": ("MERGED", "SUP-000002"), "SUP-000002": ("ACTIVE", None)}
    assert logged(registry) == [("merge", "SUP-000001", "SUP-000002")]


def test_of_two_ids_with_as_many_records_the_oldest_lives():
    assert set(held_now(advanced([["a", "b"], ["ab"]])).values()) == {"SUP-000001"}


def test_merge_then_split_then_merge_keeps_every_step_and_revives_no_id():
    registry = advanced([["ab", "cd"], ["abcd"], ["ab", "cd"], ["abcd"]])
    assert logged(registry) == [
        ("merge", "SUP-000002", "SUP-000001"),
        ("split", "SUP-000001", "SUP-000003"),
        ("merge", "SUP-000003", "SUP-000001"),
    ]
    assert [row["golden_key"] for row in registry.xref.to_pylist() if row["source_key"] == "c"] == [
        "SUP-000002", "SUP-000001", "SUP-000003", "SUP-000001"
    ]  # fmt: skip


def test_a_redirect_always_names_an_id_that_lives():
    registry = advanced([["a", "bc", "defg"], ["abc", "defg"], ["abcdefg"]])
    assert logged(registry) == [("merge", "SUP-000001", "SUP-000002"), ("merge", "SUP-000002", "SUP-000003")]
    assert status(registry) == {
        "SUP-000001": ("MERGED", "SUP-000003"), "SUP-000002": ("MERGED", "SUP-000003"), "SUP-000003": ("ACTIVE", None)
    }  # fmt: skip


def test_a_record_that_no_longer_comes_stays_with_its_id_and_goes_where_the_id_goes():
    assert held_now(advanced([["ab", "cde"], ["a", "cde"], ["acde"]])) == dict.fromkeys("abcde", "SUP-000002")


def test_a_record_in_two_clusters_is_refused():
    with pytest.raises(ValueError, match=r"come twice: erp\|erp_1\|a"):
        advance(EMPTY, clustered([["a"], ["a"]]), "SUP", run_on(1))


def test_a_run_that_would_rewrite_the_past_is_refused():
    registry = advanced([["ab"], ["a", "b"]])
    with pytest.raises(ValueError, match="has to be after that"):
        advance(registry, clustered(["ab"]), "SUP", run_on(2))


def test_ids_beyond_six_digits_keep_their_order():
    last = pa.Table.from_pylist([{"golden_key": "SUP-999999", "status": "ACTIVE"}], EMPTY.ids.schema)
    before = Registry(last, EMPTY.xref, EMPTY.merge_log)
    registry = advance(before, clustered([["a"], ["b"]]), "SUP", run_on(1))
    assert held_now(registry) == {"a": "SUP-1000000", "b": "SUP-1000001"}
    assert registry.ids["golden_key"].to_pylist() == ["SUP-999999", "SUP-1000000", "SUP-1000001"]


partitions = st.lists(st.integers(0, 6), min_size=10, max_size=10)


def parted(places: list[int]) -> list[str]:
    clusters: dict[int, str] = {}
    for record, place in zip("abcdefghij", places, strict=True):
        clusters[place] = clusters.get(place, "") + record
    return list(clusters.values())


@settings(deadline=None, max_examples=40)
@given(st.lists(partitions, min_size=1, max_size=5), st.integers(0, 1_000))
def test_whatever_happens_records_stand_in_one_place_and_history_has_no_gap(runs: list[list[int]], seed: int):
    registry = advanced(parted(places) for places in runs)
    now = held_now(registry)
    assert sorted(now) == list("abcdefghij")
    same_cluster = {frozenset(cluster) for cluster in parted(runs[-1])}
    by_id: dict[str, set[str]] = {}
    for record, golden in now.items():
        by_id.setdefault(golden, set()).add(record)
    assert {frozenset(records) for records in by_id.values()} == same_cluster
    assert {key for key, (state, _) in status(registry).items() if state == "ACTIVE"} == set(by_id)
    stays: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in registry.xref.to_pylist():
        stays.setdefault(row["source_key"], []).append((row["valid_from"], row["valid_to"]))
    for intervals in stays.values():
        assert [intervals[0][0], *(end for _, end in intervals)] == [
            BEGINNING,
            *(start for start, _ in intervals[1:]),
            FOREVER,
        ]
    for kind in ("merge", "split"):
        assert _has_no_cycle([(old, new) for found, old, new in logged(registry) if found == kind])
    # The same clusters once more, in another order and under other names, change nothing.
    again = advance(registry, clustered(parted(runs[-1]), seed=seed), "SUP", run_on(99))
    assert (again.ids, again.xref, again.merge_log) == (registry.ids, registry.xref, registry.merge_log)


def _has_no_cycle(edges: list[tuple[str, str]]) -> bool:
    remaining = set(edges)
    while remaining:
        leaves = {new for _, new in remaining} - {old for old, _ in remaining}
        if not leaves:
            return False
        remaining = {edge for edge in remaining if edge[1] not in leaves}
    return True


def test_over_twenty_runs_nothing_changes_without_cause_and_no_fact_is_lost():
    """400 records in some 130 clusters; in each run one in a hundred moves to another cluster or to one of its own."""
    chance = random.Random(7)
    place_of = {f"r{number:03}": number // 3 for number in range(400)}
    amounts = {record: chance.randrange(1, 10_000) for record in place_of}
    registry, before, clusters_before = EMPTY, {}, {}
    for day in range(1, 21):
        for record in chance.sample(sorted(place_of), 4):
            place_of[record] = chance.choice([*place_of.values(), 1_000 + day])
        clusters: dict[int, set[str]] = {}
        for record, place in place_of.items():
            clusters.setdefault(place, set()).add(record)
        registry = advance(registry, clustered(clusters.values(), seed=day), "SUP", run_on(day))
        now = held_now(registry)
        members = {record: frozenset(clusters[place]) for record, place in place_of.items()}
        for record, golden in before.items():
            if members[record] == clusters_before[record]:
                assert now[record] == golden, f"{record} has another id without cause on day {day}"
        spend = Counter[str]()
        for record, amount in amounts.items():
            spend[now[record]] += amount
        assert spend.total() == sum(amounts.values())
        before, clusters_before = now, members
    for moment in (BEGINNING, *(FIRST_DAY + timedelta(days=day) for day in range(1, 21))):
        stood = [row for row in registry.xref.to_pylist() if row["valid_from"] <= moment < row["valid_to"]]
        assert Counter(row["source_key"] for row in stood) == Counter(place_of.keys()), (
            "as it was known then: once each"
        )
