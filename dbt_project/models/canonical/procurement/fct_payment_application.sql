{{ config(unit=['source_pk']) }}
-- One row per payment and invoice that it pays, and per installment where the source pays by those.
with applications as (
    {{ united('payment_application') }}
)

select
    {{ surrogate_key(['application.source_instance', 'application.source_pk', 'application.invoice_source_key']) }}
        as payment_application_key,
    {{ surrogate_key(['application.source_instance', 'application.payment_source_pk']) }} as payment_key,
    {{ surrogate_key(['application.source_instance', 'application.invoice_source_key']) }} as invoice_key,
    application.applied_date,
    coalesce(payment.is_paid, false) as is_paid,
    coalesce(payment.is_void, false) as is_void,
    application.applied_amount,
    application.discount_taken_amount,
    application.currency_code,
    application.source_system,
    application.source_instance,
    application.source_pk,
    {{ audit_columns('application') }}
from applications as application
left join {{ ref('fct_payment') }} as payment
    on {{ surrogate_key(['application.source_instance', 'application.payment_source_pk']) }} = payment.payment_key
