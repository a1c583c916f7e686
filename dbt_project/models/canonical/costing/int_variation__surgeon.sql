-- One row per facility, procedure, severity and surgeon's label: what a case took of supplies, told robustly, beside the same of
-- the peers, who are all other cases of that procedure and severity. With fewer peers than cfg_variation_policy asks for,
-- nothing is compared.
with cells as (
    select
        facility_key,
        procedure_group,
        severity_code,
        surgeon_label,
        min(from_period) as from_period,
        max(to_period) as to_period,
        min(currency_code) as currency_code
    from {{ ref('int_variation__case') }}
    group by facility_key, procedure_group, severity_code, surgeon_label
),

populations as (
    select
        cells.facility_key,
        cells.procedure_group,
        cells.severity_code,
        cells.surgeon_label,
        case when operation.surgeon_label = cells.surgeon_label then 'OWN' else 'PEER' end as population,
        operation.case_key,
        operation.supply_amount,
        operation.length_of_stay_hours
    from cells
    inner join {{ ref('int_variation__case') }} as operation
        on
            cells.facility_key = operation.facility_key
            and cells.procedure_group = operation.procedure_group
            and cells.severity_code = operation.severity_code
),

ranked as (
    select
        populations.*,
        row_number() over (
            partition by facility_key, procedure_group, severity_code, surgeon_label, population
            order by supply_amount, case_key
        ) as cost_rank,
        count(*) over (
            partition by facility_key, procedure_group, severity_code, surgeon_label, population
        ) as population_count
    from populations
),

trimmed as (
    select
        ranked.*,
        {{ whole_quotient('ranked.population_count * policy.trimmed_percent', '100') }} as trimmed_count
    from ranked
    cross join {{ ref('cfg_variation_policy') }} as policy
),

-- A quartile is the smallest cost that a quarter of the cases do not exceed; of an even number, the median lies between two.
described as (
    select
        facility_key,
        procedure_group,
        severity_code,
        surgeon_label,
        population,
        count(*) as case_count,
        sum(supply_amount) as supply_amount,
        sum(supply_amount * supply_amount) as squared_amount,
        sum(length_of_stay_hours) as stay_hours,
        {{ div_exact(
            'sum(case when cost_rank = ' ~ whole_quotient('population_count + 1', '2')
            ~ ' then supply_amount else 0 end) + sum(case when cost_rank = ' ~ whole_quotient('population_count + 2', '2')
            ~ ' then supply_amount else 0 end)', '2', 2
        ) }} as median_amount,
        sum(case when cost_rank = {{ whole_quotient('population_count + 3', '4') }} then supply_amount else 0 end)
            as lower_quartile_amount,
        sum(
            case
                when cost_rank = population_count + 1 - {{ whole_quotient('population_count + 3', '4') }} then supply_amount
                else 0
            end
        ) as upper_quartile_amount,
        {{ div_exact(
            'sum(case when cost_rank > trimmed_count and cost_rank <= population_count - trimmed_count '
            ~ 'then supply_amount else 0 end)',
            'sum(case when cost_rank > trimmed_count and cost_rank <= population_count - trimmed_count then 1 else 0 end)', 2
        ) }} as trimmed_mean_amount
    from trimmed
    group by facility_key, procedure_group, severity_code, surgeon_label, population
),

opportunities as (
    select
        own.facility_key,
        own.procedure_group,
        own.severity_code,
        own.surgeon_label,
        sum(
            case
                when own.supply_amount > peer.lower_quartile_amount then own.supply_amount - peer.lower_quartile_amount
                else 0
            end
        ) as above_quartile_amount
    from ranked as own
    inner join described as peer
        on
            own.facility_key = peer.facility_key
            and own.procedure_group = peer.procedure_group
            and own.severity_code = peer.severity_code
            and own.surgeon_label = peer.surgeon_label
            and peer.population = 'PEER'
    where own.population = 'OWN'
    group by own.facility_key, own.procedure_group, own.severity_code, own.surgeon_label
),

-- Variance within and between surgeons, by the method of moments; a pool is no surgeon.
moments as (
    select
        facility_key,
        procedure_group,
        severity_code,
        count(*) as surgeon_count,
        sum(case_count) as case_count,
        sum(supply_amount) as supply_amount,
        sum(squared_amount) as squared_amount,
        sum({{ div_exact('supply_amount * supply_amount', 'case_count', 6) }}) as between_amount,
        sum(case_count * case_count) as squared_case_count
    from described
    where population = 'OWN' and surgeon_label <> 'POOLED'
    group by facility_key, procedure_group, severity_code
),

