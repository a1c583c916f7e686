"""The hospital's people: patients with every direct identifier, and practitioners.

Belongs here: persons and the truth about what identifies them. Names come from word lists; each person carries a
canary, a token that occurs nowhere else, as a second given name.
Not here: what happens to them (`visits.py`, `supplies.py`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from simulator.fhir.identifiers import DRIVERS_LICENCE, MRN, NPI, SSN, TERMINOLOGY, invented_npi, narrative

GIVEN = ["Ada", "Bram", "Célia", "Dov", "Esme", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaia", "Levi", "Mina"]
FAMILY = ["Ashdown", "Birkwood", "Corbridge", "Delmonte", "Elverton", "Farrowick", "Glenmoor", "Núñez", "Oakhart"]
STREETS = ["Larkspur Court", "Old Mill Lane", "Quarry Road", "Sycamore Terrace", "Tannery Row", "Wren Street"]
CITIES = [("Brackenford", "OH", "45001"), ("Millhaven", "OH", "45117"), ("Stonebridge", "KY", "41002")]
AREA_CODES = [f"{code}" for code in range(201, 981, 13)]
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass
class PlantedIdentifiers:
    """What identifies a person and was written into the records: a scan of anything stored must find none of it."""

    direct: list[dict] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)

    def plant(self, kind: str, value: str, owner: str) -> str:
        self.direct.append({"kind": kind, "value": value, "resource": owner})
        return value

    def plant_canary(self, rng: Random) -> str:
        canary = f"Canary{len(self.canaries):03d}" + "".join(rng.choices(LETTERS, k=6))
        self.canaries.append(canary)
        return canary


def _identifier(system: str, code: str, display: str, value: str) -> dict:
    kind = {"coding": [{"system": f"{TERMINOLOGY}/v2-0203", "code": code, "display": display}]}
    return {"type": kind, "system": system, "value": value}


def make_patient(rng: Random, id_: str, number: int, born_before: date, planted: PlantedIdentifiers) -> dict:
    """Patient `number` (counted from 0; identifiers derive from it, so they never repeat)."""
    owner = f"Patient/{id_}"

    def plant(kind: str, value: str) -> str:
        return planted.plant(kind, value, owner)

    plant("patient_id", id_)
    canary = planted.plant_canary(rng)
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    name = plant("name", f"{given} {canary} {family}")
    city, state, zip_code = rng.choice(CITIES)
    line = plant("address", f"{100 + 7 * number} {rng.choice(STREETS)}")
    phone = plant("phone", f"+1-{AREA_CODES[number // 100 % len(AREA_CODES)]}-555-01{number % 100:02d}")
    email = plant("email", f"{given}.{canary}@example.org".lower())
    mrn = plant("mrn", f"MRH{70_000_001 + 37 * number}")
    # Area 666 was never issued.
    ssn = plant("ssn", f"666-{10 + number % 89}-{1000 + number:04d}")
    licence = plant("drivers_licence", f"SZ{5_000_011 + 53 * number}")
    born = born_before - timedelta(days=rng.randrange(365 * 2, 365 * 97))
    patient: dict = {
        "resourceType": "Patient",
        "id": id_,
        "text": narrative(f"{name}, born {born}, MRN {mrn}, {line}, {city}"),
        "identifier": [
            _identifier(MRN, "MR", "Medical record number", mrn),
            _identifier(SSN, "SS", "Social Security number", ssn),
            _identifier(DRIVERS_LICENCE, "DL", "Driver's license number", licence),
        ],
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given, canary]}],
        "telecom": [{"system": "phone", "value": phone, "use": "home"}, {"system": "email", "value": email}],
        "gender": rng.choice(["female", "male"]),
        "birthDate": born.isoformat(),
        "address": [{"use": "home", "line": [line], "city": city, "state": state, "postalCode": zip_code}],
    }
    if number % 7 == 3:
        maiden = plant("name", f"{given} {canary} {rng.choice(FAMILY)}-Thistle")
        patient["name"].append({"use": "maiden", "family": maiden.split()[-1], "given": [given, canary]})
    return patient


def display_name(person: dict) -> str:
    name = person["name"][0]
    return " ".join([*name["given"], name["family"]])


def make_practitioner(rng: Random, id_: str, planted: PlantedIdentifiers) -> dict:
    canary = planted.plant_canary(rng)
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    owner = f"Practitioner/{id_}"
    planted.plant("practitioner_name", f"{given} {canary} {family}", owner)
    return {
        "resourceType": "Practitioner",
        "id": id_,
        "identifier": [{"system": NPI, "value": planted.plant("npi", invented_npi(rng), owner)}],
        "active": True,
        "name": [{"family": family, "given": [given, canary], "prefix": ["Dr."]}],
    }
