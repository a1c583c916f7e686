"""Records that pairs connect, however far: what nothing connects cannot touch, so that each group is clustered by itself, and
one about which nothing has changed is clustered as it was.

Belongs here: the groups, what each one's clusters depend on, and what is known of it from the run before. Not here:
clustering (resolution.py).
Needs the tables scored, brand, judged and fingerprint (pairs.py).
"""

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mastering.clusters import Clustering, Refusal
from mastering.items.brands import Brands
from mastering.stewardship import InForce
from mastering.vocabulary import Verdict

RECORDS_AT_ONCE = 50_000
# One row per record of a group: its cluster. content: of all that the group's clusters depend on.
CLUSTERED = pa.schema([(name, pa.string()) for name in ("record_key", "cluster_key", "content")])
# One row per union that was refused (clusters.Refusal), with the content of its group.
REFUSED = pa.schema(
    [("left_key", pa.string()), ("right_key", pa.string()), ("weight", pa.float64()), ("reason", pa.string()),
     ("content", pa.string())]
)  # fmt: skip
Pair = tuple[str, str]


def find_groups(
    connection: duckdb.DuckDBPyConnection, force: InForce, clustered: pa.Table, refused: pa.Table
) -> tuple[Clustering, int]:
    """Makes grouped (record_key, content, batch) of the groups to cluster, and open_pair (left_key, right_key).

    clustered (CLUSTERED) and refused (REFUSED): of the run before. Returns the clusters of groups that are as they were then,
    every record that is in no group by itself, and how many batches there are.
    """
    connection.register("open_pair", _pair_table(_left_open(connection)))
    connection.register("must_pair", _pair_table(force.must))
    connection.register("cannot_pair", _pair_table(force.cannot))
    _connect(connection)
    connection.register("known_cluster", clustered)
    connection.register("known_refusal", refused)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE group_content AS
        WITH told AS (
            SELECT 'open' AS what, * FROM open_pair
            UNION ALL SELECT 'must', * FROM must_pair
            UNION ALL SELECT 'cannot', * FROM cannot_pair),
        said AS (
            SELECT group_id, fingerprint AS fact FROM member JOIN fingerprint USING (record_key)
            UNION ALL SELECT group_id, concat_ws(' ', what, left_key, right_key) FROM told JOIN member ON record_key = left_key)
        SELECT group_id, md5(string_agg(fact, chr(31) ORDER BY fact)) AS content FROM said GROUP BY group_id"""
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE grouped AS
        WITH waiting AS (
            SELECT group_id, content, count(*) AS records FROM group_content JOIN member USING (group_id)
            WHERE content NOT IN (SELECT content FROM known_cluster) GROUP BY ALL),
        dealt AS (SELECT group_id, content, sum(records) OVER (ORDER BY group_id) // $1 AS batch FROM waiting)
        SELECT record_key, content, batch FROM dealt JOIN member USING (group_id)""",
        [RECORDS_AT_ONCE],
    )
    known = connection.execute(
        """
        SELECT record_key, cluster_key FROM known_cluster SEMI JOIN group_content USING (content)
        UNION ALL SELECT record_key, record_key FROM scored ANTI JOIN member USING (record_key)"""
    ).fetchall()
    refusals = connection.execute(
        "SELECT left_key, right_key, weight, reason FROM known_refusal SEMI JOIN group_content USING (content)"
    ).fetchall()
    return Clustering(dict(known), [Refusal(*row) for row in refusals]), _batches(connection)


def of_next_run(
    connection: duckdb.DuckDBPyConnection, cluster_of: pa.Table, refusals: Iterable[Refusal]
) -> tuple[pa.Table, pa.Table]:
    """CLUSTERED and REFUSED of this run. cluster_of: (record_key, cluster_key)."""
    rows = [(one.left, one.right, one.weight, one.reason) for one in refusals]
    names = REFUSED.names[:-1]
    connection.register("cluster_found", cluster_of)
    connection.register("refusal_found", pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], pa.schema([REFUSED.field(name) for name in names])
    ))  # fmt: skip
    of_group = "JOIN member ON member.record_key = {} JOIN group_content USING (group_id)"
    clustered = f"SELECT one.*, content FROM cluster_found AS one {of_group.format('one.record_key')}"
    refused = f"SELECT one.*, content FROM refusal_found AS one {of_group.format('left_key')}"
    return connection.execute(clustered).to_arrow_table(), connection.execute(refused).to_arrow_table()


def _left_open(connection: duckdb.DuckDBPyConnection) -> Iterable[Pair]:
    """Pairs that text alone may join, and in which it is open of which of a maker's brands they are: other records tell."""
    brands = Brands(connection)
    found = connection.execute(
        """
        SELECT left_key, right_key, one.maker, one.reading, other.reading FROM judged
        JOIN scored AS one ON one.record_key = left_key JOIN scored AS other ON other.record_key = right_key
        WHERE veto IS NULL AND is_rival AND is_text_alone"""
    )
    while rows := found.fetchmany(10_000):
        yield from ((left, right) for left, right, *said in rows if brands.leave_open(*said))


def _connect(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes member (record_key, group_id): records that pairs connect, however far."""
    pairs = connection.execute(
        """
        SELECT left_key, right_key FROM judged WHERE verdict = $1 OR veto IS NULL AND is_rival
        UNION ALL
        FROM must_pair
        SEMI JOIN scored AS one ON one.record_key = left_key SEMI JOIN scored AS other ON other.record_key = right_key""",
        [Verdict.AUTO],
    ).to_arrow_table()
    ends = pa.chunked_array([*pairs["left_key"].chunks, *pairs["right_key"].chunks], pa.string())
    coded = ends.combine_chunks().dictionary_encode()
    lefts, rights = np.split(coded.indices.to_numpy(), 2)
    size = len(coded.dictionary)
    _, group = connected_components(
        coo_array((np.ones(len(lefts), bool), (lefts, rights)), shape=(size, size)), directed=False
    )
    connection.register("member", pa.table({"record_key": coded.dictionary, "group_id": pa.array(group, pa.int64())}))


def _batches(connection: duckdb.DuckDBPyConnection) -> int:
    [(last,)] = connection.execute("SELECT coalesce(max(batch), -1) FROM grouped").fetchall()
    return int(last) + 1


def _pair_table(pairs: Iterable[Pair]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"left_key": left, "right_key": right} for left, right in pairs],
        pa.schema([("left_key", pa.string()), ("right_key", pa.string())]),
    )