within_variance as (
    select
        moments.*,
        {{ div_exact('supply_amount', 'case_count', 6) }} as mean_amount,
        {{ div_exact('squared_amount - between_amount', 'case_count - surgeon_count', 6) }} as variance_within,
        between_amount - {{ div_exact('supply_amount * supply_amount', 'case_count', 6) }} as squares_between
    from moments
    where surgeon_count > 1
),

variances as (
    select
        within_variance.*,
        case
            when squares_between - (surgeon_count - 1) * variance_within > 0
                then {{ div_exact(
                    '(squares_between - (surgeon_count - 1) * variance_within) * case_count',
                    'case_count * case_count - squared_case_count', 6
                ) }}
            else cast(0 as decimal(38, 6))
        end as variance_between
    from within_variance
)

select
    cells.facility_key,
    cells.procedure_group,
    cells.severity_code,
    cells.surgeon_label,
    cells.from_period,
    cells.to_period,
    cast(own.case_count as integer) as case_count,
    cast(own.supply_amount as decimal(18, 2)) as supply_amount,
    cast({{ div_exact('own.supply_amount', 'own.case_count', 2) }} as decimal(18, 2)) as amount_per_case,
    cast(own.median_amount as decimal(18, 2)) as median_amount,
    cast(own.lower_quartile_amount as decimal(18, 2)) as lower_quartile_amount,
    cast(own.upper_quartile_amount as decimal(18, 2)) as upper_quartile_amount,
    cast(own.trimmed_mean_amount as decimal(18, 2)) as trimmed_mean_amount,
    case
        when cells.surgeon_label <> 'POOLED'
            then cast(variances.mean_amount + {{ div_exact(
                '(' ~ div_exact('own.supply_amount', 'own.case_count', 6)
                ~ ' - variances.mean_amount) * own.case_count * variances.variance_between',
                'own.case_count * variances.variance_between + variances.variance_within', 6
            ) }} as decimal(18, 2))
    end as shrunk_amount_per_case,
    cast({{ div_exact('own.stay_hours', 'own.case_count', 2) }} as decimal(18, 2)) as stay_hours_per_case,
    cast(peer.case_count as integer) as peer_case_count,
    cast({{ div_exact('peer.supply_amount', 'peer.case_count', 2) }} as decimal(18, 2)) as peer_amount_per_case,
    cast(peer.median_amount as decimal(18, 2)) as peer_median_amount,
    cast(peer.lower_quartile_amount as decimal(18, 2)) as peer_lower_quartile_amount,
    cast({{ div_exact('peer.stay_hours', 'peer.case_count', 2) }} as decimal(18, 2)) as peer_stay_hours_per_case,
    cast({{ div_exact('own.median_amount', 'peer.median_amount', 4) }} as decimal(18, 4)) as variation_index,
    case
        when peer.case_count is not null then cast({{ div_exact(
            'opportunities.above_quartile_amount * policy.realisable_percent', '100', 2
        ) }} as decimal(18, 2))
    end as opportunity_amount,
    cells.currency_code
from cells
cross join {{ ref('cfg_variation_policy') }} as policy
inner join described as own
    on
        cells.facility_key = own.facility_key
        and cells.procedure_group = own.procedure_group
        and cells.severity_code = own.severity_code
        and cells.surgeon_label = own.surgeon_label
        and own.population = 'OWN'
left join described as peer
    on
        cells.facility_key = peer.facility_key
        and cells.procedure_group = peer.procedure_group
        and cells.severity_code = peer.severity_code
        and cells.surgeon_label = peer.surgeon_label
        and peer.population = 'PEER'
        and peer.case_count >= policy.fewest_peer_cases
left join opportunities
    on
        cells.facility_key = opportunities.facility_key
        and cells.procedure_group = opportunities.procedure_group
        and cells.severity_code = opportunities.severity_code
        and cells.surgeon_label = opportunities.surgeon_label
left join variances
    on
        cells.facility_key = variances.facility_key
        and cells.procedure_group = variances.procedure_group
        and cells.severity_code = variances.severity_code
