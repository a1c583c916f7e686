"""Numbers that name a thing in the whole world: GTIN, UDI (GS1, HIBCC, ICCBBA), NDC, GLN, SSCC; read, or refused aloud.

Belongs here: form, check digits, and the damage that spreadsheets and number columns do. Not here: part numbers, which
mean something only with their maker (items/part_numbers.py).
Sources: GS1 General Specifications 3.2 and 7.9, HIBC SLS 2.6, ISBT 128 for medical devices, 21 CFR 207.33 (NDC).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

GTIN_LENGTHS = (8, 11, 12, 13, 14)  # 11: a UPC whose leading zero a number column dropped


@dataclass(frozen=True, slots=True)
class Identifier:
    """A valid identifier. value: normal form (GTIN 14 digits, NDC 11 digits, HIBCC labeler and product).

    core: what packagings of one product usually share (GTIN without level and check digit; else the value). level: GTIN
    packaging indicator, "0" the base. The rest is of the single production run, as far as a UDI says it.
    """

    kind: str
    value: str
    core: str
    level: str = "0"
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None
    made_on: date | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a raw value is not taken: `kind` for counting, `detail` for a reader."""

    kind: str
    detail: str


Reading = Identifier | Unreadable

_NOISE = re.compile(r"[\s\-]+")
_SCIENTIFIC = re.compile(r"^(\d)(?:[.,](\d*))?E\+?(\d+)$")
_NDC_PARTS = re.compile(r"^(\d{4,6})[-*](\d{3,4})[-*](\d{1,2})$")
_GS1_ELEMENT = re.compile(r"\((\d{2,4})\)([^(]*)")
_SEPARATORS = re.compile(r"\x1d|<GS>|\{GS\}|<FNC1>|\|")
_SYMBOLOGY = re.compile(r"^(\][A-Za-z]\d)?\x1d?")
_HIBCC = re.compile(r"^\+([A-Z][0-9A-Z]{3})([0-9A-Z]{1,18})([0-9])$")
_HIBCC_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_ICCBBA = re.compile(r"^=/([A-Z0-9]{5})([A-Z0-9]{6})([A-Z0-9]{5})(?=$|[=&])")
# GS1 application identifiers of fixed length that may stand in a UDI; what is not here runs to the next separator.
_FIXED_LENGTHS = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
_VARIABLE = ("10", "21", "22", "30", "37", "235", "240", "241", "242", "243", "250", "251")


def read_identifier(raw: str, kind: str | None = None) -> Reading:
    """One raw value of a source. kind (GTIN, UDI, NDC, HIBCC, GLN, SSCC) settles only what its form leaves open."""
    text = raw.strip().upper()
    if text.startswith(("+", "*+")):
        return read_hibcc(text)
    if text.startswith("="):
        return _read_iccbba(text)
    if kind == "NDC" or (kind is None and _NDC_PARTS.match(text)):
        return read_ndc(text)
    is_long = len(_NOISE.sub("", text)) >= 16 and kind != "SSCC" and not _SCIENTIFIC.match(text)
    if is_long or text.startswith(("(", "]")) or _SEPARATORS.search(text):
        return read_udi(text)
    if kind in ("GLN", "SSCC"):
        return _read_checked(kind, text, 13 if kind == "GLN" else 18)
    return read_gtin(text)


def check_digit(digits: str) -> str:
    """GS1's check digit of the digits before it: weights 3 and 1 from the right, to the next ten."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def read_gtin(raw: str) -> Reading:
    """GTIN-8, 12, 13 or 14, also without its leading zeros or with a spreadsheet's `.0`, as 14 digits."""
    digits = _digits(raw)
    if isinstance(digits, Unreadable):
        return digits
    if len(digits) not in GTIN_LENGTHS:
        return Unreadable("GTIN_LENGTH", f"{len(digits)} digits; a GTIN has 8, 12, 13 or 14")
    gtin = digits.zfill(14)
    if len(set(gtin.lstrip("0"))) < 2:
        return Unreadable("GTIN_PLACEHOLDER", "one digit over and over names nothing")
    if check_digit(gtin[:-1]) != gtin[-1]:
        return Unreadable("GTIN_CHECK_DIGIT", f"ends in {gtin[-1]}; its check digit would be {check_digit(gtin[:-1])}")
    return Identifier("GTIN", gtin, gtin[1:13], gtin[0])


def read_udi(raw: str) -> Reading:
    """A GS1 element string, with its application identifiers in parentheses or raw with separators; its GTIN (01)."""
    text = _SYMBOLOGY.sub("", raw.strip().upper())
    elements: dict[str, str] | None = dict(_GS1_ELEMENT.findall(text)) if text.startswith("(") else _raw_elements(text)
    if not elements or "01" not in elements:
        return Unreadable("UDI_FORM", "no GS1 element string with a GTIN (01)")
    gtin = read_gtin(elements["01"])
    if isinstance(gtin, Unreadable):
        return gtin
    count = elements.get("30", elements.get("37", "")).strip()
    return Identifier(
        "GTIN", gtin.value, gtin.core, gtin.level,
        lot=elements.get("10", "").strip() or None, serial=elements.get("21", "").strip() or None,
        expires_on=_day(elements.get("17", "")), made_on=_day(elements.get("11", "")),
        count=int(count) if count.isdigit() else None,
    )  # fmt: skip


