"""Item records in, which are one item out: assignments, the evidence kept, what stewards should look at, what was unreadable.

Belongs here: the order of things, and the tables handed over. Not here: any rule about two records (decide.py). Golden ids
are given by the registry (mastering/registry.py).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mastering.clusters import Clustering, Edge, Refusal, cluster, strongest_first
from mastering.items.arrivals import Steering, read_arrivals
from mastering.items.brands import Brands
from mastering.items.comparison import compare
from mastering.items.decide import Side, are_of_one_text, judge, say_the_same, veto_between
from mastering.items.outcome import assignments, kept_pairs, review_queue
from mastering.items.pairs import find_pairs, sides
from mastering.items.reading import from_json
from mastering.items.records import NOTHING_READ, ReadRecords
from mastering.items.text_matches import LEAST_WEIGHT, TextPair, unique_best
from mastering.stewardship import InForce, in_force
from mastering.vocabulary import Verdict, record_key_sql

# Whatever text says, what an identifier joins is joined first, and two identifiers before one.
PER_IDENTIFIER = 100.0
RECORDS_AT_ONCE = 50_000
# Of DuckDB, what is more goes to disk; Python and Arrow hold about as much again for a million records.
MEMORY_LIMIT = "3GB"


class ItemState(NamedTuple):
    """What a run leaves so that the next compares only what changed. steered_by: fixes and aliases that were in force."""

    read: ReadRecords
    fingerprints: pa.Table
    judged: pa.Table
    steered_by: str


class ItemResolution(NamedTuple):
    """Tables as mastering/vocabulary.py states them, packagings (records.PACKAGINGS), and the state for the next run."""

    assignments: pa.Table
    kept_pairs: pa.Table
    review_queue: pa.Table
    quality_events: pa.Table
    packagings: pa.Table
    state: ItemState


def resolve(
    records: pa.Table,
    identifiers: pa.Table,
    packs: pa.Table,
    decisions: pa.Table,
    at: datetime,
    previous: ItemState | None = None,
) -> ItemResolution:
    """Which item records are one item, with everything that was decided by `at`.

    records: one row per source item (arrivals.RECORD_COLUMNS and more; every text may be null). identifiers: GTINs, UDIs,
    NDCs, HIBCCs of them (source_system, source_instance, source_item_key, id_type, value). packs: declared packagings of
    them (..., unit_code, qty_num, qty_den). decisions: stewardship.DECISIONS. previous: the state of the run before; the
    answer is the same.
    Raises PairBudgetError where the records share too little to be told apart by.
    """
    steering = in_force(decisions, at, lambda left, right: None)
    fixes = {place: decision["value"] for place, decision in steering.attributes.items()}
    aliases = {name: row["value"] for (whose, name), row in steering.aliases.items() if whose == "manufacturer"}
    steered_by = json.dumps([sorted(map(str, fixes.items())), sorted(aliases.items())])
    if previous is not None and previous.steered_by != steered_by:
        previous = None
    with (
        TemporaryDirectory() as spill,
        duckdb.connect(
            config={"autoinstall_known_extensions": "false", "memory_limit": MEMORY_LIMIT, "temp_directory": spill}
        ) as connection,
    ):
        connection.execute("SET enable_progress_bar = false")
        known = previous.read if previous else NOTHING_READ
        read = read_arrivals(connection, records, identifiers, Steering(aliases, fixes), known)
        connection.register("feature", read.features)
        connection.register("identifier_key", read.keys)
        find_pairs(connection, previous and previous.judged, previous and previous.fingerprints)
        force = in_force(decisions, at, _veto(connection))
        clustering = _clustered(connection, read.features["record_key"].to_pylist(), force)
        connection.register("cluster_of", _cluster_table(clustering))
        kept = kept_pairs(connection, force)
        return ItemResolution(
            assignments(connection),
            kept,
            review_queue(connection, clustering.refusals, force),
            read.events.sort_by([("record_key", "ascending"), ("kind", "ascending"), ("raw_value", "ascending")]),
            _packagings(connection, packs, read.packagings),
            ItemState(
                read, connection.execute("SELECT * FROM fingerprint").to_arrow_table(),
                connection.execute("SELECT * FROM judged").to_arrow_table(), steered_by,
            ),
        )  # fmt: skip


def _veto(connection: duckdb.DuckDBPyConnection) -> Callable[[str, str], str | None]:
    """The rule that speaks against joining two records, for stewards' decisions: these are few."""

    def veto(left: str, right: str) -> str | None:
        known = sides(connection, [left, right])
        return judge(known[left], known[right]).veto if len(known) == 2 else "a record that is not there"

    return veto


