-- One row per item, place of valuation and valuation type: what a unit is worth in a system's books, and by which basis.
-- A standard price, a moving average and a purchase price are never mixed: price_basis says which it is.
with valuations as (
    {{ united('item_valuation') }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as item_valuation_key,
    coalesce(reference.item_key, {{ unknown_key() }}) as item_key,
    line.item_source_key as source_item_key,
    coalesce(facility.facility_code, {{ unknown_key() }}) as facility_key,
    coalesce(company.company_key, {{ unknown_key() }}) as company_key,
    line.valuation_type,
    coalesce(line.price_basis, {{ unknown_key() }}) as price_basis,
    line.unit_price,
    coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
    line.source_uom_code,
    cast({{ to_base_price('line.unit_price', 'unit.qty_num', 'unit.qty_den') }} as decimal(18, 6)) as base_unit_price,
    coalesce(line.currency_code, company.functional_currency_code) as currency_code,
    line.valid_from,
    line.is_deleted,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from valuations as line
{{ item_join('line', 'reference') }}
{{ unit_joins('line', 'unit', 'mapped_unit') }}
left join {{ ref('map_facility') }} as facility
    on line.source_system = facility.source_system and line.facility_source_code = facility.source_code
left join {{ ref('xref_company') }} as company
    on line.source_instance = company.source_instance and line.company_source_key = company.company_source_key
