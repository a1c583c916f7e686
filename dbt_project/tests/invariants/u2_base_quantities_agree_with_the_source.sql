-- U1 and U2: our conversion of a receipt to base units is the source's own, within the rounding of the source's floats.
select receipt_line_key, base_qty, source_base_qty
from {{ ref('fct_receipt_line') }}
where source_base_qty is not null and abs(base_qty - source_base_qty) > 0.01
