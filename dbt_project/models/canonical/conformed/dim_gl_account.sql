-- One row per natural account, and the unknown member. Its classes come from the longest prefix of its number that is
-- mapped: for the network's chart, or for its own system.
with class_candidates as (
    select
        account.source_instance,
        account.gl_account_source_key,
        mapping.expense_class,
        mapping.item_class,
        mapping.cost_behaviour,
        mapping.is_direct_default,
        row_number() over (
            partition by account.source_instance, account.gl_account_source_key
            order by length(mapping.account_code_prefix) desc
        ) as candidate_rank
    from {{ ref('xref_gl_account') }} as account
    inner join {{ ref('map_account_class') }} as mapping
        on
            case when account.is_in_chart then '*' else account.source_system end = mapping.source_system
            and account.account_code like mapping.account_code_prefix || '%'
),

classified as (
    select
        account.*,
        coalesce(class_candidates.expense_class, {{ unknown_key() }}) as expense_class,
        coalesce(class_candidates.item_class, {{ unknown_key() }}) as item_class,
        coalesce(class_candidates.cost_behaviour, {{ unknown_key() }}) as cost_behaviour,
        coalesce(class_candidates.is_direct_default, false) as is_direct_default,
        row_number() over (
            partition by account.gl_account_key order by account.source_instance, account.gl_account_source_key
        ) as account_rank
    from {{ ref('xref_gl_account') }} as account
    left join class_candidates
        on
            account.source_instance = class_candidates.source_instance
            and account.gl_account_source_key = class_candidates.gl_account_source_key
            and class_candidates.candidate_rank = 1
),

final as (
    select
        gl_account_key,
        account_code,
        account_name,
        account_type,
        expense_class,
        item_class,
        cost_behaviour,
        is_direct_default,
        is_payables_control,
        is_grir,
        is_heading,
        is_closed,
        source_system,
        source_instance,
        gl_account_source_key as source_pk,
        {{ audit_columns('classified') }}
    from classified
    where account_rank = 1
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
        false as is_grir,
        false as is_heading,
        false as is_closed,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
