"""What words, units and packagings of an item's description mean, from the CSV files in rules/.

Belongs here: reading the rules into tables that the parser looks into. Not here: looking (descriptions.py, packagings.py).
A meaning may hold in one context only: ST is sterile on a glove and self-tapping on a screw. No context is anywhere.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from mastering.rules import read_rules

FOLDER = Path(__file__).parent / "rules"
ANYWHERE = ""
Meaning = TypeVar("Meaning")
# Meanings of a word, by context in the order of the rules.
ByContext = Mapping[str, Meaning]


class Unit(NamedTuple):
    """What a unit measures, its canonical name, and how many of the role's base unit it is."""

    role: str
    unit: str
    factor: float


class Quality(NamedTuple):
    """One value of one attribute; severity says what it means when two records differ in it (comparison.py)."""

    attribute: str
    value: str
    severity: str


class Family(NamedTuple):
    """When text alone may join two records of a family: never, for a reason; or where both state an attribute."""

    never_by_text: str
    must_state: str  # a quality, or the role of a measure


def rules(name: str) -> list[dict[str, str]]:
    """The rows of one of the items' rule files."""
    return read_rules(name, FOLDER)


def _by_context(name: str, key: str, meaning: Callable[[dict[str, str]], Meaning]) -> dict[str, ByContext[Meaning]]:
    found: dict[str, dict[str, Meaning]] = {}
    for row in rules(name):
        found.setdefault(row[key], {})[row["context"]] = meaning(row)
    # What holds anywhere comes last: a narrower context that applies is the better reading.
    return {word: dict(sorted(by.items(), key=lambda item: item[0] == ANYWHERE)) for word, by in found.items()}


UNITS = _by_context("units", "written", lambda row: Unit(row["role"], row["unit"], float(row["factor"])))
NUMBER_WORDS = _by_context("number_words", "written", lambda row: row["role"])
ABBREVIATIONS = _by_context("abbreviations", "written", lambda row: row["means"])
QUALITIES = _by_context("qualities", "word", lambda row: Quality(row["attribute"], row["value"], row["severity"]))
# Words that anybody uses, whoever makes the thing: none is a brand.
PLAIN_WORDS = (
    {means for by in ABBREVIATIONS.values() for means in by.values()}
    | QUALITIES.keys()
    | NUMBER_WORDS.keys()
    | UNITS.keys()
)
# Codes of a series (JL4, CT-1): what the letters before the digits stand for.
CODES = _by_context("codes", "prefix", lambda row: row["attribute"])
PHRASES = {tuple(row["written"].split()): row["means"] for row in rules("phrases")}
SEVERITIES = {row["attribute"]: row["severity"] for row in rules("qualities")}
PACKAGINGS = {row["written"]: row["unit"] for row in rules("packagings")}
FAMILIES = {row["context"]: Family(row["never_by_text"], row["must_state"]) for row in rules("families")}
ALWAYS_STERILE = frozenset(row["context"] for row in rules("families") if row["is_always_sterile"])
# Contexts of a word, each with one in which the word means something else: the ORAL of a tube is no medicine.
CONTEXTS: dict[str, dict[str, str]] = {}
for _row in rules("contexts"):
    CONTEXTS.setdefault(_row["word"], {})[_row["context"]] = _row["unless"]


def meaning_in(meanings: ByContext[Meaning] | None, contexts: frozenset[str]) -> Meaning | None:
    """The first meaning whose context applies."""
    if meanings:
        for context, meaning in meanings.items():
            if context == ANYWHERE or context in contexts:
                return meaning
    return None
