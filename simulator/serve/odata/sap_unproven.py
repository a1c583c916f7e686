"""S/4HANA entity sets whose published metadata we do not hold: names from public documentation, types by likeness.

Belongs here: requisitions, info records, contracts, journal entries, until their metadata proves or corrects them.
Not here: anything that `sap_masters.py` or `sap_documents.py` proves.
"""

from simulator.serve.odata.model import entity_set, navigation

REQUISITION = (
    entity_set(
        "A_PurchaseRequisitionHeader",
        "PurchaseRequisition",
        """PurchaseRequisition String(10), PurchaseRequisitionType String(4), PurReqnDescription String(40),
        SourceDetermination Boolean""",
        navigation("to_PurchaseReqnItem", "A_PurchaseRequisitionItem", "PurchaseRequisition"),
    ),
    entity_set(
        "A_PurchaseRequisitionItem",
        "PurchaseRequisition PurchaseRequisitionItem",
        """PurchaseRequisition String(10), PurchaseRequisitionItem String(5), PurReqnReleaseStatus String(2),
        PurchaseRequisitionItemText String(40), Material String(40), MaterialGroup String(9), Plant String(4),
        RequestedQuantity Quantity(13,3), BaseUnit String(3), PurchaseRequisitionPrice Amount(12,3),
        PurReqnPriceQuantity Quantity(5,0), PurReqnItemCurrency String(5), DeliveryDate Date, CreationDate Date,
        RequisitionerName String(12), Supplier String(10), PurchasingGroup String(3), IsDeleted Boolean,
        IsClosed Boolean, PurchaseOrder=PurchasingDocument String(10), PurchaseOrderItem=PurchasingDocumentItem String(5)""",
        navigation("to_PurchaseReqnAcctAssgmt", "A_PurReqnAcctAssgmt", "PurchaseRequisition PurchaseRequisitionItem"),
    ),
    entity_set(
        "A_PurReqnAcctAssgmt",
        "PurchaseRequisition PurchaseRequisitionItem PurchaseReqnAcctAssgmtNumber",
        """PurchaseRequisition String(10), PurchaseRequisitionItem String(5), PurchaseReqnAcctAssgmtNumber String(2),
        GLAccount String(10), CostCenter String(10), Quantity Quantity(13,3)""",
    ),
)

INFO_RECORD = (
    entity_set(
        "A_PurchasingInfoRecord",
        "PurchasingInfoRecord",
        """PurchasingInfoRecord String(10), Supplier String(10), Material String(40), MaterialGroup String(9),
        SupplierMaterialNumber String(35), BaseUnit String(3), PurgDocOrderQuantityUnit String(3),
        OrderItemQtyToBaseQtyNmrtr Decimal(5,0), OrderItemQtyToBaseQtyDnmntr Decimal(5,0), CreationDate Date,
        LastChangeDateTime DateTimeOffset, IsDeleted Boolean""",
        navigation("to_PurgInfoRecdOrgPlantData", "A_PurgInfoRecdOrgPlantData", "PurchasingInfoRecord"),
    ),
    entity_set(
        "A_PurgInfoRecdOrgPlantData",
        "PurchasingInfoRecord PurchasingInfoRecordCategory PurchasingOrganization Plant",
        """PurchasingInfoRecord String(10), PurchasingInfoRecordCategory String(1), PurchasingOrganization String(4),
        Plant String(4), MinimumPurchaseOrderQuantity Quantity(13,3), NetPriceAmount Amount(12,3),
        MaterialPriceUnitQty Quantity(5,0), Currency String(5), PurchaseOrderPriceUnit String(3),
        PriceValidityEndDate Date, MaterialPlannedDeliveryDurn Decimal(3,0), IsMarkedForDeletion Boolean""",
    ),
)

PURCHASE_CONTRACT = (
    entity_set(
        "A_PurchaseContract",
        "PurchaseContract",
        """PurchaseContract String(10), PurchaseContractType String(4), CompanyCode String(4), Supplier String(10),
        PurchasingOrganization String(4), PurchasingGroup String(3), CreationDate Date, ValidityStartDate Date,
        ValidityEndDate Date, DocumentCurrency String(5), PurchaseContractTargetAmount Amount(14,3),
        PurchasingDocumentDeletionCode String(1), ReleaseIsNotCompleted Boolean""",
        navigation("to_PurchaseContractItem", "A_PurchaseContractItem", "PurchaseContract"),
    ),
    entity_set(
        "A_PurchaseContractItem",
        "PurchaseContract PurchaseContractItem",
        """PurchaseContract String(10), PurchaseContractItem String(5), PurchaseContractItemText String(40),
        Material String(40), MaterialGroup String(9), Plant String(4), ContractNetPriceAmount Amount(12,3),
        DocumentCurrency String(5), NetPriceQuantity Quantity(5,0), OrderPriceUnit String(3),
        OrderQuantityUnit String(3), TargetQuantity Quantity(13,3), PurchasingDocumentDeletionCode String(1)""",
    ),
)

OPERATIONAL_ACCOUNTING = (
    entity_set(
        "A_OperationalAcctgDocItemCube",
        "CompanyCode FiscalYear AccountingDocument AccountingDocumentItem",
        """CompanyCode String(4), FiscalYear String(4), AccountingDocument String(10), AccountingDocumentItem String(3),
        AccountingDocumentType String(2), LedgerGLLineItem String(6), GLAccount String(10), CostCenter String(10),
        ProfitCenter String(10), DebitCreditCode String(1), AmountInCompanyCodeCurrency Amount(24,3),
        CompanyCodeCurrency String(5), PostingDate Date, DocumentDate Date, FiscalPeriod String(3),
        Supplier String(10), PurchasingDocument String(10), PurchasingDocumentItem String(5),
        OriginalReferenceDocument String(20), ClearingDate Date, ClearingAccountingDocument String(10),
        ClearingDocFiscalYear String(4), LastChangeDateTime DateTimeOffset""",
    ),
)

JOURNAL_ENTRY = (
    entity_set(
        "A_JournalEntryItemBasic",
        "CompanyCode FiscalYear AccountingDocument LedgerGLLineItem",
        """CompanyCode String(4), FiscalYear String(4), AccountingDocument String(10), LedgerGLLineItem String(6),
        Ledger String(2), AccountingDocumentType String(2), GLAccount String(10), CostCenter String(10),
        ProfitCenter String(10), DebitCreditCode String(1), AmountInCompanyCodeCurrency Amount(24,3),
        CompanyCodeCurrency String(5), PostingDate Date, DocumentDate Date, FiscalPeriod String(3),
        Supplier String(10), Material String(40), Plant String(4), PurchasingDocument String(10),
        PurchasingDocumentItem String(5), ReferenceDocument String(10), ReferenceDocumentType String(5),
        IsReversal Boolean, IsReversed Boolean, DocumentItemText String(50), ClearingDate Date,
        ClearingAccountingDocument String(10), LastChangeDateTime DateTimeOffset""",
    ),
)
