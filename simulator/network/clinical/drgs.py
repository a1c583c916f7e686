"""Medicare severity DRGs that the network discharges, and the service line of each visit.

Belongs here: 120 frequent DRGs, their grouper versions, and the rule that assigns a service line. Not here: how many
there are where (visits.py). Weights and geometric stays lie near those of version 42 as published; those of version 43
are moved by up to 3 % in a fixed pattern, and version 44 (the month ahead) carries version 43's. Nobody should bill by them.
"""

import numpy as np

from simulator.network.calendar import day_number, month_start
from simulator.network.streams import Ints

# Code, weight, geometric mean stay in days, frequency, unit, procedure groups (one is done), principal diagnoses.
ROWS: list[tuple[str, float, float, float, str, str, str]] = [
    ("003", 21.6, 22.5, 1.0, "Intensive care", "LUNG", "J9601 A419"),
    ("004", 13.1, 19.5, 1.2, "Intensive care", "LUNG", "J9601"),
    ("023", 5.6, 7.0, 1.5, "Neurology", "CRANIOTOMY", "C719"),
    ("025", 4.6, 6.8, 3, "Neurology", "CRANIOTOMY", "C719 I6200"),
    ("026", 3.1, 4.1, 2.5, "Neurology", "CRANIOTOMY", "C719 I6200"),
    ("027", 2.5, 2.0, 3, "Neurology", "CRANIOTOMY", "D329"),
    ("064", 2.0, 4.6, 8, "Neurology", "", "I639"),
    ("065", 1.0, 2.8, 10, "Neurology", "", "I639"),
    ("066", 0.72, 1.9, 4, "Neurology", "", "I639"),
    ("069", 0.82, 2.1, 5, "Neurology", "", "G459"),
    ("092", 0.94, 3.2, 3, "Neurology", "", "G9341"),
    ("100", 1.9, 4.3, 4, "Neurology", "", "G40901"),
    ("101", 0.92, 2.6, 7, "Neurology", "", "R569"),
    ("103", 0.83, 2.4, 3, "Neurology", "", "G43909"),
    ("149", 0.80, 2.1, 2, "Medical", "", "R42"),
    ("153", 0.78, 2.2, 2, "Paediatrics", "", "J069"),
    ("163", 4.6, 7.3, 1.5, "Surgical", "LUNG", "C3490"),
    ("164", 2.5, 3.6, 3, "Surgical", "LUNG", "C3490"),
    ("175", 1.4, 3.7, 3, "Medical", "", "I2699"),
    ("176", 0.86, 2.3, 4, "Medical", "", "I2699"),
    ("177", 1.7, 4.8, 7, "Medical", "", "J690 U071"),
    ("178", 1.2, 3.7, 5, "Medical", "", "J690"),
    ("189", 1.2, 3.4, 14, "Step-down", "", "J9601"),
    ("190", 1.1, 3.4, 10, "Medical", "", "J441"),
    ("191", 0.86, 2.8, 5, "Medical", "", "J441"),
    ("193", 1.3, 3.9, 11, "Medical", "", "J189"),
    ("194", 0.85, 2.8, 9, "Medical", "", "J189"),
    ("202", 1.0, 3.0, 3, "Paediatrics", "", "J45901"),
    ("208", 2.6, 5.0, 4, "Intensive care", "", "J9600"),
    ("216", 10.0, 11.6, 1.5, "Cardiac care", "VALVE", "I350"),
    ("219", 8.0, 8.9, 2.5, "Cardiac care", "VALVE", "I350"),
    ("220", 5.7, 6.0, 2.5, "Cardiac care", "VALVE", "I350"),
    ("233", 8.2, 11.0, 1.5, "Cardiac care", "CABG", "I25110"),
    ("235", 6.1, 8.0, 2, "Cardiac care", "CABG", "I25110"),
    ("236", 4.2, 6.0, 3, "Cardiac care", "CABG", "I25110"),
    ("242", 3.7, 5.0, 2, "Cardiac care", "CIED", "I442"),
    ("243", 2.5, 3.0, 3, "Cardiac care", "CIED", "I442"),
    ("252", 3.4, 5.0, 3, "Surgical", "VASCULAR", "I70261"),
    ("253", 2.6, 3.7, 3, "Surgical", "VASCULAR", "I70261"),
    ("274", 3.3, 1.4, 3, "Cardiac care", "ABLATION", "I4891"),
    ("280", 1.6, 4.0, 7, "Cardiac care", "", "I214"),
    ("281", 0.94, 2.4, 4, "Cardiac care", "", "I214"),
    ("286", 2.2, 5.0, 6, "Cardiac care", "DIAGNOSTIC_CATH", "I5023"),
    ("287", 1.1, 2.0, 12, "Cardiac care", "DIAGNOSTIC_CATH", "I2510"),
    ("291", 1.3, 3.8, 25, "Cardiac care", "", "I5033 I5023"),
    ("292", 0.90, 3.0, 4, "Cardiac care", "", "I5033"),
    ("305", 0.75, 2.1, 4, "Medical", "", "I160"),
    ("308", 1.2, 3.4, 7, "Cardiac care", "", "I4891"),
    ("309", 0.75, 2.2, 7, "Cardiac care", "", "I4891"),
    ("312", 0.84, 2.2, 6, "Medical", "", "R55"),
    ("313", 0.74, 1.7, 5, "Medical", "", "R079"),
    ("314", 2.1, 4.9, 5, "Medical", "", "I959"),
    ("321", 3.0, 4.5, 6, "Cardiac care", "PCI", "I214"),
    ("322", 1.9, 1.9, 12, "Cardiac care", "PCI", "I214 I25110"),
    ("329", 4.9, 9.6, 3, "Surgical", "COLECTOMY", "K5720 C189"),
    ("330", 2.6, 5.3, 6, "Surgical", "COLECTOMY", "C189"),
    ("331", 1.7, 2.9, 4, "Surgical", "COLECTOMY", "C189 K5732"),
    ("355", 1.4, 2.3, 2, "Surgical", "HERNIA", "K430"),
    ("371", 1.7, 5.0, 2, "Medical", "", "A0472"),
    ("377", 1.8, 4.1, 7, "Medical", "UPPER_ENDOSCOPY", "K922"),
    ("378", 1.0, 2.9, 12, "Medical", "UPPER_ENDOSCOPY COLONOSCOPY", "K922"),
    ("389", 0.84, 2.9, 5, "Surgical", "", "K56609"),
    ("391", 1.3, 3.4, 5, "Medical", "", "K529"),
    ("392", 0.80, 2.4, 14, "Medical", "", "K529 R109"),
    ("393", 1.6, 4.0, 3, "Medical", "DRAINAGE", "K631"),
    ("398", 1.5, 2.4, 3, "Surgical", "APPENDECTOMY", "K3580"),
    ("399", 1.1, 1.4, 4, "Surgical", "APPENDECTOMY", "K3580"),
    ("402", 5.0, 2.6, 1.5, "Orthopaedics", "SPINE_FUSION", "M4316"),
    ("417", 2.4, 5.2, 2, "Surgical", "CHOLECYSTECTOMY", "K8000"),
    ("418", 1.7, 3.5, 3, "Surgical", "CHOLECYSTECTOMY", "K8000"),
    ("432", 1.9, 4.4, 3, "Medical", "DRAINAGE", "K7460"),
    ("439", 0.85, 2.8, 3, "Medical", "", "K8590"),
    ("447", 6.0, 5.0, 2, "Orthopaedics", "SPINE_FUSION", "M4316"),
    ("448", 4.2, 2.9, 4, "Orthopaedics", "SPINE_FUSION", "M4316 M4806"),
    ("451", 3.0, 2.2, 5, "Orthopaedics", "SPINE_FUSION", "M4316"),
    ("467", 3.5, 3.0, 2, "Orthopaedics", "HIP", "T84030A"),
    ("469", 3.2, 4.8, 3, "Orthopaedics", "HIP KNEE", "M1611"),
    ("470", 1.9, 1.8, 30, "Orthopaedics", "KNEE HIP", "M1711"),
    ("473", 2.5, 1.6, 3, "Orthopaedics", "SPINE_FUSION", "M4802"),
    ("480", 3.0, 6.0, 4, "Orthopaedics", "FRACTURE_LOWER", "S72141A"),
    ("481", 2.1, 4.0, 9, "Orthopaedics", "FRACTURE_LOWER", "S72141A"),
    ("483", 2.5, 1.3, 3, "Orthopaedics", "SHOULDER", "M19011"),
    ("493", 2.3, 3.2, 3, "Orthopaedics", "FRACTURE_LOWER", "S82201A"),
    ("512", 1.7, 2.0, 2, "Orthopaedics", "FRACTURE_UPPER", "S52501A"),
    ("520", 1.4, 2.0, 3, "Orthopaedics", "SPINE_DECOMPRESSION", "M5116"),
    ("522", 2.1, 3.9, 4, "Orthopaedics", "HIP", "S72001A"),
    ("552", 0.96, 2.8, 5, "Orthopaedics", "", "M5450"),
    ("583", 1.7, 1.5, 1, "Surgical", "BREAST", "C50911"),
    ("603", 0.90, 3.4, 8, "Medical", "", "L03115"),
    ("621", 1.6, 1.4, 3, "Surgical", "BARIATRIC", "E6601"),
    ("637", 1.4, 3.7, 4, "Medical", "", "E1110"),
    ("638", 0.87, 2.6, 6, "Medical", "", "E1165"),
    ("640", 1.2, 3.2, 6, "Medical", "", "E871"),
    ("641", 0.77, 2.5, 9, "Medical", "", "E860"),
    ("652", 3.1, 4.2, 2, "Surgical", "KIDNEY_TRANSPLANT", "N186"),
    ("660", 1.4, 2.2, 2, "Surgical", "URETER", "N201"),
    ("682", 1.5, 4.1, 9, "Medical", "", "N179"),
    ("683", 0.90, 2.9, 10, "Medical", "", "N179"),
    ("690", 0.80, 2.7, 14, "Medical", "", "N390"),
    ("708", 1.5, 1.3, 3, "Surgical", "PROSTATE", "C61"),
    ("743", 1.2, 1.5, 4, "Surgical", "HYSTERECTOMY", "D259"),
    ("787", 1.1, 3.4, 10, "Postpartum", "CESAREAN", "O34211"),
    ("788", 0.94, 2.9, 22, "Postpartum", "CESAREAN", "O34211 O80"),
    ("790", 6.0, 18.0, 2, "Neonatal intensive care", "", "P220"),
    ("794", 1.4, 3.3, 14, "Neonatal intensive care", "", "P599"),
    ("795", 0.18, 1.9, 62, "Postpartum", "", "Z3800"),
    ("806", 0.77, 2.3, 18, "Labor and delivery", "", "O701"),
    ("807", 0.65, 2.0, 48, "Labor and delivery", "", "O80"),
    ("812", 0.94, 2.7, 6, "Medical", "", "D649"),
    ("847", 1.4, 3.4, 5, "Oncology", "", "Z5111"),
    ("853", 5.0, 9.5, 6, "Intensive care", "DEBRIDEMENT", "A419"),
    ("871", 1.95, 4.8, 62, "Medical", "", "A419"),
    ("872", 1.06, 3.5, 18, "Medical", "", "A419"),
    ("885", 1.3, 6.0, 20, "Medical", "", "F329 F209"),
    ("897", 0.82, 3.2, 12, "Medical", "", "F10239"),
    ("917", 1.5, 3.5, 3, "Medical", "", "T50901A"),
    ("945", 1.6, 9.0, 6, "Rehabilitation", "", "Z5189"),
    ("956", 4.0, 6.6, 1, "Orthopaedics", "FRACTURE_LOWER", "S72141A"),
    ("975", 1.3, 4.0, 0.5, "Medical", "", "B20"),
    ("981", 4.6, 8.5, 2, "Surgical", "DEBRIDEMENT", "E1110 I5023"),
]  # fmt: skip
CODES = [row[0] for row in ROWS]
FREQUENCY = np.array([row[3] for row in ROWS])
UNITS = [row[4] for row in ROWS]
GROUPS = [row[5].split() for row in ROWS]
DIAGNOSES = [row[6].split() for row in ROWS]
TKA_DRG = CODES.index("470")
UNGROUPABLE = "999"
NEWBORN = np.isin(CODES, ["790", "794", "795"])
WOMEN = np.isin(CODES, ["743", "787", "788", "806", "807", "583"])
MEN = np.isin(CODES, ["708"])

