"""What a description says of a product: measures with their units, qualities such as side and sterility, codes, words.

Belongs here: reading one description. Not here: what is kept of it (reading.py), comparing two (comparison.py), what a word
means (vocabulary.py).
A family nobody has written rules for is read too: any number with a unit is a measure, any bare number a size of sorts,
any token of letters and digits a code.
"""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from mastering.items.packagings import split_packagings
from mastering.items.reading import NOTHING, Description, Measure
from mastering.items.vocabulary import (
    ABBREVIATIONS,
    CODES,
    CONTEXTS,
    NUMBER_WORDS,
    PHRASES,
    PLAIN_WORDS,
    QUALITIES,
    UNITS,
    meaning_in,
)
from mastering.text import without_accents

BARE = "bare"
SUTURE = "suture"
# Where systems cut descriptions off: what ends there without a unit may be half of something.
WIDTHS = frozenset((30, 35, 40, 50, 60, 80))
EMBEDDED_LENGTH = 5
SPELLED_LENGTH = 6
_NON = sorted("NON")
_LONG_WORDS = sorted(word for word in QUALITIES.keys() | CONTEXTS.keys() if len(word) >= SPELLED_LENGTH)


_NUMBER = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+[ -]\d{1,2}/(?:2|4|8|16|32|64)(?!\d)|\d{1,2}/(?:2|4|8|16|32|64)(?!\d)"
    r"|\d+,\d{1,2}(?=\s?(?:MM|CM|ML|CC|FR|MG)\b)|\d*\.\d+|\d+"
)
_UNIT_WORDS = "|".join(re.escape(word) for word in sorted(UNITS, key=len, reverse=True))
_NUMBER_WORDS = "|".join(re.escape(word) for word in sorted(NUMBER_WORDS, key=len, reverse=True))
# In this order at every place: a suture size, a ratio, a number with the word before it and the unit after it, anything else.
_SCAN = re.compile(
    r"(?P<suture>(?<![\d.A-Z-])\d{1,2}[-/]0(?![\d.A-Z]))"
    r"|(?P<ratio>(?<![\d.])1:\d[\d,]*)"
    rf"|(?:(?<![A-Z])(?P<word>{_NUMBER_WORDS})[\s.:=#]*)?(?(word)|(?<![A-Z0-9.,]))(?P<number>(?:(?<=[\s=:])[+-])?(?:{_NUMBER}))"
    # 1 V-20 is size 1 and a needle, no volt.
    rf"(?:[\s-]?(?P<unit>{_UNIT_WORDS})(?![A-Z0-9])(?!(?<=\s[A-Z])-\d)"
    r"(?:\s?/\s?(?P<per>\d*\.?\d*)\s?(?P<per_unit>ML|L|CC|G|HR|ACT|TAB|DOSE)(?![A-Z]))?|(?![A-Z0-9/]|-[A-Z0-9]))"
    r"|(?P<token>[A-Z0-9Ø][A-Z0-9./'-]*)"
)
# 3.5X38MM, 4"X4": the X between numbers gets its blanks, so that both are numbers.
_BY = re.compile(r"((?:\d|[\"'])\s?(?:MM|CM|IN|INCH|FT|YD|FR|GA|F|G|MG)?)\s?[X*]\s?(?=\.?\d)")
# CONTROL,LVL 2,1 ML: a house style that parts its words by commas has none in its numbers.
_PARTED_BY_COMMA, _COMMA_OF_NUMBERS = re.compile(r"[A-Z],(?=\S)"), re.compile(r"(?<=\d),(?=\d)")
LEAST_COMMAS = 2
# W/BORDER, W/ BORDER; W/O is a word of its own.
_WITH = re.compile(r"(?<![A-Z0-9])W/(?!O(?![A-Z]))")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_VOLUMES = {"ML": 1.0, "CC": 1.0, "L": 1000.0}


