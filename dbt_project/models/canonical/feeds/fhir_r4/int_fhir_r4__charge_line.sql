{{ config(schema='restricted') }}
-- One row per charge of an EHR. Planned, aborted and erroneous charges are none. A price that overrides the list is the total of
-- the charge (FHIR R4), not a price per unit, and carries no sign; the quantity does.
select
    {{ feed_origin('fhir_r4', 'charge.source_instance') }},
    charge.charge_item_id as source_pk,
    charge.encounter_key as encounter_reference,
    charge.patient_key as patient_source_key,
    charge.charge_item_status,
    charge.charge_item_status = 'billed' as is_billed,
    charge.charge_item_status <> 'not-billable' as is_billable,
    charge.charge_code,
    charge.revenue_code,
    charge.hcpcs_code,
    charge.charge_qty,
    charge.quantity_unit as source_uom_code,
    cast(
        round(case when charge.charge_qty < 0 then -1 else 1 end * charge.price_override_amount, 2) as decimal(18, 2)
    ) as amount,
    charge.currency_code,
    charge.service_at,
    charge.entered_at as posted_at,
    cast(null as date) as service_date,
    cast(null as date) as posted_date,
    charge.cost_center_code as cost_center_source_code,
    charge.department_code,
    charge.product_code as item_source_key,
    charge.service_id as procedure_source_key,
    charge.primary_provider_key as provider_source_key,
    charge.account_key,
    case when charge.charge_qty < 0 then charge.part_of_charge_id end as reverses_source_pk,
    {{ audit_columns('charge') }}
from {{ ref('stg_fhir_r4__charge_item') }} as charge
inner join {{ ref('cfg_clinical_status') }} as rule
    on rule.record_type = 'charge_item' and charge.charge_item_status = rule.status and rule.is_counted
