-- One row per item of a purchase contract of SAP: a price that a buyer has entered. It is for so many of the price unit; here
-- for one. SAP says no day of its own for an item: it holds as long as its contract.
select
    {{ feed_origin('sap_s4', 'line.source_instance') }},
    {{ source_key(['line.contract_number', 'line.contract_line_number']) }} as source_pk,
    line.contract_number as erp_contract_number,
    line.contract_line_number as erp_contract_line_number,
    contract.company_code as company_source_key,
    contract.supplier_id as supplier_source_key,
    line.plant_code as facility_source_code,
    line.item_number as item_source_key,
    line.item_description as line_description,
    coalesce(line.price_uom_code, line.uom_code) as source_uom_code,
    cast({{ div_exact('line.unit_price', 'line.price_per_qty', scale=6) }} as decimal(18, 6)) as unit_price,
    line.currency_code,
    contract.created_date,
    contract.valid_from_date,
    {{ day_after_last('contract.valid_to_date') }} as valid_to_date,
    coalesce(contract.deletion_code is not null or line.deletion_code is not null, false) as is_cancelled,
    {{ audit_columns('line') }}
from {{ ref('stg_sap_s4__purchase_contract_item') }} as line
inner join {{ ref('stg_sap_s4__purchase_contract') }} as contract
    on line.source_instance = contract.source_instance and line.contract_number = contract.contract_number
