"""Which pairs of records are worth comparing: those that share an identifier, or a telling part of what they say.

Belongs here: keys to search by, in SQL, and the budget of pairs. Not here: how alike two records are (scoring.py, decide.py).
Needs the tables feature (records.FEATURES) and identifier_key (records.KEYS); makes scored, block_key, candidate.
"""

import duckdb

from mastering.items.records import CUT_OFF
from mastering.items.vocabulary import PLAIN_WORDS

# So many records under one text key tell nothing of each other; under one identifier they would be a wrong identifier.
LARGEST_TEXT_BLOCK, LARGEST_IDENTIFIER_BLOCK = 60, 500
# A word that so many records say, nearly all of them of one maker, is its brand: it tells the maker where nobody does.
SHORTEST_BRAND, LEAST_OF_BRAND, SHARE_OF_BRAND = 4, 5, 0.9
# A part number that one system only knows, and of a form that hardly any of its maker's has (digits for J342H), may be that
# system's or a distributor's own: it contradicts nobody. So many numbers known to two systems tell what a maker's look like.
LEAST_NUMBERS, SHARE_OF_SHAPE = 8, 0.02
# A distributor that makes things too is told for their maker in a source where its name hardly ever stands for another's: of
# its records there that other sources know by number, so many at least, and so few that they know for another maker's.
LEAST_OF_MAKER, SHARE_SOLD, SHORTEST_NUMBER = 20, 0.01, 5
# What stands where a column ends is a whole word, if so many descriptions say it where none ends.
LEAST_OF_WORD = 5
# Of so many others for each record, the smallest blocks first: what more records share tells less.
PAIRS_PER_RECORD, LEAST_BUDGET = 60, 1_000_000


# Pairs that decide.judge keeps apart whatever their descriptions say: no identifier in common, and two base GTINs of one
# packaging level, or two part numbers of one maker. Most of what shares a maker, its numbers and its qualities is of this
# kind, and grows faster than the records do.
_SPEAK_AGAINST = """
    coalesce(one.part_number <> other.part_number, true)
    AND NOT coalesce(list_has_any(one.cores, other.cores), false)
    AND NOT coalesce(list_has_any(one.identifiers, other.identifiers), false)
    AND (coalesce(list_has_any(one.levels, other.levels), false)
        OR coalesce(one.maker_name = other.maker_name AND one.part_number <> other.part_number, false)
        AND one.is_number_sure AND other.is_number_sure)"""


class PairBudgetError(Exception):
    """More pairs than can be compared: identifiers that too many records share."""


