"""How each catalogue writes an item: word order, case, abbreviations, units, width. Two hands a source.

Belongs here: turning the attributes of a golden item into one source's text. Not here: which record is wrong in what
(item_records.py). Whatever a hand leaves out for want of room, it never leaves out strength, size, side or sterility.
"""

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.network.masters.catalogues import D365, EHR, LEGACY_H8, ORACLE_FUSION, SAP_S4
from simulator.network.masters.descriptions import TELLING, WORDS, Descriptions
from simulator.network.streams import Ints

UPPER, TITLE, LOWER, AS_IS = "upper", "title", "lower", "as is"

# Word, and what two clerks make of it.
ABBREVIATIONS = {
    "absorbable": ("ABS", "ABSORB"), "acetabular": ("ACETAB", "ACET"), "aluminum": ("ALUM", "AL"), "aortic": ("AORT", "AO"),
    "balloon": ("BLN", "BALN"), "bandage": ("BNDG", "BAND"), "blood": ("BLD", "BL"), "bordered": ("BRDR", "BORD"),
    "bottle": ("BTL", "BT"), "braided": ("BRD", "BRAID"), "cancellous": ("CANC", "CANCEL"), "cannula": ("CAN", "CANN"),
    "cannulated": ("CANNUL", "CANN"), "catheter": ("CATH", "CTH"), "cementless": ("CMTLS", "CEMLESS"),
    "central": ("CENT", "CTRL"), "cervical": ("CERV", "CRV"), "chloride": ("CHL", "CL"), "chrome": ("CHR", "CR"),
    "cobalt": ("CO", "COB"), "collection": ("COLL", "COL"), "component": ("COMP", "CMP"), "concentrate": ("CONC", "CONCN"),
    "container": ("CONT", "CNTR"), "coronary": ("COR", "CORON"), "cortical": ("CORT", "CTX"), "cruciate": ("CRUC", "CR"),
    "curved": ("CVD", "CRVD"), "dextrose": ("DEX", "D"), "dialyzer": ("DIALYZ", "DIAL"), "disinfecting": ("DISINF", "DISINFCT"),
    "drainage": ("DRN", "DRAIN"), "dressing": ("DRSG", "DRESS"), "electrode": ("ELECTD", "ELEC"), "elastic": ("ELAS", "ELST"),
    "electrosurgical": ("ESU", "ELECSURG"), "endotracheal": ("ET", "ENDOTRACH"), "enteral": ("ENT", "ENTRL"),
    "exam": ("EXAM", "EXM"), "femoral": ("FEM", "FMRL"), "filtered": ("FILT", "FLTR"), "fixation": ("FIX", "FIXN"),
    "formula": ("FORM", "FRMLA"), "free": ("FR", "FREE"), "gauze": ("GZ", "GAUZ"), "glove": ("GLV", "GLOV"),
    "guidewire": ("GW", "GDWIRE"), "hemodialysis": ("HD", "HEMODIAL"), "hernia": ("HERN", "HRN"), "high": ("HI", "HGH"),
    "hydrophilic": ("HYDRO", "HYDPHL"), "hypodermic": ("HYPO", "HYPOD"), "impermeable": ("IMP", "IMPERM"),
    "infusion": ("INF", "INFUS"), "injection": ("INJ", "INJCT"), "instrument": ("INST", "INSTR"),
    "interbody": ("INTBDY", "IBODY"), "intramedullary": ("IM", "INTRAMED"), "intraocular": ("IOL", "INTOC"),
    "intravenous": ("IV", "INTRAV"), "introducer": ("INTRO", "INTRD"), "irrigation": ("IRR", "IRRIG"),
    "laparoscopic": ("LAP", "LAPSCP"), "laparotomy": ("LAP", "LAPTMY"), "large": ("LG", "LRG"), "left": ("LT", "L"),
    "level": ("LVL", "LEV"), "locking": ("LOCK", "LCK"), "lumbar": ("LUMB", "LMBR"), "lumen": ("LUM", "LMN"),
    "medium": ("MED", "MD"), "mesh": ("MESH", "MSH"), "mitral": ("MITR", "MIT"), "monofilament": ("MONO", "MONOFIL"),
    "needle": ("NDL", "NEEDL"), "nitrile": ("NITR", "NTRL"), "occluder": ("OCCL", "OCL"), "orthopaedic": ("ORTHO", "ORTH"),
    "paper": ("PPR", "PAP"), "patient": ("PT", "PAT"), "pedicle": ("PED", "PEDCL"), "pediatric": ("PEDS", "PED"),
    "plate": ("PLT", "PLATE"), "polyaxial": ("POLY", "PLYAX"), "polyester": ("PLYSTR", "POLYEST"),
    "polypropylene": ("PP", "POLYPRO"), "polyurethane": ("PU", "POLYUR"), "posterior": ("POST", "PSTR"),
    "powder": ("PWD", "PDR"), "prefilled": ("PF", "PREFL"), "reagent": ("RGT", "REAG"), "reinforced": ("REINF", "RNFC"),
    "reload": ("RLD", "RELD"), "retractor": ("RETR", "RTRCT"), "right": ("RT", "R"), "saline": ("NACL", "SAL"),
    "scissors": ("SCIS", "SCISS"), "screw": ("SCR", "SCRW"), "secondary": ("SEC", "2NDARY"), "self": ("SLF", "S"),
    "silicone": ("SIL", "SILIC"), "small": ("SM", "SML"), "sodium": ("SOD", "NA"), "solution": ("SOLN", "SOL"),
    "specimen": ("SPEC", "SPCMN"), "spinal": ("SPIN", "SPNL"), "sponge": ("SPNG", "SPG"), "stainless": ("SS", "STNLS"),
    "standard": ("STD", "STAND"), "stapler": ("STPLR", "STAPL"), "steel": ("STL", "ST"), "sterile": ("STRL", "STER"),
    "non-sterile": ("N/S", "NS"), "straight": ("STR", "STRT"), "surgical": ("SURG", "SRG"), "suture": ("SUT", "SUTR"),
    "syringe": ("SYR", "SYRG"), "tablet": ("TAB", "TBLT"), "capsule": ("CAP", "CAPS"), "titanium": ("TI", "TITAN"),
    "tibial": ("TIB", "TIBL"), "transparent": ("TRANSP", "TRNSP"), "trocar": ("TROC", "TRCR"), "tubing": ("TBG", "TUB"),
    "urinary": ("URIN", "URN"), "vascular": ("VASC", "VSC"), "venous": ("VEN", "VNS"), "size": ("SZ", "#"),
}  # fmt: skip
# The longest first: `non-sterile` is one word.
KNOWN = re.compile(rf"\b({'|'.join(sorted(ABBREVIATIONS, key=len, reverse=True))})\b", re.IGNORECASE)


