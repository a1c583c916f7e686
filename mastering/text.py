"""How any text is made comparable: one Unicode form, upper case, single blanks, and nothing where nothing was meant.

Belongs here: what is true of names, part numbers and descriptions alike. Not here: what a word means (the rules of
items and of suppliers).
"""

import re
import unicodedata

from mastering.rules import read_rules

NULL_WORDS = frozenset(row["word"] for row in read_rules("null_words"))

# NFKC would write 1½ as 11/2 and glue TM to a brand; other characters stand where a keyboard's plain one was meant.
_PLAIN = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "−": "-",
        "‐": "-",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "″": '"',
        "×": "X",
        "µ": "U",
        "μ": "U",
    }
    | {
        "™": " ",
        "®": " ",
        "©": " ",
        "½": " 1/2",
        "¼": " 1/4",
        "¾": " 3/4",
        "⅛": " 1/8",
        "⅜": " 3/8",
        "⅝": " 5/8",
        "⅞": " 7/8",
    }
)
_BLANKS = re.compile(r"\s+")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")


def clean(value: str | None) -> str | None:
    """NFKC, upper case, single blanks; None for nothing, blanks and null words such as N/A, NONE, TBD, 0."""
    if not value:
        return None
    text = value if value.isascii() else unicodedata.normalize("NFKC", value.translate(_PLAIN))
    text = _BLANKS.sub(" ", text.upper()).strip()
    return None if not text or text in NULL_WORDS else text


def without_accents(text: str) -> str:
    """É as E: what one system can write and another cannot."""
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def alphanumeric(text: str) -> str:
    """Digits and letters A to Z of cleaned text, nothing between them."""
    return _NOT_ALPHANUMERIC.sub("", without_accents(text))


def words(text: str) -> list[str]:
    """The runs of digits and letters of cleaned text, in order."""
    return _NOT_ALPHANUMERIC.sub(" ", without_accents(text)).split()
