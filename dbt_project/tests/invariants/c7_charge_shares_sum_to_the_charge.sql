-- C7: the shares of a header charge sum to it exactly.
select line.invoice_line_key, line.functional_amount, sum(share.share_amount) as shared_amount
from {{ ref('int_spend__charge_share') }} as share
inner join {{ ref('fct_invoice_line') }} as line on share.charge_line_key = line.invoice_line_key
group by line.invoice_line_key, line.functional_amount
having line.functional_amount <> sum(share.share_amount)
