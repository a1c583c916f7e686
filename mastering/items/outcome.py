"""The tables a resolution hands over, out of judged pairs and clusters.

Belongs here: which pair stands for a record, the order of the queue. Not here: what was decided (decide.py, resolution.py).
Needs the tables feature, judged and cluster_of.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from mastering.clusters import Refusal
from mastering.items.pairs import FLOOR
from mastering.items.scoring import pinned, weights
from mastering.stewardship import InForce
from mastering.vocabulary import ASSIGNMENTS, KEPT_PAIRS, REVIEW_QUEUE, Method, QueueKind, Verdict

_EVIDENCE = "sentence || format(' ({:+.1f} bits)', weight)"


def kept_pairs(connection: duckdb.DuckDBPyConnection, force: InForce) -> pa.Table:
    """Pairs within a cluster that joined it: by identifier, by text, by a steward (KEPT_PAIRS). Also makes the table kept."""
    connection.register("must", _steward_pairs(force))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE kept AS
        SELECT left_key, right_key, '{Verdict.AUTO}' AS verdict, method, weight, levels, evidence
        FROM (
            SELECT left_key, right_key, CASE WHEN identifiers > 0 THEN '{Method.IDENTIFIER}' ELSE '{Method.TEXT}' END AS method,
                weight, {_levels()} AS levels, {_EVIDENCE} AS evidence
            FROM judged WHERE verdict = '{Verdict.AUTO}' OR is_text_alone
            UNION ALL
            SELECT left_key, right_key, '{Method.STEWARD}', NULL, NULL, evidence FROM must)
        JOIN cluster_of AS one ON one.record_key = left_key
        JOIN cluster_of AS other ON other.record_key = right_key AND other.cluster_key = one.cluster_key"""
    )
    return _as(connection, "SELECT * FROM kept ORDER BY left_key, right_key, method", KEPT_PAIRS)


def assignments(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Every record with its cluster and the strongest of the pairs that put it there (ASSIGNMENTS). Needs kept_pairs."""
    return _as(
        connection,
        f"""
        WITH ends AS (SELECT left_key AS record_key, * FROM kept UNION ALL SELECT right_key, * FROM kept),
            strongest AS (
                SELECT * FROM ends QUALIFY row_number() OVER (
                    PARTITION BY record_key
                    ORDER BY method = '{Method.STEWARD}' DESC, method = '{Method.IDENTIFIER}' DESC, weight DESC, left_key,
                        right_key
                ) = 1)
        SELECT record_key, source_system, source_instance, source_key, cluster_key,
            coalesce(method, '{Method.SINGLE}') AS method, weight,
            coalesce(evidence, 'nothing else is the same item') AS evidence
        FROM feature JOIN cluster_of USING (record_key) LEFT JOIN strongest USING (record_key)
        ORDER BY record_key""",
        ASSIGNMENTS,
    )


def review_queue(connection: duckdb.DuckDBPyConnection, refusals: Sequence[Refusal], force: InForce) -> pa.Table:
    """What stewards should look at (REVIEW_QUEUE): their own words that wait, refused unions, then candidates, of which each
    record has its best one only. What a steward keeps apart is in it no more."""
    connection.register("refused", _pairs([(refusal.left, refusal.right, refusal.reason) for refusal in refusals]))
    connection.register("pending", _pairs([(*_pair(row.decision), row.reason) for row in force.pending]))
    connection.register("parted", _pairs([(*pair, "") for pair in force.cannot]))
    return _as(
        connection,
        f"""
        WITH apart AS (
            SELECT judged.*, one.cluster_key AS left_cluster, other.cluster_key AS right_cluster FROM judged
            JOIN cluster_of AS one ON one.record_key = left_key
            JOIN cluster_of AS other ON other.record_key = right_key AND other.cluster_key <> one.cluster_key
        ), found AS (
            SELECT '{QueueKind.PENDING}' AS kind, 3 AS urgency, left_key, right_key, NULL::DOUBLE AS weight, reason AS evidence
            FROM pending
            UNION ALL
            SELECT '{QueueKind.REFUSED}', 2, left_key, right_key, weight, 'refused: ' || reason || '; ' || {_EVIDENCE}
            FROM refused JOIN judged USING (left_key, right_key)
            UNION ALL
            (SELECT '{QueueKind.REFUSED}', 2, left_key, right_key, weight, {_EVIDENCE}
            FROM apart ANTI JOIN refused USING (left_key, right_key) WHERE veto IS NOT NULL
            QUALIFY row_number() OVER (
                PARTITION BY left_cluster, right_cluster ORDER BY identifiers DESC, weight DESC, left_key, right_key) = 1)
            UNION ALL
            (SELECT '{QueueKind.CANDIDATE}', identifiers > 0, left_key, right_key, weight, {_EVIDENCE}
            FROM apart ANTI JOIN refused USING (left_key, right_key)
            WHERE veto IS NULL AND (identifiers > 0 OR weight >= {FLOOR})
            QUALIFY 1 IN (
                row_number() OVER (PARTITION BY left_key ORDER BY identifiers DESC, weight DESC, right_key),
                row_number() OVER (PARTITION BY right_key ORDER BY identifiers DESC, weight DESC, left_key)))
        )
        SELECT row_number() OVER (ORDER BY urgency DESC, weight DESC, left_key, right_key) AS rank, kind, left_key, right_key,
            weight, evidence
        FROM found ANTI JOIN parted USING (left_key, right_key)
        ORDER BY rank""",
        REVIEW_QUEUE,
    )


def _levels() -> str:
    """SQL for the level of each comparison with its bits, as JSON."""
    cases: dict[str, str] = {}
    for (comparison, label), bits in weights(pinned()).items():
        case = f" WHEN abs(mw_{comparison} - ({bits})) < 1e-6 THEN '{label} {bits:+.1f}'"
        cases[comparison] = cases.get(comparison, "") + case
    return "json_object({})::VARCHAR".format(
        ", ".join(f"'{comparison}', CASE{case} ELSE 'unknown' END" for comparison, case in cases.items())
    )


def _steward_pairs(force: InForce) -> pa.Table:
    rows = [(*pair, f"{row['by']}: {row['reason']}") for pair, row in force.must.items()]
    return _pairs(rows).rename_columns(["left_key", "right_key", "evidence"])


def _pair(decision: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted((decision["left_key"], decision["right_key"])))


def _pairs(rows: Sequence[tuple[str, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pa.table(
        {
            name: pa.array(values, pa.string())
            for name, values in zip(("left_key", "right_key", "reason"), columns, strict=True)
        }
    )


def _as(connection: duckdb.DuckDBPyConnection, sql: str, schema: pa.Schema) -> pa.Table:
    return connection.execute(sql).to_arrow_table().select(schema.names).cast(schema)
