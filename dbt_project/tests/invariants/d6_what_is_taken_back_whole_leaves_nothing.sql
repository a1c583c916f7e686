-- D6: a document and its full reversal are nothing in quantity and in money, both staying visible; and nothing is taken back
-- that was not there. Money that a side does not state proves nothing.
with reversible as (
    select
        'fct_receipt_line' as fact,
        receipt_line_key as document_key,
        reverses_receipt_line_key as reverses_key,
        receipt_qty as qty,
        value_amount as amount
    from {{ ref('fct_receipt_line') }}
    union all
    select
        'fct_inventory_movement' as fact,
        inventory_movement_key as document_key,
        reverses_movement_key as reverses_key,
        movement_qty as qty,
        value_amount as amount
    from {{ ref('fct_inventory_movement') }}
    union all
    select
        'fct_charge_line' as fact,
        charge_line_key as document_key,
        reverses_charge_line_key as reverses_key,
        charge_qty as qty,
        amount
    from {{ ref('fct_charge_line') }}
),

taken_back as (
    select
        fact,
        reverses_key,
        sum(qty) as qty,
        sum(amount) as amount
    from reversible
    where reverses_key is not null
    group by fact, reverses_key
)

select
    taken_back.fact,
    document.document_key,
    document.qty,
    taken_back.qty as taken_back_qty,
    document.amount,
    taken_back.amount as taken_back_amount
from taken_back
inner join reversible as document
    on taken_back.fact = document.fact and taken_back.reverses_key = document.document_key
where
    document.qty * (document.qty + taken_back.qty) < 0
    or (document.qty + taken_back.qty = 0 and document.amount + taken_back.amount <> 0)
