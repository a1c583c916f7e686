-- One row per scheduled delivery of a purchase order line, and per requisition line that no order has come of: how far it is as
-- of a day, in quantities, dates and one state. Quantities are in base units along the order's own direction; a line's receipts
-- and invoices fill its deliveries in the order in which they were asked for.
select
    delivery.*,
    {{ as_of_date() }} as as_of_date
from {{ ref('int_lifecycle__delivery') }} as delivery
