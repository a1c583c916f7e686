-- One row per pair of suppliers that waits for a steward: what both records say, and why they may be one.
select
    subject_hash,
    kind as review_kind,
    rank as review_rank,
    left_key as left_record,
    right_key as right_record,
    left_name,
    right_name,
    left_city as left_detail,
    right_city as right_detail,
    cast(weight as decimal(18, 4)) as match_weight,
    cast(money_at_stake as decimal(18, 2)) as stake_amount,
    currency_code,
    sentence as match_evidence,
    first_seen as first_seen_at
from {{ source('mastering', 'supplier_review') }}
