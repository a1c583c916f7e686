"""What patients were given, and what was charged for it.

Belongs here: SupplyDelivery, ChargeItem, MedicationAdministration, and uses as they are told, with their faults. Not here:
implants (`procedures.py`).

A SupplyDelivery has no encounter in R4: every second one carries it in this site's extension, the others have only patient,
time and place. What was opened for nothing is an abandoned one. A double scan is a second delivery; of three of those one
is noticed and deleted within two days.
"""

from simulator.fhir.identifiers import (
    CHARGE_CODE,
    COST_CENTER,
    DELIVERY_ENCOUNTER,
    DEMONSTRATION_LABELER,
    ITEM_NUMBER,
    NDC,
    TERMINOLOGY,
)
from simulator.systems.ehr.datatypes import coded, reference, resource
from simulator.systems.ehr.template import code, number, text, when
from simulator.systems.ehr.visits import DAY, MINUTE

REVENUE_CODE = "https://www.nubc.org/CodeSystem/RevenueCodes"
UCUM = "http://unitsofmeasure.org"

# `used` is each use as it is told: of the case that it was documented in, under the number of the EHR's own supply list. An
# item that this list lacks, or that nobody has mapped, stands under a number that no item master has, the same each time.
VIEWS = f"""
    CREATE TEMP VIEW supply AS
        SELECT item.item_id, coalesce(listed.source_pk, unlisted(item.item_id)) AS item_number, item.gtin,
            coalesce(listed.description, item.description) AS description, item.base_uom
        FROM truth_item AS item
        LEFT JOIN (SELECT * FROM truth_source_item WHERE source = 'ehr') AS listed USING (item_id);
    CREATE TEMP VIEW used AS
        SELECT u.* EXCLUDE (encounter_id), visit.*, told.case_id AS told_case_id, told.procedure, told.room,
            gtin, description, base_uom,
            if(u.label = 'ITEM_UNMAPPED', unlisted(u.item_id), item_number) AS item_number,
            person_then(visit.person_id, visit.merged_from_person_id, visit.merged_at, u.documented_at) AS told_person_id,
            greatest(later(u.documented_at, use_id, {MINUTE}, {10 * MINUTE}), visit.shown_at) AS recorded_at
        FROM truth_use AS u LEFT JOIN operation AS told ON told.case_id = coalesce(u.recorded_case_id, u.case_id)
        JOIN visit ON visit.encounter_id = coalesce(told.encounter_id, u.encounter_id)
        JOIN supply USING (item_id);
    CREATE TEMP VIEW implant AS
        SELECT * REPLACE (if(label = 'MISSING_LOT', NULL, lot) AS lot, if(label = 'MISSING_SERIAL', NULL, serial) AS serial)
        FROM used WHERE is_implant AND used > 0;
"""
MACROS = """
    CREATE TEMP MACRO unlisted(item) AS 'NEW-' || lpad((hash(item) % 1000000)::VARCHAR, 6, '0');
    -- Labeler (of none of the FDA's list), product and package: 5, 4 and 2 digits.
    CREATE TEMP MACRO ndc(item, dash) AS '{labeler}' || dash || lpad((number_of(item) % 10000)::VARCHAR, 4, '0') || dash
        || lpad((number_of(item) // 10000)::VARCHAR, 2, '0');
""".replace("{labeler}", DEMONSTRATION_LABELER)

_DRUG = {"text": text("description")}

