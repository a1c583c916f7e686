"""Who makes what a record names, where the record itself does not say it well: by the name it writes, by whom it is bought
from, by who is known to make that part number. And who only sells: a distributor's name in the maker's field says nothing.

Belongs here: golden suppliers as makers. Not here: makers that nobody buys from (makers.py), suppliers themselves.
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
# A part number that is long, or has letters, and that one maker alone is known for, is that maker's.
_TELLING_PART = "(length(part) >= 8 OR (length(part) >= 5 AND regexp_matches(part, '[A-Z]')))"


def with_makers(records: pa.Table, names: pa.Table, aliases: Aliases) -> pa.Table:
    """The records with manufacturer_key filled in, and without makers that are distributors.

    records: item_record (resolution.RECORD_COLUMNS and more), manufacturer_key where its system names a partner, vendor_key the
    golden supplier that it is bought from. names: golden
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
        links = link(typed, list(key_of), aliases, LEAST, may_say_more=False)
        found = [(one.typed, key_of[one.known]) for one in links if one.known is not None]
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
        connection.execute(
            f"""
            CREATE TEMP TABLE made AS
            SELECT part, min(manufacturer_key) AS only_maker
            FROM told ANTI JOIN distributor ON manufacturer_key = maker
            WHERE manufacturer_key IS NOT NULL AND {_TELLING_PART}
            GROUP BY part HAVING count(DISTINCT manufacturer_key) = 1"""
        )
        # Of a record without a maker: whoever alone makes the part, else whoever sells it and is no distributor.
        return connection.execute(
            """
            SELECT told.* EXCLUDE (part) REPLACE (
                CASE WHEN told.manufacturer_key IS NOT NULL AND own.maker IS NULL THEN told.manufacturer_key
                     WHEN only_maker IS NOT NULL AND (own.maker IS NOT NULL OR manufacturer_name IS NULL) THEN only_maker
                     WHEN manufacturer_name IS NULL AND seller.maker IS NULL THEN vendor_key END AS manufacturer_key,
                if(own.maker IS NULL, manufacturer_name, NULL) AS manufacturer_name)
            FROM told
            LEFT JOIN distributor AS own ON told.manufacturer_key = own.maker
            LEFT JOIN distributor AS seller ON told.vendor_key = seller.maker
            LEFT JOIN made ON made.part = told.part
            ORDER BY record_key"""
        ).to_arrow_table()
