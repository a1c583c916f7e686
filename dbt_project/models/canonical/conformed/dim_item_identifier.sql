-- One row per golden item and identifier that its records carry, in its normal form: numbers of the world (GTIN, HIBCC, ICCBBA,
-- NDC, as mastering has read them), the maker's and the supplier's numbers, and the numbers of each system. What was given as a
-- number of the world and is none stands here as it was written, with the reason.
with of_the_world as (
    select
        reference.item_key,
        coalesce(identifier.identifier_kind, identifier.given_kind, {{ unknown_key() }}) as identifier_type,
        coalesce(identifier.identifier_value, identifier.given_value) as identifier_value,
        '*' as known_in_instance,
        identifier.issuing_agency,
        identifier.packaging_level,
        mapping.uom_code,
        identifier.fault_code,
        identifier.source_instance || '|' || identifier.source_item_key as carrier
    from {{ ref('stg_mastering__item_identifier') }} as identifier
    inner join {{ ref('xref_item') }} as reference
        on
            identifier.source_instance = reference.source_instance
            and identifier.source_item_key = reference.source_item_key
    left join {{ ref('map_uom') }} as mapping
        on
            identifier.source_system = mapping.source_system
            and mapping.supplier_code = '*'
            and identifier.source_uom_code = mapping.source_uom_code
),

records as (
    select
        reference.item_key,
        record.source_system,
        record.source_instance,
        record.source_instance || '|' || record.source_item_key as carrier,
        record.item_code,
        record.manufacturer_part_number,
        record.supplier_item_number
    from {{ ref('int_item_record') }} as record
    inner join {{ ref('xref_item') }} as reference
        on record.source_instance = reference.source_instance and record.source_item_key = reference.source_item_key
),

-- A contract numbers no items: what stands for it there is made up of the contract's and the maker's numbers.
of_records as (
    select
        item_key,
        'MPN' as identifier_type,
        manufacturer_part_number as identifier_value,
        '*' as known_in_instance,
        carrier
    from records
    union all
    select
        item_key,
        'VENDOR_CAT' as identifier_type,
        supplier_item_number as identifier_value,
        '*' as known_in_instance,
        carrier
    from records
    union all
    select
        item_key,
        case when source_system = 'perioperative' then 'EHR_SUPPLY_ID' else 'ERP_ITEM' end as identifier_type,
        item_code as identifier_value,
        source_instance as known_in_instance,
        carrier
    from records
    where source_system <> 'clm'
),

every_identifier as (
    select * from of_the_world
    union all
    select
        item_key,
        identifier_type,
        identifier_value,
        known_in_instance,
        {{ no_text() }} as issuing_agency,
        {{ no_text() }} as packaging_level,
        {{ no_text() }} as uom_code,
        {{ no_text() }} as fault_code,
        carrier
    from of_records
),

-- Records that disagree about the unit that a number stands on leave it open.
carried as (
    select
        item_key,
        identifier_type,
        identifier_value,
        known_in_instance,
        min(issuing_agency) as issuing_agency,
        min(packaging_level) as packaging_level,
        case when min(uom_code) = max(uom_code) then min(uom_code) end as uom_code,
        min(fault_code) as fault_code,
        count(distinct carrier) as record_count
    from every_identifier
    where identifier_value is not null
    group by item_key, identifier_type, identifier_value, known_in_instance
)

select
    {{ surrogate_key(['item_key', 'identifier_type', 'identifier_value', 'known_in_instance']) }} as item_identifier_key,
    item_key,
    cast(identifier_type as {{ dbt.type_string() }}) as identifier_type,
    identifier_value,
    cast(known_in_instance as {{ dbt.type_string() }}) as known_in_instance,
    issuing_agency,
    packaging_level,
    coalesce(uom_code, {{ unknown_key() }}) as uom_code,
    fault_code is null as is_valid,
    fault_code,
    cast(record_count as integer) as record_count,
    cast(count(*) over (partition by identifier_type, identifier_value, known_in_instance) as integer) as item_count
from carried
