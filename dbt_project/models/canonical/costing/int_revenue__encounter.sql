{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per encounter and month: what was charged for it, and what is earned for it (net revenue). REMITTED: what payers and
-- the patient paid, once a claim is settled, in the months and shares of the charges. MODELLED: charges at what the payer paid of
-- charges of settled visits of the facility, else of the network. An emergency visit is billed with the stay that it led to.
-- Money that names no visit in scope is one row per facility and month, encounter `-1`.
with remitted as (
    select
        units.billed_encounter_key,
        coalesce(units.facility_key, settled.facility_key, {{ unknown_key() }}) as facility_key,
        min({{ period_of('settled.paid_date') }}) as paid_period,
        sum(settled.paid_amount) as paid_amount
    from {{ ref('fct_claim_payment') }} as settled
    left join {{ ref('int_revenue__unit') }} as units on settled.encounter_key = units.encounter_key
    group by
        units.billed_encounter_key,
        coalesce(units.facility_key, settled.facility_key, {{ unknown_key() }}),
        case when units.billed_encounter_key is null then {{ period_of('settled.paid_date') }} end
),

-- What is charged or remitted stands in a month; a unit with money and without a charge has the month in which it began.
months as (
    select
        billed_encounter_key,
        encounter_key,
        facility_key,
        period,
        gross_charge_amount
    from {{ ref('int_revenue__charged') }}
    where billed_encounter_key is not null
    union all
    select
        remitted.billed_encounter_key,
        remitted.billed_encounter_key as encounter_key,
        units.facility_key,
        units.started_period as period,
        cast(0 as decimal(18, 2)) as gross_charge_amount
    from remitted
    inner join {{ ref('int_revenue__unit') }} as units on remitted.billed_encounter_key = units.encounter_key
    where
        remitted.billed_encounter_key not in (
            select charged.billed_encounter_key
            from {{ ref('int_revenue__charged') }} as charged
            where charged.billed_encounter_key is not null
        )
),

bills as (
    select
        months.billed_encounter_key,
        min(months.facility_key) as facility_key,
        min(encounter.payer_class) as payer_class,
        sum(months.gross_charge_amount) as gross_charge_amount,
        min(remitted.paid_amount) as paid_amount
    from months
    inner join {{ ref('int_cost__encounter_scope') }} as encounter on months.billed_encounter_key = encounter.encounter_key
    left join remitted on months.billed_encounter_key = remitted.billed_encounter_key
    group by months.billed_encounter_key
),

-- The payer's at the facility, else the payer's anywhere, else anybody's anywhere.
yields as (
    {%- for place, payer in [('facility_key', 'payer_class'), ("'*'", 'payer_class'), ("'*'", "'*'")] %}
    {%- set yield_rank = loop.index %}
    select
        facility_key,
        payer_class,
        {{ yield_rank }} as yield_rank,
        sum(paid_amount) as paid_amount,
        sum(gross_charge_amount) as gross_charge_amount
    from (
        select
            {{ place }} as facility_key,
            {{ payer }} as payer_class,
            paid_amount,
            gross_charge_amount
        from bills
        where paid_amount is not null
    ) as settled_{{ yield_rank }}
    group by facility_key, payer_class
    having sum(gross_charge_amount) > 0
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

modelled as (
    select
        bills.*,
        rate.paid_amount as yield_paid_amount,
        rate.gross_charge_amount as yield_charge_amount,
        row_number() over (partition by bills.billed_encounter_key order by rate.yield_rank) as yield_order
    from bills
    left join yields as rate
        on
            rate.facility_key in (bills.facility_key, '*')
            and rate.payer_class in (bills.payer_class, '*')
),

earned as (
    select
        billed_encounter_key,
        case when paid_amount is not null then 'REMITTED' else 'MODELLED' end as net_revenue_method,
        cast(coalesce(
            paid_amount,
            {{ div_exact('gross_charge_amount * yield_paid_amount', 'yield_charge_amount', 2) }},
            0
        ) as decimal(18, 2)) as net_revenue_amount
    from modelled
    where yield_order = 1
),

weighed as (
    select
        months.billed_encounter_key,
        months.encounter_key,
        months.facility_key,
        months.period,
        months.gross_charge_amount,
        earned.net_revenue_method,
        earned.net_revenue_amount as earned_amount,
        months.encounter_key || '|' || months.period as tie,
        case
            when max(months.gross_charge_amount) over (partition by months.billed_encounter_key) <= 0
                then cast(1 as decimal(18, 2))
            when months.gross_charge_amount > 0 then cast(months.gross_charge_amount as decimal(18, 2))
            else cast(0 as decimal(18, 2))
        end as charge_weight
    from months
    inner join earned on months.billed_encounter_key = earned.billed_encounter_key
),

shared as (
    {{ shared_by_largest_remainder('weighed', ['billed_encounter_key'], 'earned_amount', 'charge_weight', 'tie', scale=2) }}
),

nobodys as (
    select
        facility_key,
        period,
        sum(gross_charge_amount) as gross_charge_amount,
        sum(paid_amount) as paid_amount
    from (
        select
            facility_key,
            period,
            gross_charge_amount,
            cast(0 as decimal(18, 2)) as paid_amount
        from {{ ref('int_revenue__charged') }}
        where billed_encounter_key is null
        union all
        select
            facility_key,
            paid_period as period,
            cast(0 as decimal(18, 2)) as gross_charge_amount,
            paid_amount
        from remitted
        where billed_encounter_key is null
    ) as entries
    group by facility_key, period
)

select
    encounter_key,
    facility_key,
    period,
    cast(gross_charge_amount as decimal(18, 2)) as gross_charge_amount,
    cast(shared_amount as decimal(18, 2)) as net_revenue_amount,
    net_revenue_method,
    cast('USD' as {{ dbt.type_string() }}) as currency_code
from shared
union all
select
    {{ unknown_key() }} as encounter_key,
    facility_key,
    period,
    cast(gross_charge_amount as decimal(18, 2)) as gross_charge_amount,
    cast(paid_amount as decimal(18, 2)) as net_revenue_amount,
    'REMITTED' as net_revenue_method,
    cast('USD' as {{ dbt.type_string() }}) as currency_code
from nobodys
