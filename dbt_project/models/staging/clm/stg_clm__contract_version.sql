-- One row per version that a contract has had; as its current version lists them.
with current_lines as (
    {{ current_children(source('raw_clm', 'contract_version'), ref('stg_clm__contract')) }}
)

select
    _line_no as line_no,
    contract_number,
    version_no,
    effective_from as effective_from_date,
    updated_at as known_at,
    {{ child_record_columns() }}
from current_lines
