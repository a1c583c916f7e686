"""SAP's master data: products with their units and bar codes, business partners and suppliers, cost centers.

Belongs here: how the records of SAP's own catalogues look in its entity sets. Not here: what is wrong with them (the truth).

A product has a version when its maker gives it another bar code and that is entered, and when another product replaces it.
"""

VIEWS = """
    -- The maker is another partner of ours where its name is one; else somebody wrote it into a field that was free.
    CREATE TEMP TABLE maker AS
        SELECT rtrim(left(upper(supplier_name), 35)) AS manufacturer, min(source_pk) AS maker_number
        FROM supplier_record JOIN truth_supplier USING (supplier_id) WHERE NOT is_remit_to GROUP BY ALL;
    CREATE TEMP TABLE product AS
        SELECT r.*, item_class, pack_numerator, pack_denominator, t.unspsc, t.previous_gtin, t.gtin_changed_on,
            maker_number, (created_on + INTERVAL 9 HOUR)::TIMESTAMP AS since,
            (gtin_changed_on + INTERVAL 10 HOUR)::TIMESTAMP AS relabelled_at,
            (replaced_on + INTERVAL 9 HOUR)::TIMESTAMP AS replaced_at
        FROM (SELECT * REPLACE (coalesce(created_on, DATE '2019-01-07') AS created_on) FROM item_record) AS r
        JOIN (SELECT source_pk, pack_numerator, pack_denominator, unspsc, previous_gtin, gtin_changed_on
              FROM truth_source_item WHERE source = 'sap_s4') AS t USING (source_pk)
        JOIN truth_item USING (item_id) LEFT JOIN maker USING (manufacturer);
    CREATE TEMP TABLE product_version AS
        SELECT * REPLACE (if(seen_at < relabelled_at, previous_gtin, gtin) AS gtin),
            NOT is_active AND coalesce(seen_at >= replaced_at, true) AS is_deleted,
            lead(seen_at) OVER (PARTITION BY source_pk ORDER BY seen_at) AS until
        FROM (
            SELECT DISTINCT source_pk, unnest([
                since, if(relabelled_at > since, relabelled_at, NULL), if(replaced_at > since, replaced_at, NULL)
            ]) AS seen_at FROM product)
        JOIN product USING (source_pk) WHERE seen_at IS NOT NULL;
    CREATE TEMP TABLE unit AS
        SELECT source_pk, base_uom AS unit, 1 AS numerator, 1 AS denominator, base_uom, gtin, seen_at, until
        FROM product_version
        UNION ALL
        SELECT source_pk, purchase_uom, pack_numerator, pack_denominator, base_uom, NULL, since, NULL
        FROM product WHERE purchase_uom <> base_uom AND pack_numerator IS NOT NULL;
    -- A product is kept at the plants that order it or have stock of it.
    CREATE TEMP TABLE kept AS
        SELECT source_pk, site, product.* EXCLUDE (source_pk), standard_price
        FROM (
            SELECT item_number AS source_pk, site FROM order_line
            UNION
            SELECT item_number, site FROM truth_inventory JOIN place USING (location) JOIN stock_record USING (item_id))
        JOIN product USING (source_pk) JOIN (SELECT item_id, standard_price FROM standard) USING (item_id);
    CREATE TEMP TABLE partner AS
        SELECT r.*, gln, role, TIMESTAMP '2019-01-07 09:00:00' AS since
        FROM supplier_record AS r
        JOIN (SELECT source_pk, gln, role FROM truth_source_supplier WHERE source = 'sap_s4') USING (source_pk);
"""

