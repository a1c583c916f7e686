"""Organizations and locations of an EHR: the network, its sites and payers; departments and rooms.

Belongs here: Organization and Location. Not here: what happens there. Locations are departments under the EHR's own codes,
`<site>-<cost center>`; each site has one that nobody has mapped to a cost center yet.
"""

from simulator.fhir.identifiers import DEPARTMENT, HOSPITAL, TERMINOLOGY
from simulator.systems.ehr.datatypes import concept, identifier, reference, resource
from simulator.systems.ehr.template import code, text, when

FACILITY, PAYER = f"{HOSPITAL}/facility", f"{HOSPITAL}/payer"
NETWORK = "MRH"

RESOURCES = [
    resource(
        "Organization",
        f"""
        SELECT 'org-' || lower(code) AS id, opened() AS seen_at, false AS gone, *
        FROM (
            SELECT '{NETWORK}' AS code, 'Meridian Regional Health' AS name, 'prov' AS kind, NULL AS parent
            UNION ALL SELECT site, name, 'prov', 'org-mrh' FROM site
            UNION ALL SELECT DISTINCT payer_code(payer), payer, 'pay', NULL FROM visit WHERE payer IS NOT NULL)""",
        {
            "identifier": [{"system": code(f"if(kind = 'pay', '{PAYER}', '{FACILITY}')"), "value": code("code")}],
            "active": True,
            "type": [concept(f"{TERMINOLOGY}/organization-type", code("kind"),
                             code("if(kind = 'pay', 'Payer', 'Healthcare Provider')"))],
            "name": text("name"),
            "partOf": when("parent IS NOT NULL", {"reference": code("'Organization/' || parent")}),
        },
    ),
    resource(
        "Location",
        """
        SELECT id, opened() AS seen_at, false AS gone, *
        FROM (
            SELECT site_location(site) AS id, site AS code, name, 'si' AS kind, 'Site' AS kind_name, site, NULL AS parent
            FROM site
            UNION ALL
            SELECT department_location(center.code), site || '-' || center.code, center.name,
                if(center.kind = 'PATIENT_CARE', 'wa', 'wi'), if(center.kind = 'PATIENT_CARE', 'Ward', 'Wing'), site,
                site_location(site)
            FROM truth_cost_center AS center SEMI JOIN site USING (site)
            UNION ALL
            SELECT unmapped_location(site), site || '-NEW', 'New unit', 'wa', 'Ward', site, site_location(site) FROM site
            UNION ALL
            SELECT room_location(room), room, 'Room ' || room, 'ro', 'Room', site, department_location(min(cost_center))
            FROM truth_case SEMI JOIN site USING (site) WHERE room IS NOT NULL GROUP BY site, room)""",
        {
            "identifier": [identifier(DEPARTMENT, "code")],
            "status": "active",
            "name": text("name"),
            "mode": "instance",
            "physicalType": concept(f"{TERMINOLOGY}/location-physical-type", code("kind"), code("kind_name")),
            "managingOrganization": reference("Organization", "'org-' || lower(site)"),
            "partOf": reference("Location", "parent"),
        },
    ),
]  # fmt: skip
