"""Finds many strings in much text, however they are written: case, accents composed or not, escaped, as base64, as
digits only.

Belongs here: the forms of a string and the search. Not here: which strings (identifiers.py), or where (scan.py).
"""

import base64
import html
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

import numpy as np

from tests.privacy.identifiers import NAME_PARTS, Identifier

PREFIX = 4
# Base64 of fewer bytes has fewer than eight safe characters: it would be found in any hash.
SHORTEST_BASE64 = 8
# Compressed bytes are a lottery with a thousand million tickets: what is looked for there must be longer.
SHORTEST_BASE64_IN_PACKED = 12
DIGIT_RUN = re.compile(rb"(?<![0-9a-z])[0-9]{7,12}(?![0-9a-z])")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"\+?[0-9][0-9 ().-]*[0-9]")


class Needles:
    """Strings to look for. A part of a name and a city count only as whole words, everything else anywhere."""

    def __init__(self, identifiers: Iterable[Identifier]):
        self.identifiers = frozenset(identifiers)
        self._by_prefix: dict[bytes, list[tuple[bytes, Identifier]]] = defaultdict(list)
        self._numbers: dict[bytes, Identifier] = {}
        self._chance: set[bytes] = set()
        for identifier in self.identifiers:
            self._chance |= {form for form in _base64(identifier.value) if len(form) < SHORTEST_BASE64_IN_PACKED}
            for form in set(forms(identifier)):
                self._by_prefix[form[:PREFIX]].append((form, identifier))
            if digits := _digits(identifier.value):
                self._numbers |= {number.encode(): identifier for number in digits}
        prefixes = np.array([int.from_bytes(prefix, "little") for prefix in self._by_prefix], np.uint32)
        self._prefixes = np.sort(prefixes)
        self._begins = np.zeros(2**24, bool)
        self._begins[prefixes & 0xFFFFFF] = True

    def find(self, text: str, *, is_packed: bool = False) -> set[Identifier]:
        """The identifiers that stand in a text. In compressed bytes, whose content is looked through by itself, a part of a
        name and a short piece of base64 are found by chance and count for nothing."""
        folded = _fold(text)
        found = {self._numbers[run] for run in DIGIT_RUN.findall(folded) if run in self._numbers}
        for position in self._candidates(folded):
            for form, identifier in self._by_prefix[folded[position : position + PREFIX]]:
                if identifier in found or not folded.startswith(form, position):
                    continue
                if is_packed and (identifier.kind in NAME_PARTS or form in self._chance):
                    continue
                if identifier.kind not in NAME_PARTS or _is_word(folded, position, len(form)):
                    found.add(identifier)
        return found

    def _candidates(self, folded: bytes) -> Iterator[int]:
        """Where a form may begin: its first four bytes are there."""
        if len(folded) < PREFIX:
            return
        data = np.frombuffer(folded, np.uint8)
        three = data[:-3].astype(np.uint32) | data[1:-2].astype(np.uint32) << 8 | data[2:-1].astype(np.uint32) << 16
        places = np.flatnonzero(self._begins[three])
        four = three[places] | data[places + 3].astype(np.uint32) << 24
        yield from places[np.isin(four, self._prefixes)].tolist()


def forms(identifier: Identifier) -> Iterator[bytes]:
    """The ways to write a string that are looked for, folded as the text is."""
    value = unicodedata.normalize("NFC", identifier.value)
    once = json.dumps(value)[1:-1]
    written = {value, once, json.dumps(once)[1:-1], html.escape(value), quote(value), quote_plus(value)}
    if UUID.fullmatch(value.casefold()):
        written.add(value.replace("-", ""))
    if identifier.kind in ("name", "practitioner_name", "maiden_name") and " " in value:
        first, _, last = value.rpartition(" ")
        written |= {f"{last}, {first}", f"{last}^{first}", f"{last} {first}"}
    for digits in _digits(value):
        if len(digits) == 10:
            area, exchange, line = digits[:3], digits[3:6], digits[6:]
            written |= {f"{area}{gap}{exchange}{gap}{line}" for gap in "-. "} | {f"({area}) {exchange}-{line}"}
        if len(digits) == 9:
            written |= {f"{digits[:3]}{gap}{digits[3:5]}{gap}{digits[5:]}" for gap in "-. "}
    for form in written:
        yield _fold(form)
    yield from _base64(value)


def _base64(value: str) -> Iterator[bytes]:
    """The middle of the base64 of a text that holds the value: three alignments, the edges depend on neighbours."""
    for before in range(3):
        plain = b"\0" * before + value.encode()
        whole = base64.b64encode(plain[: len(plain) // 3 * 3])[4 if before else 0 :]
        if len(whole) >= SHORTEST_BASE64:
            yield whole.lower()
            yield whole.translate(bytes.maketrans(b"+/", b"-_")).lower()


def _digits(value: str) -> set[str]:
    """A telephone, tax or record number as digits only; without the country's 1 too."""
    if not NUMBER.fullmatch(value):
        return set()
    digits = re.sub(r"\D", "", value)
    numbers = {digits, digits[1:]} if len(digits) == 11 and digits.startswith("1") else {digits}
    return {number for number in numbers if 7 <= len(number) <= 12}


def _fold(text: str) -> bytes:
    return (
        text.lower().encode("utf-8", "replace")
        if text.isascii()
        else (unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).encode("utf-8", "replace"))
    )


def _is_word(text: bytes, start: int, length: int) -> bool:
    before, after = text[start - 1 : start] if start else b"", text[start + length : start + length + 1]
    return not any(neighbour.isalnum() or neighbour >= b"\x80" for neighbour in (before, after) if neighbour)
