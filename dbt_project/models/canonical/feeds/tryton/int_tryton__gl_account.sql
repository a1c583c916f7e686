-- One row per account of a company's chart in Tryton.
select
    {{ feed_origin('tryton') }},
    account_id as gl_account_source_key,
    account_code,
    account_name,
    case
        when is_payable or is_debt then 'LIABILITY'
        when is_receivable or is_stock then 'ASSET'
        when is_expense then 'EXPENSE'
        when is_revenue then 'REVENUE'
        when statement = 'balance' then 'BALANCE'
        when statement = 'income' then 'INCOME'
        else {{ unknown_key() }}
    end as account_type,
    coalesce(is_payable, false) as is_payables_control,
    type_id is null as is_heading,
    coalesce(is_closed, false) as is_closed,
    {{ audit_columns('account') }}
from {{ ref('stg_tryton__account') }} as account
