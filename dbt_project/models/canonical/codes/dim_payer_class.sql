-- One row per kind of payer, and the unknown member.
select
    payer_class as payer_class_key,
    min(payer_class_name) as payer_class_name
from {{ ref('map_payer_class') }}
group by payer_class
union all
select
    {{ unknown_key() }} as payer_class_key,
    cast('Unknown' as {{ dbt.type_string() }}) as payer_class_name
