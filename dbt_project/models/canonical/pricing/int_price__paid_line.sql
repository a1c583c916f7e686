{{ config(unit=['invoice_line_key']) }}
-- One row per posted line of goods that was billed at a price: what it cost, and what it would have cost at other prices for the
-- same goods. Money in document currency, but for what was posted; rates are those of the day of the order. The price of the
-- twelve months before is the item's own, all facilities together, weighted by quantity, from bills of the same currency.
with billed as (
    select
        line.invoice_line_key,
        line.invoice_key,
        line.po_line_key,
        line.item_key,
        line.posting_date,
        line.base_qty,
        line.base_unit_price,
        line.line_amount,
        line.currency_code,
        line.functional_amount,
        line.functional_currency_code,
        line.source_instance,
        case
            when line.po_line_key <> {{ unknown_key() }} then line.po_line_key else line.invoice_line_key
        end as bought_line_key
    from {{ ref('fct_invoice_line') }} as line
    where
        line.is_posted
        and not line.is_void
        and line.doc_type = 'INVOICE'
        and line.line_type = 'ITEM'
        and line.base_qty > 0
),

with_history as (
    select
        billed.*,
        case when item_key <> {{ unknown_key() }} then sum(line_amount) over year_before end as prior_amount,
        case when item_key <> {{ unknown_key() }} then sum(base_qty) over year_before end as prior_base_qty
    from billed
    window year_before as (
        partition by item_key, currency_code order by posting_date
        range between interval '365' day preceding and interval '1' day preceding
    )
),

standard as (
    select
        item_key,
        facility_key,
        currency_code,
        max(base_unit_price) as standard_base_unit_price
    from {{ ref('fct_item_valuation') }}
    where price_basis = 'STANDARD' and not is_deleted and item_key <> {{ unknown_key() }}
    group by item_key, facility_key, currency_code
    having min(base_unit_price) = max(base_unit_price)
)

select
    line.invoice_line_key,
    line.posting_date,
    line.bought_line_key,
    line.po_line_key,
    line.base_qty,
    line.base_unit_price,
    line.line_amount,
    line.currency_code,
    po_line.base_unit_price as po_base_unit_price,
    contract.base_unit_price as contract_base_unit_price,
    standard.standard_base_unit_price,
    line.prior_amount,
    line.prior_base_qty,
    cast({{ div_exact('line.prior_amount', 'line.prior_base_qty', 6) }} as decimal(18, 6)) as prior_base_unit_price,
    line.functional_amount,
    line.functional_currency_code,
    cast(
        case when line.currency_code = line.functional_currency_code then 1 else functional_rate.rate_per_reference end
        as decimal(38, 12)
    ) as order_functional_rate,
    cast(
        case when line.currency_code = line.functional_currency_code then 1 else document_rate.rate_per_reference end
        as decimal(38, 12)
    ) as order_document_rate
from with_history as line
left join {{ ref('fct_po_line') }} as po_line
    on line.po_line_key = po_line.po_line_key and line.currency_code = po_line.currency_code
left join standard
    on
        line.item_key = standard.item_key
        and po_line.facility_key = standard.facility_key
        and line.currency_code = standard.currency_code
left join {{ ref('int_price__resolved') }} as contract
    on
        line.bought_line_key = contract.bought_line_key
        and contract.basis = 'KNOWN'
        and contract.reach <> 'OTHER_SUPPLIER'
        and line.currency_code = contract.currency_code
left join {{ ref('dim_currency_rate') }} as functional_rate
    on
        line.source_instance = functional_rate.source_instance
        and line.functional_currency_code = functional_rate.currency_code
        and po_line.order_date >= functional_rate.valid_from
        and po_line.order_date < functional_rate.valid_to
left join {{ ref('dim_currency_rate') }} as document_rate
    on
        line.source_instance = document_rate.source_instance
        and line.currency_code = document_rate.currency_code
        and po_line.order_date >= document_rate.valid_from
        and po_line.order_date < document_rate.valid_to
