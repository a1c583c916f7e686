-- One row per address of a business partner; current versions only.
with current_lines as (
    {{ current_children(source('raw_sap_s4', 'business_partner_address'), ref('stg_sap_s4__business_partner')) }}
)

select
    _line_no as line_no,
    business_partner as business_partner_id,
    address as address_id,
    valid_from_at,
    valid_to_at,
    {{ text_value('street') }} as street_name,
    {{ text_value('house_number') }} as house_number,
    {{ text_value('po_box') }} as po_box,
    {{ text_value('city') }} as city_name,
    {{ text_value('region') }} as region_code,
    {{ text_value('postal_code') }} as postal_code,
    {{ text_value('country') }} as country_code,
    {{ child_record_columns() }}
from current_lines
