-- One row per contract and span of effective days: the version by which what takes effect in it was known, as far as
-- versions that were never landed go. Of versions that take effect on one day the later one: what may have been known
-- later is not said to have been known before.
with before_landing as (
    select
        listed.source_instance,
        listed.contract_number,
        listed.version_no,
        listed.effective_from_date,
        listed.known_at,
        row_number() over (
            partition by listed.source_instance, listed.contract_number, listed.effective_from_date
            order by listed.version_no desc
        ) as rank_of_day
    from {{ ref('stg_clm__contract_version') }} as listed
    inner join {{ ref('int_clm__landed_version') }} as landed
        on
            listed.source_instance = landed.source_instance
            and listed.contract_number = landed.contract_number
            and landed.landed_no = 1
            and listed.version_no <= landed.version_no
)

select
    source_instance,
    contract_number,
    version_no,
    known_at,
    case
        when row_number() over contract_days = 1 then cast('1900-01-01' as date)
        else effective_from_date
    end as from_date,
    coalesce(lead(effective_from_date) over contract_days, {{ no_end_date() }}) as to_date
from before_landing
where rank_of_day = 1
window contract_days as (partition by source_instance, contract_number order by effective_from_date)
