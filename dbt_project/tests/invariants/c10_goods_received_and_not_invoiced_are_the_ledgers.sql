-- C10: goods received and not invoiced are what the ledger of the same system posted for them, by company and month, to the cent.
select
    company_key,
    period,
    grir_amount,
    ledger_amount,
    difference_amount
from {{ ref('mart_gr_ir_reconciliation') }}
where is_own_ledger and difference_amount <> 0
