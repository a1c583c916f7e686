-- One row per golden item, and the unknown member: attributes as mastering lets them survive; an item that mastering has not
-- seen yet says them itself.
with own_records as (
    select
        reference.item_key,
        record.*,
        row_number() over (
            partition by reference.item_key
            order by
                case when record.item_class = {{ unknown_key() }} then 1 else 0 end,
                record.created_at, record.source_instance, record.source_item_key
        ) as record_rank
    from {{ ref('int_item_record') }} as record
    inner join {{ ref('xref_item') }} as reference
        on record.source_instance = reference.source_instance and record.source_item_key = reference.source_item_key
),

members as (
    select
        item_key,
        max(case when is_active then 1 else 0 end) = 1 as is_active,
        cast(count(*) as integer) as record_count,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from own_records
    group by item_key
),

own_gtins as (
    select
        reference.item_key,
        min(lpad(identifier.identifier_value, 14, '0')) as gtin
    from {{ ref('int_item_identifier') }} as identifier
    inner join {{ ref('xref_item') }} as reference
        on
            identifier.source_instance = reference.source_instance
            and identifier.source_item_key = reference.source_item_key
    where identifier.identifier_type = 'GTIN' and {{ is_gtin('identifier.identifier_value') }}
    group by reference.item_key
),

final as (
    select
        record.item_key,
        record.item_code,
        coalesce(golden.item_description, record.item_description) as item_name,
        record.item_class,
        record.source_category as source_category_name,
        coalesce(maker.supplier_key, {{ unknown_key() }}) as manufacturer_key,
        coalesce(golden.manufacturer_name, record.manufacturer_name) as manufacturer_name,
        coalesce(golden.manufacturer_part_number, record.manufacturer_part_number) as manufacturer_part_number,
        coalesce(golden.gtin, own_gtins.gtin) as gtin,
        coalesce(golden.unspsc_code, record.unspsc_code) as unspsc_code,
        coalesce(base.base_uom_code, {{ unknown_key() }}) as base_uom_code,
        record.is_tangible,
        record.is_lot_required,
        record.is_serial_required,
        members.is_active,
        members.record_count,
        record.source_system,
        record.source_instance,
        record.source_item_key as source_pk,
        {{ audit_columns('members') }}
    from own_records as record
    inner join members on record.item_key = members.item_key
    left join {{ ref('stg_mastering__golden_item') }} as golden on record.item_key = golden.item_key
    left join own_gtins on record.item_key = own_gtins.item_key
    left join {{ ref('int_item_base_uom') }} as base on record.item_key = base.item_key
    left join {{ ref('xref_supplier') }} as maker
        on
            record.source_instance = maker.source_instance
            and record.manufacturer_source_key = maker.source_supplier_key
    where record.record_rank = 1
    union all
    select
        {{ unknown_key() }} as item_key,
        {{ no_text() }} as item_code,
        cast('Unknown' as {{ dbt.type_string() }}) as item_name,
        {{ unknown_key() }} as item_class,
        {{ no_text() }} as source_category_name,
        {{ unknown_key() }} as manufacturer_key,
        {{ no_text() }} as manufacturer_name,
        {{ no_text() }} as manufacturer_part_number,
        {{ no_text() }} as gtin,
        {{ no_text() }} as unspsc_code,
        {{ unknown_key() }} as base_uom_code,
        false as is_tangible,
        cast(null as boolean) as is_lot_required,
        cast(null as boolean) as is_serial_required,
        false as is_active,
        cast(0 as integer) as record_count,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
