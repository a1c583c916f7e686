"""Text: one form for what is meant to be one, and nothing where nothing was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.text import alphanumeric, clean, without_accents, words


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  Cath  foley\t16Fr ", "CATH FOLEY 16FR"),
        ("Surgicel™ Original", "SURGICEL ORIGINAL"),
        ("Needle 1½ in", "NEEDLE 1 1/2 IN"),
        ("Fentanyl 50 µg", "FENTANYL 50 UG"),
        ("10 × 10 cm", "10 X 10 CM"),
        ("ＡＢＣ１２", "ABC12"),
        ("n/a", None), ("0", None), ("tbd", None), ("  ", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_text_is_cleaned(raw: str | None, cleaned: str | None) -> None:
    assert clean(raw) == cleaned


def test_parts_of_text() -> None:
    assert words("C.R. BARD, INC") == ["C", "R", "BARD", "INC"]
    assert alphanumeric("DYN-D 1308/30") == "DYND130830"
    assert without_accents("CHÂTEAU MÜLLER") == "CHATEAU MULLER"


@given(st.text())
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
