-- One row per invoice line and receipt line that the source itself links: the explicit reference of the match.
select
    {{ surrogate_key(['link.source_instance', 'link.invoice_line_id', 'link.stock_move_id']) }} as invoice_receipt_key,
    invoice_line.invoice_line_key,
    receipt_line.receipt_line_key,
    cast('tryton' as {{ dbt.type_string() }}) as source_system,
    link.source_instance,
    min(link.invoice_line_id) as source_pk,
    max(link.source_version_at) as source_version_at,
    min(link.first_loaded_at) as first_loaded_at,
    max(link.last_loaded_at) as last_loaded_at,
    max(link.load_id) as load_id
from {{ ref('stg_tryton__invoice_line_stock_move') }} as link
inner join {{ ref('fct_invoice_line') }} as invoice_line
    on {{ surrogate_key(['link.source_instance', "'line'", 'link.invoice_line_id']) }} = invoice_line.invoice_line_key
inner join {{ ref('fct_receipt_line') }} as receipt_line
    on {{ surrogate_key(['link.source_instance', 'link.stock_move_id']) }} = receipt_line.receipt_line_key
group by
    link.source_instance, link.invoice_line_id, link.stock_move_id,
    invoice_line.invoice_line_key, receipt_line.receipt_line_key
