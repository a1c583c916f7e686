-- One row per pair of item or supplier records that waits for a steward, with its age on the day of the run.
select
    record_kind,
    review_kind,
    cast(review_rank as integer) as review_rank,
    left_record,
    left_name,
    left_detail,
    right_record,
    right_name,
    right_detail,
    stake_amount,
    currency_code,
    match_weight,
    match_evidence,
    first_seen_at,
    cast({{ dbt.datediff('cast(first_seen_at as date)', as_of_date(), 'day') }} as integer) as days_waiting
from {{ ref('int_review_pair') }}
