{{ config(unit=['match_partition_key']) }}
-- One row per live invoice line and exception code that the facts give, with the days between which it holds: a missing
-- receipt is awaited while the grace runs and an exception after it. The calendar is applied by the views on top.
select
    {{ surrogate_key(['evidence.invoice_line_key', 'code.exception_code']) }} as invoice_line_exception_key,
    evidence.invoice_line_key,
    evidence.match_partition_key,
    code.exception_code,
    code.precedence,
    code.is_exception,
    evidence.posting_date as opened_date,
    case
        when code.exception_code = 'RECEIPT_MISSING'
            then {{ days_after('evidence.posting_date', 'evidence.receipt_grace_days + 1') }}
        else evidence.posting_date
    end as holds_from_date,
    case
        when code.exception_code = 'AWAITING_RECEIPT'
            then {{ days_after('evidence.posting_date', 'evidence.receipt_grace_days + 1') }}
        else cast('9999-12-31' as date)
    end as holds_to_date,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from {{ ref('int_match__evidence') }} as evidence
inner join {{ ref('cfg_exception_code') }} as code
    on
        code.is_raised
        and case code.exception_code
            when 'DUPLICATE_SUSPECT' then evidence.is_duplicate_suspect
            when 'SUPPLIER_MISMATCH' then evidence.is_supplier_mismatch
            when 'CURRENCY_MISMATCH' then evidence.is_currency_mismatch
            when 'PO_NOT_FOUND' then evidence.is_po_not_found
            when 'NO_PO' then evidence.is_without_po
            when 'ITEM_MISMATCH' then evidence.is_item_mismatch
            when 'UOM_MISMATCH' then evidence.is_unit_suspect
            when 'UOM_UNMAPPED' then evidence.is_unit_unmapped
            when 'PO_CANCELLED' then evidence.is_po_cancelled
            when 'RECEIPT_MISSING' then evidence.is_without_receipt
            when 'AWAITING_RECEIPT' then evidence.is_without_receipt and evidence.receipt_grace_days > 0
            when 'QTY_OVER_INVOICED' then evidence.is_over_invoiced
            when 'QTY_OVER_ORDERED' then evidence.is_over_ordered
            when 'PRICE_OVER' then evidence.is_price_over
            when 'PRICE_UNDER' then evidence.is_price_under
            when 'CHARGE_OVER' then evidence.is_charge_over
            when 'TAX_EXCEPTION' then evidence.is_tax_exception
            when 'CREDIT_UNMATCHED' then evidence.is_credit_unmatched
            else false
        end
