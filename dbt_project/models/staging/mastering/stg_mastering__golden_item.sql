-- One row per golden item: its attributes as they survived.
select
    golden_key as item_key,
    item_description,
    manufacturer_name,
    manufacturer_part_number,
    gtin,
    unspsc_code
from {{ source('mastering', 'golden_item') }}
