-- One row per topic (cfg_attention), facility and member: what deserves the attention of those who lead, and what it is worth.
-- Every amount is one of another mart; a topic says on which page of the executive pack the rest of it is told.
with tier_missed as (
    select
        'TIER_MISSED' as topic_code,
        {{ unknown_key() }} as facility_key,
        contract_number as member_key,
        contract_number as member_name,
        sum(tier_saving_amount) as amount,
        count(*) as row_count,
        currency_code
    from {{ ref('mart_tier_attainment') }}
    where requirement_type = 'SHARE' and is_over and not is_reached and shortfall <= 5
    group by contract_number, currency_code
),

paid_twice as (
    select
        'PAID_TWICE' as topic_code,
        case when other.facility_key = {{ unknown_key() }} then one.facility_key else other.facility_key end as facility_key,
        other.supplier_key as member_key,
        other.supplier_name as member_name,
        sum(other.line_amount) as amount,
        count(*) as row_count,
        other.currency_code
    from {{ ref('mart_three_way_match') }} as one
    inner join {{ ref('mart_three_way_match') }} as other
        on
            one.supplier_key = other.supplier_key
            and one.supplier_invoice_number = other.supplier_invoice_number
            and one.line_number = other.line_number
            and one.source_instance < other.source_instance
    where one.invoice_status = 'PAID' and other.invoice_status = 'PAID' and one.doc_type = other.doc_type
    group by
        case when other.facility_key = {{ unknown_key() }} then one.facility_key else other.facility_key end,
        other.supplier_key,
        other.supplier_name,
        other.currency_code
),

case_price as (
    select
        'CASE_PRICE_ON_BOX' as topic_code,
        facility_key,
        supplier_key as member_key,
        supplier_name as member_name,
        sum(line_amount - expected_amount) as amount,
        count(*) as row_count,
        currency_code
    from {{ ref('mart_three_way_match') }}
    where primary_exception_code = 'UOM_MISMATCH' and invoice_base_unit_price > po_base_unit_price
    group by facility_key, supplier_key, supplier_name, currency_code
),

receipt_missing as (
    select
        'RECEIPT_MISSING' as topic_code,
        facility_key,
        facility_key as member_key,
        facility_key as member_name,
        sum(line_amount) as amount,
        count(*) as row_count,
        currency_code
    from {{ ref('mart_exception_queue') }}
    where exception_code = 'RECEIPT_MISSING'
    group by facility_key, currency_code
),

price_above_contract as (
    select
        'PRICE_ABOVE_CONTRACT' as topic_code,
        facility_key,
        supplier_key as member_key,
        supplier_name as member_name,
        sum(price_var_amount) as amount,
        count(*) as row_count,
        currency_code
    from {{ ref('mart_contract_compliance') }}
    where compliance_class = 'ON_CONTRACT_PRICE_HIGH'
    group by facility_key, supplier_key, supplier_name, currency_code
),

leakage as (
    select
        'LEAKAGE' as topic_code,
        facility_key,
        supplier_key as member_key,
        supplier_name as member_name,
        sum(leakage_amount) as amount,
        count(*) as row_count,
        currency_code
    from {{ ref('mart_contract_compliance') }}
    where leakage_amount > 0
    group by facility_key, supplier_key, supplier_name, currency_code
),

cap_exceeded as (
    select
        'CAP_EXCEEDED' as topic_code,
        facility_key,
        supplier_key as member_key,
        supplier_name as member_name,
        sum(claim_amount) as amount,
        count(*) as row_count,
        currency_code
    from {{ ref('mart_price_cap_claim') }}
    group by facility_key, supplier_key, supplier_name, currency_code
),

-- A procedure of one severity has its own peers; severities of a surgeon's procedure are one subject.
surgeon_variation as (
    select
        'SURGEON_VARIATION' as topic_code,
        facility_key,
        procedure_group as member_key,
        procedure_group as member_name,
        sum(opportunity_amount) as amount,
        sum(case_count) as row_count,
        currency_code
    from {{ ref('mart_physician_variation') }}
    where variation_index >= 1.5 and not is_pooled
    group by facility_key, procedure_group, currency_code
),

months as (
    select
        period,
        row_number() over (order by period desc) as months_back
    from (
        select distinct period
        from {{ ref('mart_allocation_comparison') }}
    ) as known
),

allocation_method as (
    select
        'ALLOCATION_METHOD' as topic_code,
        comparison.facility_key,
        comparison.service_line_key as member_key,
        comparison.service_line_name as member_name,
        abs(sum(comparison.reciprocal_moved_amount)) as amount,
        count(*) as row_count,
        comparison.currency_code
    from {{ ref('mart_allocation_comparison') }} as comparison
    inner join months on comparison.period = months.period
    where months.months_back <= 12
    group by
        comparison.facility_key,
        comparison.service_line_key,
        comparison.service_line_name,
        comparison.currency_code
),

stock_at_rest as (
    select
        'STOCK_AT_REST' as topic_code,
        facility_key,
        facility_key as member_key,
        facility_key as member_name,
        sum(obsolete_amount) as amount,
        count(*) as row_count,
        currency_code
    from {{ ref('mart_inventory_position') }}
    where is_latest and obsolete_amount > 0
    group by facility_key, currency_code
),

found as (
    {%- for topic in [
        'tier_missed', 'paid_twice', 'case_price', 'receipt_missing', 'price_above_contract', 'leakage', 'cap_exceeded',
        'surgeon_variation', 'allocation_method', 'stock_at_rest'
    ] %}
    select
        topic_code,
        facility_key,
        member_key,
        member_name,
        amount,
        row_count,
        currency_code
    from {{ topic }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    {{ surrogate_key(['found.topic_code', 'found.facility_key', 'found.member_key', 'found.currency_code']) }}
        as attention_key,
    found.topic_code,
    topic.topic_name,
    topic.owner_role,
    found.facility_key,
    found.member_key,
    found.member_name,
    cast(found.amount as decimal(18, 2)) as attention_amount,
    cast(found.row_count as bigint) as row_count,
    found.currency_code,
    cast(row_number() over (
        partition by found.topic_code, found.currency_code
        order by found.amount desc, found.facility_key asc, found.member_key asc
    ) as integer) as topic_rank,
    topic.page_name,
    topic.figure_name,
    topic.pick_name,
    topic.definition as topic_definition,
    {{ as_of_date() }} as as_of_date,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from found
inner join {{ ref('cfg_attention') }} as topic on found.topic_code = topic.topic_code
where found.amount >= topic.least_amount
