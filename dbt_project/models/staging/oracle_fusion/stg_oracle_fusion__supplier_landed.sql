-- One row per supplier and version of it that was landed, from when to when it held; the current one included.
with landed_records as (
    {{ landed_versions(source('raw_oracle_fusion', 'supplier')) }}
)

select
    cast(supplier_id as {{ dbt.type_string() }}) as supplier_id,
    supplier_name,
    inactive_date,
    valid_from_at,
    valid_to_at,
    {{ record_columns() }}
from landed_records
