"""Golden ids that last: which id each cluster of records bears, what became of the ids of before, and since when.

Belongs here: the id registry, the cross-reference as history, the log of merges and splits. Not here: which records are
one (items, suppliers), where these tables are kept. An id is minted once, from the numbers used so far and never from a
hash: a hash would bring a retired id back to life after merge and split.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from mastering.vocabulary import record_key_sql

# The first row of a record holds from here: its documents may be older than the run that first saw it.
BEGINNING = datetime(1900, 1, 1)  # noqa: DTZ001  # tables hold UTC without saying so
FOREVER = datetime(9999, 12, 31)  # noqa: DTZ001  # tables hold UTC without saying so

_MOMENT = pa.timestamp("us")
_RECORD = [("source_system", pa.string()), ("source_instance", pa.string()), ("source_key", pa.string())]
# One row per golden id ever minted. redirect_to: the living id that most of its records went to, null while it lives.
IDS = pa.schema(
    [("golden_key", pa.string()), ("status", pa.string()), ("minted_run", pa.string()), ("minted_at", _MOMENT),
     ("retired_run", pa.string()), ("retired_at", _MOMENT), ("redirect_to", pa.string())]
)  # fmt: skip
# One row per record and stay at a golden id, half-open [valid_from, valid_to); run_id is the run that opened it, and
# method, weight and evidence say why it did.
XREF = pa.schema(
    [*_RECORD, ("golden_key", pa.string()), ("valid_from", _MOMENT), ("valid_to", _MOMENT), ("run_id", pa.string()),
     ("model_version", pa.string()), ("method", pa.string()), ("weight", pa.float64()), ("evidence", pa.string())]
)  # fmt: skip
# One row per id that ended in another (merge) or that left records to a new one (split). Merges alone have no cycle, and
# splits alone have none: a merge ends at an id that lives, a split at one just minted.
MERGE_LOG = pa.schema(
    [
        ("old_key", pa.string()),
        ("new_key", pa.string()),
        ("kind", pa.string()),
        ("at", _MOMENT),
        ("reason", pa.string()),
    ]
)
# What the registry needs of each record. cluster_key: any name of its cluster; precedence: of its source, the least first.
CLUSTERED = pa.schema(
    [*_RECORD, ("cluster_key", pa.string()), ("created_at", _MOMENT), ("precedence", pa.int64()), ("method", pa.string()),
     ("weight", pa.float64()), ("evidence", pa.string())]
)  # fmt: skip


@dataclass(frozen=True)
class Registry:
    """The registry as three tables: IDS, XREF, MERGE_LOG."""

    ids: pa.Table
    xref: pa.Table
    merge_log: pa.Table


@dataclass(frozen=True)
class Run:
    """The run that brings new clusters: its id, its moment (UTC, naive) and the version of the rules it used."""

    run_id: str
    at: datetime
    model_version: str


EMPTY = Registry(IDS.empty_table(), XREF.empty_table(), MERGE_LOG.empty_table())


def advance(previous: Registry, clustered: pa.Table, prefix: str, run: Run) -> Registry:
    """The registry after a run whose clusters are `clustered` (CLUSTERED, one row per record), ids as `SUP-000001`.

    An id goes to the cluster that has most of its records (then: to the one with the oldest record). A cluster keeps the
    id that brings most records (then: the oldest id); the others become redirects. What has no id gets the next ones, in
    order of its oldest record (created_at, then precedence, then key). A record that no longer comes keeps its id, as its
    documents still name it, and goes where the id goes. The same clusters again change nothing.
    Raises ValueError for a record that comes twice, or a run that is not after the one it corrects.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        for name, table in (("ids", previous.ids), ("xref", previous.xref), ("log", previous.merge_log)):
            connection.register(name, table)
        connection.register("clustered", clustered.select(CLUSTERED.names).cast(CLUSTERED))
        connection.execute(f"SET VARIABLE moment = TIMESTAMP '{run.at.isoformat(sep=' ')}'")
        connection.execute(
            f"SET VARIABLE beginning = TIMESTAMP '{BEGINNING}'; SET VARIABLE forever = TIMESTAMP '{FOREVER}'"
        )
        for variable, value in (("run_id", run.run_id), ("model_version", run.model_version), ("prefix", prefix)):
            connection.execute(f"SET VARIABLE {variable} = (SELECT $1)", [value])
        for statement in _STEPS:
            connection.execute(statement)
        _refuse_nonsense(connection)
        ids, xref, log = (
            connection.execute(result).to_arrow_table().cast(schema)
            for result, schema in ((_IDS_AFTER, IDS), (_XREF_AFTER, XREF), (_LOG_AFTER, MERGE_LOG))
        )
        return Registry(ids, xref, log)


def _refuse_nonsense(connection: duckdb.DuckDBPyConnection) -> None:
    twice = connection.execute(
        "SELECT record_key FROM record GROUP BY ALL HAVING count(*) > 1 ORDER BY 1 LIMIT 3"
    ).fetchall()
    if twice:
        raise ValueError(f"a record has one cluster, and these come twice: {', '.join(key for (key,) in twice)}")
    late = connection.execute(
        "SELECT max(h.valid_from) FROM held AS h JOIN change USING (record_key) WHERE h.valid_from >= getvariable('moment')"
    ).fetchone()
    if late and late[0]:
        raise ValueError(f"the run changes what was registered at {late[0]}, so it has to be after that")


