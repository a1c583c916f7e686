"""What is done in operating rooms, cath laboratories, interventional radiology and endoscopy.

Belongs here: 36 groups of procedures with five codes each, their minutes and implants. Not here: who does them (theatres.py).
Codes have the shape of ICD-10-PCS; an outpatient case is billed by an opaque code of its own.
"""

from typing import NamedTuple

import numpy as np

OR, CATH, IR, ENDO = range(4)
KINDS = ["OR", "CATH", "IR", "ENDO"]
# The departments whose carts a kind of case draws on; the first is the one that the case belongs to.
FUNCTIONS = [
    ("Operating room", "Recovery room", "Anaesthesia"), ("Cath lab", "Electrophysiology"), ("Interventional radiology",),
    ("Endoscopy",),
]  # fmt: skip
VARIANTS = 5
OPEN = ("0ZZ", "3ZZ", "4ZZ", "7ZZ", "8ZZ")
JOINT = ("0J9", "0JA", "0JZ", "07Z", "0KZ")
FIXED = ("04Z", "05Z", "06Z", "35Z", "36Z")
DEVICE = ("0JZ", "3JZ", "4JZ", "07Z", "37Z")
ORTHOPAEDIC, SPINE, CARDIAC, OTHER = "Orthopaedic implant", "Spine implant", "Cardiac implant", "Other implant"


class Group(NamedTuple):
    """Procedures of one sort. Implants: class, how many, their usual price in dollars, and whether every case has them.
    outpatient: how often it is done without admission, against the others of its kind."""

    name: str
    kind: int
    specialty: str
    prefix: str
    suffixes: tuple[str, ...]
    minutes: int
    service_line: str
    outpatient: float = 0.0
    implant: str = ""
    implants: int = 0
    price: int = 0
    is_always: bool = False


