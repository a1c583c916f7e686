-- One row per supplier of Oracle, with the address that was first given.
with addresses as (
    select
        address.*,
        row_number() over (
            partition by source_instance, supplier_id order by line_no
        ) as address_rank
    from {{ ref('stg_oracle_fusion__supplier_address') }} as address
),

terms as (
    select
        source_instance,
        supplier_id,
        min(payment_terms) as payment_terms_code
    from {{ ref('stg_oracle_fusion__supplier_site') }}
    where inactive_date is null
    group by source_instance, supplier_id
)

select
    {{ feed_origin('oracle_fusion', 'supplier.source_instance') }},
    supplier.supplier_id as source_supplier_key,
    supplier.supplier_number as supplier_code,
    supplier.supplier_name,
    supplier.tax_id_token,
    supplier.duns_number,
    {{ no_text() }} as gln,
    addresses.street,
    addresses.city,
    addresses.state as region_code,
    addresses.postal_code,
    addresses.country_code,
    {{ no_text() }} as remit_to_source_key,
    {{ no_text() }} as parent_source_key,
    supplier.parent_supplier as parent_name,
    terms.payment_terms_code,
    true as is_supplier,
    supplier.inactive_date is null as is_active,
    supplier.created_at,
    {{ audit_columns('supplier') }}
from {{ ref('stg_oracle_fusion__supplier') }} as supplier
left join addresses
    on
        supplier.source_instance = addresses.source_instance
        and supplier.supplier_id = addresses.supplier_id
        and addresses.address_rank = 1
left join terms on supplier.source_instance = terms.source_instance and supplier.supplier_id = terms.supplier_id
