-- One row per item of a source system and span of time in which it was described so. Systems that do not serve their records as
-- such (a log, a contract) describe them as they do today, always.
with every_version as (
    {{ united('item_record_version') }}
),

classes as (
    {{ mapped_item_classes('every_version', ['source_instance', 'source_item_key', 'valid_from_at']) }}
),

told as (
    select
        version.source_system,
        version.source_instance,
        version.source_item_key,
        version.item_description,
        version.source_category,
        coalesce(classes.item_class, {{ unknown_key() }}) as item_class,
        version.is_active,
        version.valid_from_at,
        version.valid_to_at,
        {{ audit_columns('version') }}
    from every_version as version
    inner join {{ ref('int_item_record') }} as record
        on version.source_instance = record.source_instance and version.source_item_key = record.source_item_key
    left join classes
        on
            version.source_instance = classes.source_instance
            and version.source_item_key = classes.source_item_key
            and version.valid_from_at = classes.valid_from_at
),

told_of as (
    select distinct
        source_instance,
        source_item_key
    from told
)

select * from told
union all
select
    record.source_system,
    record.source_instance,
    record.source_item_key,
    record.item_description,
    record.source_category,
    record.item_class,
    record.is_active,
    {{ no_beginning_at() }} as valid_from_at,
    {{ no_end_at() }} as valid_to_at,
    {{ audit_columns('record') }}
from {{ ref('int_item_record') }} as record
left join told_of
    on record.source_instance = told_of.source_instance and record.source_item_key = told_of.source_item_key
where told_of.source_item_key is null
