"""How many come together: BX/50, 10/PK, CS OF 200, "pack of 10". A packaging of an item, not an attribute of it.

Belongs here: finding the phrase and taking it out of the description. Not here: whether two packagings are one item's.
"""

import re
from typing import NamedTuple

from mastering.items.vocabulary import PACKAGINGS

_UNITS = "|".join(sorted(PACKAGINGS, key=len, reverse=True))
# CT is a needle too: it counts only after a slash, or after a number of at least two (VICRYL 0 CT-1 has no carton).
_PHRASE = re.compile(
    rf"(?<![\d./-])(?P<a>\d{{1,5}})\s?(?:EA|CT|PCS?)?\s?(?:/|PER)\s?(?P<ua>{_UNITS})\b(?!-)"
    rf"|\b(?P<ub>{_UNITS})\s?(?:OF|/|\()\s?(?P<b>\d{{1,5}})(?![\d.]|\s?(?:MM|CM|IN|ML|CC|MG|FR)\b)\)?"
    rf"|\b(?P<uc>BX|BOX|CS|CASE|PK|PKG|CTN)\s?(?P<c>[2-9]|\d{{2,5}})(?![\d.X/-]|\s?(?:MM|CM|IN|ML|CC|MG|FR)\b)"
    r"|(?<![\d./-])(?P<d>[2-9]|\d{2,5})[ -]?(?P<ud>CT|COUNT|PACK|PK)\b(?!-)"
)


class Packaging(NamedTuple):
    """So many of the item's own unit in one of these."""

    unit: str
    quantity: int


def split_packagings(text: str) -> tuple[str, tuple[Packaging, ...]]:
    """The cleaned description without its packaging phrases, and what they say."""
    found = []
    for match in _PHRASE.finditer(text):
        groups = match.groupdict()
        place = next(letter for letter in "abcd" if groups[letter] is not None)
        found.append(Packaging(PACKAGINGS.get(groups["u" + place], "EA"), int(groups[place])))
    return (_PHRASE.sub(" ", text), tuple(found)) if found else (text, ())
