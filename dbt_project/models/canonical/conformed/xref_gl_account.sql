-- One row per account that a source instance names, and the natural account that it is. An account whose number is one of
-- the network's chart (`map_gl_account` says how a system writes them) is the same whichever system posts to it; any other
-- stays the source's own.
with every_account as (
    {{ united('gl_account') }}
),

numbered as (
    select
        account.source_instance,
        account.gl_account_source_key,
        mapping.gl_account_code_prefix || substr(account.account_code, length(mapping.source_code_prefix) + 1)
            as gl_account_code,
        row_number() over (
            partition by account.source_instance, account.gl_account_source_key
            order by length(mapping.source_code_prefix) desc, case when mapping.source_instance = '*' then 1 else 0 end
        ) as mapping_rank
    from every_account as account
    inner join {{ ref('map_gl_account') }} as mapping
        on
            account.source_system = mapping.source_system
            and mapping.source_instance in ('*', account.source_instance)
            and account.account_code like mapping.source_code_prefix || '%'
)

select
    account.source_system,
    account.source_instance,
    account.gl_account_source_key,
    case
        when chart.gl_account_code is not null then {{ surrogate_key(["'account'", 'chart.gl_account_code']) }}
        else {{ surrogate_key(['account.source_instance', 'account.gl_account_source_key']) }}
    end as gl_account_key,
    coalesce(chart.gl_account_code, account.account_code) as account_code,
    coalesce(chart.gl_account_name, account.account_name) as account_name,
    coalesce(chart.account_type, account.account_type) as account_type,
    chart.gl_account_code is not null as is_in_chart,
    coalesce(chart.is_payables_control, account.is_payables_control) as is_payables_control,
    coalesce(chart.is_grir, false) as is_grir,
    account.is_heading,
    account.is_closed,
    {{ audit_columns('account') }}
from every_account as account
left join numbered
    on
        account.source_instance = numbered.source_instance
        and account.gl_account_source_key = numbered.gl_account_source_key
        and numbered.mapping_rank = 1
left join {{ ref('cfg_gl_account') }} as chart on numbered.gl_account_code = chart.gl_account_code
