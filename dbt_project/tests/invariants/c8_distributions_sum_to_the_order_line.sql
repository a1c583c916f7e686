-- C8: the distributions of an order line sum to its amount, and their percentages to 100.
select line.po_line_key
from {{ ref('fct_po_line') }} as line
left join {{ ref('fct_po_distribution') }} as distribution on line.po_line_key = distribution.po_line_key
group by line.po_line_key, line.line_amount
having
    sum(distribution.distribution_pct) is null
    or sum(distribution.distribution_pct) <> 100
    or sum(distribution.distribution_amount) <> line.line_amount
