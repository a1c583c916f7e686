-- One row per stock move: a quantity of one product between two locations; current versions only.
with current_records as (
    {{ current_version(source('raw_tryton', 'stock_move')) }}
)

select
    cast(id as {{ dbt.type_string() }}) as stock_move_id,
    cast(company_id as {{ dbt.type_string() }}) as company_id,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    cast(quantity as decimal(18, 6)) as qty,
    cast(uom_id as {{ dbt.type_string() }}) as uom_id,
    cast(internal_quantity as decimal(18, 6)) as internal_qty,
    cast(from_location_id as {{ dbt.type_string() }}) as from_location_id,
    cast(to_location_id as {{ dbt.type_string() }}) as to_location_id,
    cast(lot_id as {{ dbt.type_string() }}) as lot_id,
    planned_date,
    effective_date,
    state as stock_move_state,
    cast(unit_price as decimal(18, 6)) as unit_price,
    cast(currency_id as {{ dbt.type_string() }}) as currency_id,
    created_at,
    {{ referenced_id('origin', 'purchase.line') }} as purchase_line_id,
    {{ referenced_id('shipment', 'stock.shipment.in') }} as shipment_in_id,
    {{ referenced_id('shipment', 'stock.shipment.in.return') }} as shipment_in_return_id,
    {{ record_columns() }}
from current_records
