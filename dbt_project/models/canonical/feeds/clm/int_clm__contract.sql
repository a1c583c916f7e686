-- One row per version that a contract has had. Of a version that was never landed (it was there before us, or came and went
-- between two runs) its number and dates are listed; its terms are those of the next version that was.
with listed as (
    select
        listed.source_instance,
        listed.contract_number,
        listed.version_no,
        listed.effective_from_date,
        listed.known_at,
        coalesce(
            lead(listed.known_at) over (
                partition by listed.source_instance, listed.contract_number order by listed.version_no
            ),
            {{ no_end_at() }}
        ) as known_to_at,
        min(landed.version_no) over (
            partition by listed.source_instance, listed.contract_number
            order by listed.version_no desc
            rows between unbounded preceding and current row
        ) as told_by_version_no
    from {{ ref('stg_clm__contract_version') }} as listed
    left join {{ ref('int_clm__landed_version') }} as landed
        on
            listed.source_instance = landed.source_instance
            and listed.contract_number = landed.contract_number
            and listed.version_no = landed.version_no
)

select
    {{ feed_origin('clm', 'listed.source_instance') }},
    listed.contract_number || '|' || cast(listed.version_no as {{ dbt.type_string() }}) as source_pk,
    listed.contract_number as contract_source_key,
    listed.contract_number,
    listed.version_no,
    told.contract_type,
    told.group_purchasing_organization,
    told.supplier_number as supplier_source_key,
    told.supplier_name as source_supplier_name,
    told.start_date,
    told.end_date,
    case when told.version_no = listed.version_no then told.termination_date end as termination_date,
    case when told.version_no = listed.version_no then told.contract_status end as contract_status,
    listed.effective_from_date as effective_date,
    listed.known_at as known_from_at,
    listed.known_to_at,
    told.version_no <> listed.version_no as is_reconstructed,
    {{ audit_columns('told') }}
from listed
inner join {{ ref('stg_clm__contract_landed') }} as told
    on
        listed.source_instance = told.source_instance
        and listed.contract_number = told.contract_number
        and listed.told_by_version_no = told.version_no
