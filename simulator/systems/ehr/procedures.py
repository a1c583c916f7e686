"""What was done to patients, and the implants that stayed in them.

Belongs here: Procedure, Device, DeviceUseStatement. Not here: other supplies (`supplies.py`), the visits.

A procedure of an operating room is known from the day it is booked; its clinical code stands from the beginning, the code
of ICD-10-PCS only when the visit has been coded, days later. Cases that were called off stand as
procedures under the number of the case; all others under the number of what was done. Cases that are still ahead have no
visit, and with it nobody whom R4 would let them be of: the EHR shows them as soon as somebody comes for them.
"""

from simulator.fhir.identifiers import HOSPITAL, ICD10_PCS
from simulator.systems.ehr.datatypes import coded, identifier, note, reference, resource
from simulator.systems.ehr.template import code, each, text, when
from simulator.systems.ehr.visits import HOUR, MINUTE

CASE_NUMBER, CANCEL_REASON = f"{HOSPITAL}/case-number", f"{HOSPITAL}/cancel-reason"
CLINICAL_CODE, OUTPATIENT_CODE = f"{HOSPITAL}/procedure-code", f"{HOSPITAL}/outpatient-procedure"
INSERTION = ("http://snomed.info/sct", "257867005")

# `operation`: a case with the first procedure that it was coded as; `bedside`: everything else that was coded.
VIEWS = f"""
    CREATE TEMP TABLE operation AS
        WITH done AS (
            SELECT case_id, min(procedure_id) AS procedure_id, arg_min(code, sequence) AS coded,
                arg_min(code_system, sequence) AS code_system
            FROM truth_procedure WHERE case_id IS NOT NULL GROUP BY case_id),
        booked AS (
            SELECT c.* EXCLUDE (encounter_id), visit.encounter_id, visit.encounter, visit.person_id,
                visit.merged_from_person_id, visit.merged_at, visit.diagnosed_at,
                procedure_id, coded, code_system, own(coalesce(procedure_id, c.case_id)) AS procedure,
                greatest(later(c.booked_at, c.case_id, {MINUTE}, {10 * MINUTE}), visit.shown_at) AS known_at
            FROM truth_case AS c JOIN visit USING (encounter_id) LEFT JOIN done USING (case_id))
        SELECT *, CASE WHEN status = 'COMPLETED' THEN later(in_room_at, case_id, {MINUTE}, {5 * MINUTE}) END AS begun_at,
            CASE WHEN status = 'COMPLETED' THEN later(out_room_at, case_id, {5 * MINUTE}, {HOUR}) END AS documented_at,
            CASE WHEN status = 'CANCELED' THEN greatest(last_modified_at, known_at + INTERVAL 1 MINUTE) END AS called_off_at,
            CASE WHEN code_system = 'ICD-10-PCS' THEN diagnosed_at END AS code_at
        FROM booked;
    CREATE TEMP VIEW bedside AS
        SELECT p.*, visit.encounter, visit.person_id, merged_from_person_id, merged_at,
            own(p.procedure_id) AS procedure, visit.cost_center,
            CASE WHEN code_system = 'ICD-10-PCS' THEN diagnosed_at END AS code_at,
            later(performed_at, p.procedure_id, {5 * MINUTE}, {2 * HOUR}) AS documented_at
        FROM truth_procedure AS p JOIN visit USING (encounter_id)
        WHERE p.procedure_id NOT IN (SELECT procedure_id FROM operation WHERE procedure_id IS NOT NULL);
"""

# What a case implanted, known when the last of it was documented.
_IMPLANTS = """
    SELECT told_case_id AS case_id, list(own(use_id) ORDER BY use_id) AS devices, max(recorded_at) AS implanted_at
    FROM implant GROUP BY ALL"""

