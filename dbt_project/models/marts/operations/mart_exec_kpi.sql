-- One row per key figure, month and facility, and per month for all of them together (facility_key `ALL`): numerator and
-- denominator, their ratio, the target that held on the last day of the month, and how the two compare. Sums add up, ratios
-- never.
with judged_lines as (
    select
        match.invoice_line_key,
        match.invoice_key,
        match.facility_key,
        match.period,
        match.po_line_key,
        case when flawed.invoice_line_key is null then 0 else 1 end as is_first_pass_exception
    from {{ ref('mart_three_way_match') }} as match
    left join (
        select distinct invoice_line_key
        from {{ ref('mart_exception_queue') }}
        where is_first_pass
    ) as flawed on match.invoice_line_key = flawed.invoice_line_key
    where match.match_status not in ('VOID', 'NOT_APPLICABLE')
),

judged_invoices as (
    select
        invoice_key,
        facility_key,
        period,
        max(is_first_pass_exception) as is_first_pass_exception
    from judged_lines
    group by invoice_key, facility_key, period
),

figures as (
    select
        'SPEND_NET' as kpi_code,
        facility_key,
        period,
        functional_currency_code as currency_code,
        sum(spend_net_amount) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from {{ ref('mart_spend_cube') }}
    group by facility_key, period, functional_currency_code
    union all
    select
        'SUPPLY_EXPENSE' as kpi_code,
        facility_key,
        period,
        functional_currency_code as currency_code,
        sum(supply_expense_ahrmm_amount) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from {{ ref('mart_spend_cube') }}
    group by facility_key, period, functional_currency_code
    union all
    -- The ledger names a facility by the cost center of the line.
    select
        'SUPPLY_EXPENSE_SHARE' as kpi_code,
        line.facility_key,
        {{ period_of('line.effective_date') }} as period,
        line.functional_currency_code as currency_code,
        sum(case
            when account.expense_class like 'SUPPLY%' or account.expense_class = 'DRUG' then line.functional_amount else 0
        end) as numerator,
        sum(line.functional_amount) as denominator
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_gl_account') }} as account on line.gl_account_key = account.gl_account_key
    where account.account_type = 'EXPENSE'
    group by line.facility_key, {{ period_of('line.effective_date') }}, line.functional_currency_code
    union all
    select
        'CONTRACT_COMPLIANCE' as kpi_code,
        facility_key,
        period,
        currency_code,
        sum(case when is_on_contract then line_amount else 0 end) as numerator,
        sum(line_amount) as denominator
    from {{ ref('mart_contract_compliance') }}
    where is_addressable
    group by facility_key, period, currency_code
    union all
    select
        'PRICE_ACCURACY' as kpi_code,
        facility_key,
        period,
        {{ no_text() }} as currency_code,
        sum(case when compliance_class = 'ON_CONTRACT_AT_PRICE' then 1 else 0 end) as numerator,
        count(*) as denominator
    from {{ ref('mart_contract_compliance') }}
    where is_on_contract
    group by facility_key, period
    union all
    select
        'LEAKAGE' as kpi_code,
        facility_key,
        period,
        currency_code,
        sum(coalesce(leakage_amount, 0)) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from {{ ref('mart_contract_compliance') }}
    group by facility_key, period, currency_code
    union all
    select
        'INVOICE_EXCEPTION_RATE' as kpi_code,
        facility_key,
        period,
        {{ no_text() }} as currency_code,
        sum(is_first_pass_exception) as numerator,
        count(*) as denominator
    from judged_lines
    group by facility_key, period
    union all
    select
        'FIRST_PASS_PERFECT_INVOICES' as kpi_code,
        facility_key,
        period,
        {{ no_text() }} as currency_code,
        sum(1 - is_first_pass_exception) as numerator,
        count(*) as denominator
    from judged_invoices
    group by facility_key, period
    union all
    select
        'INVOICES_ON_ORDERS' as kpi_code,
        facility_key,
        period,
        {{ no_text() }} as currency_code,
        sum(case when po_line_key = {{ unknown_key() }} then 0 else 1 end) as numerator,
        count(*) as denominator
    from judged_lines
    group by facility_key, period
    union all
    select
        'MONEY_AT_RISK' as kpi_code,
        facility_key,
        {{ period_of('opened_date') }} as period,
        currency_code,
        sum(at_risk_amount) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from {{ ref('mart_exception_queue') }}
    where is_open
    group by facility_key, {{ period_of('opened_date') }}, currency_code
    union all
    select
        'SUPPLIER_LEAD_TIME' as kpi_code,
        facility_key,
        {{ period_of('first_received_at') }} as period,
        {{ no_text() }} as currency_code,
        sum({{ div_exact('order_to_receipt_hours', '24', 4) }}) as numerator,
        count(*) as denominator
    from {{ ref('mart_po_lifecycle') }}
    where order_to_receipt_hours is not null
    group by facility_key, {{ period_of('first_received_at') }}
    union all
    select
        'UNBILLED_RECEIPTS' as kpi_code,
        facility_key,
        period,
        currency_code,
        sum(proposed_accrual_amount) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from {{ ref('mart_gr_ir') }}
    group by facility_key, period, currency_code
    union all
    select
        'DAYS_ON_HAND' as kpi_code,
        facility_key,
        period,
        currency_code,
        sum(owned_amount * window_days_90) as numerator,
        sum(demand_amount_90) as denominator
    from {{ ref('mart_inventory_position') }}
    where on_hand_base_qty is not null and currency_code is not null
    group by facility_key, period, currency_code
    union all
    select
        'INVENTORY_TURNS' as kpi_code,
        facility_key,
        period,
        currency_code,
        365 * sum(demand_amount_90) as numerator,
        sum(held_amount_days_90) as denominator
    from {{ ref('mart_inventory_position') }}
    where on_hand_base_qty is not null and currency_code is not null
    group by facility_key, period, currency_code
    union all
    select
        'STOCK_AVAILABILITY' as kpi_code,
        facility_key,
        period,
        {{ no_text() }} as currency_code,
        sum(case when is_stocked_out then 0 else 1 end) as numerator,
        count(*) as denominator
    from {{ ref('mart_inventory_position') }}
    where demand_base_qty_90 > 0 or par_base_qty > 0
    group by facility_key, period
    union all
    select
        'EXPIRED_STOCK' as kpi_code,
        facility_key,
        period,
        currency_code,
        sum(expired_amount_90) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from {{ ref('mart_inventory_position') }}
    where expired_amount_90 is not null and currency_code is not null
    group by facility_key, period, currency_code
    union all
    select
        'OBSOLETE_STOCK' as kpi_code,
        facility_key,
        period,
        currency_code,
        sum(obsolete_amount) as numerator,
        cast(null as decimal(38, 6)) as denominator
    from {{ ref('mart_inventory_position') }}
    where obsolete_amount is not null and currency_code is not null
    group by facility_key, period, currency_code
),

