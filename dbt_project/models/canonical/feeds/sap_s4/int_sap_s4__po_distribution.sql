-- One row per account assignment of an order item of SAP.
select
    {{ feed_origin('sap_s4') }},
    {{ source_key(['po_number', 'po_line_number', 'account_assignment_number']) }} as source_pk,
    {{ source_key(['po_number', 'po_line_number']) }} as po_line_source_pk,
    cast(account_assignment_number as integer) as distribution_number,
    gl_account_number as gl_account_source_key,
    cost_center_code as cost_center_source_code,
    cast(split_percent as decimal(9, 4)) as distribution_pct,
    net_amount as distribution_amount,
    {{ audit_columns('assignment') }}
from {{ ref('stg_sap_s4__purchase_order_account_assignment') }} as assignment
where not coalesce(is_deleted, false)
