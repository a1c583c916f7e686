-- C11: a company whose books are left out of one system, for another is their authority, has lines from that other one.
select
    mirrored.source_instance,
    mirrored.company_source_key,
    rule.authority_instance
from {{ ref('int_mirrored_document') }} as mirrored
inner join {{ ref('map_mirrored_document') }} as rule
    on
        mirrored.source_instance = rule.source_instance
        and mirrored.entity = rule.entity
        and mirrored.company_source_key = rule.company_source_key
inner join {{ ref('xref_company') }} as company
    on
        mirrored.source_instance = company.source_instance
        and mirrored.company_source_key = company.company_source_key
left join (
    select distinct source_instance, company_key from {{ ref('fct_gl_line') }}
) as books
    on rule.authority_instance = books.source_instance and company.company_key = books.company_key
where mirrored.entity = 'gl_line' and books.company_key is null
