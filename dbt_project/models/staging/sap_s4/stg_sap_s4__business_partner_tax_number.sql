-- One row per tax number of a business partner; the number itself only as a pseudonym; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'business_partner_tax_number'), ref('stg_sap_s4__business_partner')) }}
)

select
    _line_no as line_no,
    business_partner as business_partner_id,
    tax_type as tax_number_type,
    tax_number_token,
    {{ child_record_columns() }}
from current_lines
