-- One row per pay run and company: what the run cost, as the ledger should have it.
select
    {{ surrogate_key(['source_instance', 'pay_run_number', 'company_key']) }} as payroll_register_key,
    pay_run_number,
    company_key,
    min(fiscal_period_key) as fiscal_period_key,
    min(pay_group) as pay_group,
    min(period_start_date) as period_start_date,
    min(period_end_date) as period_end_date,
    min(payment_date) as payment_date,
    cast(count(distinct worker_key) as integer) as worker_count,
    cast(sum(paid_hours) as decimal(18, 2)) as paid_hours,
    cast(sum(case when pay_class in ('EMPLOYER_TAX', 'BENEFIT') then 0 else labor_amount end) as decimal(18, 2))
        as earning_amount,
    cast(sum(case when pay_class = 'EMPLOYER_TAX' then labor_amount else 0 end) as decimal(18, 2)) as employer_tax_amount,
    cast(sum(case when pay_class = 'BENEFIT' then labor_amount else 0 end) as decimal(18, 2)) as benefit_amount,
    cast(sum(case when is_retro then labor_amount else 0 end) as decimal(18, 2)) as retro_amount,
    cast(sum(labor_amount) as decimal(18, 2)) as register_amount,
    min(currency_code) as currency_code,
    min(source_system) as source_system,
    source_instance,
    pay_run_number as source_pk,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from {{ ref('fct_labor') }}
where labor_record = 'PAY_LINE'
group by source_instance, pay_run_number, company_key
