"""The Dynamics 365 Finance and Operations service: its data entities, enumerations and page.

Belongs here: names from Microsoft's public documentation; `dataAreaId`, the company, is part of every key, but where all
companies share a record, as conversions of units.
Not here: the company rule, tokens and the request budget (`dynamics.py`).
"""

from simulator.serve.odata.model import Service, entity_set, navigation

PAGE = 10_000

ENUMS = {
    "PurchStatus": ("None", "Backorder", "Received", "Invoiced", "Canceled"),
    "VersioningDocumentState": (
        "Draft",
        "InReview",
        "Rejected",
        "Approved",
        "InExternalReview",
        "Finalized",
        "Confirmed",
    ),
    "NoYes": ("No", "Yes"),
    "PurchMatchingPolicyOption": ("NoMatch", "TwoWayMatch", "ThreeWayMatch"),
}

SETS = (
    entity_set(
        "VendorsV2",
        "dataAreaId VendorAccountNumber",
        """dataAreaId String(4), VendorAccountNumber String(20), VendorOrganizationName String(100),
        VendorSearchName String(20), VendorGroupId String(10), CurrencyCode String(3),
        DefaultPaymentTermsName String(10), TaxExemptNumber String(20), IRS1099FederalTaxId String(20),
        VendorHoldStatus String(20), IsVendorLocked Enum(NoYes), InvoiceVendorAccountNumber String(20),
        AddressStreet String(250), AddressCity String(60), AddressStateId String(10), AddressZipCode String(10),
        AddressCountryRegionId String(10), ModifiedDateTime DateTimeOffset""",
        type_name="VendorV2",
    ),
    entity_set(
        "ReleasedProductsV2",
        "dataAreaId ItemNumber",
        """dataAreaId String(4), ItemNumber String(20), ProductNumber String(70), SearchName String(20),
        ProductName String(60), ProductGroupId String(10), InventoryUnitSymbol String(10),
        PurchaseUnitSymbol String(10), PurchasePrice Quantity(32,6), PurchasePriceQuantity Quantity(32,6),
        UnitCost Quantity(32,6), UnitCostQuantity Quantity(32,6),
        PrimaryVendorAccountNumber String(20), ManufacturerName String(60), ManufacturerItemNumber String(60),
        GlobalTradeItemNumber String(14), ProductLifecycleStateId String(20), ModifiedDateTime DateTimeOffset""",
        type_name="ReleasedProductV2",
    ),
    entity_set(
        "ProductUnitOfMeasureConversions",
        "ProductNumber FromUnitSymbol ToUnitSymbol",
        """ProductNumber String(70), FromUnitSymbol String(10), ToUnitSymbol String(10), Factor Quantity(32,12),
        Numerator Int32, Denominator Int32, InnerOffset Quantity(32,12), OuterOffset Quantity(32,12)""",
        type_name="ProductUnitOfMeasureConversion",
    ),
    entity_set(
        "PurchaseOrderHeadersV2",
        "dataAreaId PurchaseOrderNumber",
        """dataAreaId String(4), PurchaseOrderNumber String(20), OrderVendorAccountNumber String(20),
        InvoiceVendorAccountNumber String(20), PurchaseOrderName String(100), PurchaseOrderStatus Enum(PurchStatus),
        DocumentApprovalStatus Enum(VersioningDocumentState), CurrencyCode String(3), AccountingDate NoonDate,
        RequestedDeliveryDate NoonDate, ConfirmedDeliveryDate NoonDate, RequestedShipDate NoonDate,
        ConfirmedShipDate NoonDate, DefaultReceivingSiteId String(10), DefaultReceivingWarehouseId String(10),
        BuyerGroupId String(10), PaymentTermsName String(10), DeliveryTermsId String(10),
        VendorOrderReference String(60), OrdererPersonnelNumber String(25), RequesterPersonnelNumber String(25),
        DefaultLedgerDimensionDisplayValue String(500), TotalDiscountPercentage Quantity(32,6),
        IsChangeManagementActive Enum(NoYes), ModifiedDateTime DateTimeOffset""",
        navigation("PurchaseOrderLinesV2", "PurchaseOrderLinesV2", "dataAreaId PurchaseOrderNumber"),
        type_name="PurchaseOrderHeaderV2",
    ),
    entity_set(
        "PurchaseOrderLinesV2",
        "dataAreaId PurchaseOrderNumber LineNumber",
        """dataAreaId String(4), PurchaseOrderNumber String(20), LineNumber Int64, ItemNumber String(20),
        LineDescription String(1000), OrderedPurchaseQuantity Quantity(32,6), PurchaseUnitSymbol String(10),
        PurchasePrice Quantity(32,6), PurchasePriceQuantity Quantity(32,6), LineAmount Quantity(32,6),
        ReceivingSiteId String(10), ReceivingWarehouseId String(10), RequestedDeliveryDate NoonDate,
        ConfirmedDeliveryDate NoonDate, PurchaseOrderLineStatus Enum(PurchStatus),
        VendorInvoiceMatchingPolicy Enum(PurchMatchingPolicyOption), ProcurementProductCategoryName String(254),
        ExternalItemNumber String(60), DefaultLedgerDimensionDisplayValue String(500), IsDeleted Enum(NoYes)""",
        navigation("PurchaseOrderHeaderV2", "PurchaseOrderHeadersV2", "dataAreaId PurchaseOrderNumber", many=False),
        type_name="PurchaseOrderLineV2",
    ),
    entity_set(
        "ProductReceiptHeaders",
        "dataAreaId ProductReceiptNumber PurchaseOrderNumber",
        """dataAreaId String(4), ProductReceiptNumber String(20), PurchaseOrderNumber String(20),
        VendorAccountNumber String(20), ProductReceiptDate NoonDate, DeliveryDate NoonDate,
        ModifiedDateTime DateTimeOffset""",
        type_name="ProductReceiptHeader",
    ),
    entity_set(
        "ProductReceiptLines",
        "dataAreaId ProductReceiptNumber PurchaseOrderNumber LineNumber",
        """dataAreaId String(4), ProductReceiptNumber String(20), PurchaseOrderNumber String(20), LineNumber Int64,
        PurchaseOrderLineNumber Int64, ItemNumber String(20), ReceivedPurchaseQuantity Quantity(32,6),
        PurchaseUnitSymbol String(10), ReceivingWarehouseId String(10), ProductReceiptDate NoonDate,
        ItemBatchNumber String(20), ItemSerialNumber String(20)""",
        type_name="ProductReceiptLine",
    ),
    entity_set(
        "VendorInvoiceHeaders",
        "dataAreaId HeaderReference",
        """dataAreaId String(4), HeaderReference String(20), InvoiceNumber String(20), VendorAccount String(20),
        InvoiceAccount String(20), PurchaseOrderNumber String(20), InvoiceDate NoonDate, Date NoonDate,
        DueDate NoonDate, Currency String(3), InvoiceAmount Quantity(32,6), TermsOfPayment String(10),
        Cancelled Enum(NoYes), IsCreditNote Enum(NoYes), ModifiedDateTime DateTimeOffset""",
        navigation("VendorInvoiceLine", "VendorInvoiceLines", "dataAreaId HeaderReference"),
        type_name="VendorInvoiceHeader",
    ),
    entity_set(
        "VendorInvoiceLines",
        "dataAreaId HeaderReference InvoiceLineNumber",
        """dataAreaId String(4), HeaderReference String(20), InvoiceLineNumber Int64, PurchaseOrder String(20),
        PurchLineNumber Int64, ProductReceiptNumber String(20), ItemNumber String(20), LineDescription String(1000),
        ReceiveNow Quantity(32,6), Unit String(10), UnitPrice Quantity(32,6), NetAmount Quantity(32,6),
        ProcurementCategoryName String(254), DimensionDisplayValue String(500)""",
        type_name="VendorInvoiceLine",
    ),
    entity_set(
        "InventoryOnhand",
        "dataAreaId ItemNumber InventorySiteId InventoryWarehouseId",
        """dataAreaId String(4), ItemNumber String(20), InventorySiteId String(10), InventoryWarehouseId String(10),
        InventoryUnitSymbol String(10), OnHandQuantity Quantity(32,6), AvailableOnHandQuantity Quantity(32,6),
        ReservedOnHandQuantity Quantity(32,6), OrderedQuantity Quantity(32,6), OnOrderQuantity Quantity(32,6)""",
        type_name="InventoryOnhandEntry",
    ),
    entity_set(
        "GeneralJournalAccountEntries",
        "dataAreaId SubledgerVoucher LineNumber",
        """dataAreaId String(4), SubledgerVoucher String(20), LineNumber Int64, JournalNumber String(20),
        AccountingDate NoonDate, FiscalYear String(10), FiscalPeriod String(10), MainAccount String(20),
        LedgerAccountDisplayValue String(500), AccountingCurrencyAmount Quantity(32,6),
        TransactionCurrencyCode String(3), Text String(250), PostingType String(40), DocumentNumber String(20),
        ModifiedDateTime DateTimeOffset""",
        type_name="GeneralJournalAccountEntry",
    ),
)
SERVICE = Service("/data", "Microsoft.Dynamics.DataEntities", 4, "d365", SETS, PAGE, PAGE, ENUMS)
SERVICES = (SERVICE,)
