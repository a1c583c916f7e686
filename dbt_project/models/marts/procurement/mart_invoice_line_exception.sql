-- One row per live invoice line and exception code that holds on a day, awaited receipts included (is_exception false).
with dated as (
    select
        code.*,
        {{ as_of_date() }} as as_of_date
    from {{ ref('int_match__code') }} as code
),

final as (
    select
        dated.invoice_line_exception_key,
        dated.invoice_line_key,
        line.invoice_key,
        line.po_line_key,
        line.supplier_key,
        line.facility_key,
        {{ period_of('line.posting_date') }} as period,
        dated.exception_code,
        dated.precedence,
        dated.is_exception,
        definition.owner_role,
        definition.sla_days,
        dated.opened_date,
        {{ days_after('dated.opened_date', 'definition.sla_days') }} as due_date,
        dated.as_of_date,
        cast({{ dbt.datediff('dated.opened_date', 'dated.as_of_date', 'day') }} as integer) as days_open,
        line.line_amount,
        line.currency_code,
        dated.run_id
    from dated
    inner join {{ ref('int_match__verdict') }} as line on dated.invoice_line_key = line.invoice_line_key
    inner join {{ ref('cfg_exception_code') }} as definition on dated.exception_code = definition.exception_code
    where dated.as_of_date >= dated.holds_from_date and dated.as_of_date < dated.holds_to_date
)

select * from final
