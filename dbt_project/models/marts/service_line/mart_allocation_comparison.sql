-- One row per facility, month and service line: the overhead that it bears by each of the three methods, and what each moves
-- against the one in use. What a method moves sums to nothing over the lines of a facility and month.
with compared as (
    select
        cost.facility_key,
        cost.period,
        cost.service_line_key,
        {%- for method in ['DIRECT', 'STEP_DOWN', 'RECIPROCAL'] %}
        sum(case when cost.allocation_method = '{{ method }}' then cost.overhead_amount else 0 end)
            as {{ method | lower }}_amount,
        {%- endfor %}
        sum(case when policy.policy_version is not null then cost.overhead_amount else 0 end) as used_amount
    from {{ ref('int_cost__method_comparison') }} as cost
    left join {{ ref('cfg_cost_policy') }} as policy
        on
            cost.allocation_method = policy.allocation_method
            and cast(cost.period || '-01' as date) >= policy.valid_from
            and cast(cost.period || '-01' as date) < policy.valid_to
    group by cost.facility_key, cost.period, cost.service_line_key
),

currencies as (
    select
        facility_key,
        min(currency_code) as currency_code
    from {{ ref('int_cost__department') }}
    group by facility_key
)

select
    compared.facility_key,
    compared.period,
    compared.service_line_key,
    line.service_line_name,
    line.service_line_group,
    {%- for method in ['direct', 'step_down', 'reciprocal'] %}
    cast(compared.{{ method }}_amount as decimal(18, 2)) as {{ method }}_amount,
    {%- endfor %}
    {%- for method in ['direct', 'step_down', 'reciprocal'] %}
    cast(compared.{{ method }}_amount - compared.used_amount as decimal(18, 2)) as {{ method }}_moved_amount,
    {%- endfor %}
    currencies.currency_code
from compared
left join {{ ref('dim_service_line') }} as line on compared.service_line_key = line.service_line_key
left join currencies on compared.facility_key = currencies.facility_key
