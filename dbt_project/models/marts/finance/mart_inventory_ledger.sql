-- One row per company and month: what its ERP booked of stock it owns, against the inventory accounts of its ledger, at the end
-- of the month. What is under way between two places of the company has left the one and not reached the other, and is still
-- owned. BOOKINGS: every movement is read; BALANCES: only what is on hand now, valued by the item; NONE: the ERP shows no stock,
-- and its ledger is all there is.
with facility_companies as (
    select * from {{ ref('int_facility_company') }}
),

posted as (
    select
        line.company_key,
        {{ period_of('line.posted_date') }} as period,
        min(line.functional_currency_code) as functional_currency_code,
        sum(line.functional_amount) as amount
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_gl_account') }} as account on line.gl_account_key = account.gl_account_key
    where account.account_type = 'ASSET' and account.item_class <> {{ unknown_key() }}
    group by line.company_key, {{ period_of('line.posted_date') }}
),

booked as (
    select
        owner.company_key,
        {{ period_of('movement.posted_date') }} as period,
        sum(movement.value_amount) as amount,
        -sum(case
            when movement.movement_class in ('TRANSFER_IN', 'TRANSFER_OUT') and counterpart_owner.company_key = owner.company_key
                then movement.value_amount
            else 0
        end) as in_transit_amount
    from {{ ref('fct_inventory_movement') }} as movement
    inner join facility_companies as owner on movement.facility_key = owner.facility_key
    left join {{ ref('dim_location') }} as counterpart
        on
            case
                when movement.movement_qty < 0 then movement.to_location_key else movement.from_location_key
            end = counterpart.location_key
    left join facility_companies as counterpart_owner on counterpart.facility_code = counterpart_owner.facility_key
    where movement.ledger_side = 'ERP' and movement.ownership = 'OWNED'
    group by owner.company_key, {{ period_of('movement.posted_date') }}
),

balances as (
    select
        owner.company_key,
        {{ period_of(as_of_date()) }} as period,
        sum({{ mul_money('snapshot.on_hand_base_qty', 'coalesce(own_cost.base_unit_cost, any_cost.base_unit_cost)') }}) as amount
    from {{ ref('fct_inventory_snapshot') }} as snapshot
    inner join facility_companies as owner on snapshot.facility_key = owner.facility_key
    {{ unit_cost_joins('snapshot.source_instance', 'snapshot.source_item_key', 'snapshot.facility_key') }}
    where snapshot.ledger_side = 'ERP' and snapshot.ownership = 'OWNED'
    group by owner.company_key
),

companies as (
    select
        company_key,
        min(period) as first_period,
        min(functional_currency_code) as functional_currency_code
    from posted
    group by company_key
),

company_months as (
    select distinct
        companies.company_key,
        companies.functional_currency_code,
        day.period
    from companies
    inner join {{ ref('dim_date') }} as day on day.period >= companies.first_period and day.calendar_date <= {{ as_of_date() }}
),

running as (
    select
        company_months.company_key,
        company_months.period,
        company_months.functional_currency_code,
        sum(coalesce(posted.amount, 0)) over until_then as ledger_amount,
        sum(coalesce(booked.amount, 0)) over until_then as booked_amount,
        sum(coalesce(booked.in_transit_amount, 0)) over until_then as in_transit_amount
    from company_months
    left join posted on company_months.company_key = posted.company_key and company_months.period = posted.period
    left join booked on company_months.company_key = booked.company_key and company_months.period = booked.period
    window until_then as (
        partition by company_months.company_key order by company_months.period
        rows between unbounded preceding and current row
    )
),

based as (
    select
        running.*,
        case
            when running.company_key in (select known.company_key from booked as known) then 'BOOKINGS'
            when running.company_key in (select known.company_key from balances as known) then 'BALANCES'
            else 'NONE'
        end as stock_basis,
        balances.amount as balance_amount
    from running
    left join balances on running.company_key = balances.company_key and running.period = balances.period
),

told as (
    select
        based.*,
        case based.stock_basis when 'BOOKINGS' then based.booked_amount when 'BALANCES' then based.balance_amount end
            as on_hand_amount,
        case based.stock_basis when 'BOOKINGS' then based.in_transit_amount when 'BALANCES' then 0 end as under_way_amount
    from based
)

select
    company_key,
    period,
    stock_basis,
    cast(on_hand_amount as decimal(18, 2)) as on_hand_amount,
    cast(under_way_amount as decimal(18, 2)) as in_transit_amount,
    cast(on_hand_amount + under_way_amount as decimal(18, 2)) as stock_amount,
    cast(ledger_amount as decimal(18, 2)) as ledger_amount,
    cast(on_hand_amount + under_way_amount - ledger_amount as decimal(18, 2)) as difference_amount,
    functional_currency_code
from told
