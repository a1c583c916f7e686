-- One row per account assignment of an invoice item of SAP, signed as its document.
select
    {{ feed_origin('sap_s4', 'assignment.source_instance') }},
    {{ source_key([
        'assignment.invoice_number', 'assignment.fiscal_year', "'ITEM'", 'assignment.invoice_line_number',
        'assignment.account_assignment_position'
    ]) }} as source_pk,
    {{ source_key([
        'assignment.invoice_number', 'assignment.fiscal_year', "'ITEM'", 'assignment.invoice_line_number'
    ]) }} as line_reference,
    cast(assignment.account_assignment_position as integer) as distribution_number,
    assignment.gl_account_number as gl_account_source_key,
    assignment.cost_center_code as cost_center_source_code,
    cast(assignment.assigned_amount * case when invoice.is_credit_memo then -1 else 1 end as decimal(18, 2))
        as distribution_amount,
    {{ audit_columns('assignment') }}
from {{ ref('stg_sap_s4__supplier_invoice_item_account_assignment') }} as assignment
inner join {{ ref('stg_sap_s4__supplier_invoice') }} as invoice
    on
        assignment.source_instance = invoice.source_instance
        and assignment.invoice_number = invoice.invoice_number
        and assignment.fiscal_year = invoice.fiscal_year
