-- Spend of every document equals the control account of accounts payable in the ERP's own ledger, to the cent.
select invoice_key, spend_amount, ledger_amount
from {{ ref('mart_ap_reconciliation') }}
where difference_amount <> 0
