"""The sites of Meridian Regional Health, their departments (cost centers) and stock locations. None of this scales.

Belongs here: what exists where. Not here: accounts (chart.py), what is bought (items.py).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.network.calendar import ACQUISITION_H7, FIRST_DAY, STARTS

HOSPITAL, SURGERY_CENTER, CLINIC, WAREHOUSE, OFFICE = "HOSPITAL", "SURGERY_CENTER", "CLINIC", "WAREHOUSE", "OFFICE"
SAP, ORACLE, D365, LEGACY = "sap", "oracle", "d365", "legacy"


class Site(NamedTuple):
    code: str
    name: str
    kind: str
    beds: int
    erp: str
    company: str
    timezone: str
    operating_rooms: int


SITES = [
    Site("H1", "Meridian University Hospital", HOSPITAL, 650, SAP, "1000", "America/New_York", 24),
    Site("H2", "Meridian Heart Hospital", HOSPITAL, 420, SAP, "1000", "America/New_York", 14),
    Site("H3", "Meridian Orthopaedic and Spine", HOSPITAL, 340, SAP, "1000", "America/New_York", 16),
    Site("H4", "Meridian Women and Children", HOSPITAL, 280, SAP, "1000", "America/New_York", 10),
    Site("H5", "Lakeside Community Hospital", HOSPITAL, 220, ORACLE, "2000", "America/Chicago", 7),
    Site("H6", "Riverbend Community Hospital", HOSPITAL, 160, ORACLE, "2000", "America/Chicago", 5),
    Site("H7", "Hillcrest Hospital", HOSPITAL, 90, D365, "3000", "America/New_York", 4),
    Site("H8", "Prairie Critical Access Hospital", HOSPITAL, 25, LEGACY, "4000", "America/Chicago", 1),
    Site("DC", "Meridian Distribution Center", WAREHOUSE, 0, SAP, "1000", "America/New_York", 0),
    Site("A1", "Meridian Surgery Center North", SURGERY_CENTER, 0, SAP, "1000", "America/New_York", 6),
    Site("A2", "Meridian Surgery Center South", SURGERY_CENTER, 0, SAP, "1000", "America/New_York", 4),
    Site("SS", "Meridian Shared Services", OFFICE, 0, SAP, "1000", "America/New_York", 0),
    Site("CL", "Meridian Clinics", CLINIC, 0, SAP, "1000", "America/New_York", 0),
]
SITE_CODES = [site.code for site in SITES]
# The first day that each site is part of the network.
OPENS = np.array([STARTS[ACQUISITION_H7 - 1] if site.code == "H7" else FIRST_DAY for site in SITES], dtype=np.int64)
COMPANIES = {"1000": SAP, "2000": ORACLE, "3000": D365, "4000": LEGACY}
CLINICS = 20

OVERHEAD, PATIENT_CARE, ANCILLARY, NON_REIMBURSABLE = "OVERHEAD", "PATIENT_CARE", "ANCILLARY", "NON_REIMBURSABLE"

# 31 kinds of overhead, each with the statistic that spreads it, in the order in which a cost report closes them.
OVERHEAD_KINDS = {
    "Capital, buildings": "SQUARE_FEET", "Capital, equipment": "EQUIPMENT_DOLLARS", "Employee benefits": "SALARIES",
    "Human resources": "SALARIES", "Finance": "ACCUMULATED_COST", "Accounts payable": "ACCUMULATED_COST",
    "Patient accounts": "GROSS_REVENUE", "Admitting": "GROSS_REVENUE", "Information systems": "ACCUMULATED_COST",
    "Legal and compliance": "ACCUMULATED_COST", "Executive office": "ACCUMULATED_COST", "Marketing": "ACCUMULATED_COST",
    "Purchasing": "COSTED_REQUISITIONS", "Maintenance": "SQUARE_FEET", "Plant operation": "SQUARE_FEET",
    "Security": "SQUARE_FEET", "Laundry and linen": "POUNDS_OF_LAUNDRY", "Housekeeping": "SQUARE_FEET",
    "Dietary": "MEALS", "Cafeteria": "HOURS_WORKED", "Nursing administration": "NURSING_HOURS",
    "Staffing office": "NURSING_HOURS", "Education": "HOURS_WORKED", "Quality and safety": "ACCUMULATED_COST",
    "Materials management": "COSTED_REQUISITIONS", "Receiving and dock": "COSTED_REQUISITIONS",
    "Sterile processing": "COSTED_REQUISITIONS", "Biomedical engineering": "EQUIPMENT_DOLLARS",
    "Pharmacy administration": "COSTED_DRUGS", "Medical records": "GROSS_REVENUE", "Social service": "NURSING_HOURS",
}  # fmt: skip

NURSING_UNITS = [
    "Medical", "Surgical", "Step-down", "Intensive care", "Cardiac care", "Oncology", "Orthopaedics", "Neurology",
    "Labor and delivery", "Postpartum", "Neonatal intensive care", "Paediatrics", "Rehabilitation", "Observation",
]  # fmt: skip
ANCILLARY_KINDS = [
    "Operating room", "Recovery room", "Anaesthesia", "Pre-admission", "Cath lab", "Electrophysiology",
    "Interventional radiology", "Endoscopy", "Emergency", "Radiology", "CT", "MRI", "Ultrasound", "Nuclear medicine",
    "Mammography", "Radiation oncology", "Infusion", "Laboratory, core", "Microbiology", "Pathology", "Blood bank",
    "Respiratory therapy", "Pulmonary function", "Physical therapy", "Occupational therapy", "Speech therapy",
    "Electrocardiology", "Electroencephalography", "Dialysis", "Pharmacy", "Retail pharmacy", "Wound care",
    "Pain clinic", "Sleep laboratory", "Cardiac rehabilitation", "Transplant program", "Trauma program",
]  # fmt: skip
CLINIC_KINDS = [
    "Primary care", "Cardiology", "Orthopaedics", "Spine", "Neurology", "Oncology", "Women's health", "Paediatrics",
    "Gastroenterology", "Pulmonology", "Endocrinology", "Urology", "Dermatology", "Ophthalmology", "Behavioral health",
]  # fmt: skip
COST_CENTERS = 1150


@dataclass(frozen=True)
class CostCenter:
    """A department of one site; `statistic` only where its cost is allocated to others."""

    code: str
    name: str
    site: str
    kind: str
    function: str
    statistic: str | None = None


# Name, kind, function, statistic.
Department = tuple[str, str, str, str | None]


def cost_centers() -> list[CostCenter]:
    """All departments, 1,150: overhead, nursing units by beds, ancillaries, clinics, and the centers of other sites."""
    found: list[CostCenter] = []
    named: list[Department]
    for site in SITES:
        if site.kind == HOSPITAL:
            named = [(kind, OVERHEAD, kind, statistic) for kind, statistic in OVERHEAD_KINDS.items()]
            units = max(1, round(site.beds / 20))
            named += [
                (f"{NURSING_UNITS[unit % len(NURSING_UNITS)]} {unit + 1}", PATIENT_CARE,
                 NURSING_UNITS[unit % len(NURSING_UNITS)], None)
                for unit in range(units)
            ]  # fmt: skip
            offered = max(12, round(len(ANCILLARY_KINDS) * min(1, site.beds / 250)))
            named += [(kind, ANCILLARY, kind, None) for kind in ANCILLARY_KINDS[:offered]]
            named += [
                ("Gift shop", NON_REIMBURSABLE, "Gift shop", None),
                ("Research", NON_REIMBURSABLE, "Research", None),
            ]
        elif site.kind == SURGERY_CENTER:
            named = [(kind, ANCILLARY, kind, None) for kind in ANCILLARY_KINDS[:4]]
            named += [
                (kind, OVERHEAD, kind, OVERHEAD_KINDS[kind])
                for kind in ("Plant operation", "Housekeeping", "Admitting")
            ]
        elif site.kind == WAREHOUSE:
            named = [(kind, OVERHEAD, kind, "COSTED_REQUISITIONS") for kind in ("Warehouse", "Trucks", "Kitting")]
        elif site.kind == OFFICE:
            named = [(kind, OVERHEAD, kind, statistic) for kind, statistic in OVERHEAD_KINDS.items()]
        else:
            continue
        found += _numbered(site.code, named)
    clinics = COST_CENTERS - len(found)
    named = [
        (f"{CLINIC_KINDS[place // CLINICS % len(CLINIC_KINDS)]}, clinic {place % CLINICS + 1}"
         + ("" if place < CLINICS * len(CLINIC_KINDS) else f" team {place // (CLINICS * len(CLINIC_KINDS)) + 1}"),
         ANCILLARY, CLINIC_KINDS[place // CLINICS % len(CLINIC_KINDS)], None)
        for place in range(clinics)
    ]  # fmt: skip
    return found + _numbered("CL", named)


def _numbered(site: str, named: list[Department]) -> list[CostCenter]:
    start = SITE_CODES.index(site) * 1000 + 10_000
    return [
        CostCenter(str(start + number), name, site, kind, function, statistic)
        for number, (name, kind, function, statistic) in enumerate(named, 1)
    ]


class Location(NamedTuple):
    """Where stock is kept: a store room of a site, or a par cart of a department."""

    code: str
    site: str
    cost_center: str
    kind: str


def locations(centers: list[CostCenter]) -> list[Location]:
    """The store room of each site that keeps stock, and a cart in each department that uses it."""
    stores = [
        Location(f"{site.code}-STORE", site.code, "", "STORE_ROOM")
        for site in SITES
        if site.kind in (HOSPITAL, WAREHOUSE, SURGERY_CENTER)
    ]
    carts = [
        Location(f"{center.site}-{center.code}", center.site, center.code, "PAR_CART")
        for center in centers
        if center.kind in (PATIENT_CARE, ANCILLARY)
    ]
    return stores + carts
