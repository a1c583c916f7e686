-- One row per golden supplier and role in which documents and records show it: from whom is ordered, who bills, who makes,
-- who sells what others make, who has a contract, who is paid for others. Nobody declares a role: what is here has happened.
with makers as (
    select
        item_key,
        manufacturer_key
    from {{ ref('dim_item') }}
    where manufacturer_key <> {{ unknown_key() }}
),

shown as (
    select
        supplier_key,
        'SUPPLIER' as role_code,
        order_date as shown_date
    from {{ ref('fct_po_line') }}
    where not is_cancelled
    union all
    select
        supplier_key,
        'BILLER' as role_code,
        invoice_date as shown_date
    from {{ ref('fct_invoice_line') }}
    where not is_void
    union all
    select
        manufacturer_key as supplier_key,
        'MANUFACTURER' as role_code,
        cast(null as date) as shown_date
    from makers
    union all
    select
        line.supplier_key,
        'DISTRIBUTOR' as role_code,
        line.order_date as shown_date
    from {{ ref('fct_po_line') }} as line
    inner join makers on line.item_key = makers.item_key
    where not line.is_cancelled and line.supplier_key <> makers.manufacturer_key
    union all
    select
        supplier_key,
        'CONTRACTOR' as role_code,
        effective_date as shown_date
    from {{ ref('dim_contract') }}
    where is_current
    union all
    select
        payee.supplier_key,
        'REMIT_TO' as role_code,
        cast(null as date) as shown_date
    from {{ ref('int_supplier_record') }} as record
    inner join {{ ref('xref_supplier') }} as payee
        on record.source_instance = payee.source_instance and record.remit_to_source_key = payee.source_supplier_key
    inner join {{ ref('xref_supplier') }} as paid_for
        on
            record.source_instance = paid_for.source_instance
            and record.source_supplier_key = paid_for.source_supplier_key
    where payee.supplier_key <> paid_for.supplier_key
)

select
    {{ surrogate_key(['supplier_key', 'role_code']) }} as supplier_role_key,
    supplier_key,
    cast(role_code as {{ dbt.type_string() }}) as role_code,
    cast(count(*) as bigint) as evidence_count,
    min(shown_date) as first_shown_date,
    max(shown_date) as last_shown_date
from shown
where supplier_key <> {{ unknown_key() }}
group by supplier_key, role_code
