{{ config(materialized='table', unit=['po_line_key']) }}
-- One row per scheduled delivery of a purchase order line, and per requisition line that no order has come of: how far it is, in
-- quantities, dates and one state. Quantities are in base units along the order's own direction; a line's receipts and invoices
-- fill its deliveries in the order in which they were asked for.
{%- set quantities = {
    'cancelled': ['CANCELLED'], 'received': ['RECEIVED'], 'returned': ['RETURNED'], 'invoiced': ['INVOICED'],
    'credited': ['CREDITED'], 'matched': ['MATCHED'], 'held': ['HELD'], 'paid': ['PAID']
} %}
{%- set milestones = {
    'requested': 'REQUESTED', 'approved': 'APPROVED', 'ordered': 'ORDERED', 'acknowledged': 'ACKNOWLEDGED',
    'received': 'RECEIVED', 'invoiced': 'INVOICED', 'matched': 'MATCHED', 'paid': 'PAID'
} %}
{%- set legs = [
    ('request_to_approval', 'first_requested_at', 'last_approved_at'),
    ('approval_to_order', 'last_approved_at', 'first_ordered_at'),
    ('order_to_acknowledgement', 'first_ordered_at', 'first_acknowledged_at'),
    ('order_to_receipt', 'first_ordered_at', 'first_received_at'),
    ('receipt_to_invoice', 'first_received_at', 'first_invoiced_at'),
    ('invoice_to_match', 'first_invoiced_at', 'last_matched_at'),
    ('match_to_payment', 'last_matched_at', 'last_paid_at'),
    ('request_to_payment', 'first_requested_at', 'last_paid_at')
] %}
with happened as (
    select *
    from {{ ref('int_lifecycle__event') }}
    where {{ has_come('event_at') }}
),

line_totals as (
    select
        po_line_key,
        {%- for name, types in quantities.items() %}
        coalesce(sum(case when event_type in ('{{ types | join("', '") }}') then base_qty end), 0) as {{ name }}_qty,
        {%- endfor %}
        {%- for name, type in milestones.items() %}
        min(case when event_type = '{{ type }}' then event_at end) as first_{{ name }}_at,
        max(case when event_type = '{{ type }}' then event_at end) as last_{{ name }}_at,
        {%- endfor %}
        max(case when event_type = 'DELIVERY_COMPLETE' then 1 else 0 end) = 1 as is_delivery_complete,
        max(case when event_type = 'HELD' then 1 else 0 end) = 1 as is_held,
        max(case when event_type in ('PAYMENT', 'PAID') then 1 else 0 end) = 1 as is_paid_on
    from happened
    group by po_line_key
),

match_ways as (
    select
        po_line_key,
        min(match_way) as match_way
    from {{ ref('int_match__verdict') }}
    where po_line_key <> {{ unknown_key() }}
    group by po_line_key
),

schedules as (
    select
        schedule.po_schedule_key,
        schedule.po_line_key,
        schedule.schedule_number,
        schedule.requested_date,
        schedule.original_promised_date,
        schedule.current_promised_date,
        abs(schedule.base_qty) as ordered_base_qty,
        coalesce(sum(abs(schedule.base_qty)) over (
            partition by schedule.po_line_key
            order by schedule.requested_date, schedule.schedule_number, schedule.po_schedule_key
            rows between unbounded preceding and 1 preceding
        ), 0) as earlier_qty,
        row_number() over (
            partition by schedule.po_line_key
            order by schedule.requested_date desc, schedule.schedule_number desc, schedule.po_schedule_key desc
        ) = 1 as is_last
    from {{ ref('fct_po_schedule') }} as schedule
),

-- The last delivery of a line takes what goes beyond the order.
filled as (
    select
        schedules.*,
        {%- for name in quantities %}
        cast(sign(totals.{{ name }}_qty) * case
            when schedules.is_last then greatest(abs(totals.{{ name }}_qty) - schedules.earlier_qty, 0)
            else least(greatest(abs(totals.{{ name }}_qty) - schedules.earlier_qty, 0), schedules.ordered_base_qty)
        end as decimal(18, 6)) as {{ name }}_base_qty,
        {%- endfor %}
        {%- for name in milestones %}
        totals.first_{{ name }}_at,
        totals.last_{{ name }}_at,
        {%- endfor %}
        totals.is_delivery_complete,
        totals.is_held,
        totals.is_paid_on,
        coalesce(match_ways.match_way, 3) = 2 as is_two_way
    from schedules
    inner join line_totals as totals on schedules.po_line_key = totals.po_line_key
    left join match_ways on schedules.po_line_key = match_ways.po_line_key
),

measured as (
    select
        filled.*,
        ordered_base_qty - cancelled_base_qty as open_ordered_qty,
        received_base_qty + returned_base_qty as net_received_qty,
        invoiced_base_qty + credited_base_qty as net_invoiced_qty,
        case when is_two_way then invoiced_base_qty else received_base_qty end as fulfilled_qty
    from filled
),

stated as (
    select
        measured.*,
        case
            when first_ordered_at is null and first_approved_at is null then 'REQUESTED'
            when first_ordered_at is null then 'APPROVED'
            when cancelled_base_qty >= ordered_base_qty and received_base_qty = 0 then 'CANCELLED'
            when is_delivery_complete and open_ordered_qty > received_base_qty and not is_two_way then 'CLOSED_SHORT'
            when
                is_paid_on and paid_base_qty >= least(net_received_qty, open_ordered_qty)
                and fulfilled_qty >= open_ordered_qty
                then 'PAID'
            when is_paid_on then 'PAID_PARTIAL'
            when is_held then 'INVOICED_EXCEPTION'
            when invoiced_base_qty > 0 and matched_base_qty >= net_invoiced_qty then 'MATCHED'
            when invoiced_base_qty > 0 then 'INVOICED'
            when received_base_qty > 0 and received_base_qty >= open_ordered_qty then 'RECEIVED'
            when received_base_qty > 0 then 'RECEIVED_PARTIAL'
            when first_acknowledged_at is not null then 'ACKNOWLEDGED'
            else 'ORDERED'
        end as workflow_state
    from measured
),

