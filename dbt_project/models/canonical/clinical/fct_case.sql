{{ config(schema='restricted', unit=['case_key']) }}
-- One row per case of an operating room, catheter laboratory or endoscopy, called off ones too: their times are empty.
with first_procedures as (
    select
        procedure.*,
        row_number() over (
            partition by procedure.source_instance, procedure.case_key
            order by case when procedure.is_primary then 0 else 1 end, procedure.procedure_sequence, procedure.line_no
        ) as procedure_rank
    from {{ ref('stg_perioperative__case_procedure') }} as procedure
),

staffing as (
    select
        source_instance,
        case_key,
        cast(count(*) as integer) as staff_count,
        cast(sum(staff_minutes) as decimal(18, 2)) as staff_minutes
    from {{ ref('stg_perioperative__case_staff') }}
    group by source_instance, case_key
),

final as (
    select
        operation.case_key,
        coalesce(encounter.encounter_key, {{ unknown_key() }}) as encounter_key,
        operation.encounter_key as encounter_reference,
        coalesce(encounter.patient_key, {{ unknown_key() }}) as patient_key,
        coalesce(facility.facility_code, {{ unknown_key() }}) as facility_key,
        operation.room_code,
        operation.suite_code,
        operation.case_status,
        operation.case_status = 'CANCELED' as is_cancelled,
        operation.cancel_reason_code,
        coalesce(code.procedure_code_key, {{ unknown_key() }}) as procedure_code_key,
        first_procedure.procedure_code_system,
        first_procedure.procedure_code,
        first_procedure.laterality,
        coalesce(provider.provider_key, {{ unknown_key() }}) as surgeon_key,
        operation.scheduled_start_at,
        operation.in_room_at,
        operation.anesthesia_start_at,
        operation.incision_at,
        operation.close_at,
        operation.out_room_at,
        {{ minutes_between('operation.in_room_at', 'operation.out_room_at') }} as in_room_minutes,
        {{ minutes_between('operation.anesthesia_start_at', 'operation.out_room_at') }} as anesthesia_minutes,
        {{ minutes_between('operation.incision_at', 'operation.close_at') }} as incision_to_close_minutes,
        {{ minutes_between('operation.scheduled_start_at', 'operation.in_room_at') }} as start_delay_minutes,
        coalesce(staffing.staff_count, 0) as staff_count,
        staffing.staff_minutes,
        operation.preference_card_id,
        operation.preference_card_version_no,
        cast('perioperative' as {{ dbt.type_string() }}) as source_system,
        operation.source_instance,
        operation.case_key as source_pk,
        {{ audit_columns('operation') }}
    from {{ ref('stg_perioperative__surgical_case') }} as operation
    inner join {{ ref('cfg_clinical_status') }} as rule
        on rule.record_type = 'surgical_case' and operation.case_status = rule.status and rule.is_counted
    {{ encounter_join('operation', 'encounter') }}
    left join {{ ref('map_facility') }} as facility
        on facility.source_system = 'perioperative' and operation.facility_code = facility.source_code
    left join first_procedures as first_procedure
        on
            operation.source_instance = first_procedure.source_instance
            and operation.case_key = first_procedure.case_key
            and first_procedure.procedure_rank = 1
    left join {{ ref('dim_procedure') }} as code
        on
            first_procedure.procedure_code_system = code.procedure_code_system
            and first_procedure.procedure_code = code.procedure_code
    left join {{ ref('xref_provider') }} as provider
        on
            first_procedure.source_instance = provider.source_instance
            and first_procedure.surgeon_key = provider.referenced_key
    left join staffing
        on operation.source_instance = staffing.source_instance and operation.case_key = staffing.case_key
)

select * from final
