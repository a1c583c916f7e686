-- One row per golden supplier: its attributes as they survived.
select
    golden_key as supplier_key,
    supplier_name,
    parent_supplier_key,
    tax_id_token,
    duns_number,
    gln,
    address,
    supplier_class,
    status as supplier_status
from {{ source('mastering', 'golden_supplier') }}
