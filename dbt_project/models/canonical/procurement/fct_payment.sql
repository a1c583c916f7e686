{{ config(unit=['source_pk']) }}
-- One row per payment to a supplier, in whatever state; only SUCCEEDED is money that left.
with payments as (
    {{ united('payment') }}
)

select
    {{ surrogate_key(['payment.source_instance', 'payment.source_pk']) }} as payment_key,
    payment.payment_number,
    payment.payment_status,
    payment.payment_status = 'FAILED' as is_void,
    payment.payment_status = 'SUCCEEDED' as is_paid,
    payment.payment_date,
    coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
    payment.payment_method,
    payment.payment_amount,
    payment.currency_code,
    payment.source_system,
    payment.source_instance,
    payment.source_pk,
    {{ audit_columns('payment') }}
from payments as payment
{{ supplier_join('payment', 'supplier') }}
