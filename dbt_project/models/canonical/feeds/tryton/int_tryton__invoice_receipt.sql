-- One row per invoice line and stock move that Tryton links.
select
    {{ feed_origin('tryton') }},
    'line|' || invoice_line_id as line_reference,
    stock_move_id as receipt_line_source_pk,
    min(invoice_line_id) as source_pk,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from {{ ref('stg_tryton__invoice_line_stock_move') }}
group by source_instance, invoice_line_id, stock_move_id