# Ids are compared by length first, so that the oldest is the least even past 999,999.
_AGE = "length(golden_key), golden_key"
_STEPS = (
    f"CREATE TEMP TABLE record AS SELECT *, {record_key_sql('source_key')} AS record_key FROM clustered",
    # Where a cluster stands: by its oldest record. Its name of this run says nothing, and another run may name it anew.
    """CREATE TEMP TABLE cluster AS
    SELECT cluster_key, row_number() OVER (
        ORDER BY min((coalesce(created_at, getvariable('forever')), precedence, record_key))) AS place
    FROM record GROUP BY cluster_key""",
    f"""CREATE TEMP TABLE held AS
    SELECT *, {record_key_sql("source_key")} AS record_key FROM xref WHERE valid_to = getvariable('forever')""",
    """CREATE TEMP TABLE stay AS
    SELECT golden_key, cluster_key, place, count(*) AS records
    FROM held JOIN record USING (record_key) JOIN cluster USING (cluster_key) GROUP BY ALL""",
    # One row per id of which records came: the cluster that it goes to.
    """CREATE TEMP TABLE claim AS
    FROM stay QUALIFY row_number() OVER (PARTITION BY golden_key ORDER BY records DESC, place) = 1""",
    f"""CREATE TEMP TABLE kept AS
    SELECT cluster_key, golden_key FROM claim
    QUALIFY row_number() OVER (PARTITION BY cluster_key ORDER BY records DESC, {_AGE}) = 1""",
    """CREATE TEMP TABLE minted AS
    WITH used AS (SELECT coalesce(max(regexp_extract(golden_key, '[0-9]+$')::BIGINT), 0) AS number FROM ids),
         nameless AS (
             SELECT cluster_key, row_number() OVER (ORDER BY place) AS nth FROM cluster ANTI JOIN kept USING (cluster_key))
    SELECT cluster_key, format('{}-{:06d}', getvariable('prefix'), used.number + nth) AS golden_key
    FROM nameless CROSS JOIN used""",
    "CREATE TEMP TABLE named AS FROM kept UNION ALL FROM minted",
    """CREATE TEMP TABLE merged AS
    SELECT claim.golden_key AS old_key, named.golden_key AS new_key, claim.records
    FROM claim JOIN named USING (cluster_key) WHERE claim.golden_key <> named.golden_key""",
    # Where each record belongs now: by its cluster, or, where it no longer comes, by what became of its id.
    """CREATE TEMP TABLE target AS
    SELECT record_key, r.source_system, r.source_instance, r.source_key, named.golden_key, method, weight, evidence
    FROM record AS r JOIN named USING (cluster_key)
    UNION ALL
    SELECT record_key, h.source_system, h.source_instance, h.source_key, merged.new_key, h.method, h.weight, h.evidence
    FROM held AS h JOIN merged ON merged.old_key = h.golden_key ANTI JOIN record AS r ON r.record_key = h.record_key""",
    """CREATE TEMP TABLE change AS
    SELECT target.*, held.golden_key AS old_key
    FROM target LEFT JOIN held USING (record_key) WHERE target.golden_key IS DISTINCT FROM held.golden_key""",
)
_IDS_AFTER = f"""
    WITH known AS (
        SELECT golden_key, if(m.new_key IS NULL, status, 'MERGED') AS status, minted_run, minted_at,
            if(m.new_key IS NULL, retired_run, getvariable('run_id')) AS retired_run,
            if(m.new_key IS NULL, retired_at, getvariable('moment')) AS retired_at,
            -- What was sent to an id that ends now is sent on, so that a redirect always names a living id.
            coalesce(m.new_key, onward.new_key, redirect_to) AS redirect_to
        FROM ids LEFT JOIN merged AS m ON m.old_key = golden_key LEFT JOIN merged AS onward ON onward.old_key = redirect_to)
    FROM (FROM known UNION ALL BY NAME
        SELECT golden_key, 'ACTIVE' AS status, getvariable('run_id') AS minted_run, getvariable('moment') AS minted_at
        FROM minted)
    ORDER BY {_AGE}"""
_XREF_AFTER = f"""
    SELECT xref.* REPLACE (if(xref.valid_to = getvariable('forever') AND change.record_key IS NOT NULL, getvariable('moment'),
        xref.valid_to) AS valid_to)
    FROM xref LEFT JOIN change ON change.record_key = {record_key_sql("source_key", "xref.")}
    UNION ALL
    SELECT source_system, source_instance, source_key, golden_key,
        if(old_key IS NULL, getvariable('beginning'), getvariable('moment')), getvariable('forever'), getvariable('run_id'),
        getvariable('model_version'), method, weight, evidence
    FROM change
    ORDER BY source_system, source_instance, source_key, valid_from"""
_LOG_AFTER = """
    WITH split AS (
        SELECT stay.golden_key AS old_key, minted.golden_key AS new_key, stay.records
        FROM stay JOIN minted USING (cluster_key)),
         entry AS (SELECT *, 'merge' AS kind FROM merged UNION ALL SELECT *, 'split' FROM split),
         size AS (SELECT golden_key AS old_key, sum(records) AS all_records FROM stay GROUP BY ALL)
    FROM log
    UNION ALL
    SELECT old_key, new_key, kind, getvariable('moment'), records || ' of its ' || all_records || ' records went to ' || new_key
    FROM entry JOIN size USING (old_key)
    ORDER BY 4, 1, 2"""
