-- C6: pay that was accrued at a month's end is taken back: what is posted as labor and is no pay run sums to zero, but for
-- what is accrued on the last day of the books.
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

last_days as (
    select
        company_key,
        max(posted_date) as last_date
    from {{ ref('fct_gl_line') }}
    group by company_key
)

select
    line.company_key,
    sum(line.functional_amount) as open_amount
from labor_lines as line
inner join last_days on line.company_key = last_days.company_key
where
    (line.posted_date < last_days.last_date or line.functional_amount < 0)
    and line.journal_entry_key not in (
        select run.journal_entry_key from labor_lines as run where run.expense_class = 'BENEFIT'
    )
group by line.company_key
having sum(line.functional_amount) <> 0
