{{ config(materialized='table') }}
-- One row per key figure, month and facility, and per month for all of them together (facility_key `ALL`): numerator and
-- denominator, their ratio, the target that held on the last day of the month, and how the two compare. Sums add up, ratios
-- never.
{#- What is counted: a sum of rows of `source` by facility and month, and of money by currency too. -#}
{%- set spend, bought = ref('mart_spend_cube'), ref('mart_contract_compliance') -%}
{%- set queue, stock = ref('mart_exception_queue'), ref('mart_inventory_position') -%}
{%- set lines, used = ref('mart_service_line_cost'), ref('mart_utilization') -%}
{%- set valued_stock = 'on_hand_base_qty is not null and currency_code is not null' -%}
{%- set figures = [
    {'code': 'SPEND_NET', 'source': spend, 'currency': 'functional_currency_code', 'numerator': 'sum(spend_net_amount)'},
    {
        'code': 'SUPPLY_EXPENSE', 'source': spend, 'currency': 'functional_currency_code',
        'numerator': 'sum(supply_expense_ahrmm_amount)'
    },
    {
        'code': 'SUPPLY_EXPENSE_SHARE', 'source': 'expenses', 'currency': 'functional_currency_code',
        'numerator': 'sum(supply_amount)', 'denominator': 'sum(functional_amount)'
    },
    {
        'code': 'CONTRACT_COMPLIANCE', 'source': bought, 'currency': 'currency_code', 'where': 'is_addressable',
        'numerator': 'sum(case when is_on_contract then line_amount else 0 end)', 'denominator': 'sum(line_amount)'
    },
    {
        'code': 'PRICE_ACCURACY', 'source': bought, 'where': 'is_on_contract',
        'numerator': "sum(case when compliance_class = 'ON_CONTRACT_AT_PRICE' then 1 else 0 end)", 'denominator': 'count(*)'
    },
    {'code': 'LEAKAGE', 'source': bought, 'currency': 'currency_code', 'numerator': 'sum(coalesce(leakage_amount, 0))'},
    {
        'code': 'INVOICE_EXCEPTION_RATE', 'source': 'judged_lines',
        'numerator': 'sum(is_first_pass_exception)', 'denominator': 'count(*)'
    },
    {
        'code': 'FIRST_PASS_PERFECT_INVOICES', 'source': 'judged_invoices',
        'numerator': 'sum(1 - is_first_pass_exception)', 'denominator': 'count(*)'
    },
    {
        'code': 'INVOICES_ON_ORDERS', 'source': 'judged_lines',
        'numerator': 'sum(case when po_line_key = ' ~ unknown_key() ~ ' then 0 else 1 end)', 'denominator': 'count(*)'
    },
    {
        'code': 'MONEY_AT_RISK', 'source': queue, 'period': period_of('opened_date'), 'currency': 'currency_code',
        'where': 'is_open', 'numerator': 'sum(at_risk_amount)'
    },
    {
        'code': 'SUPPLIER_LEAD_TIME', 'source': ref('mart_po_lifecycle'), 'period': period_of('first_received_at'),
        'where': 'order_to_receipt_hours is not null',
        'numerator': 'sum(' ~ div_exact('order_to_receipt_hours', '24', 4) ~ ')', 'denominator': 'count(*)'
    },
    {
        'code': 'UNBILLED_RECEIPTS', 'source': ref('mart_gr_ir'), 'currency': 'currency_code',
        'numerator': 'sum(proposed_accrual_amount)'
    },
    {
        'code': 'DAYS_ON_HAND', 'source': stock, 'currency': 'currency_code', 'where': valued_stock,
        'numerator': 'sum(owned_amount * window_days_90)', 'denominator': 'sum(demand_amount_90)'
    },
    {
        'code': 'INVENTORY_TURNS', 'source': stock, 'currency': 'currency_code', 'where': valued_stock,
        'numerator': '365 * sum(demand_amount_90)', 'denominator': 'sum(held_amount_days_90)'
    },
    {
        'code': 'STOCK_AVAILABILITY', 'source': stock, 'where': 'demand_base_qty_90 > 0 or par_base_qty > 0',
        'numerator': 'sum(case when is_stocked_out then 0 else 1 end)', 'denominator': 'count(*)'
    },
    {
        'code': 'EXPIRED_STOCK', 'source': stock, 'currency': 'currency_code',
        'where': 'expired_amount_90 is not null and currency_code is not null', 'numerator': 'sum(expired_amount_90)'
    },
    {
        'code': 'OBSOLETE_STOCK', 'source': stock, 'currency': 'currency_code',
        'where': 'obsolete_amount is not null and currency_code is not null', 'numerator': 'sum(obsolete_amount)'
    },
    {
        'code': 'LABOR_EXPENSE_SHARE', 'source': 'expenses', 'currency': 'functional_currency_code',
        'numerator': 'sum(labor_amount)', 'denominator': 'sum(functional_amount)'
    },
    {
        'code': 'UNASSIGNED_COST_SHARE', 'source': lines, 'currency': 'currency_code',
        'numerator': "sum(case when service_line_key = 'UNASSIGNED' then cost_total_amount else 0 end)",
        'denominator': 'sum(cost_total_amount)'
    },
    {
        'code': 'LEDGER_TIE_OUT', 'source': 'tie_out', 'currency': 'currency_code', 'numerator': 'abs(sum(difference_amount))'
    },
    {
        'code': 'CONTRIBUTION_MARGIN', 'source': lines, 'currency': 'currency_code',
        'numerator': 'sum(contribution_margin_amount)', 'denominator': 'sum(net_revenue_amount)'
    },
    {
        'code': 'NET_MARGIN', 'source': lines, 'currency': 'currency_code',
        'numerator': 'sum(net_margin_amount)', 'denominator': 'sum(net_revenue_amount)'
    },
    {
        'code': 'SUPPLY_EXPENSE_PER_DISCHARGE', 'source': 'adjusted_discharges', 'currency': 'currency_code',
        'numerator': 'sum(supply_amount)', 'denominator': 'sum(discharge_qty)'
    }
] %}
{%- for measure in [
    'LENGTH_OF_STAY', 'CASE_MIX_INDEX', 'FIRST_CASE_ON_TIME', 'PRIME_TIME_USE', 'ROOM_TURNOVER', 'CASE_CANCELLATION'
] %}
{%- do figures.append({
    'code': measure, 'source': used, 'where': "not is_small_cell and measure_code = '" ~ measure ~ "'",
    'numerator': 'sum(numerator)', 'denominator': 'sum(denominator)'
}) %}
{%- endfor %}
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

-- The ledger names a facility by the cost center of the line.
expenses as (
    select
        line.facility_key,
        {{ period_of('line.effective_date') }} as period,
        line.functional_currency_code,
        line.functional_amount,
        case
            when account.expense_class like 'SUPPLY%' or account.expense_class = 'DRUG' then line.functional_amount else 0
        end as supply_amount,
        case
            when account.expense_class in ('SALARY', 'BENEFIT', 'CONTRACT_LABOR') then line.functional_amount else 0
        end as labor_amount
    from {{ ref('fct_gl_line') }} as line
    inner join {{ ref('dim_gl_account') }} as account on line.gl_account_key = account.gl_account_key
    where account.account_type = 'EXPENSE'
),

-- What service lines cost less what the ledger has.
tie_out as (
    select
        facility_key,
        period,
        currency_code,
        cost_total_amount as difference_amount
    from {{ lines }}
    union all
    select
        facility_key,
        period,
        currency_code,
        -ledger_amount as difference_amount
    from {{ ref('int_cost__ledger') }}
),

-- Facilities and months with enough inpatients to show.
adjusted_discharges as (
    select
        line.facility_key,
        line.period,
        line.currency_code,
        sum(line.supply_direct_amount + line.implant_amount) as supply_amount,
        min(discharge.measure_value) as discharge_qty
    from {{ lines }} as line
    inner join {{ used }} as discharge
        on
            line.facility_key = discharge.facility_key
            and line.period = discharge.period
            and discharge.measure_code = 'CMI_ADJUSTED_DISCHARGES'
    where discharge.measure_value is not null
    group by line.facility_key, line.period, line.currency_code
),

figures as (
    {%- for figure in figures %}
    select
        '{{ figure.code }}' as kpi_code,
        facility_key,
        {{ figure.get('period', 'period') }} as period,
        {{ figure.get('currency', no_text()) }} as currency_code,
        {{ figure.numerator }} as numerator,
        {{ figure.get('denominator', 'cast(null as decimal(38, 6))') }} as denominator
    from {{ figure.source }}
    {%- if 'where' in figure %}
    where {{ figure.where }}
    {%- endif %}
    group by
        facility_key,
        {{ figure.get('period', 'period') }}{{ ', ' ~ figure.currency if 'currency' in figure }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
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
        kpi.definition as kpi_definition,
        figure.facility_key,
        figure.period,
        figure.currency_code,
        cast(figure.numerator as decimal(38, 6)) as numerator,
        cast(figure.denominator as decimal(38, 6)) as denominator,
        case
            when kpi.kpi_unit = 'MONEY' then cast(figure.numerator as decimal(38, 6))
            -- More credited than bought: a share of it means nothing.
            when figure.denominator < 0 then null
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
    kpi_definition,
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
