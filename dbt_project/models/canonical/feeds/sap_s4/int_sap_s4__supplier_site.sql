-- One row per supplier of SAP and purchasing organization that orders from it, and per company that pays it. The address is the
-- supplier's own.
with purchasing as (
    select
        organization.source_instance,
        organization.supplier_id,
        {{ source_key(['organization.supplier_id', "'PURCHASING'", 'organization.purchasing_organization']) }} as source_pk,
        organization.purchasing_organization as site_code,
        true as is_purchasing_site,
        false as is_pay_site,
        organization.currency_code,
        organization.payment_terms_code,
        organization.planned_delivery_days,
        organization.is_acknowledgement_required,
        not coalesce(organization.is_deleted, false) and not coalesce(organization.is_purchasing_blocked, false) as is_active,
        {{ audit_columns('organization') }}
    from {{ ref('stg_sap_s4__supplier_purchasing_organization') }} as organization
),

paying as (
    select
        company.source_instance,
        company.supplier_id,
        {{ source_key(['company.supplier_id', "'PAY'", 'company.company_code']) }} as source_pk,
        company.company_code as site_code,
        false as is_purchasing_site,
        true as is_pay_site,
        {{ no_text() }} as currency_code,
        company.payment_terms_code,
        cast(null as integer) as planned_delivery_days,
        cast(null as boolean) as is_acknowledgement_required,
        not coalesce(company.is_deleted, false) and not coalesce(company.is_posting_blocked, false) as is_active,
        {{ audit_columns('company') }}
    from {{ ref('stg_sap_s4__supplier_company') }} as company
),

sites as (
    select * from purchasing
    union all
    select * from paying
)

select
    {{ feed_origin('sap_s4', 'sites.source_instance') }},
    sites.source_pk,
    sites.supplier_id as supplier_source_key,
    sites.site_code,
    sites.is_purchasing_site,
    sites.is_pay_site,
    record.street,
    record.city,
    record.region_code,
    record.postal_code,
    record.country_code,
    sites.currency_code,
    sites.payment_terms_code,
    sites.planned_delivery_days,
    sites.is_acknowledgement_required,
    sites.is_active,
    {{ audit_columns('sites') }}
from sites
left join {{ ref('int_sap_s4__supplier_record') }} as record
    on sites.source_instance = record.source_instance and sites.supplier_id = record.source_supplier_key
