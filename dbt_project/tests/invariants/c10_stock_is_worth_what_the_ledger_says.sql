-- C10 for stock: what an ERP booked of the stock that a company owns is what its ledger says, at each month's end, to the cent.
select
    company_key,
    period,
    stock_basis,
    stock_amount,
    ledger_amount,
    difference_amount
from {{ ref('mart_inventory_ledger') }}
where difference_amount <> 0
