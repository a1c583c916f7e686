"""A supplier's name as people type it, taken apart: the words that name it, its legal form, the names it trades under.

Belongs here: reading one name by the rules in rules/*.csv. Not here: how alike two names are (likeness.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mastering.rules import read_rules
from mastering.text import clean, without_accents

RULES = Path(__file__).parent / "rules"

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SupplierName:
    """words: what names it, abbreviations written out, without articles, legal form and codes. legal_form: its usual
    form, "" for none. trading: the words of further names (T/A, DBA, formerly). has_remittance_mark: REMIT TO and the like.
    """

    words: Words
    legal_form: str = ""
    trading: tuple[Words, ...] = ()
    has_remittance_mark: bool = False

    @property
    def key(self) -> str:
        """What two spellings of one name have in common."""
        return " ".join(self.words)


def _by_words(table: str, column: str) -> dict[Words, dict[str, str]]:
    return {tuple(row[column].replace("/", " / ").split()): row for row in read_rules(table, RULES)}


_LEGAL_FORMS = {words: row["same_as"] or row["form"] for words, row in _by_words("legal_forms", "form").items()}
_ABBREVIATIONS = {words: row["full"] for words, row in _by_words("abbreviations", "short").items()}
_MARKERS = {words: row["meaning"] for words, row in _by_words("name_markers", "marker").items()}
_WEAK = {row["word"] for row in read_rules("weak_words", RULES)}
_LONGEST = max(len(words) for words in (*_LEGAL_FORMS, *_ABBREVIATIONS, *_MARKERS))

# What stands last in a name, and is the first to be cut where the field is short.
_ENDS = [
    " ".join(words)
    for words in (*_LEGAL_FORMS, *(w for w, meaning in _MARKERS.items() if meaning in ("purpose", "status")))
]
_NARROWEST_FIELD = 28

_APOSTROPHE = re.compile(r"(?<=\w)['`](?=\w)")
_AMPERSAND = re.compile(r"\s*[&+]\s*")
# A long number run into a word is a word and a number: COUNCIL002.
_TOKEN = re.compile(r"[A-Z]{4,}(?=\d{3,}\b)|[0-9A-Z]+|/")
# A number that a ledger adds to a name: digits, or digits with letters that spell no word.
_CODE = re.compile(r"\d{4,}|[A-Z]{1,5}\d{3,}[A-Z]?|\d{2,}[A-Z]{1,3}\d*|\d[A-Z]\d+")
_LAST_CODE = re.compile(r"\d{3}")
_SHORTEST_PLURAL = 5


@lru_cache(maxsize=200_000)
def read_name(raw: str | None) -> SupplierName:
    """One name; its words are empty only where the text is (null words count as nothing)."""
    text = clean(raw)
    if text is None:
        return SupplierName(())
    written = _joined_initials(_TOKEN.findall(without_accents(_AMPERSAND.sub(" AND ", _APOSTROPHE.sub("", text)))))
    if len(text) >= _NARROWEST_FIELD:
        written = _without_cut_end(written)
    (first, *others), marks = _parted(written)
    words, form = _without_form(first)
    named = [_named(words), *(_named(_without_form(other)[0]) for other in others)]
    main = next((part for part in named if part), tuple(word for word in written if word != "/"))
    trading = tuple(part for part in named if part and part != main)
    return SupplierName(main, form, trading, "purpose" in marks)


def _without_cut_end(written: list[str]) -> list[str]:
    """The words without a last one, or two, that begin a legal form or a mark which the field had no room for."""
    for start in range(max(1, len(written) - _LONGEST), len(written)):
        if tuple(written[start:]) in _LEGAL_FORMS:
            break
        end = " ".join(written[start:])
        if any(known != end and known.startswith(end) for known in _ENDS):
            return written[:start]
    return written


def _parted(written: list[str]) -> tuple[list[list[str]], set[str]]:
    """The runs of words between marks of another trading name, and the kinds of marks; what follows C/O is left out."""
    parts: list[list[str]] = [[]]
    marks: set[str] = set()
    place = 0
    while place < len(written):
        length, meaning = _longest(written, place, _MARKERS)
        # A mark stands between words, or after them all: OLD and USE can begin a name.
        if meaning is None or not parts[0]:
            parts[-1].append(written[place])
            place += 1
            continue
        marks.add(meaning)
        if meaning == "care_of":
            break
        if meaning == "trading" and parts[-1]:
            parts.append([])
        place += length
    return [[word for word in part if word != "/"] for part in parts], marks


def _longest(written: Sequence[str], place: int, rules: dict[Words, str]) -> tuple[int, str | None]:
    """The longest rule that the words from `place` on are: its length and what it says."""
    for length in range(min(_LONGEST, len(written) - place), 0, -1):
        found = rules.get(tuple(written[place : place + length]))
        if found is not None:
            return length, found
    return 0, None


def _joined_initials(written: Sequence[str]) -> list[str]:
    """U S A as USA; a single letter alone stays."""
    joined: list[str] = []
    run = ""
    for word in (*written, ""):
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        joined += [part for part in (run, word) if part]
        run = ""
    return joined


def _without_form(written: list[str]) -> tuple[list[str], str]:
    """The name without the legal forms at its end, and at its beginning where a ledger has put the last word first."""
    kept, forms = list(written), list[str]()
    # A ledger's number stands after the form.
    if len(kept) > 2 and kept[-1].isdigit() and (kept[-2],) in _LEGAL_FORMS:
        kept.pop()
    while len(kept) > 1:
        start = next(
            (n for n in range(max(1, len(kept) - _LONGEST), len(kept)) if tuple(kept[n:]) in _LEGAL_FORMS), None
        )
        if start is None:
            break
        forms.insert(0, _LEGAL_FORMS[tuple(kept[start:])])
        del kept[start:]
    while len(kept) > 1 and kept[0] in _FIRST_FORMS:
        forms.append(_LEGAL_FORMS[(kept.pop(0),)])
    return kept, " ".join(forms)


# Forms that mean nothing else, so that they are forms wherever they stand.
_FIRST_FORMS = {"LTD", "LIMITED", "PLC", "LLC", "LLP", "INC", "GMBH", "SARL", "SRL", "BV"}


def _named(written: Sequence[str]) -> Words:
    """Abbreviations written out, one number (no plural), no article; codes of a ledger left out where words remain."""
    full: list[str] = []
    place = 0
    while place < len(written):
        length, meaning = _longest(written, place, _ABBREVIATIONS)
        full += (meaning or _singular(written[place])).split()
        place += max(length, 1)
    words = [word for word in full if word not in _WEAK] or full
    named = [word for word in words if not _CODE.fullmatch(word)]
    if named and _LAST_CODE.fullmatch(named[-1]):
        named.pop()
    # One word beside its number is a name: CATCH 22, STUDIO 1000.
    return tuple(named if len(named) > 1 else words)


def _singular(word: str) -> str:
    if len(word) >= _SHORTEST_PLURAL and word.endswith("S") and not word.endswith(("SS", "US", "IS")):
        return _ABBREVIATIONS.get((word[:-1],), word[:-1])
    return word
