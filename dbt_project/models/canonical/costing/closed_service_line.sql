{{ config(
    schema='closed', materialized='incremental', incremental_strategy='append', full_refresh=false
) }}
-- One row per closed facility and month, service line, class of patient and measure: what was known of it when it was first built
-- closed. Rows are only ever added: no later fact, rule or build changes what was closed. It is backed up, because no source can
-- say it again.
select
    final.facility_key,
    final.period,
    final.service_line_key,
    final.patient_class,
    final.cost_measure,
    final.amount,
    {{ as_of_date() }} as closed_as_of_date,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from {{ ref('int_close__service_line') }} as final
inner join {{ ref('int_close__month') }} as closed
    on final.facility_key = closed.facility_key and final.period = closed.period and closed.is_closed
{%- if is_incremental() %}
where
    not exists (
        select 1
        from {{ this }} as known
        where final.facility_key = known.facility_key and final.period = known.period
    )
{%- endif %}
