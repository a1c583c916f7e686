-- One row per version of a party of Tryton.
select
    {{ feed_origin('tryton') }},
    party_id as source_supplier_key,
    party_name as supplier_name,
    coalesce(is_active, true) as is_active,
    valid_from_at,
    valid_to_at,
    {{ audit_columns('party') }}
from {{ ref('stg_tryton__party_landed') }} as party
