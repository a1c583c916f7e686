"""What is declared of SAP is what SAP publishes, and recorded rows are answered as they were recorded.

Belongs here: metadata documents and recordings that others made, beside this checkout; none of it is copied here.
Not here: behaviour that no document states (`test_odata_server.py`).
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pyarrow as pa
import pytest

from simulator.serve.loopback import serving
from simulator.serve.odata import sap
from simulator.serve.odata.auth import BasicGuard
from simulator.serve.odata.metadata import metadata_document
from simulator.serve.odata.model import EntitySet, Property, Service
from simulator.serve.odata.server import odata_app
from tests.simulator.odata_world import write, write_sap

SHARED = Path(__file__).parents[3] / "shared" / "data"
EDMX, RECORDED = SHARED / "sap_edmx", SHARED / "recorded"
needs_edmx = pytest.mark.skipif(not EDMX.is_dir(), reason="SAP's metadata documents are not beside this checkout")
needs_recordings = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recordings of SAP are not beside this checkout"
)


def edmx_file(service: Service) -> Path:
    if service.version == 4:
        return EDMX / "OP_PURCHASEORDER_0001.edmx"
    name = service.path.rpartition("/")[2]
    names = (f"{name}.edmx", f"OP_{name}.edmx", f"OP_{name}_SRV.edmx")
    return next((EDMX / each for each in names if (EDMX / each).exists()), EDMX / names[0])


def tag(element: ElementTree.Element) -> str:
    return element.tag.partition("}")[2]


def schema_of(document: str) -> ElementTree.Element:
    document_root = ElementTree.fromstring(document)  # noqa: S314 - our own, and SAP's from the shared folder
    schemas = [each for each in document_root.iter() if tag(each) == "Schema"]
    return next(each for each in schemas if any(tag(child) == "EntityContainer" for child in each))


def described(schema: ElementTree.Element) -> dict[str, dict[str, Any]]:
    """Entity set: its type, key, property attributes, and navigations as (target type, whether many)."""
    ends = {
        (association.get("Name"), end.get("Role")): (end.get("Type", ""), end.get("Multiplicity") == "*")
        for association in schema
        if tag(association) == "Association"
        for end in association
        if tag(end) == "End"
    }
    types = {}
    for type_ in (each for each in schema if tag(each) == "EntityType"):
        navigations = {}
        for each in (child for child in type_ if tag(child) == "NavigationProperty"):
            target, many = each.get("Type", ""), each.get("Type", "").startswith("Collection(")
            if not target:
                target, many = ends[each.get("Relationship", "").rpartition(".")[2], each.get("ToRole")]
            navigations[each.get("Name")] = (target.removeprefix("Collection(").rstrip(")"), many)
        types[f"{schema.get('Namespace')}.{type_.get('Name')}"] = {
            "key": {each.get("Name") for each in type_.iter() if tag(each) == "PropertyRef"},
            "properties": {each.get("Name"): each.attrib for each in type_ if tag(each) == "Property"},
            "navigations": navigations,
        }
    container = next(each for each in schema if tag(each) == "EntityContainer")
    sets = [each for each in container if tag(each) == "EntitySet"]
    return {
        each.get("Name", ""): {"type": each.get("EntityType"), **types[each.get("EntityType", "")]} for each in sets
    }


def facets(attributes: dict[str, str]) -> tuple[str | None, str | None, str | None, str | None]:
    scale = attributes.get("Scale", "0" if attributes.get("Type") == "Edm.Decimal" else None)
    precision = attributes.get("Precision") if attributes.get("Type") == "Edm.Decimal" else None
    return attributes.get("Type"), attributes.get("MaxLength"), precision, scale


@needs_edmx
@pytest.mark.parametrize("service", sap.PROVEN, ids=lambda service: service.namespace)
def test_every_set_property_type_key_and_navigation_of_sap_is_in_its_published_metadata(service: Service) -> None:
    """That the metadata is served as it is made is seen in `test_odata_server.py`."""
    schema = schema_of(edmx_file(service).read_text(encoding="utf-8"))
    published = described(schema)
    served = described(schema_of(metadata_document(service).decode()))
    assert schema.get("Namespace") == service.namespace
    assert set(served) == {entity_set.name for entity_set in service.sets} <= set(published)
    for name, ours in served.items():
        theirs = published[name]
        assert (ours["type"], ours["key"]) == (theirs["type"], theirs["key"]), name
        for property_, attributes in ours["properties"].items():
            expected = facets(theirs["properties"].get(property_, {}))
            found = facets(attributes)
            # Variable: the decimals of the currency; ours are those that the file may have.
            compared = 3 if expected[3] == "variable" else 4
            assert found[:compared] == expected[:compared], f"{name}.{property_}"
        for navigation, (target, many) in ours["navigations"].items():
            assert (target, many) == theirs["navigations"][navigation], f"{name}.{navigation}"


@needs_edmx
@pytest.mark.parametrize("service", sap.UNPROVEN, ids=lambda service: service.namespace)
def test_a_service_is_unproven_only_as_long_as_its_metadata_is_not_at_hand(service: Service) -> None:
    assert not edmx_file(service).exists(), f"{service.namespace} can be proven now: move it to PROVEN"


def recorded_pages(folder: str, set_name: str) -> list[dict[str, Any]]:
    answers = [json.loads(file.read_text()) for file in sorted((RECORDED / folder).glob(f"{set_name}.0*.json"))]
    return [json.loads(each["body"]) if isinstance(each["body"], str) else each["body"] for each in answers]


def as_stored(property_: Property, value: Any) -> Any:
    """A recorded value as a file holds it."""
    if value is None:
        return None
    if property_.sql_type.startswith("DECIMAL"):
        return Decimal(str(value))
    if property_.kind == "Date" and value.startswith("/Date("):
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(value[6:-2]))).date()
    return date.fromisoformat(value) if property_.kind == "Date" else value


def stored_type(property_: Property) -> pa.DataType:
    if property_.sql_type.startswith("DECIMAL"):
        return pa.decimal128(int(property_.size or 0), property_.scale)
    types = {"DATE": pa.date32(), "BOOLEAN": pa.bool_(), "TIME": pa.time32("s"), "TIMESTAMP": pa.timestamp("ms", "UTC")}
    return types.get(property_.sql_type, pa.string())


def served_again(folder: Path, service: Service, entity_set: EntitySet, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What our server answers when its file holds the recorded rows."""
    columns = {
        each.column: (stored_type(each), [as_stored(each, row.get(each.name)) for row in rows])
        for each in entity_set.properties
    }
    write(folder, entity_set.file, columns)
    with serving(odata_app(folder, (service,), BasicGuard("reader", "secret"))) as url:
        address = f"{url}{service.path}/{entity_set.name}?$format=json"
        return dict(httpx.get(address, auth=("reader", "secret")).json())


