{{ config(schema='canonical', materialized='table', meta={'published': true}) }}
-- One row per supplier: the latest version of each party, unless it is gone.
with versions as (
    select
        *,
        row_number() over (
            partition by _source_instance, _business_key order by _changed_at desc nulls last, _payload_hash desc
        ) as version_rank
    from {{ source('raw_tryton', 'party') }}
)

select _business_key as supplier_key, name as supplier_name
from versions
where version_rank = 1 and _op = 'UPSERT'