def find_keys(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes brand (word, maker, maker_name), scored and block_key (kind, value, record_key, is_identifier).

    scored: feature with the maker that a brand implies, and the two rarest of its words that another record has too.
    Text keys: the numbers with one of the two rarest words; the numbers with the maker, and with the qualities too, where many
    share the numbers or there are none; the maker with both words.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE spoken AS SELECT record_key, maker, maker_name, unnest(words) AS word FROM feature"
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE brand AS
        WITH by_name AS (
            SELECT word, maker, maker_name, count(*) AS records, sum(count(*)) OVER (PARTITION BY word) AS of_all
            FROM spoken WHERE maker IS NOT NULL AND length(word) >= $1
            GROUP BY word, maker, maker_name)
        SELECT word, maker, max_by(maker_name, (records, maker_name)) AS maker_name FROM by_name
        WHERE of_all >= $2 AND NOT list_contains($4, word)
        GROUP BY word, maker, of_all HAVING sum(records) >= $3 * of_all""",
        [SHORTEST_BRAND, LEAST_OF_BRAND, SHARE_OF_BRAND, sorted(PLAIN_WORDS)],
    )
    _find_own_makers(connection)
    connection.execute(
        """
        CREATE OR REPLACE TABLE scored AS
        WITH whole AS (
                SELECT word FROM spoken JOIN feature USING (record_key)
                WHERE cut_word IS NULL GROUP BY word HAVING count(*) >= $4),
            implied AS (
                SELECT record_key, any_value(brand.maker) AS maker, min(brand.maker_name) AS maker_name
                FROM spoken JOIN brand USING (word)
                GROUP BY record_key HAVING count(DISTINCT brand.maker) = 1),
            told AS (
                SELECT feature.* EXCLUDE (words) REPLACE (
                        CASE WHEN is_maker_sure THEN feature.maker ELSE coalesce(implied.maker, feature.maker) END AS maker,
                        CASE WHEN is_maker_sure THEN feature.maker_name
                             ELSE coalesce(implied.maker_name, feature.maker_name) END AS maker_name),
                    is_maker_sure OR implied.maker IS NOT NULL OR own_maker.maker IS NOT NULL AS is_maker_told,
                    array_to_string(words, ' ') AS all_words
                FROM feature LEFT JOIN implied USING (record_key)
                LEFT JOIN own_maker ON own_maker.source = feature.source AND own_maker.maker = feature.maker),
            numbered AS (
                SELECT maker_name, part_number, count(DISTINCT source) > 1 AS is_confirmed,
                    regexp_replace(regexp_replace(part_number, '[0-9]', '9', 'g'), '[A-Z]', 'A', 'g') AS shape
                FROM told WHERE maker_name IS NOT NULL AND part_number IS NOT NULL GROUP BY maker_name, part_number),
            shaped AS (
                SELECT maker_name, part_number, is_confirmed OR confirmed < $1 OR of_shape >= $2 * confirmed AS is_sure
                FROM (SELECT *, count_if(is_confirmed) OVER (PARTITION BY maker_name) AS confirmed,
                    count_if(is_confirmed) OVER (PARTITION BY maker_name, shape) AS of_shape FROM numbered)),
            counted AS (SELECT word, count(*) AS records FROM spoken GROUP BY word HAVING count(*) > 1),
            rarest AS (
                SELECT record_key, min_by(word, (records, word), 2) AS pair
                FROM spoken JOIN counted USING (word) GROUP BY record_key)
        SELECT told.* EXCLUDE (all_words) REPLACE (
                CASE WHEN cut_word IN (FROM whole) AND text_barred = $3 THEN NULL ELSE text_barred END AS text_barred),
            pair[1] AS word_1, pair[2] AS word_2, all_words, coalesce(is_sure, true) AS is_number_sure
        FROM told LEFT JOIN rarest USING (record_key) LEFT JOIN shaped USING (maker_name, part_number)""",
        [LEAST_NUMBERS, SHARE_OF_SHAPE, CUT_OFF, LEAST_OF_WORD],
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE every_key AS
        WITH text_key AS (
                SELECT record_key, 'NUMBERS AND WORD' AS kind, numbers || '/' || unnest([word_1, word_2]) AS value FROM scored
                UNION ALL
                SELECT record_key, 'NUMBERS AND MAKER', numbers || '/' || maker FROM scored
                UNION ALL
                SELECT record_key, 'ATTRIBUTES AND MAKER', concat_ws('/', numbers, qualities, maker) FROM scored
                WHERE qualities IS NOT NULL AND maker IS NOT NULL
                UNION ALL
                SELECT record_key, 'MAKER AND WORDS', maker || '/' || word_1 || '/' || word_2 FROM scored),
            named AS (
                SELECT DISTINCT kind, value, record_key, false AS is_identifier FROM text_key WHERE value IS NOT NULL
                UNION ALL
                SELECT DISTINCT kind, value, record_key, true FROM identifier_key)
        SELECT *, count(*) OVER (PARTITION BY kind, value) AS size FROM named
        QUALIFY size <= if(is_identifier, $2, $1)""",
        [LARGEST_TEXT_BLOCK, LARGEST_IDENTIFIER_BLOCK],
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE block_key AS"
        " SELECT kind, value, record_key, is_identifier FROM every_key WHERE is_identifier OR size <= $1",
        [_largest_text_block(connection)],
    )


