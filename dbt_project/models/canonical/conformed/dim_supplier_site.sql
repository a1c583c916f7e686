-- One row per site of a supplier in a source system (where it is ordered from or paid), and the unknown member. Terms are of
-- the site and are not merged: two ERPs may have agreed other ones.
with sites as (
    {{ united('supplier_site') }}
)

select
    {{ surrogate_key(['site.source_instance', 'site.source_pk']) }} as supplier_site_key,
    coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
    site.supplier_source_key as source_supplier_key,
    site.site_code,
    site.is_purchasing_site,
    site.is_pay_site,
    site.street,
    site.city,
    site.region_code,
    site.postal_code,
    site.country_code,
    site.currency_code,
    site.payment_terms_code,
    site.planned_delivery_days,
    site.is_acknowledgement_required,
    site.is_active,
    site.source_system,
    site.source_instance,
    site.source_pk,
    {{ audit_columns('site') }}
from sites as site
{{ supplier_join('site', 'supplier') }}
union all
select
    {{ unknown_key() }} as supplier_site_key,
    {{ unknown_key() }} as supplier_key,
    {{ no_text() }} as source_supplier_key,
    {{ no_text() }} as site_code,
    false as is_purchasing_site,
    false as is_pay_site,
    {{ no_text() }} as street,
    {{ no_text() }} as city,
    {{ no_text() }} as region_code,
    {{ no_text() }} as postal_code,
    {{ no_text() }} as country_code,
    {{ no_text() }} as currency_code,
    {{ no_text() }} as payment_terms_code,
    cast(null as integer) as planned_delivery_days,
    cast(null as boolean) as is_acknowledgement_required,
    false as is_active,
    {{ unknown_key() }} as source_system,
    {{ unknown_key() }} as source_instance,
    {{ unknown_key() }} as source_pk,
    {{ no_audit_columns() }}
