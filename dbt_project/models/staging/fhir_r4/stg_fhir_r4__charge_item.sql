-- One row per charge item, whatever its status; current versions only.
with current_records as (
    {{ current_version(source('raw_fhir_r4', 'charge_item')) }}
)

select
    id as charge_item_id,
    {{ text_value('status') }} as charge_item_status,
    {{ text_value('code_system') }} as code_system,
    {{ text_value('code') }} as charge_code,
    {{ text_value('hcpcs_code') }} as hcpcs_code,
    {{ text_value('revenue_code') }} as revenue_code,
    patient_key,
    encounter_key,
    coalesce(occurred_at, occurred_started_at) as service_at,
    entered_at,
    primary_provider_key,
    {{ text_value('organization_id') }} as organization_id,
    {{ text_value('department_code') }} as department_code,
    coalesce({{ text_value('cost_center_code') }}, {{ text_value('cost_center_id') }}) as cost_center_code,
    cast(quantity as decimal(18, 6)) as charge_qty,
    {{ text_value('quantity_unit') }} as quantity_unit,
    cast(factor_override as decimal(18, 6)) as factor_override,
    cast(price_override as decimal(18, 6)) as price_override_amount,
    {{ text_value('currency_code') }} as currency_code,
    service_id,
    {{ text_value('product_system') }} as product_system,
    {{ text_value('product_code') }} as product_code,
    product_id,
    account_key,
    {{ text_value('part_of_charge_id') }} as part_of_charge_id,
    {{ record_columns() }}
from current_records
