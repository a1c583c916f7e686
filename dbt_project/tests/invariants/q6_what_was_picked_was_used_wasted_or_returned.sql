-- Q6: of a supply line of a case, what was picked is what was used, wasted and returned.
select
    consumption_line_key,
    picked_qty,
    used_qty,
    wasted_qty,
    returned_qty
from {{ ref('fct_consumption_line') }}
where picked_qty is not null and not is_void and picked_qty <> used_qty + wasted_qty + returned_qty
