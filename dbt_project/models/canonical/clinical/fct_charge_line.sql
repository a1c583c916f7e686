{{ config(schema='restricted', unit=['source_pk']) }}
-- One row per charge or credit, signed: a credit takes back what it is linked to. The charge file counts where it is read, an
-- EHR's own charges where not (map_mirrored_document). What may not be billed is kept and marked.
select
    {{ surrogate_key(['charge.source_instance', 'charge.source_pk']) }} as charge_line_key,
    coalesce(charge.encounter_key, {{ unknown_key() }}) as encounter_key,
    charge.encounter_reference,
    coalesce(patient.surviving_patient_key, charge.patient_source_key, charge.patient_key, {{ unknown_key() }})
        as patient_key,
    charge.facility_key,
    charge.charge_item_status,
    charge.is_billed,
    charge.is_billable,
    charge.amount < 0 or charge.charge_qty < 0 as is_credit,
    coalesce(code.charge_code_key, {{ unknown_key() }}) as charge_code_key,
    charge.charge_code,
    charge.revenue_code,
    charge.hcpcs_code,
    charge.charge_qty,
    charge.source_uom_code,
    charge.amount,
    charge.currency_code,
    charge.service_at,
    charge.posted_at,
    charge.service_day as service_date,
    charge.posted_day as posted_date,
    coalesce(cost_center.cost_center_key, {{ unknown_key() }}) as cost_center_key,
    charge.cost_center_source_code as cost_center_code,
    charge.department_code,
    coalesce(item.item_key, item_by_code.item_key, {{ unknown_key() }}) as item_key,
    charge.item_source_key as source_item_code,
    coalesce(procedure.procedure_key, {{ unknown_key() }}) as procedure_key,
    coalesce(provider.provider_key, {{ unknown_key() }}) as provider_key,
    charge.account_key,
    {{ reference_key('charge.source_instance', 'charge.reverses_source_pk') }} as reverses_charge_line_key,
    charge.source_system,
    charge.source_instance,
    charge.source_pk,
    {{ audit_columns('charge') }}
from {{ ref('int_clinical__charge') }} as charge
left join {{ ref('xref_patient') }} as patient
    on charge.source_instance = patient.source_instance and charge.patient_source_key = patient.patient_key
left join {{ ref('dim_charge_code') }} as code
    on charge.source_instance = code.source_instance and charge.charge_code = code.charge_code
left join {{ ref('xref_cost_center') }} as cost_center
    on
        charge.source_instance = cost_center.source_instance
        and charge.cost_center_source_code = cost_center.cost_center_source_code
{{ item_join('charge', 'item') }}
left join {{ ref('int_clinical__item_by_code') }} as item_by_code
    on item_by_code.code_kind = 'ITEM_CODE' and charge.item_source_key = item_by_code.code
left join {{ ref('fct_procedure') }} as procedure
    on {{ reference_key('charge.source_instance', 'charge.procedure_source_key') }} = procedure.procedure_key
left join {{ ref('xref_provider') }} as provider
    on charge.source_instance = provider.source_instance and charge.provider_source_key = provider.referenced_key
