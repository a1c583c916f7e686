-- One row per MS-DRG of a grouper version, and the unknown member. Files of one version that say different things of a DRG
-- (a title here, a weight there) make one row. A version groups discharges until the next one does.
with releases as (
    select
        grouper_version,
        ms_drg,
        min(effective_date) as effective_date,
        max(mdc_code) as mdc_code,
        max(case when is_surgical then 1 when not is_surgical then 0 end) = 1 as is_surgical,
        max(ms_drg_title) as ms_drg_title,
        max(relative_weight) as relative_weight,
        max(geometric_mean_stay_days) as geometric_mean_stay_days,
        max(source_version_at) as source_version_at,
        min(first_loaded_at) as first_loaded_at,
        max(last_loaded_at) as last_loaded_at,
        max(load_id) as load_id
    from {{ ref('stg_code_systems__ms_drg') }}
    group by grouper_version, ms_drg
),

versions as (
    select
        grouper_version,
        min(effective_date) as valid_from_date,
        coalesce(
            lead(min(effective_date)) over (order by min(effective_date), grouper_version), {{ no_end_date() }}
        ) as valid_to_date
    from {{ ref('stg_code_systems__ms_drg') }}
    group by grouper_version
),

final as (
    select
        {{ surrogate_key(['release.grouper_version', 'release.ms_drg']) }} as ms_drg_key,
        release.ms_drg as ms_drg_code,
        release.grouper_version as ms_drg_version,
        version.valid_from_date,
        version.valid_to_date,
        release.mdc_code,
        release.is_surgical,
        release.ms_drg_title,
        release.relative_weight,
        release.geometric_mean_stay_days,
        {{ audit_columns('release') }}
    from releases as release
    inner join versions as version on release.grouper_version = version.grouper_version
    union all
    select
        {{ unknown_key() }} as ms_drg_key,
        {{ no_text() }} as ms_drg_code,
        {{ no_text() }} as ms_drg_version,
        cast('1900-01-01' as date) as valid_from_date,
        {{ no_end_date() }} as valid_to_date,
        {{ no_text() }} as mdc_code,
        cast(null as boolean) as is_surgical,
        cast('Unknown' as {{ dbt.type_string() }}) as ms_drg_title,
        cast(null as decimal(9, 4)) as relative_weight,
        cast(null as decimal(9, 4)) as geometric_mean_stay_days,
        {{ no_audit_columns() }}
)

select * from final
