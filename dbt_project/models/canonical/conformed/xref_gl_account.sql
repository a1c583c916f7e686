-- One row per account that a source instance posts to, and the natural account that it is. A mapped account is the same
-- account whichever system posts to it; what nobody has mapped stays the source's own.
with every_account as (
    {{ united('gl_account') }}
)

select
    account.source_system,
    account.source_instance,
    account.gl_account_source_key,
    case
        when mapping.gl_account_code is not null then {{ surrogate_key(["'account'", 'mapping.gl_account_code']) }}
        else {{ surrogate_key(['account.source_instance', 'account.gl_account_source_key']) }}
    end as gl_account_key,
    coalesce(mapping.gl_account_code, account.account_code) as account_code,
    coalesce(mapping.gl_account_name, account.account_name) as account_name,
    coalesce(mapping.account_type, account.account_type) as account_type,
    account.is_payables_control or coalesce(mapping.is_payables_control, false) as is_payables_control,
    account.is_heading,
    account.is_closed,
    {{ audit_columns('account') }}
from every_account as account
left join {{ ref('map_gl_account') }} as mapping
    on account.source_instance = mapping.source_instance and account.account_code = mapping.source_code
