-- One row per schedule of an order line of Oracle. Only the promise of today is kept there.
select
    {{ feed_origin('oracle_fusion') }},
    schedule_id as source_pk,
    purchase_order_line_id as po_line_source_pk,
    cast(schedule_number as integer) as schedule_number,
    requested_date,
    cast(null as date) as original_promised_date,
    promised_date as current_promised_date,
    qty as schedule_qty,
    {{ audit_columns('schedule') }}
from {{ ref('stg_oracle_fusion__purchase_order_schedule') }} as schedule
