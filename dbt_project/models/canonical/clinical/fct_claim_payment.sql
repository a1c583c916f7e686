{{ config(schema='restricted', unit=['source_pk']) }}
-- One row per line that a payer, or the patient, settles of a claim, signed: a void takes back what it voids, so that sums over
-- all lines are right.
select
    {{ surrogate_key([
        'settled.source_instance', 'settled.claim_key', 'settled.claim_frequency_code', 'settled.paid_date'
    ]) }} as claim_payment_key,
    settled.claim_key,
    settled.claim_frequency_code,
    coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
    settled.encounter_key as encounter_reference,
    coalesce(encounter.facility_key, {{ unknown_key() }}) as facility_key,
    coalesce(payer.payer_class, {{ unknown_key() }}) as payer_class,
    settled.paid_date,
    settled.billed_amount,
    settled.allowed_amount,
    settled.paid_amount,
    settled.contractual_amount,
    cast('USD' as {{ dbt.type_string() }}) as currency_code,
    settled.denial_code,
    settled.denial_code is not null as is_denied,
    cast('revenue_cycle' as {{ dbt.type_string() }}) as source_system,
    settled.source_instance,
    settled.claim_key || '|' || settled.claim_frequency_code || '|'
    || cast(settled.paid_date as {{ dbt.type_string() }}) as source_pk,
    {{ audit_columns('settled') }}
from {{ ref('stg_revenue_cycle__remittance') }} as settled
{{ encounter_join('settled', 'encounter') }}
left join {{ ref('map_payer_class') }} as payer
    on payer.source_system = 'revenue_cycle' and settled.payer_class = payer.source_payer_class
