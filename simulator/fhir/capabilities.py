"""What the server says about itself: the SMART configuration and the CapabilityStatement.

Belongs here: those two documents. Not here: how the server does what they promise.
"""

from simulator.fhir.auth import ALGORITHMS

# A type of this list without a file is an empty type; any other type that has no file is an unknown one.
SERVED_TYPES = {
    "ChargeItem",
    "Device",
    "DeviceUseStatement",
    "Encounter",
    "Location",
    "MedicationAdministration",
    "Organization",
    "Patient",
    "Practitioner",
    "Procedure",
    "SupplyDelivery",
    "SupplyRequest",
}
SEARCHES = [{"name": "_lastUpdated", "type": "date"}, {"name": "_id", "type": "token"}]
EXPORT = {"name": "export", "definition": "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"}


def smart_configuration(token_endpoint: str) -> dict:
    return {
        "token_endpoint": token_endpoint,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": ["system/*.read", "system/*.rs"],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    }


def capability_statement(base: str, date: str, types: list[str]) -> dict:
    resources = [{"type": type_, "interaction": [{"code": "search-type"}], "searchParam": SEARCHES} for type_ in types]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "implementation": {"description": "A synthetic hospital for demo and tests", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{"mode": "server", "resource": resources, "operation": [EXPORT]}],
    }
