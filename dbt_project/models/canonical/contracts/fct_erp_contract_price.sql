{{ config(unit=['source_pk']) }}
-- One row per price that an ERP has of a contract. A contract's price counts as loaded where the ERP has the same supplier,
-- item, currency and price per base unit while it holds: an ERP numbers contracts by itself and names no tier. What is agreed
-- (`dim_contract_price`) and has no row here was never loaded.
with entered as (
    {{ united('erp_contract_price') }}
),

priced as (
    select
        {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as erp_contract_price_key,
        line.erp_contract_number,
        line.erp_contract_line_number,
        coalesce(company.company_key, {{ unknown_key() }}) as company_key,
        coalesce(facility.facility_code, {{ unknown_key() }}) as facility_key,
        coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
        coalesce(item.item_key, {{ unknown_key() }}) as item_key,
        line.item_source_key as source_item_key,
        line.line_description,
        coalesce(unit.uom_code, mapped_unit.uom_code, {{ unknown_key() }}) as uom_code,
        line.source_uom_code,
        unit.qty_num as pack_num,
        unit.qty_den as pack_den,
        line.unit_price,
        cast({{ to_base_price('line.unit_price', 'unit.qty_num', 'unit.qty_den') }} as decimal(18, 6)) as base_unit_price,
        line.currency_code,
        line.created_date,
        line.valid_from_date,
        line.valid_to_date,
        line.is_cancelled,
        line.source_system,
        line.source_instance,
        line.source_pk,
        {{ audit_columns('line') }}
    from entered as line
    {{ item_join('line', 'item') }}
    {{ supplier_join('line', 'supplier') }}
    {{ unit_joins('line', 'unit', 'mapped_unit', 'supplier') }}
    left join {{ ref('xref_company') }} as company
        on line.source_instance = company.source_instance and line.company_source_key = company.company_source_key
    left join {{ ref('map_facility') }} as facility
        on line.source_system = facility.source_system and line.facility_source_code = facility.source_code
),

-- One agreed price may stand on several tiers and days: the first of them names it.
agreed as (
    select
        priced.erp_contract_price_key,
        price.contract_price_key,
        price.contract_key,
        row_number() over (
            partition by priced.erp_contract_price_key
            order by price.valid_from_date, price.tier_number, price.contract_price_key
        ) as agreed_rank
    from priced
    inner join {{ ref('dim_contract_price') }} as price
        on
            priced.supplier_key = price.supplier_key
            and priced.item_key = price.item_key
            and priced.base_unit_price = price.base_unit_price
            and priced.currency_code = price.currency_code
            and price.is_current
            and price.valid_from_date < priced.valid_to_date
            and priced.valid_from_date < price.valid_to_date
    where priced.supplier_key <> {{ unknown_key() }} and priced.item_key <> {{ unknown_key() }}
)

select
    priced.erp_contract_price_key,
    priced.erp_contract_number,
    priced.erp_contract_line_number,
    coalesce(agreed.contract_price_key, {{ unknown_key() }}) as contract_price_key,
    coalesce(agreed.contract_key, {{ unknown_key() }}) as contract_key,
    priced.company_key,
    priced.facility_key,
    priced.supplier_key,
    priced.item_key,
    priced.source_item_key,
    priced.line_description,
    priced.uom_code,
    priced.source_uom_code,
    priced.pack_num,
    priced.pack_den,
    priced.unit_price,
    priced.base_unit_price,
    priced.currency_code,
    priced.created_date,
    priced.valid_from_date,
    priced.valid_to_date,
    priced.is_cancelled,
    priced.source_system,
    priced.source_instance,
    priced.source_pk,
    {{ audit_columns('priced') }}
from priced
left join agreed on priced.erp_contract_price_key = agreed.erp_contract_price_key and agreed.agreed_rank = 1
