{{ config(unit=['invoice_line_key']) }}
-- One row per live invoice line: every fact that an exception code asks for, yes or no. No rule of precedence here.
with lines as (
    select * from {{ ref('int_match__line_context') }} where is_live
),

suppliers as (
    select supplier_key, parent_supplier_key from {{ ref('dim_supplier') }}
),

document_charges as (
    select
        invoice_key,
        sum(line_amount) as charge_amount
    from lines
    where line_type = 'FREIGHT' and not has_po_line
    group by invoice_key
),

price_claims as (
    select distinct po_line_key
    from {{ ref('int_match__price') }}
    where is_price_over or is_unit_suspect
),

document_amounts as (
    select
        invoice_key,
        sum(line_amount) as document_amount
    from lines
    group by invoice_key
),

order_documents as (
    select distinct
        lines.invoice_key,
        lines.po_key,
        lines.supplier_key,
        lines.posting_date,
        lines.currency_code,
        lines.duplicate_window_days,
        document_amounts.document_amount
    from lines
    inner join document_amounts on lines.invoice_key = document_amounts.invoice_key
    where lines.doc_type = 'INVOICE' and lines.po_key is not null
),

-- Same amount on the same order within the window: suspect where what the later one bills is not covered by goods of its
-- own. Two equal deliveries, each billed once, are no duplicate.
repeated_amounts as (
    select distinct
        later.invoice_key,
        later.po_key
    from order_documents as later
    inner join order_documents as earlier
        on
            later.po_key = earlier.po_key
            and later.supplier_key = earlier.supplier_key
            and later.currency_code = earlier.currency_code
            and later.document_amount = earlier.document_amount
            and later.invoice_key <> earlier.invoice_key
            and (
                earlier.posting_date < later.posting_date
                or (earlier.posting_date = later.posting_date and earlier.invoice_key < later.invoice_key)
            )
            and later.posting_date <= {{ days_after('earlier.posting_date', 'later.duplicate_window_days') }}
),

judged as (
    select
        line.*,
        price.expected_amount,
        price.price_diff_amount,
        price.price_diff_pct,
        coalesce(price.suspected_uom_code, unit_slip.suspected_uom_code) as suspected_uom_code,
        coalesce(price.suspected_source_uom_code, unit_slip.suspected_source_uom_code) as suspected_source_uom_code,
        quantity.billed_qty,
        quantity.surviving_qty,
        quantity.matched_qty,
        quantity.unmatched_qty,
        quantity.received_qty,
        line.match_way >= 3 as is_receipt_needed,
        line.match_qty < 0 or (line.is_price_claim and line.line_amount < 0)
        or (not line.has_po_line and line.line_amount < 0) as is_credit,
        coalesce(price.is_same_price, true) as is_same_price,
        duplicate.invoice_key is not null as is_duplicate_number,
        coalesce(round(quantity.unmatched_qty, 6) > 0, false) as is_not_covered,
        repeated_amounts.invoice_key is not null as is_repeated_amount,
        repeated_document.invoice_key is not null as is_repeated_document,
        coalesce(price.is_unit_suspect, false) or unit_slip.invoice_line_key is not null as is_unit_suspect,
        coalesce(price.is_price_over, false) as is_price_over,
        coalesce(price.is_price_under, false) as is_price_under,
        price_claims.po_line_key is not null as has_price_claim,
        -- By what was billed and did not come, or by what went back.
        coalesce(
            quantity.cumulative_credited_qty
            <= greatest(quantity.gross_billed_qty - quantity.received_qty, quantity.returned_qty),
            false
        ) as is_credit_covered,
        -- Of a two-way line the order itself is the limit.
        coalesce(round(quantity.cumulative_qty, 6) > round(
            abs(line.po_base_qty) * (cast(1 as decimal(38, 12)) + line.over_receipt_tol_pct * cast(0.01 as decimal(3, 2))), 6
        ), false) as is_billed_beyond_order,
        coalesce(round(quantity.received_qty, 6) > round(
            abs(line.po_base_qty) * (cast(1 as decimal(38, 12)) + line.over_receipt_tol_pct * cast(0.01 as decimal(3, 2))), 6
        ), false) as is_received_beyond_order,
        coalesce(
            round(quantity.unmatched_qty, 6)
            <= round(quantity.surviving_qty * line.qty_tol_pct * cast(0.01 as decimal(3, 2)), 6)
            and round(quantity.unmatched_qty, 6) <= line.qty_tol_abs, true
        ) as is_quantity_within_tolerance,
        coalesce(document_charges.charge_amount, 0) as document_charge_amount,
        own.parent_supplier_key in (ordered_from.parent_supplier_key, invoiced_by.parent_supplier_key) as is_same_family
    from lines as line
    left join {{ ref('int_match__price') }} as price on line.invoice_line_key = price.invoice_line_key
    left join {{ ref('int_match__quantity') }} as quantity on line.invoice_line_key = quantity.invoice_line_key
    left join {{ ref('int_match__unit_slip') }} as unit_slip on line.invoice_line_key = unit_slip.invoice_line_key
    left join {{ ref('int_match__duplicate_document') }} as duplicate on line.invoice_key = duplicate.invoice_key
    left join repeated_amounts on line.invoice_key = repeated_amounts.invoice_key and line.po_key = repeated_amounts.po_key
    left join {{ ref('int_match__repeated_document') }} as repeated_document
        on line.invoice_key = repeated_document.invoice_key
    left join price_claims on line.po_line_key = price_claims.po_line_key
    left join document_charges on line.invoice_key = document_charges.invoice_key
    left join suppliers as own on line.supplier_key = own.supplier_key
    left join suppliers as ordered_from on line.po_supplier_key = ordered_from.supplier_key
    left join suppliers as invoiced_by on line.po_invoicing_supplier_key = invoiced_by.supplier_key
),

