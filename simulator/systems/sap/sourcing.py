"""SAP's requisitions, contracts and info records: what is asked for, and at which price it should be bought.

Belongs here: how they look in SAP, as far as SAP was told. Not here: the contracts themselves (systems/contracts.py).

A contract's price is an item of the contract in SAP from the day on which a buyer entered it: some days late, some never.
Entered are the prices of the tiers for which a site of SAP is eligible. An info record has for a supplier and a product the
price that was entered last; each price is a version of it.
"""

OPTIONAL = {
    "truth_requisition_line": """requisition VARCHAR, line BIGINT, site VARCHAR, location VARCHAR, cost_center VARCHAR,
        item_id VARCHAR, packs BIGINT, requested_at TIMESTAMP, approved_at TIMESTAMP, source VARCHAR, po_number VARCHAR,
        po_line BIGINT, status VARCHAR""",
    "truth_contract": "contract_number VARCHAR, supplier_id VARCHAR, type VARCHAR, starts_on DATE, ends_on DATE",
    "truth_contract_eligibility": "contract_number VARCHAR, site VARCHAR, tier BIGINT",
    "truth_contract_line": """contract_number VARCHAR, line BIGINT, item_id VARCHAR, tier BIGINT, uom VARCHAR, pack BIGINT,
        price DECIMAL(18, 4), from_date DATE, to_date DATE, loaded_on DATE""",
}

SIGNED_BEFORE_DAYS = 30
VIEWS = f"""
    CREATE TEMP TABLE asked AS
        SELECT q.*, requisition_number(requisition) AS number, item_text(q.line) AS item, company,
            coalesce(o.item_number, r.source_pk) AS material, coalesce(o.description, r.description) AS description,
            coalesce(o.purchase_uom, r.purchase_uom) AS unit, item_class,
            coalesce(o.price, round(list_price * eaches_per_purchase_uom, 4)) AS price, o.supplier_number, o.account,
            if(o.entered_at < q.approved_at, q.approved_at, o.entered_at) AS ordered_at,
            -- Nobody knows when a requisition was refused or given up: it is closed on the next day.
            if(status IN ('REJECTED', 'CANCELLED'), coalesce(q.approved_at, requested_at + INTERVAL 1 DAY), NULL) AS ended_at
        FROM truth_requisition_line AS q JOIN site USING (site) JOIN truth_item USING (item_id)
        JOIN item_record AS r
            ON r.item_id = q.item_id AND from_thousandth = 0 AND requested_at::DATE >= from_date
            AND requested_at::DATE < to_date
        LEFT JOIN (SELECT po_number, line, item_number, description, purchase_uom, price, supplier_number, account, entered_at
                   FROM order_line) AS o ON o.po_number = q.po_number AND o.line = q.po_line;
    CREATE TEMP VIEW asked_version AS
        SELECT *, lead(seen_at) OVER (PARTITION BY number, item ORDER BY seen_at) AS until
        FROM (SELECT *, unnest(list_distinct([requested_at, approved_at, ordered_at, ended_at])) AS seen_at FROM asked)
        WHERE seen_at IS NOT NULL;

    CREATE TEMP TABLE agreed AS
        SELECT contract_number, contract_text(contract_number) AS number, type, starts_on, ends_on, source_pk AS supplier,
            at_work(starts_on - {SIGNED_BEFORE_DAYS}, contract_number) AS signed_at
        FROM truth_contract
        JOIN (SELECT supplier_id, source_pk FROM supplier_record WHERE from_thousandth = 0) USING (supplier_id);
    CREATE TEMP TABLE loaded AS
        SELECT l.*, agreed.number, supplier, item_class, r.source_pk AS material, description, base_uom, purchase_uom,
            part_number, greatest(signed_at, at_work(loaded_on, contract_number)) AS loaded_at,
            greatest(loaded_at, (from_date + INTERVAL 5 HOUR)::TIMESTAMP) AS in_force_at
        FROM truth_contract_line AS l JOIN agreed USING (contract_number)
        SEMI JOIN (SELECT contract_number, tier FROM truth_contract_eligibility SEMI JOIN site USING (site)) AS eligible
            ON eligible.contract_number = l.contract_number AND eligible.tier = l.tier
        JOIN (SELECT * EXCLUDE (from_date, to_date) FROM item_record) AS r
            ON r.item_id = l.item_id AND r.from_thousandth = 0 AND r.replaced_on IS NULL
        JOIN (SELECT item_id, item_class FROM truth_item) AS golden ON golden.item_id = l.item_id
        WHERE loaded_on IS NOT NULL;
    CREATE TEMP TABLE info_record AS
        SELECT * EXCLUDE (number), '53' || lpad(dense_rank() OVER (ORDER BY supplier, material)::VARCHAR, 8, '0') AS number,
            min(in_force_at) OVER (PARTITION BY supplier, material) AS created_at,
            lead(in_force_at) OVER (PARTITION BY supplier, material ORDER BY in_force_at) AS until
        FROM (
            SELECT DISTINCT ON (supplier, material, in_force_at) * FROM loaded
            ORDER BY supplier, material, in_force_at, tier DESC, contract_number, line);
"""

