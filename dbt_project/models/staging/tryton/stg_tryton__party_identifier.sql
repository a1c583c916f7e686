-- One row per identifier of a party: tax numbers, DUNS, GLN; current versions only.
with current_lines as (
    {{ current_children(source('raw_tryton', 'party_identifier'), ref('stg_tryton__party')) }}
)

select
    _line_no as line_no,
    cast(party_id as {{ dbt.type_string() }}) as party_id,
    cast(id as {{ dbt.type_string() }}) as party_identifier_id,
    type as party_identifier_type,
    identifier_token,
    created_at,
    {{ child_record_columns() }}
from current_lines
