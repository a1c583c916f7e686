{{ config(unit=['source_item_key']) }}
-- One row per item number of a source instance and unit that its documents may use: what one of the unit is in base units
-- of the golden item. What the item's own record states counts first, where it is believed; then what receipts of the same
-- system say; then the main pack that other records of the golden item state for the same unit. A unit with no row here
-- converts to nothing: such a quantity stays out of every sum, and is counted. Units stand here in the source's own codes and,
-- in rows of their own, in ours: a supplier who means another unit by a code (`map_uom`) is read by the latter.
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

-- The base unit of a system is its golden item's, or its receipts say nothing of the latter.
of_its_receipts as (
    select
        reference.source_instance,
        reference.source_item_key,
        document.source_uom_code,
        reference.item_key,
        mapping.uom_code,
        document.qty_num,
        document.qty_den,
        cast('RECEIPTS' as {{ dbt.type_string() }}) as conversion_source,
        {{ audit_columns('document') }}
    from {{ ref('int_item_unit_in_documents') }} as document
    inner join {{ ref('xref_item') }} as reference
        on
            document.source_instance = reference.record_instance
            and document.source_item_key = reference.record_item_key
    inner join {{ ref('map_uom') }} as mapping
        on
            reference.source_system = mapping.source_system
            and mapping.supplier_code = '*'
            and document.source_uom_code = mapping.source_uom_code
    inner join {{ ref('int_item_base_uom') }} as base
        on reference.item_key = base.item_key and base.base_uom_code = 'EA'
    where document.line_count * 10 >= document.all_lines * 9
),

every_conversion as (
    select
        1 as preference,
        own_statements.*
    from own_statements
    union all
    select
        2 as preference,
        of_its_receipts.*
    from of_its_receipts
    union all
    select
        3 as preference,
        of_the_golden_item.*
    from of_the_golden_item
),

ranked as (
    select
        every_conversion.*,
        row_number() over (
            partition by source_instance, source_item_key, source_uom_code order by preference
        ) as conversion_rank
    from every_conversion
),

in_source_codes as (
    select
        ranked.*,
        false as is_canonical_code
    from ranked
    where conversion_rank = 1
),

-- Several codes of a source may be one unit of ours (boxes of 10 and of 50). Which box is meant, nobody says, unless one word
-- counts for more than the others.
best_words as (
    select
        in_source_codes.*,
        min(preference) over (partition by source_instance, source_item_key, uom_code) as best_preference
    from in_source_codes
    where uom_code <> {{ unknown_key() }}
),

in_canonical_codes as (
    select
        source_instance,
        source_item_key,
        uom_code,
        min(item_key) as item_key,
        min(qty_num) as qty_num,
        min(qty_den) as qty_den,
        min(conversion_source) as conversion_source,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from best_words
    where preference = best_preference
    group by source_instance, source_item_key, uom_code
    having min(qty_num) = max(qty_num) and min(qty_den) = max(qty_den)
),

final as (
    select
        source_instance,
        source_item_key,
        source_uom_code,
        is_canonical_code,
        item_key,
        uom_code,
        qty_num,
        qty_den,
        conversion_source,
        {{ audit_columns('in_source_codes') }}
    from in_source_codes
    union all
    select
        source_instance,
        source_item_key,
        uom_code as source_uom_code,
        true as is_canonical_code,
        item_key,
        uom_code,
        qty_num,
        qty_den,
        conversion_source,
        {{ audit_columns('in_canonical_codes') }}
    from in_canonical_codes
)

select
    {{ surrogate_key([
        'source_instance', 'source_item_key', 'source_uom_code', "case when is_canonical_code then 'CANONICAL' else 'SOURCE' end"
    ]) }} as xref_item_unit_key,
    source_instance,
    source_item_key,
    source_uom_code,
    is_canonical_code,
    item_key,
    uom_code,
    qty_num,
    qty_den,
    conversion_source,
    {{ audit_columns('final') }}
from final
