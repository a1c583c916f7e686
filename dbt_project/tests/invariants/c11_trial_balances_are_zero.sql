-- C11: the books of every company sum to zero in every period.
select company_key, fiscal_period_key, sum(functional_amount) as balance_amount
from {{ ref('fct_gl_line') }}
group by company_key, fiscal_period_key
having sum(functional_amount) <> 0
