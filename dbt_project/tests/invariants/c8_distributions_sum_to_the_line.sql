-- C8: the distributions of an invoice line sum to its amount, and their percentages to 100.
select line.invoice_line_key
from {{ ref('fct_invoice_line') }} as line
left join {{ ref('fct_invoice_distribution') }} as distribution
    on line.invoice_line_key = distribution.invoice_line_key
group by line.invoice_line_key, line.line_amount, line.functional_amount
having
    sum(distribution.distribution_pct) is null
    or sum(distribution.distribution_pct) <> 100
    or sum(distribution.distribution_amount) <> line.line_amount
    or sum(distribution.functional_amount) <> line.functional_amount
