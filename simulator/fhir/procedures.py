"""Procedures, the items that they use, and the implants that stay in the patient.

Belongs here: Item, Procedure, Device, DeviceUseStatement.
Not here: how used items are supplied and charged (`supplies.py`).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from simulator.fhir.identifiers import ICD10_PCS, concept, gtin14, local, period, reference
from simulator.fhir.persons import display_name
from simulator.fhir.visits import Visit

SNOMED = "http://snomed.info/sct"
# code, title, room; the title decides nothing: items are drawn for each procedure.
PROCEDURES = [
    ("0SRC0J9", "Replacement of right knee joint with synthetic substitute, cemented, open approach", "OR1"),
    ("0SR90JZ", "Replacement of right hip joint with synthetic substitute, open approach", "OR1"),
    ("0SG00AJ", "Fusion of lumbar vertebral joint with interbody fusion device, open approach", "OR2"),
    ("027034Z", "Dilation of coronary artery, one artery, with drug-eluting device, percutaneous", "CATH"),
    ("0FT44ZZ", "Resection of gallbladder, percutaneous endoscopic approach", "OR2"),
    ("0DTJ4ZZ", "Resection of appendix, percutaneous endoscopic approach", "OR2"),
]
IMPLANT_WORDS = re.compile(
    r"\b(implants?|screws?|stents?|rods?|cages?|plates?|mesh|lead|pacemaker|valve|knee|hip|femoral|tibial|acetabular|"
    r"graft|defibrillator|anchor)\b",
    re.IGNORECASE,
)
DEFAULT_ITEMS: list[dict] = [
    {"code": "IM-1001", "name": "Drug eluting coronary stent 3.0 x 18 mm", "unit": "EA"},
    {"code": "IM-1002", "name": "Total knee femoral component size 5 right", "unit": "EA"},
    {"code": "IM-1003", "name": "Hip acetabular cup 52 mm", "unit": "EA"},
    {"code": "IM-1004", "name": "Pedicle screw polyaxial 6.5 x 45 mm", "unit": "EA"},
    {"code": "IM-1005", "name": "Interbody cage lumbar 10 mm", "unit": "EA"},
    {"code": "SU-2001", "name": "Suture absorbable 2-0 36 in", "unit": "EA"},
    {"code": "SU-2002", "name": "Surgical glove sterile size 7.5 pair", "unit": "PR"},
    {"code": "SU-2003", "name": "Drape laparotomy sterile", "unit": "EA"},
    {"code": "SU-2004", "name": "Trocar bladeless 12 mm", "unit": "EA"},
    {"code": "SU-2005", "name": "Lap sponge 18 x 18 in pack of 5", "unit": "PK"},
    {"code": "SU-2006", "name": "Bone cement 40 g", "unit": "EA"},
    {"code": "SU-2007", "name": "Guide catheter 6 Fr", "unit": "EA"},
]


@dataclass(frozen=True)
class Item:
    """A product of the ERP. Code and unit are the ERP's; the GTIN and the charge follow from the code alone."""

    code: str
    name: str
    unit: str
    implant: bool

    @property
    def gtin(self) -> str:
        return gtin14(self.code)

    @property
    def charge(self) -> Decimal:
        cents = 500 + int(hashlib.sha256(f"charge {self.code}".encode()).hexdigest(), 16) % 25_000
        return Decimal(cents * (20 if self.implant else 1)) / 100


@dataclass(frozen=True)
class Use:
    """One item used in one procedure. `quantity` is in the item's own unit."""

    visit: Visit
    procedure: dict
    item: Item
    quantity: int
    at: datetime
    room: str
    device: dict | None


def read_items(file: Path | None) -> list[Item]:
    """Items of a JSON list of {code, name, unit}, or a list of our own. Raises SystemExit when the list is empty.

    `implant` (true or false) may be given; otherwise the words of the name decide.
    """
    rows: list[dict] = json.loads(file.read_text()) if file else DEFAULT_ITEMS
    if not rows:
        raise SystemExit(f"{file} lists no item; expected a JSON list of {{code, name, unit}}")
    return [
        Item(row["code"], row["name"], row["unit"], row.get("implant", bool(IMPLANT_WORDS.search(row["name"]))))
        for row in rows
    ]


