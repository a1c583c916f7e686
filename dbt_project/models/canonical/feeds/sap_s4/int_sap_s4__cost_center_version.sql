-- One row per validity of a cost center of SAP, which says itself from which day on; the first is taken to reach back.
with spans as (
    select
        cost_center.*,
        case
            when lag(cost_center.valid_from_date) over validities is null then {{ no_beginning_at() }}
            else cast(cost_center.valid_from_date as timestamp)
        end as valid_from_at,
        coalesce(cast(lead(cost_center.valid_from_date) over validities as timestamp), {{ no_end_at() }}) as valid_to_at
    from {{ ref('stg_sap_s4__cost_center') }} as cost_center
    window validities as (
        partition by cost_center.source_instance, cost_center.controlling_area, cost_center.cost_center_code
        order by cost_center.valid_to_date
    )
),

texts as (
    select
        source_instance,
        controlling_area,
        cost_center_code,
        valid_to_date,
        cost_center_name,
        row_number() over (
            partition by source_instance, controlling_area, cost_center_code, valid_to_date
            order by case when language_code = 'EN' then 0 else 1 end, language_code
        ) as text_rank
    from {{ ref('stg_sap_s4__cost_center_text') }}
)

select
    {{ feed_origin('sap_s4', 'spans.source_instance') }},
    spans.cost_center_code as cost_center_source_code,
    texts.cost_center_name,
    spans.company_code as company_source_key,
    spans.business_area as facility_source_code,
    spans.hierarchy_node as hierarchy_level_1,
    {{ no_text() }} as hierarchy_level_2,
    spans.cost_center_category as source_class,
    {{ no_text() }} as department_function,
    spans.primary_posting_block is null as is_active,
    spans.valid_from_at,
    spans.valid_to_at,
    {{ audit_columns('spans') }}
from spans
left join texts
    on
        spans.source_instance = texts.source_instance
        and spans.controlling_area = texts.controlling_area
        and spans.cost_center_code = texts.cost_center_code
        and spans.valid_to_date = texts.valid_to_date
        and texts.text_rank = 1
