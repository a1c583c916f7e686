-- One row per supplier of a source system and span of time in which it was described so. Systems that do not serve their
-- records as such describe them as they do today, always.
with told as (
    select version.*
    from (
        {{ united('supplier_record_version') }}
    ) as version
    inner join {{ ref('int_supplier_record') }} as record
        on
            version.source_instance = record.source_instance
            and version.source_supplier_key = record.source_supplier_key
),

told_of as (
    select distinct
        source_instance,
        source_supplier_key
    from told
)

select
    source_system,
    source_instance,
    source_supplier_key,
    supplier_name,
    is_active,
    valid_from_at,
    valid_to_at,
    {{ audit_columns('told') }}
from told
union all
select
    record.source_system,
    record.source_instance,
    record.source_supplier_key,
    record.supplier_name,
    record.is_active,
    {{ no_beginning_at() }} as valid_from_at,
    {{ no_end_at() }} as valid_to_at,
    {{ audit_columns('record') }}
from {{ ref('int_supplier_record') }} as record
left join told_of
    on
        record.source_instance = told_of.source_instance
        and record.source_supplier_key = told_of.source_supplier_key
where told_of.source_supplier_key is null
