-- One row per business partner of SAP that is a supplier.
with addresses as (
    select
        source_instance,
        business_partner_id,
        concat_ws(' ', house_number, street_name) as street,
        city_name,
        region_code,
        postal_code,
        country_code,
        row_number() over (
            partition by source_instance, business_partner_id order by valid_from_at desc, address_id asc
        ) as address_rank
    from {{ ref('stg_sap_s4__business_partner_address') }}
),

tax_numbers as (
    select
        source_instance,
        business_partner_id,
        min(tax_number_token) as tax_id_token
    from {{ ref('stg_sap_s4__business_partner_tax_number') }}
    group by source_instance, business_partner_id
),

duns_numbers as (
    select
        source_instance,
        business_partner_id,
        min(identification_number) as duns_number
    from {{ ref('stg_sap_s4__business_partner_identification') }}
    where identification_type in ('BUP001', 'DUNS')
    group by source_instance, business_partner_id
),

terms as (
    select
        source_instance,
        supplier_id,
        min(payment_terms_code) as payment_terms_code
    from {{ ref('stg_sap_s4__supplier_company') }}
    where not coalesce(is_deleted, false)
    group by source_instance, supplier_id
)

select
    {{ feed_origin('sap_s4', 'partner.source_instance') }},
    partner.supplier_id as source_supplier_key,
    partner.supplier_id as supplier_code,
    coalesce(partner.supplier_name, partner.partner_name) as supplier_name,
    tax_numbers.tax_id_token,
    duns_numbers.duns_number,
    partner.gln,
    addresses.street,
    addresses.city_name as city,
    addresses.region_code,
    addresses.postal_code,
    addresses.country_code,
    partner.alternative_payee_id as remit_to_source_key,
    {{ no_text() }} as parent_source_key,
    partner.supplier_corporate_group as parent_name,
    terms.payment_terms_code,
    true as is_supplier,
    not coalesce(partner.is_blocked, false)
    and not coalesce(partner.is_supplier_deleted, false)
    and not coalesce(partner.is_marked_for_archiving, false) as is_active,
    partner.created_at,
    {{ audit_columns('partner') }}
from {{ ref('stg_sap_s4__business_partner') }} as partner
left join addresses
    on
        partner.source_instance = addresses.source_instance
        and partner.business_partner_id = addresses.business_partner_id
        and addresses.address_rank = 1
left join tax_numbers
    on
        partner.source_instance = tax_numbers.source_instance
        and partner.business_partner_id = tax_numbers.business_partner_id
left join duns_numbers
    on
        partner.source_instance = duns_numbers.source_instance
        and partner.business_partner_id = duns_numbers.business_partner_id
left join terms on partner.source_instance = terms.source_instance and partner.supplier_id = terms.supplier_id
where partner.supplier_id is not null
