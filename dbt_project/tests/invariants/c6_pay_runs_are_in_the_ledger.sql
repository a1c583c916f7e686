-- C6: what a pay run cost a company is what its ledger posts on the last day of the run. A run posts what the employer adds
-- as well as pay; an accrual posts pay only, and is none.
with labor_lines as (
    select
        line.journal_entry_key,
        line.company_key,
        line.posted_date,
        line.functional_amount,
        account.expense_class
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_gl_account') }} as account on line.gl_account_key = account.gl_account_key
    where account.expense_class in ('SALARY', 'CONTRACT_LABOR', 'BENEFIT')
),

posted as (
    select
        company_key,
        posted_date,
        sum(functional_amount) as ledger_amount
    from labor_lines
    where journal_entry_key in (select run.journal_entry_key from labor_lines as run where run.expense_class = 'BENEFIT')
    group by company_key, posted_date
)

select
    register.payroll_register_key,
    register.register_amount,
    posted.ledger_amount
from {{ ref('fct_payroll_register') }} as register
left join posted on register.company_key = posted.company_key and register.period_end_date = posted.posted_date
where register.register_amount <> coalesce(posted.ledger_amount, 0)
