-- C9: what a payment is applied to sums to the payment. One that names no invoice is unapplied, and stands by itself.
select
    payment.payment_key,
    payment.payment_amount,
    sum(application.applied_amount) as applied_amount
from {{ ref('fct_payment') }} as payment
inner join {{ ref('fct_payment_application') }} as application on payment.payment_key = application.payment_key
where payment.is_paid
group by payment.payment_key, payment.payment_amount
having sum(application.applied_amount) <> payment.payment_amount
