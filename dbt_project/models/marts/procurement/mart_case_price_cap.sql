{{ config(schema='restricted') }}
-- One row per case and kind of implants that a contract caps: what they cost together, and how far that is beyond the cap.
with cases as (
    select
        case_key,
        facility_key,
        period,
        case_date,
        functional_group,
        cap_amount,
        currency_code,
        sum(used_base_qty) as used_base_qty,
        count(*) as item_count,
        sum(case when base_unit_price is null then 1 else 0 end) as unpriced_item_count,
        count(distinct supplier_key) as supplier_count,
        sum(used_amount) as implant_amount,
        sum(over_cap_amount) as over_cap_amount
    from {{ ref('int_price__capped_item') }}
    group by case_key, facility_key, period, case_date, functional_group, cap_amount, currency_code
)

select
    cases.case_key,
    operation.encounter_key,
    cases.facility_key,
    cases.period,
    cases.case_date,
    operation.surgeon_key,
    classified.procedure_group,
    operation.procedure_code,
    cases.functional_group,
    cast(cases.used_base_qty as decimal(18, 6)) as used_base_qty,
    cast(cases.item_count as integer) as item_count,
    cast(cases.unpriced_item_count as integer) as unpriced_item_count,
    cast(cases.supplier_count as integer) as supplier_count,
    cast(cases.implant_amount as decimal(18, 2)) as implant_amount,
    cases.cap_amount,
    cases.over_cap_amount > 0 as is_over_cap,
    cast(cases.over_cap_amount as decimal(18, 2)) as over_cap_amount,
    cases.currency_code
from cases
inner join {{ ref('fct_case') }} as operation on cases.case_key = operation.case_key
inner join {{ ref('int_case__class') }} as classified on cases.case_key = classified.case_key
