-- One row per source object and instance that has a canonical table of its own: current records, those that the table
-- leaves out by its rule, those that it holds. A record that a join lost, or whose status no rule knows, is missing.
{% set supplier_places %}
    select place.location_id from {{ ref('stg_tryton__location') }} as place where place.location_type = 'supplier'
{% endset %}
{% set posted_moves %}
    select entry.account_move_id from {{ ref('stg_tryton__account_move') }} as entry
    where entry.account_move_state = 'posted'
{% endset %}
{% set supplier_invoices %}
    select invoice.invoice_id from {{ ref('stg_tryton__invoice') }} as invoice where invoice.invoice_type = 'in'
{% endset %}
{% set counted_encounters %}
    select encounter.encounter_key from {{ ref('stg_fhir_r4__encounter') }} as encounter
    where {{ may_count('encounter', 'encounter.encounter_status') }}
{% endset %}
{% set place_in_encounter = "encounter_key || '|' || cast(line_no as " ~ dbt.type_string() ~ ")" %}

{% set accounts = [
    canonical_account('tryton', 'party', 'party_id', 'dim_supplier'),
    canonical_account('tryton', 'product', 'product_id', 'dim_item'),
    canonical_account('tryton', 'currency_rate', 'currency_rate_id', 'dim_currency_rate'),
    canonical_account('tryton', 'company', 'company_id', 'dim_company'),
    canonical_account('tryton', 'location', 'location_id', 'dim_location'),
    canonical_account('tryton', 'period', 'period_id', 'dim_fiscal_period'),
    canonical_account('tryton', 'account', 'account_id', 'dim_gl_account'),
    canonical_account('tryton', 'requisition_line', 'requisition_line_id', 'fct_requisition_line'),
    canonical_account(
        'tryton', 'purchase_line', 'purchase_line_id', 'fct_po_line', "purchase_line_type = 'line'"
    ),
    canonical_account(
        'tryton', 'stock_move', 'stock_move_id', 'fct_receipt_line',
        "stock_move_state = 'done' and (from_location_id in (" ~ supplier_places ~ ")) <> (to_location_id in ("
        ~ supplier_places ~ "))"
    ),
    canonical_account(
        'tryton', 'invoice_line', 'invoice_line_id', 'fct_invoice_line',
        "invoice_line_type = 'line' and invoice_id in (" ~ supplier_invoices ~ ")", "line_type <> 'TAX'"
    ),
    canonical_account(
        'tryton', 'invoice_tax', 'invoice_tax_id', 'fct_invoice_line',
        "invoice_id in (" ~ supplier_invoices ~ ")", "line_type = 'TAX'"
    ),
    canonical_account('tryton', 'payment', 'payment_id', 'fct_payment', "payment_kind = 'payable'"),
    canonical_account(
        'tryton', 'account_move_line', 'account_move_line_id', 'fct_gl_line',
        "account_move_id in (" ~ posted_moves ~ ")"
    ),
    canonical_account('fhir_r4', 'patient', 'patient_key', 'xref_patient', canonical_key='patient_key'),
    canonical_account(
        'fhir_r4', 'encounter', 'encounter_key', 'fct_encounter', may_count('encounter', 'encounter_status')
    ),
    canonical_account(
        'fhir_r4', 'encounter_location', place_in_encounter, 'fct_unit_stay',
        "coalesce(encounter_location_status, 'completed') in ('active', 'completed') and encounter_key in ("
        ~ counted_encounters ~ ")"
    ),
    canonical_account(
        'fhir_r4', 'encounter_diagnosis', place_in_encounter, 'fct_encounter_diagnosis',
        "encounter_key in (" ~ counted_encounters ~ ")"
    ),
    canonical_account(
        'fhir_r4', 'procedure', 'procedure_id', 'fct_procedure', may_count('procedure', 'procedure_status')
    ),
    canonical_account(
        'fhir_r4', 'device_use_statement', 'device_use_statement_id', 'fct_consumption_line',
        "device_id is not null and " ~ may_count('device_use_statement', 'device_use_status'),
        "evidence = 'DEVICE_USE_STATEMENT'"
    ),
    canonical_account(
        'fhir_r4', 'supply_delivery', 'supply_delivery_id', 'fct_consumption_line',
        "patient_key is not null and " ~ may_count('supply_delivery', 'supply_delivery_status'),
        "evidence = 'SUPPLY_DELIVERY'"
    ),
    canonical_account(
        'fhir_r4', 'charge_item', 'charge_item_id', 'fct_charge_line', may_count('charge_item', 'charge_item_status')
    ),
    canonical_account(
        'fhir_r4', 'medication_administration', 'medication_administration_id', 'fct_med_admin',
        may_count('medication_administration', 'administration_status')
    ),
    canonical_account('fhir_r4', 'location', 'location_id', 'dim_care_location'),
] %}

{{ accounts | join('\nunion all\n') }}