def read_description(text: str | None) -> Description:
    """A cleaned description (text.clean) read; NOTHING of none."""
    if not text:
        return NOTHING
    text = without_accents(text)
    rest, packagings = split_packagings(text)
    if len(_PARTED_BY_COMMA.findall(rest)) >= LEAST_COMMAS:
        rest = _COMMA_OF_NUMBERS.sub(", ", rest)
    rest = _WITH.sub("WITH ", _BY.sub(r"\1 X ", rest))
    matches = list(_SCAN.finditer(rest))
    # What a comma or a packaging follows is whole.
    is_cut = (
        len(text) in WIDTHS
        and bool(matches)
        and text.rstrip("./-").endswith(matches[-1][0].rstrip("./-"))
        and _may_be_cut(matches[-1])
    )
    if is_cut:
        matches.pop()
    tokens: list[str] = []
    codes: set[str] = set()
    for match in matches:
        if match["token"] not in (None, "X"):
            _read_token(match["token"], tokens, codes)
    contexts = _contexts(tokens)
    words = _joined([meaning_in(ABBREVIATIONS.get(token), contexts) or _spelled(token) for token in tokens])
    measures, shapes, numbers = _measures(rest, matches, contexts)
    qualities, negated = _qualities(words, codes, contexts)
    numbers |= {code for code in codes if len(code) > EMBEDDED_LENGTH}
    return Description(
        tuple(measures), shapes, qualities, frozenset(negated), frozenset(codes - numbers), frozenset(numbers),
        tuple(words), contexts, packagings, is_cut,
    )  # fmt: skip


def _may_be_cut(last: re.Match[str]) -> bool:
    """A number without its unit, a code, or a word that no rule knows, where a column ends."""
    token = last["token"]
    if token is None:
        return last["unit"] is None
    word = _NOT_ALPHANUMERIC.split(token)[-1]
    return len(word) < 2 or not (word in ABBREVIATIONS or word in CONTEXTS or word in PLAIN_WORDS)


def _read_token(token: str, tokens: list[str], codes: set[str]) -> None:
    token = token.rstrip(".'-/").removesuffix("'S")
    if token in ABBREVIATIONS:
        tokens.append(token)
    elif any(letter.isdigit() for letter in token):
        codes.add(_NOT_ALPHANUMERIC.sub("", token))
    else:
        tokens += [part for part in _NOT_ALPHANUMERIC.split(token) if part]


def _contexts(tokens: list[str]) -> frozenset[str]:
    found: list[tuple[str, str]] = []
    for token in tokens:
        known = CONTEXTS.get(token) or CONTEXTS.get(ABBREVIATIONS.get(token, {}).get("", ""), {})
        found += known.items()
    said = {context for context, _ in found}
    return frozenset(context for context, unless in found if unless not in said)


def _joined(words: list[str]) -> list[str]:
    """Two words that are one: NON STERILE, X LARGE."""
    joined: list[str] = []
    for word in words:
        phrase = PHRASES.get((joined[-1], word)) if joined else None
        if phrase:
            joined[-1] = phrase
        else:
            joined.append(word)
    return joined


@lru_cache(maxsize=1 << 16)
def _spelled(word: str) -> str:
    """The word, or the one word of the rules that it misspells by a letter (STEIRLE, CUUFFED); ONN before STERILE is NON."""
    if sorted(word) == _NON:
        return "NON"
    if len(word) < SPELLED_LENGTH or word in QUALITIES or word in CONTEXTS:
        return word
    found = [known for known in _LONG_WORDS if OSA.distance(word, known, score_cutoff=1) <= 1]
    return found[0] if len(found) == 1 else word


def _qualities(
    words: list[str], codes: set[str], contexts: frozenset[str]
) -> tuple[dict[str, frozenset[str]], set[str]]:
    """Values by attribute, and the beginnings of words that are denied (NON-WOVEN, DEHP FREE)."""
    values: dict[str, set[str]] = {}
    negated = set()
    for place, word in enumerate(words):
        quality = meaning_in(QUALITIES.get(word), contexts)
        if quality:
            values.setdefault(quality.attribute, set()).add(quality.value)
        elif word in ("NON", "WITHOUT", "NO") and place + 1 < len(words):
            negated.add(words[place + 1][:5])
        elif word == "FREE" and place:
            negated.add(words[place - 1][:5])
    for code in codes:
        attribute = meaning_in(CODES.get(code.rstrip("0123456789")), contexts)
        if attribute:
            values.setdefault(attribute, set()).add(code)
    return {attribute: frozenset(found) for attribute, found in values.items()}, negated


