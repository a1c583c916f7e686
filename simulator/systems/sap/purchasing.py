"""SAP's purchase orders: headers, items, schedule lines, account assignments, prices.

Belongs here: how an order and its parts look in each of their versions. Not here: when it has one (orders.py).

A part has a version only when something of itself changes; its order has one whenever one of its parts does, and its stamp
is the only one. An item of which the supplier said no is deleted, and with all of its items the order. An order names a
contract when the price had been entered by then.
"""

VIEWS = """
    CREATE TEMP VIEW ordered AS
        SELECT *, purchase_order(po_number) AS purchase_order, item_text(line) AS item FROM order_line;
    -- From the requisition that asked for it.
    CREATE TEMP TABLE requested AS
        SELECT po_number, po_line AS line, min(requisition_number(requisition)) AS requisition,
            item_text(arg_min(line, requisition)) AS requisition_item
        FROM truth_requisition_line WHERE po_number IS NOT NULL GROUP BY po_number, po_line;
    CREATE TEMP VIEW item_state AS
        SELECT *, lead(seen_at) OVER (PARTITION BY po_number, line ORDER BY seen_at) AS until
        FROM (
            SELECT DISTINCT po_number, line, received_at, billed_at, cancelled_at,
                unnest([entered_at, received_at, billed_at, cancelled_at]) AS seen_at
            FROM line_history)
        WHERE seen_at IS NOT NULL;
    CREATE TEMP VIEW promise AS
        SELECT *, lead(seen_at) OVER (PARTITION BY po_number, line ORDER BY seen_at) AS until
        FROM (
            SELECT po_number, line, requested_date AS delivery_date, entered_at AS seen_at FROM order_line
            UNION ALL
            SELECT po_number, line, promised_date, promised_at
            FROM line_history JOIN (SELECT po_number, line, requested_date FROM order_line) USING (po_number, line)
            WHERE promised_date <> requested_date);
"""

SELECTS = {
    "A_PurchaseOrder": """
        WITH head AS (
            SELECT po_number, any_value(company) AS company, any_value(order_date) AS order_date,
                any_value(supplier_number) AS supplier, any_value(payment_terms_days) AS days
            FROM order_line GROUP BY po_number)
        SELECT purchase_order(po_number) AS PurchaseOrder, company AS CompanyCode, 'NB' AS PurchaseOrderType,
            if(is_cancelled, 'L', '') AS PurchasingDocumentDeletionCode,
            if(is_approved, '05', '03') AS PurchasingProcessingStatus, 'INTERFACE' AS CreatedByUser,
            order_date AS CreationDate, seen_at AS LastChangeDateTime, supplier AS Supplier, 'EN' AS Language,
            terms(days) AS PaymentTerms, company AS PurchasingOrganization, '001' AS PurchasingGroup,
            order_date AS PurchaseOrderDate, 'USD' AS DocumentCurrency, '1.00000' AS ExchangeRate,
            supplier AS InvoicingParty, NOT is_approved AS ReleaseIsNotCompleted, 'FCA' AS IncotermsClassification,
            seen_at AS _from, until AS _until
        FROM order_version JOIN head USING (po_number)""",
    "A_PurchaseOrderItem": """
        SELECT purchase_order AS PurchaseOrder, item AS PurchaseOrderItem,
            if(seen_at >= cancelled_at, 'L', '') AS PurchasingDocumentDeletionCode,
            left(description, 40) AS PurchaseOrderItemText, site AS Plant, storage(location) AS StorageLocation,
            merchandise(item_class) AS MaterialGroup, supplier_item AS SupplierMaterialNumber, quantity AS OrderQuantity,
            purchase_uom AS PurchaseOrderQuantityUnit, purchase_uom AS OrderPriceUnit, 1 AS OrderPriceUnitToOrderUnitNmrtr,
            1 AS OrdPriceUnitToOrderUnitDnmntr, price * 100 AS NetPriceAmount, 100 AS NetPriceQuantity,
            'USD' AS DocumentCurrency, 'I0' AS TaxCode, 0 AS OverdelivTolrtdLmtRatioInPct,
            false AS UnlimitedOverdeliveryIsAllowed, 0 AS UnderdelivTolrtdLmtRatioInPct,
            coalesce(seen_at >= received_at, false) AS IsCompletelyDelivered,
            coalesce(seen_at >= billed_at, false) AS IsFinallyInvoiced, '0' AS PurchaseOrderItemCategory,
            if(location IS NULL, 'K', '') AS AccountAssignmentCategory, true AS GoodsReceiptIsExpected,
            false AS GoodsReceiptIsNonValuated, true AS InvoiceIsExpected, true AS InvoiceIsGoodsReceiptBased,
            if(loaded_at <= entered_at, contract_text(contract_number), '') AS PurchaseContract,
            if(loaded_at <= entered_at, contract_item(contract_line), '') AS PurchaseContractItem,
            requisition AS PurchaseRequisition, requisition_item AS PurchaseRequisitionItem, false AS IsReturnsItem,
            item_number AS Material, gtin AS InternationalArticleNumber, left(part_number, 40) AS ManufacturerMaterial,
            seen_at AS _from, until AS _until
        FROM item_state JOIN ordered USING (po_number, line) LEFT JOIN requested USING (po_number, line)
        JOIN (SELECT number AS item_place, gtin, part_number FROM item_record) USING (item_place)
        LEFT JOIN (SELECT contract_number, line AS contract_line, loaded_at FROM loaded)
            USING (contract_number, contract_line)""",
    "A_PurchaseOrderScheduleLine": """
        SELECT purchase_order AS PurchasingDocument, item AS PurchasingDocumentItem, '0001' AS ScheduleLine,
            'D' AS DelivDateCategory, delivery_date AS ScheduleLineDeliveryDate,
            purchase_uom AS PurchaseOrderQuantityUnit, quantity AS ScheduleLineOrderQuantity,
            requested_date AS SchedLineStscDeliveryDate, requisition AS PurchaseRequisition,
            requisition_item AS PurchaseRequisitionItem, quantity AS ScheduleLineCommittedQuantity,
            seen_at AS _from, until AS _until
        FROM promise JOIN ordered USING (po_number, line) LEFT JOIN requested USING (po_number, line)""",
    "A_PurOrdAccountAssignment": """
        SELECT purchase_order AS PurchaseOrder, item AS PurchaseOrderItem, '01' AS AccountAssignmentNumber,
            false AS IsDeleted, quantity AS Quantity, purchase_uom AS PurchaseOrderQuantityUnit,
            'USD' AS DocumentCurrency, round(quantity * price, 2) AS PurgDocNetAmount, account AS GLAccount,
            cost_center AS CostCenter, entered_at AS _from
        FROM ordered WHERE location IS NULL""",
    "A_PurOrdPricingElement": """
        SELECT purchase_order AS PurchaseOrder, item AS PurchaseOrderItem, purchase_order AS PricingDocument,
            lpad((line * 10)::VARCHAR, 6, '0') AS PricingDocumentItem, '010' AS PricingProcedureStep,
            '001' AS PricingProcedureCounter, 'PB00' AS ConditionType, price * 100 AS ConditionRateValue,
            'USD' AS ConditionCurrency, round(quantity * price, 2) AS ConditionAmount, 100 AS ConditionQuantity,
            purchase_uom AS ConditionQuantityUnit, false AS ConditionIsForStatistics, entered_at AS _from
        FROM ordered""",
}
