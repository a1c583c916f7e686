"""How a supplier's name is read and compared. Names are invented, or as everybody knows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.suppliers.aliases import ALIASES, Aliases, alias_table, known_aliases
from mastering.suppliers.likeness import NameIndex, NameLevel
from mastering.suppliers.linking import link
from mastering.suppliers.names import SupplierName, read_name
from tests.mastering.decided import MONDAY, said

NO_ALIASES = Aliases(ALIASES.empty_table(), {}, MONDAY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The U.S.A. Medical Supplies Co., Ltd.", "USA Med Supply"),
        ("Alder & Birch Healthcare, Inc.", "ALDER AND BIRCH HEALTH CARE INCORPORATED"),
        ("Müller Medizintechnik GmbH & Co. KG", "MULLER MEDIZINTECHNIK GMBH"),
        ("Orchardpoint Orthopaedics Corporation", "ORCHARDPOINT ORTHO CORP"),
        ("St. Elsewhere's Hospitals NHS Foundation Trust", "ST ELSEWHERES HOSP NHSFT"),
        ("N H S Supply Chain", "NHS SUPPLY CHAIN"),
        ("Harbour Road Surgery Y02322", "Y01234 HARBOUR RD SURGERY"),
        ("LTD HARBOUR SUPPLIES", "Harbour Supplies Ltd"),
        ("Granary Borough Council002", "GRANARY BC"),
        ("Kestrelford Instr Ltd REMIT TO", "Kestrelford Instruments Limited"),
        ("Quarry Devices S.A.R.L.", "QUARRY DEVICE"),
        ("Quarry Devices c/o Mill Factoring", "Quarry Devices"),
        ("Quarry Devices DO NOT USE", "Quarry Devices"),
        ("Quarry Devices LLC 00417", "Quarry Devices, L.L.C."),
        # Cut at thirty characters.
        ("WHITEHOUSE QUARRY DEVICES, COR", "Whitehouse Quarry Devices Corporation"),
        ("WHITEHOUSE QUARRY DEVICES - DO", "Whitehouse Quarry Devices"),
    ],
)
def test_two_spellings_of_one_name(one: str, other: str):
    assert read_name(one).key == read_name(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [("3M", "3D"), ("Catch 22", "Catch 23"), ("Mill Medical", "Mill Surgical"), ("Studio 1000", "Studio 2000")],
)
def test_two_names(one: str, other: str):
    assert read_name(one).key != read_name(other).key


def test_a_name_is_never_read_away():
    assert [read_name(text).words for text in ("The Co Ltd", "Ltd", "The And", "001450")] == [
        ("THE",), ("LTD",), ("THE", "AND"), ("001450",)
    ]  # fmt: skip
    assert read_name(None) == read_name("N/A") == SupplierName(())


def test_what_stands_beside_the_name():
    name = read_name("Alder Holdings Inc. D/B/A Birch Labs c/o Mill Factoring")
    assert (name.words, name.legal_form, name.trading) == (("ALDER", "HOLDING"), "INC", (("BIRCH", "LABORATORY"),))
    assert read_name("Alder Lockbox 4711").has_remittance_mark
    assert {read_name(f"Alder {form}").legal_form for form in ("Inc.", "INCORPORATED")} == {"INC"}


@given(st.text(max_size=40))
def test_any_text_is_read_and_reading_what_was_read_changes_nothing_in_case_and_blanks(text: str):
    assert read_name(f"  {text.lower()} ").words == read_name(text.lower()).words


NAMES = [
    "Alderbay Medical Inc.", "Birchgate Medical LLC", "Cedarford Medical", "Dunemark Surgical Ltd", "Elmstone Surgical",
    "Fernwick Pharma", "Galewood Devices", "Alderbay Medical Center Charity",
]  # fmt: skip


def level(one: str, other: str) -> NameLevel:
    index = NameIndex([read_name(name) for name in (one, other, *NAMES)])
    return index.compare(*index.names[:2], index.in_common([(0, 1)])[0]).level


def test_a_slip_or_a_cut_is_alike_and_a_common_word_is_not():
    assert level("Alderbay Medical Inc.", "Aldrbay Medical") == NameLevel.ALIKE
    assert level("Alderbay Medical", "Alderbay Medic") == NameLevel.ALIKE
    assert level("Elmstone Pharmacy Supply", "Elmstone Pharmacy Sply") == NameLevel.ALIKE
    assert level("Alderbay Medical", "Alderbay Medical Sales") == NameLevel.PART
    assert level("Alderbay Medical", "Birchgate Medical") == NameLevel.DIFFERS


places = st.integers(0, len(NAMES) - 1)


@given(places, places)
def test_likeness_is_the_same_both_ways_and_whole_for_a_name_itself(one: int, other: int):
    index = NameIndex([read_name(name) for name in NAMES])
    there, back = index.in_common([(one, other), (other, one)])
    forward = index.compare(index.names[one], index.names[other], there)
    backward = index.compare(index.names[other], index.names[one], back)
    assert forward.likeness == pytest.approx(backward.likeness)
    assert forward.covers == pytest.approx(backward.covers[::-1])
    assert (forward.likeness == pytest.approx(1)) == (one == other)


def test_a_word_in_place_of_another_is_no_slip():
    one, other = "Alderbay Elmstone Fernwick Medical Supply", "Alderbay Elmstone Fernwick Medical Service"
    assert level(one, other) == NameLevel.PART


def test_a_typed_name_is_found_among_the_known_or_not_at_all():
    typed = ["ALDERBAY MED INC 00123", "ALDERBAY MED CTR CHARITY", "SOMETHING ELSE ENTIRELY"]
    assert [row.known for row in link(typed, NAMES, NO_ALIASES)] == [
        "Alderbay Medical Inc.", "Alderbay Medical Center Charity", None
    ]  # fmt: skip


def test_of_two_known_spellings_the_one_that_was_typed_is_taken():
    assert [
        row.known for row in link(["HOLLIES SURGERY THE"], ["HOLLIES SURGERY THE", "THE HOLLIES SURGERY"], NO_ALIASES)
    ] == ["HOLLIES SURGERY THE"]


def test_what_was_typed_must_be_said_by_the_known_name_which_may_say_more():
    known = ["Guysford and Thornby Charity", "Guysford and Thornby Hospital Foundation Trust", "Thornby Vale"]
    assert [row.known for row in link(["GUYSFORD AND THORNBY", "GUYSFORD CHARITIES"], known, NO_ALIASES)] == [
        "Guysford and Thornby Hospital Foundation Trust", "Guysford and Thornby Charity"
    ]  # fmt: skip


def test_a_company_is_taken_for_its_daughter_only_where_words_may_be_left_out():
    known = ["Quarryford Scientific Neuromodulation Sales", *NAMES]
    assert link(["QUARRYFORD SCIENTIFIC"], known, NO_ALIASES, 0.75)[0].known == known[0]
    assert link(["QUARRYFORD SCIENTIFIC"], known, NO_ALIASES, 0.75, may_say_more=False)[0].known is None


def test_a_remark_after_a_name_hides_it_neither_in_words_nor_behind_its_alias():
    rows = [{"alias": "QDR", "name": "Quarry Devices", "reason": "trading", "valid_from": "", "valid_to": ""}]
    known = ["Quarry Devices", "Mill Devices", "Elmstone House Surgery", "Second Payroll Devices"]
    typed = ["QDR SECOND ACCOUNT", "ELMSTONE HOUSE SURGERY WEST QUARRYFORD"]
    found = link(typed, known, Aliases(alias_table(rows), {}, MONDAY))
    assert [row.known for row in found] == ["Quarry Devices", "Elmstone House Surgery"]
    assert link(["QDR"], known, NO_ALIASES)[0].known is None


def test_an_alias_is_followed_to_its_end_while_it_is_valid():
    rows = [
        {"alias": "Old Mill Devices", "name": "Mill Devices", "reason": "renamed", "valid_from": "2020-01-01", "valid_to": ""},
        {"alias": "Mill Devices", "name": "Quarry Group", "reason": "acquired", "valid_from": "", "valid_to": "2026-03-02"},
    ]  # fmt: skip
    now = Aliases(alias_table(rows), {}, MONDAY)
    before = Aliases(alias_table(rows), {}, MONDAY.replace(year=2025))
    assert now.written_out(read_name("OLD MILL DEVICES LTD")).key == "MILL DEVICE"
    assert before.written_out(read_name("OLD MILL DEVICES LTD")).key == "QUARRY GROUP"
    assert now.standing(read_name("Quarry Group")) is None


def test_names_that_stand_for_each_other_are_no_endless_way():
    rows = [{"alias": a, "name": b, "reason": "trading", "valid_from": "", "valid_to": ""} for a, b in ("AB", "BA")]
    assert Aliases(alias_table(rows), {}, MONDAY).written_out(read_name("A")).key in ("A", "B")


def test_a_stewards_word_goes_before_the_table():
    decision = said("alias", "HMRC", attribute="supplier", value="His Majesty's Revenue", reason="renamed: 2022")
    aliases = Aliases(known_aliases(), {("supplier", "HMRC"): decision}, MONDAY)
    assert aliases.written_out(read_name("H.M.R.C.")).key == read_name("His Majesty's Revenue").key
