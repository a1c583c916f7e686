-- One row per cost centre and span of validity; current versions only.
with current_records as (
    {{ current_version(source('raw_sap_s4', 'cost_center')) }}
)

select
    controlling_area,
    cost_center as cost_center_code,
    valid_to_date,
    valid_from_date,
    {{ text_value('company_code') }} as company_code,
    {{ text_value('business_area') }} as business_area,
    {{ text_value('department') }} as department_code,
    {{ text_value('profit_center') }} as profit_center_code,
    {{ text_value('category') }} as cost_center_category,
    {{ text_value('currency') }} as currency_code,
    {{ text_value('hierarchy_area') }} as hierarchy_node,
    {{ text_value('functional_area') }} as functional_area,
    {{ text_value('primary_posting_block') }} as primary_posting_block,
    {{ record_columns() }}
from current_records
