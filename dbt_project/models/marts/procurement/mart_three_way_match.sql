-- One row per invoice line, void ones too: exactly one match status, as of a day. Facts are stored below
-- (int_match__verdict); only what the calendar decides is decided here.
with verdicts as (
    select
        verdict.*,
        {{ as_of_date() }} as as_of_date
    from {{ ref('int_match__verdict') }} as verdict
),

dated as (
    select
        verdicts.*,
        receipt_missing_from_date is null or as_of_date < receipt_missing_from_date as is_in_grace
    from verdicts
),

final as (
    select
        dated.invoice_line_key,
        dated.invoice_key,
        dated.invoice_number,
        dated.supplier_invoice_number,
        dated.line_number,
        dated.doc_type,
        dated.line_type,
        dated.invoice_status,
        dated.posting_date,
        {{ period_of('dated.posting_date') }} as period,
        dated.company_key,
        dated.facility_key,
        dated.supplier_key,
        supplier.supplier_name,
        dated.item_key,
        dated.item_class,
        dated.po_line_key,
        dated.po_number,
        dated.po_type,
        dated.policy_version,
        dated.match_way,
        dated.currency_code,
        dated.functional_currency_code,
        case when dated.is_in_grace then dated.status_in_grace else dated.status_after_grace end as match_status,
        case when dated.is_in_grace then dated.primary_code_in_grace else dated.primary_code_after_grace end
            as primary_exception_code,
        case when dated.is_in_grace then dated.status_in_grace else dated.status_after_grace end
        in ('MATCHED_EXACT', 'MATCHED_WITHIN_TOL') as is_payment_eligible,
        dated.invoice_base_qty,
        dated.po_base_qty,
        dated.received_base_qty,
        dated.matched_base_qty,
        dated.unmatched_base_qty,
        dated.invoice_base_unit_price,
        dated.po_base_unit_price,
        dated.line_amount,
        dated.functional_amount,
        dated.expected_amount,
        dated.price_diff_amount,
        dated.price_diff_pct,
        dated.suspected_uom_code,
        dated.suspected_source_uom_code,
        dated.at_risk_amount,
        dated.receipt_missing_from_date,
        dated.source_instance,
        dated.as_of_date,
        coalesce(completeness.is_data_complete, false) as is_data_complete,
        dated.run_id
    from dated
    left join {{ ref('dim_supplier') }} as supplier on dated.supplier_key = supplier.supplier_key
    left join {{ ref('int_source_completeness') }} as completeness
        on dated.source_instance = completeness.source_instance
)

select * from final
