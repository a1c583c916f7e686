"""S/4HANA master data as entity sets: products, business partners and suppliers, cost centers.

Belongs here: names and types as SAP's published metadata has them, as far as a connector reads them.
Not here: services and their paging (`sap.py`).
"""

from simulator.serve.odata.model import entity_set, navigation

PRODUCT = (
    entity_set(
        "A_Product",
        "Product",
        """Product String(40), ProductType String(4), CrossPlantStatus String(2), CreationDate Date,
        LastChangeDate Date, LastChangeDateTime DateTimeOffset, IsMarkedForDeletion Boolean,
        ProductOldID String(40), PurchaseOrderQuantityUnit String(3), CountryOfOrigin String(3),
        ProductGroup String(9), BaseUnit String(3), ProductHierarchy String(18), ProductStandardID String(18),
        InternationalArticleNumberCat String(2), IsBatchManagementRequired Boolean, SerialNumberProfile String(4),
        ProductManufacturerNumber String(40), ManufacturerNumber String(10), SizeOrDimensionText String(32)""",
        navigation("to_Description", "A_ProductDescription", "Product"),
        navigation("to_Plant", "A_ProductPlant", "Product"),
        navigation("to_ProductUnitsOfMeasure", "A_ProductUnitsOfMeasure", "Product"),
        navigation("to_Valuation", "A_ProductValuation", "Product"),
    ),
    entity_set(
        "A_ProductDescription",
        "Product Language",
        """Product String(40), Language String(2), ProductDescription String(40)""",
    ),
    entity_set(
        "A_ProductUnitsOfMeasure",
        "Product AlternativeUnit",
        """Product String(40), AlternativeUnit String(3), QuantityNumerator Quantity(5,0),
        QuantityDenominator Quantity(5,0), GlobalTradeItemNumber String(18),
        GlobalTradeItemNumberCategory String(2), LowerLevelPackagingUnit String(3), BaseUnit String(3)""",
        navigation("to_InternationalArticleNumber", "A_ProductUnitsOfMeasureEAN", "Product AlternativeUnit"),
    ),
    entity_set(
        "A_ProductUnitsOfMeasureEAN",
        "Product AlternativeUnit ConsecutiveNumber",
        """Product String(40), AlternativeUnit String(3), ConsecutiveNumber String(5), ProductStandardID String(18),
        InternationalArticleNumberCat String(2), IsMainGlobalTradeItemNumber Boolean""",
    ),
    entity_set(
        "A_ProductPlant",
        "Product Plant",
        """Product String(40), Plant String(4), PurchasingGroup String(3), ProfitCenter String(10), MRPType String(2),
        ABCIndicator String(1), GoodsIssueUnit String(3), IsBatchManagementRequired Boolean,
        HasConsignmentCtrl String(1), ProfileCode String(2), IsMarkedForDeletion Boolean""",
    ),
    entity_set(
        "A_ProductValuation",
        "Product ValuationArea ValuationType",
        """Product String(40), ValuationArea String(4), ValuationType String(10), ValuationClass String(4),
        InventoryValuationProcedure String(1), StandardPrice Amount(12,3), MovingAveragePrice Amount(12,3),
        PriceUnitQty Decimal(5,0), Currency String(5), PriceLastChangeDate Date, IsMarkedForDeletion Boolean""",
    ),
)