ordered as (
    select
        stated.po_schedule_key as lifecycle_key,
        stated.po_schedule_key,
        stated.po_line_key,
        line.requisition_line_key,
        line.po_number,
        line.line_number,
        stated.schedule_number,
        line.po_type,
        line.company_key,
        line.facility_key,
        line.supplier_key,
        line.item_key,
        line.item_class,
        stated.requested_date,
        stated.original_promised_date,
        stated.current_promised_date,
        stated.workflow_state,
        case
            when stated.received_base_qty = 0 then 'NONE'
            when stated.received_base_qty >= stated.open_ordered_qty then 'WHOLE'
            else 'PARTIAL'
        end as fulfilment_state,
        case
            when stated.is_held then 'EXCEPTION'
            when stated.invoiced_base_qty = 0 then 'NONE'
            when stated.matched_base_qty >= stated.net_invoiced_qty then 'MATCHED'
            else 'PENDING'
        end as invoice_state,
        case
            when not stated.is_paid_on then 'NONE'
            when stated.paid_base_qty >= stated.net_invoiced_qty then 'WHOLE'
            else 'PARTIAL'
        end as payment_state,
        stated.first_invoiced_at is not null
        and not stated.is_two_way
        and (stated.first_received_at is null or stated.first_invoiced_at < stated.first_received_at) as is_out_of_sequence,
        stated.ordered_base_qty,
        stated.cancelled_base_qty,
        stated.received_base_qty,
        -stated.returned_base_qty as returned_base_qty,
        stated.invoiced_base_qty,
        -stated.credited_base_qty as credited_base_qty,
        stated.matched_base_qty,
        stated.paid_base_qty,
        {%- for name in milestones %}
        stated.first_{{ name }}_at,
        stated.last_{{ name }}_at,
        {%- endfor %}
        line.source_instance
    from stated
    inner join {{ ref('fct_po_line') }} as line on stated.po_line_key = line.po_line_key
),

-- What was asked for and not ordered yet.
unordered as (
    select
        requisition.requisition_line_key as lifecycle_key,
        {{ unknown_key() }} as po_schedule_key,
        {{ unknown_key() }} as po_line_key,
        requisition.requisition_line_key,
        {{ no_text() }} as po_number,
        requisition.line_number,
        cast(null as integer) as schedule_number,
        {{ no_text() }} as po_type,
        {{ unknown_key() }} as company_key,
        requisition.facility_key,
        requisition.proposed_supplier_key as supplier_key,
        requisition.item_key,
        {{ unknown_key() }} as item_class,
        requisition.needed_date as requested_date,
        cast(null as date) as original_promised_date,
        cast(null as date) as current_promised_date,
        case
            when requisition.requisition_status in ('REJECTED', 'CANCELLED', 'WITHDRAWN') then 'CANCELLED'
            when {{ has_come('requisition.approved_at') }} then 'APPROVED'
            else 'REQUESTED'
        end as workflow_state,
        'NONE' as fulfilment_state,
        'NONE' as invoice_state,
        'NONE' as payment_state,
        false as is_out_of_sequence,
        cast(0 as decimal(18, 6)) as ordered_base_qty,
        cast(0 as decimal(18, 6)) as cancelled_base_qty,
        cast(0 as decimal(18, 6)) as received_base_qty,
        cast(0 as decimal(18, 6)) as returned_base_qty,
        cast(0 as decimal(18, 6)) as invoiced_base_qty,
        cast(0 as decimal(18, 6)) as credited_base_qty,
        cast(0 as decimal(18, 6)) as matched_base_qty,
        cast(0 as decimal(18, 6)) as paid_base_qty,
        {%- for name in milestones %}
        {{ {'requested': 'requisition.requested_at', 'approved': 'requisition.approved_at'}.get(
            name, 'cast(null as timestamp)'
        ) }} as first_{{ name }}_at,
        {{ {'requested': 'requisition.requested_at', 'approved': 'requisition.approved_at'}.get(
            name, 'cast(null as timestamp)'
        ) }} as last_{{ name }}_at,
        {%- endfor %}
        requisition.source_instance
    from {{ ref('fct_requisition_line') }} as requisition
    left join {{ ref('fct_po_line') }} as line on requisition.po_line_key = line.po_line_key
    where
        line.po_line_key is null
        and {{ has_come('requisition.requested_at') }}
),

every_row as (
    select * from ordered
    union all
    select * from unordered
)

select
    every_row.*,
    {%- for name, start, finish in legs %}
    {{ hours_between('every_row.' ~ start, 'every_row.' ~ finish) }} as {{ name }}_hours,
    {%- endfor %}
    coalesce(
        every_row.last_approved_at < every_row.first_requested_at or every_row.first_received_at < every_row.first_ordered_at,
        false
    ) as is_sequence_anomaly,
    coalesce(completeness.is_data_complete, false) as is_data_complete,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from every_row
left join {{ ref('int_source_completeness') }} as completeness on every_row.source_instance = completeness.source_instance
