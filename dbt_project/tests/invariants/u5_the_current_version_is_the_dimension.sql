-- U5: a golden record has exactly one current version, which says what its dimension says.
select
    'ITEM' as record_kind,
    coalesce(golden.item_key, version.item_key) as golden_key
from {{ ref('dim_item') }} as golden
full outer join (
    select * from {{ ref('dim_item_version') }} as item_version
    where item_version.is_current
) as version
    on golden.item_key = version.item_key
where
    golden.item_key is null
    or version.item_key is null
    or coalesce(golden.item_name, '') <> coalesce(version.item_name, '')
    or golden.item_class <> version.item_class
    or coalesce(golden.source_category_name, '') <> coalesce(version.source_category_name, '')
    or golden.is_active <> version.is_active
union all
select
    'SUPPLIER' as record_kind,
    coalesce(golden.supplier_key, version.supplier_key) as golden_key
from {{ ref('dim_supplier') }} as golden
full outer join (
    select * from {{ ref('dim_supplier_version') }} as supplier_version
    where supplier_version.is_current
) as version
    on golden.supplier_key = version.supplier_key
where
    golden.supplier_key is null
    or version.supplier_key is null
    or coalesce(golden.supplier_name, '') <> coalesce(version.supplier_name, '')
    or golden.is_active <> version.is_active
