-- One row per invoice line and accounting distribution: the grain of the spend cube. Tryton books a line to one account;
-- it has no cost centers without its analytic modules.
select
    {{ surrogate_key(['invoice_line_key', "'1'"]) }} as invoice_distribution_key,
    invoice_line_key,
    cast(1 as integer) as distribution_number,
    gl_account_key,
    {{ unknown_key() }} as cost_center_key,
    facility_key,
    cast(100 as decimal(9, 4)) as distribution_pct,
    line_amount as distribution_amount,
    functional_amount,
    currency_code,
    functional_currency_code,
    source_system,
    source_instance,
    source_pk,
    source_version_at,
    first_loaded_at,
    last_loaded_at,
    load_id
from {{ ref('fct_invoice_line') }}
