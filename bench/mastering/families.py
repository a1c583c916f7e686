"""Families of our own invention, unlike those of the shared file: what varies, who makes them, how each house writes them.

Belongs here: data. Not here: drawing items and records from it, and spoiling them (masters.py). Brands and numbers are
invented; makers' names are real ones, for their other names.
"""

from typing import NamedTuple


class Family(NamedTuple):
    """varies: values by attribute. full and short: a catalogue's words and a house's, with {attribute} in them.

    lines: brand with its maker. short_values: how the short style writes a value where it does so differently.
    """

    name: str
    lines: tuple[tuple[str, str], ...]
    varies: dict[str, tuple[str, ...]]
    full: str
    short: str
    short_values: dict[str, str]
    packs: tuple[tuple[str, int], ...] = (("EA", 1),)
    is_implant: bool = False
    is_drug: bool = False


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SIDES, SIZES = ("Left", "Right"), ("Small", "Medium", "Large", "X-Large")
STERILITY = ("Sterile", "Non-Sterile")
WORDS = {
    "Left": "LT",
    "Right": "RT",
    "Sterile": "STER",
    "Non-Sterile": "NS",
    "Small": "SM",
    "Medium": "MED",
    "Large": "LG",
    "X-Large": "XL",
    "Cuffed": "CUF",
    "Uncuffed": "UNCUF",
    "Straight": "STR",
    "Curved": "CVD",
    "Bladed": "BLD",
    "Bladeless": "BLDLS",
    "Blue": "BLU",
    "White": "WHT",
    "Green": "GRN",
    "Adult": "ADLT",
    "Pediatric": "PEDI",
}

