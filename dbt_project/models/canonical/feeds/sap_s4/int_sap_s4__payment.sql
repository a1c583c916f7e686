-- One row per outgoing payment of SAP: the accounting document of a payment (types ZP and KZ), which debits the payable.
select
    {{ feed_origin('sap_s4', 'item.source_instance') }},
    {{ source_key(['item.company_code', 'item.accounting_document_number', 'item.fiscal_year']) }} as source_pk,
    item.accounting_document_number as payment_number,
    cast('SUCCEEDED' as {{ dbt.type_string() }}) as payment_status,
    {{ no_text() }} as payment_method,
    min(item.posting_date) as payment_date,
    min(item.supplier_id) as supplier_source_key,
    cast(sum(item.amount) as decimal(18, 2)) as payment_amount,
    min(item.currency_code) as currency_code,
    max(item.source_version_at) as source_version_at,
    min(item.first_loaded_at) as first_loaded_at,
    max(item.last_loaded_at) as last_loaded_at,
    max(item.load_id) as load_id
from {{ ref('stg_sap_s4__payable_item') }} as item
where item.accounting_document_type in ('ZP', 'KZ')
group by item.source_instance, item.company_code, item.accounting_document_number, item.fiscal_year
