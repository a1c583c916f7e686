{{ config(unit=['invoice_line_key']) }}
-- One row per invoice line that bills an order line at a price: both prices brought to the base unit and compared by
-- cross-multiplication, in whole numbers. inv_units : po_units is the ratio of the prices, exactly. What the contract asks for,
-- as it is known today, is never too much: a price that was raised after the order is billed again at its new height.
with contract_prices as (
    select
        resolved.bought_line_key as po_line_key,
        price.unit_price,
        price.pack_num,
        price.pack_den,
        price.currency_code
    from {{ ref('int_price__resolved') }} as resolved
    inner join {{ ref('dim_contract_price') }} as price on resolved.contract_price_key = price.contract_price_key
    where resolved.basis = 'TRUE' and resolved.reach <> 'OTHER_SUPPLIER'
),

priced as (
    select
        line.*,
        {{ whole_units('line.unit_price', 6) }} * line.pack_den * line.po_pack_num as inv_units,
        {{ whole_units('line.po_unit_price', 6) }} * line.po_pack_den * line.pack_num as po_units,
        cast({{ div_exact(
            'cast(line.po_unit_price as decimal(38, 6)) * cast(line.invoice_qty as decimal(38, 6))'
            ~ ' * line.pack_num * line.po_pack_den',
            'cast(line.pack_den as decimal(38, 0)) * line.po_pack_num', 2
        ) }} as decimal(18, 2)) as expected_amount,
        cast({{ div_exact(
            'cast(contract.unit_price as decimal(38, 6)) * cast(line.invoice_qty as decimal(38, 6))'
            ~ ' * line.pack_num * contract.pack_den',
            'cast(line.pack_den as decimal(38, 0)) * contract.pack_num', 2
        ) }} as decimal(18, 2)) as contract_amount
    from {{ ref('int_match__line_context') }} as line
    left join contract_prices as contract
        on line.po_line_key = contract.po_line_key and line.currency_code = contract.currency_code
    where
        line.is_live
        and line.is_item_like
        and line.has_po_line
        and line.match_qty > 0
        and line.unit_price is not null
        and line.po_unit_price is not null
        and line.po_pack_num is not null
        -- Prices of another currency or another item are not compared: the line has its own exception.
        and line.currency_code = line.po_currency_code
        and (line.item_key = line.po_item_key or {{ unknown_key() }} in (line.item_key, line.po_item_key))
),

compared as (
    select
        priced.*,
        -- Some sources bill an amount and no price: what is the order's price to the cent is the order's price.
        inv_units = po_units or line_amount = expected_amount as is_same_price,
        case
            when inv_units = po_units then cast(0 as decimal(18, 2))
            else cast(line_amount - expected_amount as decimal(18, 2))
        end as price_diff_amount,
        inv_units > po_units and line_amount > greatest(expected_amount, coalesce(contract_amount, expected_amount)) and (
            inv_units * 1000000 > po_units * (1000000 + {{ whole_units('price_tol_pct_up', 4) }})
            or abs(line_amount - expected_amount) > price_tol_abs_up
        ) as is_over_tolerance,
        inv_units < po_units and line_amount <> expected_amount
        and inv_units * 1000000 < po_units * (1000000 - {{ whole_units('price_tol_down_pct', 4) }}) as is_under_tolerance
    from priced
),

-- The detector of mixed-up units: a price outside tolerance whose ratio is that of a pack of the item, or its inverse.
pack_hits as (
    select
        compared.invoice_line_key,
        min(pack.uom_code) as suspected_uom_code,
        min(case when pack.source_instance = compared.source_instance then pack.source_uom_code end)
            as suspected_source_uom_code
    from compared
    inner join {{ ref('int_item_pack_statement') }} as pack
        on compared.item_key = pack.item_key and pack.qty_num <> pack.qty_den
    where
        (compared.is_over_tolerance or compared.is_under_tolerance)
        and compared.po_units > 0
        and compared.item_key <> {{ unknown_key() }}
        and (
            abs(compared.inv_units * pack.qty_den - compared.po_units * pack.qty_num) * 1000000
            <= compared.po_units * pack.qty_num * {{ whole_units('compared.pack_ratio_tol_pct', 4) }}
            or abs(compared.inv_units * pack.qty_num - compared.po_units * pack.qty_den) * 1000000
            <= compared.po_units * pack.qty_den * {{ whole_units('compared.pack_ratio_tol_pct', 4) }}
        )
    group by compared.invoice_line_key
)

select
    compared.invoice_line_key,
    compared.po_line_key,
    compared.expected_amount,
    compared.is_same_price,
    compared.price_diff_amount,
    cast(case
        when compared.po_units > 0
            then {{ div_exact(
                'cast((compared.inv_units - compared.po_units) * 100 as decimal(38, 0))', 'cast(compared.po_units as decimal(38, 0))',
                4, operand_scale=0
            ) }}
    end as decimal(18, 4)) as price_diff_pct,
    pack_hits.invoice_line_key is not null as is_unit_suspect,
    pack_hits.suspected_uom_code,
    pack_hits.suspected_source_uom_code,
    compared.is_over_tolerance and pack_hits.invoice_line_key is null as is_price_over,
    compared.is_under_tolerance and pack_hits.invoice_line_key is null as is_price_under
from compared
left join pack_hits on compared.invoice_line_key = pack_hits.invoice_line_key
