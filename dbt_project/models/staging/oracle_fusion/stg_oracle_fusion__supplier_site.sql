-- One row per site of a supplier: where a business unit orders from, or pays to; current versions only.
with current_lines as (
    {{ current_children(source('raw_oracle_fusion', 'supplier_site'), ref('stg_oracle_fusion__supplier')) }}
)

select
    _line_no as line_no,
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    cast(site_id as {{ dbt.type_string() }}) as supplier_site_id,
    site as supplier_site,
    {{ text_value('procurement_unit') }} as procurement_unit,
    {{ text_value('payment_terms') }} as payment_terms,
    is_pay_site,
    is_purchasing_site,
    inactive_date,
    {{ child_record_columns() }}
from current_lines