FAMILIES = (
    Family(
        "tracheal tube",
        (("Airvia", "SMITHS MEDICAL"), ("Respira", "TELEFLEX"), ("Clearpath", "AMBU")),
        {"mm": _numbers("2.5 3.0 3.5 4.0 5.0 6.0 7.0 7.5 8.0 9.0"), "cuff": ("Cuffed", "Uncuffed")},
        "{brand} Tracheal Tube, Oral/Nasal, {mm} mm ID, {cuff}",
        "TUBE TRACH {brand} {mm}MM {cuff}",
        WORDS,
        (("EA", 1), ("BX", 10)),
    ),
    Family(
        "foam dressing",
        (("Mepisoft", "MOLNLYCKE"), ("Allevia", "SMITH & NEPHEW"), ("Biasoft", "COLOPLAST")),
        {"w": _numbers("5 7.5 10 15"), "h": _numbers("5 10 12 20"), "border": ("with Border", "without Border")},
        "{brand} Foam Dressing {border}, {w} x {h} cm",
        "DRSG FOAM {w}X{h}CM {border} {brand}",
        WORDS | {"with Border": "W/ BORDER", "without Border": "W/O BORDER"},
        (("EA", 1), ("BX", 5), ("CS", 50)),
    ),
    Family(
        "trocar",
        (("Kiivue", "APPLIED MEDICAL"), ("Portalia", "CONMED")),
        {"mm": _numbers("5 8 11 12 15"), "len": _numbers("75 100 150"), "tip": ("Bladed", "Bladeless", "Blunt")},
        "{brand} {tip} Trocar, {mm} mm x {len} mm",
        "TROCAR {tip} {mm}X{len}MM",
        WORDS,
        (("EA", 1), ("BX", 6)),
    ),
    Family(
        "bone plate",
        (("Axolock", "STRYKER"), ("Perilock", "SMITH & NEPHEW"), ("Tibfix", "ZIMMER BIOMET")),
        {"dia": _numbers("2.7 3.5 4.5"), "hole": _numbers("4 5 6 7 8 10 12"), "side": SIDES},
        "{brand} {dia} mm Proximal Tibia Plate, {hole} Hole, {side}",
        "PLATE PROX TIB {dia}MM {hole}H {side}",
        WORDS,
        is_implant=True,
    ),
    Family(
        "contact lens",
        (("Aquavue", "COOPERVISION"), ("Dailies View", "ALCON")),
        {"power": tuple(f"{sign}{n / 4:.2f}" for n in range(2, 25) for sign in "+-"), "bc": _numbers("8.4 8.6 8.8")},
        "{brand} Contact Lens, BC {bc}, DIA 14.2, PWR {power}",
        "LENS CONTACT {brand} BC {bc} DIA 14.2 {power}D",
        {},
        (("EA", 1), ("BX", 6)),
    ),
    Family(
        "intraocular lens",
        (("Acrylia", "ALCON"), ("Tecnia", "JOHNSON & JOHNSON VISION"), ("Envisia", "BAUSCH & LOMB")),
        {"power": tuple(f"+{n / 2:.1f}" for n in range(20, 60))},
        "{brand} Monofocal Intraocular Lens, {power} D, 13.0 mm",
        "IOL {brand} {power}D 13MM",
        {},
        is_implant=True,
    ),
    Family(
        "insulin syringe",
        (("Ultrafin", "BECTON DICKINSON"), ("Comfortpoint", "CARDINAL HEALTH"), ("Easyjet", "B BRAUN MEDICAL")),
        {"ml": _numbers("0.3 0.5 1"), "ga": _numbers("28 29 30 31"), "len": ("5/16", "1/2")},
        "{brand} Insulin Syringe {ml} mL, {ga} G x {len} in, U-100",
        "SYR INSULIN {ml}CC {ga}GX{len}IN",
        {},
        (("BX", 100), ("CS", 500)),
    ),
    Family(
        "injection",
        (("Generic", "HOSPIRA"), ("Generic", "FRESENIUS KABI"), ("Generic", "PFIZER")),
        {
            "drug": (
                "Ondansetron",
                "Ketorolac",
                "Famotidine",
                "Metoclopramide",
                "Labetalol",
                "Hydralazine",
                "Midazolam",
            ),
            "mg": _numbers("1 2 5 10 15 20"),
            "ml": _numbers("1 2 4 10 20"),
        },
        "{drug} HCl Injection {mg} mg/mL, {ml} mL Vial",
        "{drug} INJ {mg}MG/ML {ml}ML VL",
        {},
        (("EA", 1), ("BX", 25)),
        is_drug=True,
    ),
    Family(
        "tablet",
        (("Generic", "TEVA"), ("Generic", "MYLAN"), ("Generic", "SANDOZ")),
        {
            "drug": ("Metoprolol", "Lisinopril", "Amlodipine", "Carvedilol", "Warfarin", "Prednisone"),
            "mg": _numbers("2.5 5 10 12.5 20 25 40 50"),
        },
        "{drug} Tablets, {mg} mg",
        "{drug} {mg}MG TAB",
        {},
        (("EA", 1), ("BT", 100)),
        is_drug=True,
    ),
    Family(
        "spinal needle",
        (("Pencanova", "B BRAUN MEDICAL"), ("Whitestar", "BECTON DICKINSON")),
        {"ga": _numbers("18 20 22 24 25 27"), "len": ("1-1/2", "2-1/2", "3-1/2", "5")},
        "{brand} Spinal Needle, {ga} Gauge x {len} Inch",
        "NDL SPINAL {ga}GX{len}IN {brand}",
        {},
        (("EA", 1), ("BX", 25)),
    ),
    Family(
        "feeding tube",
        (("Nutriflow", "AVANOS"), ("Entrafeed", "CARDINAL HEALTH")),
        {"fr": _numbers("5 6 8 10 12 14"), "len": _numbers("16 22 36 43 55")},
        "{brand} Nasogastric Feeding Tube, {fr} Fr, {len} in",
        "TUBE FEEDING NG {fr}FR {len}IN",
        {},
        (("EA", 1), ("CS", 10)),
    ),
    Family(
        "suction catheter",
        (("Suctrol", "MEDLINE INDUSTRIES"), ("Tracclear", "CARDINAL HEALTH"), ("Airtrap", "ICU MEDICAL")),
        {"fr": _numbers("6 8 10 12 14 16 18"), "tip": ("Straight", "Coude")},
        "{brand} Suction Catheter, {tip}, {fr} French",
        "CATH SUCT {fr}F {tip} {brand}",
        WORDS,
        (("EA", 1), ("CS", 50)),
    ),
    Family(
        "surgical glove",
        (("Gammasoft", "ANSELL"), ("Protexia", "CARDINAL HEALTH"), ("Surgitouch", "MEDLINE INDUSTRIES")),
        {"size": _numbers("5.5 6 6.5 7 7.5 8 8.5 9"), "latex": ("Latex", "Latex-Free")},
        "{brand} Surgical Glove, {latex}, Powder-Free, Size {size}, Sterile",
        "GLOVE SURG {latex} PF SZ{size} ST",
        {"Latex": "LTX", "Latex-Free": "LF"},
        (("PR", 1), ("BX", 50), ("CS", 200)),
    ),
    Family(
        "stocking",
        (("Compressa", "MEDTRONIC"), ("Venoflow", "CARDINAL HEALTH")),
        {"size": SIZES, "length": ("Knee", "Thigh"), "mmhg": ("15-20", "20-30")},
        "{brand} Anti-Embolism Stocking, {length} Length, {size}, {mmhg} mmHg",
        "STKG ANTIEMB {length} {size} {mmhg}",
        WORDS,
        (("PR", 1), ("CS", 12)),
    ),
    Family(
        "wrist splint",
        (("Stabila", "DJO GLOBAL"), ("Manusoft", "OSSUR")),
        {"size": SIZES, "side": SIDES},
        "{brand} Wrist Splint, {side}, {size}",
        "SPLINT WRIST {side} {size} {brand}",
        WORDS,
    ),
    Family(
        "abdominal pad",
        (("Sorbex", "MEDLINE INDUSTRIES"), ("Tendra", "CARDINAL HEALTH")),
        {"dim": ("5 x 9", "8 x 7.5", "8 x 10"), "sterile": STERILITY},
        "{brand} Abdominal Pad, {dim} in, {sterile}",
        "PAD ABD {dim} {sterile}",
        WORDS | {"5 x 9": "5X9", "8 x 7.5": "8X7.5", "8 x 10": "8X10"},
        (("EA", 1), ("BX", 20), ("CS", 400)),
    ),
    Family(
        "blood tube",
        (("Vacusafe", "BECTON DICKINSON"), ("Vacumax", "GREINER BIO-ONE")),
        {"ml": _numbers("2 3 4 6 10"), "colour": ("Red", "Green", "Gold", "Lavender", "Gray")},
        "{brand} Blood Collection Tube, {ml} mL, {colour} Cap",
        "TUBE BLD COLL {ml}ML {colour}",
        {"Lavender": "LAV", "Gray": "GRY", "Green": "GRN"},
        (("PK", 100), ("CS", 1000)),
    ),
    Family(
        "drill bit",
        (("Cutmaster", "STRYKER"), ("Osteodrill", "ARTHREX")),
        {"dia": _numbers("1.5 2.0 2.5 2.7 3.2 4.3"), "len": _numbers("85 110 125 145 180")},
        "{brand} Drill Bit, {dia} mm x {len} mm, Quick Coupling",
        "DRILL BIT {dia}X{len}MM QC",
        {},
    ),
    Family(
        "hernia mesh",
        (("Softmesh", "BARD"), ("Parieta", "COVIDIEN"), ("Ultrapore", "ETHICON")),
        {"w": _numbers("6 7.5 10 15"), "h": _numbers("11 14 15 20 30")},
        "{brand} Polypropylene Hernia Mesh, {w} cm x {h} cm",
        "MESH HERNIA PP {w}X{h}CM {brand}",
        {},
        is_implant=True,
    ),
    Family(
        "barbed suture",
        (("Quillfix", "CORZA MEDICAL"), ("Barbalock", "COVIDIEN")),
        {
            "usp": _numbers("0 1 2-0 3-0 4-0"),
            "len": _numbers("15 23 30 45"),
            "needle": ("GS-21", "GS-22", "P-12", "V-20"),
        },
        "{brand} Barbed Suture, Size {usp}, {len} cm, {needle} Needle",
        "SUT BARBED {brand} {usp} {needle} {len}CM",
        {},
        (("EA", 1), ("BX", 12)),
    ),
)
