-- One row per item of a source system and unit that it converts: which pack of the golden item it says that is, in base
-- units of the golden item, in the factor that is believed (int_item_unit_verdict). A record that counts in another unit
-- than the golden item needs the other's own pack to be converted; where no record gives it, qty_num is null: nothing is
-- guessed.
with stated as (
    select
        unit.item_key,
        unit.source_system,
        unit.source_instance,
        unit.source_item_key,
        unit.source_uom_code,
        unit.uom_code,
        own_base.uom_code as record_base_uom_code,
        base.base_uom_code,
        unit.qty_num,
        unit.qty_den,
        {{ audit_columns('unit') }}
    from {{ ref('int_item_unit_verdict') }} as unit
    inner join {{ ref('int_item_record') }} as record
        on unit.source_instance = record.source_instance and unit.source_item_key = record.source_item_key
    left join {{ ref('int_item_base_uom') }} as base on unit.item_key = base.item_key
    left join {{ ref('map_uom') }} as own_base
        on
            record.source_system = own_base.source_system
            and own_base.supplier_code = '*'
            and record.base_uom_source_code = own_base.source_uom_code
),

-- What a record's base unit is worth in the golden item's: said by records that count in the latter, if they agree.
bridges as (
    select
        item_key,
        uom_code as record_base_uom_code,
        min(qty_num) as bridge_num,
        min(qty_den) as bridge_den
    from stated
    where record_base_uom_code = base_uom_code
    group by item_key, uom_code
    having min(qty_num) = max(qty_num) and min(qty_den) = max(qty_den)
),

bridged as (
    select
        stated.*,
        case
            when stated.record_base_uom_code is null or stated.base_uom_code is null then 1
            when stated.record_base_uom_code = stated.base_uom_code then 1
            else bridges.bridge_num
        end as bridge_num,
        case
            when stated.record_base_uom_code is null or stated.base_uom_code is null then 1
            when stated.record_base_uom_code = stated.base_uom_code then 1
            else bridges.bridge_den
        end as bridge_den
    from stated
    left join bridges
        on
            stated.item_key = bridges.item_key
            and stated.record_base_uom_code = bridges.record_base_uom_code
),

multiplied as (
    select
        bridged.*,
        cast(qty_num as {{ type_whole() }}) * bridge_num as num,
        cast(qty_den as {{ type_whole() }}) * bridge_den as den
    from bridged
),

with_divisors as (
    select
        multiplied.*,
        case when num is not null then {{ greatest_common_divisor('num', 'den') }} end as divisor
    from multiplied
)

select
    item_key,
    source_system,
    source_instance,
    source_item_key,
    source_uom_code,
    uom_code,
    case when divisor is not null then cast({{ whole_quotient('num', 'divisor') }} as bigint) end as qty_num,
    case when divisor is not null then cast({{ whole_quotient('den', 'divisor') }} as bigint) end as qty_den,
    {{ audit_columns('with_divisors') }}
from with_divisors