RESOURCES = [
    resource(
        "Procedure",
        f"""
        SELECT operation.procedure AS id, moment.seen_at, false AS gone, operation.* EXCLUDE (site, room),
            devices, implanted_at, patient, person.called, record_number, practitioner, provider.called AS provider_called,
            room_location(room) AS place,
            CASE WHEN moment.seen_at >= called_off_at THEN 'not-done' WHEN moment.seen_at >= documented_at THEN 'completed'
                 WHEN moment.seen_at >= begun_at THEN 'in-progress' ELSE 'preparation' END AS status_then
        FROM (
            SELECT case_id, devices, implanted_at, unnest([
                known_at, begun_at, documented_at, called_off_at, greatest(code_at, documented_at),
                greatest(implanted_at, documented_at)]) AS seen_at
            FROM operation LEFT JOIN ({_IMPLANTS}) USING (case_id)) AS moment
        JOIN operation USING (case_id)
        JOIN person ON person.person_id = person_then(operation.person_id, merged_from_person_id, merged_at, moment.seen_at)
        LEFT JOIN provider USING (provider_id)
        WHERE moment.seen_at IS NOT NULL
        UNION ALL BY NAME
        SELECT procedure AS id, unnest([documented_at, greatest(code_at, documented_at)]) AS seen_at, false AS gone,
            bedside.encounter, patient, person.called, record_number, practitioner, provider.called AS provider_called,
            department_location(cost_center) AS place, code AS coded, code_system, code_at, performed_at,
            documented_at, 'completed' AS status_then
        FROM bedside
        JOIN person ON person.person_id = person_then(bedside.person_id, merged_from_person_id, merged_at, documented_at)
        LEFT JOIN provider USING (provider_id)""",
        {
            "identifier": when("case_id IS NOT NULL", [identifier(CASE_NUMBER, "case_id")]),
            "status": code("status_then"),
            "statusReason": when("status_then = 'not-done'", coded(CANCEL_REASON, text("coalesce(cancel_reason, 'OTHER')"))),
            "code": {
                "coding": when(
                    "procedure_code IS NOT NULL OR seen_at >= code_at OR code_system = 'OUTPATIENT'",
                    [
                        when("procedure_code IS NOT NULL", {"system": CLINICAL_CODE, "code": code("procedure_code")}),
                        when("code_system = 'OUTPATIENT' AND seen_at >= documented_at",
                             {"system": OUTPATIENT_CODE, "code": code("coded")}),
                        when("code_system = 'ICD-10-PCS' AND seen_at >= code_at AND seen_at >= documented_at",
                             {"system": ICD10_PCS, "code": code("coded")}),
                    ],
                ),
                "text": "Procedure",
            },
            "subject": reference("Patient", "patient", "called"),
            "encounter": reference("Encounter", "encounter"),
            "performedDateTime": code("local_time(performed_at)"),
            "performedPeriod": when("seen_at >= begun_at", {
                "start": code("local_time(in_room_at)"),
                "end": when("seen_at >= documented_at", code("local_time(out_room_at)")),
            }),
            "performer": when("practitioner IS NOT NULL", [
                {"actor": reference("Practitioner", "practitioner", "provider_called")},
            ]),
            "location": reference("Location", "place"),
            "note": when("seen_at >= called_off_at",
                         note("'Called ' || called || coalesce(' (MRN ' || record_number || ')', '')")),
            # An implant appears twice, as many systems send it: acted upon, and used.
            "focalDevice": when("seen_at >= implanted_at", each("devices", {
                "action": coded(*INSERTION), "manipulated": reference("Device", "one"),
            })),
            "usedReference": when("seen_at >= implanted_at", each("devices", reference("Device", "one"))),
        },
    ),
    resource(
        "Device",
        """
        SELECT own(use_id) AS id, recorded_at AS seen_at, false AS gone, *,
            lot IS NOT NULL AND serial IS NOT NULL AND expiry_date IS NOT NULL AS is_scanned
        FROM implant JOIN person ON person.person_id = told_person_id""",
        {
            "udiCarrier": when("gtin IS NOT NULL", [{
                "deviceIdentifier": code("gtin"),
                "issuer": when("is_scanned", "http://hl7.org/fhir/NamingSystem/gs1-di"),
                # The label's text, with GS1's application identifiers; what was typed in has none.
                "carrierHRF": when("is_scanned", code(
                    "'(01)' || gtin || '(17)' || strftime(expiry_date, '%y%m%d') || '(10)' || lot || '(21)' || serial"
                )),
                "entryType": code("if(is_scanned, 'barcode', 'manual')"),
            }]),
            "status": "active",
            "distinctIdentifier": when("is_scanned", code("gtin")),
            "expirationDate": code("expiry_date::VARCHAR"),
            "lotNumber": code("lot"),
            "serialNumber": code("serial"),
            "deviceName": [{"name": text("description"), "type": "user-friendly-name"}],
            "partNumber": text("item_number"),
            "type": {"text": text("description")},
            "patient": reference("Patient", "patient", "called"),
            "note": note("'Implanted in ' || called"),
        },
    ),
    resource(
        "DeviceUseStatement",
        """
        SELECT own(use_id) AS id, later(recorded_at, use_id, 60, 600) AS seen_at, false AS gone, *,
            if(hash(use_id) % 2 = 0, procedure, NULL) AS source
        FROM implant JOIN person ON person.person_id = told_person_id""",
        # It knows the patient and the device, not the visit; every second one knows the procedure.
        {
            "status": "active",
            "subject": reference("Patient", "patient", "called"),
            "derivedFrom": when("source IS NOT NULL", [reference("Procedure", "source")]),
            "timingDateTime": code("local_time(used_at)"),
            "recordedOn": code("local_time(documented_at)"),
            "device": reference("Device", "own(use_id)"),
        },
    ),
]  # fmt: skip
