-- One row per pair of records, of items or of suppliers, that waits for a steward.
select
    cast('ITEM' as {{ dbt.type_string() }}) as record_kind,
    review.*
from {{ ref('stg_mastering__item_review') }} as review
union all
select
    cast('SUPPLIER' as {{ dbt.type_string() }}) as record_kind,
    review.*
from {{ ref('stg_mastering__supplier_review') }} as review