SELECTS = {
    "A_Product": """
        SELECT source_pk AS Product, 'HAWA' AS ProductType, if(is_deleted, '01', '') AS CrossPlantStatus,
            created_on AS CreationDate, seen_at::DATE AS LastChangeDate, seen_at AS LastChangeDateTime,
            is_deleted AS IsMarkedForDeletion, purchase_uom AS PurchaseOrderQuantityUnit, 'US' AS CountryOfOrigin,
            merchandise(item_class) AS ProductGroup, base_uom AS BaseUnit, unspsc AS ProductHierarchy,
            gtin AS ProductStandardID, if(gtin IS NULL, '', 'IC') AS InternationalArticleNumberCat,
            item_class LIKE '%implant' AS IsBatchManagementRequired,
            if(item_class LIKE '%implant', '0001', '') AS SerialNumberProfile,
            part_number AS ProductManufacturerNumber, maker_number AS ManufacturerNumber,
            if(maker_number IS NULL, left(manufacturer, 32), '') AS SizeOrDimensionText, seen_at AS _from, until AS _until
        FROM product_version""",
    "A_ProductDescription": """
        SELECT source_pk AS Product, 'EN' AS Language, left(description, 40) AS ProductDescription, since AS _from
        FROM product""",
    "A_ProductUnitsOfMeasure": """
        SELECT source_pk AS Product, unit AS AlternativeUnit, numerator AS QuantityNumerator,
            denominator AS QuantityDenominator, gtin AS GlobalTradeItemNumber,
            if(gtin IS NULL, '', 'IC') AS GlobalTradeItemNumberCategory, base_uom AS BaseUnit, seen_at AS _from,
            until AS _until
        FROM unit""",
    "A_ProductUnitsOfMeasureEAN": """
        SELECT source_pk AS Product, unit AS AlternativeUnit, '00001' AS ConsecutiveNumber, gtin AS ProductStandardID,
            'IC' AS InternationalArticleNumberCat, true AS IsMainGlobalTradeItemNumber, seen_at AS _from, until AS _until
        FROM unit WHERE gtin IS NOT NULL""",
    "A_ProductPlant": """
        SELECT source_pk AS Product, site AS Plant, '001' AS PurchasingGroup, 'PD' AS MRPType, base_uom AS GoodsIssueUnit,
            item_class LIKE '%implant' AS IsBatchManagementRequired, false AS IsMarkedForDeletion, since AS _from
        FROM kept""",
    "A_ProductValuation": """
        SELECT source_pk AS Product, site AS ValuationArea, '' AS ValuationType, '3000' AS ValuationClass,
            'S' AS InventoryValuationProcedure, standard_price AS StandardPrice, 0 AS MovingAveragePrice,
            1 AS PriceUnitQty, 'USD' AS Currency, DATE '2024-10-01' AS PriceLastChangeDate,
            false AS IsMarkedForDeletion, since AS _from
        FROM kept""",
    "A_BusinessPartner": """
        SELECT source_pk AS BusinessPartner, source_pk AS Supplier, '2' AS BusinessPartnerCategory,
            name AS BusinessPartnerFullName, left(name, 40) AS OrganizationBPName1, left(name, 20) AS SearchTerm1,
            left(gln, 7) AS InternationalLocationNumber1, substr(gln, 8, 5) AS InternationalLocationNumber2,
            right(gln, 1) AS InternationalLocationNumber3, NOT is_active AS BusinessPartnerIsBlocked,
            NOT is_active AS IsMarkedForArchiving, since::DATE AS CreationDate, since::TIME AS CreationTime,
            since::DATE AS LastChangeDate, since::TIME AS LastChangeTime, since AS _from
        FROM partner""",
    "A_BusinessPartnerAddress": """
        SELECT source_pk AS BusinessPartner, lpad(number::VARCHAR, 10, '0') AS AddressID, since AS ValidityStartDate,
            TIMESTAMP '9999-12-31 23:59:59' AS ValidityEndDate, street AS StreetName, left(city, 40) AS CityName,
            postal_code AS PostalCode, 'US' AS Country, 'EN' AS Language, since AS _from
        FROM partner""",
    "A_BusinessPartnerTaxNumber": """
        SELECT source_pk AS BusinessPartner, 'US1' AS BPTaxType, ein AS BPTaxNumber, since AS _from
        FROM partner WHERE ein IS NOT NULL""",
    "A_BuPaIdentification": """
        SELECT source_pk AS BusinessPartner, 'GLN' AS BPIdentificationType, gln AS BPIdentificationNumber,
            since::DATE AS ValidityStartDate, DATE '9999-12-31' AS ValidityEndDate, since AS _from
        FROM partner WHERE gln IS NOT NULL""",
    "A_Supplier": """
        SELECT source_pk AS Supplier, since::DATE AS CreationDate, name AS SupplierName, name AS SupplierFullName,
            CASE role WHEN 'MANUFACTURER' THEN 'MNFR' WHEN 'REMIT_TO' THEN '0003' ELSE 'KRED' END AS SupplierAccountGroup,
            false AS PaymentIsBlockedForSupplier, NOT is_active AS PostingIsBlocked, NOT is_active AS PurchasingIsBlocked,
            NOT is_active AS DeletionIndicator, ein AS TaxNumber1,
            if(payee_pk <> source_pk, payee_pk, '') AS AlternativePayeeAccountNumber, since AS _from
        FROM partner""",
    "A_SupplierCompany": """
        SELECT source_pk AS Supplier, company AS CompanyCode, terms(payment_terms_days) AS PaymentTerms,
            '200100' AS ReconciliationAccount, if(payee_pk <> source_pk, payee_pk, '') AS AlternativePayee,
            NOT is_active AS SupplierIsBlockedForPosting, NOT is_active AS DeletionIndicator, since AS _from
        FROM partner CROSS JOIN (SELECT DISTINCT company FROM site) WHERE role <> 'MANUFACTURER'""",
    "A_SupplierPurchasingOrg": """
        SELECT source_pk AS Supplier, company AS PurchasingOrganization, 'USD' AS PurchaseOrderCurrency,
            terms(payment_terms_days) AS PaymentTerms, true AS InvoiceIsGoodsReceiptBased, true AS IsOrderAcknRqd,
            NOT is_active AS PurchasingIsBlockedForSupplier, NOT is_active AS DeletionIndicator, since AS _from
        FROM partner CROSS JOIN (SELECT DISTINCT company FROM site) WHERE role = 'SUPPLIER'""",
    "A_CostCenter": """
        SELECT 'MRH' AS ControllingArea, code AS CostCenter, DATE '9999-12-31' AS ValidityEndDate,
            DATE '2019-01-01' AS ValidityStartDate, company AS CompanyCode, site AS Department,
            left(kind, 1) AS CostCenterCategory, 'USD' AS CostCenterCurrency, TIMESTAMP '2019-01-01 09:00:00' AS _from
        FROM truth_cost_center JOIN site USING (site)""",
    "A_CostCenterText": """
        SELECT code AS CostCenter, 'MRH' AS ControllingArea, 'EN' AS Language, DATE '9999-12-31' AS ValidityEndDate,
            DATE '2019-01-01' AS ValidityStartDate, left(name, 20) AS CostCenterName,
            left(site || ' ' || name, 40) AS CostCenterDescription, TIMESTAMP '2019-01-01 09:00:00' AS _from
        FROM truth_cost_center SEMI JOIN site USING (site)""",
}
