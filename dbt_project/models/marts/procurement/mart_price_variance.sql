{{ config(materialized='view') }}
-- One row per posted invoice line of goods: what its price costs more than the order's, the contract's, the standard cost and the
-- item's own price of the twelve months before, for the quantity billed, in document currency. What the price and the rate since
-- the day of the order have to do with what was posted is told in the company's currency. A line whose unit is in doubt is kept
-- apart (`variance_bucket`) and still counts in totals.
{%- set at_order = ' * line.order_functional_rate' %}
select
    line.invoice_line_key,
    match.invoice_key,
    match.invoice_number,
    match.line_number,
    line.posting_date,
    {{ period_of('line.posting_date') }} as period,
    match.company_key,
    match.facility_key,
    match.supplier_key,
    match.item_key,
    match.item_class,
    match.po_line_key,
    line.base_qty,
    line.base_unit_price as invoice_base_unit_price,
    line.po_base_unit_price,
    line.contract_base_unit_price,
    line.standard_base_unit_price,
    line.prior_base_unit_price,
    line.prior_amount,
    line.prior_base_qty,
    line.line_amount,
    case when line.po_base_unit_price is not null then match.price_diff_amount end as invoice_price_var_amount,
    {{ mul_money('line.po_base_unit_price - line.standard_base_unit_price', 'line.base_qty') }} as standard_price_var_amount,
    {{ mul_money('line.base_unit_price - line.contract_base_unit_price', 'line.base_qty') }} as contract_price_var_amount,
    {{ mul_money('line.base_unit_price - line.prior_base_unit_price', 'line.base_qty') }} as prior_price_var_amount,
    case
        when match.suspected_uom_code is not null or match.primary_exception_code in ('UOM_MISMATCH', 'UOM_UNMAPPED')
            then 'SUSPECT_UOM'
        else 'PRICE'
    end as variance_bucket,
    line.currency_code,
    line.functional_amount,
    cast({{ div_exact('case when line.po_base_unit_price is not null then match.price_diff_amount end' ~ at_order,
        'line.order_document_rate', 2, 12) }} as decimal(18, 2)) as price_part_functional_amount,
    cast(
        line.functional_amount
        - {{ div_exact('line.line_amount' ~ at_order, 'line.order_document_rate', 2, 12) }} as decimal(18, 2)
    ) as fx_part_functional_amount,
    line.functional_currency_code,
    match.source_instance,
    match.is_data_complete,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from {{ ref('int_price__paid_line') }} as line
inner join {{ ref('mart_three_way_match') }} as match on line.invoice_line_key = match.invoice_line_key
