"""Item records in, which are one item out: assignments, the evidence kept, what stewards should look at, what was unreadable.

Belongs here: the order of things, and the tables handed over. Not here: any rule about two records (decide.py). Golden ids
are given by the registry (mastering/registry.py).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
import pyarrow as pa

from mastering.clusters import Clustering, Edge, cluster, strongest_first
from mastering.items.arrivals import Steering, read_arrivals
from mastering.items.batches import by_batches
from mastering.items.comparison import compare
from mastering.items.decide import Side, are_of_one_text, judge, say_the_same, veto_between
from mastering.items.groups import CLUSTERED, RECORDS_AT_ONCE, REFUSED, find_groups, of_next_run
from mastering.items.outcome import assignments, kept_pairs, review_queue
from mastering.items.pairs import FINGERPRINTS, JUDGED, find_pairs, sides
from mastering.items.reading import from_json
from mastering.items.records import NOTHING_READ, ReadRecords
from mastering.items.text_matches import LEAST_WEIGHT, TextPair, unique_best
from mastering.stewardship import InForce, in_force
from mastering.vocabulary import Verdict, record_key_sql

# Whatever text says, what an identifier joins is joined first, and two identifiers before one.
PER_IDENTIFIER = 100.0
# Of DuckDB, what is more goes to disk; Python and Arrow hold about as much again for a million records.
MEMORY_LIMIT = "3GB"


class ItemState(NamedTuple):
    """What a run leaves so that the next reads, compares and clusters only what changed. steered_by: fixes and aliases that
    were in force. clustered, refused: groups.CLUSTERED, groups.REFUSED."""

    read: ReadRecords
    fingerprints: pa.Table
    judged: pa.Table
    clustered: pa.Table
    refused: pa.Table
    steered_by: str


NOTHING_KNOWN = ItemState(
    NOTHING_READ, FINGERPRINTS.empty_table(), JUDGED.empty_table(), CLUSTERED.empty_table(), REFUSED.empty_table(), ""
)


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
    known = previous if previous and previous.steered_by == steered_by else NOTHING_KNOWN
    with (
        TemporaryDirectory() as spill,
        duckdb.connect(
            config={"autoinstall_known_extensions": "false", "memory_limit": MEMORY_LIMIT, "temp_directory": spill}
        ) as connection,
    ):
        connection.execute("SET enable_progress_bar = false")
        read = read_arrivals(connection, records, identifiers, Steering(aliases, fixes), known.read)
        connection.register("feature", read.features)
        connection.register("identifier_key", read.keys)
        find_pairs(connection, known.judged, known.fingerprints)
        force = in_force(decisions, at, _veto(connection))
        clustering = _clustered(connection, force, known)
        cluster_of = _cluster_table(clustering)
        connection.register("cluster_of", cluster_of)
        kept = kept_pairs(connection, force)
        return ItemResolution(
            assignments(connection),
            kept,
            review_queue(connection, clustering.refusals, force),
            read.events.sort_by([("record_key", "ascending"), ("kind", "ascending"), ("raw_value", "ascending")]),
            _packagings(connection, packs, read.packagings),
            ItemState(
                read, connection.execute("SELECT * FROM fingerprint").to_arrow_table(),
                connection.execute("SELECT * FROM judged").to_arrow_table(),
                *of_next_run(connection, cluster_of, clustering.refusals), steered_by,
            ),
        )  # fmt: skip


def _veto(connection: duckdb.DuckDBPyConnection) -> Callable[[str, str], str | None]:
    """The rule that speaks against joining two records, for stewards' decisions: these are few."""

    def veto(left: str, right: str) -> str | None:
        known = sides(
            connection.execute("SELECT * FROM scored WHERE record_key IN ($1, $2)", [left, right]).to_arrow_table()
        )
        return judge(known[left], known[right]).veto if len(known) == 2 else "a record that is not there"

    return veto


