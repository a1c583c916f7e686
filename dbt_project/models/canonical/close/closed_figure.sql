{{ config(
    schema='closed', materialized='incremental', incremental_strategy='append', full_refresh=false
) }}
-- One row per figure, company, facility, month, subject and category, as it was known when the books of the month had closed:
-- written once, by the first build after the close. Rows are only ever added: no later fact, rule or build changes what was
-- closed. It is backed up, because no source can say it again.
with final as (
    select * from {{ ref('int_close__figure') }} where is_closed
),

completeness as (
    select min(case when is_data_complete then 1 else 0 end) = 1 as is_data_complete
    from {{ ref('int_source_completeness') }}
)

select
    final.period_figure_key,
    final.figure,
    final.company_key,
    final.facility_key,
    final.period,
    final.close_date,
    final.member_key,
    final.category,
    final.currency_code,
    final.amount,
    final.row_count,
    coalesce(completeness.is_data_complete, false) as is_data_complete,
    {{ as_of_date() }} as closed_as_of_date,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from final
cross join completeness
{%- if is_incremental() %}
where
    not exists (
        select 1
        from {{ this }} as known
        where final.figure = known.figure and final.company_key = known.company_key and final.period = known.period
    )
{%- endif %}
