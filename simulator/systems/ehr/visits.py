"""Visits of an EHR: each from when it was planned to when it was coded, billed, or found to be a mistake.

Belongs here: Encounter, Account, Condition, and when each change of a visit is seen. Not here: who (`persons.py`), what
was done (`procedures.py`). R4 has no element for a DRG: it is in the coded abstract, and there only.
"""

from simulator.fhir.identifiers import HOSPITAL, TERMINOLOGY, VISIT_NUMBER
from simulator.systems.ehr.datatypes import coded, identifier, reference, resource
from simulator.systems.ehr.template import code, each, number, when

ACCOUNT_NUMBER = f"{HOSPITAL}/account-number"
ACT_CODE = f"{TERMINOLOGY}/v3-ActCode"
DISPOSITION = "http://www.nubc.org/patient-discharge"
ICD10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
MINUTE, HOUR, DAY = 60, 3600, 86400

# When the EHR knows what: `shown_at` is the first version of a visit. A person found to be there twice is merged later.
VIEWS = f"""
    CREATE TEMP MACRO site_location(site) AS 'loc-' || lower(site);
    CREATE TEMP MACRO department_location(cost_center) AS 'loc-' || cost_center;
    CREATE TEMP MACRO unmapped_location(site) AS 'loc-' || lower(site) || '-new';
    CREATE TEMP MACRO room_location(room) AS 'loc-' || lower(room);
    CREATE TEMP MACRO payer_code(payer) AS regexp_replace(lower(payer), '[^a-z]+', '-', 'g');
    CREATE TEMP TABLE visit AS
        WITH moments AS (
            SELECT e.*, own(encounter_id) AS encounter, merged_at,
                CASE WHEN status = 'cancelled' THEN later(admitted_at - INTERVAL 21 DAY, encounter_id, 0, {20 * DAY})
                     WHEN first_booked < admitted_at THEN first_booked END AS asked_for_at,
                CASE WHEN status <> 'cancelled' THEN later(admitted_at, encounter_id, {MINUTE}, {15 * MINUTE}) END
                    AS arrived_at,
                CASE WHEN status = 'cancelled' THEN later(admitted_at, encounter_id, {HOUR}, {4 * HOUR}) END
                    AS cancelled_at,
                CASE WHEN status = 'finished' THEN later(discharged_at, encounter_id, {15 * MINUTE}, {60 * MINUTE}) END
                    AS left_at,
                CASE WHEN status = 'finished' THEN later(coded_at, encounter_id, {MINUTE}, {15 * MINUTE}) END
                    AS diagnosed_at,
                CASE WHEN status = 'entered-in-error' THEN later(admitted_at, encounter_id, {2 * HOUR}, {4 * DAY}) END
                    AS withdrawn_at
            FROM truth_encounter AS e SEMI JOIN site USING (site)
            LEFT JOIN (SELECT encounter_id, min(booked_at) AS first_booked FROM truth_case GROUP BY ALL) USING (encounter_id)
            LEFT JOIN (SELECT person_id AS merged_from_person_id, merged_at FROM truth_person) USING (merged_from_person_id)),
        planned AS (
            SELECT * EXCLUDE (asked_for_at),
                CASE WHEN asked_for_at IS NOT NULL THEN greatest(asked_for_at, opened()) END AS planned_at
            FROM moments)
        SELECT *, coalesce(planned_at, arrived_at) AS shown_at FROM planned;
    -- Later stays of a visit; most have one, which is the visit itself.
    CREATE TEMP VIEW moved AS
        SELECT encounter_id, from_at, shown_at FROM truth_unit_stay JOIN visit USING (encounter_id) WHERE sequence > 1;
    -- The person under whom something was recorded at a time.
    CREATE TEMP MACRO person_then(person, merged_from, merged_at, seen_at) AS if(merged_at > seen_at, merged_from, person);
    CREATE TEMP VIEW person AS
        SELECT * EXCLUDE (merged_at), own(person_id) AS patient,
            given_name || ' ' || canary || ' ' || family_name AS called
        FROM known_person;
    CREATE TEMP VIEW provider AS
        SELECT * EXCLUDE (site), own(provider_id) AS practitioner,
            'Dr. ' || given_name || ' ' || canary || ' ' || family_name AS called
        FROM truth_provider;
"""

_STAY = {
    "location": reference(
        "Location", "if(is_department_unmapped, unmapped_location(site), department_location(one.cost_center))"
    ),
    "status": code("if(one.until_at <= seen_at, 'completed', 'active')"),
    "period": {
        "start": code("local_time(one.from_at)"),
        "end": when("one.until_at <= seen_at", code("local_time(one.until_at)")),
    },
}

