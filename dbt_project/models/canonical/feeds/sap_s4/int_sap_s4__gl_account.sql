-- One row per account that the journal of SAP posts to. The chart of accounts itself is not read: what an account means,
-- `map_gl_account` says.
select
    {{ feed_origin('sap_s4') }},
    gl_account_number as gl_account_source_key,
    gl_account_number as account_code,
    {{ no_text() }} as account_name,
    {{ unknown_key() }} as account_type,
    false as is_payables_control,
    false as is_heading,
    false as is_closed,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from {{ ref('stg_sap_s4__journal_item') }}
group by source_instance, gl_account_number
