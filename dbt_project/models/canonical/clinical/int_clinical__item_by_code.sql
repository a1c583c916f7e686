{{ config(materialized='table') }}
-- One row per item number or GTIN that names exactly one item: a number that two items share names none.
with codes as (
    select
        'ITEM_CODE' as code_kind,
        item_code as code,
        item_key
    from {{ ref('dim_item') }}
    where item_code is not null
    union all
    select
        'GTIN' as code_kind,
        lpad(gtin, 14, '0') as code,
        item_key
    from {{ ref('dim_item') }}
    where gtin is not null
)

select
    code_kind,
    code,
    min(item_key) as item_key
from codes
group by code_kind, code
having count(*) = 1
