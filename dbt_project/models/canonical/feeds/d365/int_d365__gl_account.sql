-- One row per account that the ledger of Dynamics posts to.
select
    {{ feed_origin('d365') }},
    account_code as gl_account_source_key,
    account_code,
    {{ no_text() }} as account_name,
    {{ unknown_key() }} as account_type,
    false as is_payables_control,
    false as is_heading,
    false as is_closed,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from {{ ref('stg_d365__ledger_entry') }}
where account_code is not null
group by source_instance, account_code
