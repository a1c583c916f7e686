"""Identifiers and small FHIR datatypes of the synthetic hospital; none of the identifiers can be a real one.

Belongs here: code systems, check digits, codings, references, quantities.
Not here: who or what carries them (`persons.py`, `places.py`, `visits.py`, `supplies.py`).
"""

import hashlib
from datetime import datetime
from decimal import Decimal
from random import Random

HOSPITAL = "https://meridian.example"
MRN = f"{HOSPITAL}/mrn"
VISIT_NUMBER = f"{HOSPITAL}/visit-number"
DEPARTMENT = f"{HOSPITAL}/department"
COST_CENTER = f"{HOSPITAL}/cost-center"
ITEM_NUMBER = f"{HOSPITAL}/item-number"
CHARGE_CODE = f"{HOSPITAL}/charge-code"
DELIVERY_ENCOUNTER = f"{HOSPITAL}/fhir/StructureDefinition/supplydelivery-encounter"
NDC = "http://hl7.org/fhir/sid/ndc"
NPI = "http://hl7.org/fhir/sid/us-npi"
SSN = "http://hl7.org/fhir/sid/us-ssn"
DRIVERS_LICENCE = "urn:oid:2.16.840.1.113883.4.3.25"
ICD10_PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
# GS1 keeps company prefix 952 for demonstrations: no product on the market carries it.
DEMONSTRATION_PREFIX = "952"
# No labeler of the FDA's list has this code.
DEMONSTRATION_LABELER = "99952"


def gs1_check_digit(digits: str) -> str:
    """The check digit for the digits before it (GS1 General Specifications 7.9)."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def gtin14(item_code: str) -> str:
    """A GTIN-14 that depends on the item number alone, so that a catalogue elsewhere can carry the same one."""
    number = int(hashlib.sha256(item_code.encode()).hexdigest(), 16) % 10**9
    digits = f"0{DEMONSTRATION_PREFIX}{number:09d}"
    return digits + gs1_check_digit(digits)


def luhn_digit(digits: str) -> int:
    """The Luhn check digit for the digits before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return -total % 10


def invented_npi(rng: Random) -> str:
    """Ten digits whose last is wrong: an NPI is checked by Luhn over 80840 and its digits, so this is nobody's."""
    digits = f"1{rng.randrange(10**8):08d}"
    return digits + str((luhn_digit("80840" + digits) + rng.randrange(1, 10)) % 10)


def ndc11(product: int, package: int, dash: str = "") -> str:
    """Labeler, product and package (5-4-2 digits), as billing writes it, or with dashes as a label does."""
    return dash.join([DEMONSTRATION_LABELER, f"{product:04d}", f"{package:02d}"])


def coding(system: str, code: str, display: str) -> dict:
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str) -> dict:
    return {"coding": [coding(system, code, display)], "text": display}


def reference(resource: dict, display: str | None = None) -> dict:
    link = {"reference": f"{resource['resourceType']}/{resource['id']}"}
    return link | {"display": display} if display else link


def quantity(value: Decimal | int, unit: str) -> dict:
    return {"value": value, "unit": unit}


def ucum(value: Decimal | int, code: str) -> dict:
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def money(value: Decimal) -> dict:
    return {"value": value, "currency": "USD"}


def narrative(text: str) -> dict:
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'}


def local(moment: datetime) -> str:
    """A time as the hospital writes it: whole seconds with the offset of that day."""
    return moment.isoformat(timespec="seconds")


def period(start: datetime, end: datetime | None) -> dict:
    return {"start": local(start)} | ({"end": local(end)} if end else {})
