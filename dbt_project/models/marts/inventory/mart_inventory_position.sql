{{ config(materialized='table', unit=['location_key', 'period']) }}
-- One row per stock location, item, ownership and position date (every month end, and the day as of which it is told): what is on
-- hand, on the way and wanted there, how long it lasts and what it is worth. Quantities are in base units. `on_hand_` is what the
-- recorded movements add up to, `reported_` what the system says it holds when it was read last: they are compared, never mixed.
{%- set windows = [28, 90] %}
with month_ends as (
    select
        period,
        period_end_date as position_date,
        is_latest
    from {{ ref('int_month_end') }}
),

days as (
    select * from {{ ref('int_inventory__day') }}
),

at_date as (
    select
        month_ends.position_date,
        month_ends.is_latest,
        days.*,
        {{ dbt.datediff('days.first_movement_date', 'month_ends.position_date', 'day') }} + 1 as known_days
    from month_ends
    inner join days
        on
            days.movement_date <= month_ends.position_date
            and month_ends.position_date < days.next_movement_date
),

-- A window of so many days is what had happened until its end less what had happened until the day before its beginning.
{%- for window in windows %}

before_{{ window }} as (
    select
        at_date.stock_key,
        at_date.position_date,
        days.demand_qty_so_far,
        days.demand_amount_so_far,
        days.demand_square_so_far,
        days.expired_qty_so_far,
        days.expired_amount_so_far
    from at_date
    inner join days
        on
            at_date.stock_key = days.stock_key
            and days.movement_date <= {{ days_after('at_date.position_date', -window) }}
            and {{ days_after('at_date.position_date', -window) }} < days.next_movement_date
),
{%- endfor %}

-- A balance holds on every day until the next: on so many of the last 90.
holding as (
    select
        at_date.stock_key,
        at_date.position_date,
        days.on_hand_base_qty,
        days.on_hand_amount,
        {{ dbt.datediff(
            'greatest(days.movement_date, ' ~ days_after('at_date.position_date', -89) ~ ')',
            'least(days.next_movement_date, ' ~ days_after('at_date.position_date', 1) ~ ')', 'day'
        ) }} as held_days
    from at_date
    inner join days
        on
            at_date.stock_key = days.stock_key
            and days.movement_date <= at_date.position_date
            and {{ days_after('at_date.position_date', -89) }} < days.next_movement_date
),

held as (
    select
        stock_key,
        position_date,
        sum(on_hand_amount * held_days) as held_amount_days_90,
        sum(case when on_hand_base_qty <= 0 then held_days else 0 end) as empty_days_90
    from holding
    group by stock_key, position_date
),

measured as (
    select
        at_date.*,
        least(at_date.known_days, 28) as window_days_28,
        least(at_date.known_days, 90) as window_days_90,
        at_date.demand_qty_so_far - coalesce(before_28.demand_qty_so_far, 0) as demand_qty_28,
        at_date.demand_qty_so_far - coalesce(before_90.demand_qty_so_far, 0) as demand_qty_90,
        at_date.demand_amount_so_far - coalesce(before_90.demand_amount_so_far, 0) as demand_amount_90,
        at_date.demand_square_so_far - coalesce(before_90.demand_square_so_far, 0) as demand_square_90,
        at_date.expired_qty_so_far - coalesce(before_90.expired_qty_so_far, 0) as expired_qty_90,
        at_date.expired_amount_so_far - coalesce(before_90.expired_amount_so_far, 0) as expired_amount_90,
        held.held_amount_days_90,
        held.empty_days_90
    from at_date
    inner join held on at_date.stock_key = held.stock_key and at_date.position_date = held.position_date
    left join before_28
        on
            at_date.stock_key = before_28.stock_key
            and at_date.position_date = before_28.position_date
    left join before_90
        on
            at_date.stock_key = before_90.stock_key
            and at_date.position_date = before_90.position_date
),

