"""$metadata: the EDMX document of a service, made from its declaration.

Belongs here: CSDL of version 2 (associations, SAP annotations) and of version 4. Not here: the declarations.
"""

from xml.etree import ElementTree

from simulator.serve.odata.model import EntitySet, Property, Service

EDMX_V2, EDM_V2 = "http://schemas.microsoft.com/ado/2007/06/edmx", "http://schemas.microsoft.com/ado/2008/09/edm"
DATA_SERVICES = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
SAP = "http://www.sap.com/Protocols/SAPData"
EDMX_V4, EDM_V4 = "http://docs.oasis-open.org/odata/ns/edmx", "http://docs.oasis-open.org/odata/ns/edm"

Element = ElementTree.Element


def metadata_document(service: Service) -> bytes:
    """The EDMX document as XML bytes."""
    root = _v2(service) if service.version == 2 else _v4(service)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _v2(service: Service) -> Element:
    root = Element("edmx:Edmx", {"Version": "1.0", "xmlns:edmx": EDMX_V2, "xmlns:m": DATA_SERVICES, "xmlns:sap": SAP})
    data = _add(root, "edmx:DataServices", {"m:DataServiceVersion": "2.0"})
    schema = _add(data, "Schema", {"Namespace": service.namespace, "xmlns": EDM_V2, "sap:schema-version": "1"})
    container = Element(
        "EntityContainer",
        {
            "Name": f"{service.namespace}_Entities",
            "m:IsDefaultEntityContainer": "true",
            "sap:supported-formats": "atom json xlsx",
        },
    )
    associations: list[Element] = []
    for entity_set in service.sets:
        type_ = _entity_type(schema, service, entity_set)
        _add(container, "EntitySet", _set_attributes(service, entity_set))
        for navigation in entity_set.navigations:
            name = f"assoc_{entity_set.name}_{navigation.name}"
            ends = {"FromRole": f"FromRole_{name}", "ToRole": f"ToRole_{name}"}
            relationship = {"Name": navigation.name, "Relationship": f"{service.namespace}.{name}"}
            _add(type_, "NavigationProperty", {**relationship, **ends})
            target = service.set_by_name[navigation.target]
            associations.append(_association(service, name, entity_set, target, navigation.many))
            link = _add(
                container, "AssociationSet", {"Name": f"{name}_AssocSet", "Association": f"{service.namespace}.{name}"}
            )
            _add(link, "End", {"EntitySet": entity_set.name, "Role": ends["FromRole"]})
            _add(link, "End", {"EntitySet": target.name, "Role": ends["ToRole"]})
    schema.extend(associations)
    schema.append(container)
    return root


def _association(service: Service, name: str, own: EntitySet, target: EntitySet, many: bool) -> Element:
    association = Element("Association", {"Name": name, "sap:content-version": "1"})
    first = {"Type": f"{service.namespace}.{own.type_name}", "Multiplicity": "1", "Role": f"FromRole_{name}"}
    second = {"Type": f"{service.namespace}.{target.type_name}", "Role": f"ToRole_{name}"}
    _add(association, "End", first)
    _add(association, "End", {**second, "Multiplicity": "*" if many else "0..1"})
    return association


def _v4(service: Service) -> Element:
    root = Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": EDMX_V4})
    data = _add(root, "edmx:DataServices", {})
    schema = _add(data, "Schema", {"Namespace": service.namespace, "xmlns": EDM_V4})
    for name, members in service.enums.items():
        enum = _add(schema, "EnumType", {"Name": name})
        for value, member in enumerate(members):
            _add(enum, "Member", {"Name": member, "Value": str(value)})
    container = Element("EntityContainer", {"Name": "Container" if service.flavour == "sap" else "Resources"})
    for entity_set in service.sets:
        type_ = _entity_type(schema, service, entity_set)
        in_container = _add(container, "EntitySet", _set_attributes(service, entity_set))
        for navigation in entity_set.navigations:
            target = f"{service.namespace}.{service.set_by_name[navigation.target].type_name}"
            target = f"Collection({target})" if navigation.many else target
            _add(type_, "NavigationProperty", {"Name": navigation.name, "Type": target})
            binding = {"Path": navigation.name, "Target": navigation.target}
            _add(in_container, "NavigationPropertyBinding", binding)
    schema.append(container)
    return root


def _set_attributes(service: Service, entity_set: EntitySet) -> dict[str, str]:
    return {"Name": entity_set.name, "EntityType": f"{service.namespace}.{entity_set.type_name}"}


def _entity_type(schema: Element, service: Service, entity_set: EntitySet) -> Element:
    type_ = _add(schema, "EntityType", {"Name": entity_set.type_name})
    key = _add(type_, "Key", {})
    for name in entity_set.key:
        _add(key, "PropertyRef", {"Name": name})
    for property_ in entity_set.properties:
        _add(type_, "Property", _property(service, property_, property_.name in entity_set.key))
    return type_


def _property(service: Service, property_: Property, in_key: bool) -> dict[str, str]:
    edm_type = (
        f"{service.namespace}.{property_.size}" if property_.kind == "Enum" else property_.edm_type(service.version)
    )
    attributes = {"Name": property_.name, "Type": edm_type}
    if in_key:
        attributes["Nullable"] = "false"
    if property_.kind == "String" and property_.size:
        attributes["MaxLength"] = property_.size
    if edm_type == "Edm.Decimal" and property_.size:
        attributes |= {"Precision": property_.size, "Scale": str(property_.scale)}
    if service.version == 2 and property_.kind in ("Date", "DateTime", "DateTimeOffset", "Time"):
        attributes["Precision"] = "0"
    if service.version == 2 and property_.kind == "Date":
        attributes["sap:display-format"] = "Date"
    return attributes


def _add(parent: Element, tag: str, attributes: dict[str, str]) -> Element:
    return ElementTree.SubElement(parent, tag, attributes)
