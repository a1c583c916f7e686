-- One row per cost center of SAP, as its newest validity says.
with numbered as (
    select
        cost_center.*,
        row_number() over (
            partition by source_instance, controlling_area, cost_center_code order by valid_to_date desc
        ) as validity_rank
    from {{ ref('stg_sap_s4__cost_center') }} as cost_center
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
    {{ feed_origin('sap_s4', 'numbered.source_instance') }},
    numbered.cost_center_code as cost_center_source_code,
    texts.cost_center_name,
    numbered.company_code as company_source_key,
    numbered.business_area as facility_source_code,
    numbered.hierarchy_node as hierarchy_level_1,
    {{ no_text() }} as hierarchy_level_2,
    numbered.cost_center_category as source_class,
    {{ no_text() }} as department_function,
    numbered.primary_posting_block is null as is_active,
    {{ audit_columns('numbered') }}
from numbered
left join texts
    on
        numbered.source_instance = texts.source_instance
        and numbered.controlling_area = texts.controlling_area
        and numbered.cost_center_code = texts.cost_center_code
        and numbered.valid_to_date = texts.valid_to_date
        and texts.text_rank = 1
where numbered.validity_rank = 1