with_network as (
    select
        kpi_code,
        facility_key,
        period,
        currency_code,
        numerator,
        denominator
    from figures
    where period is not null
    union all
    select
        kpi_code,
        'ALL' as facility_key,
        period,
        currency_code,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from figures
    where period is not null
    group by kpi_code, period, currency_code
),

months as (
    select
        period,
        max(calendar_date) as last_date
    from {{ ref('dim_date') }}
    group by period
),

valued as (
    select
        figure.kpi_code,
        kpi.kpi_name,
        kpi.kpi_domain,
        kpi.kpi_unit,
        kpi.better_when,
        kpi.owner_role,
        figure.facility_key,
        figure.period,
        figure.currency_code,
        cast(figure.numerator as decimal(38, 6)) as numerator,
        cast(figure.denominator as decimal(38, 6)) as denominator,
        case
            when kpi.kpi_unit = 'MONEY' then cast(figure.numerator as decimal(38, 6))
            else {{ div_exact('figure.numerator', 'figure.denominator', 6) }}
        end as kpi_value,
        months.last_date
    from with_network as figure
    inner join {{ ref('cfg_kpi') }} as kpi on figure.kpi_code = kpi.kpi_code
    inner join months on figure.period = months.period
),

targeted as (
    select
        valued.*,
        coalesce(own_target.target_value, general_target.target_value) as target_value,
        coalesce(own_target.tolerated_value, general_target.tolerated_value) as tolerated_value,
        coalesce(own_target.target_source, general_target.target_source) as target_source
    from valued
    left join {{ ref('cfg_kpi_target') }} as own_target
        on
            valued.kpi_code = own_target.kpi_code
            and valued.facility_key = own_target.facility_code
            and valued.last_date >= own_target.valid_from
            and valued.last_date < own_target.valid_to
    left join {{ ref('cfg_kpi_target') }} as general_target
        on
            valued.kpi_code = general_target.kpi_code
            and general_target.facility_code = '*'
            and valued.last_date >= general_target.valid_from
            and valued.last_date < general_target.valid_to
)

select
    {{ surrogate_key(['kpi_code', 'facility_key', 'period', 'currency_code']) }} as exec_kpi_key,
    kpi_code,
    kpi_name,
    kpi_domain,
    kpi_unit,
    better_when,
    owner_role,
    facility_key,
    facility_key = 'ALL' as is_whole_network,
    period,
    currency_code,
    numerator,
    denominator,
    cast(kpi_value as decimal(38, 6)) as kpi_value,
    target_value,
    tolerated_value,
    target_source,
    case
        when kpi_value is null or target_value is null then 'NO_TARGET'
        when better_when = 'HIGHER' and kpi_value >= target_value then 'GREEN'
        when better_when = 'LOWER' and kpi_value <= target_value then 'GREEN'
        when better_when = 'HIGHER' and kpi_value >= tolerated_value then 'AMBER'
        when better_when = 'LOWER' and kpi_value <= tolerated_value then 'AMBER'
        else 'RED'
    end as kpi_status,
    {{ as_of_date() }} as as_of_date,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from targeted
