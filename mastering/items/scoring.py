"""How much the columns of two records speak for one item, in bits, by Splink with a model that is kept in the repository.

Belongs here: the model's comparisons, training it, scoring candidate pairs with it. Not here: what a conflict of sizes
means, which no weight outweighs (decide.py).
Comparison inputs are scalar, so that the same settings run on Spark. EM drifts on loose blocks: it trains on records that
share a part number, and on records that share a GTIN, only.
"""

import contextlib
import io
import json
import logging
import math
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

MODEL = Path(__file__).parent / "model.json"
SEED = 1
# A retrained weight that moves further, or changes sign, needs a person's look at what changed in the data.
MOST_MOVED = 3.0
SAMPLED_PAIRS = 2e6
UNSEEN = 0.01

# A distributor that stands for a maker speaks neither for nor against.
_MAKERS = (
    '"maker_l" IS NULL OR "maker_r" IS NULL'
    ' OR ("maker_l" <> "maker_r" AND NOT ("is_maker_sure_l" AND "is_maker_sure_r"))'
)
_NO_NUMBERS = (
    '"part_number_l" IS NULL OR "part_number_r" IS NULL'
    ' OR ("part_number_l" <> "part_number_r" AND NOT ("is_number_sure_l" AND "is_number_sure_r"))'
)
_CONTAINED = (
    'length("part_number_l") >= 5 AND length("part_number_r") >= 5'
    ' AND (contains("part_number_l", "part_number_r") OR contains("part_number_r", "part_number_l"))'
)
_CONTAINED_WORDS = """"all_words_l" LIKE '% %' AND "all_words_r" LIKE '% %' AND (
    list_has_all(string_split("all_words_l", ' '), string_split("all_words_r", ' '))
    OR list_has_all(string_split("all_words_r", ' '), string_split("all_words_l", ' ')))"""
_ANY_WORD = '("word_1_l" IN ("word_1_r", "word_2_r") OR "word_2_l" IN ("word_1_r", "word_2_r"))'


class ModelDriftError(Exception):
    """A retrained model whose weights are not those of the pinned one."""


def _comparison(name: str, null: str, levels: list[tuple[str, str]]) -> dict[str, Any]:
    """A comparison of levels by SQL, the strongest first, and of all other pairs."""
    others = [{"sql_condition": condition, "label_for_charts": label} for label, condition in levels]
    return {
        "output_column_name": name,
        "comparison_levels": [
            {"sql_condition": null, "label_for_charts": "unknown", "is_null_level": True},
            *others,
            # Where training sees none (maker differs), the level keeps this share of the matches.
            {"sql_condition": "ELSE", "label_for_charts": "differs", "m_probability": UNSEEN},
        ],
    }


def _missing(column: str) -> str:
    return f'"{column}_l" IS NULL OR "{column}_r" IS NULL'


def _equal(column: str) -> str:
    return f'"{column}_l" = "{column}_r"'


# One equal number is nearly chance; three are not.
_NUMBERS = [
    ("three equal", f"""{_equal("numbers")} AND "numbers_l" LIKE '% % %'"""),
    ("two equal", f"""{_equal("numbers")} AND "numbers_l" LIKE '% %'"""),
    ("equal", _equal("numbers")),
]
COMPARISONS = [
    _comparison("part_number", _NO_NUMBERS, [("equal", _equal("part_number")), ("contained", _CONTAINED)]),
    _comparison("gtin_core", _missing("gtin_core"), [("equal", _equal("gtin_core"))]),
    _comparison("maker", _MAKERS, [("equal", _equal("maker"))]),
    _comparison("numbers", _missing("numbers"), _NUMBERS),
    _comparison("qualities", _missing("qualities"), [("equal", _equal("qualities"))]),
    _comparison(
        "words",
        _missing("all_words"),
        [
            ("equal", _equal("all_words")),
            ("contained", _CONTAINED_WORDS),
            ("rarest", _equal("word_1")),
            ("one", _ANY_WORD),
        ],
    ),
]


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="record_key", comparisons=COMPARISONS,
        blocking_rules_to_generate_predictions=[block_on("part_number")], retain_intermediate_calculation_columns=True,
        retain_matching_columns=False, additional_columns_to_retain=[],
    )  # fmt: skip


def train(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The model of what `scored` holds (blocking.find_keys): deterministic on one machine."""
    with contextlib.redirect_stdout(io.StringIO()):
        linker = Linker(DuckDBAPI(connection).register("scored"), _settings(), logging.ERROR)
        training = linker.training
        rules = [block_on("part_number", "maker"), block_on("gtin_core")]
        training.estimate_probability_two_random_records_match(rules, recall=0.8)
        training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=SEED)
        for rule in (block_on("part_number"), block_on("gtin_core")):
            training.estimate_parameters_using_expectation_maximisation(rule)
        model: dict[str, Any] = linker.misc.save_model_to_json()
    return model


def weights(model: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Bits by comparison and level of a saved model."""
    return {
        (comparison["output_column_name"], level["label_for_charts"]): math.log2(
            level["m_probability"] / level["u_probability"]
        )
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level") and level.get("m_probability") and level.get("u_probability")
    }


def pinned() -> dict[str, Any]:
    """The model in use."""
    model: dict[str, Any] = json.loads(MODEL.read_text(encoding="utf-8"))
    return model


def pin(model: dict[str, Any], path: Path = MODEL) -> None:
    """Keep a retrained model. Raises ModelDriftError where a weight changes sign or moves by more than 3 bits; to keep it
    nevertheless, delete the pinned one: then somebody decided so."""
    if path.exists():
        pinned, new = weights(json.loads(path.read_text(encoding="utf-8"))), weights(model)
        moved = [
            f"{comparison} {level}: {before:+.1f} to {new.get((comparison, level), math.nan):+.1f} bits"
            for (comparison, level), before in pinned.items()
            if not abs(new.get((comparison, level), math.nan) - before) <= MOST_MOVED
            or before * new[comparison, level] < 0
        ]
        if moved:
            raise ModelDriftError(f"{path.name}: {'; '.join(moved)}")
    path.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


def score(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes pair_weight (left_key, right_key, weight in bits with the prior, and the bits of each comparison) of candidate.

    Needs the tables candidate and scored (blocking.find_keys).
    """
    with contextlib.redirect_stdout(io.StringIO()):
        database = DuckDBAPI(connection)
        linker = Linker(database.register("scored"), pinned(), logging.ERROR)
        connection.execute(
            "CREATE OR REPLACE TABLE blocked AS"
            " SELECT '0' AS match_key, left_key AS join_key_l, right_key AS join_key_r FROM candidate"
        )
        linker.table_management.register_blocked_pairs_for_predict(database.register("blocked"))
        found = linker.inference.predict().physical_name
    levels = ", ".join(f"mw_{comparison['output_column_name']}" for comparison in COMPARISONS)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pair_weight AS SELECT record_key_l AS left_key, record_key_r AS right_key,"
        f" match_weight AS weight, {levels} FROM {found}"
    )
