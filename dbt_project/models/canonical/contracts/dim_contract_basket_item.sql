-- One row per item of a contract's market basket, as the contract has it today: what a tier that asks for a share is a share of.
with baskets as (
    {{ united('contract_basket_item') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as contract_basket_item_key,
    {{ surrogate_key(['line.source_instance', 'line.contract_source_key']) }} as contract_key,
    coalesce(item.item_key, {{ unknown_key() }}) as item_key,
    line.item_source_key as source_item_key,
    line.manufacturer_part_number,
    line.manufacturer_name,
    line.is_on_contract,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from baskets as line
{{ item_join('line', 'item') }}
