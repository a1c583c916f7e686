{{ config(materialized='view') }}
-- One row per facility: the company whose it is. Several systems say so, none for certain: of postings, orders and cost centers
-- of the facility most are the company's.
with evidence as (
    select
        facility_key,
        company_key,
        count(*) as record_count
    from {{ ref('fct_gl_line') }}
    group by facility_key, company_key
    union all
    select
        facility_key,
        company_key,
        count(*) as record_count
    from {{ ref('fct_po_line') }}
    group by facility_key, company_key
    union all
    select
        facility_code as facility_key,
        company_key,
        count(*) as record_count
    from {{ ref('dim_cost_center') }}
    group by facility_code, company_key
),

counted as (
    select
        facility_key,
        company_key,
        sum(record_count) as record_count
    from evidence
    where facility_key <> {{ unknown_key() }} and company_key <> {{ unknown_key() }}
    group by facility_key, company_key
),

ranked as (
    select
        counted.*,
        row_number() over (partition by facility_key order by record_count desc, company_key asc) as company_rank
    from counted
)

select
    facility_key,
    company_key
from ranked
where company_rank = 1
