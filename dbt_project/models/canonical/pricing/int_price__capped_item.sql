{{ config(schema='restricted') }}
-- One row per case that a cap holds for, as known today, and implant of the capped kind that was used in it: what it cost, and
-- what of it goes beyond the cap. Of several contracts' caps the lowest holds. A unit costs what it was ordered at for the
-- facility, on the day of the case or next after it, else last before: what comes with its supplier is ordered when it has been
-- used. What an invoice asks beyond its order is claimed by the match; what was opened and not used is no part of a construct.
with caps as (
    select *
    from {{ ref('dim_contract_case_cap') }}
    where is_current and facility_key <> {{ unknown_key() }} and functional_group <> {{ unknown_key() }}
),

capped as (
    select
        times.case_key,
        times.facility_key,
        times.period,
        times.case_date,
        caps.functional_group,
        caps.currency_code,
        min(caps.cap_amount) as cap_amount
    from caps
    inner join {{ ref('int_case__time') }} as times
        on
            caps.facility_key = times.facility_key
            and times.case_date >= caps.valid_from_date
            and times.case_date < caps.valid_to_date
            and not times.is_cancelled
    inner join {{ ref('fct_case') }} as operation
        on
            times.case_key = operation.case_key
            and caps.procedure_code_system = operation.procedure_code_system
            and operation.procedure_code like caps.procedure_code_prefix || '%'
    group by
        times.case_key, times.facility_key, times.period, times.case_date, caps.functional_group, caps.currency_code
),

used as (
    select
        capped.case_key,
        capped.facility_key,
        capped.period,
        capped.case_date,
        capped.functional_group,
        capped.currency_code,
        capped.cap_amount,
        line.item_key,
        sum(line.used_base_qty) as used_base_qty
    from capped
    inner join {{ ref('fct_consumption_line') }} as line on capped.case_key = line.case_key
    inner join {{ ref('dim_item') }} as item on line.item_key = item.item_key
    inner join {{ ref('map_functional_group') }} as functional
        on
            item.source_category_name = functional.source_category_name
            and capped.functional_group = functional.functional_group
    where line.is_counted and line.used_base_qty > 0
    group by
        capped.case_key, capped.facility_key, capped.period, capped.case_date, capped.functional_group, capped.currency_code,
        capped.cap_amount, line.item_key
),

ordered as (
    select
        used.case_key,
        used.functional_group,
        used.item_key,
        used.currency_code,
        line.supplier_key,
        line.base_unit_price,
        row_number() over (
            partition by used.case_key, used.functional_group, used.currency_code, used.item_key
            order by
                case when line.order_date >= used.case_date then 0 else 1 end,
                abs(cast({{ dbt.datediff('used.case_date', 'line.order_date', 'day') }} as integer)),
                line.po_line_key
        ) as order_rank
    from used
    inner join {{ ref('fct_po_line') }} as line
        on
            used.item_key = line.item_key
            and used.facility_key = line.facility_key
            and used.currency_code = line.currency_code
    where not line.is_cancelled and line.base_unit_price > 0 and line.order_date is not null
),

-- Who has agreed to a cap: by the contract that prices the item, whoever delivers it, else by any of its supplier's family.
parties as (
    select
        caps.*,
        contract.contract_number,
        supplier.parent_supplier_key
    from caps
    inner join {{ ref('dim_contract') }} as contract on caps.contract_key = contract.contract_key and contract.is_current
    inner join {{ ref('dim_supplier') }} as supplier on contract.supplier_key = supplier.supplier_key
),

reached as (
    select
        used.case_key,
        used.functional_group,
        used.item_key,
        used.currency_code,
        parties.contract_number,
        case when price.contract_price_key is not null then 0 else 1 end as reach_rank
    from used
    left join ordered
        on
            used.case_key = ordered.case_key
            and used.functional_group = ordered.functional_group
            and used.currency_code = ordered.currency_code
            and used.item_key = ordered.item_key
            and ordered.order_rank = 1
    left join {{ ref('dim_supplier') }} as seller on ordered.supplier_key = seller.supplier_key
    inner join parties
        on
            used.facility_key = parties.facility_key
            and used.functional_group = parties.functional_group
            and used.currency_code = parties.currency_code
            and used.case_date >= parties.valid_from_date
            and used.case_date < parties.valid_to_date
    left join {{ ref('dim_contract_price') }} as price
        on parties.contract_key = price.contract_key and used.item_key = price.item_key and price.is_current
    where
        price.contract_price_key is not null
        or (parties.parent_supplier_key = seller.parent_supplier_key and seller.parent_supplier_key <> {{ unknown_key() }})
),

agreed as (
    select
        reached.*,
        row_number() over (
            partition by case_key, functional_group, currency_code, item_key order by reach_rank, contract_number
        ) as agreed_rank
    from reached
),

priced as (
    select
        used.*,
        coalesce(ordered.supplier_key, {{ unknown_key() }}) as supplier_key,
        agreed.contract_number,
        ordered.base_unit_price,
        coalesce({{ mul_money('used.used_base_qty', 'ordered.base_unit_price') }}, cast(0 as decimal(18, 2))) as used_amount
    from used
    left join ordered
        on
            used.case_key = ordered.case_key
            and used.functional_group = ordered.functional_group
            and used.currency_code = ordered.currency_code
            and used.item_key = ordered.item_key
            and ordered.order_rank = 1
    left join agreed
        on
            used.case_key = agreed.case_key
            and used.functional_group = agreed.functional_group
            and used.currency_code = agreed.currency_code
            and used.item_key = agreed.item_key
            and agreed.agreed_rank = 1
),

summed as (
    select
        priced.*,
        sum(used_amount) over (partition by case_key, functional_group, currency_code) - cap_amount as beyond_amount
    from priced
),

beyond as (
    select
        summed.case_key,
        summed.functional_group,
        summed.currency_code,
        summed.item_key,
        summed.beyond_amount,
        summed.used_amount
    from summed
    where summed.beyond_amount > 0
),

shared as (
    {{ shared_by_largest_remainder(
        'beyond', pool=['case_key', 'functional_group', 'currency_code'], amount='beyond_amount', weight='used_amount',
        tie='item_key', scale=2
    ) }}
)

select
    priced.case_key,
    priced.facility_key,
    priced.period,
    priced.case_date,
    priced.functional_group,
    priced.cap_amount,
    priced.item_key,
    priced.supplier_key,
    priced.contract_number,
    cast(priced.used_base_qty as decimal(18, 6)) as used_base_qty,
    priced.base_unit_price,
    priced.used_amount,
    coalesce(shared.shared_amount, cast(0 as decimal(18, 2))) as over_cap_amount,
    priced.currency_code
from priced
left join shared
    on
        priced.case_key = shared.case_key
        and priced.functional_group = shared.functional_group
        and priced.currency_code = shared.currency_code
        and priced.item_key = shared.item_key
