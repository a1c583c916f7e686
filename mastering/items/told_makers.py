"""Who a record's maker is, where its text names a golden supplier, and whose name in that field is a distributor's.

Belongs here: a maker's name as written taken for a golden supplier, and distributors known by what they sell. Not here: makers
that nobody buys from (makers.py), suppliers themselves.
"""

import duckdb
import pyarrow as pa

from mastering.suppliers import link
from mastering.suppliers.aliases import Aliases

# A name is taken for a supplier's only where it is nearly the same: a wrong maker keeps true doubles apart.
LEAST = 0.75
# Whoever stands as maker of parts that others say are made by so many others, for this share of what is known of them, sells
# them.
MAKERS_SOLD, SHARE_SOLD = 3, 0.5


def with_makers(records: pa.Table, names: pa.Table, aliases: Aliases) -> pa.Table:
    """The records with manufacturer_key filled in from the maker's name, and without makers that are distributors.

    records: item_record (resolution.RECORD_COLUMNS and more), manufacturer_key where its system names a partner. names: golden
    suppliers' names (name, golden_key); a name of two suppliers names neither. Rows come by record_key.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        connection.register("record", records)
        connection.register("name", names)
        known = connection.execute(
            "SELECT name, min(golden_key) FROM name GROUP BY name HAVING count(DISTINCT golden_key) = 1"
        ).fetchall()
        typed = [name for (name,) in connection.execute(
            "SELECT DISTINCT manufacturer_name FROM record WHERE manufacturer_key IS NULL AND manufacturer_name IS NOT NULL "
            "ORDER BY ALL"
        ).fetchall()]  # fmt: skip
        key_of = dict(known)
        found = [
            (one.typed, key_of[one.known]) for one in link(typed, list(key_of), aliases, LEAST) if one.known is not None
        ]
        connection.register("link", pa.table({
            "typed": pa.array([name for name, _ in found], pa.string()),
            "linked_key": pa.array([key for _, key in found], pa.string()),
        }))  # fmt: skip
        connection.execute(
            """
            CREATE TEMP TABLE told AS
            SELECT record.* REPLACE (coalesce(manufacturer_key, linked_key) AS manufacturer_key),
                ltrim(upper(regexp_replace(manufacturer_part_number, '[^A-Za-z0-9]', '', 'g')), '0') AS part
            FROM record LEFT JOIN link ON typed = manufacturer_name"""
        )
        connection.execute(
            f"""
            CREATE TEMP TABLE distributor AS
            WITH said AS (SELECT DISTINCT part, manufacturer_key AS maker FROM told
                          WHERE manufacturer_key IS NOT NULL AND length(part) >= 5),
                met AS (SELECT one.maker, one.part, other.maker AS other
                        FROM said AS one LEFT JOIN said AS other ON one.part = other.part AND one.maker <> other.maker),
                twice AS (SELECT part FROM told WHERE manufacturer_key IS NOT NULL GROUP BY part HAVING count(*) > 1)
            SELECT maker FROM met SEMI JOIN twice USING (part) GROUP BY maker
            HAVING count(DISTINCT other) >= {MAKERS_SOLD}
                AND count(DISTINCT part) FILTER (other IS NOT NULL) >= {SHARE_SOLD} * count(DISTINCT part)"""
        )
        return connection.execute(
            """
            SELECT told.* EXCLUDE (part) REPLACE (
                if(maker IS NULL, manufacturer_key, NULL) AS manufacturer_key,
                if(maker IS NULL, manufacturer_name, NULL) AS manufacturer_name)
            FROM told LEFT JOIN distributor ON manufacturer_key = maker ORDER BY record_key"""
        ).to_arrow_table()