RESOURCES = [
    resource(
        "Encounter",
        """
        SELECT visit.encounter AS id, moment.seen_at, false AS gone, visit.*, before.encounter AS before,
            person.patient, person.called, provider.practitioner, provider.called AS provider_called,
            coalesce(stays, [{cost_center: visit.cost_center, from_at: visit.admitted_at, until_at: visit.discharged_at}])
                AS stays, ranks,
            CASE WHEN moment.seen_at >= withdrawn_at THEN 'entered-in-error'
                 WHEN moment.seen_at >= cancelled_at THEN 'cancelled' WHEN moment.seen_at >= left_at THEN 'finished'
                 WHEN moment.seen_at >= arrived_at THEN 'in-progress'
                 ELSE 'planned' END AS status_then
        FROM (
            SELECT encounter_id, unnest([planned_at, arrived_at, cancelled_at, left_at, diagnosed_at, withdrawn_at, merged_at])
                AS seen_at
            FROM visit
            UNION ALL
            SELECT encounter_id, greatest(later(from_at, encounter_id, 60, 1200), shown_at) FROM moved) AS moment
        JOIN visit USING (encounter_id)
        JOIN person ON person.person_id = person_then(visit.person_id, merged_from_person_id, merged_at, moment.seen_at)
        LEFT JOIN provider ON provider.provider_id = attending_provider_id
        LEFT JOIN (SELECT encounter_id, encounter FROM visit) AS before ON before.encounter_id = visit.part_of
        LEFT JOIN (
            SELECT encounter_id, list({cost_center: cost_center, from_at: from_at, until_at: until_at} ORDER BY sequence)
                AS stays
            FROM truth_unit_stay SEMI JOIN moved USING (encounter_id) GROUP BY ALL) AS stay
            ON stay.encounter_id = visit.encounter_id
        LEFT JOIN (
            SELECT encounter_id, max(rank) AS ranks FROM truth_diagnosis SEMI JOIN visit USING (encounter_id) GROUP BY ALL)
            AS diagnosis ON diagnosis.encounter_id = visit.encounter_id
        WHERE moment.seen_at IS NOT NULL""",
        {
            "identifier": [{"use": "official"} | identifier(VISIT_NUMBER, "id")],
            "status": code("status_then"),
            "class": {"system": ACT_CODE, "code": code("class")},
            # As real servers do: the display is the patient's name.
            "subject": reference("Patient", "patient", "called"),
            "participant": when(
                "practitioner IS NOT NULL",
                [{"individual": reference("Practitioner", "practitioner", "provider_called")}],
            ),
            "period": {
                "start": code("local_time(if(seen_at >= arrived_at, admitted_at, date_trunc('hour', admitted_at)))"),
                "end": when("seen_at >= left_at", code("local_time(discharged_at)")),
            },
            "account": [reference("Account", "own(account_number)")],
            "diagnosis": when(
                "seen_at >= diagnosed_at AND ranks > 0",
                each("range(1, ranks + 1)", {
                    "condition": reference("Condition", "encounter || '-' || one"),
                    "use": coded(f"{TERMINOLOGY}/diagnosis-role", "DD"),
                    "rank": number("one"),
                }),
            ),
            "hospitalization": when(
                "class IN ('IMP', 'OBSENC') AND seen_at >= arrived_at",
                {
                    "admitSource": coded(f"{TERMINOLOGY}/admit-source", code("if(part_of IS NULL, 'outp', 'emd')")),
                    "dischargeDisposition": when(
                        "seen_at >= left_at AND disposition IS NOT NULL", coded(DISPOSITION, code("disposition"))
                    ),
                },
            ),
            "location": when(
                "seen_at >= arrived_at",
                each("list_filter(stays, lambda one: one.from_at <= seen_at)", _STAY),
            ),
            "serviceProvider": reference("Organization", "'org-' || lower(site)"),
            "partOf": reference("Encounter", "before"),
        },
    ),
    resource(
        "Account",
        """
        SELECT id, unnest([opened_at, billed]) AS seen_at, false AS gone, *
        FROM (
            SELECT own(account_number) AS id, account_number, min(shown_at) AS opened_at,
                CASE WHEN max(billed_at) > min(shown_at) THEN later(max(billed_at), account_number, 60, 1200) END AS billed,
                arg_min(coalesce(merged_from_person_id, visit.person_id), shown_at) AS person_id, min(site) AS site,
                arg_min(payer, shown_at) AS payer, min(admitted_at) AS admitted_at, max(discharged_at) AS discharged_at
            FROM visit GROUP BY account_number)
        JOIN person USING (person_id)""",
        {
            "identifier": [identifier(ACCOUNT_NUMBER, "account_number")],
            "status": code("if(seen_at >= billed, 'inactive', 'active')"),
            "type": coded(ACT_CODE, "PBILLACCT"),
            "subject": [reference("Patient", "patient", "called")],
            "servicePeriod": {
                "start": code("local_time(admitted_at)"),
                "end": when("discharged_at <= seen_at", code("local_time(discharged_at)")),
            },
            "coverage": when(
                "payer IS NOT NULL",
                [{"coverage": reference("Coverage", "patient || '-' || payer_code(payer)"), "priority": 1}],
            ),
            "owner": reference("Organization", "'org-' || lower(site)"),
        },
    ),
    resource(
        "Condition",
        """
        SELECT encounter || '-' || rank AS id, later(coded_at, encounter_id, 60, 900) AS seen_at, false AS gone, *
        FROM truth_diagnosis AS diagnosis JOIN visit USING (encounter_id)
        JOIN person ON person.person_id = person_then(visit.person_id, merged_from_person_id, merged_at, diagnosed_at)
        WHERE diagnosed_at IS NOT NULL""",
        {
            "verificationStatus": coded(f"{TERMINOLOGY}/condition-ver-status", "confirmed"),
            "category": [coded(f"{TERMINOLOGY}/condition-category", "encounter-diagnosis")],
            "code": coded(ICD10_CM, code("code")),
            "subject": reference("Patient", "patient", "called"),
            "encounter": reference("Encounter", "encounter"),
            "recordedDate": code("local_time(coded_at)"),
        },
    ),
]  # fmt: skip
