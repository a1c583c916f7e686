-- One row per identification of a business partner: location numbers, D-U-N-S numbers; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'business_partner_identification'), ref('stg_sap_s4__business_partner')) }}
)

select
    _line_no as line_no,
    business_partner as business_partner_id,
    identification_type,
    identification_number,
    {{ text_value('issuing_institute') }} as issuing_institute,
    valid_from_date,
    valid_to_date,
    {{ child_record_columns() }}
from current_lines
