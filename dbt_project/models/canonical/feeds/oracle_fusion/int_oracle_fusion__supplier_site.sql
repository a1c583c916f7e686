-- One row per site of a supplier of Oracle: a business unit of the network orders from it, or pays it. Which of the supplier's
-- addresses is the site's, Oracle's list of sites does not say.
select
    {{ feed_origin('oracle_fusion') }},
    {{ source_key(['supplier_id', 'supplier_site_id']) }} as source_pk,
    supplier_id as supplier_source_key,
    supplier_site as site_code,
    coalesce(is_purchasing_site, false) as is_purchasing_site,
    coalesce(is_pay_site, false) as is_pay_site,
    {{ no_text() }} as street,
    {{ no_text() }} as city,
    {{ no_text() }} as region_code,
    {{ no_text() }} as postal_code,
    {{ no_text() }} as country_code,
    {{ no_text() }} as currency_code,
    payment_terms as payment_terms_code,
    cast(null as integer) as planned_delivery_days,
    cast(null as boolean) as is_acknowledgement_required,
    inactive_date is null as is_active,
    {{ audit_columns('site') }}
from {{ ref('stg_oracle_fusion__supplier_site') }} as site
