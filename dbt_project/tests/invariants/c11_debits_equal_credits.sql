-- C11: every ledger entry sums to zero.
select journal_entry_key, sum(functional_amount) as balance_amount
from {{ ref('fct_gl_line') }}
group by journal_entry_key
having sum(functional_amount) <> 0
