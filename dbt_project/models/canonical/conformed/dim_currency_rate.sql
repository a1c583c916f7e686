-- One row per source instance, currency and day from which a rate holds: units of the currency for one unit of the
-- instance's reference currency, valid until the day before the next rate.
select
    {{ surrogate_key(['rate.source_instance', 'rate.currency_id', 'rate.currency_rate_id']) }} as currency_rate_key,
    rate.source_instance,
    currency.currency_code,
    rate.currency_rate_date as valid_from,
    coalesce(
        lead(rate.currency_rate_date) over (
            partition by rate.source_instance, rate.currency_id order by rate.currency_rate_date
        ),
        cast('9999-12-31' as date)
    ) as valid_to,
    rate.rate as rate_per_reference,
    cast('tryton' as {{ dbt.type_string() }}) as source_system,
    rate.currency_rate_id as source_pk,
    {{ audit_columns('rate') }}
from {{ ref('stg_tryton__currency_rate') }} as rate
inner join {{ ref('stg_tryton__currency') }} as currency
    on rate.source_instance = currency.source_instance and rate.currency_id = currency.currency_id
