{{ config(severity='warn') }}
-- F1: a credit names the charge that it takes back, and the charge is here. One that is not was refused, or is older than what
-- is read.
select
    credit.charge_line_key,
    credit.reverses_charge_line_key
from {{ ref('fct_charge_line') }} as credit
left join {{ ref('fct_charge_line') }} as charge on credit.reverses_charge_line_key = charge.charge_line_key
where credit.is_credit and credit.source_system = 'revenue_cycle' and charge.charge_line_key is null
