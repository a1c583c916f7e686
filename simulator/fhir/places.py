"""The network, its hospitals, and their locations down to rooms and beds.

Belongs here: Organization and Location. Not here: people and what happens in those places.
"""

from dataclasses import dataclass

from simulator.fhir.identifiers import COST_CENTER, DEPARTMENT, HOSPITAL, TERMINOLOGY, concept, reference

PHYSICAL_TYPES = {"si": "Site", "bu": "Building", "wi": "Wing", "wa": "Ward", "ro": "Room", "bd": "Bed", "area": "Area"}
HOSPITALS = [("H1", "Meridian University Hospital"), ("H3", "Meridian Spine and Joint Hospital")]
# code, name, physical type, code of the place around it, cost center
DEPARTMENTS = [
    ("MAIN", "Main building", "bu", "", "8000"),
    ("ED", "Emergency department", "wa", "MAIN", "6100"),
    ("OBS", "Observation unit", "wa", "MAIN", "6120"),
    ("MED", "Medical ward", "wa", "MAIN", "6210"),
    ("SURG", "Surgical ward", "wa", "MAIN", "6220"),
    ("ICU", "Intensive care unit", "wa", "MAIN", "6310"),
    ("OPD", "Outpatient department", "wa", "MAIN", "6510"),
    ("ORS", "Operating suite", "wi", "MAIN", "7010"),
    ("OR1", "Operating room 1", "ro", "ORS", "7010"),
    ("OR2", "Operating room 2", "ro", "ORS", "7010"),
    ("CATH", "Catheterization laboratory", "ro", "ORS", "7040"),
    ("CSP", "Central supply", "area", "MAIN", "8410"),
    ("MED-01", "Medical ward bed 1", "bd", "MED", "6210"),
    ("SURG-01", "Surgical ward bed 1", "bd", "SURG", "6220"),
    ("ICU-01", "Intensive care bed 1", "bd", "ICU", "6310"),
]


@dataclass(frozen=True)
class Hospital:
    """One hospital: its organization and its locations by department code ('' is the site)."""

    code: str
    organization: dict
    locations: dict[str, dict]

    def cost_center(self, department: str) -> dict:
        """A logical reference, as charge feeds give it: the cost center is an identifier, not a resource."""
        center = next(entry[4] for entry in DEPARTMENTS if entry[0] == department)
        return {"identifier": {"system": COST_CENTER, "value": f"{self.code}-{center}"}}


def _organization(code: str, name: str, parent: dict | None) -> dict:
    made = {
        "resourceType": "Organization",
        "id": f"org-{code.lower()}",
        "identifier": [{"system": f"{HOSPITAL}/facility", "value": code}],
        "active": True,
        "type": [concept(f"{TERMINOLOGY}/organization-type", "prov", "Healthcare Provider")],
        "name": name,
    }
    return made | {"partOf": reference(parent)} if parent else made


def _location(hospital: str, organization: dict, code: str, name: str, kind: str, around: dict | None) -> dict:
    made = {
        "resourceType": "Location",
        "id": "-".join(part for part in ("loc", hospital.lower(), code.lower()) if part),
        "identifier": [{"system": DEPARTMENT, "value": "-".join(part for part in (hospital, code) if part)}],
        "status": "active",
        "name": name,
        "mode": "instance",
        "physicalType": concept(f"{TERMINOLOGY}/location-physical-type", kind, PHYSICAL_TYPES[kind]),
        "managingOrganization": reference(organization),
    }
    return made | {"partOf": reference(around)} if around else made


def make_places() -> tuple[list[dict], list[Hospital]]:
    """All organizations and locations, and the hospitals that use them."""
    network = _organization("MRH", "Meridian Regional Health", None)
    resources, hospitals = [network], []
    for code, name in HOSPITALS:
        organization = _organization(code, name, network)
        locations = {"": _location(code, organization, "", name, "si", None)}
        for department, title, kind, around, _ in DEPARTMENTS:
            locations[department] = _location(code, organization, department, title, kind, locations[around])
        resources += [organization, *locations.values()]
        hospitals.append(Hospital(code, organization, locations))
    return resources, hospitals
