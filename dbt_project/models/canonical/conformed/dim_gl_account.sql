-- One row per natural account of a company's chart, and the unknown member.
with class_candidates as (
    select
        account.source_instance,
        account.account_id,
        mapping.expense_class,
        mapping.item_class,
        mapping.cost_behaviour,
        mapping.is_direct_default,
        row_number() over (
            partition by account.source_instance, account.account_id
            order by length(mapping.account_code_prefix) desc
        ) as candidate_rank
    from {{ ref('stg_tryton__account') }} as account
    inner join {{ ref('map_account_class') }} as mapping
        on mapping.source_system = 'tryton' and account.account_code like mapping.account_code_prefix || '%'
),

tryton_accounts as (
    select
        {{ surrogate_key(['account.source_instance', 'account.account_id']) }} as gl_account_key,
        account.account_code,
        account.account_name,
        case
            when account.is_payable or account.is_debt then 'LIABILITY'
            when account.is_receivable or account.is_stock then 'ASSET'
            when account.is_expense then 'EXPENSE'
            when account.is_revenue then 'REVENUE'
            when account.statement = 'balance' then 'BALANCE'
            when account.statement = 'income' then 'INCOME'
            else {{ unknown_key() }}
        end as account_type,
        coalesce(class_candidates.expense_class, {{ unknown_key() }}) as expense_class,
        coalesce(class_candidates.item_class, {{ unknown_key() }}) as item_class,
        coalesce(class_candidates.cost_behaviour, {{ unknown_key() }}) as cost_behaviour,
        coalesce(class_candidates.is_direct_default, false) as is_direct_default,
        coalesce(account.is_payable, false) as is_payables_control,
        account.type_id is null as is_heading,
        coalesce(account.is_closed, false) as is_closed,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        account.source_instance,
        account.account_id as source_pk,
        {{ audit_columns('account') }}
    from {{ ref('stg_tryton__account') }} as account
    left join class_candidates
        on
            account.source_instance = class_candidates.source_instance
            and account.account_id = class_candidates.account_id
            and class_candidates.candidate_rank = 1
),

final as (
    select * from tryton_accounts
    union all
    select
        {{ unknown_key() }} as gl_account_key,
        {{ no_text() }} as account_code,
        cast('Unknown' as {{ dbt.type_string() }}) as account_name,
        {{ unknown_key() }} as account_type,
        {{ unknown_key() }} as expense_class,
        {{ unknown_key() }} as item_class,
        {{ unknown_key() }} as cost_behaviour,
        false as is_direct_default,
        false as is_payables_control,
        false as is_heading,
        false as is_closed,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