def assert_same_form(property_: Property, ours: Any, theirs: Any) -> None:
    """Equal, but for the zeros that SAP shows at the end of an amount and the recorded server (no SAP) drops."""
    if property_.sql_type.startswith("DECIMAL") and theirs is not None:
        assert isinstance(ours, str) is isinstance(theirs, str), property_.name
        ours, theirs = Decimal(str(ours)), Decimal(str(theirs))
    assert ours == theirs, property_.name


@needs_recordings
@pytest.mark.parametrize(
    "set_name",
    [
        "A_Product",
        "A_Supplier",
        "A_PurchaseOrder",
        "A_PurchaseOrderItem",
        "A_MaterialDocumentItem",
        "A_SupplierInvoice",
        "A_SuplrInvcItemPurOrdRef",
    ],
)
def test_v2_answers_recorded_rows_as_they_were_recorded(tmp_path: Path, set_name: str) -> None:
    service = next(each for each in sap.PROVEN if each.version == 2 and set_name in each.set_by_name)
    entity_set, recorded = service.set_by_name[set_name], recorded_pages("sap_v2", set_name)
    rows = [row for page in recorded for row in page["d"]["results"]]
    answer = served_again(tmp_path, service, entity_set, rows)
    assert set(answer) == set(recorded[0])
    assert set(answer["d"]) == set(recorded[-1]["d"])
    for ours, theirs in zip(answer["d"]["results"], rows, strict=True):
        for each in entity_set.properties:
            assert_same_form(each, ours[each.name], theirs.get(each.name))
        for navigation in entity_set.navigations:
            tail = theirs[navigation.name]["__deferred"]["uri"].rpartition(set_name)[2]
            assert ours[navigation.name]["__deferred"]["uri"].endswith(set_name + tail)
        assert set(theirs["__metadata"]) <= set(ours["__metadata"])


@needs_recordings
@pytest.mark.parametrize("set_name", ["PurchaseOrder", "PurchaseOrderItem"])
def test_v4_answers_recorded_rows_as_they_were_recorded(tmp_path: Path, set_name: str) -> None:
    service = sap.PROVEN[-1]
    entity_set, recorded = service.set_by_name[set_name], recorded_pages("sap_v4", f"A_{set_name}")
    rows = [row for page in recorded for row in page["value"]]
    answer = served_again(tmp_path, service, entity_set, rows)
    assert set(answer) == set(recorded[-1])
    assert answer["@odata.context"] == recorded[0]["@odata.context"].replace("#A_", "#")
    for ours, theirs in zip(answer["value"], rows, strict=True):
        for each in entity_set.properties:
            assert_same_form(each, ours[each.name], theirs.get(each.name))


@needs_recordings
def test_next_links_have_the_recorded_forms(tmp_path: Path) -> None:
    v2, v4 = recorded_pages("sap_v2", "A_PurchaseOrder")[0], recorded_pages("sap_v4", "A_PurchaseOrder")[0]
    write_sap(tmp_path)
    with (
        serving(odata_app(tmp_path, sap.SERVICES, BasicGuard("reader", "secret"))) as url,
        httpx.Client(base_url=url, auth=("reader", "secret")) as client,
    ):
        path = "/sap/opu/odata/sap/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
        ours = client.get(path, headers={"Accept": "application/json"}).json()["d"]["__next"]
        ours_v4 = client.get(f"{sap.PROVEN[-1].path}/PurchaseOrder").json()["@odata.nextLink"]
    assert re.fullmatch(r"http://[^?]*/A_PurchaseOrder\?\$skiptoken=\d+", v2["d"]["__next"])
    assert re.fullmatch(r"http://[^?]*/A_PurchaseOrder\?\$skiptoken=1000", ours)
    assert re.fullmatch(r"A_PurchaseOrder\?(\$|%24)skiptoken=\d+", v4["@odata.nextLink"])
    assert ours_v4 == "PurchaseOrder?$skiptoken=1000"
