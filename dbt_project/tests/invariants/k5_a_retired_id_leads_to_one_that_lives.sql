-- K5: a retired id leads to one that lives, so that no chain of merges ends in itself; and records stand today at ids that
-- live.
{% set kinds = ['item', 'supplier'] %}
{% for kind in kinds %}
select
    '{{ kind }}' as record_kind,
    retired.golden_key as named
from {{ source('mastering', kind ~ '_id') }} as retired
left join {{ source('mastering', kind ~ '_id') }} as living
    on retired.redirect_to = living.golden_key and living.redirect_to is null
where retired.redirect_to is not null and living.golden_key is null
union all
select
    '{{ kind }}' as record_kind,
    stay.source_{{ kind }}_key as named
from {{ ref('xref_' ~ kind ~ '_stay') }} as stay
left join {{ source('mastering', kind ~ '_id') }} as living
    on stay.{{ kind }}_key = living.golden_key and living.redirect_to is null
where stay.is_current and living.golden_key is null
{% if not loop.last %}union all{% endif %}
{% endfor %}
