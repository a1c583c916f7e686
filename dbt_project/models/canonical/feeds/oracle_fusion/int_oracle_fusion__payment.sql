-- One row per payment of Oracle.
select
    {{ feed_origin('oracle_fusion', 'payment.source_instance') }},
    payment.payment_id as source_pk,
    cast(payment.payment_number as {{ dbt.type_string() }}) as payment_number,
    case
        when payment.void_date is not null or payment.payment_status = 'Voided' then 'FAILED'
        when payment.stop_date is not null then 'FAILED'
        else 'SUCCEEDED'
    end as payment_status,
    payment.payment_method,
    payment.payment_date,
    supplier.supplier_id as supplier_source_key,
    payment.payment_amount,
    payment.currency_code,
    {{ audit_columns('payment') }}
from {{ ref('stg_oracle_fusion__payment') }} as payment
left join {{ ref('stg_oracle_fusion__supplier') }} as supplier
    on payment.source_instance = supplier.source_instance and payment.supplier_number = supplier.supplier_number
