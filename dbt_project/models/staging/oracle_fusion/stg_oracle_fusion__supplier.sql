-- One row per supplier: whoever may be ordered from or paid; current versions only.
with current_records as (
    {{ current_version(source('raw_oracle_fusion', 'supplier')) }}
)

select
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    supplier_number,
    supplier_name,
    tax_id_token,
    {{ text_value('duns_number') }} as duns_number,
    status as supplier_status,
    inactive_date,
    {{ text_value('relationship') }} as supplier_relationship,
    {{ text_value('parent_supplier') }} as parent_supplier,
    created_at,
    {{ record_columns() }}
from current_records
