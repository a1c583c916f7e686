-- C6: by department, what pay runs of a company pay for work there is what its ledger posts there as pay on the last day of
-- the run, so that labor needs no distribution: a float nurse's shift is the ward's where it was worked. A run that payroll has
-- not served yet is in the ledger only.
with labor_lines as (
    select
        line.journal_entry_key,
        line.company_key,
        line.cost_center_key,
        line.posted_date,
        line.functional_amount,
        account.expense_class
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_gl_account') }} as account on line.gl_account_key = account.gl_account_key
    where account.expense_class in ('SALARY', 'CONTRACT_LABOR', 'BENEFIT')
),

entries as (
    select
        company_key,
        cost_center_key,
        posted_date as run_date,
        functional_amount as difference_amount
    from labor_lines
    where journal_entry_key in (select run.journal_entry_key from labor_lines as run where run.expense_class = 'BENEFIT')
    union all
    select
        company_key,
        cost_center_key,
        period_end_date as run_date,
        -labor_amount as difference_amount
    from {{ ref('fct_labor') }}
    where labor_record = 'PAY_LINE'
)

select
    entry.company_key,
    entry.cost_center_key,
    entry.run_date,
    sum(entry.difference_amount) as difference_amount
from entries as entry
inner join {{ ref('fct_payroll_register') }} as register
    on entry.company_key = register.company_key and entry.run_date = register.period_end_date
group by entry.company_key, entry.cost_center_key, entry.run_date
having sum(entry.difference_amount) <> 0