def _largest_text_block(connection: duckdb.DuckDBPyConnection) -> int:
    """The size up to which the blocks of every_key are within the budget, a pair counted at both its records.

    It is told of all records, not of those that changed, so that a run that compares only these has the same answer.
    Raises PairBudgetError where the identifiers alone are beyond it.
    """
    [(records,)] = connection.execute("SELECT count(*) FROM scored").fetchall()
    budget = max(LEAST_BUDGET, PAIRS_PER_RECORD * records)
    [(pairs,)] = connection.execute("SELECT coalesce(sum(size - 1), 0) FROM every_key WHERE is_identifier").fetchall()
    if pairs > budget:
        worst = connection.execute(
            "SELECT DISTINCT size, kind || ' ' || value AS key FROM every_key WHERE is_identifier ORDER BY ALL DESC LIMIT 3"
        ).fetchall()
        most = ", ".join(key for _, key in worst)
        raise PairBudgetError(f"{pairs:,} pairs of {records:,} records, the budget is {budget:,}; most share: {most}")
    [(largest,)] = connection.execute(
        """
        WITH growing AS (
            SELECT size, sum(sum(size - 1)) OVER (ORDER BY size) AS pairs
            FROM every_key WHERE NOT is_identifier GROUP BY size)
        SELECT coalesce(max(size) FILTER (pairs <= $1), 0) FROM growing""",
        [budget - pairs],
    ).fetchall()
    return int(largest)


def _find_own_makers(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes own_maker (source, maker): distributors that in a source stand for the maker of what they make themselves."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE own_maker AS
        WITH known AS (
                SELECT kind, value, count(DISTINCT source) > 1 AS is_confirmed,
                    min(maker) FILTER (is_maker_sure) AS first_maker, max(maker) FILTER (is_maker_sure) AS last_maker
                FROM identifier_key JOIN feature USING (record_key)
                WHERE kind <> 'PART_NUMBER' OR length(value) >= $1 GROUP BY kind, value),
            met AS (
                SELECT source, maker, record_key,
                    coalesce(bool_or(first_maker <> maker OR last_maker <> maker), false) AS is_anothers
                FROM feature JOIN identifier_key USING (record_key) JOIN known USING (kind, value)
                WHERE maker IS NOT NULL AND NOT is_maker_sure AND is_confirmed GROUP BY source, maker, record_key)
        SELECT source, maker FROM met GROUP BY source, maker
        HAVING count(*) >= $2 AND count_if(is_anothers) <= $3 * count(*)""",
        [SHORTEST_NUMBER, LEAST_OF_MAKER, SHARE_SOLD],
    )


def find_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes candidate (left_key < right_key, shares_identifier): each pair once, of which one at least is in `changed`, and
    whose identifiers leave it open whether it is one item."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS
        WITH met AS (
                SELECT least(one.record_key, other.record_key) AS left_key,
                    greatest(one.record_key, other.record_key) AS right_key, bool_or(one.is_identifier) AS shares_identifier
                FROM block_key AS one SEMI JOIN changed USING (record_key) JOIN block_key AS other USING (kind, value)
                WHERE one.record_key <> other.record_key
                GROUP BY ALL),
            told AS (
                SELECT record_key, maker_name, part_number, is_number_sure, string_split(identifiers, ' ') AS identifiers,
                    list_transform(string_split(gtins, ' '), lambda gtin: gtin[1]) AS levels,
                    list_transform(string_split(gtins, ' '), lambda gtin: gtin[3:]) AS cores
                FROM scored)
        SELECT met.* FROM met JOIN told AS one ON one.record_key = left_key JOIN told AS other ON other.record_key = right_key
        WHERE shares_identifier OR NOT ({_SPEAK_AGAINST})"""
    )
