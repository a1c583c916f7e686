-- One row per golden item and packaging: qty_num : qty_den base units make one of the unit, in lowest terms. An item may
-- come in boxes of 10 and of 50: then both are packs of it, and the one that most records state is the main one.
with packagings as (
    select
        statement.item_key,
        statement.uom_code,
        statement.qty_num,
        statement.qty_den,
        count(*) as stated_by,
        max(statement.source_version_at) as source_version_at,
        min(statement.first_loaded_at) as first_loaded_at,
        max(statement.last_loaded_at) as last_loaded_at,
        max(statement.load_id) as load_id
    from {{ ref('int_item_pack_statement') }} as statement
    where statement.qty_num is not null and statement.uom_code <> {{ unknown_key() }}
    group by statement.item_key, statement.uom_code, statement.qty_num, statement.qty_den
),

ranked as (
    select
        packagings.*,
        row_number() over (
            partition by item_key, uom_code order by stated_by desc, qty_num asc, qty_den asc
        ) as packaging_rank
    from packagings
)

select
    {{ surrogate_key(['ranked.item_key', 'ranked.uom_code', 'ranked.qty_num', 'ranked.qty_den']) }} as item_pack_key,
    ranked.item_key,
    ranked.uom_code,
    ranked.qty_num,
    ranked.qty_den,
    ranked.uom_code = base.base_uom_code and ranked.qty_num = ranked.qty_den as is_base_uom,
    ranked.packaging_rank = 1 as is_main,
    cast(ranked.stated_by as integer) as stated_by,
    {{ audit_columns('ranked') }}
from ranked
left join {{ ref('int_item_base_uom') }} as base on ranked.item_key = base.item_key