VERSIONS = ["42", "43", "44"]
_CHANGES = [day_number(month_start(month)) for month in (13, 25)]
_DRIFT = 1 + (np.arange(len(ROWS)) * 7 % 61 - 30) / 1000
# By version and DRG: weights in 10,000ths, geometric mean stay in days.
WEIGHTS = np.array([
    [round(row[1] * 10_000 * (drift if version else 1)) for row, drift in zip(ROWS, _DRIFT, strict=True)]
    for version in range(len(VERSIONS))
], dtype=np.int64)  # fmt: skip
STAYS = np.array([[row[2] * (0.99 if version else 1) for row in ROWS] for version in range(len(VERSIONS))])


def version_of(day: Ints) -> Ints:
    """The place in VERSIONS of the grouper in force on a day of discharge."""
    return np.searchsorted(_CHANGES, day, side="right").astype(np.int64)


# Rule 1 to 3: the first of these ranges of DRGs that holds a code names its service line.
RANGES = [
    ("TRANSPLANT", 1, 2), ("TRANSPLANT", 5, 8), ("TRANSPLANT", 10, 10), ("TRANSPLANT", 14, 14), ("TRANSPLANT", 16, 19),
    ("TRANSPLANT", 650, 652), ("CRITICAL_CARE", 3, 4), ("CRITICAL_CARE", 11, 13), ("NEURO", 20, 103), ("EYE", 113, 125),
    ("ENT", 129, 159), ("PULMONARY", 163, 208), ("CARDIOVASCULAR", 212, 325), ("GI_GENERAL_SURGERY", 326, 395),
    ("GI_GENERAL_SURGERY", 397, 399), ("SPINE", 402, 402), ("SPINE", 426, 430), ("SPINE", 447, 448),
    ("SPINE", 450, 460), ("SPINE", 471, 473), ("SPINE", 518, 520), ("JOINT", 461, 462), ("JOINT", 466, 470),
    ("JOINT", 521, 522), ("HEPATOBILIARY", 405, 446), ("ORTHOPAEDICS", 447, 566), ("SKIN_BREAST", 570, 607),
    ("ENDOCRINE", 614, 645), ("RENAL_UROLOGY", 653, 700), ("MALE", 707, 730), ("WOMEN_GYN", 734, 761),
    ("WOMEN_OB", 768, 788), ("NEWBORN", 789, 795), ("WOMEN_OB", 796, 798), ("WOMEN_OB", 805, 807),
    ("HEMATOLOGY", 799, 816), ("WOMEN_OB", 817, 819), ("WOMEN_OB", 831, 833), ("ONCOLOGY", 820, 849),
    ("INFECTIOUS", 853, 872), ("BEHAVIORAL", 876, 897), ("INJURY", 901, 923), ("BURNS", 927, 935),
    ("REHAB_OTHER", 939, 951), ("TRAUMA", 955, 965), ("HIV", 969, 977),
]  # fmt: skip
# For what rule 3 leaves to the principal diagnosis, and for observation (rule 7): by the chapter of ICD-10-CM.
CHAPTERS = {
    "A": "INFECTIOUS", "B": "INFECTIOUS", "C": "ONCOLOGY", "D": "HEMATOLOGY", "E": "ENDOCRINE", "F": "BEHAVIORAL",
    "G": "NEURO", "H": "ENT", "I": "CARDIOVASCULAR", "J": "PULMONARY", "K": "GI_GENERAL_SURGERY", "L": "SKIN_BREAST",
    "M": "ORTHOPAEDICS", "N": "RENAL_UROLOGY", "O": "WOMEN_OB", "P": "NEWBORN", "S": "INJURY", "T": "INJURY",
    "Z": "REHAB_OTHER", "R07": "CARDIOVASCULAR", "R55": "CARDIOVASCULAR", "R10": "GI_GENERAL_SURGERY",
}  # fmt: skip
EMERGENCY, UNASSIGNED = "EMERGENCY", "UNASSIGNED"


def line_of_diagnosis(code: str) -> str:
    return CHAPTERS.get(code[:3], CHAPTERS.get(code[:1], UNASSIGNED))


def line_of_drg(code: str, diagnosis: str) -> str:
    """The service line of an inpatient stay."""
    if 981 <= int(code) <= 989:
        return line_of_diagnosis(diagnosis)
    return next((name for name, first, last in RANGES if first <= int(code) <= last), UNASSIGNED)
