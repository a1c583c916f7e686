{{ config(schema='restricted', unit=['encounter_key']) }}
-- One row per encounter and month: what was charged for it. What names no visit in scope is one row per facility and month,
-- encounter `-1`.
select
    units.billed_encounter_key,
    coalesce(units.encounter_key, {{ unknown_key() }}) as encounter_key,
    coalesce(units.facility_key, charge.facility_key, {{ unknown_key() }}) as facility_key,
    coalesce({{ period_of('charge.service_date') }}, units.started_period) as period,
    sum(charge.amount) as gross_charge_amount
from {{ ref('fct_charge_line') }} as charge
left join {{ ref('int_revenue__unit') }} as units on charge.encounter_key = units.encounter_key
where charge.is_billable
group by
    units.billed_encounter_key,
    coalesce(units.encounter_key, {{ unknown_key() }}),
    coalesce(units.facility_key, charge.facility_key, {{ unknown_key() }}),
    coalesce({{ period_of('charge.service_date') }}, units.started_period)
