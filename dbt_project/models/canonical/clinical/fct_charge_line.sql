{{ config(schema='restricted') }}
-- One row per charge, signed: a reversal (quantity below zero) takes back its amount. Planned, aborted and erroneous
-- charges are none; what may not be billed is kept and marked.
select
    {{ surrogate_key(['charge.source_instance', 'charge.charge_item_id']) }} as charge_line_key,
    coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
    charge.encounter_key as encounter_reference,
    coalesce(patient.surviving_patient_key, charge.patient_key, {{ unknown_key() }}) as patient_key,
    charge.charge_item_status,
    charge.charge_item_status = 'billed' as is_billed,
    charge.charge_item_status <> 'not-billable' as is_billable,
    charge.charge_code,
    charge.revenue_code,
    charge.hcpcs_code,
    charge.charge_qty,
    charge.quantity_unit as source_uom_code,
    -- A price that overrides the list is the total of the charge (FHIR R4), not a price per unit; it carries no sign.
    cast(
        round(case when charge.charge_qty < 0 then -1 else 1 end * charge.price_override_amount, 2) as decimal(18, 2)
    ) as amount,
    charge.currency_code,
    charge.service_at,
    charge.entered_at as posted_at,
    charge.cost_center_code,
    charge.department_code,
    coalesce(item_by_code.item_key, {{ unknown_key() }}) as item_key,
    charge.product_code as source_item_code,
    coalesce(procedure.procedure_key, {{ unknown_key() }}) as procedure_key,
    coalesce(provider.provider_key, {{ unknown_key() }}) as provider_key,
    charge.account_key,
    {{ no_text() }} as reverses_charge_line_key,
    cast('fhir_r4' as {{ dbt.type_string() }}) as source_system,
    charge.source_instance,
    charge.charge_item_id as source_pk,
    {{ audit_columns('charge') }}
from {{ ref('stg_fhir_r4__charge_item') }} as charge
inner join {{ ref('cfg_clinical_status') }} as rule
    on rule.record_type = 'charge_item' and charge.charge_item_status = rule.status and rule.is_counted
left join {{ ref('fct_encounter') }} as encounter
    on charge.source_instance = encounter.source_instance and charge.encounter_key = encounter.encounter_key
left join {{ ref('xref_patient') }} as patient
    on charge.source_instance = patient.source_instance and charge.patient_key = patient.patient_key
left join {{ ref('int_clinical__item_by_code') }} as item_by_code
    on item_by_code.code_kind = 'ITEM_CODE' and charge.product_code = item_by_code.code
left join {{ ref('fct_procedure') }} as procedure
    on {{ reference_key('charge.source_instance', 'charge.service_id') }} = procedure.procedure_key
left join {{ ref('xref_provider') }} as provider
    on charge.source_instance = provider.source_instance and charge.primary_provider_key = provider.referenced_key
