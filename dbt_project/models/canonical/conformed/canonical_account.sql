-- One row per source object, instance and canonical table that it becomes: current records, those that the table
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
-- A system that shares another's numbers has a row for each of them: its own records are the others.
{% set own_number = 'source_instance = record_instance' %}
{% set order_movements %}
    select mapping.source_movement_type from {{ ref('map_movement_type') }} as mapping
    where mapping.source_system = 'sap_s4'
{% endset %}
{% set receiving_transactions %}
    select mapping.source_movement_type from {{ ref('map_movement_type') }} as mapping
    where mapping.source_system = 'oracle_fusion'
{% endset %}
{% set mirrored_requisitions %}
    select mirrored.source_instance from {{ ref('int_mirrored_document') }} as mirrored
    where mirrored.entity = 'requisition_line'
{% endset %}
{% set mirrored_books %}
    select mirrored.source_instance || '|' || mirrored.company_source_key
    from {{ ref('int_mirrored_document') }} as mirrored
    where mirrored.entity = 'gl_line'
{% endset %}
{% set shared_items %}
    select shared.source_instance || '|' || shared.source_item_key from {{ ref('int_shared_item_number') }} as shared
{% endset %}
{% set shared_suppliers %}
    select shared.source_instance || '|' || shared.source_supplier_key
    from {{ ref('int_shared_supplier_number') }} as shared
{% endset %}
{% set counted_cases %}
    select operation.case_key from {{ ref('stg_perioperative__surgical_case') }} as operation
    where {{ may_count('surgical_case', 'operation.case_status') }}
{% endset %}
{% set mirrored_charges %}
    select mirrored.source_instance from {{ ref('int_mirrored_document') }} as mirrored
    where mirrored.entity = 'charge_line' and mirrored.company_source_key = '*'
{% endset %}
-- Coding tells of an encounter where no EHR does.
{% set visits_of_an_ehr %}
    select reference.encounter_reference from {{ ref('xref_encounter') }} as reference
    inner join {{ ref('stg_fhir_r4__encounter') }} as described on reference.encounter_key = described.encounter_key
{% endset %}
{% set place_in_encounter = "encounter_key || '|' || cast(line_no as " ~ dbt.type_string() ~ ")" %}