def _measures(
    text: str, matches: list[re.Match[str]], contexts: frozenset[str]
) -> tuple[list[Measure], tuple[tuple[Measure, ...], ...], set[str]]:
    """Measures in order, those joined by X together, and long bare numbers, which are nobody's size."""
    shapes: list[list[Measure]] = []
    numbers: set[str] = set()
    end_before = -1
    for match in matches:
        if match["token"]:
            continue
        if match["number"] and match["unit"] is None and match["word"] is None and _is_long(match["number"]):
            numbers.add(match["number"].lstrip("0"))
            continue
        measure = _measure(match, contexts)
        if end_before >= 0 and text[end_before : match.start()].strip() == "X":
            shapes[-1].append(measure)
        else:
            shapes.append([measure])
        end_before = match.end()
    joined = tuple(tuple(map(_in_shape, shape)) for shape in shapes if len(shape) > 1)
    measures = [measure for shape in shapes for measure in (map(_in_shape, shape) if len(shape) > 1 else shape)]
    if SUTURE in contexts:
        _name_suture_size(measures)
    return measures, joined, numbers


def _in_shape(measure: Measure) -> Measure:
    """In AxB a bare number is a length, of whatever unit (.014X180CM is 0.014 IN), and G is no mass."""
    if measure.role == BARE:
        return measure._replace(role="length")
    if measure.role == "mass" and measure.unit == "G":
        return Measure("gauge", "GA", measure.number, measure.number)
    return measure


def _is_long(number: str) -> bool:
    return number.isdigit() and (len(number) >= EMBEDDED_LENGTH or (number[0] == "0" and len(number) > 2))


def _name_suture_size(measures: list[Measure]) -> None:
    """SUT VICRYL 0 CT-1: the first small bare number is the size, where none is written as one."""
    if not any(measure.role == SUTURE for measure in measures):
        for place, measure in enumerate(measures):
            if measure.role == BARE and measure.number in (0, 1, 2, 3, 4, 5):
                measures[place] = measure._replace(role=SUTURE, unit="USP")
                return


def _measure(match: re.Match[str], contexts: frozenset[str]) -> Measure:
    if match["suture"]:
        zeros = int(match["suture"][:-2])
        size = float(0 if zeros == 1 else -zeros)
        return Measure(SUTURE, "USP", size, size)
    if match["ratio"]:
        ratio = float(match["ratio"][2:].replace(",", ""))
        return Measure("ratio", "1:", ratio, ratio)
    number = _number(match["number"])
    unit = meaning_in(UNITS.get(match["unit"]), contexts) if match["unit"] else None
    if unit and match["per_unit"]:
        per = match["per_unit"]
        volume = float(match["per"] if match["per"] not in ("", ".") else 1) * _VOLUMES.get(per, 1.0)
        base = number * unit.factor / volume if volume else number
        return Measure(f"{unit.role} per {'ML' if per in _VOLUMES else per}", "", base, base)
    if unit:
        return Measure(unit.role, unit.unit, number, number * unit.factor)
    role = meaning_in(NUMBER_WORDS.get(match["word"]), contexts) if match["word"] else match["unit"] or BARE
    return Measure(role or BARE, "", number, number)


def _number(text: str) -> float:
    """1 1/2, 1-1/2, 3/8, 1,000, 3,5, .035"""
    sign = -1.0 if text[0] == "-" else 1.0
    text = text.lstrip("+-")
    if "/" in text:
        *whole, fraction = re.split("[ -]", text)
        above, below = fraction.split("/")
        return sign * ((float(whole[0]) if whole else 0.0) + int(above) / int(below))
    if re.fullmatch(r"\d+,\d{1,2}", text):
        return sign * float(text.replace(",", "."))
    return sign * float(text.replace(",", ""))
