{{ config(unit=['source_pk']) }}
-- One row per purchase order line and delivery that is asked for. A line that its source does not schedule has one, for all
-- of it, on the day that is expected. What was promised first stays, however often the promise moves.
with schedules as (
    {{ united('po_schedule') }}
),

of_lines as (
    select
        line.*,
        schedule.schedule_number,
        schedule.requested_date,
        schedule.original_promised_date,
        schedule.current_promised_date,
        schedule.schedule_qty,
        schedule.source_pk as schedule_pk
    from {{ ref('fct_po_line') }} as line
    left join schedules as schedule
        on {{ reference_key('schedule.source_instance', 'schedule.po_line_source_pk') }} = line.po_line_key
)

select
    {{ surrogate_key(['po_line_key', 'coalesce(schedule_number, 1)', 'schedule_pk']) }} as po_schedule_key,
    po_line_key,
    coalesce(schedule_number, 1) as schedule_number,
    coalesce(requested_date, expected_date) as requested_date,
    coalesce(original_promised_date, current_promised_date, expected_date) as original_promised_date,
    coalesce(current_promised_date, expected_date) as current_promised_date,
    coalesce(schedule_qty, order_qty) as schedule_qty,
    cast({{ to_base_quantity('coalesce(schedule_qty, order_qty)', 'pack_num', 'pack_den') }} as decimal(18, 6)) as base_qty,
    item_key,
    facility_key,
    source_system,
    source_instance,
    coalesce(schedule_pk, source_pk) as source_pk,
    {{ audit_columns('of_lines') }}
from of_lines
