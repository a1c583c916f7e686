"""Identifiers: what is right is read in every way it is written, what is wrong is refused with its reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.identifiers import Identifier, Unreadable, check_digit, read_identifier


def read(raw: str, kind: str | None = None) -> Identifier:
    found = read_identifier(raw, kind)
    assert isinstance(found, Identifier), found
    return found


def refused(raw: str, kind: str | None = None) -> str:
    found = read_identifier(raw, kind)
    assert isinstance(found, Unreadable), found
    return found.kind


@pytest.mark.parametrize(
    "raw",
    [
        # 0 3600029145 2 is GS1's own example of a UPC-A: 3*(0+6+0+2+1+5) + (3+0+0+9+4) = 42 + 16 = 58, to 60 is 2.
        "036000291452", "36000291452", "0036000291452", "00036000291452", "36000291452.0", "0-36000-29145-2", "'036000291452",
        "3.6000291452E+10", "(01)00036000291452(17)280815(10)L19773", "010003600029145217280815\x1d10L19773",
    ],
)  # fmt: skip
def test_one_gtin_in_the_ways_it_is_written(raw: str) -> None:
    found = read(raw, None)
    assert (found.kind, found.value, found.core, found.level) == ("GTIN", "00036000291452", "003600029145", "0")


def test_a_case_of_it_has_its_level_and_shares_its_core() -> None:
    case = "1003600029145" + check_digit("1003600029145")
    assert (read(case).core, read(case).level) == ("003600029145", "1")


@pytest.mark.parametrize(
    ("raw", "kind", "why"),
    [
        ("036000291453", None, "GTIN_CHECK_DIGIT"),
        ("8.10110E+11", None, "SPREADSHEET_ROUNDED"),
        ("8,1E+11", "GTIN", "SPREADSHEET_ROUNDED"),
        ("12345", None, "GTIN_LENGTH"),
        ("00000000000000", None, "GTIN_PLACEHOLDER"),
        ("ABC", "GTIN", "GTIN_FORM"),
        ("0100036000291453", None, "GTIN_CHECK_DIGIT"),
        ("(10)L19773", "UDI", "UDI_FORM"),
        ("+A123BJC5D6E71H", None, "HIBCC_CHECK_CHARACTER"),
        ("=/A9999", None, "ICCBBA_FORM"),
        ("0002821501", "NDC", "NDC_AMBIGUOUS"),
        ("2-8215-01", "NDC", "NDC_FORM"),
        ("1234", "GLN", "GLN_CHECK_DIGIT"),
    ],
)
def test_what_is_wrong_says_why(raw: str, kind: str | None, why: str) -> None:
    assert refused(raw, kind) == why


def test_a_udi_says_what_it_knows_of_the_production() -> None:
    expected = Identifier(
        "GTIN", "00036000291452", "003600029145", "0", "A1", "S9", date(2028, 2, 29), date(2026, 8, 15), 5
    )
    assert read("(01)00036000291452(11)260815(17)280200(10)A1(21)S9(30)5") == expected
    assert read("]d201000360002914521126081517280200" + "10A1\x1d21S9\x1d305", "UDI") == expected


def test_hibcc_and_iccbba() -> None:
    # The standard's own example: labeler A123, product BJC5D6E7, unit of measure 1, check character G.
    assert read("*+A123BJC5D6E71G*") == Identifier("HIBCC", "A123BJC5D6E7", "A123BJC5D6E7", "1")
    assert read("=/A9999XYZ100T0944=,000025=A99971312345600").value == "A9999XYZ100T0944"


@pytest.mark.parametrize(
    ("raw", "eleven"),
    [
        ("0002-8215-01", "00002821501"), ("50580-449-10", "50580044910"), ("12345-6789-1", "12345678901"),
        ("00002-8215-01", "00002821501"), ("00002821501", "00002821501"), ("000002-8215-01", "00002821501"),
    ],
)  # fmt: skip
def test_ndc_in_eleven_digits(raw: str, eleven: str) -> None:
    assert (read(raw, "NDC").value, read(raw, "NDC").core) == (eleven, eleven[:9])


@given(st.integers(10**9, 10**13 - 1))
def test_any_single_wrong_digit_is_noticed(number: int) -> None:
    body = f"{number:013}"
    gtin = body + check_digit(body)
    for place in range(14):
        other = gtin[:place] + str((int(gtin[place]) + 1) % 10) + gtin[place + 1 :]
        assert isinstance(read_identifier(other), Unreadable)


@given(st.text(max_size=30), st.sampled_from([None, "GTIN", "UDI", "NDC", "HIBCC", "GLN", "SSCC"]))
def test_no_text_breaks_the_reader(raw: str, kind: str | None) -> None:
    assert isinstance(read_identifier(raw, kind), Identifier | Unreadable)
