-- One row per item of a source system and unit that its record states: whether the factor is believed, on what evidence,
-- and the factor that is used. Documents of the same system speak first; then trusted records of the same golden item, which
-- are contracts and records that documents confirm. A factor that differs from theirs by whole powers of ten is a slip of a
-- digit; another difference may be another pack, and is only disputed.
with stated as (
    select
        unit.source_system,
        unit.source_instance,
        unit.source_item_key,
        unit.source_uom_code,
        reference.item_key,
        coalesce(mapping.uom_code, {{ unknown_key() }}) as uom_code,
        unit.qty_num,
        unit.qty_den,
        document.qty_num as document_num,
        document.qty_den as document_den,
        coalesce(document.line_count, 0) as document_lines,
        -- Nine lines of ten must agree, or the documents say nothing.
        document.line_count * 10 >= document.all_lines * 9 as is_document_clear,
        {{ audit_columns('unit') }}
    from {{ ref('int_item_unit') }} as unit
    inner join {{ ref('xref_item') }} as reference
        on unit.source_instance = reference.source_instance and unit.source_item_key = reference.source_item_key
    left join {{ ref('map_uom') }} as mapping
        on
            unit.source_system = mapping.source_system
            and mapping.supplier_code = '*'
            and unit.source_uom_code = mapping.source_uom_code
    left join {{ ref('int_item_unit_in_documents') }} as document
        on
            unit.source_instance = document.source_instance
            and unit.source_item_key = document.source_item_key
            and unit.source_uom_code = document.source_uom_code
),

heard as (
    select
        stated.*,
        coalesce(is_document_clear, false) as is_heard,
        coalesce(is_document_clear and document_num = qty_num and document_den = qty_den, false) as is_confirmed
    from stated
),

trusted as (
    select
        item_key,
        uom_code,
        min(qty_num) as peer_num,
        min(qty_den) as peer_den,
        count(*) as peer_count
    from heard
    where (is_confirmed or source_system = 'clm') and uom_code <> {{ unknown_key() }}
    group by item_key, uom_code
    having min(qty_num) = max(qty_num) and min(qty_den) = max(qty_den)
),

compared as (
    select
        heard.*,
        trusted.peer_num,
        trusted.peer_den,
        coalesce(trusted.peer_count, 0) as peer_count,
        cast(heard.qty_num as {{ type_whole() }}) * trusted.peer_den as own_cross,
        cast(heard.qty_den as {{ type_whole() }}) * trusted.peer_num as peer_cross
    from heard
    left join trusted on heard.item_key = trusted.item_key and heard.uom_code = trusted.uom_code
),

judged as (
    select
        compared.*,
        case
            when is_confirmed then 'CONFIRMED'
            when is_heard then 'CONTRADICTED_BY_DOCUMENTS'
            when peer_count = 0 then 'UNCHECKED'
            when own_cross = peer_cross then 'CONFIRMED'
            when
                own_cross in (peer_cross * 10, peer_cross * 100) or peer_cross in (own_cross * 10, own_cross * 100)
                then 'DIGIT_SLIP'
            else 'DISPUTED'
        end as verdict
    from compared
)

select
    source_system,
    source_instance,
    source_item_key,
    source_uom_code,
    item_key,
    uom_code,
    qty_num as stated_num,
    qty_den as stated_den,
    verdict,
    verdict in ('CONTRADICTED_BY_DOCUMENTS', 'DIGIT_SLIP') as is_wrong,
    document_num,
    document_den,
    document_lines,
    peer_num,
    peer_den,
    cast(peer_count as integer) as peer_count,
    case verdict
        when 'CONTRADICTED_BY_DOCUMENTS' then document_num
        when 'DIGIT_SLIP' then peer_num
        else qty_num
    end as qty_num,
    case verdict
        when 'CONTRADICTED_BY_DOCUMENTS' then document_den
        when 'DIGIT_SLIP' then peer_den
        else qty_den
    end as qty_den,
    {{ audit_columns('judged') }}
from judged
