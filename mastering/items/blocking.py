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
LEAST_NUMBERS, SHARE_OF_SHAPE = 20, 0.02
# What stands where a column ends is a whole word, if so many descriptions say it where none ends.
LEAST_OF_WORD = 5
PAIRS_PER_RECORD, LEAST_BUDGET = 60, 1_000_000


class PairBudgetError(Exception):
    """More pairs than can be compared: keys that too many records share."""


def find_keys(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes brand (word, maker), scored and block_key (kind, value, record_key).

    scored: feature with the maker that a brand implies, and the two rarest of its words that another record has too.
    Text keys: the numbers with one of the two rarest words; the numbers with the maker; the maker with both words.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE spoken AS SELECT record_key, maker, unnest(words) AS word FROM feature"
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE brand AS
        WITH by_maker AS (
            SELECT word, maker, count(*) AS records, sum(count(*)) OVER (PARTITION BY word) AS of_all
            FROM spoken WHERE maker IS NOT NULL AND length(word) >= $1 GROUP BY word, maker)
        SELECT word, maker FROM by_maker
        WHERE of_all >= $2 AND records >= $3 * of_all AND NOT list_contains($4, word)""",
        [SHORTEST_BRAND, LEAST_OF_BRAND, SHARE_OF_BRAND, sorted(PLAIN_WORDS)],
    )
    connection.execute(
        """
        CREATE OR REPLACE TABLE scored AS
        WITH whole AS (
                SELECT word FROM spoken JOIN feature USING (record_key)
                WHERE cut_word IS NULL GROUP BY word HAVING count(*) >= $4),
            implied AS (
                SELECT record_key, any_value(brand.maker) AS maker FROM spoken JOIN brand USING (word)
                GROUP BY record_key HAVING count(DISTINCT brand.maker) = 1),
            numbered AS (
                SELECT maker_name, part_number, count(DISTINCT source) > 1 AS is_confirmed,
                    regexp_replace(regexp_replace(part_number, '[0-9]', '9', 'g'), '[A-Z]', 'A', 'g') AS shape
                FROM feature WHERE maker_name IS NOT NULL AND part_number IS NOT NULL GROUP BY maker_name, part_number),
            shaped AS (
                SELECT maker_name, part_number, is_confirmed OR confirmed < $1 OR of_shape >= $2 * confirmed AS is_sure
                FROM (SELECT *, count_if(is_confirmed) OVER (PARTITION BY maker_name) AS confirmed,
                    count_if(is_confirmed) OVER (PARTITION BY maker_name, shape) AS of_shape FROM numbered)),
            counted AS (SELECT word, count(*) AS records FROM spoken GROUP BY word HAVING count(*) > 1),
            rarest AS (
                SELECT record_key, min_by(word, (records, word), 2) AS pair
                FROM spoken JOIN counted USING (word) GROUP BY record_key)
        SELECT feature.* EXCLUDE (words) REPLACE (
                CASE WHEN is_maker_sure THEN feature.maker ELSE coalesce(implied.maker, feature.maker) END AS maker,
                CASE WHEN cut_word IN (FROM whole) AND text_barred = $3 THEN NULL ELSE text_barred END AS text_barred),
            pair[1] AS word_1, pair[2] AS word_2, array_to_string(words, ' ') AS all_words,
            coalesce(is_sure, true) OR NOT is_maker_sure AS is_number_sure,
            is_maker_sure OR implied.maker IS NOT NULL AS is_maker_told
        FROM feature LEFT JOIN rarest USING (record_key) LEFT JOIN implied USING (record_key)
        LEFT JOIN shaped USING (maker_name, part_number)""",
        [LEAST_NUMBERS, SHARE_OF_SHAPE, CUT_OFF, LEAST_OF_WORD],
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE block_key AS
        WITH text_key AS (
                SELECT record_key, 'NUMBERS AND WORD' AS kind, numbers || '/' || unnest([word_1, word_2]) AS value FROM scored
                UNION ALL
                SELECT record_key, 'NUMBERS AND MAKER', numbers || '/' || maker FROM scored
                UNION ALL
                SELECT record_key, 'MAKER AND WORDS', maker || '/' || word_1 || '/' || word_2 FROM scored),
            every_key AS (
                SELECT record_key, kind, value, false AS is_identifier, $1 AS largest FROM text_key WHERE value IS NOT NULL
                UNION ALL
                SELECT record_key, kind, value, true, $2 FROM identifier_key)
        SELECT kind, value, record_key, is_identifier FROM (SELECT DISTINCT * FROM every_key)
        QUALIFY count(*) OVER (PARTITION BY kind, value) <= largest""",
        [LARGEST_TEXT_BLOCK, LARGEST_IDENTIFIER_BLOCK],
    )


def find_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes candidate (left_key < right_key, shares_identifier): each pair once, of which one at least is in `changed`.

    Raises PairBudgetError before making too many of them.
    """
    joined = "FROM block_key AS one SEMI JOIN changed USING (record_key)"
    [(pairs, records)] = connection.execute(
        f"""
        WITH size AS (SELECT kind, value, count(*) AS records FROM block_key GROUP BY kind, value)
        SELECT (SELECT coalesce(sum(records - 1), 0) {joined} JOIN size USING (kind, value)), (SELECT count(*) FROM changed)"""
    ).fetchall()
    budget = max(LEAST_BUDGET, PAIRS_PER_RECORD * records)
    if pairs > budget:
        worst = connection.execute(
            "SELECT kind || ' ' || value FROM block_key GROUP BY kind, value ORDER BY count(*) DESC LIMIT 3"
        ).fetchall()
        raise PairBudgetError(
            f"{pairs:,} pairs of {records:,} records, the budget is {budget:,}; most share: {', '.join(key for [key] in worst)}"
        )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidate AS
        SELECT least(one.record_key, other.record_key) AS left_key, greatest(one.record_key, other.record_key) AS right_key,
            bool_or(one.is_identifier) AS shares_identifier
        {joined} JOIN block_key AS other USING (kind, value)
        WHERE one.record_key <> other.record_key
        GROUP BY ALL"""
    )
