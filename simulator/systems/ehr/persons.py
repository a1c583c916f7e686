"""Persons of an EHR: patients with every direct identifier, who treats them, and who pays for them.

Belongs here: Patient, Practitioner, Coverage. Not here: their visits. A record that turns out to be a second one of the
same person stays, inactive, with a link to the one that replaced it.
"""

from simulator.fhir.identifiers import HOSPITAL, MRN, NPI, SSN, TERMINOLOGY
from simulator.systems.ehr.datatypes import coded, identifier, reference, resource
from simulator.systems.ehr.template import Shape, Sql, code, text, when

PAYER_CLASS, SPECIALTY = f"{HOSPITAL}/payer-class", f"{HOSPITAL}/specialty"

VIEWS = """
    CREATE TEMP VIEW known AS
        SELECT person_id, min(shown_at) AS known_at, max(merged_at) AS merged_at, max(replaced_by) AS replaced_by
        FROM (
            SELECT person_id, shown_at, NULL AS merged_at, NULL AS replaced_by FROM visit
            UNION ALL
            SELECT merged_from_person_id, shown_at, merged_at, person_id FROM visit WHERE merged_at IS NOT NULL)
        GROUP BY person_id;
"""


def _typed(kind: str, system: str, value: str) -> Shape:
    return {"type": coded(f"{TERMINOLOGY}/v2-0203", kind)} | identifier(system, value)


RESOURCES = [
    resource(
        "Patient",
        """
        SELECT patient AS id, unnest([known_at, merged_at]) AS seen_at, false AS gone, known.*, person.*
        FROM known JOIN person USING (person_id)""",
        {
            "text": {
                "status": "generated",
                "div": text(
                    """'<div xmlns="http://www.w3.org/1999/xhtml">' || called || ', born ' || birth_date || ', MRN '
                    || coalesce(record_number, '') || ', ' || street || ', ' || city || '</div>'"""
                ),
            },
            "identifier": [
                when("record_number IS NOT NULL", _typed("MR", MRN, "record_number")),
                _typed("SS", SSN, "ssn"),
            ],
            "active": Sql("if(seen_at >= merged_at, 'false', 'true')"),
            "name": [{"use": "official", "family": text("family_name"), "given": [text("given_name"), text("canary")]}],
            "telecom": when("phone IS NOT NULL", [{"system": "phone", "value": text("phone"), "use": "home"}]),
            "gender": code("sex"),
            "birthDate": code("birth_date::VARCHAR"),
            "address": [
                {"use": "home", "line": [text("street")], "city": text("city"), "postalCode": code("postal_code")}
            ],
            "link": when(
                "seen_at >= merged_at",
                [{"other": reference("Patient", "own(replaced_by)"), "type": "replaced-by"}],
            ),
        },
    ),
    resource(
        "Coverage",
        """
        SELECT patient || '-' || payer_code(payer) AS id, seen_at, false AS gone, payer, patient, called
        FROM (
            SELECT coalesce(merged_from_person_id, person_id) AS person_id, payer, min(shown_at) AS seen_at
            FROM visit WHERE payer IS NOT NULL GROUP BY ALL)
        JOIN person USING (person_id)""",
        {
            "status": "active",
            "type": coded(PAYER_CLASS, code("payer_code(payer)")),
            "subscriberId": code("'M' || patient"),
            "beneficiary": reference("Patient", "patient", "called"),
            "payor": [reference("Organization", "'org-' || payer_code(payer)")],
        },
    ),
    resource(
        "Practitioner",
        """
        SELECT practitioner AS id, opened() AS seen_at, false AS gone, provider.* FROM provider
        WHERE provider_id IN (
            SELECT attending_provider_id FROM visit UNION ALL SELECT provider_id FROM operation
            UNION ALL SELECT provider_id FROM bedside)""",
        {
            "identifier": [identifier(NPI, "npi")],
            "active": True,
            "name": [{
                "family": text("family_name"), "given": [text("given_name"), text("canary")], "prefix": ["Dr."],
            }],
            "qualification": when("specialty IS NOT NULL", [{"code": coded(SPECIALTY, text("specialty"))}]),
        },
    ),
]  # fmt: skip
