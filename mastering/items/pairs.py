"""Candidate pairs judged: by each pair its weight, its levels, and what is done about it.

Belongs here: bringing the two records of a pair together, and what one run hands to the next. Not here: the judgement
(decide.py), the weight (scoring.py), clusters (resolution.py).
"""

from itertools import compress

import duckdb
import pyarrow as pa

from mastering.items import blocking, scoring
from mastering.items.batches import BATCH, by_batches
from mastering.items.decide import Judgement, Side, judge
from mastering.vocabulary import Verdict

# Below so many bits, and without an identifier in common, a pair is not worth a steward's minute; and no rival of another but
# where it has the sizes and qualities of one maker's in common.
FLOOR = 3.0
_SAME_ATTRIBUTES = """one.maker = other.maker AND one.numbers IS NOT DISTINCT FROM other.numbers
    AND one.qualities IS NOT DISTINCT FROM other.qualities AND coalesce(one.numbers, one.qualities) IS NOT NULL"""
BITS = [f"mw_{comparison['output_column_name']}" for comparison in scoring.COMPARISONS]
# One row per pair that matters: it can join two records, rival one that does, or be a question to a steward. identifiers: how
# many both share; veto: what keeps them apart, null if nothing does.
JUDGED = pa.schema(
    [("left_key", pa.string()), ("right_key", pa.string()), ("weight", pa.float64())]
    + [(name, pa.float64()) for name in BITS]
    + [("verdict", pa.string()), ("identifiers", pa.int32()), ("veto", pa.string()), ("is_text_alone", pa.bool_()),
       ("is_rival", pa.bool_()), ("is_in_full", pa.bool_()), ("sentence", pa.string())]
)  # fmt: skip
# One row per record: what it says and what it can be found by, so that what is judged of two such stays so.
FINGERPRINTS = pa.schema([("record_key", pa.string()), ("fingerprint", pa.string())])
_SIDE = ", ".join(f"{{side}}.{column} AS {{side}}_{column}" for column in Side._fields)


def find_pairs(connection: duckdb.DuckDBPyConnection, known: pa.Table, fingerprints: pa.Table) -> None:
    """Makes judged (JUDGED) and fingerprint (FINGERPRINTS) of the tables feature and identifier_key.

    known and fingerprints: what they were in the run before. A pair of two records about which nothing has changed (what
    they say, and what they can be found by) is taken from there: the answer is that of a full run.
    """
    blocking.find_keys(connection)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE fingerprint AS
        WITH found_by AS (
            SELECT record_key, sum(hash(kind, value)) AS keys FROM block_key GROUP BY record_key)
        SELECT record_key, concat_ws(' ', hash(scored), keys) AS fingerprint
        FROM scored LEFT JOIN found_by USING (record_key)"""
    )
    connection.register("known_pair", known)
    connection.register("known_fingerprint", fingerprints)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE changed AS"
        " SELECT record_key FROM fingerprint ANTI JOIN known_fingerprint USING (record_key, fingerprint)"
    )
    blocking.find_candidates(connection)
    scoring.score(connection)
    connection.register("new_pair", _judged(connection))
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT * FROM new_pair
        UNION ALL
        SELECT known_pair.* FROM known_pair
        SEMI JOIN fingerprint ON fingerprint.record_key = left_key
        SEMI JOIN fingerprint AS other ON other.record_key = right_key
        ANTI JOIN changed ON changed.record_key = left_key
        ANTI JOIN changed AS other_changed ON other_changed.record_key = right_key"""
    )


def sides(records: pa.Table) -> dict[str, Side]:
    """What is known of some records (columns of `scored`)."""
    columns = [records[column].to_pylist() for column in ("record_key", *Side._fields)]
    return {key: Side(*said) for key, *said in zip(*columns, strict=True)}


def _judged(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE worth AS"
        " SELECT pair_weight.* FROM candidate JOIN pair_weight USING (left_key, right_key)"
        " JOIN scored AS one ON one.record_key = left_key JOIN scored AS other ON other.record_key = right_key"
        f" WHERE shares_identifier OR weight >= {FLOOR} OR ({_SAME_ATTRIBUTES})"
        " ORDER BY left_key, right_key"
    )
    [(pairs,)] = connection.execute("SELECT count(*) FROM worth").fetchall()
    paired = connection.execute(
        f"""
        SELECT worth.*, {_SIDE.format(side="one")}, {_SIDE.format(side="other")}
        FROM worth JOIN scored AS one ON one.record_key = left_key JOIN scored AS other ON other.record_key = right_key"""
    ).to_arrow_reader(BATCH)
    batches = ((pa.Table.from_batches([batch]),) for batch in paired)
    return pa.concat_tables([JUDGED.empty_table(), *by_batches(_judge_batch, batches, pairs)])


def _judge_batch(paired: pa.Table) -> pa.Table:
    lefts, rights = ([paired[f"{side}_{column}"].to_pylist() for column in Side._fields] for side in ("one", "other"))
    judgements = [
        judge(Side(*left), Side(*right))
        for left, right in zip(zip(*lefts, strict=True), zip(*rights, strict=True), strict=True)
    ]
    weights = paired["weight"].to_pylist()
    matters = [
        judgement.verdict != Verdict.APART and bool(judgement.identifiers or judgement.is_rival or weight >= FLOOR)
        for judgement, weight in zip(judgements, weights, strict=True)
    ]
    kept = paired.select(["left_key", "right_key", "weight", *BITS]).filter(pa.array(matters, pa.bool_()))
    verdicts = pa.Table.from_pylist(
        [judgement._asdict() for judgement in compress(judgements, matters)],
        pa.schema([JUDGED.field(name) for name in Judgement._fields]),
    )
    return pa.table([*kept.columns, *verdicts.columns], names=JUDGED.names).cast(JUDGED)
