-- One row per payment to a supplier of Tryton, in whatever state. A payment pays one line of one entry, so one invoice.
select
    {{ feed_origin('tryton', 'payment.source_instance') }},
    payment.payment_id as source_pk,
    payment.payment_number,
    upper(payment.payment_state) as payment_status,
    payment.payment_method,
    payment.payment_date,
    cast(payment.party_id as {{ dbt.type_string() }}) as supplier_source_key,
    payment.amount as payment_amount,
    payment.currency_code,
    {{ audit_columns('payment') }}
from {{ ref('stg_tryton__payment') }} as payment
where payment.payment_kind = 'payable'
