-- One row per schedule line of an order item of SAP. What was promised first is its statistical date.
select
    {{ feed_origin('sap_s4') }},
    {{ source_key(['po_number', 'po_line_number', 'schedule_line_number']) }} as source_pk,
    {{ source_key(['po_number', 'po_line_number']) }} as po_line_source_pk,
    cast(schedule_line_number as integer) as schedule_number,
    delivery_date as requested_date,
    statistical_delivery_date as original_promised_date,
    delivery_date as current_promised_date,
    qty as schedule_qty,
    {{ audit_columns('schedule') }}
from {{ ref('stg_sap_s4__purchase_order_schedule_line') }} as schedule
