-- One row per code of a charge master, as far as charges show it, and the unknown member. Of the revenue codes that a code
-- was charged under, the one of most charges; of equals the smallest.
with charged as (
    select
        source_instance,
        charge_code,
        revenue_code,
        count(*) as charge_count,
        max(hcpcs_code) as hcpcs_code
    from {{ ref('int_clinical__charge') }}
    where charge_code is not null
    group by source_instance, charge_code, revenue_code
),

ranked as (
    select
        charged.*,
        row_number() over (
            partition by source_instance, charge_code
            order by case when revenue_code is null then 1 else 0 end asc, charge_count desc, revenue_code asc
        ) as revenue_rank
    from charged
),

final as (
    select
        source_instance,
        charge_code,
        max(case when revenue_rank = 1 then revenue_code end) as revenue_code,
        cast(count(revenue_code) as integer) as revenue_code_count,
        max(hcpcs_code) as hcpcs_code
    from ranked
    group by source_instance, charge_code
)

select
    {{ surrogate_key(['source_instance', 'charge_code']) }} as charge_code_key,
    charge_code,
    revenue_code,
    revenue_code_count,
    hcpcs_code,
    source_instance
from final
union all
select
    {{ unknown_key() }} as charge_code_key,
    {{ no_text() }} as charge_code,
    {{ no_text() }} as revenue_code,
    cast(0 as integer) as revenue_code_count,
    {{ no_text() }} as hcpcs_code,
    {{ unknown_key() }} as source_instance
