-- One row per code of a charge master and item that charges name together, as far as they do. Codes of one item only are what a
-- charge without an item can be read by.
with named as (
    select
        charge_code_key,
        item_key,
        cast(count(*) as bigint) as charge_count,
        min(service_date) as first_service_date,
        max(service_date) as last_service_date
    from {{ ref('fct_charge_line') }}
    where not is_credit and charge_code_key <> {{ unknown_key() }} and item_key <> {{ unknown_key() }}
    group by charge_code_key, item_key
)

select
    {{ surrogate_key(['charge_code_key', 'item_key']) }} as xref_charge_item_key,
    charge_code_key,
    item_key,
    charge_count,
    count(*) over (partition by charge_code_key) = 1 as is_only_item,
    first_service_date,
    last_service_date
from named
