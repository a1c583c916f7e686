"""What is asked for, delivered, charged and given: supplies, charge items, medications.

Belongs here: SupplyRequest, SupplyDelivery, ChargeItem, MedicationAdministration.
Not here: what a procedure uses (`procedures.py`).

A SupplyDelivery has no encounter in R4: every second one of a patient carries it in an extension, the others have only
patient and time.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from simulator.fhir.identifiers import (
    CHARGE_CODE,
    DELIVERY_ENCOUNTER,
    ITEM_NUMBER,
    NDC,
    TERMINOLOGY,
    concept,
    local,
    money,
    ndc11,
    period,
    quantity,
    reference,
    ucum,
)
from simulator.fhir.persons import display_name
from simulator.fhir.places import Hospital
from simulator.fhir.procedures import Item, Use
from simulator.fhir.visits import Visit

REQUEST_STATUSES = ["completed", "completed", "active", "completed", "cancelled", "suspended"]
# product number, name, dose unit, dose, rate per hour or None
MEDICATIONS = [
    (101, "Cefazolin 1 g vial", "g", Decimal("2"), None),
    (102, "Heparin 5,000 units per mL vial", "[iU]", Decimal("5000"), None),
    (103, "Ondansetron 4 mg per 2 mL vial", "mg", Decimal("4.00"), None),
    (104, "Sodium chloride 0.9 % 1,000 mL bag", "mL", Decimal("1000"), Decimal("83.33")),
    (105, "Morphine 10 mg per mL vial", "mg", Decimal("2.5"), None),
]
ROUTE = concept("http://snomed.info/sct", "47625008", "Intravenous route")


def _item(item: Item) -> dict:
    return concept(ITEM_NUMBER, item.code, item.name)


def make_request(rng: Random, id_: str, number: int, hospital: Hospital, item: Item, now: datetime) -> dict:
    """An internal requisition of a department from central supply: no patient."""
    authored = now - timedelta(days=rng.randrange(2, 118), minutes=rng.randrange(1440))
    return {
        "resourceType": "SupplyRequest",
        "id": id_,
        "status": REQUEST_STATUSES[number % len(REQUEST_STATUSES)],
        "category": concept(f"{TERMINOLOGY}/supply-kind", "central", "Central Supply"),
        "itemCodeableConcept": _item(item),
        "quantity": quantity(rng.randrange(5, 60), item.unit),
        "authoredOn": local(authored),
        "deliverFrom": reference(hospital.locations["CSP"]),
        "deliverTo": reference(hospital.locations[["OR1", "OR2", "CATH", "ED"][number % 4]]),
    }


def make_restock(id_: str, request: dict, short: bool) -> dict:
    """The delivery of a requisition, one unit short when `short`."""
    ordered = request["quantity"]
    return {
        "resourceType": "SupplyDelivery",
        "id": id_,
        "basedOn": [{"reference": f"SupplyRequest/{request['id']}"}],
        "status": "completed",
        "type": concept(f"{TERMINOLOGY}/supply-item-type", "device", "Device"),
        "suppliedItem": {
            "quantity": ordered | {"value": ordered["value"] - int(short)},
            "itemCodeableConcept": request["itemCodeableConcept"],
        },
        # A bare date: R4 allows any precision in a dateTime.
        "occurrenceDateTime": request["authoredOn"][:10],
        "supplier": {"display": "Central supply"},
        "destination": request["deliverTo"],
    }


def make_delivery(id_: str, number: int, use: Use) -> dict:
    """An item handed over for one patient during a procedure."""
    delivery = {
        "resourceType": "SupplyDelivery",
        "id": id_,
        "status": {1: "abandoned", 4: "entered-in-error"}.get(number, "completed"),
        "patient": reference(use.visit.patient, display_name(use.visit.patient)),
        "type": concept(f"{TERMINOLOGY}/supply-item-type", "device", "Device"),
        "suppliedItem": {"quantity": quantity(use.quantity, use.item.unit), "itemCodeableConcept": _item(use.item)},
        "occurrenceDateTime": local(use.at),
        "destination": reference(use.visit.hospital.locations[use.room]),
    }
    if number % 2 == 0:
        delivery["extension"] = [{"url": DELIVERY_ENCOUNTER, "valueReference": reference(use.visit.encounter)}]
    return delivery


def make_charge(id_: str, number: int, use: Use) -> dict:
    """The charge for a used item; each eleventh is a reversal (a quantity below zero)."""
    reversal = number % 11 == 10
    settled = "billed" if number % 3 else "billable"
    status = {2: "entered-in-error", 5: "aborted", 7: "not-billable"}.get(number, settled)
    patient = display_name(use.visit.patient)
    return {
        "resourceType": "ChargeItem",
        "id": id_,
        "status": status,
        "code": concept(CHARGE_CODE, f"CHG-{use.item.code}", use.item.name),
        "subject": reference(use.visit.patient, patient),
        "context": reference(use.visit.encounter),
        "occurrenceDateTime": local(use.at),
        "performingOrganization": reference(use.visit.hospital.organization),
        "quantity": quantity(-use.quantity if reversal else use.quantity, use.item.unit),
        "costCenter": use.visit.hospital.cost_center(use.room),
        # R4: the total price of the charge, not the price of one; a reversal says so by its quantity.
        "priceOverride": money(use.item.charge * use.quantity),
        "enteredDate": local(use.at + timedelta(hours=2 + number % 40)),
        "service": [reference(use.procedure)],
        "productCodeableConcept": _item(use.item),
        "note": [{"text": f"{patient} disputes this charge"}] if number % 9 == 0 else [{"text": "Posted by interface"}],
    }


def make_administration(rng: Random, id_: str, number: int, visit: Visit) -> dict:
    """A medication given during a visit. The dose unit is clinical, never the package unit of the item master.

    The last medication of the list comes as a contained resource with a dashed NDC, as some systems send all of them.
    """
    product, name, unit, dose, rate = MEDICATIONS[number % len(MEDICATIONS)]
    start = visit.start + timedelta(minutes=rng.randrange(5, 60))
    status = {3: "not-done", 6: "entered-in-error"}.get(number, "completed")
    dosage = {"text": f"{dose} {unit} for {display_name(visit.patient)}", "route": ROUTE, "dose": ucum(dose, unit)}
    administration: dict = {
        "resourceType": "MedicationAdministration",
        "id": id_,
        "status": status,
        "subject": reference(visit.patient, display_name(visit.patient)),
        "context": reference(visit.encounter),
        "performer": [{"actor": reference(visit.practitioner, f"Dr. {display_name(visit.practitioner)}")}],
        "note": [{"text": f"{display_name(visit.patient)} tolerated it well"}],
    }
    if product == MEDICATIONS[-1][0]:
        code = concept(NDC, ndc11(product, 1, dash="-"), name)
        administration["contained"] = [{"resourceType": "Medication", "id": "given", "code": code}]
        administration["medicationReference"] = {"reference": "#given"}
    else:
        administration["medicationCodeableConcept"] = concept(NDC, ndc11(product, 1), name)
    if rate is None:
        return administration | {"effectiveDateTime": local(start), "dosage": dosage}
    infused = period(start, min(start + timedelta(hours=12), visit.end or start))
    return administration | {"effectivePeriod": infused, "dosage": dosage | {"rateQuantity": ucum(rate, "mL/h")}}
