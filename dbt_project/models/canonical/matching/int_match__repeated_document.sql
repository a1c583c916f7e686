-- One row per live invoice that bills the same order lines once more, line by line in the same quantities and amounts, whatever
-- number and day it bears: a second delivery of the same, or a duplicate.
with documents as (
    select
        invoice_key,
        supplier_key,
        currency_code,
        min(posting_date) as posting_date,
        string_agg(
            po_line_key || ' ' || cast(match_qty as {{ dbt.type_string() }}) || ' '
            || cast(line_amount as {{ dbt.type_string() }}), ',' order by po_line_key, match_qty, line_amount
        ) as billed_lines
    from {{ ref('int_match__line_context') }}
    where is_live and doc_type = 'INVOICE' and has_po_line and match_qty > 0
    group by invoice_key, supplier_key, currency_code
),

numbered as (
    select
        invoice_key,
        row_number() over (
            partition by supplier_key, currency_code, billed_lines order by posting_date, invoice_key
        ) as time_billed
    from documents
)

select
    invoice_key,
    cast(time_billed as integer) as time_billed
from numbered
where time_billed > 1
