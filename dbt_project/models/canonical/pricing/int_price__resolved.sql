{{ config(unit=['bought_line_key']) }}
-- One row per bought line that a contract price was found for, and basis: KNOWN, what was known on the day of purchase, and TRUE,
-- what is known today. The price of the contract that the order names comes first, then one that its supplier can give, local
-- and committed contracts before those of a purchasing organisation, the lowest price, the order's own unit, the latest
-- version.
{%- set bases = {'KNOWN': 'is_known', 'TRUE': 'is_current'} %}
with on_basis as (
    {%- for basis, condition in bases.items() %}
    select
        candidate.*,
        '{{ basis }}' as basis
    from {{ ref('int_price__candidate') }} as candidate
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

ranked as (
    select
        on_basis.*,
        row_number() over (
            partition by bought_line_key, basis
            order by
                case reach when 'NAMED_ON_ORDER' then 0 when 'OTHER_SUPPLIER' then 2 else 1 end asc,
                case when contract_type in ('LOCAL', 'COMMITTED') then 0 else 1 end asc,
                base_unit_price asc,
                case when is_same_uom then 0 else 1 end asc,
                known_from_version_no desc,
                contract_price_key asc
        ) as candidate_rank
    from on_basis
)

select
    bought_line_key,
    basis,
    contract_price_key,
    contract_key,
    contract_number,
    contract_type,
    contract_line_number,
    tier_number,
    base_unit_price,
    currency_code,
    reach
from ranked
where candidate_rank = 1
