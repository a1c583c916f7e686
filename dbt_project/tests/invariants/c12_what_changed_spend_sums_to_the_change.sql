-- C12: volume, price, mix, new and discontinued items are the change of spend, to the cent.
select
    spend_bridge_key,
    spend_amount - earlier_spend_amount as change_amount,
    volume_amount + price_amount + mix_amount + new_item_amount + discontinued_item_amount as explained_amount
from {{ ref('mart_spend_bridge') }}
where
    spend_amount - earlier_spend_amount
    <> volume_amount + price_amount + mix_amount + new_item_amount + discontinued_item_amount
