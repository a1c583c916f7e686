"""Who makes an item, out of what a manufacturer field says: one name per maker, its owner, and whether it is known at all.

Belongs here: maker names, with makers.csv (other names, owners), distributors.csv and name_words.csv. Not here: golden
suppliers (suppliers/): a maker's golden key, where a record has one, is the better name and replaces this reading.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeVar

from mastering.items.vocabulary import rules
from mastering.text import words

Found = TypeVar("Found")


class Maker(NamedTuple):
    """name: canonical. owner: the group it belongs to. is_sure: False where a distributor stands for a maker."""

    name: str
    owner: str
    is_sure: bool


def _joined(parts: list[str]) -> list[str]:
    """B BRAUN is BBRAUN, W L GORE is WLGORE, J J is JJ."""
    initials = next((place for place, part in enumerate(parts) if len(part) > 1), len(parts) - 1)
    return ["".join(parts[: initials + 1]), *parts[initials + 1 :]]


_WORDS = {row["word"]: row["kind"] for row in rules("name_words")}
_KNOWN = {tuple(_joined(row["written"].split())): (row["maker"], row["owner"]) for row in rules("makers")}
_LONGEST = max(map(len, _KNOWN))
_DISTRIBUTORS = {tuple(row["written"].split()): row["also_makes"] == "yes" for row in rules("distributors")}
# A column cuts names off at 20 or 35 characters: so much of a first word is enough.
_SHORTEST_WORD = 4


@lru_cache(maxsize=1 << 16)
def read_maker(name: str | None) -> Maker | None:
    """A cleaned manufacturer name; None where it says nothing of the maker (nobody, a distributor of others' goods)."""
    parts = [] if name is None else [part for part in words(name) if _WORDS.get(part) != "legal"]
    if not parts:
        return None
    also_makes = _starting(_DISTRIBUTORS, parts)
    if also_makes is False:
        return None
    parts = _joined(parts)
    known = _starting(_KNOWN, parts)
    if known is None and len(parts) > 1:
        known = _starting(_KNOWN, _joined(parts[1:]))  # MEDTRONIC/COVIDIEN, J&J DEPUY: the name behind the first
    if known:
        return Maker(*known, is_sure=also_makes is None)
    return Maker(_first_words(parts), _first_words(parts), is_sure=also_makes is None)


def distributor_of(name: str | None) -> str | None:
    """The distributor that a cleaned name is, as distributors.csv writes it."""
    parts = [] if name is None else [part for part in words(name) if _WORDS.get(part) != "legal"]
    for length in range(min(len(parts), 4), 0, -1):
        if tuple(parts[:length]) in _DISTRIBUTORS:
            return " ".join(parts[:length])
    return None


def with_aliases(name: str | None, aliases: Mapping[str, str]) -> str | None:
    """A steward's word for a name, else the name."""
    return aliases.get(name, name) if name else None


def contradict(one: Maker | None, other: Maker | None) -> bool:
    """Both makers are sure, and of different owners."""
    return bool(one and other and one.is_sure and other.is_sure and one.owner != other.owner)


def same(one: Maker | None, other: Maker | None) -> bool:
    """Both are known and of one owner."""
    return bool(one and other and one.owner == other.owner)


def _starting(table: Mapping[tuple[str, ...], Found], parts: list[str]) -> Found | None:
    """What the longest known beginning of the words stands for."""
    for length in range(min(len(parts), _LONGEST), 0, -1):
        found = table.get(tuple(parts[:length]))
        if found is not None:
            return found
    return None


def _first_words(parts: list[str]) -> str:
    """The name of a maker that no rule knows: its first telling word, or two where the first is everybody's."""
    telling = [part for part in parts if part not in _WORDS] or parts
    if parts[0] in _WORDS or len(telling[0]) < _SHORTEST_WORD:
        return " ".join(parts[:2])
    return telling[0]
