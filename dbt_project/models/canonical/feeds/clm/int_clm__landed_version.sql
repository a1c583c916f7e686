-- One row per landed version of a contract: its place among those landed, and until when it was the last that was known.
select
    source_instance,
    contract_number,
    row_key as contract_row_key,
    version_no,
    row_number() over contract_versions as landed_no,
    known_at,
    coalesce(lead(known_at) over contract_versions, {{ no_end_at() }}) as known_to_at
from {{ ref('stg_clm__contract_landed') }}
window contract_versions as (partition by source_instance, contract_number order by version_no)
