-- One row per item number of a source instance and unit that its documents may use: what one of the unit is in base units
-- of the golden item. What the item's own record states counts first; then the main pack that other records of the golden
-- item state for the same unit. A unit with no row here converts to nothing: such a quantity stays out of every sum, and is
-- counted.
with own_statements as (
    select
        reference.source_instance,
        reference.source_item_key,
        statement.source_uom_code,
        statement.item_key,
        statement.uom_code,
        statement.qty_num,
        statement.qty_den,
        cast('OWN_RECORD' as {{ dbt.type_string() }}) as conversion_source,
        {{ audit_columns('statement') }}
    from {{ ref('int_item_pack_statement') }} as statement
    inner join {{ ref('xref_item') }} as reference
        on
            statement.source_instance = reference.record_instance
            and statement.source_item_key = reference.record_item_key
    where statement.qty_num is not null
),

of_the_golden_item as (
    select
        reference.source_instance,
        reference.source_item_key,
        mapping.source_uom_code,
        reference.item_key,
        mapping.uom_code,
        pack.qty_num,
        pack.qty_den,
        cast('GOLDEN_ITEM' as {{ dbt.type_string() }}) as conversion_source,
        {{ audit_columns('pack') }}
    from {{ ref('xref_item') }} as reference
    inner join {{ ref('dim_item_pack') }} as pack on reference.item_key = pack.item_key and pack.is_main
    inner join {{ ref('map_uom') }} as mapping
        on
            reference.source_system = mapping.source_system
            and mapping.supplier_code = '*'
            and pack.uom_code = mapping.uom_code
),

every_conversion as (
    select * from own_statements
    union all
    select other.*
    from of_the_golden_item as other
    left join own_statements as own
        on
            other.source_instance = own.source_instance
            and other.source_item_key = own.source_item_key
            and other.source_uom_code = own.source_uom_code
    where own.source_uom_code is null
)

select
    {{ surrogate_key(['source_instance', 'source_item_key', 'source_uom_code']) }} as xref_item_unit_key,
    source_instance,
    source_item_key,
    source_uom_code,
    item_key,
    uom_code,
    qty_num,
    qty_den,
    conversion_source,
    {{ audit_columns('every_conversion') }}
from every_conversion
