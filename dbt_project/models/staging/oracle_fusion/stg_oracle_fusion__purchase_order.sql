-- One row per purchase order; current versions only.
with current_records as (
    {{ current_version(source('raw_oracle_fusion', 'purchase_order')) }}
)

select
    cast(purchase_order_id as {{ dbt.type_string() }}) as purchase_order_id,
    purchase_order_number as po_number,
    status as po_status,
    {{ text_value('procurement_unit') }} as procurement_unit,
    {{ text_value('legal_entity') }} as legal_entity,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    {{ text_value('supplier_site') }} as supplier_site,
    currency_code,
    cast(conversion_rate as decimal(18, 8)) as conversion_rate,
    conversion_date,
    ordered_at,
    cast(ordered_at as date) as order_date,
    {{ text_value('payment_terms') }} as payment_terms,
    {{ text_value('freight_terms') }} as freight_terms,
    {{ text_value('fob') }} as fob,
    created_at,
    {{ record_columns() }}
from current_records
