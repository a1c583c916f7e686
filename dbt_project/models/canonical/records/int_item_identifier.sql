-- One row per identifier that a source system's item carries, as the source writes it: valid or not is mastering's to say.
-- A number of another system is worth something only with that system's name: where just one instance knows the number, both
-- records carry it as `instance:number`; where none or several do, it names nothing and is left out.
with every_identifier as (
    {{ united('item_identifier') }}
),

known_numbers as (
    select
        item_code,
        min(source_instance) as owner_instance
    from {{ ref('int_item_record') }}
    where item_code is not null
    group by item_code
    having count(*) = 1
),

cross_references as (
    select
        identifier.source_system,
        identifier.source_instance,
        identifier.source_item_key,
        identifier.identifier_type,
        number.owner_instance || ':' || identifier.identifier_value as identifier_value,
        identifier.source_uom_code,
        {{ audit_columns('identifier') }}
    from every_identifier as identifier
    inner join known_numbers as number on identifier.identifier_value = number.item_code
    where identifier.identifier_type = 'ERP_ITEM' and identifier.source_instance <> number.owner_instance
),

owners as (
    select
        record.source_system,
        record.source_instance,
        record.source_item_key,
        cast('ERP_ITEM' as {{ dbt.type_string() }}) as identifier_type,
        record.source_instance || ':' || record.item_code as identifier_value,
        {{ no_text() }} as source_uom_code,
        {{ audit_columns('record') }}
    from {{ ref('int_item_record') }} as record
    where
        record.source_instance || ':' || record.item_code in (
            select reference.identifier_value from cross_references as reference
        )
)

select * from every_identifier
where identifier_type <> 'ERP_ITEM' or identifier_type is null
union all
select * from cross_references
union all
select * from owners
