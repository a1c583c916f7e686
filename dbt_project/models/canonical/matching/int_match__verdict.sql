{{ config(unit=['match_partition_key']) }}
-- One row per invoice line, void ones too: all that the facts determine of its match. Two verdicts are kept where a
-- receipt is missing, one for the days of grace and one for after; the view on top chooses by the calendar.
with code_summary as (
    select
        invoice_line_key,
        min(case when exception_code <> 'RECEIPT_MISSING' then precedence end) as first_precedence_in_grace,
        min(case when exception_code <> 'AWAITING_RECEIPT' then precedence end) as first_precedence_after_grace,
        max(case when exception_code <> 'RECEIPT_MISSING' and is_exception then 1 else 0 end) as is_exception_in_grace,
        max(case when exception_code <> 'AWAITING_RECEIPT' and is_exception then 1 else 0 end) as is_exception_after_grace,
        max(case when exception_code = 'AWAITING_RECEIPT' then 1 else 0 end) as is_awaiting,
        max(case when exception_code = 'RECEIPT_MISSING' then holds_from_date end) as receipt_missing_from_date
    from {{ ref('int_match__code') }}
    group by invoice_line_key
),

settled as (
    select
        line.*,
        evidence.expected_amount,
        evidence.price_diff_amount,
        evidence.price_diff_pct,
        evidence.suspected_uom_code,
        evidence.suspected_source_uom_code,
        evidence.surviving_qty,
        evidence.matched_qty,
        evidence.unmatched_qty,
        evidence.received_qty,
        evidence.tax_diff_amount,
        evidence.is_same_price,
        code_summary.receipt_missing_from_date,
        coalesce(code_summary.is_exception_in_grace, 0) = 1 as is_exception_in_grace,
        coalesce(code_summary.is_exception_after_grace, 0) = 1 as is_exception_after_grace,
        coalesce(code_summary.is_awaiting, 0) = 1 as is_awaiting,
        code_in_grace.exception_code as primary_code_in_grace,
        code_after_grace.exception_code as primary_code_after_grace,
        case
            when line.is_void then 'VOID'
            when not line.is_live then 'NOT_APPLICABLE'
            when line.is_item_like and not line.has_po_line and not line.is_po_required then 'NOT_APPLICABLE'
            when line.line_type not in ('ITEM', 'FREIGHT', 'TAX') then 'NOT_APPLICABLE'
            when line.line_type = 'TAX' and evidence.tax_diff_amount <> 0 then 'MATCHED_WITHIN_TOL'
            when line.line_type = 'FREIGHT' and not line.has_po_line and line.line_amount <> 0 then 'MATCHED_WITHIN_TOL'
            when not evidence.is_same_price or coalesce(round(evidence.unmatched_qty, 6), 0) <> 0 then 'MATCHED_WITHIN_TOL'
            else 'MATCHED_EXACT'
        end as status_without_exception
    from {{ ref('int_match__line_context') }} as line
    left join {{ ref('int_match__evidence') }} as evidence on line.invoice_line_key = evidence.invoice_line_key
    left join code_summary on line.invoice_line_key = code_summary.invoice_line_key
    left join {{ ref('cfg_exception_code') }} as code_in_grace
        on code_summary.first_precedence_in_grace = code_in_grace.precedence
    left join {{ ref('cfg_exception_code') }} as code_after_grace
        on code_summary.first_precedence_after_grace = code_after_grace.precedence
),

final as (
    select
        invoice_line_key,
        match_partition_key,
        invoice_key,
        invoice_number,
        supplier_invoice_number,
        line_number,
        doc_type,
        line_type,
        invoice_status,
        posting_date,
        company_key,
        facility_key,
        supplier_key,
        item_key,
        item_class,
        po_line_key,
        po_number,
        po_type,
        policy_version,
        match_way,
        currency_code,
        functional_currency_code,
        base_qty as invoice_base_qty,
        po_base_qty,
        cast(received_qty * direction as decimal(18, 6)) as received_base_qty,
        cast(matched_qty * direction as decimal(18, 6)) as matched_base_qty,
        cast(unmatched_qty * direction as decimal(18, 6)) as unmatched_base_qty,
        base_unit_price as invoice_base_unit_price,
        po_base_unit_price,
        line_amount,
        functional_amount,
        expected_amount,
        price_diff_amount,
        price_diff_pct,
        suspected_uom_code,
        suspected_source_uom_code,
        case
            when is_exception_in_grace then 'EXCEPTION'
            when is_awaiting then 'PENDING'
            else status_without_exception
        end as status_in_grace,
        case when is_exception_after_grace then 'EXCEPTION' else status_without_exception end as status_after_grace,
        primary_code_in_grace,
        primary_code_after_grace,
        receipt_missing_from_date,
        cast(case
            when line_type = 'TAX' then abs(tax_diff_amount)
            when coalesce(primary_code_after_grace, '') in ('PRICE_OVER', 'PRICE_UNDER') then abs(price_diff_amount)
            when primary_code_after_grace = 'QTY_OVER_INVOICED'
                then {{ mul_money('unmatched_qty', 'base_unit_price') }} + abs(coalesce(price_diff_amount, 0))
            when primary_code_after_grace = 'QTY_OVER_ORDERED'
                then {{ mul_money('unmatched_qty + greatest(received_qty - abs(po_base_qty), 0)', 'base_unit_price') }}
                    + abs(coalesce(price_diff_amount, 0))
            when primary_code_after_grace is not null then abs(line_amount)
            else 0
        end as decimal(18, 2)) as at_risk_amount,
        source_instance,
        cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
    from settled
)

select * from final
