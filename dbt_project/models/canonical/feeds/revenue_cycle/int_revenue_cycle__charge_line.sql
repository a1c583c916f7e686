{{ config(schema='restricted') }}
-- One row per charge or credit of the charge file. It names days of the facility and no time of day, and says all amounts in US
-- dollars.
select
    {{ feed_origin('revenue_cycle', 'charge.source_instance') }},
    charge.charge_id as source_pk,
    charge.encounter_key as encounter_reference,
    {{ no_text() }} as patient_source_key,
    {{ no_text() }} as charge_item_status,
    true as is_billed,
    true as is_billable,
    charge.charge_code,
    charge.revenue_code,
    {{ no_text() }} as hcpcs_code,
    charge.charge_qty,
    {{ no_text() }} as source_uom_code,
    charge.charge_amount as amount,
    cast('USD' as {{ dbt.type_string() }}) as currency_code,
    cast(null as timestamp) as service_at,
    cast(null as timestamp) as posted_at,
    charge.service_date,
    charge.posted_date,
    charge.cost_center_code as cost_center_source_code,
    {{ no_text() }} as department_code,
    charge.item_number as item_source_key,
    {{ no_text() }} as procedure_source_key,
    {{ no_text() }} as provider_source_key,
    {{ no_text() }} as account_key,
    charge.reversed_charge_id as reverses_source_pk,
    {{ audit_columns('charge') }}
from {{ ref('stg_revenue_cycle__charge') }} as charge
