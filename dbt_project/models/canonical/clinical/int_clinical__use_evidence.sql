{{ config(schema='restricted', unit=['consumption_line_key']) }}
-- One row per record that tells of an item used for a patient. One use may be told several times: which record counts
-- is decided in fct_consumption_line. A delivery to a place (no patient) is stock moving, not use.
with known_devices as (
    select
        source_instance,
        device_id
    from {{ ref('stg_fhir_r4__device') }}
    union
    select
        source_instance,
        device_id
    from {{ ref('stg_fhir_r4__procedure_focal_device') }}
    union
    select
        source_instance,
        device_id
    from {{ ref('stg_fhir_r4__device_use_statement') }}
),

acted_upon as (
    select
        focal.*,
        coalesce(device_action.is_consumption, true) as is_consumption
    from {{ ref('stg_fhir_r4__procedure_focal_device') }} as focal
    left join {{ ref('cfg_device_action') }} as device_action on focal.action_code = device_action.action_code
    where focal.device_id is not null
),

-- What a procedure took out or moved was there before, even where it is listed as used.
not_used_up as (
    select distinct
        source_instance,
        procedure_id,
        device_id
    from acted_upon
    where not is_consumption
),

procedure_devices as (
    select
        'PROCEDURE_FOCAL_DEVICE' as evidence,
        source_instance,
        procedure_id,
        line_no,
        device_id
    from acted_upon
    where is_consumption
    union all
    select
        'PROCEDURE_USED_REFERENCE' as evidence,
        used.source_instance,
        used.procedure_id,
        used.line_no,
        known_devices.device_id
    from {{ ref('stg_fhir_r4__procedure_used_reference') }} as used
    left join known_devices
        on used.source_instance = known_devices.source_instance and used.used_id = known_devices.device_id
    left join not_used_up
        on
            used.source_instance = not_used_up.source_instance
            and used.procedure_id = not_used_up.procedure_id
            and used.used_id = not_used_up.device_id
    where used.used_id is not null and not_used_up.device_id is null
),

from_procedures as (
    select
        device.evidence,
        device.procedure_id || '|' || cast(device.line_no as {{ dbt.type_string() }}) as source_pk,
        procedure.encounter_reference,
        procedure.procedure_key,
        procedure.patient_key,
        device.device_id,
        {{ no_text() }} as item_code,
        -- A medication or substance that a procedure refers to comes without a quantity.
        cast(case when device.device_id is not null then 1 end as decimal(18, 6)) as qty,
        case when device.device_id is not null then 'EA' end as quantity_unit,
        procedure.started_at as used_at,
        cast(null as timestamp) as documented_at,
        procedure.location_key,
        procedure.source_instance,
        {{ audit_columns('procedure') }}
    from procedure_devices as device
    inner join {{ ref('fct_procedure') }} as procedure
        on {{ surrogate_key(['device.source_instance', 'device.procedure_id']) }} = procedure.procedure_key
),

from_statements as (
    select
        'DEVICE_USE_STATEMENT' as evidence,
        statement.device_use_statement_id as source_pk,
        procedure.encounter_reference,
        procedure.procedure_key,
        statement.patient_key,
        statement.device_id,
        {{ no_text() }} as item_code,
        cast(1 as decimal(18, 6)) as qty,
        'EA' as quantity_unit,
        coalesce(statement.used_at, procedure.started_at, statement.recorded_at) as used_at,
        statement.recorded_at as documented_at,
        procedure.location_key,
        statement.source_instance,
        {{ audit_columns('statement') }}
    from {{ ref('stg_fhir_r4__device_use_statement') }} as statement
    inner join {{ ref('cfg_clinical_status') }} as rule
        on rule.record_type = 'device_use_statement' and statement.device_use_status = rule.status and rule.is_counted
    left join {{ ref('fct_procedure') }} as procedure
        on
            {{ reference_key('statement.source_instance', 'statement.derived_from_id') }} = procedure.procedure_key
    where statement.device_id is not null
),

from_deliveries as (
    select
        'SUPPLY_DELIVERY' as evidence,
        delivery.supply_delivery_id as source_pk,
        delivery.encounter_key as encounter_reference,
        {{ no_text() }} as procedure_key,
        delivery.patient_key,
        known_devices.device_id,
        delivery.item_code,
        delivery.delivered_qty as qty,
        delivery.quantity_unit,
        delivery.delivered_at as used_at,
        cast(null as timestamp) as documented_at,
        {{ reference_key('delivery.source_instance', 'delivery.destination_location_id') }} as location_key,
        delivery.source_instance,
        {{ audit_columns('delivery') }}
    from {{ ref('stg_fhir_r4__supply_delivery') }} as delivery
    inner join {{ ref('cfg_clinical_status') }} as rule
        on rule.record_type = 'supply_delivery' and delivery.supply_delivery_status = rule.status and rule.is_counted
    left join known_devices
        on delivery.source_instance = known_devices.source_instance and delivery.item_id = known_devices.device_id
    where delivery.patient_key is not null
),

from_charges as (
    select
        'CHARGE_ITEM_PRODUCT' as evidence,
        charge.charge_item_id as source_pk,
        charge.encounter_key as encounter_reference,
        procedure.procedure_key,
        charge.patient_key,
        known_devices.device_id,
        charge.product_code as item_code,
        charge.charge_qty as qty,
        charge.quantity_unit,
        charge.service_at as used_at,
        charge.entered_at as documented_at,
        procedure.location_key,
        charge.source_instance,
        {{ audit_columns('charge') }}
    from {{ ref('stg_fhir_r4__charge_item') }} as charge
    inner join {{ ref('cfg_clinical_status') }} as rule
        on rule.record_type = 'charge_item' and charge.charge_item_status = rule.status and rule.is_counted
    left join {{ ref('fct_procedure') }} as procedure
        on {{ reference_key('charge.source_instance', 'charge.service_id') }} = procedure.procedure_key
    left join known_devices
        on charge.source_instance = known_devices.source_instance and charge.product_id = known_devices.device_id
    where charge.product_code is not null or charge.product_id is not null
),

-- Where no EHR is read, the charge file is all that tells: its charges of supplies and drugs, and their credits.
from_charge_file as (
    select
        'CHARGE_FILE_ITEM' as evidence,
        charge.charge_id as source_pk,
        charge.encounter_key as encounter_reference,
        {{ no_text() }} as procedure_key,
        encounter.patient_key,
        {{ no_text() }} as device_id,
        charge.item_number as item_code,
        charge.charge_qty as qty,
        {{ no_text() }} as quantity_unit,
        cast(charge.service_date as timestamp) as used_at,
        cast(charge.posted_date as timestamp) as documented_at,
        {{ no_text() }} as location_key,
        charge.source_instance,
        {{ audit_columns('charge') }}
    from {{ ref('stg_revenue_cycle__charge') }} as charge
    {{ encounter_join('charge', 'encounter') }}
    where charge.item_number is not null and charge.source_instance = encounter.source_instance
),

final as (
    {%- for told in ['from_procedures', 'from_statements', 'from_deliveries', 'from_charges'] %}
    select
        {{ told }}.*,
        cast('fhir_r4' as {{ dbt.type_string() }}) as source_system
    from {{ told }}
    union all
    {%- endfor %}
    select
        from_charge_file.*,
        cast('revenue_cycle' as {{ dbt.type_string() }}) as source_system
    from from_charge_file
)

select
    {{ surrogate_key(['evidence', 'source_instance', 'source_pk']) }} as consumption_line_key,
    final.*
from final
