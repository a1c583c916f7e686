-- Lists of codes are read to their thirtieth item (int_clinical__encounter_procedure): a longer one would lose codes.
select encounter_key
from {{ ref('stg_revenue_cycle__coded_abstract') }}
where
    length(procedure_codes) - length(replace(procedure_codes, ';', '')) >= 30
    or length(outpatient_procedure_codes) - length(replace(outpatient_procedure_codes, ';', '')) >= 30
