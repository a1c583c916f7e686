{{ config(materialized='table', unit=['invoice_line_key']) }}
-- One row per posted supplier invoice line and accounting distribution, on the INVOICED basis, in the company's currency.
select
    line.invoice_distribution_key,
    line.invoice_line_key,
    line.invoice_key,
    line.invoice_number,
    line.posting_date,
    {{ period_of('line.posting_date') }} as period,
    line.company_key,
    line.supplier_key,
    supplier.supplier_name,
    line.supplier_parent_key,
    line.manufacturer_key,
    line.item_key,
    item.item_code,
    item.item_name,
    line.item_class as category_l1,
    coalesce(functional.functional_group, {{ unknown_key() }}) as category_l2,
    coalesce(item.source_category_name, {{ unknown_key() }}) as category_l3,
    {{ unknown_key() }} as category_l4,
    line.facility_key,
    line.department_key,
    line.cost_center_key,
    line.gl_account_key,
    account.account_code,
    line.expense_class,
    line.contract_key,
    line.po_line_key,
    line.buyer_role,
    line.channel,
    line.spend_basis,
    line.is_inventory,
    line.is_capital,
    line.is_classified,
    line.freight_alloc_method,
    line.spend_gross_amount,
    line.spend_tax_amount,
    line.spend_freight_amount,
    line.credit_amount,
    line.discount_taken_amount,
    line.spend_net_amount,
    line.supply_expense_ahrmm_amount,
    line.base_qty,
    line.base_uom_code,
    case
        when line.base_uom_code <> {{ unknown_key() }}
            then cast({{ div_exact('line.spend_gross_amount + line.credit_amount', 'line.base_qty', 6) }} as decimal(18, 6))
    end as average_base_price,
    1 as line_count,
    line.functional_currency_code,
    line.source_instance,
    coalesce(completeness.is_data_complete, false) as is_data_complete,
    line.run_id
from {{ ref('int_spend__line') }} as line
inner join {{ ref('dim_supplier') }} as supplier on line.supplier_key = supplier.supplier_key
inner join {{ ref('dim_item') }} as item on line.item_key = item.item_key
inner join {{ ref('dim_gl_account') }} as account on line.gl_account_key = account.gl_account_key
left join {{ ref('map_functional_group') }} as functional on item.source_category_name = functional.source_category_name
left join {{ ref('int_source_completeness') }} as completeness on line.source_instance = completeness.source_instance
