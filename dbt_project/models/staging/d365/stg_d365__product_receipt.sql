-- One row per receipt of an order; a return is a receipt of less than nothing; current versions only.
with current_records as (
    {{ current_version(source('raw_d365', 'product_receipt')) }}
)

select
    company_code,
    receipt_number,
    po_number,
    {{ text_value('supplier_number') }} as supplier_id,
    receipt_date,
    delivery_date,
    {{ record_columns() }}
from current_records
