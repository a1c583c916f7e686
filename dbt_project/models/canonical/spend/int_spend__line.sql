{{ config(unit=['invoice_line_key']) }}
-- One row per posted invoice line and accounting distribution, on the INVOICED basis: item lines with their shares of the
-- document's freight and tax, and charge lines that have no item line to go to.
with posted_lines as (
    select * from {{ ref('fct_invoice_line') }} where is_posted
),

distributions as (
    select
        invoice_distribution_key,
        invoice_line_key,
        gl_account_key,
        cost_center_key,
        functional_amount as distributed_amount
    from {{ ref('fct_invoice_distribution') }}
),

shares as (
    select
        invoice_distribution_key,
        sum(case when line_type = 'TAX' then share_amount else 0 end) as tax_amount,
        sum(case when line_type <> 'TAX' then share_amount else 0 end) as freight_amount
    from {{ ref('int_spend__charge_share') }}
    group by invoice_distribution_key
),

-- The contract on which a line was bought, by its order or, without one, by itself.
on_contract as (
    select
        bought_line_key,
        contract_key
    from {{ ref('int_price__resolved') }}
    where basis = 'KNOWN' and reach <> 'OTHER_SUPPLIER'
),

distributors as (
    select distinct supplier_key from {{ ref('int_price__distribution') }}
),

shared_charges as (
    select distinct charge_line_key from {{ ref('int_spend__charge_share') }}
),

measured as (
    select
        distribution.invoice_distribution_key,
        distribution.gl_account_key as distribution_account_key,
        distribution.cost_center_key as distribution_cost_center_key,
        line.*,
        shares.invoice_distribution_key is not null as has_shares,
        case when line.line_type = 'ITEM' and distribution.distributed_amount >= 0 then distribution.distributed_amount else 0 end
            as gross_amount,
        case when line.line_type = 'ITEM' and distribution.distributed_amount < 0 then distribution.distributed_amount else 0 end
            as credit_amount,
        case when line.line_type = 'TAX' then distribution.distributed_amount else coalesce(shares.tax_amount, 0) end
            as tax_amount,
        case
            when line.line_type not in ('ITEM', 'TAX') then distribution.distributed_amount
            else coalesce(shares.freight_amount, 0)
        end as freight_amount
    from posted_lines as line
    inner join distributions as distribution on line.invoice_line_key = distribution.invoice_line_key
    left join shares on distribution.invoice_distribution_key = shares.invoice_distribution_key
    left join shared_charges on line.invoice_line_key = shared_charges.charge_line_key
    where shared_charges.charge_line_key is null
),

final as (
    select
        measured.invoice_distribution_key,
        measured.invoice_line_key,
        measured.invoice_key,
        measured.invoice_number,
        measured.posting_date,
        measured.company_key,
        measured.supplier_key,
        supplier.parent_supplier_key as supplier_parent_key,
        item.manufacturer_key,
        measured.item_key,
        measured.item_class,
        measured.facility_key,
        {{ unknown_key() }} as department_key,
        measured.distribution_cost_center_key as cost_center_key,
        measured.distribution_account_key as gl_account_key,
        account.expense_class,
        coalesce(on_contract.contract_key, {{ unknown_key() }}) as contract_key,
        measured.po_line_key,
        {{ unknown_key() }} as buyer_role,
        case
            when measured.po_line_key = {{ unknown_key() }} then 'NON_PO'
            when po_line.po_type = 'CONSIGN_REPL' then 'CONSIGNMENT'
            when po_line.po_type = 'BILL_ONLY' then 'BILL_ONLY'
            when distributors.supplier_key is not null then 'DISTRIBUTOR'
            else 'DIRECT'
        end as channel,
        'INVOICED' as spend_basis,
        -- What is ordered for stock has no account of its own in some ERPs: they post it to that of its material.
        account.account_type = 'ASSET' or (
            measured.distribution_account_key = {{ unknown_key() }}
            and coalesce(po_line.gl_account_key = {{ unknown_key() }} and po_line.cost_center_key = {{ unknown_key() }}, false)
            and measured.item_class not in ('SERVICE', 'CAPITAL', 'NONITEM', {{ unknown_key() }})
        ) as is_inventory,
        measured.item_class = 'CAPITAL' as is_capital,
        measured.item_class <> {{ unknown_key() }} as is_classified,
        case
            when measured.line_type <> 'ITEM' then 'OWN_LINE'
            when measured.has_shares then 'BY_AMOUNT'
            else 'NONE'
        end as freight_alloc_method,
        cast(measured.gross_amount as decimal(18, 2)) as spend_gross_amount,
        cast(measured.tax_amount as decimal(18, 2)) as spend_tax_amount,
        cast(measured.freight_amount as decimal(18, 2)) as spend_freight_amount,
        cast(measured.credit_amount as decimal(18, 2)) as credit_amount,
        cast(0 as decimal(18, 2)) as discount_taken_amount,
        cast(measured.gross_amount + measured.tax_amount + measured.freight_amount + measured.credit_amount as decimal(18, 2))
            as spend_net_amount,
        cast(case
            when measured.item_class in ('CAPITAL', 'SERVICE', 'NONITEM', {{ unknown_key() }}) then 0
            else measured.gross_amount + measured.tax_amount + measured.freight_amount + measured.credit_amount
        end as decimal(18, 2)) as supply_expense_ahrmm_amount,
        case when measured.line_type = 'ITEM' then measured.base_qty end as base_qty,
        item.base_uom_code,
        measured.functional_currency_code,
        measured.source_instance,
        cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
    from measured
    inner join {{ ref('dim_supplier') }} as supplier on measured.supplier_key = supplier.supplier_key
    inner join {{ ref('dim_item') }} as item on measured.item_key = item.item_key
    inner join {{ ref('dim_gl_account') }} as account on measured.distribution_account_key = account.gl_account_key
    left join {{ ref('fct_po_line') }} as po_line on measured.po_line_key = po_line.po_line_key
    left join distributors on measured.supplier_key = distributors.supplier_key
    left join on_contract
        on
            case
                when measured.po_line_key <> {{ unknown_key() }} then measured.po_line_key else measured.invoice_line_key
            end = on_contract.bought_line_key
)

select * from final
