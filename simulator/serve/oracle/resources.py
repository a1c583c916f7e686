"""The resources of Oracle Fusion that are served: procurement, receiving, payables, suppliers and items.

Belongs here: names from Oracle's public documentation; where a name could not be read there it is marked. Not here:
what the attributes hold (simulator/systems/oracle.py).
"""

from simulator.serve.oracle.model import resource

PURCHASE_ORDERS = resource(
    "purchaseOrders",
    "POHeaderId",
    """POHeaderId Integer, OrderNumber String, StatusCode String, Status String, ProcurementBU String,
    SoldToLegalEntity String, SupplierId Integer, Supplier String, SupplierSite String, CurrencyCode String,
    ConversionRate Number, ConversionRateDate Date, OrderDate DateTime, PaymentTerms String, FreightTerms String,
    FOB String, CreationDate DateTime, LastUpdateDate DateTime""",
    resource(
        "lines",
        "POLineId",
        """POLineId Integer, LineNumber Integer, LineType String, StatusCode String, ItemId Integer, Item String,
        Description String, Category String, SupplierItem String, Quantity Number, UOMCode String, Price Number,
        SourceAgreement String, SourceAgreementLine Integer, CreditFlag Boolean""",
        resource(
            "schedules",
            "LineLocationId",
            """LineLocationId Integer, ScheduleNumber Integer, StatusCode String, Quantity Number,
            ShipToOrganizationCode String, ShipToLocationCode String, DestinationTypeCode String,
            RequestedDeliveryDate Date, PromisedDeliveryDate Date, InvoiceMatchOptionCode String,
            MatchApprovalLevelCode String, AccrueAtReceiptFlag Boolean, OverReceiptTolerancePercent Number,
            InvoiceCloseTolerancePercent Number, ReceiptCloseTolerancePercent Number""",
            resource(
                "distributions",
                "PODistributionId",
                """PODistributionId Integer, DistributionNumber Integer, POChargeAccount String, Quantity Number,
                Percent Number""",
            ),
        ),
    ),
)

# ReceiptLineNumber: the name is not documented; an invoice line names the receipt line that it bills.
RECEIVING_TRANSACTIONS = resource(
    "receivingTransactionsHistory",
    "TransactionId",
    """TransactionId Integer, TransactionType String, TransactionDate DateTime, ParentTransactionId Integer,
    ReceiptNumber String, ReceiptLineNumber Integer, ShipmentNumber String, POHeaderId Integer, PONumber String,
    POLineId Integer, POLineNumber Integer, POScheduleNumber Integer, ItemId Integer, ItemNumber String,
    ItemDescription String, Quantity Number, UOMCode String, PrimaryQuantity Number, PrimaryUOMCode String,
    OrganizationCode String, Subinventory String, Locator String, DestinationTypeCode String, VendorId Integer,
    VendorName String, CreationDate DateTime, LastUpdateDate DateTime""",
    resource("lots", "LotNumber", "LotNumber String, LotExpirationDate Date, TransactionQuantity Number"),
    resource("serials", "SerialNumber", "SerialNumber String"),
)

INVOICES = resource(
    "invoices",
    "InvoiceId",
    """InvoiceId Integer, InvoiceNumber String, InvoiceAmount Number, InvoiceCurrency String, PaymentCurrency String,
    InvoiceDate Date, BusinessUnit String, Supplier String, SupplierNumber String, SupplierSite String,
    InvoiceType String, InvoiceSource String, PurchaseOrderNumber String, PaymentTerms String, TermsDate Date,
    GoodsReceivedDate Date, InvoiceReceivedDate Date, AccountingDate Date, ValidationStatus String,
    ApprovalStatus String, PaidStatus String, AmountPaid Number, CanceledFlag Boolean, CanceledDate Date,
    CanceledBy String, CreationDate DateTime, LastUpdateDate DateTime""",
    resource(
        "invoiceLines",
        "LineNumber",
        """LineNumber Integer, LineType String, LineAmount Number, Description String, Quantity Number,
        UnitPrice Number, UOM String, PurchaseOrderNumber String, PurchaseOrderLineNumber Integer,
        PurchaseOrderScheduleNumber Integer, ReceiptNumber String, ReceiptLineNumber Integer,
        DistributionCombination String""",
    ),
    resource(
        "invoiceInstallments",
        "InstallmentNumber",
        "InstallmentNumber Integer, DueDate Date, GrossAmount Number, UnpaidAmount Number",
    ),
)

PAYMENTS = resource(
    "payablesPayments",
    "CheckId",
    """CheckId Integer, PaymentId Integer, PaymentNumber Integer, PaymentAmount Number, PaymentCurrency String,
    PaymentDate Date, AccountingDate Date, PaymentStatus String, PaymentType String, PaymentMethod String,
    BusinessUnit String, Payee String, SupplierNumber String, SupplierSite String, VoidDate Date, StopDate Date,
    CreationDate DateTime, LastUpdateDate DateTime""",
    resource(
        "relatedInvoices",
        "InvoicePaymentId",
        """InvoicePaymentId Integer, InvoiceId Integer, InvoiceNumber String, AmountPaid Number, InvoiceDate Date,
        AccountingDate Date""",
    ),
)

SUPPLIERS = resource(
    "suppliers",
    "SupplierId",
    """SupplierId Integer, Supplier String, SupplierNumber String, TaxpayerId String, DUNSNumber String, Status String,
    InactiveDate Date, BusinessRelationship String, ParentSupplier String, CreationDate DateTime,
    LastUpdateDate DateTime""",
    resource(
        "sites",
        "SupplierSiteId",
        """SupplierSiteId Integer, SupplierSite String, ProcurementBU String, PaymentTerms String, PaySiteFlag Boolean,
        PurchasingSiteFlag Boolean, InactiveDate Date""",
    ),
    resource(
        "addresses",
        "SupplierAddressId",
        """SupplierAddressId Integer, AddressName String, AddressLine1 String, City String, State String,
        PostalCode String, CountryCode String, Status String""",
    ),
)

# The names of its children are not documented where they could be read.
ITEMS = resource(
    "itemsV2",
    "ItemId OrganizationCode",
    """ItemId Integer, ItemNumber String, OrganizationCode String, ItemDescription String, PrimaryUOMValue String,
    ItemStatusValue String, ItemClass String, CreationDateTime DateTime, LastUpdateDateTime DateTime""",
    resource(
        "manufacturerPartNumbers",
        "ManufacturerPartNumber",
        "ManufacturerName String, ManufacturerPartNumber String",
    ),
    resource("gtinRelationships", "UOMCode", "UOMCode String, GTIN String"),
    resource("uomConversions", "UOMCode", "UOMCode String, BaseUOMCode String, ConversionRate Number"),
)

RESOURCES = (PURCHASE_ORDERS, RECEIVING_TRANSACTIONS, INVOICES, PAYMENTS, SUPPLIERS, ITEMS)
