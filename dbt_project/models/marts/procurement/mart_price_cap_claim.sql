-- One row per month, facility, procedure, kind of implants, supplier and contract: what can be claimed back because the implants
-- of a case cost more together than their cap. Which cases they were is in `restricted.mart_case_price_cap`.
select
    {{ surrogate_key([
        'claim.period', 'claim.facility_key', 'claim.procedure_group', 'claim.functional_group', 'claim.supplier_key',
        'claim.contract_number', 'claim.currency_code'
    ]) }} as price_cap_claim_key,
    claim.period,
    claim.facility_key,
    claim.procedure_group,
    claim.functional_group,
    claim.supplier_key,
    supplier.supplier_name,
    claim.contract_number,
    claim.contract_number is not null as is_agreed,
    claim.claim_amount,
    claim.currency_code,
    cast('{{ invocation_id }}' as {{ dbt.type_string() }}) as run_id
from {{ ref('int_price__cap_claim') }} as claim
inner join {{ ref('dim_supplier') }} as supplier on claim.supplier_key = supplier.supplier_key
