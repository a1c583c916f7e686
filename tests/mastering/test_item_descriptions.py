"""Descriptions: two house styles of one product agree, and no two sizes, sides, strengths or sterilities do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.items.comparison import compare
from mastering.items.descriptions import read_description
from mastering.items.packagings import Packaging
from mastering.items.reading import Description, from_json, to_json
from mastering.text import clean


def read(text: str) -> Description:
    return read_description(clean(text))


SAME = [
    ("CATH FOLEY 16FR 5CC 3WAY SIL", "Silicone Foley Catheter, 3-Way, 16 Fr, 5 cc Balloon, Sterile, 12/BX"),
    ("SCREW CORT 3.5X38MM SLF TAP NS", "3.5 mm Cortex Screw, ST, 38 mm, Stainless Steel, Non-Sterile"),
    ("GUIDEWIRE .035X150CM STR", "Amplatz Guidewire 0.035 in x 150 cm, Straight Tip"),
    ("SUT SILK 2-0 CT-1 27IN", "Silk Suture, Size 2-0, 70 cm, CT-1 Needle"),
    ("GLOVE SURG 7.5 ST", "Surgical Glove Size 7.5, Sterile"),
    ("NDL 18GX1 1/2IN", "Needle 18 G x 1-1/2 in"),
    ("DRSG FOAM 4X4", "Foam Dressing 4 in x 4 in"),
    ("HEPARIN 5,000 UNITS/ML 1ML VL", "Heparin 5000 units/mL, 1 mL Vial"),
    ("KETAMINE 500MG/5ML", "Ketamine 100 mg/mL"),
    ("LIDOCAINE 1 G", "Lidocaine 1000 mg"),
    ("PLATE DIST RAD LT 5H", "Distal Radius Plate, Left, 5 Holes"),
    ("IOL MONOFOCAL +21.5D", "Intraocular Lens Monofocal +21.5 Diopter"),
    ("CATH ANGIO 6F JL3.5", "Angiographic Catheter 6 Fr JL35"),
    ("ORLINPRO,CONTROL,HEMATOLOGY,LVL 2,1 ML", "Orlinpro hematology Control Level 2 1 mL"),
    ("GLV SURG PWD-FR SZ 7 STRL", "Glove, Surgical Powder-free, Size 7, Sterile"),
    ("DRSG FOAM 5X5CM W/BORDER", "Foam Dressing with Border, 5 x 5 cm"),
]
DIFFERENT = [
    ("Foley Catheter 16 Fr 5 cc", "Foley Catheter 18 Fr 5 cc", "french 16FR / 18FR"),
    ("Surgical Glove Size 7, Sterile", "Surgical Glove Size 7.5, Sterile", "size 7 / 7.5"),
    ("Distal Radius Plate, Left, 5 Hole", "PLATE DIST RAD RT 5H", "side L / R"),
    ("Gauze Sponge 4 x 4 in, 12-Ply, Sterile", "SPONGE GAUZE 4X4 12PLY N/S", "sterile yes / no"),
    ("Gauze Sponge 4 x 4 in", "Gauze Sponge 4 x 8 in", "dimensions 4x4IN / 4x8IN"),
    ("Ketamine 50 mg/mL", "Ketamine 100 mg/mL", "mass per ML 50 / 100"),
    ("Silk Suture 2-0 27 in", "Silk Suture 3-0 27 in", "suture -2USP / -3USP"),
    ("Cortex Screw 3.5 x 38 mm", "Cortex Screw 3.5 x 40 mm", "length 38MM / 40MM"),
    ("Contact Lens BC 8.6 PWR -2.00", "Contact Lens BC 8.6 PWR +2.00", "diopter -2 / 2"),
    ("Tracheal Tube 7.0 mm Cuffed", "TUBE TRACH 7.0MM UNCUF", "cuffed yes / no"),
    ("Exam Glove, Latex, Medium", "Exam Glove, Latex-Free, Medium", "latex yes / no"),
    ("Insulin Syringe 0.5 mL", "Insulin Syringe 1 mL", "volume 0.5ML / 1ML"),
    ("Foam Dressing, Woven", "Foam Dressing, Non-Woven", "woven no / yes"),
    ("Angiographic Catheter 6 Fr JL4, 100 cm", "Angiographic Catheter 6 Fr JR4, 100 cm", "curve JL4 / JR4"),
    ("Metoprolol 25 mg Tablet", "Metoprolol 25 mg Capsule", "form tablet / capsule"),
    # A letter out of its place must not turn what is not sterile into what is.
    ("Abdominal Pad 8 x 7.5 in, ONN-STERILE", "Abdominal Pad 8 x 7.5 in, Sterile", "sterile no / yes"),
    ("TUBE BLD COLL 4ML LAV", "Blood Collection Tube, 4 mL, Gray Cap", "colour purple / gray"),
    # V-20 is a needle, not one volt.
    ("SUT BARBED 1 V-20 15CM", "SUT BARBED 1 P-12 15CM", "needle V20 / P12"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_styles_of_one_product_have_no_conflict(one: str, other: str) -> None:
    found = compare(read(one), read(other))
    assert (found.conflicts, found.doubts) == ((), ())
    assert found.agreements >= 1


@pytest.mark.parametrize(("one", "other", "why"), DIFFERENT)
def test_two_products_conflict_and_say_in_what(one: str, other: str, why: str) -> None:
    assert why in compare(read(one), read(other)).conflicts
    assert compare(read(other), read(one)).conflicts


@pytest.mark.parametrize(
    ("text", "packaging"),
    [
        ("GLOVE 100/BX", Packaging("BX", 100)),
        ("TUBE BX/50", Packaging("BX", 50)),
        ("SYRINGE CS OF 200", Packaging("CA", 200)),
        ("Tape, pack of 10", Packaging("PK", 10)),
        ("MASK 50 PER BOX", Packaging("BX", 50)),
        ("PAD 24CT", Packaging("CT", 24)),
    ],
)
def test_a_packaging_is_no_attribute(text: str, packaging: Packaging) -> None:
    assert (read(text).packagings, read(text).measures) == ((packaging,), ())


def test_a_needle_is_no_carton() -> None:
    found = read("SUT VICRYL 0 CT-1 36IN")
    assert found.packagings == ()
    assert [(measure.role, measure.number) for measure in found.measures] == [("suture", 0.0), ("length", 36.0)]


@pytest.mark.parametrize(
    ("text", "context", "is_one"),
    [
        ("Tracheal Tube, Oral/Nasal, 7.0 mm", "drug", False),
        ("MIDAZOLAM ORAL 2MG/ML", "drug", True),
        ("Insulin Syringe 0.5 mL, 31 G x 5/16 in", "drug", False),
        ("INSULIN REGULAR 100 UNITS/ML", "drug", True),
        ("INSULIN GLARGINE PREFILLED SYRINGE 3ML", "drug", True),
    ],
)
def test_a_word_of_drugs_makes_no_drug_of_a_device(text: str, context: str, is_one: bool) -> None:
    assert (context in read(text).contexts) == is_one


def test_blood_is_not_bladed() -> None:
    assert "BLOOD" in read("TUBE BLD COLL 4ML").words
    assert read("TROCAR BLD 5MM").qualities == {"point": frozenset({"bladed"})}


def test_what_a_column_cuts_off_says_so() -> None:
    cut = "STRYKER AXSOS 5.0 MM CORTEX SC"
    assert len(cut) == 30
    assert read(cut).is_cut
    assert not read("SYRINGE 10 ML LUER LOCK STERILE").is_cut


def test_a_packaging_at_the_end_says_that_the_column_had_room() -> None:
    whole = "DAILIES VIEW CONTACT LENS, BC 8.6, DIA 14.2, PWR +5.00, 6/BX"
    assert len(whole) == 60
    assert not read(whole).is_cut
    assert [measure.number for measure in read(whole).measures] == [8.6, 14.2, 5.0]


@given(st.text(max_size=60))
def test_any_text_is_read_agrees_with_itself_and_comes_back_from_json(text: str) -> None:
    found = read(text)
    assert from_json(to_json(found)) == found
    assert compare(found, found).conflicts == ()