GROUPS = [
    Group("KNEE", OR, "JOINT", "0SRC", JOINT, 95, "JOINT", 4, ORTHOPAEDIC, 4, 1000, True),
    Group("HIP", OR, "JOINT", "0SR9", JOINT, 100, "JOINT", 2, ORTHOPAEDIC, 4, 1100, True),
    Group("SPINE_FUSION", OR, "SPINE", "0SG1", ("0AJ", "0J1", "071", "0K1", "0A0"), 210, "SPINE", 0.3, SPINE, 9, 850, True),
    Group("SPINE_DECOMPRESSION", OR, "SPINE", "0SB2", OPEN, 110, "SPINE", 2),
    Group("FRACTURE_LOWER", OR, "TRAUMA", "0QS6", FIXED, 110, "ORTHOPAEDICS", 1, ORTHOPAEDIC, 5, 380, True),
    Group("FRACTURE_UPPER", OR, "TRAUMA", "0PSC", FIXED, 90, "ORTHOPAEDICS", 2.5, ORTHOPAEDIC, 5, 300, True),
    Group("KNEE_ARTHROSCOPY", OR, "SPORTS", "0SBD", OPEN, 60, "ORTHOPAEDICS", 7),
    Group("SHOULDER", OR, "SPORTS", "0LQ1", OPEN, 100, "ORTHOPAEDICS", 5, ORTHOPAEDIC, 3, 350),
    Group("COLECTOMY", OR, "GENERAL", "0DTN", OPEN, 170, "GI_GENERAL_SURGERY"),
    Group("CHOLECYSTECTOMY", OR, "GENERAL", "0FT4", OPEN, 80, "HEPATOBILIARY", 8),
    Group("APPENDECTOMY", OR, "GENERAL", "0DTJ", OPEN, 65, "GI_GENERAL_SURGERY", 2),
    Group("HERNIA", OR, "GENERAL", "0YU5", DEVICE, 75, "GI_GENERAL_SURGERY", 7, OTHER, 1, 450),
    Group("BARIATRIC", OR, "GENERAL", "0D16", ("0Z9", "0ZA", "4Z9", "4ZA", "4ZB"), 120, "ENDOCRINE", 1),
    Group("DEBRIDEMENT", OR, "GENERAL", "0JB8", OPEN, 70, "SKIN_BREAST", 3),
    Group("BREAST", OR, "BREAST", "0HTT", OPEN, 120, "SKIN_BREAST", 3, OTHER, 1, 900),
    Group("CABG", OR, "CARDIAC", "0210", ("093", "08W", "49W", "0Z9", "0ZC"), 280, "CARDIOVASCULAR"),
    Group("VALVE", OR, "CARDIAC", "02RF", ("07Z", "08Z", "38Z", "0JZ", "0KZ"), 260, "CARDIOVASCULAR", 0,
          CARDIAC, 1, 5200, True),
    Group("LUNG", OR, "THORACIC", "0BTC", OPEN, 180, "PULMONARY"),
    Group("VASCULAR", OR, "VASCULAR", "04CK", OPEN, 160, "CARDIOVASCULAR", 1, OTHER, 1, 700),
    Group("CRANIOTOMY", OR, "NEUROSURGERY", "00B0", OPEN, 240, "NEURO", 0, OTHER, 2, 400),
    Group("CESAREAN", OR, "OBSTETRICS", "10D0", ("0Z0", "0Z1", "0Z2", "7Z3", "7Z4"), 60, "WOMEN_OB"),
    Group("HYSTERECTOMY", OR, "GYNECOLOGY", "0UT9", OPEN, 120, "WOMEN_GYN", 4),
    Group("GYNECOLOGY_MINOR", OR, "GYNECOLOGY", "0UDB", ("7ZX", "7ZZ", "8ZX", "8ZZ", "4ZZ"), 40, "WOMEN_GYN", 6),
    Group("PROSTATE", OR, "UROLOGY", "0VT0", OPEN, 150, "MALE", 1.5),
    Group("URETER", OR, "UROLOGY", "0TC6", OPEN, 60, "RENAL_UROLOGY", 5, OTHER, 1, 180),
    Group("KIDNEY_TRANSPLANT", OR, "TRANSPLANT", "0TY0", ("0Z0", "0Z1", "0Z2", "3Z0", "3Z1"), 260, "TRANSPLANT"),
    Group("TONSIL", OR, "ENT", "0CTP", ("0ZZ", "XZZ", "0ZX", "XZX", "8ZZ"), 35, "ENT", 6),
    Group("CATARACT", OR, "EYE", "08RJ", ("3JZ", "3KZ", "37Z", "0JZ", "0KZ"), 25, "EYE", 9, OTHER, 1, 200),
    Group("PCI", CATH, "CARDIOLOGY", "0270", ("34Z", "35Z", "36Z", "37Z", "3DZ"), 70, "CARDIOVASCULAR", 3,
          CARDIAC, 2, 1500, True),
    Group("DIAGNOSTIC_CATH", CATH, "CARDIOLOGY", "4A02", ("3N6", "3N7", "3N8", "3FZ", "30Z"), 40, "CARDIOVASCULAR", 6),
    Group("CIED", CATH, "ELECTROPHYSIOLOGY", "0JH6", ("04Z", "05Z", "06Z", "07Z", "08Z"), 90, "CARDIOVASCULAR", 2,
          CARDIAC, 3, 2400, True),
    Group("ABLATION", CATH, "ELECTROPHYSIOLOGY", "0258", OPEN, 150, "CARDIOVASCULAR", 2),
    Group("DRAINAGE", IR, "RADIOLOGY", "0W9G", ("30Z", "3ZX", "3ZZ", "40Z", "4ZZ"), 45, "GI_GENERAL_SURGERY", 5),
    Group("EMBOLIZATION", IR, "RADIOLOGY", "04LE", ("3DZ", "3ZZ", "0DZ", "4DZ", "3CZ"), 90, "CARDIOVASCULAR", 1.5,
          OTHER, 3, 300, True),
    Group("UPPER_ENDOSCOPY", ENDO, "GASTROENTEROLOGY", "0DB6", ("8ZX", "8ZZ", "7ZX", "7ZZ", "4ZX"), 25, "ENDOSCOPY", 8),
    Group("COLONOSCOPY", ENDO, "GASTROENTEROLOGY", "0DBN", ("8ZX", "8ZZ", "7ZX", "7ZZ", "4ZX"), 30, "ENDOSCOPY", 12),
]  # fmt: skip
NAMES = [group.name for group in GROUPS]
SPECIALTIES = sorted({group.specialty for group in GROUPS})
KIND = np.array([group.kind for group in GROUPS], dtype=np.int64)
SPECIALTY = np.array([SPECIALTIES.index(group.specialty) for group in GROUPS], dtype=np.int64)
MINUTES = np.array([group.minutes for group in GROUPS], dtype=np.float64)
# A procedure is its group times VARIANTS and the variant.
CODES = [group.prefix + suffix for group in GROUPS for suffix in group.suffixes]
OUTPATIENT_CODES = [f"OP{10_000 + place * 37}" for place in range(len(CODES))]
KNEE, SPINE_FUSION, CHOLECYSTECTOMY = (NAMES.index(name) for name in ("KNEE", "SPINE_FUSION", "CHOLECYSTECTOMY"))
