-- One row per supply of a version of a preference card: what is opened, and what is kept ready. Cards come with the cases that
-- were picked by them; the case that changed last says what is on the card.
with cases as (
    select
        operation.*,
        row_number() over (
            partition by operation.source_instance, operation.preference_card_id, operation.preference_card_version_no
            order by operation.source_version_at desc, operation.case_key desc
        ) as said_rank
    from {{ ref('stg_perioperative__surgical_case') }} as operation
    where operation.preference_card_id is not null
),

lines as (
    select
        line.source_instance,
        said.preference_card_id,
        said.preference_card_version_no,
        line.supply_id,
        cast(sum(line.qty_open) as decimal(18, 6)) as open_base_qty,
        cast(sum(line.qty_hold) as decimal(18, 6)) as hold_base_qty,
        max(line.source_version_at) as source_version_at,
        min(line.first_loaded_at) as first_loaded_at,
        max(line.last_loaded_at) as last_loaded_at,
        max(line.load_id) as load_id
    from {{ ref('stg_perioperative__case_card_line') }} as line
    inner join cases as said
        on
            line.source_instance = said.source_instance
            and line.case_key = said.case_key
            and said.said_rank = 1
    group by
        line.source_instance, said.preference_card_id, said.preference_card_version_no, line.supply_id
)

select
    {{ surrogate_key([
        'line.source_instance', 'line.preference_card_id', 'line.preference_card_version_no', 'line.supply_id'
    ]) }} as preference_card_line_key,
    line.preference_card_id,
    line.preference_card_version_no,
    coalesce(item.item_key, {{ unknown_key() }}) as item_key,
    line.supply_id as source_item_code,
    line.open_base_qty,
    line.hold_base_qty,
    cast('perioperative' as {{ dbt.type_string() }}) as source_system,
    line.source_instance,
    {{ audit_columns('line') }}
from lines as line
left join {{ ref('xref_item') }} as item
    on line.source_instance = item.source_instance and line.supply_id = item.source_item_key
