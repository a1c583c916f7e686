"""Whether what two descriptions have in common leaves open which of a maker's brands they are of.

TROCAR BLUNT 8X75MM says no brand: of a maker with two brands of blunt trocars it may be either, though only one of them is
there in 8 by 75.
Belongs here: brands (blocking.find_keys) within one maker's words. Not here: any other rule about text (decide.py).
"""

from functools import cache

import duckdb

from mastering.items.reading import from_json


class Brands:
    """The brands of each maker, and the ways its records are worded (tables brand and scored)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._brands: dict[str, set[str]] = {}
        self._worded: dict[tuple[str, str], list[frozenset[str]]] = {}
        for word, maker in connection.execute("SELECT word, maker FROM brand").fetchall():
            self._brands.setdefault(maker, set()).add(word)
        worded = "SELECT DISTINCT maker, all_words FROM scored WHERE maker IS NOT NULL AND all_words <> '' ORDER BY ALL"
        for maker, all_words in connection.execute(worded).fetchall():
            words = frozenset(all_words.split())
            for word in words:
                self._worded.setdefault((maker, word), []).append(words)
        self._are_several = cache(self._find_several)

    def leave_open(self, maker: str | None, left: str, right: str) -> bool:
        """Whether two readings of one maker's share no brand, and their common words stand with several of its brands."""
        if maker is None:
            return True
        common = frozenset(from_json(left).words) & frozenset(from_json(right).words)
        common = frozenset(word for word in common if (maker, word) in self._worded)
        brands = self._brands.get(maker, set())
        return not common & brands and self._are_several(maker, common)

    def _find_several(self, maker: str, common: frozenset[str]) -> bool:
        if not common:
            return True
        rarest = min((self._worded[maker, word] for word in common), key=len)
        brands, seen = self._brands.get(maker, set()), None
        is_part = False
        for words in rarest:
            is_part = is_part or common < words
            if common <= words and words & brands:
                seen = words & brands if seen is None else seen & words
                if not seen:
                    return True
        # Words that the maker's fuller descriptions never use (BLD COLL of blood collection) tell of none of its brands.
        return not is_part and len(brands) > 1