class Hand(NamedTuple):
    """One way of writing. `head` is cut to make room for what tells an item apart; `more` stands where room is left.
    clerk: whose abbreviations (0 or 1), or none. is_tight: 16FR, not 16 FR.
    """

    head: tuple[str, ...]
    more: tuple[str, ...]
    separator: str
    case: str
    clerk: int | None
    is_tight: bool


# The width of each source's field: SAP's ProductDescription, Oracle's ItemDescription, D365's product name, the columns
# of a fixed file, a display name.
WIDTH = {SAP_S4: 40, ORACLE_FUSION: 240, D365: 60, LEGACY_H8: 30, EHR: 100}
HANDS = {
    SAP_S4: (
        Hand(("noun", "qualifier"), ("material", "brand"), " ", UPPER, 0, True),
        Hand(("qualifier", "noun"), ("brand",), " ", UPPER, 1, False),
    ),
    ORACLE_FUSION: (
        Hand(("noun", "qualifier", "material"), ("brand",), ", ", TITLE, None, False),
        Hand(("brand", "noun", "qualifier"), ("material",), ",", UPPER, 0, False),
    ),
    D365: (
        Hand(("brand", "qualifier", "noun"), ("material",), " ", AS_IS, None, False),
        Hand(("noun", "qualifier"), ("material", "brand"), " - ", LOWER, 1, True),
    ),
    LEGACY_H8: (
        Hand(("noun", "qualifier"), (), " ", UPPER, 1, True),
        Hand(("qualifier", "noun"), (), " ", UPPER, 0, False),
    ),
    EHR: (
        Hand(("qualifier", "noun"), ("material",), " ", TITLE, None, False),
        Hand(("brand", "noun"), ("qualifier",), " ", UPPER, 0, True),
    ),
}  # fmt: skip


def written(descriptions: Descriptions, items: Ints, source: str, hand: int) -> pa.Array:
    """The text of each item in a source's first (0) or second (1) hand, never longer than its field."""
    way, width = HANDS[source][hand], WIDTH[source]
    head, tail, more = (_joined(descriptions, items, names, way) for names in (way.head, TELLING, way.more))
    room = width - np.array(pc.utf8_length(tail)) - len(way.separator)
    head = pc.utf8_trim(_cut(head, room), " ,-")
    text = _after(_after(head, tail, way.separator), more, way.separator)
    return pc.utf8_trim(pc.utf8_slice_codeunits(text, 0, width), " ,-")


def _joined(descriptions: Descriptions, items: Ints, names: tuple[str, ...], way: Hand) -> pa.Array:
    text = pa.array([""] * len(items))
    for name in names:
        text = _after(text, _spelled(name, descriptions.words[name][items], way), way.separator)
    return text


def _after(text: pa.Array, part: pa.Array, separator: str) -> pa.Array:
    """The part behind the text; nothing is empty. (Arrow's own join drops rows of which every part is null.)"""
    longer = pc.binary_join_element_wise(text, part, separator)
    return pc.if_else(pc.equal(part, ""), text, pc.if_else(pc.equal(text, ""), part, longer))


def _spelled(attribute: str, places: Ints, way: Hand) -> pa.Array:
    words = pa.array([spell(word, way) for word in WORDS[attribute]])
    return words.take(pa.array(places, mask=places < 0)).fill_null("")


def spell(word: str, way: Hand) -> str:
    """One word of the vocabulary in a hand: `Non-sterile` is N/S, `3.5 x 38 mm` is 3.5X38MM."""
    if way.clerk is not None:
        clerk = way.clerk
        word = KNOWN.sub(lambda found: ABBREVIATIONS[found[0].lower()][clerk], word)
    if way.is_tight:
        word = re.sub(r"(?<=\d) (?=(?:Fr|G|mm|cm|in|mL|uL|mg|m2|L|oz|ft|yd|D)\b)| ?(x) ?(?=\d)", r"\1", word)
    if way.case == TITLE:
        return _titled(word)
    return word.upper() if way.case == UPPER else word.lower() if way.case == LOWER else word


def _titled(word: str) -> str:
    """Capitals at the start of words, units as they are."""
    return re.sub(r"(?<![\w.%-])[a-z](?=[a-z]{2})", lambda found: found[0].upper(), word)


def _cut(texts: pa.Array, length: Ints) -> pa.Array:
    """Each text to its own length."""
    wide = np.array(texts.to_numpy(zero_copy_only=False), dtype=np.str_)
    if not wide.itemsize:
        return texts
    letters = wide.view("U1").reshape(len(wide), -1)
    kept = np.where(np.arange(letters.shape[1]) < length[:, None], letters, "")
    return pa.array(np.ascontiguousarray(kept).view(wide.dtype).ravel())
