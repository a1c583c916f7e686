"""The S/4HANA services: where each is, its name space, its entity sets and its pages.

Belongs here: PROVEN services, which agree with SAP's published metadata, and UNPROVEN ones, which we have no metadata of.
Not here: the entity sets themselves (`sap_masters.py`, `sap_documents.py`, `sap_unproven.py`).
"""

from simulator.serve.odata import sap_documents, sap_masters, sap_unproven
from simulator.serve.odata.model import EntitySet, Service

# A page without $top and the largest with it, as SAP states them for purchase orders (KBA 3072317).
PAGE, LARGEST_PAGE = 1000, 5000


def _v2(name: str, sets: tuple[EntitySet, ...]) -> Service:
    return Service(f"/sap/opu/odata/sap/{name}", name, 2, "sap", sets, PAGE, LARGEST_PAGE)


PROVEN = (
    _v2("API_PRODUCT_SRV", sap_masters.PRODUCT),
    _v2("API_BUSINESS_PARTNER", sap_masters.BUSINESS_PARTNER),
    _v2("API_COSTCENTER_SRV", sap_masters.COST_CENTER),
    _v2("API_PURCHASEORDER_PROCESS_SRV", sap_documents.PURCHASE_ORDER),
    _v2("API_MATERIAL_DOCUMENT_SRV", sap_documents.MATERIAL_DOCUMENT),
    _v2("API_SUPPLIERINVOICE_PROCESS_SRV", sap_documents.SUPPLIER_INVOICE),
    Service(
        "/sap/opu/odata4/sap/api_purchaseorder_2/srvd_a2x/sap/purchaseorder/0001",
        "com.sap.gateway.srvd_a2x.api_purchaseorder_2.v0001",
        4,
        "sap",
        sap_documents.PURCHASE_ORDER_V4,
        PAGE,
        LARGEST_PAGE,
    ),
)
UNPROVEN = (
    _v2("API_PURCHASEREQ_PROCESS_SRV", sap_unproven.REQUISITION),
    _v2("API_INFORECORD_PROCESS_SRV", sap_unproven.INFO_RECORD),
    _v2("API_PURCHASECONTRACT_PROCESS_SRV", sap_unproven.PURCHASE_CONTRACT),
    _v2("API_OPLACCTGDOCITEMCUBE_SRV", sap_unproven.OPERATIONAL_ACCOUNTING),
    _v2("API_JOURNALENTRYITEMBASIC_SRV", sap_unproven.JOURNAL_ENTRY),
)
SERVICES = PROVEN + UNPROVEN
