-- One row per MS-DRG of a grouper version, as delivered last.
with current_records as (
    {{ current_version(source('raw_code_systems', 'ms_drg')) }}
)

select
    {{ text_value('grouper_version') }} as grouper_version,
    {{ text_value('ms_drg') }} as ms_drg,
    effective_date,
    {{ text_value('mdc') }} as mdc_code,
    case type when 'SURG' then true when 'MED' then false end as is_surgical,
    {{ text_value('title') }} as ms_drg_title,
    cast(relative_weight as decimal(9, 4)) as relative_weight,
    cast(gmlos_days as decimal(9, 4)) as geometric_mean_stay_days,
    {{ record_columns() }}
from current_records
