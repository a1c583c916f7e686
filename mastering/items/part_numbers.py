"""A maker's part number as one text, however a source writes it.

Belongs here: punctuation, leading zeros, distributors' prefixes (distributor_prefixes.csv), spreadsheet damage, and numbers
that are not the maker's. Not here: whether two numbers name one item (decide.py).
"""

import re

from mastering.identifiers import Unreadable
from mastering.items.vocabulary import rules
from mastering.text import alphanumeric

SHORTEST = 3
_PREFIXES: dict[str, list[str]] = {}
for _row in rules("distributor_prefixes"):
    _PREFIXES.setdefault(_row["distributor"], []).append(_row["prefix"])
_ROUNDED = re.compile(r"^\d(?:[.,]\d+)?E\+\d+$")
_DATE = re.compile(
    r"^\d{1,2}-(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)$|^(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)-\d{1,2}$"
)


def read_part_number(text: str, own_number: str, distributors: tuple[str, ...] = ()) -> str | Unreadable:
    """A cleaned part number in normal form, or why it is none.

    own_number: the source's own item number, which some type where the maker's belongs. distributors: those the record
    names (distributors.csv): what they put before a maker's number goes.
    """
    if _ROUNDED.match(text):
        return Unreadable("PART_NUMBER_ROUNDED", "a spreadsheet rounded the number")
    if _DATE.match(text):
        return Unreadable("PART_NUMBER_DATE", "a spreadsheet made a date of the number")
    number = alphanumeric(text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text)
    for distributor in distributors:
        for prefix in _PREFIXES.get(distributor, ()):
            if number.startswith(prefix) and len(number) - len(prefix) >= SHORTEST:
                number = number.removeprefix(prefix)
                break
    number = number.lstrip("0")
    if len(number) < SHORTEST:
        return Unreadable("PART_NUMBER_SHORT", f"fewer than {SHORTEST} characters")
    if number == alphanumeric(own_number.upper()).lstrip("0"):
        return Unreadable("PART_NUMBER_OWN", "the source's own item number")
    return number
