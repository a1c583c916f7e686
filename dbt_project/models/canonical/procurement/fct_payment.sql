-- One row per payment to a supplier, in whatever state; only SUCCEEDED is money that left.
select
    {{ surrogate_key(['payment.source_instance', 'payment.payment_id']) }} as payment_key,
    payment.payment_number,
    upper(payment.payment_state) as payment_status,
    payment.payment_state = 'failed' as is_void,
    payment.payment_state = 'succeeded' as is_paid,
    payment.payment_date,
    coalesce(supplier.supplier_key, {{ unknown_key() }}) as supplier_key,
    payment.payment_method,
    payment.amount as payment_amount,
    payment.currency_code,
    cast('tryton' as {{ dbt.type_string() }}) as source_system,
    payment.source_instance,
    payment.payment_id as source_pk,
    {{ audit_columns('payment') }}
from {{ ref('stg_tryton__payment') }} as payment
left join {{ ref('dim_supplier') }} as supplier
    on {{ reference_key('payment.source_instance', 'payment.party_id') }} = supplier.supplier_key
where payment.payment_kind = 'payable'