def read_hibcc(raw: str) -> Reading:
    """`+` labeler (4) product (1 to 18) unit of measure (1), any secondary data after `/`, check character (mod 43)."""
    text = raw.strip().upper().strip("*")
    body, check = text[:-1], text[-1]
    if any(character not in _HIBCC_CHARACTERS for character in text):
        return Unreadable("HIBCC_FORM", "a character outside the HIBC set")
    expected = _HIBCC_CHARACTERS[sum(map(_HIBCC_CHARACTERS.index, body)) % 43]
    if check != expected:
        return Unreadable("HIBCC_CHECK_CHARACTER", f"ends in {check}; its check character would be {expected}")
    primary = _HIBCC.match(body.split("/", 1)[0])
    if primary is None:
        return Unreadable("HIBCC_FORM", "no labeler, product and unit of measure after the +")
    labeler, product, unit = primary.groups()
    return Identifier("HIBCC", labeler + product, labeler + product, unit)


def read_ndc(raw: str) -> Reading:
    """An NDC as 11 digits (5-4-2). Ten digits without hyphens could be three numbers: refused."""
    text = raw.strip().upper()
    parts = _NDC_PARTS.match(text)
    if parts:
        labeler, product, package = parts.groups()
        lengths = (len(labeler), len(product), len(package))
        if lengths == (6, 4, 2) and labeler.startswith("0"):
            labeler = labeler[1:]
        elif lengths not in ((4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)):
            return Unreadable("NDC_FORM", f"{lengths[0]}-{lengths[1]}-{lengths[2]} is no NDC")
        ndc = labeler.zfill(5) + product.zfill(4) + package.zfill(2)
        return Identifier("NDC", ndc, ndc[:9])
    digits = _digits(text)
    if isinstance(digits, Unreadable):
        return Unreadable(digits.kind.replace("GTIN", "NDC"), digits.detail)
    if len(digits) == 11 and int(digits):
        return Identifier("NDC", digits, digits[:9])
    if len(digits) == 10:
        return Unreadable("NDC_AMBIGUOUS", "ten digits without hyphens: 4-4-2, 5-3-2 or 5-4-1, or a leading zero lost")
    return Unreadable("NDC_FORM", f"{len(digits)} digits; an NDC has ten with hyphens, or eleven")


def _read_checked(kind: str, raw: str, length: int) -> Reading:
    digits = _digits(raw)
    if isinstance(digits, Unreadable):
        return Unreadable(digits.kind.replace("GTIN", kind), digits.detail)
    digits = digits.zfill(length)
    if len(digits) != length:
        return Unreadable(f"{kind}_LENGTH", f"{len(digits)} digits; a {kind} has {length}")
    if check_digit(digits[:-1]) != digits[-1] or not int(digits):
        return Unreadable(
            f"{kind}_CHECK_DIGIT", f"ends in {digits[-1]}; its check digit would be {check_digit(digits[:-1])}"
        )
    return Identifier(kind, digits, digits)


def _read_iccbba(text: str) -> Reading:
    match = _ICCBBA.match(text)
    if match is None:
        return Unreadable("ICCBBA_FORM", "no processor, product and description code after =/")
    return Identifier("ICCBBA", "".join(match.groups()), "".join(match.groups()))


def _digits(raw: str) -> str | Unreadable:
    """Digits of a value that a number column or a spreadsheet may have touched."""
    text = raw.strip().upper().lstrip("'")
    scientific = _SCIENTIFIC.match(text)
    if scientific:
        whole, decimals, exponent = str(scientific[1]), str(scientific[2] or ""), int(scientific[3])
        if len(decimals) < exponent:
            return Unreadable("SPREADSHEET_ROUNDED", "a spreadsheet rounded the number: its last digits are lost")
        text = whole + decimals[:exponent]
    text = _NOISE.sub("", text.removesuffix(".00").removesuffix(".0"))
    if not text.isascii() or not text.isdigit():
        return Unreadable("GTIN_FORM", "letters or signs where only digits may stand")
    return text


def _raw_elements(text: str) -> dict[str, str] | None:
    """Element strings without parentheses: fixed lengths as GS1 sets them, the others to the next separator."""
    elements: dict[str, str] = {}
    for part in _SEPARATORS.split(text.replace(" ", "")):
        rest = part
        while rest:
            found = next((ai for ai in (rest[:2], rest[:3]) if ai in _FIXED_LENGTHS or ai in _VARIABLE), None)
            if found is None:
                return elements or None
            end = len(found) + _FIXED_LENGTHS.get(found, len(rest))
            elements[found] = rest[len(found) : end]
            rest = rest[end:]
    return elements


def _day(digits: str) -> date | None:
    """YYMMDD of this century (UDI began in 2013); day 00 is the month's last."""
    if len(digits) != 6 or not digits.isdigit():
        return None
    year, month, day = 2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
