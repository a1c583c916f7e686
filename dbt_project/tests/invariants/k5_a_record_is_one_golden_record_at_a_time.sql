-- K5: a record stands at one golden record at a time and without a gap, today at one that lives; and a retired id leads to one
-- that lives, so that no chain of merges ends in itself.
{% set kinds = ['item', 'supplier'] %}
{% for kind in kinds %}
select
    '{{ kind }}' as record_kind,
    stay.source_key as named,
    'a stay does not end where the next begins' as fault
from (
    select
        source_key,
        valid_to,
        lead(valid_from) over (
            partition by source_system, source_instance, source_key order by valid_from, valid_to
        ) as next_from
    from {{ source('mastering', kind ~ '_xref') }}
) as stay
where stay.valid_to <> coalesce(stay.next_from, {{ no_end_at() }})
union all
select
    '{{ kind }}' as record_kind,
    retired.golden_key as named,
    'a retired id leads to none that lives' as fault
from {{ source('mastering', kind ~ '_id') }} as retired
left join {{ source('mastering', kind ~ '_id') }} as living
    on retired.redirect_to = living.golden_key and living.redirect_to is null
where retired.redirect_to is not null and living.golden_key is null
union all
select
    '{{ kind }}' as record_kind,
    stay.source_key as named,
    'a record stands at an id that does not live' as fault
from {{ source('mastering', kind ~ '_xref') }} as stay
left join {{ source('mastering', kind ~ '_id') }} as living
    on stay.golden_key = living.golden_key and living.redirect_to is null
where stay.valid_to = {{ no_end_at() }} and living.golden_key is null
{% if not loop.last %}union all{% endif %}
{% endfor %}
