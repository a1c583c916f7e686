-- One row per facility, procedure, severity, surgeon's label and functional group: what a surgeon's cases took of it against
-- as many cases of the peers, and why. Waste: what was opened and not used. Quantity: more or less of the group, at the
-- peers' price. Price: the same item at another price. Mix: other items of the group, which is what remains, so that the four
-- sum to the difference. A group that no peer uses is quantity.
with cells as (
    select
        facility_key,
        procedure_group,
        severity_code,
        surgeon_label,
        cast(count(*) as bigint) as case_count,
        sum(count(*)) over (partition by facility_key, procedure_group, severity_code) as all_case_count,
        min(currency_code) as currency_code
    from {{ ref('int_variation__case') }}
    group by facility_key, procedure_group, severity_code, surgeon_label
),

taken as (
    select
        operation.facility_key,
        operation.procedure_group,
        operation.severity_code,
        operation.surgeon_label,
        item.item_key,
        item.functional_group,
        sum(item.used_base_qty) as used_base_qty,
        sum(item.used_amount) as used_amount,
        sum(item.wasted_amount) as wasted_amount
    from {{ ref('int_variation__case') }} as operation
    inner join {{ ref('int_case__item') }} as item on operation.case_key = item.case_key
    where item.used_base_qty > 0 or item.wasted_base_qty > 0
    group by
        operation.facility_key,
        operation.procedure_group,
        operation.severity_code,
        operation.surgeon_label,
        item.item_key,
        item.functional_group
),

everybody as (
    select
        facility_key,
        procedure_group,
        severity_code,
        item_key,
        functional_group,
        sum(used_base_qty) as used_base_qty,
        sum(used_amount) as used_amount,
        sum(wasted_amount) as wasted_amount
    from taken
    group by facility_key, procedure_group, severity_code, item_key, functional_group
),

-- Peers are everybody without the surgeon's own cases.
compared as (
    select
        cells.facility_key,
        cells.procedure_group,
        cells.severity_code,
        cells.surgeon_label,
        cells.currency_code,
        cells.case_count,
        cast(cells.all_case_count - cells.case_count as bigint) as peer_case_count,
        everybody.functional_group,
        everybody.item_key,
        coalesce(taken.used_base_qty, 0) as used_base_qty,
        coalesce(taken.used_amount, 0) as used_amount,
        coalesce(taken.wasted_amount, 0) as wasted_amount,
        everybody.used_base_qty - coalesce(taken.used_base_qty, 0) as peer_used_base_qty,
        everybody.used_amount - coalesce(taken.used_amount, 0) as peer_used_amount,
        everybody.wasted_amount - coalesce(taken.wasted_amount, 0) as peer_wasted_amount
    from cells
    inner join everybody
        on
            cells.facility_key = everybody.facility_key
            and cells.procedure_group = everybody.procedure_group
            and cells.severity_code = everybody.severity_code
    left join taken
        on
            cells.facility_key = taken.facility_key
            and cells.procedure_group = taken.procedure_group
            and cells.severity_code = taken.severity_code
            and cells.surgeon_label = taken.surgeon_label
            and everybody.item_key = taken.item_key
            and everybody.functional_group = taken.functional_group
),

item_prices as (
    select
        compared.*,
        case
            when used_base_qty > 0 and peer_used_base_qty > 0
                then used_amount - {{ div_exact('used_base_qty * peer_used_amount', 'peer_used_base_qty', 2) }}
            else cast(0 as decimal(18, 2))
        end as price_amount
    from compared
    where peer_case_count >= (select policy.fewest_peer_cases from {{ ref('cfg_variation_policy') }} as policy)
),

groups_compared as (
    select
        facility_key,
        procedure_group,
        severity_code,
        surgeon_label,
        functional_group,
        currency_code,
        case_count,
        peer_case_count,
        sum(used_base_qty) as used_base_qty,
        sum(used_amount) as used_amount,
        sum(wasted_amount) as wasted_amount,
        sum(peer_used_base_qty) as peer_used_base_qty,
        sum(peer_used_amount) as peer_used_amount,
        sum(peer_wasted_amount) as peer_wasted_amount,
        sum(price_amount) as price_amount
    from item_prices
    group by
        facility_key, procedure_group, severity_code, surgeon_label, functional_group, currency_code, case_count, peer_case_count
),

scaled as (
    select
        groups_compared.*,
        {{ div_exact('(peer_used_amount + peer_wasted_amount) * case_count', 'peer_case_count', 2) }} as expected_amount,
        {{ div_exact('peer_wasted_amount * case_count', 'peer_case_count', 2) }} as expected_wasted_amount,
        case
            when peer_used_base_qty = 0 then used_amount
            else {{ div_exact(
                '(used_base_qty * peer_case_count - peer_used_base_qty * case_count) * peer_used_amount',
                'peer_used_base_qty * peer_case_count', 2
            ) }}
        end as quantity_amount
    from groups_compared
)

select
    facility_key,
    procedure_group,
    severity_code,
    surgeon_label,
    functional_group,
    cast(case_count as integer) as case_count,
    cast(peer_case_count as integer) as peer_case_count,
    cast(used_base_qty as decimal(18, 6)) as used_base_qty,
    cast({{ div_exact('peer_used_base_qty * case_count', 'peer_case_count', 6) }} as decimal(18, 6)) as expected_base_qty,
    cast(used_amount + wasted_amount as decimal(18, 2)) as supply_amount,
    cast(expected_amount as decimal(18, 2)) as expected_amount,
    cast(used_amount + wasted_amount - expected_amount as decimal(18, 2)) as difference_amount,
    cast(price_amount as decimal(18, 2)) as price_amount,
    cast(
        used_amount + wasted_amount - expected_amount
        - price_amount - quantity_amount - (wasted_amount - expected_wasted_amount) as decimal(18, 2)
    ) as mix_amount,
    cast(quantity_amount as decimal(18, 2)) as quantity_amount,
    cast(wasted_amount - expected_wasted_amount as decimal(18, 2)) as waste_amount,
    currency_code
from scaled