def _clustered(connection: duckdb.DuckDBPyConnection, keys: Sequence[str], force: InForce) -> Clustering:
    """Who is joined with whom. What nothing connects cannot touch: it is decided some groups at a time, which bounds what is
    held in memory."""
    brands = Brands(connection)
    cluster_of = {key: key for key in keys}
    refusals: list[Refusal] = []
    for batch in range(_groups(connection, [pair for pair in force.must if cluster_of.keys() >= set(pair)])):
        found = _clustered_batch(connection, batch, force, brands)
        cluster_of |= found.cluster_of
        refusals += found.refusals
    return Clustering(cluster_of, strongest_first(refusals))


def _groups(connection: duckdb.DuckDBPyConnection, must: Iterable[tuple[str, str]]) -> int:
    """Makes grouped (record_key, batch): records that pairs connect, however far, share a batch. Returns how many there are."""
    connection.register("must_pair", _pair_table(must))
    pairs = connection.execute(
        "SELECT left_key, right_key FROM judged WHERE verdict = $1 OR veto IS NULL AND is_rival"
        " UNION ALL FROM must_pair",
        [Verdict.AUTO],
    ).to_arrow_table()
    ends = pa.chunked_array([*pairs["left_key"].chunks, *pairs["right_key"].chunks], pa.string())
    coded = ends.combine_chunks().dictionary_encode()
    lefts, rights = np.split(coded.indices.to_numpy(), 2)
    size = len(coded.dictionary)
    _, group = connected_components(
        coo_array((np.ones(len(lefts), bool), (lefts, rights)), shape=(size, size)), directed=False
    )
    # Groups in the order of their sizes' running sum: so many records to a batch, and no group in two.
    batch = (np.cumsum(np.bincount(group)) // RECORDS_AT_ONCE)[group] if size else np.zeros(0, int)
    connection.register("grouped", pa.table({"record_key": coded.dictionary, "batch": pa.array(batch, pa.int64())}))
    return int(batch.max()) + 1 if size else 0


def _clustered_batch(connection: duckdb.DuckDBPyConnection, batch: int, force: InForce, brands: Brands) -> Clustering:
    """First what stewards and identifiers join; then, between the clusters of that, what text alone may."""
    keys = [key for (key,) in connection.execute("SELECT record_key FROM grouped WHERE batch = $1", [batch]).fetchall()]
    known = sides(connection, keys)
    pairs = connection.execute(
        "SELECT left_key, right_key, weight, identifiers, verdict, is_text_alone, is_rival, is_in_full FROM judged"
        " JOIN grouped ON record_key = left_key WHERE batch = $1 AND (veto IS NULL AND is_rival OR verdict = $2)",
        [batch, Verdict.AUTO],
    ).fetchall()
    edges = [Edge(left, right, 0.0, is_forced=True) for left, right in force.must if {left, right} <= known.keys()]
    edges += [
        Edge(left, right, weight + PER_IDENTIFIER * identifiers)
        for left, right, weight, identifiers, verdict, *_ in pairs
        if verdict == Verdict.AUTO
    ]
    first = cluster(keys, edges, _may_join(known, force))
    texts = [
        _weighed(TextPair(left, right, weight, is_alone), is_in_full, known[left], known[right], brands)
        for left, right, weight, _, _, is_alone, is_rival, is_in_full in pairs
        if is_rival
    ]
    found = unique_best(texts, first.cluster_of, _agree(known, first))
    return cluster(keys, [*edges, *found], _may_join(known, force))


def _weighed(text: TextPair, is_in_full: bool, left: Side, right: Side, brands: Brands) -> TextPair:
    """What a brand left open keeps from being joined, and what needs no more bits: two texts that say the same, or leave no
    attribute of each other unsaid."""
    if text.weight < LEAST_WEIGHT and (is_in_full or say_the_same(from_json(left.reading), from_json(right.reading))):
        text = text._replace(weight=LEAST_WEIGHT)
    if text.is_text_alone and brands.leave_open(left, right):
        return text._replace(is_text_alone=False)
    return text


def _agree(known: Mapping[str, Side], clustering: Clustering) -> Callable[[str, str], bool]:
    """Whether what is said of one cluster does not contradict what is said of another, in measures or in words."""
    members = clustering.members()

    @cache
    def contradict(one: str, other: str) -> bool:
        return bool(compare(from_json(one), from_json(other)).conflicts)

    def agree(one: str, other: str) -> bool:
        lefts, rights = (sorted({known[key].reading for key in members[name]}) for name in (one, other))
        if any(contradict(*sorted((left, right))) for left in lefts for right in rights):
            return False
        return are_of_one_text([from_json(text) for text in lefts], [from_json(text) for text in rights])

    return agree


def _may_join(known: Mapping[str, Side], force: InForce) -> Callable[[Sequence[str], Sequence[str]], str | None]:
    """The veto over whole clusters: a steward's word, identifiers, then every pair of descriptions.

    What a steward joined in spite of a conflict speaks against a third record only where both do.
    """
    joined: dict[str, set[str]] = {}
    for left, right in force.must:
        joined.setdefault(left, set()).add(right)
        joined.setdefault(right, set()).add(left)

    def conflict(left: str, right: str) -> str | None:
        conflicts = compare(from_json(known[left].reading), from_json(known[right].reading)).conflicts
        return conflicts[0] if conflicts else None

    def is_overruled(left: str, right: str) -> bool:
        return any(conflict(left, one) is None for one in joined.get(right, ()) if one in known) or any(
            conflict(one, right) is None for one in joined.get(left, ()) if one in known
        )

    def may_join(one: Sequence[str], other: Sequence[str]) -> str | None:
        if force.cannot and any(tuple(sorted((a, b))) in force.cannot for a in one for b in other):
            return "a steward keeps them apart"
        veto = veto_between([known[key] for key in one], [known[key] for key in other])
        if veto:
            return veto
        for left in one:
            for right in other:
                reason = conflict(left, right)
                if reason is not None and not is_overruled(left, right):
                    return reason
        return None

    return may_join


def _pair_table(pairs: Iterable[tuple[str, str]]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"left_key": left, "right_key": right} for left, right in pairs],
        pa.schema([("left_key", pa.string()), ("right_key", pa.string())]),
    )


def _cluster_table(clustering: Clustering) -> pa.Table:
    columns = {"record_key": list(clustering.cluster_of), "cluster_key": list(clustering.cluster_of.values())}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _packagings(connection: duckdb.DuckDBPyConnection, packs: pa.Table, described: pa.Table) -> pa.Table:
    """What sources declare, and what only descriptions say."""
    connection.register("item_record_pack", packs)
    connection.register("described_pack", described)
    return connection.execute(
        f"""
        SELECT {record_key_sql("source_item_key")} AS record_key, unit_code, qty_num::BIGINT AS qty_num,
            qty_den::BIGINT AS qty_den, 'DECLARED' AS origin
        FROM (SELECT * REPLACE (coalesce(source_instance, '') AS source_instance) FROM item_record_pack)
        UNION ALL
        SELECT * FROM described_pack
        ORDER BY ALL"""
    ).to_arrow_table()
