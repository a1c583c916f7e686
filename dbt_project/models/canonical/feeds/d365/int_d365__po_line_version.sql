-- One row per line of a purchase order of Dynamics and landed version of the order; a line marked deleted is none. A price is
-- for so many of the unit.
select
    {{ feed_origin('d365') }},
    {{ source_key(['company_code', 'po_number', 'po_line']) }} as source_pk,
    {{ source_key(['company_code', 'po_number']) }} as po_source_key,
    po_number,
    {{ source_key(['company_code', 'supplier_id']) }} as supplier_source_key,
    {{ source_key(['company_code', 'item_number']) }} as item_source_key,
    qty as order_qty,
    uom_code as source_uom_code,
    cast({{ div_exact('unit_price', 'price_qty', scale=6) }} as decimal(18, 6)) as unit_price,
    amount as line_amount,
    currency_code,
    {{ no_text() }} as contract_number,
    is_cancelled,
    version_no,
    next_version_at,
    {{ audit_columns('line') }}
from {{ ref('stg_d365__purchase_order_line_landed') }} as line
where not is_deleted
