-- One row per invoice line and exception code that the facts give or gave, with the day on which it opened and the day on which
-- it was settled: by a receipt that came after the grace, by a credit, by another price of the order, or by being paid as it was.
-- Null: it stands.
with line_facts as (
    select
        verdict.invoice_line_key,
        verdict.invoice_key,
        verdict.po_line_key,
        verdict.posting_date,
        line.receipt_grace_days,
        line.match_way
    from {{ ref('int_match__verdict') }} as verdict
    inner join {{ ref('int_match__line_context') }} as line on verdict.invoice_line_key = line.invoice_line_key
),

-- Goods that came, or were entered, after the grace: until then the line was in exception. A receipt is posted for the day of the
-- goods, and nobody could match it before it was entered.
late_receipts as (
    select
        allocation.invoice_line_key,
        max(greatest(receipt.posting_date, coalesce(cast(receipt.entered_at as date), receipt.posting_date)))
            as receipt_posting_date
    from {{ ref('fct_match_allocation') }} as allocation
    inner join {{ ref('fct_receipt_line') }} as receipt on allocation.receipt_line_key = receipt.receipt_line_key
    group by allocation.invoice_line_key
),

first_credit as (
    select
        billed.invoice_line_key,
        min(credit.posting_date) as credit_date
    from line_facts as billed
    inner join {{ ref('int_match__line_context') }} as credit
        on
            billed.po_line_key = credit.po_line_key
            and credit.has_po_line
            and credit.is_live
            and credit.line_amount * credit.direction < 0
            and billed.posting_date <= credit.posting_date
            and billed.invoice_line_key <> credit.invoice_line_key
    group by billed.invoice_line_key
),

gross_received as (
    select
        partition_key as po_line_key,
        sum(case when qty > 0 then qty else 0 end) as gross_received_qty
    from {{ ref('int_match__receipt_event') }}
    group by partition_key
),

standing as (
    select
        code.invoice_line_key,
        code.exception_code,
        code.holds_from_date as opened_date,
        case when code.exception_code in ('PRICE_OVER', 'DUPLICATE_SUSPECT', 'UOM_MISMATCH') then first_credit.credit_date end
            as credit_date,
        cast(null as date) as receipt_date,
        cast(null as date) as amended_date
    from {{ ref('int_match__code') }} as code
    left join first_credit on code.invoice_line_key = first_credit.invoice_line_key
    where code.is_exception
),

received_late as (
    select
        line.invoice_line_key,
        'RECEIPT_MISSING' as exception_code,
        {{ days_after('line.posting_date', 'line.receipt_grace_days + 1') }} as opened_date,
        cast(null as date) as credit_date,
        late_receipts.receipt_posting_date as receipt_date,
        cast(null as date) as amended_date
    from line_facts as line
    inner join late_receipts on line.invoice_line_key = late_receipts.invoice_line_key
    where
        line.match_way >= 3
        and late_receipts.receipt_posting_date > {{ days_after('line.posting_date', 'line.receipt_grace_days') }}
),

-- Billed beyond what came, and taken back.
credited as (
    select
        quantity.invoice_line_key,
        'QTY_OVER_INVOICED' as exception_code,
        line.posting_date as opened_date,
        first_credit.credit_date,
        cast(null as date) as receipt_date,
        cast(null as date) as amended_date
    from {{ ref('int_match__quantity') }} as quantity
    inner join line_facts as line on quantity.invoice_line_key = line.invoice_line_key
    inner join first_credit on quantity.invoice_line_key = first_credit.invoice_line_key
    left join gross_received on quantity.po_line_key = gross_received.po_line_key
    where
        line.match_way >= 3
        and quantity.billed_qty > quantity.surviving_qty
        and quantity.surviving_qty <= quantity.matched_qty
        and quantity.gross_billed_qty > coalesce(gross_received.gross_received_qty, 0)
),

-- Billed above what the order said then, and within what it says now. Prices of another unit or currency are not compared.
price_then as (
    select
        line.invoice_line_key,
        line.posting_date,
        line.line_amount,
        line.price_tol_pct_up,
        line.price_tol_abs_up,
        cast({{ div_exact('price.expected_amount * version.unit_price', 'standing.unit_price', 2) }} as decimal(18, 2))
            as expected_then_amount,
        cast(min(amended.changed_at) as date) as amended_date
    from {{ ref('int_match__price') }} as price
    inner join {{ ref('int_match__line_context') }} as line on price.invoice_line_key = line.invoice_line_key
    inner join {{ ref('fct_po_line_version') }} as version
        on
            line.po_line_key = version.po_line_key
            and cast(version.changed_at as date) <= line.posting_date
            and cast(version.valid_to as date) > line.posting_date
    inner join {{ ref('fct_po_line_version') }} as standing
        on
            version.po_line_key = standing.po_line_key
            and standing.is_current
            and version.source_uom_code = standing.source_uom_code
            and version.currency_code = standing.currency_code
            and version.unit_price < standing.unit_price
    inner join {{ ref('fct_po_line_version') }} as amended
        on
            version.po_line_key = amended.po_line_key
            and version.version_number < amended.version_number
            and standing.unit_price = amended.unit_price
    where not price.is_price_over and not price.is_unit_suspect
    group by
        line.invoice_line_key, line.posting_date, line.line_amount, line.price_tol_pct_up, line.price_tol_abs_up,
        price.expected_amount, version.unit_price, standing.unit_price
),

amended as (
    select
        invoice_line_key,
        'PRICE_OVER' as exception_code,
        posting_date as opened_date,
        cast(null as date) as credit_date,
        cast(null as date) as receipt_date,
        amended_date
    from price_then
    where
        line_amount - expected_then_amount > price_tol_abs_up
        or (line_amount - expected_then_amount) * 100 > expected_then_amount * price_tol_pct_up
),

every_span as (
    select * from standing
    union all
    select * from received_late
    union all
    select * from credited
    union all
    select * from amended
),

-- A code that stands and once was settled before is one span: what stands wins.
ranked as (
    select
        every_span.*,
        row_number() over (
            partition by invoice_line_key, exception_code
            order by case when coalesce(credit_date, receipt_date, amended_date) is null then 0 else 1 end, opened_date
        ) as span_rank
    from every_span
)

select
    {{ surrogate_key(['ranked.invoice_line_key', 'ranked.exception_code']) }} as invoice_line_exception_key,
    ranked.invoice_line_key,
    ranked.exception_code,
    ranked.opened_date,
    least(ranked.receipt_date, ranked.credit_date, ranked.amended_date, paid.paid_date) as closed_date,
    case least(ranked.receipt_date, ranked.credit_date, ranked.amended_date, paid.paid_date)
        when ranked.receipt_date then 'RECEIPT_POSTED'
        when ranked.credit_date then 'CREDITED'
        when ranked.amended_date then 'PO_AMENDED'
        when paid.paid_date then 'PAID_AS_IS'
    end as resolution
from ranked
inner join line_facts as line on ranked.invoice_line_key = line.invoice_line_key
left join {{ ref('int_lifecycle__paid_document') }} as paid on line.invoice_key = paid.invoice_key
where ranked.span_rank = 1