RESOURCES = [
    resource(
        "SupplyDelivery",
        f"""
        SELECT own(use_id) || again.suffix AS id, again.seen_at, again.gone, used.*, patient, called,
            if(used > 0, used, wasted) AS taken,
            coalesce(room_location(room), department_location(cost_center)) AS place
        FROM used JOIN person ON person.person_id = told_person_id,
            LATERAL (
                SELECT '' AS suffix, recorded_at AS seen_at, false AS gone
                UNION ALL
                SELECT '-2', later(recorded_at, use_id, 5, 90), false WHERE label = 'DOUBLE_SCAN'
                UNION ALL
                SELECT '-2', later(recorded_at, use_id, {DAY}, {2 * DAY}), true
                WHERE label = 'DOUBLE_SCAN' AND hash(use_id) % 3 = 0) AS again
        WHERE used + wasted > 0""",
        {
            "extension": when(
                "hash(use_id) % 2 = 0",
                [{"url": DELIVERY_ENCOUNTER, "valueReference": reference("Encounter", "encounter")}],
            ),
            "status": code("if(used > 0, 'completed', 'abandoned')"),
            "patient": reference("Patient", "patient", "called"),
            "type": coded(f"{TERMINOLOGY}/supply-item-type", "device"),
            "suppliedItem": {
                "quantity": {"value": number("taken"), "unit": code("base_uom")},
                "itemCodeableConcept": coded(ITEM_NUMBER, code("item_number")) | {"text": text("description")},
            },
            "occurrenceDateTime": code("local_time(used_at)"),
            "destination": reference("Location", "place"),
        },
    ),
    resource(
        "ChargeItem",
        f"""
        SELECT own(charge_id) AS id,
            unnest([
                recorded_at,
                CASE WHEN billed_at > posted_at THEN greatest(later(billed_at, charge_id, {MINUTE}, {60 * MINUTE}), recorded_at)
                     WHEN billed_at IS NOT NULL THEN later(posted_at, charge_id, {3 * DAY}, {10 * DAY}) END]) AS seen_at,
            false AS gone, *
        FROM (
            SELECT charge.*, visit.* EXCLUDE (encounter_id, cost_center), patient, called, item_number, description,
                greatest(later(posted_at, charge_id, {MINUTE}, {10 * MINUTE}), shown_at) AS recorded_at
            FROM truth_charge AS charge JOIN visit USING (encounter_id)
            JOIN person ON person.person_id = person_then(visit.person_id, merged_from_person_id, merged_at, posted_at)
            LEFT JOIN supply USING (item_id))""",
        {
            "partOf": when("links_to IS NOT NULL", [reference("ChargeItem", "own(links_to)")]),
            "status": code("if(seen_at > recorded_at, 'billed', 'billable')"),
            "code": {
                "coding": [
                    {"system": CHARGE_CODE, "code": code("charge_code")},
                    when("revenue_code IS NOT NULL", {"system": REVENUE_CODE, "code": code("revenue_code")}),
                ]
            },
            "subject": reference("Patient", "patient", "called"),
            "context": reference("Encounter", "encounter"),
            "occurrenceDateTime": code("local_time(service_at)"),
            "performingOrganization": reference("Organization", "'org-' || lower(site)"),
            # A credit says so by its quantity; R4: the total price of the charge, not the price of one.
            "quantity": {"value": number("if(kind = 'CREDIT', -abs(quantity), quantity)")},
            "costCenter": when("cost_center IS NOT NULL",
                               {"identifier": {"system": COST_CENTER, "value": code("cost_center")}}),
            "priceOverride": {"value": number("abs(amount)"), "currency": "USD"},
            "enteredDate": code("local_time(posted_at)"),
            "productCodeableConcept": when(
                "item_number IS NOT NULL", coded(ITEM_NUMBER, code("item_number")) | {"text": text("description")}
            ),
            "account": [reference("Account", "own(account_number)")],
        },
    ),
    resource(
        "MedicationAdministration",
        f"""
        SELECT own(admin_id) AS id, greatest(later(administered_at, admin_id, {MINUTE}, {30 * MINUTE}), shown_at) AS seen_at,
            false AS gone, given.*, visit.encounter, patient, called, description, hash(item_id) % 5 = 0 AS is_contained
        FROM truth_med_admin AS given JOIN visit USING (encounter_id)
        JOIN person ON person.person_id = person_then(visit.person_id, merged_from_person_id, merged_at, administered_at)
        JOIN supply USING (item_id)""",
        # Of five drugs one comes as a contained resource with a dashed NDC, as some systems send all of them.
        {
            "contained": when("is_contained", [{
                "resourceType": "Medication", "id": "given", "code": coded(NDC, code("ndc(item_id, '-')")) | _DRUG,
            }]),
            "status": "completed",
            "medicationCodeableConcept": when("NOT is_contained", coded(NDC, code("ndc(item_id, '')")) | _DRUG),
            "medicationReference": when("is_contained", {"reference": "#given"}),
            "subject": reference("Patient", "patient", "called"),
            "context": reference("Encounter", "encounter"),
            "effectiveDateTime": code("local_time(administered_at)"),
            "dosage": {
                "text": text("dose || ' ' || unit || ' for ' || called"),
                "dose": {"value": number("dose"), "unit": text("unit"), "system": UCUM, "code": text("unit")},
            },
        },
    ),
]  # fmt: skip
