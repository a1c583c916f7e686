-- One row per invoice on which something was paid: the first day of it, and the day on which what was applied to it, with the
-- discount, reached its total; null while it has not.
with document_total as (
    select
        invoice_key,
        sum(line_amount) as document_amount
    from {{ ref('fct_invoice_line') }}
    where not is_void
    group by invoice_key
),

applied as (
    select
        application.invoice_key,
        application.applied_date,
        sum(application.applied_amount + coalesce(application.discount_taken_amount, 0)) over (
            partition by application.invoice_key
            order by application.applied_date, application.payment_application_key
            rows between unbounded preceding and current row
        ) as applied_amount
    from {{ ref('fct_payment_application') }} as application
    where application.is_paid and not application.is_void
)

select
    applied.invoice_key,
    min(applied.applied_date) as first_paid_date,
    min(case when abs(applied.applied_amount) >= abs(document_total.document_amount) then applied.applied_date end)
        as paid_date
from applied
inner join document_total on applied.invoice_key = document_total.invoice_key
group by applied.invoice_key
