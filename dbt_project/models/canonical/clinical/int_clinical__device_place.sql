{{ config(schema='restricted') }}
-- One row per record of an EHR that names a device: which of the records of that device it is, the best first.
select
    told.consumption_line_key,
    cast(row_number() over (
        partition by told.source_instance, told.device_id
        order by rule.device_rank, told.used_at, told.consumption_line_key
    ) as integer) as place_for_device
from {{ ref('int_clinical__use_evidence') }} as told
inner join {{ ref('cfg_consumption_evidence') }} as rule on told.evidence = rule.evidence
where told.device_id is not null
