-- One row per exception of the match that was ever open by a day: who owns it, what it puts at risk, how old it is or how long it
-- was open, and how it ended. A line that matches today keeps what it was before.
with opened as (
    select
        span.*,
        {{ as_of_date() }} as as_of_date
    from {{ ref('int_match__exception_span') }} as span
    where span.opened_date <= {{ as_of_date() }}
),

aged as (
    select
        opened.*,
        opened.closed_date is null or opened.closed_date > opened.as_of_date as is_open,
        cast(case
            when opened.closed_date is null or opened.closed_date > opened.as_of_date
                then {{ dbt.datediff('opened.opened_date', 'opened.as_of_date', 'day') }}
            else greatest({{ dbt.datediff('opened.opened_date', 'opened.closed_date', 'day') }}, 0)
        end as integer) as days_open
    from opened
)

select
    aged.invoice_line_exception_key,
    aged.invoice_line_key,
    verdict.invoice_key,
    verdict.invoice_number,
    verdict.line_number,
    verdict.po_line_key,
    verdict.company_key,
    verdict.facility_key,
    verdict.supplier_key,
    verdict.item_key,
    verdict.item_class,
    aged.exception_code,
    code.precedence,
    code.owner_role,
    code.sla_days,
    aged.opened_date,
    case when not aged.is_open then aged.closed_date end as closed_date,
    aged.is_open,
    case when not aged.is_open then aged.resolution end as resolution,
    aged.opened_date = verdict.posting_date as is_first_pass,
    aged.days_open,
    bucket.bucket_name as age_bucket,
    aged.days_open > code.sla_days as is_beyond_sla,
    verdict.line_amount,
    cast(case when aged.is_open then verdict.at_risk_amount else 0 end as decimal(18, 2)) as at_risk_amount,
    verdict.currency_code,
    aged.as_of_date,
    verdict.source_instance,
    coalesce(completeness.is_data_complete, false) as is_data_complete,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from aged
inner join {{ ref('int_match__verdict') }} as verdict on aged.invoice_line_key = verdict.invoice_line_key
inner join {{ ref('cfg_exception_code') }} as code on aged.exception_code = code.exception_code
left join {{ ref('cfg_age_bucket') }} as bucket
    on
        bucket.subject = 'EXCEPTION'
        and aged.days_open >= bucket.from_days
        and aged.days_open < bucket.to_days
left join {{ ref('int_source_completeness') }} as completeness
    on verdict.source_instance = completeness.source_instance