def make_device(rng: Random, id_: str, number: int, item: Item, patient: dict, used_at: datetime) -> dict:
    """An implant with its own serial number (lots repeat). The HRF is the label's text: GS1 application identifiers."""
    lot, serial = f"LOT{rng.randrange(40):04d}", f"SN{900_000 + 17 * number}"
    made, expires = used_at - timedelta(days=rng.randrange(60, 400)), used_at + timedelta(days=rng.randrange(200, 1500))
    label = f"(01){item.gtin}(11){made:%y%m%d}(17){expires:%y%m%d}(10){lot}(21){serial}"
    carrier = {
        "deviceIdentifier": item.gtin,
        "issuer": "http://hl7.org/fhir/NamingSystem/gs1-di",
        "jurisdiction": "http://hl7.org/fhir/NamingSystem/fda-udi",
        "carrierHRF": label,
        "entryType": "barcode",
    }
    # One in eight was typed in: no label text, and the serial was left out, as it happens.
    typed = number % 8 == 7
    if typed:
        carrier = {"deviceIdentifier": item.gtin, "entryType": "manual"}
    device = {
        "resourceType": "Device",
        "id": id_,
        "udiCarrier": [carrier],
        "status": "active",
        "manufacturer": "Demonstration Devices Inc",
        "manufactureDate": local(made),
        "expirationDate": local(expires),
        "lotNumber": lot,
        "deviceName": [{"name": item.name, "type": "user-friendly-name"}],
        "modelNumber": f"M-{item.code}",
        "partNumber": item.code,
        "type": {"text": item.name},
        "patient": reference(patient, display_name(patient)),
        "note": [{"text": f"Implanted in {display_name(patient)}"}],
    }
    return device if typed else device | {"distinctIdentifier": item.gtin, "serialNumber": serial}


def make_device_use(id_: str, use: Use, number: int) -> dict:
    """It knows the patient and the device, not the encounter; every second one knows the procedure."""
    statement = {
        "resourceType": "DeviceUseStatement",
        "id": id_,
        "status": "entered-in-error" if number == 0 else "active",
        "subject": reference(use.visit.patient, display_name(use.visit.patient)),
        "timingDateTime": local(use.at),
        "recordedOn": local(use.at + timedelta(hours=1)),
        "device": reference(use.device or {}),
        "note": [{"text": f"{display_name(use.visit.patient)} was given a device card"}],
    }
    return statement | {"derivedFrom": [reference(use.procedure)]} if number % 2 else statement


def _status(number: int, total: int) -> str:
    """By quota: 5 % not done, 2 % entered in error, at least one of each."""
    not_done, mistaken = max(1, round(total * 0.05)), max(1, round(total * 0.02))
    return "not-done" if number < not_done else "entered-in-error" if number < not_done + mistaken else "completed"


def make_procedure(rng: Random, id_: str, number: int, total: int, visit: Visit) -> tuple[dict, str]:
    """A procedure inside its visit, and the room. An inpatient's is coded in ICD-10-PCS, any other's in SNOMED only."""
    code, title, room = PROCEDURES[number % len(PROCEDURES)]
    status = _status(number, total)
    start = visit.start + timedelta(minutes=rng.randrange(20, 50))
    patient = display_name(visit.patient)
    inpatient = visit.encounter["class"]["code"] == "IMP"
    procedure = {
        "resourceType": "Procedure",
        "id": id_,
        "status": status,
        "code": concept(ICD10_PCS, code, title) if inpatient else concept(SNOMED, "387713003", "Surgical procedure"),
        "subject": reference(visit.patient, patient),
        "encounter": reference(visit.encounter),
        "performedPeriod": period(start, start + timedelta(minutes=rng.randrange(20, 40))),
        "performer": [{"actor": reference(visit.practitioner, f"Dr. {display_name(visit.practitioner)}")}],
        "location": reference(visit.hospital.locations[room]),
        "note": [{"text": f"Called {patient} (MRN {visit.patient['identifier'][0]['value']}) before the procedure"}],
    }
    if status == "not-done":
        procedure["statusReason"] = {"text": f"{patient} had eaten"}
    return procedure, room


def tie_device(procedure: dict, device: dict) -> None:
    """An implant appears twice, as many systems send it: acted upon, and used."""
    acted = {"action": concept(SNOMED, "257867005", "Insertion - action"), "manipulated": reference(device)}
    procedure.setdefault("focalDevice", []).append(acted)
    procedure.setdefault("usedReference", []).append(reference(device))
