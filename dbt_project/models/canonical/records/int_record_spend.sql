-- One row per item and per supplier of a source system that was billed: how much, in the currency of the books that most of it
-- is in. What a wrong or missing identity would move, so that stewards look at the dearest doubts first.
with billed as (
    select *
    from (
        {{ united('invoice_line') }}
    ) as every_line
    where invoice_status not in ('DRAFT', 'VOID')
),

by_record as (
    select
        cast('ITEM' as {{ dbt.type_string() }}) as record_kind,
        source_system,
        source_instance,
        item_source_key as source_key,
        functional_currency_code as currency_code,
        cast(sum(functional_amount) as decimal(18, 2)) as billed_amount
    from billed
    where item_source_key is not null
    group by source_system, source_instance, item_source_key, functional_currency_code
    union all
    select
        cast('SUPPLIER' as {{ dbt.type_string() }}) as record_kind,
        source_system,
        source_instance,
        supplier_source_key as source_key,
        functional_currency_code as currency_code,
        cast(sum(functional_amount) as decimal(18, 2)) as billed_amount
    from billed
    where supplier_source_key is not null
    group by source_system, source_instance, supplier_source_key, functional_currency_code
),

ranked as (
    select
        by_record.*,
        row_number() over (
            partition by record_kind, source_instance, source_key order by billed_amount desc, currency_code asc
        ) as currency_rank
    from by_record
)

select
    {{ surrogate_key(['record_kind', 'source_instance', 'source_key']) }} as record_spend_key,
    record_kind,
    source_system,
    source_instance,
    source_key,
    currency_code,
    billed_amount
from ranked
where currency_rank = 1