final as (
    select
        invoice_line_key,
        match_partition_key,
        policy_version,
        line_type,
        line_amount,
        posting_date,
        receipt_grace_days,
        has_po_line,
        is_po_required,
        is_credit,
        is_item_like,
        is_same_price,
        expected_amount,
        price_diff_amount,
        price_diff_pct,
        suspected_uom_code,
        suspected_source_uom_code,
        surviving_qty,
        matched_qty,
        unmatched_qty,
        received_qty,
        is_duplicate_number
        or (is_repeated_amount and is_not_covered)
        or (is_repeated_document and is_billed_beyond_order and round(matched_qty, 6) = 0) as is_duplicate_suspect,
        has_po_line and supplier_key <> {{ unknown_key() }} and not coalesce(is_same_family, true) as is_supplier_mismatch,
        has_po_line and currency_code <> po_currency_code as is_currency_mismatch,
        not has_po_line and po_line_reference is not null as is_po_not_found,
        is_item_like and not has_po_line and po_line_reference is null and is_po_required and not is_credit as is_without_po,
        has_po_line and item_key <> {{ unknown_key() }} and po_item_key <> {{ unknown_key() }} and item_key <> po_item_key
            as is_item_mismatch,
        is_unit_suspect,
        is_item_like and invoice_qty is not null and (pack_num is null or (has_po_line and po_pack_num is null))
            as is_unit_unmapped,
        is_po_cancelled,
        is_receipt_needed and not is_duplicate_number
        and coalesce(round(unmatched_qty, 6) > 0 and round(matched_qty, 6) = 0, false) as is_without_receipt,
        is_receipt_needed and coalesce(round(matched_qty, 6) > 0, false) and not is_quantity_within_tolerance
            as is_over_invoiced,
        case when is_receipt_needed then is_billed_beyond_order and is_received_beyond_order else is_billed_beyond_order end
            as is_over_ordered,
        is_price_over or (is_price_claim and line_amount > price_tol_abs_up) as is_price_over,
        is_price_under,
        line_type = 'FREIGHT' and not has_po_line and document_charge_amount > freight_tol_abs as is_charge_over,
        line_type = 'TAX' and coalesce(abs(line_amount - expected_tax_amount) > tax_tol_abs, false) as is_tax_exception,
        cast(coalesce(line_amount - expected_tax_amount, 0) as decimal(18, 2)) as tax_diff_amount,
        is_item_like and is_credit and credited_invoice_line_key is null and not is_credit_covered
        and not (has_price_claim and is_price_claim) as is_credit_unmatched
    from judged
)

select * from final
