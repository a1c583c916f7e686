-- One row per golden item: the unit that all of its quantities are counted in. Each where any record counts in eaches;
-- otherwise the unit that most records count in.
with record_bases as (
    select
        reference.item_key,
        mapping.uom_code,
        count(*) as record_count
    from {{ ref('int_item_record') }} as record
    inner join {{ ref('xref_item') }} as reference
        on
            record.source_instance = reference.source_instance
            and record.source_item_key = reference.source_item_key
    inner join {{ ref('map_uom') }} as mapping
        on
            record.source_system = mapping.source_system
            and mapping.supplier_code = '*'
            and record.base_uom_source_code = mapping.source_uom_code
    group by reference.item_key, mapping.uom_code
),

ranked as (
    select
        record_bases.*,
        row_number() over (
            partition by item_key
            order by case when uom_code = 'EA' then 0 else 1 end asc, record_count desc, uom_code asc
        ) as base_rank
    from record_bases
)

select
    item_key,
    uom_code as base_uom_code
from ranked
where base_rank = 1