def _clustered(connection: duckdb.DuckDBPyConnection, force: InForce, known: ItemState) -> Clustering:
    """Who is joined with whom, some groups at a time, which bounds what is held in memory."""
    as_before, batches = find_groups(connection, force, known.clustered, known.refused)
    cluster_of, refusals = as_before.cluster_of, as_before.refusals
    groups = (_groups(connection, batch) for batch in range(batches))
    for found in by_batches(partial(_cluster_batch, force=force), groups, batches * RECORDS_AT_ONCE):
        cluster_of |= found.cluster_of
        refusals += found.refusals
    return Clustering(cluster_of, strongest_first(refusals))


def _groups(connection: duckdb.DuckDBPyConnection, batch: int) -> tuple[pa.Table, pa.Table]:
    """The records of some groups (columns of Side), and the pairs that can join them or rival one that does."""
    records = connection.execute(
        f"SELECT record_key, {', '.join(Side._fields)} FROM scored JOIN grouped USING (record_key) WHERE batch = $1",
        [batch],
    ).to_arrow_table()
    pairs = connection.execute(
        """
        SELECT left_key, right_key, weight, identifiers, verdict, is_text_alone AND open_pair.left_key IS NULL, is_rival,
            is_in_full
        FROM judged JOIN grouped ON record_key = left_key LEFT JOIN open_pair USING (left_key, right_key)
        WHERE batch = $1 AND (veto IS NULL AND is_rival OR verdict = $2)""",
        [batch, Verdict.AUTO],
    ).to_arrow_table()
    return records, pairs


def _cluster_batch(records: pa.Table, pairs: pa.Table, force: InForce) -> Clustering:
    """First what stewards and identifiers join; then, between the clusters of that, what text alone may."""
    known = sides(records)
    rows = list(zip(*(column.to_pylist() for column in pairs.columns), strict=True))
    edges = [Edge(left, right, 0.0, is_forced=True) for left, right in force.must if {left, right} <= known.keys()]
    edges += [
        Edge(left, right, weight + PER_IDENTIFIER * identifiers)
        for left, right, weight, identifiers, verdict, *_ in rows
        if verdict == Verdict.AUTO
    ]
    may_join = _may_join(known, force)
    first = cluster(known, edges, may_join)
    texts = [
        _weighed(TextPair(left, right, weight, is_alone), is_in_full, known[left], known[right])
        for left, right, weight, _, _, is_alone, is_rival, is_in_full in rows
        if is_rival
    ]
    found = unique_best(texts, first.cluster_of, _agree(known, first))
    return cluster(known, [*edges, *found], may_join)


def _weighed(text: TextPair, is_in_full: bool, left: Side, right: Side) -> TextPair:
    """What needs no more bits: two texts that say the same, or leave no attribute of each other unsaid."""
    if text.weight < LEAST_WEIGHT and (is_in_full or say_the_same(from_json(left.reading), from_json(right.reading))):
        text = text._replace(weight=LEAST_WEIGHT)
    return text


def _agree(known: Mapping[str, Side], clustering: Clustering) -> Callable[[str, str], bool]:
    """Whether what is said of one cluster does not contradict what is said of another, in measures or in words."""
    members = clustering.members()

    def agree(one: str, other: str) -> bool:
        lefts, rights = (sorted({known[key].reading for key in members[name]}) for name in (one, other))
        if any(_conflict(left, right) for left in lefts for right in rights):
            return False
        return are_of_one_text([from_json(text) for text in lefts], [from_json(text) for text in rights])

    return agree


# Every two records of a cluster are asked for twice: before text joins anything, and with it.
@lru_cache(maxsize=1 << 17)
def _conflict(one: str, other: str) -> str | None:
    """The first conflict of two readings."""
    conflicts = compare(from_json(one), from_json(other)).conflicts
    return conflicts[0] if conflicts else None


def _may_join(known: Mapping[str, Side], force: InForce) -> Callable[[Sequence[str], Sequence[str]], str | None]:
    """The veto over whole clusters: a steward's word, identifiers, then every pair of descriptions.

    What a steward joined in spite of a conflict speaks against a third record only where both do.
    """
    joined: dict[str, set[str]] = {}
    for left, right in force.must:
        joined.setdefault(left, set()).add(right)
        joined.setdefault(right, set()).add(left)

    def conflict(left: str, right: str) -> str | None:
        return _conflict(known[left].reading, known[right].reading)

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
