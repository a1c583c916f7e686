{{ config(materialized='table', unit=['bought_line_key']) }}
-- One row per purchase order line that is neither draft nor cancelled, and per item line of an invoice without an order: the
-- contract price that it should have had, which contract line says so and why. Whether a buyer complied is judged by what was
-- known on the day (`known_`), money that can be claimed by what is known today (`true_`).
with resolved as (
    select
        line.*,
        policy.policy_version,
        policy.is_addressable,
        policy.price_tol_pct,
        policy.price_tol_base_amount,
        known.contract_price_key as known_contract_price_key,
        known.contract_key as known_contract_key,
        known.contract_number as known_contract_number,
        known.contract_line_number as known_contract_line_number,
        known.contract_type as known_contract_type,
        known.tier_number as known_tier_number,
        known.reach as known_reach,
        known.base_unit_price as known_base_unit_price,
        loaded.is_loaded_in_erp,
        today.contract_price_key as true_contract_price_key,
        today.contract_number as true_contract_number,
        today.contract_line_number as true_contract_line_number,
        today.tier_number as true_tier_number,
        today.reach as true_reach,
        today.base_unit_price as true_base_unit_price,
        row_number() over (
            partition by line.bought_line_key
            order by case when policy.item_class = '*' then 1 else 0 end, policy.policy_version desc
        ) as policy_rank
    from {{ ref('int_price__bought_line') }} as line
    inner join {{ ref('cfg_contract_policy') }} as policy
        on
            policy.item_class in (line.item_class, '*')
            and line.bought_date >= policy.valid_from
            and line.bought_date < policy.valid_to
    left join {{ ref('int_price__resolved') }} as known
        on line.bought_line_key = known.bought_line_key and known.basis = 'KNOWN'
    left join {{ ref('int_price__loaded') }} as loaded on line.bought_line_key = loaded.bought_line_key
    left join {{ ref('int_price__resolved') }} as today
        on line.bought_line_key = today.bought_line_key and today.basis = 'TRUE'
),

compared as (
    select
        resolved.*,
        coalesce(known_reach, 'OTHER_SUPPLIER') <> 'OTHER_SUPPLIER' as is_on_contract,
        cast(base_unit_price - known_base_unit_price as decimal(18, 6)) as price_var_base,
        {{ mul_money('base_unit_price - known_base_unit_price', 'base_qty') }} as price_var_amount,
        {{ mul_money('base_unit_price - true_base_unit_price', 'base_qty') }} as true_price_var_amount,
        coalesce(
            abs(base_unit_price - known_base_unit_price) <= price_tol_base_amount
            or abs(base_unit_price - known_base_unit_price) * 100 <= price_tol_pct * known_base_unit_price,
            false
        ) as is_at_price
    from resolved
    where policy_rank = 1
),

classified as (
    select
        compared.*,
        case
            when not is_addressable then 'NON_ADDRESSABLE'
            when item_key = {{ unknown_key() }} then 'UNKNOWN_ITEM'
            when is_on_contract and is_at_price then 'ON_CONTRACT_AT_PRICE'
            when is_on_contract and is_loaded_in_erp = false then 'ON_CONTRACT_NOT_LOADED'
            when is_on_contract and price_var_base < 0 then 'ON_CONTRACT_PRICE_LOW'
            when is_on_contract then 'ON_CONTRACT_PRICE_HIGH'
            when known_reach = 'OTHER_SUPPLIER' then 'LEAKAGE_SAME_ITEM'
            else 'OFF_CONTRACT'
        end as compliance_class
    from compared
),

final as (
    select
        line.bought_line_key,
        line.bought_line_type,
        line.po_line_key,
        line.invoice_line_key,
        line.document_number,
        line.line_number,
        line.bought_date,
        {{ period_of('line.bought_date') }} as period,
        line.company_key,
        line.facility_key,
        line.supplier_key,
        supplier.supplier_name,
        line.item_key,
        item.item_name,
        line.item_class,
        line.compliance_class,
        line.is_addressable,
        line.is_on_contract and line.is_addressable as is_on_contract,
        line.is_addressable and (line.bought_line_type = 'INVOICE_LINE' or coalesce(line.is_after_the_fact, false))
            as is_maverick,
        line.policy_version,
        coalesce(line.known_contract_key, {{ unknown_key() }}) as contract_key,
        coalesce(line.known_contract_price_key, {{ unknown_key() }}) as contract_price_key,
        line.known_contract_number as contract_number,
        line.known_contract_line_number as contract_line_number,
        line.known_contract_type as contract_type,
        line.known_tier_number as tier_number,
        line.known_reach as resolution_rule,
        line.is_loaded_in_erp,
        line.base_qty,
        line.base_unit_price as bought_base_unit_price,
        line.known_base_unit_price as expected_base_unit_price,
        line.price_var_base as base_price_var,
        line.price_var_amount,
        coalesce(line.true_contract_price_key, {{ unknown_key() }}) as true_contract_price_key,
        line.true_contract_number,
        line.true_contract_line_number,
        line.true_tier_number,
        line.true_reach as true_resolution_rule,
        line.true_base_unit_price as true_expected_base_unit_price,
        line.true_price_var_amount,
        -- Where nothing was known to be agreed, what was paid stands in for it.
        case
            when line.true_reach <> 'OTHER_SUPPLIER'
                then {{ mul_money(
                    'case when line.is_on_contract then line.known_base_unit_price else line.base_unit_price end'
                    ' - line.true_base_unit_price', 'line.base_qty'
                ) }}
        end as retro_claim_amount,
        cast(
            case when line.compliance_class = 'LEAKAGE_SAME_ITEM' then greatest(line.price_var_amount, 0) end
            as decimal(18, 2)
        ) as leakage_amount,
        cast(
            case when line.compliance_class = 'LEAKAGE_SAME_ITEM' then least(line.price_var_amount, 0) end as decimal(18, 2)
        ) as leakage_favourable_amount,
        line.line_amount,
        line.currency_code,
        line.source_instance,
        coalesce(completeness.is_data_complete, false) as is_data_complete,
        cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
    from classified as line
    left join {{ ref('dim_supplier') }} as supplier on line.supplier_key = supplier.supplier_key
    left join {{ ref('dim_item') }} as item on line.item_key = item.item_key
    left join {{ ref('int_source_completeness') }} as completeness on line.source_instance = completeness.source_instance
)

select * from final
