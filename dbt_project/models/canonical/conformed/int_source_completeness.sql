{{ config(materialized='table') }}
-- One row per source instance: whether the last finished load of every object came in whole.
select
    source_instance,
    min(case when is_complete then 1 else 0 end) = 1 as is_data_complete
from {{ ref('stg_ops__load_audit') }}
group by source_instance