-- Where only a balance is read and no movements (an ERP's own store rooms), the balance stands alone, for the last date.
reported as (
    select
        snapshot.location_key,
        snapshot.item_key,
        snapshot.ownership,
        min(snapshot.facility_key) as facility_key,
        min(snapshot.source_instance) as source_instance,
        min(coalesce(own_cost.currency_code, any_cost.currency_code)) as currency_code,
        latest.period_end_date as position_date,
        max(snapshot.snapshot_date) as reported_date,
        sum(snapshot.on_hand_base_qty) as reported_qty,
        sum({{ mul_money(
            'snapshot.on_hand_base_qty', 'coalesce(own_cost.base_unit_cost, any_cost.base_unit_cost)'
        ) }}) as reported_amount
    from {{ ref('fct_inventory_snapshot') }} as snapshot
    {{ unit_cost_joins('snapshot.source_instance', 'snapshot.source_item_key', 'snapshot.facility_key') }}
    inner join {{ ref('int_month_end') }} as latest on latest.is_latest
    group by snapshot.location_key, snapshot.item_key, snapshot.ownership, latest.period_end_date
),

positions as (
    select
        measured.location_key,
        measured.item_key,
        measured.ownership,
        measured.position_date,
        measured.is_latest,
        measured.facility_key,
        measured.currency_code,
        measured.source_instance,
        measured.movement_date as last_movement_date,
        measured.on_hand_base_qty,
        case when measured.is_costed then measured.on_hand_amount end as on_hand_amount,
        measured.window_days_28,
        measured.window_days_90,
        measured.demand_qty_28,
        measured.demand_qty_90,
        measured.demand_amount_90,
        measured.demand_square_90,
        measured.expired_qty_90,
        measured.expired_amount_90,
        measured.held_amount_days_90,
        measured.empty_days_90,
        reported.reported_date,
        reported.reported_qty,
        reported.reported_amount
    from measured
    left join reported
        on
            measured.location_key = reported.location_key
            and measured.item_key = reported.item_key
            and measured.ownership = reported.ownership
            and measured.position_date = reported.position_date
    union all
    select
        reported.location_key,
        reported.item_key,
        reported.ownership,
        reported.position_date,
        true as is_latest,
        reported.facility_key,
        reported.currency_code,
        reported.source_instance,
        cast(null as date) as last_movement_date,
        cast(null as decimal(18, 6)) as on_hand_base_qty,
        cast(null as decimal(18, 2)) as on_hand_amount,
        cast(null as integer) as window_days_28,
        cast(null as integer) as window_days_90,
        cast(null as decimal(18, 6)) as demand_qty_28,
        cast(null as decimal(18, 6)) as demand_qty_90,
        cast(null as decimal(18, 2)) as demand_amount_90,
        cast(null as decimal(38, 6)) as demand_square_90,
        cast(null as decimal(18, 6)) as expired_qty_90,
        cast(null as decimal(18, 2)) as expired_amount_90,
        cast(null as decimal(38, 2)) as held_amount_days_90,
        cast(null as integer) as empty_days_90,
        reported.reported_date,
        reported.reported_qty,
        reported.reported_amount
    from reported
    left join days
        on
            reported.location_key = days.location_key
            and reported.item_key = days.item_key
            and reported.ownership = days.ownership
    where days.location_key is null
),

owed as (
    select
        positions.location_key,
        positions.item_key,
        positions.ownership,
        positions.position_date,
        sum(on_order.on_order_base_qty) as on_order_qty
    from positions
    inner join {{ ref('int_inventory__on_order') }} as on_order
        on
            positions.location_key = on_order.location_key
            and positions.item_key = on_order.item_key
            and on_order.from_date <= positions.position_date
            and positions.position_date < on_order.to_date
    where positions.ownership = 'OWNED'
    group by positions.location_key, positions.item_key, positions.ownership, positions.position_date
),

pars as (
    select
        location_key,
        item_key,
        coalesce(cast(min(par_set_at) as date), cast('1900-01-01' as date)) as par_set_date,
        sum(par_base_qty) as par_qty,
        sum(reorder_point_base_qty) as reorder_point_qty
    from {{ ref('dim_par_level') }}
    group by location_key, item_key
),

supplied as (
    select
        positions.*,
        coalesce(owed.on_order_qty, 0) as on_order_qty,
        pars.par_qty,
        pars.reorder_point_qty,
        coalesce(positions.on_hand_base_qty, positions.reported_qty) as stock_qty,
        coalesce(positions.on_hand_amount, positions.reported_amount) as stock_amount,
        lead_time.line_count_so_far as lead_time_lines,
        lead_time.lead_days_so_far as lead_time_days,
        {{ mean_of('lead_time.lead_days_so_far', 'lead_time.line_count_so_far') }} as lead_mean,
        {{ mean_of('lead_time.lead_days_squared_so_far', 'lead_time.line_count_so_far') }} as lead_square_mean,
        {{ mean_of('positions.demand_qty_90', 'positions.window_days_90') }} as demand_mean,
        {{ mean_of('positions.demand_square_90', 'positions.window_days_90') }} as demand_square_mean
    from positions
    left join owed
        on
            positions.location_key = owed.location_key
            and positions.item_key = owed.item_key
            and positions.ownership = owed.ownership
            and positions.position_date = owed.position_date
    left join pars
        on
            positions.location_key = pars.location_key
            and positions.item_key = pars.item_key
            and pars.par_set_date <= positions.position_date
    left join {{ ref('int_inventory__lead_time') }} as lead_time
        on
            positions.location_key = lead_time.location_key
            and positions.item_key = lead_time.item_key
            and lead_time.received_date <= positions.position_date
            and positions.position_date < lead_time.next_received_date
),

-- Demand over a lead time: its mean, and its deviation from that of daily demand and of the lead time.
exposed as (
    select
        supplied.*,
        demand_mean * lead_mean as lead_demand,
        sqrt(greatest(
            lead_mean * (demand_square_mean - demand_mean * demand_mean)
            + demand_mean * demand_mean * (lead_square_mean - lead_mean * lead_mean), 0
        )) as lead_demand_deviation,
        stock_qty + on_order_qty as cover_qty
    from supplied
),

-- The chance of so few uses that the cover holds: what is used less than once a day comes by Poisson.
rare_demand as (
    select
        exposed.location_key,
        exposed.item_key,
        exposed.ownership,
        exposed.position_date,
        sum(exp(-exposed.lead_demand + uses.use_count * ln(exposed.lead_demand) - uses.ln_factorial)) as covered_share
    from exposed
    inner join {{ ref('int_inventory__use_count') }} as uses on uses.use_count <= exposed.cover_qty
    where exposed.is_latest and exposed.demand_mean < 1 and exposed.lead_demand > 0
    group by exposed.location_key, exposed.item_key, exposed.ownership, exposed.position_date
),

final as (
    select
        exposed.*,
        case
            when not exposed.is_latest or exposed.lead_demand is null then null
            when exposed.lead_demand = 0 then 0.0
            when exposed.demand_mean < 1 then least(greatest(1.0 - coalesce(rare_demand.covered_share, 0.0), 0.0), 1.0)
            when exposed.lead_demand_deviation = 0 then case when exposed.cover_qty < exposed.lead_demand then 1.0 else 0.0 end
            else {{ normal_upper_tail('((exposed.cover_qty - exposed.lead_demand) / exposed.lead_demand_deviation)') }}
        end as stockout_risk
    from exposed
    left join rare_demand
        on
            exposed.location_key = rare_demand.location_key
            and exposed.item_key = rare_demand.item_key
            and exposed.ownership = rare_demand.ownership
            and exposed.position_date = rare_demand.position_date
)

select
    {{ surrogate_key(['final.location_key', 'final.item_key', 'final.ownership', period_of('final.position_date')]) }}
        as inventory_position_key,
    final.position_date,
    {{ period_of('final.position_date') }} as period,
    final.is_latest,
    final.facility_key,
    final.location_key,
    location.location_code,
    location.location_type,
    final.item_key,
    item.item_name,
    item.item_class,
    item.base_uom_code,
    final.ownership,
    final.on_hand_base_qty,
    final.reported_date,
    cast(final.reported_qty as decimal(18, 6)) as reported_base_qty,
    cast(final.reported_qty - final.on_hand_base_qty as decimal(18, 6)) as drift_base_qty,
    cast(final.on_order_qty as decimal(18, 6)) as on_order_base_qty,
    cast(final.par_qty as decimal(18, 6)) as par_base_qty,
    cast(final.reorder_point_qty as decimal(18, 6)) as reorder_point_base_qty,
    cast(least(greatest(final.stock_qty, 0), final.par_qty) as decimal(18, 6)) as par_filled_base_qty,
    cast({{ div_exact('least(greatest(final.stock_qty, 0), final.par_qty)', 'final.par_qty', 4) }} as decimal(9, 4)) as par_fill,
    final.stock_qty < 0 as is_negative_stock,
    coalesce(final.stock_qty <= 0 and (final.demand_qty_90 > 0 or final.par_qty > 0), false) as is_stocked_out,
    cast(final.empty_days_90 as integer) as stocked_out_days_90,
    cast(final.stockout_risk as decimal(9, 4)) as stockout_risk,
    cast(final.lead_time_days as integer) as lead_time_days,
    cast(final.lead_time_lines as integer) as lead_time_lines,
    cast(final.window_days_28 as integer) as window_days_28,
    cast(final.window_days_90 as integer) as window_days_90,
    cast(final.demand_qty_28 as decimal(18, 6)) as demand_base_qty_28,
    cast(final.demand_qty_90 as decimal(18, 6)) as demand_base_qty_90,
    cast({{ div_exact('final.demand_qty_28', 'final.window_days_28', 6) }} as decimal(18, 6)) as average_daily_base_qty_28,
    cast({{ div_exact('final.demand_qty_90', 'final.window_days_90', 6) }} as decimal(18, 6)) as average_daily_base_qty_90,
    cast({{ div_exact('final.stock_qty * final.window_days_90', 'final.demand_qty_90', 1) }} as decimal(18, 1)) as days_on_hand,
    coalesce(final.demand_qty_90 = 0, false) as is_without_demand,
    case when final.ownership = 'OWNED' then final.currency_code end as currency_code,
    cast(case when final.ownership = 'OWNED' then final.stock_amount end as decimal(18, 2)) as owned_amount,
    cast(case when final.ownership = 'CONSIGNED' then final.stock_amount end as decimal(18, 2)) as consigned_amount,
    cast(final.demand_amount_90 as decimal(18, 2)) as demand_amount_90,
    cast(final.held_amount_days_90 as decimal(38, 2)) as held_amount_days_90,
    cast({{ div_exact('365 * final.demand_amount_90', 'final.held_amount_days_90', 4) }} as decimal(18, 4)) as annual_turns,
    cast(case when final.par_qty is not null then {{ mul_money(
        'greatest(final.stock_qty - final.par_qty, 0)', div_exact('final.stock_amount', 'final.stock_qty', 6)
    ) }} end as decimal(18, 2)) as above_par_amount,
    cast(final.expired_qty_90 as decimal(18, 6)) as expired_base_qty_90,
    cast(final.expired_amount_90 as decimal(18, 2)) as expired_amount_90,
    final.last_movement_date,
    cast(case
        when final.last_movement_date <= {{ days_after('final.position_date', -365) }} then final.stock_amount else 0
    end as decimal(18, 2)) as obsolete_amount,
    final.source_instance,
    coalesce(completeness.is_data_complete, false) as is_data_complete,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from final
inner join {{ ref('dim_location') }} as location on final.location_key = location.location_key
inner join {{ ref('dim_item') }} as item on final.item_key = item.item_key
left join {{ ref('int_source_completeness') }} as completeness on final.source_instance = completeness.source_instance
