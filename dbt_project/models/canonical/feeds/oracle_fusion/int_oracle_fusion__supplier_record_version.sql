-- One row per version of a supplier of Oracle.
select
    {{ feed_origin('oracle_fusion') }},
    supplier_id as source_supplier_key,
    supplier_name,
    inactive_date is null as is_active,
    valid_from_at,
    valid_to_at,
    {{ audit_columns('supplier') }}
from {{ ref('stg_oracle_fusion__supplier_landed') }} as supplier
