{{ config(unit=['source_pk']) }}
-- One row per line of a posted ledger entry: debit positive, credit negative, in the company's currency. A company's books
-- are read once: in its ERP's own journal where that is read, in the ledger files otherwise.
with ledger_lines as (
    {{ united('gl_line', by_company=true) }}
)

select
    {{ surrogate_key(['line.source_instance', 'line.source_pk']) }} as gl_line_key,
    {{ surrogate_key(['line.source_instance', 'line.journal_source_key']) }} as journal_entry_key,
    line.journal_entry_number,
    line.line_number,
    line.ledger_code,
    coalesce(company.company_key, {{ unknown_key() }}) as company_key,
    coalesce(served_period.fiscal_period_key, month.fiscal_period_key, {{ unknown_key() }}) as fiscal_period_key,
    coalesce(account.gl_account_key, {{ unknown_key() }}) as gl_account_key,
    coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    coalesce(facility.facility_code, department.facility_code, {{ unknown_key() }}) as facility_key,
    coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
    coalesce(item.item_key, {{ unknown_key() }}) as item_key,
    coalesce(po_line.po_line_key, {{ unknown_key() }}) as po_line_key,
    line.effective_date,
    line.posted_date,
    line.functional_amount,
    company.functional_currency_code,
    line.source_module,
    line.source_document,
    {{ reference_key('line.source_instance', 'line.invoice_source_key') }} as invoice_key,
    line.is_settled,
    line.is_adjustment,
    line.source_system,
    line.source_instance,
    line.source_pk,
    {{ audit_columns('line') }}
from ledger_lines as line
left join {{ ref('xref_company') }} as company
    on line.source_instance = company.source_instance and line.company_source_key = company.company_source_key
left join {{ ref('dim_fiscal_period') }} as served_period
    on {{ reference_key('line.source_instance', 'line.period_source_key') }} = served_period.fiscal_period_key
-- A system that serves no periods posts to the month of its company's calendar.
left join {{ ref('dim_fiscal_period') }} as month
    on
        case when line.period_source_key is null then company.company_key end = month.company_key
        and line.posted_date between month.start_date and month.end_date
        and not month.is_adjustment
{{ ledger_joins('line', 'account', 'cost_center') }}
left join {{ ref('dim_cost_center') }} as department on cost_center.cost_center_key = department.cost_center_key
left join {{ ref('map_facility') }} as facility
    on line.source_system = facility.source_system and line.facility_source_code = facility.source_code
{{ supplier_join('line', 'supplier') }}
{{ item_join('line', 'item') }}
left join {{ ref('fct_po_line') }} as po_line
    on {{ reference_key('line.source_instance', 'line.po_line_source_pk') }} = po_line.po_line_key
