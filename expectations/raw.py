"""What is expected of a raw table, made from what its contract says (volume, null rates).

Not here: whether every record is accounted for; the load itself says that.
"""

from collections.abc import Mapping

from expectations.suite import Suite, between

# Below this many rows a share of nulls says nothing: one order without a buyer would be half of a quiet hour.
ENOUGH_ROWS = 20
FUTURE_ALLOWED = "INTERVAL 1 DAY"


def raw_suite(
    schema: str,
    table: str,
    instance: str,
    minimum_rows: int,
    null_limits: Mapping[str, float],
    has_versions: bool,
    owner: str = "",
) -> Suite:
    """The suite of one instance's rows in a raw table. `null_limits`: column to the greatest share of nulls, 0 to 1,
    in the last load that brought enough rows. `has_versions`: not a child table."""
    upserts = "_op = 'UPSERT'" if has_versions else "TRUE"
    measures = [
        "count(*) AS row_count",
        "count(*) - count(DISTINCT _row_key) AS doubled_rows",
        f"count(*) FILTER (WHERE {'_changed_at' if has_versions else '_loaded_at'} > now()::TIMESTAMP + "
        f"{FUTURE_ALLOWED}) AS rows_from_the_future",
        *(
            f"coalesce(avg(({column} IS NULL)::INTEGER) FILTER (WHERE is_judged AND {upserts}), 0) AS {column}_nulls"
            for column in null_limits
        ),
    ]
    query = f"""
        WITH mine AS (SELECT * FROM {schema}.{table} WHERE _source_instance = '{instance}'),
        loads AS (SELECT _load_id FROM mine GROUP BY _load_id HAVING count(*) >= {ENOUGH_ROWS}),
        rows_ AS (SELECT mine.*, _load_id = (SELECT max(_load_id) FROM loads) AS is_judged FROM mine)
        SELECT {", ".join(measures)} FROM rows_
    """
    return Suite(
        place=(schema, table),
        name=f"raw_expectations_{instance}",
        description="Volume, doubled rows, clocks that run ahead, and null rates of the last load.",
        query=query,
        owner=owner,
        instance=instance,
        expectations=(
            between("row_count", minimum_rows, None, "warning", f"the contract promises at least {minimum_rows} rows"),
            between("doubled_rows", 0, 0, "critical", "a raw row is written once"),
            between("rows_from_the_future", 0, 0, "warning", "a change stamp lies more than a day ahead"),
            *(
                between(f"{column}_nulls", 0, limit, "critical", f"more than {limit:.0%} of the last load is null")
                for column, limit in null_limits.items()
            ),
        ),
    )
