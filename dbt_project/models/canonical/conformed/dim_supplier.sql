-- One row per party of a source system, and the unknown member. Golden keys come from mastering; until then a party is
-- its own golden record.
with tax_identifiers as (
    select
        source_instance,
        party_id,
        min(identifier_token) as tax_identifier_token
    from {{ ref('stg_tryton__party_identifier') }}
    group by source_instance, party_id
),

trading_parties as (
    select source_instance, supplier_id as party_id from {{ ref('stg_tryton__purchase') }}
    union
    select source_instance, invoice_party_id as party_id from {{ ref('stg_tryton__purchase') }}
    union
    select source_instance, supplier_id as party_id from {{ ref('stg_tryton__product_supplier') }}
    union
    select source_instance, party_id from {{ ref('stg_tryton__invoice') }} where invoice_type = 'in'
),

tryton_suppliers as (
    select
        {{ surrogate_key(['party.source_instance', 'party.party_id']) }} as supplier_key,
        party.party_code as supplier_code,
        party.party_name as supplier_name,
        {{ surrogate_key(['party.source_instance', 'party.party_id']) }} as parent_supplier_key,
        tax_identifiers.tax_identifier_token,
        trading_parties.party_id is not null as is_supplier,
        coalesce(party.is_active, true) as is_active,
        cast('tryton' as {{ dbt.type_string() }}) as source_system,
        party.source_instance,
        party.party_id as source_pk,
        {{ audit_columns('party') }}
    from {{ ref('stg_tryton__party') }} as party
    left join tax_identifiers
        on party.source_instance = tax_identifiers.source_instance and party.party_id = tax_identifiers.party_id
    left join trading_parties
        on party.source_instance = trading_parties.source_instance and party.party_id = trading_parties.party_id
),

final as (
    select * from tryton_suppliers
    union all
    select
        {{ unknown_key() }} as supplier_key,
        {{ no_text() }} as supplier_code,
        cast('Unknown' as {{ dbt.type_string() }}) as supplier_name,
        {{ unknown_key() }} as parent_supplier_key,
        {{ no_text() }} as tax_identifier_token,
        false as is_supplier,
        false as is_active,
        {{ unknown_key() }} as source_system,
        {{ unknown_key() }} as source_instance,
        {{ unknown_key() }} as source_pk,
        {{ no_audit_columns() }}
)

select * from final
