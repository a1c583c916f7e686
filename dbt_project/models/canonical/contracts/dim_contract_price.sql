{{ config(unit=['contract_price_key']) }}
-- One row per price of a contract (item, pack, tier and the days on which it holds) and span of time in which it was known so.
-- Both times are half-open: an order on the day of a change has the new price. The price per base unit is
-- `unit_price` * `pack_den` : `pack_num`.
with prices as (
    {{ united('contract_price') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk', 'line.known_from_version_no']) }} as contract_price_key,
    {{ surrogate_key(['line.source_instance', 'line.contract_source_key']) }} as contract_key,
    line.contract_line_number,
    coalesce(contract.supplier_key, {{ unknown_key() }}) as supplier_key,
    coalesce(item.item_key, {{ unknown_key() }}) as item_key,
    line.item_source_key as source_item_key,
    line.manufacturer_part_number,
    line.supplier_item_number as supplier_item_code,
    case when {{ has_check_digit('line.gtin') }} then lpad(line.gtin, 14, '0') end as gtin,
    line.gtin as source_gtin,
    line.tier_number,
    coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
    line.source_uom_code,
    unit.qty_num as pack_num,
    unit.qty_den as pack_den,
    line.unit_price,
    cast({{ to_base_price('line.unit_price', 'unit.qty_num', 'unit.qty_den') }} as decimal(18, 6)) as base_unit_price,
    line.currency_code,
    line.valid_from_date,
    line.valid_to_date,
    line.known_from_version_no,
    line.known_from_at,
    line.known_to_at,
    line.known_to_at = {{ no_end_at() }} as is_current,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from prices as line
left join {{ ref('dim_contract') }} as contract
    on
        {{ surrogate_key(['line.source_instance', 'line.contract_source_key']) }} = contract.contract_key
        and contract.is_current
{{ item_join('line', 'item') }}
{{ unit_joins('line', 'unit', 'mapped_unit') }}
