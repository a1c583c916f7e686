{#
    The accounts that a system names and does not describe: one row per account of an instance, known by its use in
    `places`, pairs of a staged object and the column of it that names an account. What an account is, the network's chart
    says (`cfg_gl_account`, by way of `map_gl_account`).
#}
{% macro accounts_in_use(system, places) -%}
with named as (
    {%- for object, account_column in places %}
    select
        source_instance,
        {{ account_column }} as account_code,
        {{ audit_columns('line') }}
    from {{ ref('stg_' ~ system ~ '__' ~ object) }} as line
    where {{ account_column }} is not null
    {%- if not loop.last %}
    union all{% endif %}
    {%- endfor %}
)

select
    {{ feed_origin(system) }},
    account_code as gl_account_source_key,
    account_code,
    {{ no_text() }} as account_name,
    {{ unknown_key() }} as account_type,
    false as is_payables_control,
    false as is_heading,
    false as is_closed,
    max(source_version_at) as source_version_at,
    min(first_loaded_at) as first_loaded_at,
    max(last_loaded_at) as last_loaded_at,
    max(load_id) as load_id
from named
group by source_instance, account_code
{%- endmacro %}