SELECTS = {
    "A_PurchaseRequisitionHeader": """
        SELECT number AS PurchaseRequisition, 'NB' AS PurchaseRequisitionType, any_value(source) AS PurReqnDescription,
            true AS SourceDetermination, min(requested_at) AS _from
        FROM asked GROUP BY number""",
    "A_PurchaseRequisitionItem": """
        SELECT number AS PurchaseRequisition, item AS PurchaseRequisitionItem,
            CASE WHEN seen_at >= ended_at AND status = 'REJECTED' THEN '08' WHEN seen_at >= approved_at THEN '05' ELSE '03' END
                AS PurReqnReleaseStatus,
            left(description, 40) AS PurchaseRequisitionItemText, material AS Material,
            merchandise(item_class) AS MaterialGroup, site AS Plant, packs AS RequestedQuantity, unit AS BaseUnit,
            price * 100 AS PurchaseRequisitionPrice, 100 AS PurReqnPriceQuantity, 'USD' AS PurReqnItemCurrency,
            requested_at::DATE + 7 AS DeliveryDate, requested_at::DATE AS CreationDate, left(source, 12) AS RequisitionerName,
            supplier_number AS Supplier, '001' AS PurchasingGroup,
            coalesce(seen_at >= ended_at, false) AND status = 'CANCELLED' AS IsDeleted,
            coalesce(seen_at >= ordered_at, seen_at >= ended_at, false) AS IsClosed,
            if(seen_at >= ordered_at, purchase_order(po_number), '') AS PurchasingDocument,
            if(seen_at >= ordered_at, item_text(po_line), '') AS PurchasingDocumentItem, seen_at AS _from, until AS _until
        FROM asked_version""",
    "A_PurReqnAcctAssgmt": """
        SELECT number AS PurchaseRequisition, item AS PurchaseRequisitionItem, '01' AS PurchaseReqnAcctAssgmtNumber,
            account AS GLAccount, cost_center AS CostCenter, packs AS Quantity, requested_at AS _from
        FROM asked WHERE location IS NULL""",
    "A_PurchaseContract": """
        SELECT number AS PurchaseContract, 'MK' AS PurchaseContractType, company AS CompanyCode, supplier AS Supplier,
            company AS PurchasingOrganization, '001' AS PurchasingGroup, signed_at::DATE AS CreationDate,
            starts_on AS ValidityStartDate, coalesce(ends_on, DATE '9999-12-31') AS ValidityEndDate,
            'USD' AS DocumentCurrency, 0 AS PurchaseContractTargetAmount, false AS ReleaseIsNotCompleted, signed_at AS _from
        FROM agreed CROSS JOIN (SELECT DISTINCT company FROM site)""",
    "A_PurchaseContractItem": """
        SELECT number AS PurchaseContract, contract_item(line) AS PurchaseContractItem,
            left(description, 40) AS PurchaseContractItemText, material AS Material,
            merchandise(item_class) AS MaterialGroup, price * 100 AS ContractNetPriceAmount, 'USD' AS DocumentCurrency,
            100 AS NetPriceQuantity, uom AS OrderPriceUnit, uom AS OrderQuantityUnit, 0 AS TargetQuantity, loaded_at AS _from
        FROM loaded""",
    "A_PurchasingInfoRecord": """
        SELECT number AS PurchasingInfoRecord, supplier AS Supplier, material AS Material,
            merchandise(item_class) AS MaterialGroup, left(part_number, 35) AS SupplierMaterialNumber, base_uom AS BaseUnit,
            uom AS PurgDocOrderQuantityUnit, pack AS OrderItemQtyToBaseQtyNmrtr, 1 AS OrderItemQtyToBaseQtyDnmntr,
            created_at::DATE AS CreationDate, in_force_at AS LastChangeDateTime, false AS IsDeleted, in_force_at AS _from,
            until AS _until
        FROM info_record""",
    "A_PurgInfoRecdOrgPlantData": """
        SELECT number AS PurchasingInfoRecord, '0' AS PurchasingInfoRecordCategory, company AS PurchasingOrganization,
            '' AS Plant, price * 100 AS NetPriceAmount, 100 AS MaterialPriceUnitQty, 'USD' AS Currency,
            uom AS PurchaseOrderPriceUnit, coalesce(to_date, DATE '9999-12-31') AS PriceValidityEndDate,
            7 AS MaterialPlannedDeliveryDurn, false AS IsMarkedForDeletion, in_force_at AS _from, until AS _until
        FROM info_record CROSS JOIN (SELECT DISTINCT company FROM site)""",
}
