-- One row per version of an item of Oracle: the words are those of the organization that had it first, and it is active
-- while it is in any organization.
with numbered as (
    select
        item.*,
        dense_rank() over (
            partition by source_instance, item_id order by created_at, organization_code
        ) as organization_rank
    from {{ ref('stg_oracle_fusion__item_landed') }} as item
),

spans as (
    select
        moment.source_instance,
        moment.item_id,
        moment.valid_from_at,
        coalesce(
            lead(moment.valid_from_at) over (
                partition by moment.source_instance, moment.item_id order by moment.valid_from_at
            ),
            {{ no_end_at() }}
        ) as valid_to_at
    from (
        select distinct
            source_instance,
            item_id,
            valid_from_at
        from numbered
    ) as moment
),

active_spans as (
    select
        spans.source_instance,
        spans.item_id,
        spans.valid_from_at,
        max(case when item.item_status = 'Active' then 1 else 0 end) = 1 as is_active
    from spans
    inner join numbered as item
        on
            spans.source_instance = item.source_instance
            and spans.item_id = item.item_id
            and spans.valid_from_at >= item.valid_from_at
            and spans.valid_from_at < item.valid_to_at
    group by spans.source_instance, spans.item_id, spans.valid_from_at
)

select
    {{ feed_origin('oracle_fusion', 'spans.source_instance') }},
    spans.item_id as source_item_key,
    item.item_description,
    item.item_class as source_category,
    {{ no_text() }} as source_item_type,
    active_spans.is_active,
    spans.valid_from_at,
    spans.valid_to_at,
    {{ audit_columns('item') }}
from spans
inner join numbered as item
    on
        spans.source_instance = item.source_instance
        and spans.item_id = item.item_id
        and spans.valid_from_at >= item.valid_from_at
        and spans.valid_from_at < item.valid_to_at
        and item.organization_rank = 1
inner join active_spans
    on
        spans.source_instance = active_spans.source_instance
        and spans.item_id = active_spans.item_id
        and spans.valid_from_at = active_spans.valid_from_at
