{#
    The only places where SQL says which version of a raw record is current (docs/architecture.md, "A raw table"):
    the greatest by the source's own order, nulls lowest, never the last to arrive; only rows of completed loads;
    a tombstone that is the current version removes the record.
#}
{% macro greatest_version_first() -%}
    raw._version_no desc nulls last,
                raw._changed_at desc nulls last,
                raw._contract_version desc nulls last,
                raw._occurred_at desc nulls last,
                raw._payload_hash desc nulls last
{%- endmacro %}

{% macro current_version(relation) %}
with ranked_versions as (
    select
        raw.*,
        row_number() over (
            partition by raw._source_instance, raw._business_key
            order by {{ greatest_version_first() }}
        ) as version_rank,
        min(raw._loaded_at) over (partition by raw._source_instance, raw._business_key) as _first_loaded_at
    from {{ relation }} as raw
    inner join {{ source('ops', 'load') }} as completed_load
        on raw._load_id = completed_load.load_id and completed_load.status = 'COMPLETE'
)

select *
from ranked_versions
where version_rank = 1 and _op = 'UPSERT'
{% endmacro %}

{# Lines of the current version of their documents; `parent_model` is the staging model of the parent. #}
{% macro current_children(relation, parent_model) %}
select
    child.*,
    parent.business_key,
    parent.first_loaded_at,
    parent.last_loaded_at,
    parent.load_id,
    parent.source_version_at
from {{ relation }} as child
inner join {{ parent_model }} as parent on child._parent_row_key = parent.row_key
{% endmacro %}

{#
    Every version of a record that was landed, once each: of two payloads of one version the greater one. What a source says
    of its own past is in its lists; this is what it said at the time.
#}
{% macro every_version(relation) %}
with ranked_payloads as (
    select
        raw.*,
        row_number() over (
            partition by raw._source_instance, raw._business_key, raw._version_no
            order by raw._changed_at desc nulls last, raw._contract_version desc nulls last, raw._payload_hash desc nulls last
        ) as payload_rank,
        min(raw._loaded_at) over (partition by raw._source_instance, raw._business_key) as _first_loaded_at
    from {{ relation }} as raw
    inner join {{ source('ops', 'load') }} as completed_load
        on raw._load_id = completed_load.load_id and completed_load.status = 'COMPLETE'
    where raw._op = 'UPSERT' and raw._version_no is not null
)

select *
from ranked_payloads
where payload_rank = 1
{% endmacro %}

{# What staging keeps of a record's own history, under the names that canonical uses. #}
{% macro record_columns() %}
    _source_instance as source_instance,
    _business_key as business_key,
    _row_key as row_key,
    _changed_at as source_version_at,
    _first_loaded_at as first_loaded_at,
    _loaded_at as last_loaded_at,
    _load_id as load_id
{% endmacro %}
{% macro child_record_columns() %}
    _source_instance as source_instance,
    business_key,
    source_version_at,
    first_loaded_at,
    last_loaded_at,
    load_id
{% endmacro %}

{#
    Lines of every version of their documents that was landed, in order of the documents' changes: of two payloads of one
    change the greater. version_no counts a document's landed versions, its deletion at the source too; next_version_at is null
    in the last. Columns of the document are called document__*.
#}
{% macro landed_children(child_relation, parent_relation, document_columns) %}
with landed_changes as (
    select
        raw.*,
        row_number() over (
            partition by raw._source_instance, raw._business_key, raw._version_no, raw._changed_at
            order by raw._contract_version desc nulls last, raw._occurred_at desc nulls last, raw._payload_hash desc nulls last
        ) as payload_rank
    from {{ parent_relation }} as raw
    inner join {{ source('ops', 'load') }} as completed_load
        on raw._load_id = completed_load.load_id and completed_load.status = 'COMPLETE'
),

document_versions as (
    select
        change.*,
        row_number() over (
            partition by change._source_instance, change._business_key
            order by change._version_no nulls first, coalesce(change._changed_at, change._loaded_at)
        ) as version_no,
        lead(coalesce(change._changed_at, change._loaded_at)) over (
            partition by change._source_instance, change._business_key
            order by change._version_no nulls first, coalesce(change._changed_at, change._loaded_at)
        ) as next_version_at
    from landed_changes as change
    where change.payload_rank = 1
)

select
    child.*,
    {%- for column in document_columns %}
    document.{{ column }} as document__{{ column }},
    {%- endfor %}
    document._business_key as business_key,
    cast(document.version_no as integer) as version_no,
    document.next_version_at,
    coalesce(document._changed_at, document._loaded_at) as source_version_at,
    document._loaded_at as first_loaded_at,
    document._loaded_at as last_loaded_at,
    document._load_id as load_id
from {{ child_relation }} as child
inner join document_versions as document on child._parent_row_key = document._row_key
where document._op = 'UPSERT'
{% endmacro %}

{#
    From when to when each landed version of a record held, by the source's own order and its change stamps; by the load's,
    where the source has none. A version that a later one antedates never held. The first holds from the beginning of time: what
    was before it nobody knows better. A record that was deleted and came again holds what it said last in between; one that is
    deleted has no versions.
#}
{% macro landed_versions(relation) %}
with ordered_versions as (
    select
        raw.*,
        coalesce(raw._changed_at, raw._loaded_at) as said_at,
        row_number() over (
            partition by raw._source_instance, raw._business_key
            order by {{ greatest_version_first() }}
        ) as version_rank,
        min(raw._loaded_at) over (partition by raw._source_instance, raw._business_key) as _first_loaded_at
    from {{ relation }} as raw
    inner join {{ source('ops', 'load') }} as completed_load
        on raw._load_id = completed_load.load_id and completed_load.status = 'COMPLETE'
),

ended_versions as (
    select
        ordered_versions.*,
        coalesce(
            min(case when _op = 'UPSERT' then said_at end) over (
                partition by _source_instance, _business_key
                order by version_rank
                rows between unbounded preceding and 1 preceding
            ),
            {{ no_end_at() }}
        ) as valid_to_at,
        first_value(_op) over (partition by _source_instance, _business_key order by version_rank) as current_op
    from ordered_versions
)

select
    ended_versions.*,
    case
        when lag(said_at) over (partition by _source_instance, _business_key order by said_at) is null
            then {{ no_beginning_at() }}
        else said_at
    end as valid_from_at
from ended_versions
where _op = 'UPSERT' and current_op = 'UPSERT' and said_at < valid_to_at
{% endmacro %}