BUSINESS_PARTNER = (
    entity_set(
        "A_BusinessPartner",
        "BusinessPartner",
        """BusinessPartner String(10), Supplier String(10), BusinessPartnerCategory String(1),
        BusinessPartnerFullName String(81), BusinessPartnerGrouping String(4), OrganizationBPName1 String(40),
        OrganizationBPName2 String(40), OrganizationBPName3 String(40), OrganizationBPName4 String(40),
        SearchTerm1 String(20), InternationalLocationNumber1 String(7), InternationalLocationNumber2 String(5),
        InternationalLocationNumber3 String(1), BusinessPartnerIsBlocked Boolean, IsMarkedForArchiving Boolean,
        CreationDate Date, CreationTime Time, LastChangeDate Date, LastChangeTime Time""",
        navigation("to_BuPaIdentification", "A_BuPaIdentification", "BusinessPartner"),
        navigation("to_BusinessPartnerAddress", "A_BusinessPartnerAddress", "BusinessPartner"),
        navigation("to_BusinessPartnerTax", "A_BusinessPartnerTaxNumber", "BusinessPartner"),
        navigation("to_Supplier", "A_Supplier", "Supplier", many=False),
    ),
    entity_set(
        "A_BusinessPartnerAddress",
        "BusinessPartner AddressID",
        """BusinessPartner String(10), AddressID String(10), ValidityStartDate DateTimeOffset,
        ValidityEndDate DateTimeOffset, StreetName String(60), HouseNumber String(10), CityName String(40),
        Region String(3), PostalCode String(10), Country String(3), POBox String(10), Language String(2)""",
    ),
    entity_set(
        "A_BusinessPartnerTaxNumber",
        "BusinessPartner BPTaxType",
        """BusinessPartner String(10), BPTaxType String(4), BPTaxNumber String(20), BPTaxLongNumber String(60)""",
    ),
    entity_set(
        "A_BuPaIdentification",
        "BusinessPartner BPIdentificationType BPIdentificationNumber",
        """BusinessPartner String(10), BPIdentificationType String(6), BPIdentificationNumber String(60),
        BPIdnNmbrIssuingInstitute String(40), ValidityStartDate Date, ValidityEndDate Date""",
    ),
    entity_set(
        "A_Supplier",
        "Supplier",
        """Supplier String(10), CreationDate Date, SupplierName String(80), SupplierFullName String(220),
        SupplierAccountGroup String(4), PaymentIsBlockedForSupplier Boolean, PostingIsBlocked Boolean,
        PurchasingIsBlocked Boolean, DeletionIndicator Boolean, TaxNumber1 String(16), TaxNumber2 String(11),
        TaxNumber3 String(18), TaxNumber4 String(18), TaxNumber5 String(60), SupplierCorporateGroup String(10),
        AlternativePayeeAccountNumber String(10)""",
        navigation("to_SupplierCompany", "A_SupplierCompany", "Supplier"),
        navigation("to_SupplierPurchasingOrg", "A_SupplierPurchasingOrg", "Supplier"),
    ),
    entity_set(
        "A_SupplierCompany",
        "Supplier CompanyCode",
        """Supplier String(10), CompanyCode String(4), PaymentTerms String(4), ReconciliationAccount String(10),
        AlternativePayee String(10), SupplierIsBlockedForPosting Boolean, DeletionIndicator Boolean""",
        navigation("to_Supplier", "A_Supplier", "Supplier", many=False),
    ),
    entity_set(
        "A_SupplierPurchasingOrg",
        "Supplier PurchasingOrganization",
        """Supplier String(10), PurchasingOrganization String(4), PurchaseOrderCurrency String(5),
        PaymentTerms String(4), MaterialPlannedDeliveryDurn Decimal(3,0), MinimumOrderAmount Amount(14,3),
        IncotermsClassification String(3), InvoiceIsGoodsReceiptBased Boolean, IsOrderAcknRqd Boolean,
        PurchasingIsBlockedForSupplier Boolean, DeletionIndicator Boolean""",
    ),
)

COST_CENTER = (
    entity_set(
        "A_CostCenter",
        "ControllingArea CostCenter ValidityEndDate",
        """ControllingArea String(4), CostCenter String(10), ValidityEndDate Date, ValidityStartDate Date,
        CompanyCode String(4), BusinessArea String(4), Department String(12), ProfitCenter String(10),
        CostCenterCategory String(1), CostCenterCurrency String(5), CostCenterStandardHierArea String(12),
        FunctionalArea String(16), IsBlkdForPrimaryCostsPosting String(1)""",
        navigation("to_Text", "A_CostCenterText", "ControllingArea CostCenter ValidityEndDate"),
    ),
    entity_set(
        "A_CostCenterText",
        "CostCenter ControllingArea Language ValidityEndDate",
        """CostCenter String(10), ControllingArea String(4), Language String(2), ValidityEndDate Date,
        ValidityStartDate Date, CostCenterName String(20), CostCenterDescription String(40)""",
        navigation("to_CostCenter", "A_CostCenter", "ControllingArea CostCenter ValidityEndDate", many=False),
    ),
)
