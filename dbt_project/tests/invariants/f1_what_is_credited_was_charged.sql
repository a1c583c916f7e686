-- F1: no charge is credited by more than it was. A credit whose charge is not here (it is in quarantine, or came before our
-- time) proves nothing either way.
with credited as (
    select
        reverses_charge_line_key,
        sum(amount) as credited_amount,
        sum(charge_qty) as credited_qty
    from {{ ref('fct_charge_line') }}
    where reverses_charge_line_key is not null
    group by reverses_charge_line_key
)

select
    charge.charge_line_key,
    charge.amount,
    credited.credited_amount
from credited
inner join {{ ref('fct_charge_line') }} as charge on credited.reverses_charge_line_key = charge.charge_line_key
where charge.amount + credited.credited_amount < 0 or charge.charge_qty + credited.credited_qty < 0
