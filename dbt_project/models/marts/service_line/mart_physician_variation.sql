-- One row per facility, procedure, severity and surgeon, of the twelve months up to the last closed one: what a case takes of
-- supplies against the peers, and why. Surgeons are labels, another one for each procedure; those with fewer than eleven
-- cases are one row, POOLED, and cases of a pool that has fewer are in no figure, the peers' neither.
with drivers as (
    select
        facility_key,
        procedure_group,
        severity_code,
        surgeon_label,
        {%- for driver in ['expected', 'difference', 'price', 'mix', 'quantity', 'waste'] %}
        sum({{ driver }}_amount) as {{ driver }}_amount
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_variation__driver') }}
    group by facility_key, procedure_group, severity_code, surgeon_label
)

select
    surgeon.facility_key,
    surgeon.procedure_group,
    surgeon.severity_code,
    surgeon.surgeon_label,
    surgeon.surgeon_label = 'POOLED' as is_pooled,
    surgeon.from_period,
    surgeon.to_period,
    surgeon.case_count,
    surgeon.supply_amount,
    surgeon.amount_per_case,
    surgeon.median_amount,
    surgeon.lower_quartile_amount,
    surgeon.upper_quartile_amount,
    surgeon.trimmed_mean_amount,
    surgeon.shrunk_amount_per_case,
    surgeon.stay_hours_per_case,
    surgeon.peer_case_count,
    surgeon.peer_amount_per_case,
    surgeon.peer_median_amount,
    surgeon.peer_lower_quartile_amount,
    surgeon.peer_stay_hours_per_case,
    surgeon.variation_index,
    {%- for driver in ['expected', 'difference', 'price', 'mix', 'quantity', 'waste'] %}
    cast(drivers.{{ driver }}_amount as decimal(18, 2)) as {{ driver }}_amount,
    {%- endfor %}
    surgeon.opportunity_amount,
    surgeon.currency_code
from {{ ref('int_variation__surgeon') }} as surgeon
left join drivers
    on
        surgeon.facility_key = drivers.facility_key
        and surgeon.procedure_group = drivers.procedure_group
        and surgeon.severity_code = drivers.severity_code
        and surgeon.surgeon_label = drivers.surgeon_label
