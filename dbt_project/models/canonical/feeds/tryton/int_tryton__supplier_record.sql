-- One row per party of Tryton, suppliers and others: which of them trade is seen in documents.
with tax_identifiers as (
    select
        source_instance,
        party_id,
        min(identifier_token) as tax_id_token
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
)

select
    {{ feed_origin('tryton', 'party.source_instance') }},
    party.party_id as source_supplier_key,
    party.party_code as supplier_code,
    party.party_name as supplier_name,
    tax_identifiers.tax_id_token,
    {{ no_text() }} as duns_number,
    {{ no_text() }} as gln,
    {{ no_text() }} as street,
    {{ no_text() }} as city,
    {{ no_text() }} as region_code,
    {{ no_text() }} as postal_code,
    {{ no_text() }} as country_code,
    {{ no_text() }} as remit_to_source_key,
    {{ no_text() }} as parent_source_key,
    {{ no_text() }} as parent_name,
    {{ no_text() }} as payment_terms_code,
    trading_parties.party_id is not null as is_supplier,
    coalesce(party.is_active, true) as is_active,
    party.created_at,
    {{ audit_columns('party') }}
from {{ ref('stg_tryton__party') }} as party
left join tax_identifiers
    on party.source_instance = tax_identifiers.source_instance and party.party_id = tax_identifiers.party_id
left join trading_parties
    on party.source_instance = trading_parties.source_instance and party.party_id = trading_parties.party_id