{% set accounts = [
    canonical_account('tryton', 'party', 'party_id', 'xref_supplier', canonical_key='record_supplier_key', part=own_number),
    canonical_account('tryton', 'product', 'product_id', 'xref_item', canonical_key='record_item_key', part=own_number),
    canonical_account('tryton', 'currency_rate', 'currency_rate_id', 'dim_currency_rate'),
    canonical_account('tryton', 'company', 'company_id', 'xref_company', canonical_key='company_source_key'),
    canonical_account('tryton', 'location', 'location_id', 'dim_location'),
    canonical_account('tryton', 'period', 'period_id', 'dim_fiscal_period'),
    canonical_account('tryton', 'account', 'account_id', 'xref_gl_account', canonical_key='gl_account_source_key'),
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
    canonical_account(
        'sap_s4', 'product', 'item_number', 'xref_item', canonical_key='record_item_key', part=own_number
    ),
    canonical_account(
        'sap_s4', 'business_partner', 'supplier_id', 'xref_supplier', 'supplier_id is not null',
        canonical_key='record_supplier_key', part=own_number
    ),
    canonical_account(
        'sap_s4', 'supplier_purchasing_organization', "supplier_id || '|PURCHASING|' || purchasing_organization",
        'dim_supplier_site', part="source_pk like '%|PURCHASING|%'"
    ),
    canonical_account(
        'sap_s4', 'supplier_company', "supplier_id || '|PAY|' || company_code", 'dim_supplier_site',
        part="source_pk like '%|PAY|%'"
    ),
    canonical_account(
        'sap_s4', 'requisition_item', "requisition_number || '|' || requisition_line_number", 'fct_requisition_line',
        "source_instance not in (" ~ mirrored_requisitions ~ ")"
    ),
    canonical_account(
        'sap_s4', 'purchase_order_item', "po_number || '|' || po_line_number", 'fct_po_line'
    ),
    canonical_account(
        'sap_s4', 'material_document_item',
        "material_document_year || '|' || material_document_number || '|' || material_document_line_number",
        'fct_receipt_line', "po_number is not null and movement_type in (" ~ order_movements ~ ")"
    ),
    canonical_account(
        'sap_s4', 'supplier_invoice_item',
        "invoice_number || '|' || fiscal_year || '|ITEM|' || invoice_line_number", 'fct_invoice_line',
        part="source_pk like '%|ITEM|%'"
    ),
    canonical_account(
        'sap_s4', 'supplier_invoice_gl_item',
        "invoice_number || '|' || fiscal_year || '|ACCOUNT|' || invoice_line_number", 'fct_invoice_line',
        part="source_pk like '%|ACCOUNT|%'"
    ),
    canonical_account(
        'sap_s4', 'supplier_invoice_tax',
        "invoice_number || '|' || fiscal_year || '|TAX|' || tax_code || '|' || tax_counter", 'fct_invoice_line',
        part="source_pk like '%|TAX|%'"
    ),
    canonical_account(
        'oracle_fusion', 'supplier', 'supplier_id', 'xref_supplier', canonical_key='record_supplier_key', part=own_number
    ),
    canonical_account('oracle_fusion', 'supplier_site', "supplier_id || '|' || supplier_site_id", 'dim_supplier_site'),
    canonical_account('oracle_fusion', 'purchase_order_line', 'purchase_order_line_id', 'fct_po_line'),
    canonical_account(
        'oracle_fusion', 'receiving_transaction', 'receiving_transaction_id', 'fct_receipt_line',
        "receiving_transaction_type in (" ~ receiving_transactions ~ ")"
    ),
    canonical_account(
        'oracle_fusion', 'invoice_line',
        "invoice_id || '|' || cast(invoice_line_number as " ~ dbt.type_string() ~ ")", 'fct_invoice_line'
    ),
    canonical_account('oracle_fusion', 'payment', 'payment_id', 'fct_payment'),
    canonical_account('oracle_fusion', 'payment_invoice', 'payment_invoice_id', 'fct_payment_application'),
    canonical_account(
        'd365', 'released_product', "company_code || '|' || item_number", 'xref_item', canonical_key='record_item_key',
        part=own_number
    ),
    canonical_account(
        'd365', 'vendor', "company_code || '|' || supplier_id", 'xref_supplier', canonical_key='record_supplier_key',
        part=own_number
    ),
    canonical_account('d365', 'vendor', "company_code || '|' || supplier_id", 'dim_supplier_site'),
    canonical_account(
        'd365', 'purchase_order_line',
        "company_code || '|' || po_number || '|' || cast(po_line as " ~ dbt.type_string() ~ ")", 'fct_po_line',
        'not coalesce(is_deleted, false)'
    ),
    canonical_account(
        'd365', 'product_receipt_line',
        "company_code || '|' || receipt_number || '|' || cast(receipt_line as " ~ dbt.type_string() ~ ")", 'fct_receipt_line'
    ),
    canonical_account(
        'd365', 'vendor_invoice_line',
        "company_code || '|' || invoice_id || '|' || cast(invoice_line as " ~ dbt.type_string() ~ ")", 'fct_invoice_line'
    ),
    canonical_account(
        'procurement', 'item', 'item_number', 'xref_item',
        "source_instance || '|' || item_number not in (" ~ shared_items ~ ")", canonical_key='record_item_key',
        part=own_number
    ),
    canonical_account(
        'procurement', 'supplier', 'supplier_number', 'xref_supplier',
        "source_instance || '|' || supplier_number not in (" ~ shared_suppliers ~ ")",
        canonical_key='record_supplier_key', part=own_number
    ),
    canonical_account('procurement', 'requisition_line', 'requisition_line_id', 'fct_requisition_line'),
    canonical_account('hcm', 'cost_center', 'cost_center_code', 'dim_cost_center'),
    canonical_account(
        'sap_s4', 'journal_item',
        "company_code || '|' || fiscal_year || '|' || journal_entry_number || '|' || journal_line_number", 'fct_gl_line'
    ),
    canonical_account(
        'd365', 'ledger_entry',
        "company_code || '|' || voucher_number || '|' || cast(voucher_line as " ~ dbt.type_string() ~ ")", 'fct_gl_line'
    ),
    canonical_account(
        'finance_files', 'ledger_line',
        "ledger_code || '|' || company_code || '|' || journal_id || '|' || cast(line_number as " ~ dbt.type_string() ~ ")",
        'fct_gl_line', "source_instance || '|' || company_code not in (" ~ mirrored_books ~ ")"
    ),
    canonical_account(
        'finance_files', 'budget_line',
        "budget_version || '|' || company_code || '|' || cost_center_code || '|' || gl_account_code || '|' || "
        ~ "cast(period_number as " ~ dbt.type_string() ~ ")", 'fct_budget'
    ),
    canonical_account(
        'finance_files', 'activity_statistic',
        "facility_code || '|' || cost_center_code || '|' || statistic_code || '|' || cast(period_number as "
        ~ dbt.type_string() ~ ")", 'fct_activity_stat'
    ),
    canonical_account(
        'time_attendance', 'time_card',
        "worker_key || '|' || cast(shift_date as " ~ dbt.type_string()
        ~ ") || '|' || clocked_in_text || '|' || worked_cost_center_code || '|' || pay_code", 'fct_labor'
    ),
    canonical_account(
        'hcm', 'payroll_line', "run_id || '|' || worker_key || '|' || cast(line_no as " ~ dbt.type_string() ~ ")", 'fct_labor'
    ),
    canonical_account('inventory', 'location', 'location_id', 'dim_location'),
    canonical_account('inventory', 'stock_movement', 'movement_id', 'fct_inventory_movement'),
    canonical_account('inventory', 'balance', "location_id || '|' || item_number", 'fct_inventory_snapshot'),
    canonical_account(
        'inventory', 'stock_count', "location_id || '|' || cast(count_seq as " ~ dbt.type_string() ~ ")", 'fct_cycle_count'
    ),
    canonical_account('inventory', 'par', "location_id || '|' || item_number", 'dim_par_level'),
    canonical_account(
        'd365', 'on_hand_inventory',
        "company_code || '|' || item_number || '|' || facility_code || '|' || location_code", 'fct_inventory_snapshot'
    ),
    canonical_account(
        'sap_s4', 'material_document_item',
        "material_document_year || '|' || material_document_number || '|' || material_document_line_number",
        'fct_inventory_movement', 'storage_location_code is not null'
    ),
    canonical_account(
        'sap_s4', 'product_valuation', "item_number || '|' || valuation_area || '|' || valuation_type", 'fct_item_valuation'
    ),
    canonical_account(
        'd365', 'released_product', "company_code || '|' || item_number", 'fct_item_valuation',
        'purchase_price is not null or unit_cost is not null'
    ),
    canonical_account('clm', 'contract', 'contract_number', 'dim_contract', canonical_key='contract_number', part='is_current'),
    canonical_account(
        'clm', 'contract_version', "contract_number || '|' || cast(version_no as " ~ dbt.type_string() ~ ")", 'dim_contract'
    ),
    canonical_account(
        'clm', 'contract_tier', "contract_number || '|' || cast(tier_number as " ~ dbt.type_string() ~ ")", 'dim_contract_tier',
        part='is_current'
    ),
    canonical_account(
        'clm', 'contract_basket_item', "contract_number || '|' || manufacturer_part_number || '|' || manufacturer_name",
        'dim_contract_basket_item'
    ),
    canonical_account(
        'clm', 'contract_eligibility',
        "contract_number || '|' || facility_gln || '|' || cast(eligible_from_date as " ~ dbt.type_string() ~ ")",
        'dim_contract_eligibility', part='is_current'
    ),
    canonical_account(
        'clm', 'contract_price_line', "contract_number || '|' || cast(contract_line_number as " ~ dbt.type_string() ~ ")",
        'dim_contract_price', part='is_current'
    ),
    canonical_account(
        'sap_s4', 'purchase_contract_item', "contract_number || '|' || contract_line_number", 'fct_erp_contract_price'
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
        'fhir_r4', 'charge_item', 'charge_item_id', 'fct_charge_line',
        "source_instance not in (" ~ mirrored_charges ~ ") and " ~ may_count('charge_item', 'charge_item_status')
    ),
    canonical_account(
        'fhir_r4', 'medication_administration', 'medication_administration_id', 'fct_med_admin',
        may_count('medication_administration', 'administration_status')
    ),
    canonical_account('fhir_r4', 'location', 'location_id', 'dim_care_location'),
    canonical_account(
        'revenue_cycle', 'coded_abstract', 'encounter_key', 'fct_encounter',
        "encounter_key not in (" ~ visits_of_an_ehr ~ ")"
    ),
    canonical_account('revenue_cycle', 'charge', 'charge_id', 'fct_charge_line'),
    canonical_account(
        'revenue_cycle', 'remittance',
        "claim_key || '|' || claim_frequency_code || '|' || cast(paid_date as " ~ dbt.type_string() ~ ")", 'fct_claim_payment'
    ),
    canonical_account(
        'perioperative', 'surgical_case', 'case_key', 'fct_case', may_count('surgical_case', 'case_status')
    ),
    canonical_account(
        'perioperative', 'case_staff', "case_key || '|' || cast(line_no as " ~ dbt.type_string() ~ ")", 'fct_case_staff',
        "case_key in (" ~ counted_cases ~ ")"
    ),
    canonical_account(
        'perioperative', 'case_supply', "case_key || '|' || case_supply_line_id", 'fct_consumption_line',
        "case_key in (" ~ counted_cases ~ ")"
    ),
] %}

{{ accounts | join('\nunion all\n') }}
